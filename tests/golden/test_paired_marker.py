import polars as pl
import pytest
from picture_checks import assert_same_picture, find_text_faults

from trialwright.figures.layout import make_panel
from trialwright.figures.tissue import describe_paired_marker, draw_paired_marker

VISITS = ("SCREENING", "C2D1")
LABEL = "CD8-positive cells (% of nucleated cells)"
RESPONSES = ("CR", "PR", "SD", "PD", "NE", None)


def make_pairs(n: int, lowest: float = 1.2) -> pl.DataFrame:
    """Spread n pairs, every fifth falling, with every response."""
    return pl.DataFrame(
        {
            "USUBJID": [f"01-{i:03d}" for i in range(n)],
            "BASE": [lowest + (i * 7 % 11) / 2 for i in range(n)],
            "AVAL": [
                (lowest + (i * 7 % 11) / 2) * (0.7 if i % 5 == 4 else 1.4 + i % 9) for i in range(n)
            ],
            "AVALC": [RESPONSES[i % 6] for i in range(n)],
        },
        schema_overrides={"BASE": pl.Float64, "AVAL": pl.Float64, "AVALC": pl.String},
    )


@pytest.mark.parametrize("n", [0, 1, 11, 40])
def test_a_paired_marker_looks_as_committed(n):
    figure = draw_paired_marker(make_pairs(n), VISITS, LABEL, 0.0029 if n else None).figure
    assert_same_picture(figure, f"paired_marker_{n}")


@pytest.mark.parametrize("n", [1, 2, 5, 11, 25, 40, 43, 400])
@pytest.mark.parametrize("lowest", [0.0, 1.2])
def test_no_word_of_a_paired_marker_covers_another_or_leaves_the_canvas(n, lowest):
    assert find_text_faults(draw_paired_marker(make_pairs(n, lowest), VISITS, LABEL).figure) == []


@pytest.mark.parametrize("width_mm", [85, 120, 180])
def test_a_paired_marker_fits_every_column_width(width_mm):
    ax = draw_paired_marker(make_pairs(11), VISITS, LABEL, 0.01, make_panel(width_mm, 100))
    assert find_text_faults(ax.figure) == []


def test_a_paired_marker_is_told_in_words():
    told = describe_paired_marker(make_pairs(3), VISITS, LABEL, 0.25)
    assert told == (
        "CD8-positive cells (% of nucleated cells) at SCREENING and C2D1. 3 pairs: 3 increased, "
        "0 decreased. Mean fold change 2.4 (1.4 to 3.4). P = 0.25. CR in 1, PR in 1, SD in 1. "
        "01-002 2.7 to 9.2; 01-001 4.7 to 11.3; 01-000 1.2 to 1.7."
    )
