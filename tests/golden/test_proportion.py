import polars as pl
import pytest
from picture_checks import assert_same_picture, find_text_faults

from trialwright.figures.layout import make_panel
from trialwright.figures.proportion import draw_proportion

SCHEMA = {
    "label": pl.String,
    "estimate": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "level": pl.Float64,
}
DESIGN = {"p0 = 20%": 0.20, "p1 = 40%": 0.40}
LABELS = (
    "Without progression at 6 months, evaluable patients",
    "Enrolled",
    "Investigator read, undifferentiated pleomorphic sarcoma, second line and later",
    "Objective response",
)


def make_rows(n):
    rows = []
    for i in range(n):
        rate = i / max(n - 1, 1)
        for level, half in ((0.90, 0.15), (0.95, 0.2)):
            limits = (max(rate - half, 0.0), min(rate + half, 1.0))
            rows.append((LABELS[i % 4] + " " * (i // 4), rate, *limits, level))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


@pytest.mark.parametrize("n", [0, 1, 4])
def test_proportions_look_as_committed(n):
    ax = draw_proportion(make_rows(n), references=DESIGN)
    assert_same_picture(ax.figure, f"proportion_{n}")


def test_proportions_of_one_column_look_as_committed():
    ax = draw_proportion(make_rows(2), make_panel(85, 50), references=DESIGN)
    assert_same_picture(ax.figure, "proportion_85_mm")


@pytest.mark.parametrize("n", [0, 1, 2, 4, 12])
@pytest.mark.parametrize("width_mm", [85, 120, 180])
@pytest.mark.parametrize("references", [None, DESIGN, {"p0": 0.1, "p1": 0.1, "also": 0.12}])
def test_no_word_covers_another_or_leaves_the_canvas(n, width_mm, references):
    ax = draw_proportion(make_rows(n), make_panel(width_mm, 60), references=references)
    assert find_text_faults(ax.figure) == []
