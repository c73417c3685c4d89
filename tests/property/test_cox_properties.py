"""Cox and Firth fits agree with the likelihood written out by plain loops."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from trialwright.core.errors import EstimateError
from trialwright.stats.cox import CoxTies, estimate_cox
from trialwright.stats.cox_firth import estimate_cox_firth

rows = st.lists(
    st.tuples(st.integers(1, 8), st.booleans(), st.integers(-2, 2)), min_size=4, max_size=14
)
ties_rules = st.sampled_from(list(CoxTies))


def plain_likelihood(data, coef: float, ties: CoxTies) -> tuple[float, float]:
    """Return log partial likelihood and information of one covariate."""
    value = information = 0.0
    for time in sorted({t for t, event, _ in data if event}):
        dead = [x for t, event, x in data if event and t == time]
        at_risk = [x for t, _, x in data if t >= time]
        value += coef * sum(dead)
        for k in range(len(dead)):
            part = k / len(dead) if ties is CoxTies.EFRON else 0.0
            s = [
                sum(x**m * math.exp(coef * x) for x in at_risk)
                - part * sum(x**m * math.exp(coef * x) for x in dead)
                for m in range(3)
            ]
            value -= math.log(s[0])
            information += s[2] / s[0] - (s[1] / s[0]) ** 2
    return value, information


def penalized(data, coef: float, ties: CoxTies) -> float:
    value, information = plain_likelihood(data, coef, ties)
    return value + math.log(information) / 2 if information > 0 else -math.inf


@settings(max_examples=60, deadline=None)
@given(rows, ties_rules)
def test_the_estimate_is_the_top_of_the_plain_likelihood(data, ties):
    time, event, x = zip(*data, strict=True)
    try:
        model = estimate_cox(time, event, x, ties=ties)
    except EstimateError:
        assume(False)
    coef = model.terms[0].coef
    value, information = plain_likelihood(data, coef, ties)
    assert model.log_likelihood == pytest.approx(value, abs=1e-9)
    assert model.terms[0].std_error == pytest.approx(information**-0.5, rel=1e-6)
    for step in (-0.01, 0.01):
        assert plain_likelihood(data, coef + step, ties)[0] <= value


@settings(max_examples=40, deadline=None)
@given(rows, ties_rules)
def test_the_firth_estimate_is_the_top_and_its_limits_are_on_the_profile(data, ties):
    time, event, x = zip(*data, strict=True)
    assume(plain_likelihood(data, 0.0, ties)[1] > 1e-6)
    model = estimate_cox_firth(time, event, x, ties=ties, level=0.9)
    term = model.terms[0]
    value = penalized(data, term.coef, ties)
    assert model.log_likelihood - model.log_likelihood_null == pytest.approx(
        value - penalized(data, 0.0, ties), abs=1e-7
    )
    for step in (-0.01, 0.01):
        assert penalized(data, term.coef + step, ties) <= value + 1e-12
    for limit in (term.lower, term.upper):
        loss = 2 * (value - penalized(data, math.log(limit), ties))
        assert loss == pytest.approx(2.705543454095404, abs=1e-5)


@settings(max_examples=40, deadline=None)
@given(rows)
def test_without_ties_efron_and_breslow_are_one(data):
    time = np.arange(len(data))
    _, event, x = zip(*data, strict=True)
    try:
        efron = estimate_cox(time, event, x, ties=CoxTies.EFRON)
    except EstimateError:
        assume(False)
    breslow = estimate_cox(time, event, x, ties=CoxTies.BRESLOW)
    assert efron.terms[0].coef == pytest.approx(breslow.terms[0].coef, abs=1e-12)
