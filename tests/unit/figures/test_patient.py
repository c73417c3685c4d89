import polars as pl
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from trialwright.core.errors import TrialwrightError
from trialwright.figures.lanes import Side, pack, position, read_lanes
from trialwright.figures.patient import describe_patient_timeline, draw_patient_timeline
from trialwright.figures.style import GRADE_COLORS, RESPONSE_COLORS

LANES = pl.DataFrame(
    {
        "lane": ["JX-594", "JX-594", "Adverse events", "Adverse events"],
        "label": ["1e9 pfu", "1e9 pfu", "Pyrexia", "Fatigue"],
        "start_day": [1, 15, 2, -3],
        "end_day": [1, 15, 3, None],
        "kind": ["dose", "dose", "grade 3", "grade 1"],
    }
)
POINTS = pl.DataFrame(
    {
        "lane": ["Response", "Milestones", "Milestones"],
        "day": [43, 43, None],
        "kind": ["response", "progression", "death"],
        "text": ["PD", "New lesion", None],
    }
)


def words_of(ax):
    return [text.get_text() for text in ax.texts]


def test_there_is_no_day_zero():
    assert [position(day) for day in (-2, -1, 1, 2)] == [-2, -1, 0, 1]


def test_lanes_stand_in_the_order_given_then_of_appearance():
    names = [lane.name for lane in read_lanes(LANES, POINTS, ["Response", "Not there"])]
    assert names == ["Response", "JX-594", "Adverse events", "Milestones"]


def test_an_adverse_event_has_tint_and_number_of_its_grade():
    ax = draw_patient_timeline(LANES, POINTS)
    assert {"3 Pyrexia", "1 Fatigue"} <= set(words_of(ax))
    tints = {to_hex(p.get_facecolor()) for p in ax.patches if isinstance(p, Rectangle)}
    assert {GRADE_COLORS[1], GRADE_COLORS[3], RESPONSE_COLORS["PD"]} <= tints


def test_what_goes_on_lasts_to_the_last_day():
    fatigue = read_lanes(LANES, POINTS, None)[1].items[1]
    assert (fatigue.start, fatigue.end, fatigue.goes_on) == (-3, 43, True)


def test_each_dose_is_a_tick():
    ax = draw_patient_timeline(LANES, POINTS)
    ticks = [list(line.get_xdata()) for line in ax.lines if line.get_linewidth() == 1.5]
    assert ticks == [[0.5, 0.5], [14.5, 14.5]]


def test_items_that_overlap_in_time_or_words_get_rows_of_their_own():
    lane = read_lanes(LANES, POINTS, None)[1]
    pack([lane], first=-3, per_day=2.0, width=200.0)
    assert [(item.text, item.row) for item in lane.items] == [("Fatigue", 0), ("Pyrexia", 1)]
    assert [item.side for item in lane.items] == [Side.INSIDE, Side.RIGHT]


def test_words_near_the_end_stand_at_the_left():
    lane = read_lanes(LANES, POINTS, None)[3]
    pack([lane], first=0, per_day=4.0, width=180.0)
    assert lane.items[0].side is Side.LEFT


def test_progression_runs_through_all_lanes():
    ax = draw_patient_timeline(LANES, POINTS)
    bottom, top = ax.get_ylim()
    guides = [line for line in ax.lines if list(line.get_ydata()) == [top, bottom]]
    assert [list(line.get_xdata()) for line in guides] == [[42.5, 42.5]]


def test_values_are_a_line_over_their_words():
    sums = pl.DataFrame(
        {
            "lane": ["Sum"] * 2,
            "day": [1, 43],
            "kind": ["measurement"] * 2,
            "text": ["60", "30"],
            "value": [60.0, 30.0],
        }
    )
    ax = draw_patient_timeline(LANES.clear(), sums)
    (line,) = [line for line in ax.lines if line.get_marker() == "o"]
    foot = max(ax.collections[0].get_paths()[0].vertices[:, 1])
    first, second = (foot - y for y in line.get_ydata())
    assert first == pytest.approx(2 * second)
    assert {"60", "30"} <= set(words_of(ax))


def test_a_missing_column_is_named():
    with pytest.raises(TrialwrightError, match=r"patient timeline, points: .* expected also text"):
        draw_patient_timeline(LANES, POINTS.drop("text"))


def test_nothing_recorded_is_a_sentence():
    ax = draw_patient_timeline(LANES.clear(), POINTS.clear())
    assert words_of(ax) == ["Nothing has been recorded for this patient."]


def test_the_text_alternative_carries_the_days():
    assert describe_patient_timeline(LANES, POINTS) == (
        "JX-594: 1e9 pfu, dose, day 1, 15. "
        "Adverse events: Fatigue, grade 1, day \N{MINUS SIGN}3 on; Pyrexia, grade 3, day 2 to 3. "
        "Response: PD, response, day 43. Milestones: New lesion, progression, day 43."
    )
