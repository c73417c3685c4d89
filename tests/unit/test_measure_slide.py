"""A slide gives the same cells however it is cut; what is no slide of tissue is refused."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import scipy.ndimage as ndi
import tifffile
from polars.testing import assert_frame_equal
from scipy.spatial import cKDTree

from trialwright.core.errors import SlideError
from trialwright.imaging import blocks
from trialwright.imaging.cells import CellSettings, choose_settings, take_middle_sector
from trialwright.imaging.density import find_hot_spots, measure_pieces
from trialwright.imaging.measure import measure_slide
from trialwright.imaging.overlay import draw_cells
from trialwright.imaging.positivity import estimate_cut
from trialwright.imaging.quality import tell_misfits
from trialwright.imaging.slide import Slide, open_slide
from trialwright.imaging.slide_writer import write_picture, write_slide
from trialwright.imaging.stain import StainVectors
from trialwright.imaging.tissue import TissueMask
from trialwright.simulate.slides.fields import RenderedSlide, render_cd8
from trialwright.simulate.slides.sections import Field


@pytest.fixture(scope="module")
def rendered() -> RenderedSlide:
    return render_cd8(np.random.default_rng(7), Field(560, 560, n_holes=1), 12.0)


@pytest.fixture(scope="module")
def slide(rendered: RenderedSlide, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slide]:
    path = tmp_path_factory.mktemp("slides") / "cd8.tif"
    write_slide(path, rendered.pixels, rendered.pixel_size_um)
    with open_slide(path) as opened:
        yield opened


@pytest.fixture(scope="module")
def cells(slide: Slide) -> pl.DataFrame:
    return measure_slide(slide, choose_settings("CD8")).cells


@pytest.mark.parametrize(("tile_px", "n_workers"), [(512, 1), (1024, 1), (512, 2)])
def test_the_cells_do_not_depend_on_tiles_or_workers(
    slide: Slide, cells: pl.DataFrame, tile_px: int, n_workers: int
) -> None:
    found = measure_slide(slide, choose_settings("CD8"), n_workers, tile_px)
    assert_frame_equal(found.cells, cells, check_exact=True)


def test_seams_between_blocks_neither_lose_nor_double_cells(
    slide: Slide, cells: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "BLOCK_PX", 4096)
    whole = measure_slide(slide, choose_settings("CD8"), tile_px=4096).cells
    # The background of a nucleus reaches as far as tissue connects, a block's only to its halo: a
    # few pale nuclei differ, none is counted twice.
    assert cells.height > 500
    assert abs(cells.height / whole.height - 1) < 0.01
    one, other = (frame.select("x_um", "y_um").to_numpy() for frame in (cells, whole))
    assert (cKDTree(other).query(one)[0] < 1).mean() > 0.97
    assert len(cKDTree(one).query_pairs(2.0)) == len(cKDTree(other).query_pairs(2.0))


def test_the_percent_is_near_the_truth(slide: Slide, rendered: RenderedSlide) -> None:
    found = measure_slide(slide, choose_settings("CD8"))
    assert found.positive_percent == pytest.approx(rendered.positive_percent, abs=1.5)
    assert found.tissue.area_mm2 == pytest.approx(rendered.tissue_mm2, rel=0.05)
    assert found.quality.is_trusted
    assert found.h_score is not None
    pieces = measure_pieces(found.cells, found.tissue)
    assert pieces["n_positive"].sum() == found.n_positive
    assert pieces["tissue_mm2"].sum() == pytest.approx(found.tissue.area_mm2)
    picture = draw_cells(found)
    assert picture.shape == found.overview.pixels.shape


def refuse(path: Path, pixels: np.ndarray, settings: CellSettings | None = None) -> str:
    write_picture(path, pixels)
    with open_slide(path, 0.5) as slide, pytest.raises(SlideError) as refused:
        measure_slide(slide, settings or choose_settings("CD8"))
    return str(refused.value)


def test_a_blank_slide_is_refused(tmp_path: Path) -> None:
    glass = np.random.default_rng(1).normal(238, 2, (600, 600, 3))
    assert refuse(tmp_path / "blank.png", glass.astype(np.uint8)) == (
        "blank.png: no tissue found, expected stained tissue on light glass. "
        "Look at the slide; scan it again if it is not blank. [SLIDE-BLANK]"
    )


def test_a_single_pixel_is_refused(tmp_path: Path) -> None:
    assert refuse(tmp_path / "one.png", np.full((1, 1, 3), 180, np.uint8)) == (
        "one.png: 1 x 1 pixels, expected a field of at least 20 um a side. "
        "Give the whole slide. [SLIDE-SIZE]"
    )


def test_fluorescence_is_refused(tmp_path: Path) -> None:
    dark = np.zeros((300, 300, 3), np.uint8)
    dark[100:200, 100:200, 2] = 200
    message = refuse(tmp_path / "dapi.png", dark)
    assert message.startswith(
        "dapi.png: fluorescence or a dark ground (red, green, blue), expected"
    )
    assert message.endswith("[SLIDE-FLUORESCENCE]")


@pytest.mark.parametrize("ink", [(30, 60, 180), (30, 130, 70), (200, 30, 50), (25, 25, 28)])
def test_pen_marks_are_left_out_and_said(
    rendered: RenderedSlide, tmp_path: Path, ink: tuple[int, int, int]
) -> None:
    pixels = rendered.pixels[:900, :900].copy()
    pixels[100:300, :] = (pixels[100:300, :] * (np.array(ink) / 240)).astype(np.uint8)
    write_picture(tmp_path / "pen.png", pixels)
    with open_slide(tmp_path / "pen.png", 0.5) as slide:
        found = measure_slide(slide, choose_settings("CD8"))
    assert found.cells["y_um"].is_between(45, 155).sum() == 0
    assert any("pen marks" in doubt for doubt in found.quality.doubts)


def test_a_slide_out_of_focus_is_named(rendered: RenderedSlide, tmp_path: Path) -> None:
    blurred = ndi.gaussian_filter(rendered.pixels[:700, :700].astype(np.float32), (5, 5, 0))
    write_picture(tmp_path / "blurred.png", blurred.astype(np.uint8))
    with open_slide(tmp_path / "blurred.png", 0.5) as slide:
        found = measure_slide(slide, choose_settings("CD8"))
    assert any(doubt.startswith("out of focus") for doubt in found.quality.doubts)


def test_a_marker_of_unknown_place_needs_a_compartment() -> None:
    with pytest.raises(SlideError, match="STAIN-COMPARTMENT"):
        choose_settings("XYZ1")


def test_the_middle_sector_ignores_one_side_and_lost_sectors() -> None:
    counts = np.array([[4.0] * 8, [4, 0, 0, 4, 0, 0, 0, 4], [0.0] * 8])
    totals = np.zeros((3, 8, 1))
    totals[0, :3, 0] = 4.0
    totals[1, [0, 3, 7], 0] = 0.4, 0.8, 4.0
    found = take_middle_sector(counts, totals)
    assert found[:2, 0].tolist() == [0.0, 0.2]
    assert np.isnan(found[2, 0])


def test_a_slide_without_positive_cells_has_a_fixed_cut() -> None:
    negatives = np.random.default_rng(2).normal(0.01, 0.01, 2000)
    assert estimate_cut(negatives) == 0.15
    assert estimate_cut(negatives[:5]) == 0.15


def test_hot_spots_are_where_positive_cells_are() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 2000, (2, 3000))
    near = np.hypot(x - 1500, y - 600) < 250
    cells = pl.DataFrame(
        {"x_um": x, "y_um": y, "is_positive": near | (rng.uniform(size=3000) < 0.02)}
    )
    spots = find_hot_spots(cells, TissueMask(np.ones((500, 500), np.bool_), 4.0))
    assert np.hypot(spots[0].x_um - 1500, spots[0].y_um - 600) < 40
    assert spots[0].density_per_mm2 > 3 * spots[1].density_per_mm2
    assert spots[0].tissue_mm2 == pytest.approx(np.pi * 0.25**2, rel=0.02)


def test_six_bands_are_measured_with_given_vectors(tmp_path: Path, rendered: RenderedSlide) -> None:

    weights = np.array(
        [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0.5, 0.5, 0], [0, 0.5, 0.5], [0.5, 0, 0.5]]
    )
    od = -np.log10(np.maximum(rendered.pixels[:600, :600], 1) / np.array(rendered.look.white))
    bands = np.clip(240 * 10 ** -(od @ weights.T), 0, 255).astype(np.uint8)
    path = tmp_path / "bands.tif"
    tifffile.imwrite(
        path, np.moveaxis(bands, -1, 0), photometric="minisblack", resolution=(20000, 20000),
        resolutionunit="CENTIMETER", metadata={"axes": "CYX"},
    )  # fmt: skip
    vectors = tuple(
        tuple(float(part) for part in weights @ np.array(rendered.look.vectors[name]))
        for name in ("hematoxylin", "dab")
    )
    stains = StainVectors(("hematoxylin", "dab"), vectors, (240.0,) * 6)
    with open_slide(path) as slide:
        assert len(slide.facts.bands) == 6
        with pytest.raises(SlideError, match="SLIDE-BANDS"):
            measure_slide(slide, choose_settings("CD8"))
        found = measure_slide(slide, replace(choose_settings("CD8"), vectors=stains))
    assert found.positive_percent == pytest.approx(rendered.positive_percent, abs=4)


def test_a_stain_off_its_reference_is_worded_the_same_on_every_kind_of_slide() -> None:
    assert tell_misfits({"hematoxylin": 4.9, "dab": 5.6, "green": 5.1, "purple": 16.1}) == (
        ["purple lies 16.1 degrees from its reference: another stain"],
        ["DAB lies 5.6 degrees from its reference", "green lies 5.1 degrees from its reference"],
    )
