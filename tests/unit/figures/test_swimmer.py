import polars as pl
import pytest
from matplotlib.patches import Rectangle

from trialwright.core.errors import TrialwrightError
from trialwright.figures.event_looks import KNOWN_LOOKS, choose_looks
from trialwright.figures.swim_events import MARKER_GAP_POINTS, marks_of, spread
from trialwright.figures.swim_rows import Event, have_lanes, read_swimmers
from trialwright.figures.swimmer import describe_swimmer, draw_swimmer

BARS = pl.DataFrame(
    {
        "USUBJID": ["01-1", "01-2", "01-2"],
        "label": [None, "Angiosarcoma", "Angiosarcoma"],
        "part": ["Induction", "Induction", "Maintenance"],
        "start_months": [0.0, 0.0, 2.0],
        "end_months": [1.5, 2.0, 8.0],
        "is_ongoing": [False, False, True],
    }
)
EVENTS = pl.DataFrame(
    {
        "USUBJID": ["01-1", "01-1", "01-2", "01-3"],
        "time_months": [1.4, 1.5, 2.7, 0.3],
        "kind": ["progression", "discontinuation", "first response", "death"],
        "text": [None, "progression", None, None],
    }
)


def words_of(ax):
    return [text.get_text() for text in ax.texts]


def test_rows_stand_by_duration_and_a_patient_without_a_bar_comes_last():
    assert [one.subject for one in read_swimmers(BARS, EVENTS)] == ["01-2", "01-1", "01-3"]


def test_each_stretch_is_a_bar_at_its_months():
    ax = draw_swimmer(BARS, EVENTS)
    bars = [p for p in ax.patches if isinstance(p, Rectangle) and p.get_height() < 1]
    assert [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in bars] == [
        (0.0, 2.0),
        (2.0, 8.0),
        (0.0, 1.5),
    ]


def test_agents_that_overlap_in_time_get_lanes_and_phases_do_not():
    overlapping = BARS.with_columns(start_months=pl.Series([0.0, 0.0, 1.0]))
    assert not have_lanes(read_swimmers(BARS, EVENTS))
    assert have_lanes(read_swimmers(overlapping, EVENTS))


def test_the_key_names_parts_and_kinds_that_occur():
    words = words_of(draw_swimmer(BARS, EVENTS))
    assert {"Induction", "Maintenance", "Ongoing", "First response", "Death"} <= set(words)
    assert "Last contact" not in words


def test_a_label_is_written_and_the_identifier_in_its_absence():
    assert {"Angiosarcoma", "01-1", "01-3"} <= set(words_of(draw_swimmer(BARS, EVENTS)))


def test_words_that_have_to_move_behind_the_row_say_what_they_belong_to():
    late = EVENTS.with_columns(time_months=pl.Series([1.45, 1.4, 2.7, 0.3]))
    assert "Discontinuation: progression" in words_of(draw_swimmer(BARS, late))


def test_words_behind_a_bar_that_ends_after_their_marker_say_what_they_belong_to():
    early = EVENTS.with_columns(text=pl.Series([None, None, "central read", None]))
    assert "First response: central read" in words_of(draw_swimmer(BARS, early))


def test_where_one_row_names_its_words_all_do():
    late = EVENTS.with_columns(time_months=pl.Series([1.45, 1.4, 2.7, 0.3]))
    words = words_of(draw_swimmer(BARS, late))
    assert all(
        ": " in word for word in words if "progression" in word.lower() and word != "Progression"
    )


def test_markers_that_would_cover_each_other_stand_side_by_side():
    marks = [Event("a", 1.0, ""), Event("b", 1.0, ""), Event("c", 9.0, "")]
    assert spread(marks, per_month=10.0) == [1.0, 1.0 + MARKER_GAP_POINTS / 10, 9.0]


def test_an_arrow_stands_where_treatment_goes_on():
    first, *_ = read_swimmers(BARS, EVENTS)
    assert [(mark.kind, mark.time) for mark in marks_of(first)] == [
        ("first response", 2.7),
        ("ongoing", 8.0),
    ]


def test_an_unknown_kind_gets_a_shape_of_its_own():
    looks = choose_looks([*KNOWN_LOOKS, "surgery", "biopsy", "transplant"])
    assert len(set(looks.values())) == len(KNOWN_LOOKS) + 3


def test_an_event_without_a_date_is_counted_in_a_note():
    undated = EVENTS.with_columns(time_months=pl.Series([1.4, None, 2.7, 0.3]))
    assert "Without a date: 1 event." in words_of(draw_swimmer(BARS, undated))


def test_a_missing_column_is_named():
    with pytest.raises(TrialwrightError, match=r"swimmer events: .* expected also kind"):
        draw_swimmer(BARS, EVENTS.drop("kind"))


def test_nobody_is_a_sentence():
    assert words_of(draw_swimmer(BARS.clear(), EVENTS.clear())) == ["No patient has been treated."]


def test_the_text_alternative_carries_every_number():
    assert describe_swimmer(BARS, EVENTS) == (
        "Time on treatment of 3 patients, 0.0 to 8.0 months; 1 ongoing. "
        "01-2 Angiosarcoma: Induction 0.0 to 2.0 months; Maintenance 2.0 to 8.0 months, ongoing; "
        "first response at 2.7 months. "
        "01-1: Induction 0.0 to 1.5 months; progression at 1.4 months; "
        "discontinuation at 1.5 months (progression). "
        "01-3: death at 0.3 months."
    )
