from types import SimpleNamespace

import polars as pl
import pytest
from picture_checks import assert_same_picture, find_text_faults

from trialwright.figures.layout import make_panel
from trialwright.figures.two_stage import draw_stage_path

METROMAJX = SimpleNamespace(r1=3, n1=13, r=12, n=43)
SMALL = SimpleNamespace(r1=0, n1=9, r=2, n=17)
TINY = SimpleNamespace(r1=0, n1=1, r=0, n=2)
LETTERS = {"S": "SUCCESS", "F": "FAILURE", "U": "UNKNOWN"}
PATHS = {
    "empty": "",
    "stop": "FFFFFFFFSFFFFF",
    "active": "FSFFSFSFFSFFSFSFUFSFFSFUSSFFSFSFFSSFFSFSFFU",
    "all_successes": "S" * 17,
    "no_success": "F" * 43,
    "all_unknown": "U" * 9,
}


def make_path(letters):
    return pl.DataFrame(
        {"ENRLNUM": range(1, len(letters) + 1), "AVALC": [LETTERS[c] for c in letters]},
        schema={"ENRLNUM": pl.Int64, "AVALC": pl.String},
    )


@pytest.mark.parametrize("name", ["empty", "stop", "active"])
def test_a_stage_path_looks_as_committed(name):
    ax = draw_stage_path(make_path(PATHS[name]), METROMAJX)
    assert_same_picture(ax.figure, f"stage_path_{name}")


@pytest.mark.parametrize("name", list(PATHS))
@pytest.mark.parametrize("design", [METROMAJX, SMALL, TINY])
@pytest.mark.parametrize("width_mm", [85, 120, 180])
def test_no_word_covers_another_or_leaves_the_canvas(name, design, width_mm):
    ax = draw_stage_path(make_path(PATHS[name]), design, make_panel(width_mm, 90))
    assert find_text_faults(ax.figure) == []
