import polars as pl
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from trialwright.core.errors import TrialwrightError
from trialwright.figures.safety import BAR_POINTS, describe_adverse_events, draw_adverse_events
from trialwright.figures.safety_rows import lay_rows, read_terms
from trialwright.figures.style import GRADE_COLORS, contrast, text_on

SCHEMA = {"term": pl.String, "grade": pl.Int64, "n": pl.Int64, "n_of": pl.Int64}


def make_events(*rows):
    return pl.DataFrame(list(rows), schema=SCHEMA, orient="row")


EVENTS = make_events(
    ("Nausea", 1, 3, 14),
    ("Fatigue", 1, 2, 14),
    ("Fatigue", 3, 1, 14),
    ("Fatigue", 2, 3, 14),
    ("Sepsis", 5, 1, 14),
    ("Hypotension", None, 1, 14),
    ("Hypotension", 4, 2, 14),
    ("Cough", 1, 0, 14),
)


def segments_of(ax):
    """List where each segment starts and how long it is, in patients, row by row."""
    bars = [p for p in rectangles_of(ax) if p.get_facecolor()[3] > 0]
    return [(p.get_x(), p.get_width()) for p in bars]


def rectangles_of(ax):
    """Leave out the swatches of the key, which are lower than a bar."""
    return [p for p in ax.patches if isinstance(p, Rectangle) and p.get_height() == BAR_POINTS]


def words_of(ax):
    return [text.get_text() for text in ax.texts]


def test_terms_stand_by_falling_frequency_then_by_name():
    assert [term.name for term in read_terms(EVENTS)] == [
        "Fatigue",
        "Hypotension",
        "Nausea",
        "Sepsis",
    ]


def test_row_order_does_not_matter():
    assert words_of(draw_adverse_events(EVENTS)) == words_of(draw_adverse_events(EVENTS.reverse()))


def test_segments_are_as_long_as_their_patients_and_the_worst_grade_stands_at_the_axis():
    ax = draw_adverse_events(EVENTS)
    fatigue, hypotension = [(0, 1), (1, 3), (4, 2)], [(0, 2), (2, 1)]
    assert segments_of(ax) == [*fatigue, *hypotension, (0, 3), (0, 1)]


def test_grade_numbers_follow_the_segments_and_totals_stand_at_the_ends():
    words = words_of(draw_adverse_events(EVENTS))
    assert [word for word in words if word in "12345"] == ["3", "2", "1", "4", "1", "5"]
    assert [word for word in words if "%" in word] == [
        "6 (42.9%)",
        "3 (21.4%)",
        "3 (21.4%)",
        "1 (7.1%)",
    ]


def test_a_grade_that_was_not_recorded_is_hatched_and_named():
    ax = draw_adverse_events(EVENTS)
    bars = [p for p in rectangles_of(ax) if p.get_hatch()]
    assert [(p.get_x(), p.get_width()) for p in bars] == [(2, 1)]
    assert "Grade not recorded" in words_of(ax)
    recorded = EVENTS.filter(pl.col("grade").is_not_null())
    assert "Grade not recorded" not in words_of(draw_adverse_events(recorded))


def test_the_axis_counts_whole_patients_of_those_treated():
    ax = draw_adverse_events(EVENTS)
    assert ax.get_xlabel() == "Patients (of 14 treated)"
    assert list(ax.get_xticks()) == [0, 1, 2, 3, 4, 5, 6]


def test_terms_beyond_twenty_five_are_counted_with_the_severe_among_them():
    rows = [(f"Term {i:02d}", 3 if i == 29 else 1, 2 if i < 27 else 1, 14) for i in range(30)]
    ax = draw_adverse_events(make_events(*rows))
    words = words_of(ax)
    assert {"Term 24", "Term 25"} & set(words) == {"Term 24"}
    note = "Not drawn: 5 terms in at most 2 patients each, 1 with grade 3 or higher."
    assert note in " ".join(words)


def test_low_axes_get_as_many_terms_as_they_hold():
    rows = [(f"Term {i:02d}", 1, 1, 14) for i in range(20)]
    ax = Figure((4, 2)).add_axes((0.4, 0.4, 0.4, 0.4))  # 0.8 inches are 57.6 points
    assert draw_adverse_events(make_events(*rows), ax) is ax
    assert [word for word in words_of(ax) if word.startswith("Term")] == [
        f"Term {i:02d}" for i in range(4)
    ]
    assert "Not drawn: 16 terms in 1 patient each" in " ".join(words_of(ax))
    assert ax.get_position().bounds == pytest.approx((0.4, 0.4, 0.4, 0.4))


def test_a_long_name_gets_a_higher_row_and_at_most_three_lines():
    long = make_events(("Pain", 1, 2, 9), ("Palmar-plantar erythrodysesthesia " * 9, 1, 1, 9))
    first, second = lay_rows(read_terms(long), 100.0)
    assert len(first.lines) == 1
    assert len(second.lines) == 3
    assert second.lines[-1].endswith("\N{HORIZONTAL ELLIPSIS}")
    assert second.height > 2 * first.height


def test_darker_is_worse_and_every_number_reads_on_its_tint():
    greys = [contrast(color, "#ffffff") for _, color in sorted(GRADE_COLORS.items())]
    assert greys == sorted(greys)
    assert all(contrast(text_on(color), color) >= 4.5 for color in GRADE_COLORS.values())


def test_an_impossible_grade_and_two_denominators_are_refused():
    with pytest.raises(TrialwrightError) as failure:
        draw_adverse_events(make_events(("Pain", 6, 1, 14)))
    assert str(failure.value) == (
        "adverse events: grade 6 of Pain, expected 1 to 5 or null. Correct AETOXGR."
    )
    with pytest.raises(TrialwrightError, match="n_of is 14, 15, expected one number"):
        draw_adverse_events(make_events(("Pain", 1, 1, 14), ("Pain", 2, 1, 15)))


def test_a_missing_column_is_named():
    with pytest.raises(TrialwrightError, match=r"adverse events: .* expected also n_of"):
        draw_adverse_events(EVENTS.drop("n_of"))


def test_nothing_recorded_is_a_sentence():
    words = words_of(draw_adverse_events(EVENTS.clear()))
    assert words == ["No adverse event has been recorded."]
    nobody = EVENTS.filter(pl.col("n") == 0)
    assert describe_adverse_events(nobody) == "No adverse event has been recorded in 14 patients."


def test_the_text_alternative_carries_every_number():
    assert describe_adverse_events(EVENTS) == (
        "4 adverse event terms by frequency in 14 treated patients, each patient at the worst "
        "grade; 3 with grade 3 or higher. "
        "Fatigue 6 (42.9%): 2 grade 1, 3 grade 2, 1 grade 3. "
        "Hypotension 3 (21.4%): 2 grade 4, 1 grade not recorded. "
        "Nausea 3 (21.4%): 3 grade 1. "
        "Sepsis 1 (7.1%): 1 grade 5."
    )
