"""CT slices: read, shown through a window, refused when they are none."""

from pathlib import Path

import numpy as np
import pytest

from trialwright.core.errors import SlideError
from trialwright.imaging.ct import CtSlice, apply_window, read_ct, write_ct
from trialwright.simulate.ct import LUNG, NODULE, PIXEL_MM, SIDE_PX, render_chest

WINDOW = (-500.0, 1500.0)


def write_slice(path: Path, values: np.ndarray) -> Path:
    ct = CtSlice(values.astype(np.float32), (0.8, 1.6), WINDOW, "SYNTHETIC")
    write_ct(path, ct, "01", "20210604")
    return path


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    values = np.arange(-1000, -1000 + 12 * 10).reshape(12, 10)
    read = read_ct(write_slice(tmp_path / "a.dcm", values))

    assert np.array_equal(read.values, values)
    assert (read.pixel_mm, read.window, read.comment) == ((0.8, 1.6), WINDOW, "SYNTHETIC")


def test_the_same_slice_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    files = [write_slice(folder / "a.dcm", np.eye(8)) for folder in (tmp_path, tmp_path / "again")]

    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_window_is_black_below_and_white_above() -> None:
    gray = apply_window(np.array([[-2000.0, -1250, -500, 250, 3000]], np.float32), *WINDOW)

    assert gray.tolist() == [[0, 0, 128, 255, 255]]


@pytest.mark.parametrize("content", [b"", b"no image", b"\0" * 128 + b"DICM" + b"\x02\x00"])
def test_a_file_that_is_no_dicom_gives_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.dcm"
    path.write_bytes(content)

    with pytest.raises(SlideError, match=r"^bad\.dcm: .*\[CT-READ\]$"):
        read_ct(path)


def test_a_file_that_was_cut_short_gives_one_sentence(tmp_path: Path) -> None:
    whole = write_slice(tmp_path / "whole.dcm", np.zeros((64, 64))).read_bytes()
    short = tmp_path / "short.dcm"
    short.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(SlideError, match=r"^short\.dcm: it cannot be read as a DICOM image"):
        read_ct(short)


def test_a_slice_without_the_size_of_its_pixels_is_refused(tmp_path: Path) -> None:
    import pydicom

    path = write_slice(tmp_path / "a.dcm", np.zeros((8, 8)))
    data = pydicom.dcmread(path)
    del data.PixelSpacing
    data.save_as(path)

    with pytest.raises(SlideError, match="expected PixelSpacing in mm"):
        read_ct(path)


def test_a_nodule_has_the_size_asked_for_and_lies_where_it_should() -> None:
    values = render_chest(np.random.default_rng(1), 14.0, (-80.0, -30.0))
    again = render_chest(np.random.default_rng(1), 14.0, (-80.0, -30.0))
    without = render_chest(np.random.default_rng(1), 0.001, (-80.0, -30.0))

    excess = (values - without).clip(min=0)
    area_mm2 = excess.sum() / (NODULE - LUNG) * PIXEL_MM**2
    rows, columns = np.indices(values.shape)
    middle = [(axis * excess).sum() / excess.sum() for axis in (columns, rows)]
    assert np.array_equal(values, again)
    # Vessels under the nodule are there without it too, so that a little of its area is missed.
    assert area_mm2 == pytest.approx(np.pi * 7**2, rel=0.15)
    assert middle == pytest.approx([SIDE_PX / 2 - 50.5, SIDE_PX / 2 - 19.25], abs=1.0)
