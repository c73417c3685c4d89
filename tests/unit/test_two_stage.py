"""Two-stage designs: published values, and one clear sentence for every impossible question."""

import math

import pytest

from trialwright.core.errors import DesignError
from trialwright.report.design_sentences import say_design, say_proof
from trialwright.stats.hypotheses import Hypotheses
from trialwright.stats.single_stage import search_single_stage
from trialwright.stats.two_stage import (
    Kind,
    TwoStageDesign,
    evaluate_two_stage,
    search_two_stage,
)

PAPER = TwoStageDesign(r1=3, n1=13, r=12, n=43)


def test_the_paper_design_has_its_published_characteristics():
    null, interest = evaluate_two_stage(PAPER, 0.20), evaluate_two_stage(PAPER, 0.40)
    assert null.expected_n == pytest.approx(20.58027, abs=5e-6)
    assert null.prob_early_stop == pytest.approx(0.747324, abs=5e-7)
    assert null.prob_reject == pytest.approx(0.04958145, abs=5e-9)
    assert interest.prob_reject == pytest.approx(0.80021436, abs=5e-9)
    assert interest.prob_early_stop == pytest.approx(0.16858, abs=5e-6)


def test_the_paper_design_is_optimal_and_proven_at_44_patients():
    found = search_two_stage(0.20, 0.40, 0.05, 0.80)
    assert found.choose(Kind.OPTIMAL).design == PAPER
    assert (found.proven, found.n_last) == (True, 44)
    assert found.bound > found.choose(Kind.OPTIMAL).expected_n_null
    assert [search_single_stage(0.20, 0.40, 0.05, 0.80).designs[0].n] == [35]


def test_a_rate_of_zero_or_one_is_certain():
    never, always = evaluate_two_stage(PAPER, 0), evaluate_two_stage(PAPER, 1)
    assert (never.prob_early_stop, never.prob_reject, never.expected_n) == (1, 0, 13)
    assert (always.prob_early_stop, always.prob_reject, always.expected_n) == (0, 1, 43)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        (
            (13, 13, 20, 43),
            "TwoStageDesign(r1=13, n1=13, r=20, n=43) is impossible, expected 0 <= r1 < n1 < n and "
            "r1 <= r < n. Write the largest counts that stop, not the smallest that continue.",
        ),
        (
            (3, 13, 43, 43),
            "TwoStageDesign(r1=3, n1=13, r=43, n=43) is impossible, expected 0 <= r1 < n1 < n and "
            "r1 <= r < n. Write the largest counts that stop, not the smallest that continue.",
        ),
    ],
)
def test_an_impossible_design_says_what_to_write(bounds, expected):
    with pytest.raises(DesignError) as error:
        TwoStageDesign(*bounds)
    assert str(error.value) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            (0.4, 0.2, 0.05, 0.8),
            "p1 is 0.2, expected above p0 (0.4). Write the rate of no interest as p0 and the rate "
            "of interest as p1.",
        ),
        (
            (0.2, 0.2, 0.05, 0.8),
            "p1 is 0.2, expected above p0 (0.2). Write the rate of no interest as p0 and the rate "
            "of interest as p1.",
        ),
        ((0.2, 0.4, 5, 0.8), "alpha is 5, expected 0 to 1. Write 0.05 for 5%."),
        ((20, 0.4, 0.05, 0.8), "p0 is 20, expected 0 to 1. Write 0.2 for 20%."),
        ((0.2, 0.4, 0.05, 80), "power is 80, expected 0 to 1. Write 0.8 for 80%."),
        ((-0.1, 0.4, 0.05, 0.8), "p0 is -0.1, expected 0 to 1. Write 0.2 for 20%."),
        (
            (0.0, 0.4, 0.05, 0.8),
            "p0 is 0, expected strictly between 0 and 1. Certainty and impossibility leave nothing "
            "to test.",
        ),
        (
            (0.2, 0.4, 0.8, 0.05),
            "power is 0.05, expected above alpha (0.8). Write power as 1 minus the type II error, "
            "such as 0.8.",
        ),
    ],
)
def test_a_question_that_no_trial_answers_says_what_to_write(question, expected):
    with pytest.raises(DesignError) as error:
        search_two_stage(*question)
    assert str(error.value) == expected
    with pytest.raises(DesignError):
        Hypotheses(*question)


def test_a_rate_that_is_not_a_number_is_refused():
    with pytest.raises(DesignError, match="rate is nan, expected 0 to 1"):
        evaluate_two_stage(PAPER, math.nan)


def test_a_search_without_an_answer_says_how_many_patients_are_needed():
    with pytest.raises(DesignError) as error:
        search_two_stage(0.2, 0.4, 0.05, 0.8, n_max=32)
    assert str(error.value) == (
        "No two-stage design of at most 32 patients tells 0.2 from 0.4 at alpha 0.05, power 0.8: "
        "no test needs fewer than 32. Raise the largest n, or leave it out."
    )
    with pytest.raises(DesignError, match="every test needs more"):
        search_two_stage(0.2, 0.4, 0.05, 0.8, n_max=20)
    with pytest.raises(DesignError, match="needs more than 3000 patients"):
        search_two_stage(0.50, 0.51, 0.05, 0.9)
    with pytest.raises(DesignError, match="takes thousands of patients"):
        search_single_stage(0.50, 0.51, 0.05, 0.8)
    with pytest.raises(DesignError, match="n_max is 1, expected 2 patients or more"):
        search_two_stage(0.2, 0.4, 0.05, 0.8, n_max=1)


def test_the_protocol_sentence_states_counts_to_go_on_and_exact_errors():
    found = search_two_stage(0.20, 0.40, 0.05, 0.80)
    assert say_design(found.choose(Kind.OPTIMAL), found) == (
        "Optimal Simon two-stage design (p0 = 20%, p1 = 40%, one-sided alpha 5%, power 80%): 13 "
        "evaluable patients enter stage 1. With 3 or fewer successes the trial stops; with 4 or "
        "more, 30 further patients enter, 43 in all, and activity is concluded with 13 or more "
        "successes. The exact type I error is 4.96% and the exact power 80.02%; at the rate p0 the "
        "trial stops early with probability 0.747 and 20.6 patients are expected.",
    )


def test_a_single_patient_is_one_patient_and_no_success_is_named():
    found = search_two_stage(0.05, 0.99, 0.05, 0.80)
    (sentence,) = say_design(found.designs[0], found)
    assert "1 evaluable patient enters stage 1. With no success the trial stops" in sentence
    assert "1 further patient enters, 2 in all" in sentence


def test_the_proof_is_said_and_its_absence_too():
    assert say_proof(search_two_stage(0.20, 0.40, 0.05, 0.80)) == (
        "No test of fewer than 32 patients keeps both error limits, and every design of 32 to 43 "
        "patients was searched. One of 44 or more expects at least 20.83 patients under p0, the "
        "optimal design 20.58: proven.",
    )
    assert say_proof(search_two_stage(0.20, 0.40, 0.05, 0.80, n_max=40)) == (
        "No test of fewer than 32 patients keeps both error limits; not proven: the search was "
        "ended at 40 patients.",
    )


@pytest.mark.slow
def test_close_rates_are_solved_with_proof():
    found = search_two_stage(0.50, 0.55, 0.05, 0.80)
    assert found.proven
    assert found.choose(Kind.OPTIMAL).expected_n_null < found.bound
