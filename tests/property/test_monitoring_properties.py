"""Laws of monitoring: exact numbers equal the enumeration of every sequence of patients."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betabinom

from trialwright.stats.bryant_day import BryantDayDesign, evaluate_bryant_day
from trialwright.stats.bryant_day_search import BryantDayGoal, search_bryant_day
from trialwright.stats.efficacy_stop import (
    EfficacyStopDesign,
    Expect,
    evaluate_efficacy_stop,
    search_efficacy_stop,
)
from trialwright.stats.hypotheses import Hypotheses
from trialwright.stats.monitoring import (
    Boundary,
    Side,
    evaluate_boundary,
    search_toxicity_boundary,
)
from trialwright.stats.predictive import BetaPrior, compute_predictive, predict_successes
from trialwright.stats.two_endpoints import (
    CountRule,
    Join,
    TwoEndpointDesign,
    decide_two_endpoints,
    evaluate_two_endpoints,
    join_rates,
    nest_rates,
)

MACHINE = 1e-10


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize(
    ("looks", "bounds"), [((3, 6, 9), (1, 2, 3)), ((1, 2, 4, 7), (0, 0, 1, 2))]
)
def test_a_boundary_stops_as_often_as_all_sequences_together(side, looks, bounds):
    rate, boundary = 0.3, Boundary(looks, bounds, side)
    stop = before_last = expected = 0.0
    for patients in product((0, 1), repeat=looks[-1]):
        weight = np.prod([rate if event else 1 - rate for event in patients])
        crossed = [
            look
            for look, bound in zip(looks, bounds, strict=True)
            if (sum(patients[:look]) > bound) == (side is Side.ABOVE)
        ]
        stop += weight * bool(crossed)
        before_last += weight * bool(crossed and crossed[0] < looks[-1])
        expected += weight * (crossed[0] if crossed else looks[-1])
    point = evaluate_boundary(boundary, rate)
    assert (point.prob_stop, point.prob_stop_before_last, point.expected_n) == pytest.approx(
        (stop, before_last, expected), abs=MACHINE
    )


@settings(max_examples=30, deadline=None)
@given(
    n_looks=st.integers(1, 8),
    step=st.integers(1, 6),
    rate=st.floats(0.05, 0.6),
    limit=st.floats(0.01, 0.3),
    shape=st.floats(0, 0.5),
)
def test_the_strictest_boundary_keeps_its_limit_and_the_next_does_not(
    n_looks, step, rate, limit, shape
):
    looks = [step * (index + 1) for index in range(n_looks)]
    found = search_toxicity_boundary(looks, rate, limit, shape)
    assert evaluate_boundary(found.boundary, rate).prob_stop <= limit
    assert list(found.boundary.bounds) == sorted(found.boundary.bounds)
    if found.next_stricter:
        assert evaluate_boundary(found.next_stricter, rate).prob_stop > limit


def enumerate_two_endpoints(design, rates):
    """Return (stop, reject) by summing over every sequence of four kinds of patients."""
    neither = 1 - rates.both - rates.first_only - rates.second_only
    kinds = [
        ((0, 0), neither),
        ((1, 0), rates.first_only),
        ((0, 1), rates.second_only),
        ((1, 1), rates.both),
    ]
    stop = reject = 0.0
    for patients in product(kinds, repeat=design.n):
        weight = np.prod([share for _, share in patients])
        first = [sum(kind[endpoint] for kind, _ in patients[: design.n1]) for endpoint in (0, 1)]
        final = [sum(kind[endpoint] for kind, _ in patients) for endpoint in (0, 1)]
        goes_on = design.stage_1.passes(*first)
        stop += weight * (not goes_on)
        reject += weight * (goes_on and design.final.passes(*final))
    return stop, reject


@pytest.mark.parametrize("join", list(Join))
@pytest.mark.parametrize("rates", [join_rates(0.3, 0.5, 3.0), nest_rates(0.2, 0.6)])
def test_a_rule_on_two_endpoints_equals_the_sum_over_all_sequences(join, rates):
    design = TwoEndpointDesign(3, 7, CountRule(0, 1, join), CountRule(2, 4, join))
    point = evaluate_two_endpoints(design, rates)
    assert (point.prob_early_stop, point.prob_reject) == pytest.approx(
        enumerate_two_endpoints(design, rates), abs=MACHINE
    )


@settings(max_examples=50, deadline=None)
@given(first=st.floats(0.01, 0.99), second=st.floats(0.01, 0.99), ratio=st.floats(0.05, 20))
def test_joint_rates_have_the_margins_and_the_odds_ratio_asked_for(first, second, ratio):
    rates = join_rates(first, second, ratio)
    neither = 1 - rates.both - rates.first_only - rates.second_only
    assert rates.both + rates.first_only == pytest.approx(first)
    assert rates.both + rates.second_only == pytest.approx(second)
    odds = rates.both * neither / (rates.first_only * rates.second_only)
    assert odds == pytest.approx(ratio, rel=1e-6)


@settings(max_examples=100, deadline=None)
@given(
    n=st.integers(0, 6),
    first=st.integers(0, 6),
    second=st.integers(0, 6),
    join=st.sampled_from(Join),
)
def test_two_endpoints_are_decided_exactly_when_every_completion_agrees(n, first, second, join):
    if max(first, second) > n:
        return
    rule = CountRule(1, 2, join)
    design = TwoEndpointDesign(6, 12, rule, rule)
    missing = 6 - n
    ends = {
        rule.passes(first + a, second + b) for a in range(missing + 1) for b in range(missing + 1)
    }
    verdict, _ = decide_two_endpoints(design, 1, (first, second), n)
    assert verdict == (ends.pop() if len(ends) == 1 else None)


def test_no_enumerated_bryant_day_design_beats_the_search():
    goal = BryantDayGoal(0.10, 0.70, 0.80, 0.20, 0.20, 0.20, 0.70)
    found = search_bryant_day(goal)
    best = min(
        (enumerate_bryant_day(goal, n1, n) for n in range(2, found.n_last) for n1 in range(1, n)),
        key=lambda item: item[0],
    )
    assert found.proven
    assert found.expected_n == pytest.approx(best[0])
    assert found.alpha_response <= goal.alpha_response
    assert found.alpha_toxicity <= goal.alpha_toxicity
    assert found.power >= goal.power


def enumerate_bryant_day(goal, n1, n):
    best = (np.inf, None)
    for r1, r, t1, t in product(range(n1), range(n), range(n1), range(n + 1)):
        if r < r1 or t < t1:
            continue
        design = BryantDayDesign(r1=r1, t1=t1, n1=n1, r=r, t=t, n=n)
        good = evaluate_bryant_day(design, goal.response_good, goal.toxicity_low)
        poor = evaluate_bryant_day(design, goal.response_poor, goal.toxicity_low)
        harmful = evaluate_bryant_day(design, goal.response_good, goal.toxicity_high)
        if (
            good.prob_reject >= goal.power
            and poor.prob_reject <= goal.alpha_response
            and harmful.prob_reject <= goal.alpha_toxicity
        ):
            best = min(best, (max(poor.expected_n, harmful.expected_n), str(design)))
    return best


@pytest.mark.parametrize("expect", list(Expect))
@pytest.mark.parametrize("setting", [(0.1, 0.6, 0.05, 0.8), (0.3, 0.75, 0.1, 0.85)])
def test_no_enumerated_design_with_both_stops_beats_the_search(setting, expect):
    hypotheses = Hypotheses(*setting)
    found = search_efficacy_stop(hypotheses, expect)
    name = "expected_n_null" if expect is Expect.NULL else "expected_n_interest"
    least = min(
        evaluate_efficacy_stop(
            design, hypotheses.p0 if expect is Expect.NULL else hypotheses.p1
        ).expected_n
        for design in list_efficacy_designs(found.n_last)
        if evaluate_efficacy_stop(design, hypotheses.p0).prob_reject < hypotheses.alpha
        and evaluate_efficacy_stop(design, hypotheses.p1).prob_reject > hypotheses.power
    )
    assert found.proven
    assert getattr(found, name) == pytest.approx(least)


def list_efficacy_designs(n_last):
    for n in range(2, n_last):
        for n1 in range(1, n):
            for r1, e1 in product(range(n1), range(1, n1 + 1)):
                for r in range(r1, n):
                    if r1 < e1:
                        yield EfficacyStopDesign(r1, e1, n1, r, n)


@settings(max_examples=50, deadline=None)
@given(
    n=st.integers(1, 30),
    more=st.integers(0, 30),
    a=st.floats(0.2, 5),
    b=st.floats(0.2, 5),
    data=st.data(),
)
def test_predictions_follow_the_beta_binomial_law(n, more, a, b, data):
    responses = data.draw(st.integers(0, n))
    prior = BetaPrior(a, b)
    found = predict_successes(responses, n, n + more, prior)
    law = betabinom(more, a + responses, b + n - responses)
    assert found == pytest.approx(law.pmf(np.arange(more + 1)), abs=1e-9)
    assert compute_predictive(responses, n, n + more, responses - 1, prior) == pytest.approx(1)
    assert compute_predictive(responses, n, n + more, responses + more, prior) == 0
