import polars as pl
import pytest

from trialwright.core.errors import TrialwrightError
from trialwright.figures.spider import describe_spider, draw_spider
from trialwright.figures.style import RESPONSE_COLORS, RESPONSE_MARKERS

CHANGES = pl.DataFrame(
    {
        "USUBJID": ["01-2", "01-1", "01-1", "01-3", "01-4"],
        "time_months": [1.4, 2.8, 1.4, 1.4, None],
        "PCHG": [260.0, -41.0, -20.0, None, 5.0],
        "AVALC": ["PD", "PR", "PR", "NE", "SD"],
    }
)


def words_of(ax):
    return [text.get_text() for text in ax.texts]


def threads_of(ax):
    return [line for line in ax.lines if line.get_marker() in RESPONSE_MARKERS.values()][:2]


def test_a_line_starts_at_the_baseline_and_follows_time_in_color_and_shape_of_the_response():
    first, _ = threads_of(draw_spider(CHANGES))
    assert list(first.get_xdata()) == [0, 1.4, 2.8]
    assert list(first.get_ydata()) == [0, -20, -41]
    assert first.get_color() == RESPONSE_COLORS["PR"]
    assert first.get_marker() == RESPONSE_MARKERS["PR"]


def test_a_recorded_baseline_is_not_doubled():
    baseline = pl.DataFrame(
        {"USUBJID": ["01-2"], "time_months": [0.0], "PCHG": [0.0], "AVALC": ["PD"]}
    )
    _, second = threads_of(draw_spider(pl.concat([CHANGES, baseline])))
    assert list(second.get_xdata()) == [0, 1.4]


def test_a_change_beyond_the_axis_stands_at_its_edge_and_is_counted():
    ax = draw_spider(CHANGES)
    _, second = threads_of(ax)
    assert list(second.get_ydata()) == [0, 200]
    assert ax.get_ylim() == (-100, 200)
    assert "Over +200%: 1 measurement, at the upper edge." in words_of(ax)


def test_patients_are_named_and_counted_by_response():
    words = words_of(draw_spider(CHANGES))
    assert {"01-1", "01-2", "PR (n = 1)", "PD (n = 1)"} <= set(words)


def test_only_a_baseline_is_drawn_as_a_point():
    baseline = CHANGES.head(1).with_columns(time_months=pl.lit(0.0), PCHG=pl.lit(0.0))
    assert "01-2" in words_of(draw_spider(baseline))


def test_a_missing_column_is_named():
    with pytest.raises(TrialwrightError, match="expected also time_months"):
        draw_spider(CHANGES.drop("time_months"))


def test_nothing_measured_is_a_sentence():
    words = " ".join(words_of(draw_spider(CHANGES.tail(2))))
    assert words == "No change of target lesions has been measured."


def test_the_text_alternative_carries_every_number():
    assert describe_spider(CHANGES) == (
        "Change in target lesions over time of 2 patients. Best response: PR 1, PD 1. "
        "01-1 PR: \N{MINUS SIGN}20.0% at 1.4 months, \N{MINUS SIGN}41.0% at 2.8 months; "
        "01-2 PD: +260.0% at 1.4 months."
    )
