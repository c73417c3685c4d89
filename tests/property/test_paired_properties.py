"""Signed rank tests agree with all assignments of signs; swapping the pairs mirrors everything."""

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from trialwright.stats.paired import (
    RankMethod,
    ZeroRule,
    compare_paired_means,
    compare_signed_rank,
    compare_signs,
    estimate_shift,
)

differences = st.lists(st.integers(-6, 6), min_size=1, max_size=8)
long_differences = st.lists(st.integers(-30, 30), min_size=1, max_size=25)
methods = st.sampled_from(list(RankMethod))
zero_rules = st.sampled_from(list(ZeroRule))


def middle_rank(size: int, sizes: list[int]) -> float:
    return sum(s < size for s in sizes) + (sum(s == size for s in sizes) + 1) / 2


@settings(deadline=None)
@given(differences, zero_rules)
def test_the_exact_p_value_counts_all_assignments_of_signs(values, zeros):
    kept = values if zeros is ZeroRule.PRATT else [v for v in values if v]
    ranks = [(middle_rank(abs(v), [abs(k) for k in kept]), v > 0) for v in kept if v]
    observed = sum(r for r, up in ranks if up) - sum(r for r, _ in ranks) / 2
    sums = [
        sum(sign * r for sign, (r, _) in zip(signs, ranks, strict=True)) / 2
        for signs in product((-1, 1), repeat=len(ranks))
    ]
    expected = sum(abs(s) >= abs(observed) - 1e-9 for s in sums) / len(sums)
    test = compare_signed_rank([0] * len(values), values, zeros=zeros)
    assert test.p_value == pytest.approx(expected, abs=1e-12)


@given(long_differences, methods, zero_rules)
def test_swapping_before_and_after_changes_the_signs_only(values, method, zeros):
    none = [0] * len(values)
    one = compare_signed_rank(none, values, method=method, zeros=zeros)
    other = compare_signed_rank(values, none, method=method, zeros=zeros)
    assert (one.p_value, one.z) == pytest.approx((other.p_value, -other.z))
    assert compare_signs(none, values).p_value == compare_signs(values, none).p_value


@given(long_differences, methods)
def test_swapping_before_and_after_mirrors_the_limits(values, method):
    assume(any(values))
    none = [0] * len(values)
    one = estimate_shift(none, values, method=method)
    other = estimate_shift(values, none, method=method)
    assert one.estimate == pytest.approx(-other.estimate)
    if one.lower is not None:
        assert (one.lower, one.upper) == pytest.approx((-other.upper, -other.lower))
        assert one.lower <= one.estimate <= one.upper


@settings(deadline=None)
@given(st.lists(st.integers(-1000, 1000), min_size=6, max_size=10, unique=True))
def test_a_shift_inside_the_limits_is_not_rejected_and_one_outside_is(values):
    values = np.array(values) + 0.25
    shift = estimate_shift(np.zeros(len(values)), values)
    step = 1e-6
    inside = compare_signed_rank(np.full(len(values), shift.lower + step), values)
    outside = compare_signed_rank(np.full(len(values), shift.lower - step), values)
    assert inside.p_value > 0.05 >= outside.p_value


@given(long_differences)
def test_t_limits_exclude_zero_when_p_is_below_five_percent(values):
    assume(len(set(values)) > 1)
    test = compare_paired_means([0] * len(values), values)
    assume(abs(test.p_value - 0.05) > 1e-9)
    assert (test.p_value < 0.05) == (test.lower > 0 or test.upper < 0)
