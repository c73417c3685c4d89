from types import SimpleNamespace

import polars as pl
import pytest
from picture_checks import assert_same_picture, find_text_faults

from trialwright.figures.layout import make_panel, make_panels
from trialwright.figures.stage import draw_stage_path

SCHEMA = {"USUBJID": pl.String, "ENRLNUM": pl.Int64, "AVALC": pl.String}
CODES = {1: "SUCCESS", 0: "FAILURE", None: "UNKNOWN"}
METROMAJX = SimpleNamespace(r1=3, n1=13, r=12, n=43)


def make_path(outcomes):
    rows = [(f"01-{n:03d}", n, CODES[found]) for n, found in enumerate(outcomes, start=1)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def every(n, step):
    return [int(i % step == 0) for i in range(n)]


CASES = {
    "none": ([], METROMAJX),
    "one_patient": ([1], METROMAJX),
    "9": (every(9, 4), METROMAJX),
    "14": ([0, 0, 0, 1, *[0] * 10], METROMAJX),
    "25_over_run": ([0, 0, 0, 0, 1, *[0] * 8, *[1] * 12], METROMAJX),
    "unknown": ([1, 0, None, 1, 0, 0, None, 0, 1, 0, 0, None, 0, 0, 1], METROMAJX),
    "30": (every(30, 3), METROMAJX),
    "43": (every(43, 3), METROMAJX),
    "45": (every(45, 4), METROMAJX),
    "all_succeed": ([1] * 43, METROMAJX),
    "small_design": ([0] * 10, SimpleNamespace(r1=0, n1=9, r=1, n=12)),
    "least_design": ([0, 1], SimpleNamespace(r1=0, n1=1, r=0, n=2)),
    "close_looks": (every(40, 3), SimpleNamespace(r1=3, n1=42, r=12, n=43)),
    "large_design": (every(380, 4), SimpleNamespace(r1=40, n1=180, r=95, n=400)),
}


@pytest.mark.parametrize("name", list(CASES))
def test_a_stage_path_looks_as_committed(name):
    outcomes, design = CASES[name]
    ax = draw_stage_path(make_path(outcomes), design)
    assert_same_picture(ax.figure, f"stage_path_{name}")


@pytest.mark.parametrize("name", list(CASES))
@pytest.mark.parametrize("width_mm", [85, 120, 180])
def test_no_word_covers_another_or_leaves_the_canvas(name, width_mm):
    outcomes, design = CASES[name]
    ax = draw_stage_path(make_path(outcomes), design, make_panel(width_mm, 80))
    assert find_text_faults(ax.figure) == []


@pytest.mark.parametrize("height_mm", [55, 70, 100])
def test_two_stages_share_a_figure(height_mm):
    panels = make_panels(180, height_mm, columns=2)
    for panel, name in zip(panels, ("14", "43"), strict=True):
        outcomes, design = CASES[name]
        draw_stage_path(make_path(outcomes), design, panel)
    assert find_text_faults(panels[0].figure) == []
