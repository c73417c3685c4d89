from types import SimpleNamespace

import polars as pl
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from trialwright.core.errors import TrialwrightError
from trialwright.figures.stage import BAND_POINTS, describe_stage_path, draw_stage_path
from trialwright.figures.stage_path import read_stage_path

DESIGN = SimpleNamespace(r1=3, n1=13, r=12, n=43)
SCHEMA = {"USUBJID": pl.String, "ENRLNUM": pl.Int64, "AVALC": pl.String}
CODES = {1: "SUCCESS", 0: "FAILURE", None: "UNKNOWN"}


def make_path(*outcomes):
    """List outcomes in order of inclusion: 1 a success, 0 a failure, None unknown."""
    rows = [(f"01-{n:03d}", n, CODES[found]) for n, found in enumerate(outcomes, start=1)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


ONE_OF_FOURTEEN = make_path(0, 0, 0, 1, *[0] * 10)
FIVE_OF_THIRTEEN = [1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1]


def words_of(ax):
    return [text.get_text() for text in ax.texts]


def lines_of(ax):
    """List the corners of each line that is not a mark."""
    return [
        list(zip(*line.get_data(), strict=True)) for line in ax.lines if len(line.get_xdata()) > 1
    ]


def verdicts(path):
    return [reading.words for reading in read_stage_path(path, DESIGN).readings()]


def test_the_decision_is_read_at_the_planned_patient_and_later_ones_stand_apart():
    ax = draw_stage_path(ONE_OF_FOURTEEN, DESIGN)
    assert {"1 of 13: stop", "Beyond the plan: 1 more, 1 of 14"} <= set(words_of(ax))
    counted, beyond = lines_of(ax)
    assert counted[0] == (0, 0)
    assert counted[-1] == (13, 1)
    assert beyond == [(13, 1), (14, 1)]


def test_the_path_goes_up_at_the_patient_with_the_success():
    ax = draw_stage_path(ONE_OF_FOURTEEN, DESIGN)
    assert {line.get_drawstyle() for line in ax.lines if len(line.get_xdata()) > 1} == {
        "steps-post"
    }
    assert lines_of(ax)[0][3:5] == [(3, 0), (4, 1)]


def test_each_look_has_a_band_that_changes_between_the_bound_and_the_next_count():
    ax = draw_stage_path(ONE_OF_FOURTEEN, DESIGN)
    bands = [p for p in ax.patches if isinstance(p, Rectangle) and p.get_x() > 0]
    limits = [(p.get_x() + p.get_width() / 2, p.get_y(), bool(p.get_hatch())) for p in bands]
    assert limits == [
        (pytest.approx(13), -0.5, True),
        (pytest.approx(13), 3.5, False),
        (pytest.approx(43), -0.5, True),
        (pytest.approx(43), 12.5, False),
    ]
    points = [p.get_window_extent().width / ax.figure.dpi * 72 for p in bands]
    assert points == pytest.approx([BAND_POINTS] * 4, rel=0.02)


def test_both_looks_are_named_on_the_axis():
    ax = draw_stage_path(ONE_OF_FOURTEEN, DESIGN)
    labels = [label.get_text() for label in ax.get_xticklabels()]
    assert {"13\nn1", "43\nn"} <= set(labels)


def test_a_passed_stage_leads_to_the_second_look_without_over_run():
    going = make_path(*FIVE_OF_THIRTEEN, *[0, 1] * 6)
    assert verdicts(going) == ["5 of 13: continue", "11 of 25: not settled yet"]
    assert read_stage_path(going, DESIGN).n_over_run == 0


@pytest.mark.parametrize(
    ("second_stage", "verdict"),
    [
        ([1] * 8 + [0] * 22, "13 of 43: activity concluded"),
        ([1] * 7 + [0] * 23, "12 of 43: no activity concluded"),
        ([1] * 8, "13 of 21: activity concluded"),
        ([0] * 23, "5 of 36: no activity concluded"),
        ([0] * 22, "5 of 35: not settled yet"),
    ],
)
def test_the_second_look_is_settled_once_no_patient_can_change_it(second_stage, verdict):
    assert verdicts(make_path(*FIVE_OF_THIRTEEN, *second_stage))[-1] == verdict


@pytest.mark.parametrize(
    ("outcomes", "verdict"),
    [
        ([1, 0], "1 of 2: not settled yet"),
        ([0] * 9, "0 of 9: not settled yet"),
        ([0] * 10, "0 of 10: stop"),
        ([1] * 4, "4 of 4: continue"),
    ],
)
def test_the_first_look_is_settled_once_no_patient_can_change_it(outcomes, verdict):
    assert verdicts(make_path(*outcomes)) == [verdict]


def test_patients_after_the_last_planned_one_are_over_run_too():
    late = read_stage_path(make_path(*FIVE_OF_THIRTEEN, *[1] * 8, *[0] * 24), DESIGN)
    assert (late.n_planned, late.n_over_run) == (43, 2)
    assert late.over_run_words() == "Beyond the plan: 2 more, 13 of 45"


def test_row_order_does_not_matter():
    shuffled = ONE_OF_FOURTEEN.reverse()
    drawn = [words_of(draw_stage_path(path, DESIGN)) for path in (ONE_OF_FOURTEEN, shuffled)]
    assert drawn[0] == drawn[1]


def test_patients_too_close_to_tell_apart_are_a_line_without_marks():
    many = make_path(*[int(n % 4 == 0) for n in range(380)])
    ax = draw_stage_path(many, SimpleNamespace(r1=40, n1=180, r=95, n=400))
    assert len(ax.lines) == 3  # the path and two readings
    assert "Success" not in words_of(ax)


def test_unknown_outcomes_open_a_band_and_may_leave_a_look_open():
    unknown = make_path(1, 1, 1, None, *[0] * 9)
    assert verdicts(unknown) == ["3 to 4 of 13: not settled yet"]
    ax = draw_stage_path(unknown, DESIGN)
    assert len(ax.collections) == 1
    assert {"Success", "Failure", "Unknown"} <= set(words_of(ax))
    assert verdicts(make_path(1, None, None, *[0] * 10)) == ["1 to 3 of 13: stop"]
    assert not draw_stage_path(ONE_OF_FOURTEEN, DESIGN).collections


def test_patients_after_an_open_look_are_not_counted_on():
    unsettled = read_stage_path(make_path(1, 1, 1, None, *[0] * 11), DESIGN)
    assert (unsettled.n_planned, unsettled.n_over_run) == (13, 2)


def test_gaps_in_the_order_of_inclusion_are_closed():
    gaps = ONE_OF_FOURTEEN.with_columns(ENRLNUM=2 * pl.col("ENRLNUM"))
    assert verdicts(gaps) == ["1 of 13: stop"]


def test_a_missing_column_is_named():
    with pytest.raises(TrialwrightError, match=r"stage path: .* expected also AVALC"):
        draw_stage_path(ONE_OF_FOURTEEN.drop("AVALC"), DESIGN)


def test_nobody_leaves_the_plan_and_a_sentence():
    ax = draw_stage_path(make_path(), DESIGN)
    assert "No patient is evaluable yet." in words_of(ax)
    assert "Stop: 3 or fewer" in words_of(ax)


def test_axes_of_the_caller_are_not_moved():
    ax = Figure((6, 4)).add_axes((0.2, 0.4, 0.6, 0.4))
    assert draw_stage_path(ONE_OF_FOURTEEN, DESIGN, ax) is ax
    assert ax.get_position().bounds == pytest.approx((0.2, 0.4, 0.6, 0.4))


def test_the_text_alternative_carries_every_number():
    assert describe_stage_path(ONE_OF_FOURTEEN, DESIGN) == (
        "Two-stage design: stop with at most 3 of 13; no activity with at most 12 of 43. "
        "Successes: 1 of 13: stop. Beyond the plan: 1 more, 1 of 14. "
        "Success by order of inclusion: 4 (01-004)."
    )
    assert describe_stage_path(make_path(), DESIGN).endswith("No patient is evaluable yet.")
