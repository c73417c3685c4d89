"""Slides are opened whatever their format; what cannot be one is refused in one sentence."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from trialwright.core.errors import SlideError
from trialwright.imaging.slide import open_slide
from trialwright.imaging.slide_facts import find_ome_pixel_size, find_svs_pixel_size, is_tissue_name
from trialwright.imaging.slide_writer import write_levels, write_picture, write_slide


def make_image(height: int, width: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    smooth = np.stack([120 + 60 * np.sin(x / 60), 130 + 60 * np.cos(y / 50), 200 + 0 * x], axis=-1)
    return smooth.astype(np.uint8)


def test_a_written_slide_is_read_back_at_every_level(tmp_path: Path) -> None:
    image = make_image(1500, 2300)
    write_slide(tmp_path / "slide.tif", image, 0.25, quality=95, note="synthetic")
    with open_slide(tmp_path / "slide.tif") as slide:
        assert slide.pixel_size_um == pytest.approx(0.25)
        assert [(level.width, level.height) for level in slide.levels] == [
            (2300, 1500),
            (1150, 750),
            (575, 375),
        ]
        whole = slide.read_region(0, 0, 2300, 1500)
        assert np.abs(whole.astype(int) - image).max() <= 6
        part = slide.read_region(500, 700, 333, 222)
        assert (part == whole[700:922, 500:833]).all()


def test_the_same_image_gives_the_same_bytes(tmp_path: Path) -> None:
    image = make_image(700, 900)
    for name in ("one.tif", "two.tif"):
        write_slide(tmp_path / name, image, 0.5)
    assert (tmp_path / "one.tif").read_bytes() == (tmp_path / "two.tif").read_bytes()


def test_what_lies_outside_the_image_is_cut_off(tmp_path: Path) -> None:
    write_picture(tmp_path / "flat.png", make_image(40, 60))
    with open_slide(tmp_path / "flat.png", 0.5) as slide:
        assert slide.read_region(-10, 30, 100, 100).shape == (10, 60, 3)
        assert slide.read_region(60, 0, 5, 5).size == 0


def test_a_picture_without_pixel_size_is_refused(tmp_path: Path) -> None:
    write_picture(tmp_path / "flat.jpg", make_image(40, 60))
    with pytest.raises(SlideError) as refused:
        open_slide(tmp_path / "flat.jpg")
    assert str(refused.value) == (
        "flat.jpg: no pixel size, expected one in the file. Give it in um: --pixel-size-um, or "
        "PIXELUM in slides.csv. [SLIDE-PIXEL-SIZE]"
    )


@pytest.mark.parametrize("size", [0.0, -1.0, 25.0, float("nan")])
def test_an_impossible_pixel_size_is_refused(tmp_path: Path, size: float) -> None:
    write_picture(tmp_path / "flat.png", make_image(40, 60))
    with pytest.raises(SlideError, match="SLIDE-PIXEL-SIZE"):
        open_slide(tmp_path / "flat.png", size)


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.999])
def test_a_file_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    write_slide(tmp_path / "slide.tif", make_image(1500, 1500), 0.25)
    data = (tmp_path / "slide.tif").read_bytes()
    (tmp_path / "cut.tif").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(SlideError, match=r"^cut.tif: cannot be read .*\[SLIDE-DAMAGED\]$"):
        open_slide(tmp_path / "cut.tif")


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_a_picture_cut_short_is_refused(tmp_path: Path, suffix: str) -> None:
    write_picture(tmp_path / f"flat.{suffix}", make_image(400, 600))
    data = (tmp_path / f"flat.{suffix}").read_bytes()
    (tmp_path / f"cut.{suffix}").write_bytes(data[: len(data) // 2])
    with pytest.raises(SlideError, match="SLIDE-DAMAGED"):
        open_slide(tmp_path / f"cut.{suffix}", 0.5)


def test_a_file_that_is_no_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "slide.svs").write_text("not a slide")
    with pytest.raises(SlideError, match="SLIDE-FORMAT"):
        open_slide(tmp_path / "slide.svs", 0.5)
    with pytest.raises(SlideError, match="SLIDE-FILE"):
        open_slide(tmp_path / "absent.svs", 0.5)


def test_labels_and_macro_images_are_never_opened(tmp_path: Path) -> None:
    tissue, label = make_image(64, 96), np.zeros((200, 300, 3), np.uint8)
    with tifffile.TiffWriter(tmp_path / "slide.ome.tif", ome=True) as file:
        file.write(label, photometric="rgb", metadata={"axes": "YXS", "Name": "label"})
        file.write(
            tissue,
            photometric="rgb",
            metadata={"axes": "YXS", "Name": "scan", "PhysicalSizeX": 0.5, "PhysicalSizeY": 0.5},
        )
    with open_slide(tmp_path / "slide.ome.tif") as slide:
        assert (slide.width, slide.height) == (96, 64)
        assert slide.pixel_size_um == 0.5
        assert (slide.read_region(0, 0, 96, 64) == tissue).all()
    assert [is_tissue_name(name) for name in ("Baseline", "Label", "slide macro")] == [
        True,
        False,
        False,
    ]


def test_pixel_sizes_stand_in_the_headers_of_scanners() -> None:
    assert find_svs_pixel_size("Aperio|AppMag = 20|MPP = 0.4990|Left = 25") == 0.499
    assert find_svs_pixel_size("Aperio|AppMag = 20") is None
    ome = '<OME><Image><Pixels PhysicalSizeX="227.1" PhysicalSizeXUnit="nm" /></Image></OME>'
    assert find_ome_pixel_size(ome) == pytest.approx(0.2271)
    assert find_ome_pixel_size("<OME") is None


def test_a_printers_resolution_is_no_pixel_size(tmp_path: Path) -> None:
    tifffile.imwrite(
        tmp_path / "scan.tif",
        make_image(64, 64),
        photometric="rgb",
        resolution=(72, 72),
        resolutionunit="INCH",
    )
    with pytest.raises(SlideError, match="SLIDE-PIXEL-SIZE"):
        open_slide(tmp_path / "scan.tif")


def test_a_level_can_be_written_without_holding_it(tmp_path: Path) -> None:
    def read(level: int, _x: int, _y: int, width: int, height: int) -> np.ndarray:
        return np.full((height, width, 3), 100 + 50 * level, np.uint8)

    write_levels(tmp_path / "slide.tif", read, [(1300, 1100), (650, 550)], 0.5)
    with open_slide(tmp_path / "slide.tif") as slide:
        assert abs(int(slide.read_region(1000, 1200, 10, 10).mean()) - 100) <= 1
        assert abs(int(slide.read_region(0, 0, 550, 650, level=1).mean()) - 150) <= 1
