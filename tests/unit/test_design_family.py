"""Attained sizes, efficacy stops, monitoring, landmarks, arms: the trial's cases and wrong use."""

import pytest

from trialwright.core.errors import DesignError
from trialwright.stats.arms import evaluate_arms
from trialwright.stats.attained import (
    Adaptation,
    adapt_stage_1,
    adapt_stage_2,
    estimate_koyama_chen_p,
)
from trialwright.stats.bryant_day import BryantDayDesign, evaluate_bryant_day
from trialwright.stats.bryant_day_search import BryantDayGoal, search_bryant_day
from trialwright.stats.efficacy_stop import (
    EfficacyStopDesign,
    evaluate_efficacy_stop,
    search_efficacy_stop,
)
from trialwright.stats.hypotheses import Hypotheses
from trialwright.stats.landmark_design import (
    LandmarkGoal,
    Target,
    evaluate_landmark,
    search_landmark,
)
from trialwright.stats.landmark_timing import Accrual, evaluate_timing
from trialwright.stats.monitoring import Boundary, search_sensitive_boundary
from trialwright.stats.predictive import BetaPrior, compute_posterior, compute_predictive
from trialwright.stats.two_endpoints import (
    CountRule,
    Join,
    JointRates,
    TwoEndpointDesign,
    decide_two_endpoints,
    evaluate_two_endpoints,
    join_rates,
    nest_rates,
)
from trialwright.stats.two_stage import TwoStageDesign, evaluate_two_stage

PAPER = TwoStageDesign(r1=3, n1=13, r=12, n=43)
PLAN = Hypotheses(0.20, 0.40, 0.05, 0.80)


def test_fourteen_where_thirteen_were_planned_has_four_rules():
    rules = {rule.adaptation: rule for rule in adapt_stage_1(PAPER, 14, PLAN)}
    assert list(rules) == list(Adaptation)
    kept, reoptimized = rules[Adaptation.KEPT], rules[Adaptation.REOPTIMIZED]
    assert (kept.r1, kept.r, kept.exceeds_alpha) == (3, 12, True)
    assert (reoptimized.r1, reoptimized.r, reoptimized.n) == (3, 11, 38)
    assert not reoptimized.exceeds_alpha


def test_a_stage_1_too_small_for_any_rule_leaves_the_reoptimized_one_out():
    rules = {rule.adaptation: rule for rule in adapt_stage_1(PAPER, 2, PLAN)}
    assert Adaptation.REOPTIMIZED not in rules
    assert rules[Adaptation.GREEN_DAHLBERG].r1 == -1
    assert rules[Adaptation.KEPT].exact_power == 0


def test_a_final_size_off_plan_keeps_or_adapts_the_final_bound():
    kept, adapted, southwest = adapt_stage_2(PAPER, 46, PLAN)
    assert (kept.r, kept.exceeds_alpha) == (12, True)
    assert adapted.exact_alpha < PLAN.alpha
    assert adapted.r == 13
    assert southwest.adaptation is Adaptation.GREEN_DAHLBERG


def test_a_design_that_stops_for_efficacy_never_or_always_is_simons_or_shorter():
    without = evaluate_two_stage(PAPER, 0.3)
    hardly = evaluate_efficacy_stop(EfficacyStopDesign(3, 13, 13, 12, 43), 0.3)
    assert hardly.prob_reject == pytest.approx(without.prob_reject, abs=1e-7)
    assert hardly.prob_futility_stop == pytest.approx(without.prob_early_stop)
    assert search_efficacy_stop(PLAN).expected_n_null < 20.58027


def test_pembrosarc_goes_on_with_three_responses_or_seven_without_progression():
    rule = CountRule(first=2, second=6, join=Join.EITHER)
    design = TwoEndpointDesign(n1=20, n=50, stage_1=rule, final=rule)
    assert decide_two_endpoints(design, 1, (3, 3), 20)[0] is True
    assert decide_two_endpoints(design, 1, (2, 7), 20)[0] is True
    assert decide_two_endpoints(design, 1, (2, 6), 20)[0] is False
    assert decide_two_endpoints(design, 1, (2, 6), 19)[0] is None
    nested = evaluate_two_endpoints(design, nest_rates(0.1, 0.3))
    independent = evaluate_two_endpoints(design, join_rates(0.1, 0.3))
    assert nested.prob_early_stop > independent.prob_early_stop


def test_bryant_day_without_a_toxicity_bound_is_simons_design():
    design = BryantDayDesign(r1=3, t1=13, n1=13, r=12, t=43, n=43)
    point = evaluate_bryant_day(design, 0.2, 0.3, odds_ratio=4)
    simon = evaluate_two_stage(PAPER, 0.2)
    assert point.prob_reject == pytest.approx(simon.prob_reject)
    assert point.expected_n == pytest.approx(simon.expected_n)


def test_each_arm_keeps_its_design_and_the_trial_has_an_error_of_its_own():
    both = evaluate_arms({"A": PAPER, "B": PAPER}, {"A": 0.2, "B": 0.2})
    alpha = both.arms["A"].prob_reject
    assert both.prob_any_reject == pytest.approx(1 - (1 - alpha) ** 2)
    assert both.expected_n == pytest.approx(2 * 20.58027, abs=1e-4)


def test_one_of_14_leaves_little_to_hope_for():
    assert compute_predictive(1, 14, n_total=43, more_than=12) == pytest.approx(0.016, abs=5e-4)
    assert compute_posterior(0, 0, 0.25) == pytest.approx(0.75)


