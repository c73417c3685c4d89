"""Inference after two stages: the trial's own numbers, ends of the range, impossible outcomes."""

import pytest

from trialwright.core.errors import DesignError
from trialwright.stats.two_stage import TwoStageDesign
from trialwright.stats.two_stage_inference import Interval, infer_two_stage

PAPER = TwoStageDesign(r1=3, n1=13, r=12, n=43)


def test_one_success_of_13_has_the_exact_interval_by_default_and_the_other_by_name():
    ended = infer_two_stage(PAPER, responses=1, n=13, p0=0.20)
    assert ended.exact_stagewise.lower == pytest.approx(0.002, abs=5e-4)
    assert ended.exact_stagewise.upper == pytest.approx(0.360, abs=5e-4)
    assert ended.koyama_chen.upper == pytest.approx(0.247, abs=5e-4)
    assert ended.exact_stagewise == ended.clopper_pearson


def test_over_run_patients_of_an_early_stop_enter_the_estimate():
    ended = infer_two_stage(PAPER, responses=1, n=14)
    assert (ended.stage, ended.n) == (1, 14)
    assert ended.mle == ended.umvue == pytest.approx(1 / 14)


def test_no_success_has_no_koyama_chen_upper_limit_and_all_successes_reach_one():
    none = infer_two_stage(PAPER, responses=0, n=13, p0=0.2)
    assert none.koyama_chen == Interval(0.0, None)
    assert none.exact_stagewise.lower == none.median_unbiased == none.conditional_mle == 0
    assert none.p_value == 1
    every = infer_two_stage(PAPER, responses=43, n=43)
    assert every.exact_stagewise.upper == every.conditional_mle == every.mle == 1
    assert every.p_value is None


def test_sizes_are_those_of_the_plan_when_they_are_not_told():
    assert infer_two_stage(PAPER, responses=13).n == 43
    assert infer_two_stage(PAPER, responses=2, stage=1).n == 13


def test_a_stage_2_of_another_size_is_taken_as_attained():
    ended = infer_two_stage(PAPER, responses=13, n=45, p0=0.20)
    as_planned = infer_two_stage(TwoStageDesign(3, 13, 12, 45), responses=13, n=45, p0=0.20)
    assert ended == as_planned


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (
            {"responses": 5, "n": 13},
            "5 of 13 continues beyond stage 1 (more than 3), expected the count at which the trial "
            "ended. Write the successes and patients of its end.",
        ),
        (
            {"responses": 15, "n": 14},
            "responses is 15, expected 0 to n (14). Write successes, then patients.",
        ),
        (
            {"responses": -1, "n": 14},
            "responses is -1, expected 0 to n (14). Write successes, then patients.",
        ),
        (
            {"responses": 2, "n": 43},
            "Stage 2 with 2 of 43 is impossible, expected more than 13 patients and more than 3 "
            "successes. Write stage 1.",
        ),
        (
            {"responses": 2, "n": 43, "stage": 1},
            "Stage 1 with 43 patients is impossible, expected fewer than the 43 of the whole "
            "design. Write stage 2.",
        ),
        (
            {"responses": 0, "n": 0},
            "n is 0, expected 1 or more. Write the number of evaluable patients.",
        ),
        (
            {"responses": 1, "n": 13, "stage": 3},
            "stage is 3, expected 1 or 2. Write the stage that ended the trial.",
        ),
        (
            {"responses": 1, "n": 13, "level": 95},
            "level is 95, expected between 0 and 1. Write 0.95 for 95%.",
        ),
        ({"responses": 1, "n": 13, "p0": 20}, "p0 is 20, expected 0 to 1. Write 0.2 for 20%."),
    ],
)
def test_an_outcome_that_no_trial_has_says_what_to_write(outcome, expected):
    with pytest.raises(DesignError) as error:
        infer_two_stage(PAPER, **outcome)
    assert str(error.value) == expected
