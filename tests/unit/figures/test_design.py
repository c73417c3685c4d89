import polars as pl
import pytest

from trialwright.core.errors import TrialwrightError
from trialwright.figures.design import (
    describe_admissible_hull,
    draw_admissible_hull,
    draw_design,
    draw_expected_size,
    draw_power,
)
from trialwright.figures.layout import canvas_of, overlaps

POINTS = pl.DataFrame(
    {
        "rate": [0.0, 0.2, 0.4, 1.0],
        "prob_early_stop": [1.0, 0.75, 0.17, 0.0],
        "prob_reject": [0.0, 0.05, 0.80, 1.0],
        "expected_n": [13.0, 20.6, 37.9, 43.0],
    }
)
HULL = pl.DataFrame(
    {
        "n": [33, 37, 38, 43],
        "expected_n": [22.3, 21.8, 21.2, 20.6],
        "on_hull": [True, False, True, True],
        "label": ["4/18, 10/33 minimax", None, "3/14, 11/38 admissible", "3/13, 12/43 optimal"],
    }
)


def words_of(ax):
    return [text.get_text() for text in ax.texts]


def test_power_and_early_stop_are_drawn_over_the_rate_and_named_beside_their_curves():
    ax = draw_power(POINTS, {"p0": 0.2, "p1": 0.4})
    assert set(words_of(ax)) == {"p0", "p1", "concludes activity", "stops early"}
    drawn = [list(line.get_ydata()) for line in ax.lines if len(line.get_ydata()) == 4]
    assert drawn == [POINTS["prob_reject"].to_list(), POINTS["prob_early_stop"].to_list()]


def test_expected_size_begins_at_zero_and_holds_its_curve():
    ax = draw_expected_size(POINTS)
    low, high = ax.get_ylim()
    assert low == 0
    assert high > 43


def test_a_design_has_two_panels():
    assert [ax.get_ylabel() for ax in draw_design(POINTS).axes] == [
        "Probability",
        "Expected patients",
    ]


def test_points_of_the_hull_are_joined_numbered_and_named_and_the_others_hollow():
    ax = draw_admissible_hull(HULL)
    assert list(ax.lines[0].get_xdata()) == [33, 38, 43]
    assert words_of(ax) == [
        "1",
        "1  4/18, 10/33 minimax",
        "2",
        "2  3/14, 11/38 admissible",
        "3",
        "3  3/13, 12/43 optimal",
    ]


def test_names_of_the_hull_lie_on_the_canvas_and_apart():
    ax = draw_admissible_hull(HULL)
    boxes = [text.get_window_extent() for text in ax.texts]
    width, height = canvas_of(ax).get_size_inches() * canvas_of(ax).dpi
    for number, box in enumerate(boxes):
        assert not overlaps(box, boxes[:number])
        assert box.x0 >= 0
        assert box.x1 <= width
        assert box.y1 <= height


def test_a_hull_with_too_many_points_names_its_ends():
    many = pl.DataFrame(
        {
            "n": list(range(50, 70)),
            "expected_n": [40 - 2 * k + 0.05 * k**2 for k in range(20)],
            "on_hull": [True] * 20,
            "label": [f"design {k}" for k in range(20)],
        }
    )
    assert words_of(draw_admissible_hull(many)) == ["1", "1  design 0", "20", "20  design 19"]


def test_the_hull_is_said_in_words():
    assert describe_admissible_hull(HULL) == (
        "Patients of the admissible designs. 4/18, 10/33 minimax: at most 33, expected 22.3; "
        "3/14, 11/38 admissible: at most 38, expected 21.2; 3/13, 12/43 optimal: at most 43, "
        "expected 20.6."
    )


def test_a_frame_without_its_columns_is_refused():
    with pytest.raises(TrialwrightError, match="draw_power: columns rate, expected also"):
        draw_power(POINTS.select("rate"))