def test_pausing_accrual_saves_the_over_run_and_costs_the_wait():
    paused = evaluate_timing(PAPER, 0.2, 6, Accrual(2, is_paused=True))
    running = evaluate_timing(PAPER, 0.2, 6, Accrual(2, is_paused=False))
    assert (paused.over_run, running.over_run) == (0, 12)
    assert paused.expected_n == pytest.approx(evaluate_two_stage(PAPER, 0.2).expected_n)
    assert running.expected_n > paused.expected_n
    assert paused.study_months == running.study_months + 6
    assert evaluate_timing(PAPER, 0.2, 6, Accrual(100, is_paused=False)).over_run == 30


def test_a_landmark_search_for_the_study_is_no_longer_than_one_for_accrual():
    goal = LandmarkGoal(0.2, 0.4, 6, 0.05, 0.8, accrual_per_month=4)
    by_study = search_landmark(goal, Target.STUDY)
    by_accrual = search_landmark(goal)
    assert by_study.expected_study_months <= by_accrual.expected_study_months
    assert by_study.expected_accrual_months >= by_accrual.expected_accrual_months


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (
            lambda: adapt_stage_1(PAPER, 43, PLAN),
            "n1 is 43, expected 1 to 42, fewer than the planned total. Write the evaluable "
            "patients of stage 1.",
        ),
        (
            lambda: adapt_stage_2(PAPER, 13, PLAN),
            "n is 13, expected more than the 13 patients of stage 1. Write all evaluable patients "
            "of the trial.",
        ),
        (
            lambda: estimate_koyama_chen_p(PAPER, 3, 5, 30, 0.2),
            "3 successes in stage 1 and 5 of 30 in stage 2 are impossible, expected 4 to 13, then "
            "0 to n2. Write them stage by stage.",
        ),
        (
            lambda: estimate_koyama_chen_p(PAPER, 13, 5, 30, 0.2),
            "13 successes in stage 1 settle the planned design, whatever stage 2 shows; the method "
            "of Koyama and Chen has no answer. Report the stagewise p-value.",
        ),
        (
            lambda: EfficacyStopDesign(3, 3, 13, 12, 43),
            "EfficacyStopDesign(r1=3, e1=3, n1=13, r=12, n=43) is impossible, expected 0 <= r1 < "
            "e1 <= n1 < n and r1 <= r < n. Write the largest count that stops for futility, the "
            "smallest that stops for efficacy.",
        ),
        (
            lambda: search_efficacy_stop(PLAN, n_max=20),
            "No design of at most 20 patients keeps these limits. Raise the largest n or write "
            "rates that lie further apart.",
        ),
        (
            lambda: BryantDayGoal(0.1, 0.3, 0.2, 0.4, 0.1, 0.1, 0.8),
            "toxicity_low is 0.4, expected above 0 and below toxicity_high (0.2). Write the "
            "acceptable rate as toxicity_low.",
        ),
        (
            lambda: search_bryant_day(BryantDayGoal(0.1, 0.3, 0.4, 0.2, 0.1, 0.1, 0.8), n_max=12),
            "No design of at most 12 patients keeps these limits. Write rates that lie further "
            "apart, or larger limits.",
        ),
        (
            lambda: evaluate_bryant_day(BryantDayDesign(2, 5, 17, 5, 11, 37), 0.1, 0.2, 0),
            "odds_ratio is 0, expected above 0. Write 1 for independence.",
        ),
        (
            lambda: search_sensitive_boundary([3, 6], 0.1, 0.2, 0.9),
            "No boundary at 6 patients stops a rate of 0.2 with probability 0.9. Watch more "
            "patients or ask for less.",
        ),
        (
            lambda: Boundary((5, 5), (1, 2)),
            "Boundary(looks=(5, 5), bounds=(1, 2), side=<Side.ABOVE: 'above'>) is impossible, "
            "expected ascending numbers of patients and one bound for each. Write looks such as 5, "
            "10, 15 and the largest counts that are tolerated.",
        ),
        (
            lambda: nest_rates(0.4, 0.3),
            "The rate 0.4 of the first endpoint is above 0.3 of the second that holds it. Write "
            "the narrower endpoint first.",
        ),
        (
            lambda: JointRates(0.5, 0.4, 0.3),
            "JointRates(both=0.5, first_only=0.4, second_only=0.3) is impossible, expected parts "
            "of 0 or more that add to 1 at most. Write the share of patients with both, with the "
            "first alone, the second alone.",
        ),
        (
            lambda: evaluate_arms({"A": PAPER}, {"B": 0.2}),
            "Rates are given for B, expected A. Write one rate for each arm.",
        ),
        (
            lambda: BetaPrior(0, 1),
            "BetaPrior(a=0, b=1) is impossible, expected both above 0. Write 1 and 1.",
        ),
        (
            lambda: compute_predictive(1, 14, n_total=13, more_than=3),
            "n_total is 13, expected at least the 14 patients so far. Write the patients at the "
            "end of the trial.",
        ),
        (
            lambda: Accrual(0, is_paused=True),
            "per_month is 0, expected above 0. Write evaluable patients a month.",
        ),
        (
            lambda: evaluate_landmark(LandmarkGoal(0.2, 0.4, 6, 0.05, 0.8, 2), 40, 5),
            "interim_months is 5, expected after the landmark (6) and until the end of accrual "
            "(20).",
        ),
        (
            lambda: evaluate_landmark(LandmarkGoal(0.2, 0.4, 6, 0.05, 0.8, 2), 20, 8),
            "20 patients are too few for power 0.8, expected 35 or more.",
        ),
        (
            lambda: search_landmark(LandmarkGoal(0.2, 0.4, 6, 0.05, 0.8, 50)),
            "70 patients enter before the landmark of 6 months is reached by anyone. Slow accrual "
            "down or plan one stage.",
        ),
    ],
)
def test_an_impossible_question_says_what_to_write(ask, expected):
    with pytest.raises(DesignError) as error:
        ask()
    assert str(error.value) == expected
