"""The decision on METROMAJX's design: on plan, off plan, and before the plan is complete."""

import pytest

from trialwright.core.errors import DesignError
from trialwright.stats.two_stage import TwoStageDesign
from trialwright.stats.two_stage_decision import Circumstances, Decision, decide_two_stage

PAPER = TwoStageDesign(r1=3, n1=13, r=12, n=43)


def test_one_of_14_stops_under_every_rule_and_warns_of_the_kept_one():
    found = decide_two_stage(PAPER, 1, 14, 0.20, 0.40, Circumstances(alpha=0.05))
    assert (found.stage, found.decision, found.certain) == (1, Decision.STOP, True)
    assert (found.reachable, found.as_planned) == ((0, 1), False)
    assert found.exact_alpha == pytest.approx(0.0549, abs=5e-5)
    assert found.exact_power == pytest.approx(0.839, abs=5e-4)
    assert found.reason == (
        "1 of 14 are successes, so the first 13 by order of inclusion hold 0 to 1, and the rule "
        "asks for more than 3."
    )
    assert found.warnings == (
        "Kept for 14 patients instead of 13, the rule has an exact alpha of 0.0549, above 0.0500. "
        "Decide on the first 13 by order of inclusion, or re-optimize the bounds.",
    )


def test_four_of_14_depend_on_the_order_unless_the_first_are_counted():
    open_look = decide_two_stage(PAPER, 4, 14)
    assert (open_look.decision, open_look.certain, open_look.reachable) == (
        Decision.OPEN,
        False,
        (3, 4),
    )
    assert open_look.reason.endswith("asks for more than 3. Count the first ones.")
    three = decide_two_stage(PAPER, 4, 14, circumstances=Circumstances(first_responses=3))
    assert (three.decision, three.certain) == (Decision.STOP, True)
    kept = decide_two_stage(PAPER, 4, 14, circumstances=Circumstances(keep_rule=True))
    assert (kept.decision, kept.certain) == (Decision.CONTINUE, False)


@pytest.mark.parametrize(
    ("responses", "n", "stage", "decision", "reachable"),
    [
        (3, 13, 1, Decision.STOP, (3, 3)),
        (4, 13, 1, Decision.CONTINUE, (4, 4)),
        (0, 12, 1, Decision.STOP, (0, 1)),
        (3, 12, 1, Decision.OPEN, (3, 4)),
        (4, 9, 1, Decision.CONTINUE, (4, 8)),
        (2, 20, 1, Decision.STOP, (0, 2)),
        (12, 43, 2, Decision.NOT_ACTIVE, (12, 12)),
        (13, 43, 2, Decision.ACTIVE, (13, 13)),
        (13, 30, 2, Decision.ACTIVE, (13, 26)),
        (4, 36, 2, Decision.NOT_ACTIVE, (4, 11)),
        (12, 20, 2, Decision.OPEN, (12, 35)),
        (13, 45, 2, Decision.OPEN, (11, 13)),
        (12, 45, 2, Decision.NOT_ACTIVE, (10, 12)),
        (15, 45, 2, Decision.ACTIVE, (13, 15)),
    ],
)
def test_decisions_are_given_as_soon_as_they_are_certain(responses, n, stage, decision, reachable):
    found = decide_two_stage(PAPER, responses, n)
    assert (found.stage, found.decision, found.reachable) == (stage, decision, reachable)
    assert found.certain == (decision is not Decision.OPEN)


def test_errors_are_those_of_the_plan_until_a_look_leaves_it():
    planned = decide_two_stage(PAPER, 3, 13, 0.20, 0.40)
    waiting = decide_two_stage(PAPER, 1, 8, 0.20, 0.40)
    assert planned.exact_alpha == waiting.exact_alpha == pytest.approx(0.04958145, abs=5e-9)
    assert planned.warnings == waiting.warnings == ()
    closed = decide_two_stage(PAPER, 1, 10, 0.20, 0.40, Circumstances(keep_rule=True))
    assert closed.exact_alpha == pytest.approx(0.02979532865603)
    final = decide_two_stage(PAPER, 13, 45, 0.20, 0.40, Circumstances(keep_rule=True))
    assert final.exact_alpha > planned.exact_alpha
    assert len(final.warnings) == 1


def test_a_stage_that_is_told_is_taken():
    found = decide_two_stage(PAPER, 6, 20, circumstances=Circumstances(stage=2))
    assert (found.stage, found.decision, found.reachable) == (2, Decision.OPEN, (6, 29))


@pytest.mark.parametrize(
    ("counts", "circumstances", "expected"),
    [
        ((5, 4), {}, "responses is 5, expected 0 to n (4). Write successes, then patients."),
        (
            (4, 14),
            {"first_responses": 2},
            "first_responses is 2, expected 3 to 4: 4 of 14 responded. Write the successes among "
            "the first 13 patients by order of inclusion.",
        ),
        (
            (2, 20),
            {"stage": 2},
            "Stage 2 with 2 of 20 is impossible, expected more than 13 patients and more than 3 "
            "successes. Write stage 1.",
        ),
        (
            (5, 43),
            {"stage": 1},
            "Stage 1 with 43 patients is impossible, expected fewer than the 43 of the whole "
            "design. Write stage 2.",
        ),
        ((5, 20), {"stage": 3}, "stage is 3, expected 1 or 2. Leave it out to have it found."),
    ],
)
def test_impossible_counts_say_what_to_write(counts, circumstances, expected):
    with pytest.raises(DesignError) as error:
        decide_two_stage(PAPER, *counts, circumstances=Circumstances(**circumstances))
    assert str(error.value) == expected


def test_a_rate_in_percent_is_named():
    with pytest.raises(DesignError, match=r"p0 is 20, expected 0 to 1\. Write 0\.2 for 20%\."):
        decide_two_stage(PAPER, 1, 13, p0=20)
