import polars as pl
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from trialwright.core.errors import TrialwrightError
from trialwright.figures.flow import describe_flow, draw_flow

BOXES = pl.DataFrame(
    {
        "id": ["a", "x", "b", "d"],
        "text": ["Assessed", "Excluded\nDeclined (n = 0)", "Enrolled", "The trial continues."],
        "n": [5, 2, 3, None],
        "after": [None, "a", "a", "b"],
        "side": [False, True, False, False],
    }
)


def words_of(ax):
    return [text.get_text() for text in ax.texts]


def change(row, **values):
    return pl.DataFrame(
        [{**r, **values} if r["id"] == row else r for r in BOXES.to_dicts()], schema=BOXES.schema
    )


def test_the_first_line_of_a_box_gets_the_count_and_zero_is_shown():
    assert words_of(draw_flow(BOXES)) == [
        "Assessed (n = 5)",
        "Excluded (n = 2)",
        "Declined (n = 0)",
        "Enrolled (n = 3)",
        "The trial continues.",
    ]


def test_an_arrow_leads_to_every_box_but_the_first():
    arrows = [p for p in draw_flow(BOXES).patches if isinstance(p, FancyArrowPatch)]
    assert len(arrows) == 3


def test_two_boxes_after_one_open_two_arms_at_the_same_height():
    arms = pl.DataFrame(
        {
            "id": ["r", "a", "b"],
            "text": ["Randomized", "Arm A", "Arm B"],
            "n": [4, 2, 2],
            "after": [None, "r", "r"],
            "side": [False] * 3,
        }
    )
    _, left, right = (text.get_window_extent() for text in draw_flow(arms).texts)
    assert left.y0 == right.y0
    assert left.x1 < right.x0


def test_a_box_after_nothing_that_is_there_is_an_error():
    with pytest.raises(TrialwrightError) as failure:
        draw_flow(change("b", after="z"))
    assert str(failure.value) == (
        "participant flow, box 'b': after 'z', expected the id of a box of the main flow in an "
        "earlier row. Correct the id or the order."
    )


@pytest.mark.parametrize("after", ["b", "x", "d"])
def test_a_box_after_itself_a_side_box_or_a_later_one_is_an_error(after):
    with pytest.raises(TrialwrightError, match="expected the id of a box of the main flow"):
        draw_flow(change("b", after=after))


def test_an_id_that_occurs_twice_is_an_error():
    with pytest.raises(TrialwrightError, match="two boxes with the id 'a'"):
        draw_flow(change("b", id="a"))


def test_axes_that_are_too_low_are_an_error_that_says_how_high():
    ax = Figure((5, 1)).add_axes((0, 0, 1, 1))
    with pytest.raises(TrialwrightError, match=r"axes of 25 mm height, expected at least \d+ mm"):
        draw_flow(BOXES, ax)


def test_the_text_alternative_carries_every_count():
    assert describe_flow(BOXES) == (
        "Assessed (n = 5). Excluded (n = 2): Declined (n = 0). Enrolled (n = 3). "
        "The trial continues."
    )


def test_nobody_is_a_sentence():
    assert words_of(draw_flow(BOXES.clear())) == ["No participant has been assessed."]
    assert describe_flow(BOXES.clear()) == "No participant has been assessed."
