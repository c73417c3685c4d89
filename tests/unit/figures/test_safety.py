import polars as pl
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from trialwright.core.errors import TrialwrightError
from trialwright.figures.safety import MOST_ROWS, describe_adverse_events, draw_adverse_events
from trialwright.figures.style import GRADE_COLORS

EVENTS = pl.DataFrame(
    {
        "term": ["Fatigue", "Pyrexia", "Pyrexia", "Chills"],
        "grade": [1, 1, 3, 2],
        "n": [4, 3, 3, 0],
        "n_of": [15, 15, 15, 15],
    }
)


def words_of(ax):
    return [text.get_text() for text in ax.texts]


def bars_of(ax):
    """Leave out the swatches of the key: their heights are in points."""
    return [p for p in ax.patches if isinstance(p, Rectangle) and p.get_height() < 1]


def test_the_most_frequent_term_is_first_and_one_nobody_had_is_left_out():
    words = words_of(draw_adverse_events(EVENTS))
    assert words.index("Pyrexia") < words.index("Fatigue")
    assert "Chills" not in words


def test_the_worst_grade_stands_at_the_axis_in_its_tint():
    worst, mild, _ = bars_of(draw_adverse_events(EVENTS))
    assert (worst.get_x(), worst.get_width()) == (0, 20)
    assert (mild.get_x(), mild.get_width()) == (20, 20)
    assert to_hex(worst.get_facecolor()) == GRADE_COLORS[3]


def test_any_and_severe_grades_are_counted_with_percent():
    words = words_of(draw_adverse_events(EVENTS))
    assert {"6 (40.0)", "3 (20.0)", "4 (26.7)", "0 (0.0)"} <= set(words)


def test_terms_that_do_not_fit_the_page_are_counted():
    many = pl.DataFrame(
        {
            "term": [f"T{i:03d}" for i in range(50)],
            "grade": [1] * 50,
            "n": [1] * 50,
            "n_of": [9] * 50,
        }
    )
    words = words_of(draw_adverse_events(many))
    assert sum(word.startswith("T0") for word in words) == MOST_ROWS
    assert "Not shown: 6 terms, each in 1 patient or fewer." in words


def test_a_population_of_nobody_has_no_percent():
    nobody = EVENTS.with_columns(n_of=pl.lit(0))
    assert "6 (NE)" in words_of(draw_adverse_events(nobody))


def test_a_missing_column_is_named():
    with pytest.raises(TrialwrightError, match="expected also n_of"):
        draw_adverse_events(EVENTS.drop("n_of"))


def test_no_event_is_a_sentence():
    assert words_of(draw_adverse_events(EVENTS.clear())) == ["No adverse event has been recorded."]
    assert describe_adverse_events(EVENTS.tail(1)) == "No adverse event has been recorded."


def test_the_text_alternative_carries_every_count():
    assert describe_adverse_events(EVENTS) == (
        "Adverse events of 15 patients by worst grade, n (%). "
        "Pyrexia 6 (40.0): grade 1 3, grade 3 3. Fatigue 4 (26.7): grade 1 4."
    )
