import polars as pl
import pytest
from picture_checks import assert_same_picture, find_text_faults

from trialwright.figures.layout import make_panel, make_panels
from trialwright.figures.proportion import draw_proportion

SCHEMA = {
    "label": pl.String,
    "estimate": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "level": pl.Float64,
}
LONG = "Undifferentiated pleomorphic sarcoma of the extremities, never treated with anthracyclines"
HALF_WIDTHS = {0.90: 0.18, 0.95: 0.22, 0.99: 0.29}


def make_rows(estimates, levels=(0.90, 0.95)):
    rows = [
        (label, p, max(p - half, 0), min(p + half, 1), level)
        for label, p in estimates
        for level, half in HALF_WIDTHS.items()
        if level in levels
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


UNKNOWN = pl.DataFrame([("Evaluable", None, None, None, 0.9)], schema=SCHEMA, orient="row")
ANALYSES = [
    ("Evaluable, central review", 1 / 14),
    ("All treated, unknown counted as failure", 1 / 15),
    ("Investigator", 2 / 14),
]
CASES = {
    "none": (make_rows([]), (0.2, 0.4)),
    "unknown": (UNKNOWN, (0.2, 0.4)),
    "14": (make_rows(ANALYSES[:1]), (0.2, 0.4)),
    "analyses": (make_rows(ANALYSES), (0.2, 0.4)),
    "no_success": (make_rows([("Evaluable", 0.0)], [0.95]), ()),
    "one_patient": (make_rows([("Evaluable", 1.0)]), (0.5, 0.98)),
    "close_rates": (make_rows(ANALYSES), (0.20, 0.21, 0.22)),
    "long_names": (
        make_rows([(f"{i} {LONG}", i / 12) for i in range(13)], [0.9, 0.95, 0.99]),
        (0.05, 0.125),
    ),
}


@pytest.mark.parametrize("name", list(CASES))
def test_proportions_look_as_committed(name):
    assert_same_picture(draw_proportion(*CASES[name]).figure, f"proportion_{name}")


@pytest.mark.parametrize("name", list(CASES))
@pytest.mark.parametrize("width_mm", [85, 120, 180])
def test_no_word_covers_another_or_leaves_the_canvas(name, width_mm):
    ax = draw_proportion(*CASES[name], make_panel(width_mm, 60))
    assert find_text_faults(ax.figure) == []


@pytest.mark.parametrize("height_mm", [45, 60, 120])
def test_two_figures_of_proportions_share_a_canvas(height_mm):
    left, right = make_panels(180, height_mm, columns=2)
    draw_proportion(*CASES["analyses"], left)
    draw_proportion(*CASES["long_names"], right)
    assert find_text_faults(left.figure) == []
