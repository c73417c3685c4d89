import polars as pl
import pytest

from trialwright.core.errors import TrialwrightError
from trialwright.figures.proportion import describe_proportion, draw_proportion
from trialwright.figures.style import STRATA

ROWS = pl.DataFrame(
    {
        "label": ["Evaluable", "Evaluable", "Nobody"],
        "estimate": [1 / 14, 1 / 14, None],
        "lower": [0.0037, 0.0018, None],
        "upper": [0.297, 0.339, None],
        "level": [0.90, 0.95, 0.90],
    }
)
DESIGN = {"p0 = 20%": 0.2, "p1 = 40%": 0.4}


def words_of(ax):
    return [text.get_text() for text in ax.texts]


def test_the_intervals_of_one_proportion_lie_on_one_line_the_narrower_thicker():
    ax = draw_proportion(ROWS)
    lines = [line for line in ax.lines if line.get_color() == STRATA[0]]
    spans = [
        (list(line.get_xdata()), list(line.get_ydata()), line.get_linewidth())
        for line in lines
        if line.get_marker() == "None" and list(line.get_ydata()) == [0, 0]
    ]
    (narrow, _, thick), (wide, _, thin) = spans
    assert narrow == pytest.approx([0.37, 29.7])
    assert wide == pytest.approx([0.18, 33.9])
    assert thick > thin


def test_numbers_stand_in_columns_and_what_is_not_estimable_says_so():
    words = words_of(draw_proportion(ROWS))
    assert {"7.1", "0.4\N{EN DASH}29.7", "0.2\N{EN DASH}33.9", "90% CI", "95% CI"} <= set(words)
    assert words.count("NE") == 2
    assert words.count("\N{EN DASH}") == 1


def test_the_rates_of_the_design_are_named_lines():
    ax = draw_proportion(ROWS, references=DESIGN)
    assert set(DESIGN) <= set(words_of(ax))
    places = [list(line.get_xdata()) for line in ax.lines if list(line.get_ydata()) == [0, 1]]
    assert places == [[20, 20], [40, 40]]


def test_a_missing_column_is_named():
    with pytest.raises(TrialwrightError, match="expected also level"):
        draw_proportion(ROWS.drop("level"))


def test_nothing_estimated_is_a_sentence():
    assert words_of(draw_proportion(ROWS.clear())) == ["No proportion has been estimated."]
    assert describe_proportion(ROWS.clear()) == "No proportion has been estimated."


def test_the_text_alternative_carries_the_numbers():
    assert describe_proportion(ROWS, references=DESIGN) == (
        "Evaluable: 7.1% (90% CI 0.4\N{EN DASH}29.7; 95% CI 0.2\N{EN DASH}33.9). Nobody: NE. "
        "Rates of the design: p0 = 20%, p1 = 40%."
    )
