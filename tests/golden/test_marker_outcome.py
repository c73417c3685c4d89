import polars as pl
import pytest
from picture_checks import assert_same_picture, find_text_faults

from trialwright.figures.layout import make_panel
from trialwright.figures.tissue_outcome import describe_marker_outcome, draw_marker_outcome

RESPONSES = ("CR", "PR", "SD", "PD", "NE", None)
TYPES = {
    "USUBJID": pl.String, "R2BASE": pl.Float64, "AVALC": pl.String, "time_months": pl.Float64,
    "event": pl.Boolean,
}  # fmt: skip


def make_cases(n: int) -> pl.DataFrame:
    rows = [
        (f"01-{i:03d}", 0.6 * 1.2 ** (i % 17), RESPONSES[i % 6], 1.5 + i * 5 % 23 / 2, i % 4 > 0)
        for i in range(n)
    ]
    return pl.DataFrame(rows, TYPES, orient="row")


@pytest.mark.parametrize("n", [0, 11])
def test_a_marker_beside_outcome_looks_as_committed(n):
    figure = draw_marker_outcome(make_cases(n), "CD8, fold change").figure
    assert_same_picture(figure, f"marker_outcome_{n}")


@pytest.mark.parametrize("n", [1, 2, 11, 43, 400])
@pytest.mark.parametrize("width_mm", [85, 120])
def test_no_word_of_it_covers_another_or_leaves_the_canvas(n, width_mm):
    ax = draw_marker_outcome(make_cases(n), "CD8, fold change", make_panel(width_mm, 90))
    assert find_text_faults(ax.figure) == []


def test_it_is_told_in_words():
    assert describe_marker_outcome(make_cases(2), "CD8, fold change") == (
        "CD8, fold change against progression-free survival of 2 patients. 01-001 0.7 (PR), "
        "4.0 months; 01-000 0.6 (CR), 1.5 months, without progression."
    )
