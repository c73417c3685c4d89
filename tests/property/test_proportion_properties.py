"""Laws of intervals for a proportion: symmetry, order, coverage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import bdtr, bdtrc

from trialwright.stats.proportion import ProportionInterval, estimate_proportion

methods = st.sampled_from(list(ProportionInterval))
counts = st.integers(1, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
levels = st.sampled_from([0.8, 0.9, 0.95, 0.99])


@given(counts, levels, methods)
def test_failures_have_the_mirrored_limits_of_successes(count, level, method):
    successes, n = count
    one = estimate_proportion(successes, n, level, method)
    other = estimate_proportion(n - successes, n, level, method)
    assert one.lower == pytest.approx(1 - other.upper, abs=1e-12)


@given(counts, levels, methods)
def test_limits_enclose_the_estimate_and_widen_with_the_level(count, level, method):
    narrow = estimate_proportion(*count, level, method)
    wide = estimate_proportion(*count, 0.995, method)
    assert 0 <= wide.lower <= narrow.lower <= narrow.estimate + 1e-12
    assert narrow.estimate - 1e-12 <= narrow.upper <= wide.upper <= 1


@given(counts, levels)
def test_exact_limits_leave_the_tail_at_each_side(count, level):
    successes, n = count
    exact = estimate_proportion(successes, n, level)
    tail = (1 - level) / 2
    if successes > 0:
        assert bdtrc(successes - 1, n, exact.lower) == pytest.approx(tail, rel=1e-8)
    if successes < n:
        assert bdtr(successes, n, exact.upper) == pytest.approx(tail, rel=1e-8)


@given(counts, levels)
def test_mid_p_limits_lie_inside_the_exact_ones(count, level):
    mid = estimate_proportion(*count, level, ProportionInterval.MID_P)
    exact = estimate_proportion(*count, level)
    assert exact.lower <= mid.lower + 1e-12
    assert mid.upper <= exact.upper + 1e-12
