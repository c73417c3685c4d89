import polars as pl
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from trialwright.core.errors import TrialwrightError
from trialwright.figures.response import describe_waterfall, draw_waterfall
from trialwright.figures.style import PAPER, RESPONSE_COLORS

CHANGES = pl.DataFrame(
    {
        "USUBJID": ["01-1", "01-2", "01-3", "01-4", "01-5"],
        "PCHG": [-41.0, 164.5, 0.0, 12.0, None],
        "AVALC": ["PR", "PD", "SD", "NE", "NE"],
        "label": ["Angiosarcoma", "Leiomyosarcoma", "Leiomyosarcoma", None, None],
        "progression": [None, "new lesion", None, None, None],
        "is_confirmed": [False, None, None, None, None],
    }
)


def bars_of(ax):
    return [p for p in rectangles_of(ax) if p.get_facecolor()[3] > 0]


def rectangles_of(ax):
    """Leave out the swatches of the key: their sizes are in points."""
    return [p for p in ax.patches if isinstance(p, Rectangle) and p.get_width() < 1]


def words_of(ax):
    return [text.get_text() for text in ax.texts]


def test_bars_stand_from_most_growth_to_most_shrinkage_and_end_at_100():
    heights = [bar.get_height() for bar in bars_of(draw_waterfall(CHANGES))]
    assert heights == [100, 12, 0, -41]


def test_row_order_does_not_matter():
    shuffled = CHANGES.reverse()
    assert words_of(draw_waterfall(CHANGES)) == words_of(draw_waterfall(shuffled))


def test_a_broken_bar_carries_its_value_and_every_bar_its_letters():
    words = words_of(draw_waterfall(CHANGES))
    assert "+165" in words
    assert [word for word in words if word in RESPONSE_COLORS] == ["PD", "NE", "SD", "PR"]


def test_an_unconfirmed_response_and_one_not_evaluable_are_hatched():
    ax = draw_waterfall(CHANGES)
    hatched = [p for p in rectangles_of(ax) if p.get_hatch()]
    assert sorted(round(p.get_height()) for p in hatched) == [-41, 12]
    assert {"Unconfirmed", "New lesion"} <= set(words_of(ax))
    assert "Non-target progression" not in words_of(ax)


def test_a_patient_without_a_change_is_counted_in_a_note():
    assert "Without a measured change: 1 of 5 (01-5)." in words_of(draw_waterfall(CHANGES))


def test_a_patient_without_a_label_has_the_identifier_under_the_bar():
    assert "01-4" in words_of(draw_waterfall(CHANGES))


def test_optional_columns_may_be_absent():
    ax = draw_waterfall(CHANGES.select("USUBJID", "PCHG", "AVALC"))
    assert {"01-1", "01-2", "01-3", "01-4"} <= set(words_of(ax))


def test_responses_of_other_criteria_are_drawn_without_letters():
    other = CHANGES.with_columns(AVALC=pl.lit("iUPD"))
    assert "iUPD (n = 4)" in words_of(draw_waterfall(other))


def test_a_missing_column_is_named():
    with pytest.raises(TrialwrightError) as failure:
        draw_waterfall(CHANGES.drop("AVALC", "label"))
    assert str(failure.value) == (
        "waterfall: columns USUBJID, PCHG, progression, is_confirmed, expected also AVALC. "
        "Add them; a value may be null where it is unknown."
    )


def test_nothing_to_draw_is_a_sentence():
    words = " ".join(words_of(draw_waterfall(CHANGES.filter(pl.col("PCHG").is_null()))))
    assert words == "No measured change of target lesions in 1 patient."
    assert describe_waterfall(CHANGES.clear()) == "No patient has been assessed for response."


def test_axes_of_the_caller_are_not_moved():
    ax = Figure((6, 4)).add_axes((0.2, 0.4, 0.6, 0.4))
    assert draw_waterfall(CHANGES, ax) is ax
    assert ax.get_position().bounds == pytest.approx((0.2, 0.4, 0.6, 0.4))


def test_the_text_alternative_carries_every_number():
    assert describe_waterfall(CHANGES) == (
        "Best change in target lesions of 4 of 5 patients, from +164.5% to \N{MINUS SIGN}41.0%. "
        "1 at or above +20%, 1 at or below \N{MINUS SIGN}30%. "
        "Best response: PR 1, SD 1, PD 1, NE 1. "
        "01-2 Leiomyosarcoma +164.5% PD, new lesion; 01-4 +12.0% NE; "
        "01-3 Leiomyosarcoma 0.0% SD; 01-1 Angiosarcoma \N{MINUS SIGN}41.0% PR, unconfirmed."
    )


def test_many_patients_are_summarized_in_words():
    many = pl.concat([CHANGES.with_columns(USUBJID=pl.col("USUBJID") + f"-{i}") for i in range(30)])
    description = describe_waterfall(many)
    assert "120 of 150 patients" in description
    assert "01-1-3" not in description


def test_white_is_only_for_what_is_not_evaluable():
    assert [code for code, color in RESPONSE_COLORS.items() if color == PAPER] == ["NE"]
