import numpy as np
import pytest
from picture_checks import assert_same_picture, find_text_faults

from trialwright.figures.panel import Lesion, Picture, describe_panel, draw_panel
from trialwright.simulate.ct import render_chest

ROWS, COLUMNS = ("HES", "CT"), ("SCREENING", "C2D1")


def make_pictures() -> list[Picture]:
    tissue = np.zeros((120, 160, 3), np.uint8) + np.array([220, 170, 200], np.uint8)
    chest = render_chest(np.random.default_rng(2), 14.0, (-80, -30))
    gray = np.clip((chest + 1250) / 1500 * 255, 0, 255).astype(np.uint8)
    lesion = Lesion(62, 93, 4.4, "T03 14 mm")
    return [
        Picture("HES", "SCREENING", tissue, 0.002, tag="synthetic"),
        Picture("CT", "SCREENING", gray, 1.6, lesion, "synthetic"),
        Picture("CT", "C2D1", absence="b.dcm: it cannot be read as a DICOM image. [CT-READ]"),
    ]


def test_a_panel_looks_as_committed():
    assert_same_picture(draw_panel(make_pictures(), ROWS, COLUMNS), "panel")


@pytest.mark.parametrize("columns", [COLUMNS, ("SCREENING",), ("SCREENING", "C2D1", "WEEK 12")])
def test_no_word_of_a_panel_covers_another_or_leaves_the_canvas(columns):
    assert find_text_faults(draw_panel(make_pictures(), ROWS, columns)) == []


def test_a_panel_is_told_in_words():
    told = describe_panel("01", make_pictures(), ROWS, COLUMNS)
    assert told == (
        "Images of 01. HES at SCREENING: shown. HES at C2D1: no image. CT at SCREENING: shown, "
        "lesion marked: T03 14 mm. CT at C2D1: b.dcm: it cannot be read as a DICOM image. "
        "[CT-READ]."
    )
