import polars as pl
import pytest
from make_curves import make_curve, make_medians, make_trial
from matplotlib.collections import PolyCollection
from picture_checks import assert_same_picture, find_text_faults

from trialwright.figures.layout import make_panel, make_panels
from trialwright.figures.survival import draw_kaplan_meier

LONG = "Undifferentiated pleomorphic sarcoma"
NAMES = (LONG, "Leiomyosarcoma", "Dedifferentiated liposarcoma", "Angiosarcoma")
QUARTERS = range(0, 28, 3)


def make_strata(n_strata, n=40):
    curve = pl.concat([make_trial(n, name, 6 / (i + 1)) for i, name in enumerate(NAMES[:n_strata])])
    return curve, make_medians(curve)


CASES = {
    "empty": make_trial(3).clear(),
    "one_patient": make_curve([4.0], [1]),
    "no_events": make_curve([5.0, 6, 7, 8, 9], [0] * 5),
    "all_events": make_curve([5.0] * 4, [1] * 4),
    "all_censored_at_zero": make_curve([0.0, 0.0], [0, 0]),
    "14": make_trial(14),
    "400": make_trial(400),
}


def draw(curve, ax=None):
    medians = make_medians(curve)
    return draw_kaplan_meier(curve, QUARTERS, ax, medians=medians, band="95% confidence band")


@pytest.mark.parametrize("name", list(CASES))
def test_a_curve_looks_as_committed(name):
    assert_same_picture(draw(CASES[name]).figure, f"kaplan_meier_{name}")


@pytest.mark.parametrize("n_strata", [2, 4])
def test_strata_look_as_committed(n_strata):
    curve, medians = make_strata(n_strata)
    ax = draw_kaplan_meier(curve, QUARTERS, medians=medians, band="95% confidence bands")
    assert_same_picture(ax.figure, f"kaplan_meier_{n_strata}_strata")


@pytest.mark.parametrize("name", list(CASES))
@pytest.mark.parametrize("width_mm", [85, 120, 180])
def test_no_word_covers_another_or_leaves_the_canvas(name, width_mm):
    ax = draw(CASES[name], make_panel(width_mm, 90))
    assert find_text_faults(ax.figure) == []


@pytest.mark.parametrize("n_strata", [1, 2, 3, 4])
@pytest.mark.parametrize("width_mm", [85, 120, 180])
@pytest.mark.parametrize("n", [5, 40, 400])
def test_no_word_of_strata_covers_another_or_leaves_the_canvas(n_strata, width_mm, n):
    curve, medians = make_strata(n_strata, n)
    ax = draw_kaplan_meier(
        curve, range(0, 49, 2), make_panel(width_mm, 90), medians=medians, band="95% bands"
    )
    assert find_text_faults(ax.figure) == []


@pytest.mark.parametrize("n", [5, 14, 43, 400])
@pytest.mark.parametrize("n_strata", [1, 2, 4])
def test_no_word_covers_a_curve_or_a_band(n, n_strata):
    curve, medians = make_strata(n_strata, n)
    ax = draw_kaplan_meier(curve, QUARTERS, medians=medians, band="95% confidence band")
    bands = [c for c in ax.collections if isinstance(c, PolyCollection)]
    assert len(bands) == n_strata
    drawn = [path.transformed(b.get_transform()) for b in bands for path in b.get_paths()]
    drawn += [
        line.get_path().transformed(line.get_transform())
        for line in ax.lines
        if len(line.get_xdata()) > 2 and line.get_linestyle() != "None"
    ]
    for text in ax.texts:
        box = text.get_window_extent()
        assert not any(path.intersects_bbox(box) for path in drawn), text.get_text()


def test_the_numbers_at_risk_stand_exactly_under_the_ticks():
    ax = draw(CASES["14"])
    cells = [
        text for text in ax.texts if text.get_text().endswith(")") and text.get_ha() == "center"
    ]
    ticks = [ax.transData.transform((time, 0))[0] for time in QUARTERS]
    middles = [text.get_transform().transform(text.get_position())[0] for text in cells]
    assert middles == ticks


def test_two_curves_share_a_figure():
    left, right = make_panels(180, 90, columns=2)
    draw(CASES["14"], left)
    draw(CASES["400"], right)
    assert find_text_faults(left.figure) == []
