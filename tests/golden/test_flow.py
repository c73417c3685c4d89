import polars as pl
import pytest
from matplotlib.patches import Rectangle
from picture_checks import assert_same_picture, find_text_faults

from trialwright.figures.flow import draw_flow
from trialwright.figures.layout import make_panel

SCHEMA = {
    "id": pl.String,
    "text": pl.String,
    "n": pl.Int64,
    "after": pl.String,
    "side": pl.Boolean,
}


def make_boxes(*rows):
    return pl.DataFrame(list(rows), schema=SCHEMA, orient="row")


ONE_ARM = make_boxes(
    ("assessed", "Assessed for eligibility", 31, None, False),
    (
        "excluded",
        "Excluded\nTertiary lymphoid structures present (n = 9)\n"
        "No injectable lesion of at least 10 mm (n = 7)\nConsent withdrawn (n = 0)",
        16,
        "assessed",
        True,
    ),
    ("enrolled", "Enrolled", 15, "assessed", False),
    ("treated", "Treated: at least one dose of any agent", 15, "enrolled", False),
    ("untreated", "Not treated", 0, "enrolled", True),
    ("lost", "Not evaluable\nRefused to complete the first cycle (n = 1)", 1, "treated", True),
    ("evaluable", "Evaluable for efficacy", 14, "treated", False),
    ("decision", "Stage 1: 1 of 13 without progression. Stop.", None, "evaluable", False),
)
TWO_ARMS = make_boxes(
    ("a", "Assessed for eligibility", 210, None, False),
    ("x", "Excluded\nNot eligible (n = 40)\nDeclined (n = 12)", 52, "a", True),
    ("r", "Randomized", 158, "a", False),
    ("a1", "Allocated to JX-594\nReceived (n = 78)\nDid not receive (n = 1)", 79, "r", False),
    ("b1", "Allocated to control", 79, "r", False),
    ("al", "Lost to follow-up", 2, "a1", True),
    ("aw", "Withdrew consent", 1, "a1", True),
    ("bl", "Lost to follow-up\nMoved away (n = 1)\nUnknown (n = 3)", 4, "b1", True),
    ("a2", "Analyzed", 79, "a1", False),
    ("b2", "Analyzed", 79, "b1", False),
)
LONG = make_boxes(
    ("a", "Undifferentiated pleomorphic sarcoma " * 8, 100000, None, False),
    ("x", "Pseudohypoaldosteronismusverdachtsdiagnose " * 4, 5, "a", True),
    ("b", "Leiomyosarcoma", 99995, "a", False),
)
THREE_ARMS = pl.concat(
    [
        TWO_ARMS,
        make_boxes(("c1", "Observation", 20, "r", False), ("c2", "Analyzed", 20, "c1", False)),
    ]
)
CASES = {
    "empty": ONE_ARM.clear(),
    "one_box": ONE_ARM.head(1),
    "one_arm": ONE_ARM,
    "two_arms": TWO_ARMS,
    "three_arms": THREE_ARMS,
    "long_words": LONG,
}


def draw(name, width_mm=None):
    panel = make_panel(width_mm, 60) if width_mm else None
    return draw_flow(CASES[name], panel)


@pytest.mark.parametrize("name", list(CASES))
def test_a_flow_looks_as_committed(name):
    assert_same_picture(draw(name).figure, f"flow_{name}")


@pytest.mark.parametrize("name", list(CASES))
@pytest.mark.parametrize("width_mm", [85, 120, 180])
def test_no_word_covers_another_or_leaves_the_canvas(name, width_mm):
    assert find_text_faults(draw(name, width_mm).figure) == []


@pytest.mark.parametrize("name", ["one_arm", "two_arms", "three_arms", "long_words"])
@pytest.mark.parametrize("width_mm", [85, 120, 180])
def test_every_word_is_inside_one_box_and_no_box_covers_another(name, width_mm):
    ax = draw(name, width_mm)
    boxes = [p.get_window_extent() for p in ax.patches if isinstance(p, Rectangle)]
    assert len(boxes) == CASES[name].height
    for text in ax.texts:
        words = text.get_window_extent()
        around = [b for b in boxes if b.x0 < words.x0 and b.x1 > words.x1]
        assert sum(b.y0 < words.y0 and b.y1 > words.y1 for b in around) == 1, text.get_text()
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[:i])
        assert box.x0 >= 0
        assert box.x1 <= ax.figure.bbox.x1
