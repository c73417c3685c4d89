"""Laws of two-stage designs: exact evaluation, and a search that brute force cannot beat."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from trialwright.stats.single_stage import evaluate_single_stage, search_single_stage
from trialwright.stats.two_stage import (
    Kind,
    TwoStageDesign,
    evaluate_two_stage,
    search_two_stage,
)

MACHINE = 1e-12
SMALL_SETTINGS = [
    (0.05, 0.45, 0.05, 0.80),
    (0.10, 0.50, 0.05, 0.80),
    (0.20, 0.60, 0.05, 0.80),
    (0.20, 0.65, 0.025, 0.80),
    (0.30, 0.70, 0.10, 0.90),
    (0.40, 0.80, 0.05, 0.80),
    (0.55, 0.95, 0.05, 0.80),
    (0.60, 0.95, 0.10, 0.85),
]


@st.composite
def designs(draw, n_max=60):
    n = draw(st.integers(3, n_max))
    n1 = draw(st.integers(1, n - 1))
    r1 = draw(st.integers(0, n1 - 1))
    return TwoStageDesign(r1, n1, draw(st.integers(r1, n - 1)), n)


def enumerate_all(p0, p1, alpha, power, n_max):
    """Return every feasible rule with its expected size, straight from the definition."""
    found = []
    for n in range(2, n_max + 1):
        for n1 in range(1, n):
            x = np.arange(n1 + 1)
            first = [binom.pmf(x, n1, rate) for rate in (p0, p1)]
            for r in range(n):
                reject = [
                    mass * binom.sf(r - x, n - n1, rate)
                    for mass, rate in zip(first, (p0, p1), strict=True)
                ]
                for r1 in range(min(n1, r + 1)):
                    if reject[0][r1 + 1 :].sum() < alpha and reject[1][r1 + 1 :].sum() > power:
                        stop = first[0][: r1 + 1].sum()
                        found.append((n, n1 + (1 - stop) * (n - n1), n1, -r1, -r))
    return found


@pytest.mark.parametrize("setting", SMALL_SETTINGS)
def test_no_enumerated_design_beats_the_search_and_ties_are_as_stated(setting):
    search = search_two_stage(*setting)
    every = enumerate_all(*setting, n_max=search.n_last + 2)
    fewest = min(every)[0]
    minimax = min((item for item in every if item[0] == fewest), key=round_expected)
    optimal = min(every, key=lambda item: (round(item[1], 9), item[0], *item[2:]))
    for kind, (n, expected, n1, minus_r1, minus_r) in (
        (Kind.MINIMAX, minimax),
        (Kind.OPTIMAL, optimal),
    ):
        choice = search.choose(kind)
        assert choice.design == TwoStageDesign(-minus_r1, n1, -minus_r, n)
        assert choice.expected_n_null == pytest.approx(expected)


def round_expected(item):
    return (round(item[1], 9), *item[2:])


@pytest.mark.parametrize("setting", SMALL_SETTINGS)
def test_the_certificate_bounds_every_larger_design(setting):
    search = search_two_stage(*setting)
    every = enumerate_all(*setting, n_max=search.n_last + 3)
    assert search.n_first <= min(every)[0]
    assert search.bound >= search.choose(Kind.OPTIMAL).expected_n_null
    larger = [item[1] for item in every if item[0] >= search.n_last]
    assert min(larger) >= search.bound - MACHINE


@settings(max_examples=40, deadline=None)
@given(
    p0=st.floats(0.05, 0.6),
    gain=st.floats(0.15, 0.35),
    alpha=st.floats(0.01, 0.2),
    power=st.floats(0.7, 0.95),
)
def test_every_design_found_keeps_its_limits_and_the_hull_is_convex(p0, gain, alpha, power):
    search = search_two_stage(p0, p0 + gain, alpha, power)
    assert search.proven
    sizes = [choice.design.n for choice in search.designs]
    expected = [choice.expected_n_null for choice in search.designs]
    assert sizes == sorted(set(sizes))
    assert expected == sorted(expected, reverse=True)
    for choice in search.designs:
        assert choice.exact_alpha < alpha
        assert choice.exact_power > power
        middle = (choice.weight_low + choice.weight_high) / 2
        loss = [
            middle * other.design.n + (1 - middle) * other.expected_n_null
            for other in search.designs
        ]
        own = middle * choice.design.n + (1 - middle) * choice.expected_n_null
        assert own <= min(loss) + MACHINE * 100
    assert [choice.weight_low for choice in search.designs[:-1]] == [
        choice.weight_high for choice in search.designs[1:]
    ]


def test_a_search_within_a_limit_finds_the_same_when_the_limit_is_wide_enough():
    free = search_two_stage(0.2, 0.4, 0.05, 0.8)
    assert search_two_stage(0.2, 0.4, 0.05, 0.8, n_max=100).designs == free.designs
    limited = search_two_stage(0.2, 0.4, 0.05, 0.8, n_max=40)
    assert not limited.proven
    assert limited.designs[0].design == free.designs[0].design


# Subnormal rates are left out: the reference itself overflows there.
@settings(max_examples=60, deadline=None)
@given(design=designs(), rate=st.floats(0, 1, allow_subnormal=False))
def test_evaluation_equals_the_sum_over_both_stages(design, rate):
    point = evaluate_two_stage(design, rate)
    x = np.arange(design.r1 + 1, design.n1 + 1)
    reject = binom.pmf(x, design.n1, rate) @ binom.sf(design.r - x, design.n - design.n1, rate)
    stop = binom.cdf(design.r1, design.n1, rate)
    assert point.prob_reject == pytest.approx(reject, abs=MACHINE)
    assert point.prob_early_stop == pytest.approx(stop, abs=MACHINE)
    assert point.expected_n == pytest.approx(design.n - stop * (design.n - design.n1), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(design=designs(), rates=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_a_higher_rate_rejects_more_and_stops_less(design, rates):
    low, high = (evaluate_two_stage(design, rate) for rate in sorted(rates))
    assert low.prob_reject <= high.prob_reject + MACHINE
    assert low.prob_early_stop >= high.prob_early_stop - MACHINE
    assert low.expected_n <= high.expected_n + 1e-9


@settings(max_examples=15, deadline=None)
@given(p0=st.floats(0.05, 0.6), gain=st.floats(0.15, 0.35), power=st.floats(0.7, 0.95))
def test_beyond_the_conservative_size_one_stage_never_lacks_power(p0, gain, power):
    found = search_single_stage(p0, p0 + gain, 0.05, power)
    last = max(found.n_proven, found.n_conservative) + 30
    assert all(
        evaluate_single_stage(n, p0, p0 + gain, 0.05).exact_power >= power
        for n in range(found.n_conservative, last)
    )
    assert evaluate_single_stage(found.n_conservative - 1, p0, p0 + gain, 0.05).exact_power < power
