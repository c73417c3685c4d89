"""Laws of inference after two stages: unbiasedness, duality of tests and limits, coverage."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.stats.binomial import binomial_probabilities
from trialwright.stats.two_stage import TwoStageDesign
from trialwright.stats.two_stage_inference import (
    estimate_umvue,
    find_outcome,
    infer_two_stage,
)

MACHINE = 1e-10
COVERED_DESIGNS = [
    TwoStageDesign(3, 13, 12, 43),
    TwoStageDesign(4, 18, 10, 33),
    TwoStageDesign(1, 10, 5, 29),
    TwoStageDesign(8, 15, 26, 43),
]
INTERVALS = ("exact_stagewise", "koyama_chen", "clopper_pearson")


@st.composite
def designs(draw, n_max):
    n = draw(st.integers(3, n_max))
    n1 = draw(st.integers(1, n - 1))
    r1 = draw(st.integers(0, n1 - 1))
    return TwoStageDesign(r1, n1, draw(st.integers(r1, n - 1)), n)


def list_outcomes(design):
    """Return (stage, successes, patients) of every end, from the worst to the best."""
    early = [(1, x, design.n1) for x in range(design.r1 + 1)]
    return early + [(2, total, design.n) for total in range(design.r1 + 1, design.n + 1)]


def outcome_probabilities(design, rate):
    """Return the probability of every end, in the same order, by convolution."""
    first = binomial_probabilities(design.n1, rate)
    passing = np.where(np.arange(design.n1 + 1) > design.r1, first, 0)
    total = np.convolve(passing, binomial_probabilities(design.n - design.n1, rate))
    return np.concatenate([first[: design.r1 + 1], total[design.r1 + 1 :]])


def infer_all(design, level=0.95):
    return [
        infer_two_stage(design, responses, n, level=level, stage=stage)
        for stage, responses, n in list_outcomes(design)
    ]


@settings(max_examples=25, deadline=None)
@given(design=designs(n_max=40), rate=st.floats(0.02, 0.98))
def test_the_umvue_is_unbiased_at_every_rate(design, rate):
    ends = list_outcomes(design)
    estimates = [estimate_umvue(find_outcome(design, x, n, stage)) for stage, x, n in ends]
    assert outcome_probabilities(design, rate) @ estimates == pytest.approx(rate, abs=MACHINE)


@settings(max_examples=25, deadline=None)
@given(design=designs(n_max=40), rate=st.floats(0.02, 0.98))
def test_tail_probabilities_are_sums_over_the_ordered_outcomes(design, rate):
    probabilities = outcome_probabilities(design, rate)
    for index, (stage, responses, n) in enumerate(list_outcomes(design)):
        outcome = find_outcome(design, responses, n, stage)
        at_least = probabilities[index:].sum()
        assert outcome.prob_at_least(rate) == pytest.approx(at_least, abs=MACHINE)
        at_most = probabilities[: index + 1].sum()
        assert outcome.prob_at_most(rate) == pytest.approx(at_most, abs=MACHINE)


@settings(max_examples=25, deadline=None)
@given(design=designs(n_max=50), level=st.floats(0.5, 0.99), data=st.data())
def test_limits_are_the_rates_that_their_tests_just_accept(design, level, data):
    stage, responses, n = data.draw(st.sampled_from(list_outcomes(design)))
    ended = infer_two_stage(design, responses, n, level=level, stage=stage)
    outcome = find_outcome(design, responses, n, stage)
    tail = (1 - level) / 2
    lower, upper = ended.exact_stagewise.lower, ended.exact_stagewise.upper
    if lower > 0:
        assert outcome.prob_at_least(lower) == pytest.approx(tail, abs=MACHINE)
        assert outcome.prob_at_least(ended.median_unbiased) == pytest.approx(0.5, abs=MACHINE)
    if upper < 1:
        assert outcome.prob_at_most(upper) == pytest.approx(tail, abs=MACHINE)
    assert lower <= ended.median_unbiased <= upper


@settings(max_examples=10, deadline=None)
@given(design=designs(n_max=30))
def test_a_better_outcome_has_higher_limits_and_estimates(design):
    every = infer_all(design)
    for read in (
        lambda ended: ended.exact_stagewise.lower,
        lambda ended: ended.exact_stagewise.upper,
        lambda ended: ended.median_unbiased,
    ):
        values = [read(ended) for ended in every]
        assert all(low <= high + MACHINE for low, high in pairwise(values))


@settings(max_examples=25, deadline=None)
@given(design=designs(n_max=40), data=st.data())
def test_the_conditional_estimate_expects_what_was_seen_in_the_stage_reached(design, data):
    stage, responses, n = data.draw(st.sampled_from(list_outcomes(design)))
    rate = infer_two_stage(design, responses, n, stage=stage).conditional_mle
    if not 1e-6 < rate < 1 - 1e-6:
        return
    probabilities = outcome_probabilities(design, rate)
    ends = [end for end in list_outcomes(design) if end[0] == stage]
    reached = probabilities[: len(ends)] if stage == 1 else probabilities[-len(ends) :]
    seen = np.array([total for _, total, _ in ends])
    assert reached @ seen / reached.sum() == pytest.approx(responses, abs=1e-6)


def coverage(limits, design, rate):
    covered = (limits[:, 0] <= rate) & (rate <= limits[:, 1])
    return float(outcome_probabilities(design, rate) @ covered)


def find_limits(every, name):
    """Return both limits of every outcome; where Koyama-Chen has no upper one, the exact one."""
    pairs = [(getattr(ended, name), ended.exact_stagewise.upper) for ended in every]
    return np.array(
        [(one.lower, exact if one.upper is None else one.upper) for one, exact in pairs]
    )


@pytest.mark.parametrize("design", COVERED_DESIGNS, ids=str)
def test_the_default_interval_covers_every_rate_at_its_level_and_the_others_do_not(design, capsys):
    every = infer_all(design)
    grid = np.linspace(0.01, 0.99, 981)
    lowest = {}
    for name in INTERVALS:
        limits = find_limits(every, name)
        # Coverage jumps at the limits: both sides of each belong to an enumeration over p.
        jumps = [limits.ravel() + by for by in (-1e-9, 1e-9)]
        rates = np.concatenate([grid, *jumps])
        rates = rates[(rates >= grid[0]) & (rates <= grid[-1])]
        lowest[name] = min(coverage(limits, design, rate) for rate in rates)
    with capsys.disabled():
        print(f"\n{design} at 95%:", {key: f"{low:.4f}" for key, low in lowest.items()})  # noqa: T201
    assert lowest["exact_stagewise"] >= 0.95
    assert lowest["koyama_chen"] < 0.90
    assert lowest["clopper_pearson"] < 0.95


@pytest.mark.parametrize("level", [0.80, 0.90, 0.99])
def test_the_default_interval_keeps_other_levels_too(level):
    design = COVERED_DESIGNS[0]
    limits = find_limits(infer_all(design, level), "exact_stagewise")
    inside = np.clip(limits.ravel(), 1e-6, 1 - 1e-6)
    rates = np.concatenate([inside - 1e-9, inside + 1e-9, np.linspace(0.001, 0.999, 999)])
    assert min(coverage(limits, design, rate) for rate in rates) >= level - 1e-12
