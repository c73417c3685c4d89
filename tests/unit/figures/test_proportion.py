import polars as pl
import pytest
from matplotlib.figure import Figure

from trialwright.core.errors import TrialwrightError
from trialwright.figures.layout import make_panel
from trialwright.figures.proportion import (
    INNER_POINTS,
    OUTER_POINTS,
    describe_proportion,
    draw_proportion,
)
from trialwright.figures.proportion_rows import read_estimates, spread

SCHEMA = {
    "label": pl.String,
    "estimate": pl.Float64,
    "lower": pl.Float64,
    "upper": pl.Float64,
    "level": pl.Float64,
}


def make_rows(*rows):
    return pl.DataFrame(list(rows), schema=SCHEMA, orient="row")


ROWS = make_rows(
    ("Evaluable", 1 / 14, 0.004, 0.297, 0.90),
    ("Evaluable", 1 / 14, 0.002, 0.339, 0.95),
    ("Treated", 1 / 15, 0.003, 0.279, 0.90),
    ("Treated", 1 / 15, 0.002, 0.320, 0.95),
)
RATES = (0.2, 0.4)


def words_of(ax):
    return [text.get_text() for text in ax.texts]


def intervals_of(ax):
    """List limits and line width of each interval, in percent."""
    lines = [line for line in ax.lines if line.get_linestyle() == "-"]
    lines = [line for line in lines if line.get_transform() == ax.transData]
    return [
        (*(round(float(x), 1) for x in line.get_xdata()), line.get_linewidth()) for line in lines
    ]


def test_both_levels_of_a_label_stand_on_one_line_the_narrower_thick():
    assert intervals_of(draw_proportion(ROWS, RATES)) == [
        (0.2, 33.9, OUTER_POINTS),
        (0.4, 29.7, INNER_POINTS),
        (0.2, 32.0, OUTER_POINTS),
        (0.3, 27.9, INNER_POINTS),
    ]


def test_the_order_of_the_levels_does_not_matter_and_that_of_the_labels_stays():
    swapped = ROWS[[1, 0, 3, 2]]
    assert words_of(draw_proportion(swapped, RATES)) == words_of(draw_proportion(ROWS, RATES))
    assert [one.label for one in read_estimates(ROWS[[2, 3, 0, 1]])] == ["Treated", "Evaluable"]


def test_the_numbers_stand_in_columns():
    words = words_of(draw_proportion(ROWS, RATES))
    start = words.index("%")
    assert words[start : start + 9] == [
        *("%", "7.1", "6.7"),
        *("90% CI", "0.4\u201329.7", "0.3\u201327.9"),
        *("95% CI", "0.2\u201333.9", "0.2\u201332.0"),
    ]


def test_a_narrow_figure_keeps_the_percentages_and_a_plot_that_can_be_read():
    long = ROWS.with_columns(label=pl.col("label") + pl.lit(" by central review"))
    words = words_of(draw_proportion(long, RATES, make_panel(85, 60)))
    assert "7.1" in words
    assert "0.4\u201329.7" not in words


def test_the_rates_of_the_design_are_named_lines():
    ax = draw_proportion(ROWS, RATES)
    assert {"p0 20%", "p1 40%"} <= set(words_of(ax))
    dashed = [line.get_xdata() for line in ax.lines if line.get_linestyle() == "--"]
    assert [list(x) for x in dashed] == [[20, 20], [40, 40]]
    without = draw_proportion(ROWS, ())
    assert not any(word.startswith("p0") for word in words_of(without))


def test_the_axis_ends_beyond_every_number():
    assert draw_proportion(ROWS, RATES).get_xlim() == (0, 50)
    assert draw_proportion(ROWS, ()).get_xlim() == (0, 40)
    whole = make_rows(("All", 1.0, 0.025, 1.0, 0.95))
    assert draw_proportion(whole, RATES).get_xlim() == (0, 100)


def test_what_cannot_be_estimated_is_written_and_explained_once():
    ax = draw_proportion(make_rows(("All", None, None, None, 0.95)), RATES)
    assert words_of(ax).count("NE") == 2
    assert "NE: not estimable." in words_of(ax)
    assert intervals_of(ax) == []


def test_halves_are_rounded_up_as_the_fraction_that_they_are():
    (one,) = read_estimates(make_rows(("All", 23 / 400, None, None, None)))
    assert one.percent == "5.8"
    (other,) = read_estimates(make_rows(("All", 57 / 2000, None, None, None)))
    assert other.percent == "2.9"


def test_names_that_would_touch_move_apart_and_stay_in_the_room():
    assert spread([10.0, 50.0], [20.0, 20.0], 100.0) == [10.0, 50.0]
    first, second = spread([95.0, 96.0], [20.0, 20.0], 100.0)
    assert second == 90.0
    assert second - first >= 20.0


def test_a_percentage_is_refused():
    with pytest.raises(TrialwrightError) as failure:
        draw_proportion(make_rows(("Evaluable", 7.1, 0.4, 29.7, 0.9)), RATES)
    assert str(failure.value) == (
        "proportions: estimate of Evaluable is 7.1, expected 0 to 1. Write 0.20 for 20%."
    )


def test_a_missing_column_is_named():
    with pytest.raises(TrialwrightError, match=r"proportions: .* expected also level"):
        draw_proportion(ROWS.drop("level"), RATES)


def test_low_axes_say_how_many_rows_they_leave_out():
    many = pl.concat([ROWS.with_columns(label=pl.lit(f"Analysis {i}")).head(2) for i in range(9)])
    ax = Figure((5, 2)).add_axes((0.3, 0.4, 0.4, 0.4))
    assert draw_proportion(many, RATES, ax) is ax
    assert "Analysis 1" in words_of(ax)
    assert "Analysis 8" not in words_of(ax)
    assert "Not drawn: the last" in " ".join(words_of(ax))
    assert ax.get_position().bounds == pytest.approx((0.3, 0.4, 0.4, 0.4))


def test_nothing_estimated_is_a_sentence():
    words = words_of(draw_proportion(ROWS.clear(), RATES))
    assert words == ["No proportion has been estimated."]


def test_the_text_alternative_carries_every_number():
    assert describe_proportion(ROWS, RATES) == (
        "Evaluable: 7.1% (90% CI 0.4\u201329.7; 95% CI 0.2\u201333.9). "
        "Treated: 6.7% (90% CI 0.3\u201327.9; 95% CI 0.2\u201332.0). "
        "Rates of the design: p0 20%, p1 40%."
    )
    unknown = make_rows(("All", None, None, None, 0.95))
    assert describe_proportion(unknown, ()) == "All: not estimable (95% CI NE)."
