from itertools import pairwise

import polars as pl
import pytest

from trialwright.core.errors import TrialwrightError
from trialwright.figures.curves import read_curves
from trialwright.figures.survival import describe_kaplan_meier, draw_kaplan_meier

# Four patients: events at 2 and 5, censored at 3 and 8.
CURVE = pl.DataFrame(
    {
        "stratum": ["A"] * 5,
        "time_months": [0.0, 2.0, 3.0, 5.0, 8.0],
        "survival": [1.0, 0.75, 0.75, 0.375, 0.375],
        "lower": [1.0, 0.128, 0.128, 0.011, 0.011],
        "upper": [1.0, 0.961, 0.961, 0.808, 0.808],
        "n_risk": [4, 4, 3, 2, 1],
        "n_event": [0, 1, 0, 1, 0],
        "n_censored": [0, 0, 1, 0, 1],
    }
)
MEDIANS = pl.DataFrame({"stratum": ["A"], "median_months": [5.0], "text": ["Median 5.0 months"]})


def words_of(ax):
    return [text.get_text() for text in ax.texts]


def test_at_risk_and_events_are_counted_just_before_each_time():
    words = words_of(draw_kaplan_meier(CURVE, [0, 2, 5, 8, 9]))
    assert [word for word in words if word.endswith(")") and word[0].isdigit()] == [
        "4 (0)",
        "4 (0)",
        "2 (1)",
        "1 (2)",
        "0 (2)",
    ]


def test_a_curve_keeps_each_value_until_the_next_time():
    line = draw_kaplan_meier(CURVE, [0, 4, 8]).lines[0]
    assert list(line.get_xdata()) == [0, 2, 2, 3, 3, 5, 5, 8, 8]
    assert list(line.get_ydata()) == [1, 1, 0.75, 0.75, 0.75, 0.75, 0.375, 0.375, 0.375]


def test_censoring_ticks_stand_where_patients_are_censored():
    ticks = draw_kaplan_meier(CURVE, [0, 4, 8]).lines[1]
    assert ticks.get_marker() == "|"
    assert list(zip(ticks.get_xdata(), ticks.get_ydata(), strict=True)) == [(3, 0.75), (8, 0.375)]


def test_the_median_line_reaches_the_callers_median():
    ax = draw_kaplan_meier(CURVE, [0, 4, 8], medians=MEDIANS)
    lines = [(list(line.get_xdata()), list(line.get_ydata())) for line in ax.lines]
    assert ([0.0, 5.0], [0.5, 0.5]) in lines
    assert ([5.0, 5.0], [0.0, 0.5]) in lines
    assert "Median 5.0 months" in words_of(ax)


def test_a_median_that_is_not_reached_has_words_and_no_line():
    missing = MEDIANS.with_columns(median_months=pl.lit(None, pl.Float64), text=pl.lit("Median NR"))
    ax = draw_kaplan_meier(CURVE, [0, 4, 8], medians=missing)
    assert "Median NR" in words_of(ax)
    assert not [line for line in ax.lines if list(line.get_ydata()) == [0.5, 0.5]]


def test_a_triangle_stands_where_fewer_than_a_tenth_go_on():
    few = CURVE.with_columns(n_risk=pl.Series([40, 30, 20, 4, 3]))
    assert read_curves(CURVE)[0].few_from() is None
    assert read_curves(few)[0].few_from() == (5.0, 0.375)
    assert "Fewer than 10% at risk beyond" in words_of(draw_kaplan_meier(few, [0, 4, 8]))


def test_strata_have_their_own_colors_and_line_patterns():
    strata = pl.concat([CURVE.with_columns(stratum=pl.lit(name)) for name in "ABCD"])
    curves = read_curves(strata)
    assert [curve.name for curve in curves] == ["A", "B", "C", "D"]
    assert len({curve.color for curve in curves}) == 4
    assert len({str(curve.dashes) for curve in curves}) == 4


def test_limits_that_do_not_exist_leave_the_band_open():
    open_end = CURVE.with_columns(
        survival=pl.Series([1.0, 0.75, 0.75, 0.375, 0.0]),
        lower=pl.Series([1.0, 0.1, 0.1, 0.01, None]),
        upper=pl.Series([1.0, 0.9, 0.9, 0.8, None]),
    )
    band = draw_kaplan_meier(open_end, [0, 4, 8]).collections[0]
    corners = band.get_paths()[0].vertices
    assert corners[:, 0].max() == 8
    assert {0.01, 0.8} <= {float(y) for x, y in corners if x == 8}


def test_crowded_times_are_thinned_evenly():
    ax = draw_kaplan_meier(CURVE, [i / 4 for i in range(33)])
    shown = [label.get_text() for label in ax.get_xticklabels() if label.get_text()]
    assert shown[0] == "0"
    steps = {float(b) - float(a) for a, b in pairwise(shown)}
    assert len(shown) > 4
    assert len(steps) == 1


def test_nobody_at_risk_is_a_sentence():
    ax = draw_kaplan_meier(CURVE.clear(), [0, 4, 8])
    assert words_of(ax) == ["No patient is at risk."]
    assert describe_kaplan_meier(CURVE.clear(), [0, 4, 8]) == "No patient is at risk."


def test_a_missing_column_is_named():
    with pytest.raises(TrialwrightError, match="expected also n_event"):
        draw_kaplan_meier(CURVE.drop("n_event"), [0])


def test_the_text_alternative_carries_the_numbers():
    assert describe_kaplan_meier(CURVE, [0, 4, 9], medians=MEDIANS, outcome="Overall survival") == (
        "Overall survival by the Kaplan-Meier method. "
        "A: 4 patients, 2 events, followed for up to 8.0 months. Median 5.0 months. "
        "0 months: 1.000 (1.000\N{EN DASH}1.000), 4 at risk, 0 events before; "
        "4 months: 0.750 (0.128\N{EN DASH}0.961), 2 at risk, 1 event before; "
        "9 months: 0 at risk, 2 events before."
    )
