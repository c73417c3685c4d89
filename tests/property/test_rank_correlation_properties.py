"""Rank correlations agree with scipy and with all orders."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import kendalltau, spearmanr

from trialwright.stats.rank_correlation import RankCorrelation, estimate_rank_correlation

SPEARMAN, KENDALL = RankCorrelation.SPEARMAN, RankCorrelation.KENDALL
tied = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=10, max_size=30)
untied = st.tuples(st.permutations(range(11)), st.permutations(range(11)))


def split(rows):
    x, y = np.array(rows, dtype=float).T
    assume(np.ptp(x) > 0 and np.ptp(y) > 0)
    return x, y


@given(tied)
def test_tied_coefficients_and_approximate_p_values_equal_scipy(rows):
    x, y = split(rows)
    rho, tau = spearmanr(x, y), kendalltau(x, y, method="asymptotic")
    ours = estimate_rank_correlation(x, y)
    assert (ours.coefficient, ours.p_value) == pytest.approx((rho.statistic, rho.pvalue), abs=1e-9)
    ours = estimate_rank_correlation(x, y, method=KENDALL)
    assert (ours.coefficient, ours.p_value) == pytest.approx((tau.statistic, tau.pvalue), abs=1e-9)
    assert not ours.is_exact


@given(untied)
def test_untied_kendall_is_exact_as_in_scipy(pair):
    tau, ours = kendalltau(*pair, method="exact"), estimate_rank_correlation(*pair, method=KENDALL)
    assert (ours.coefficient, ours.p_value) == pytest.approx((tau.statistic, tau.pvalue))
    assert ours.is_exact


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=3, max_size=5))
def test_few_subjects_are_tested_by_all_orders_ties_included(rows):
    x, y = split(rows)
    ours = estimate_rank_correlation(x, y)
    others = [spearmanr(x, order).statistic for order in permutations(y)]
    expected = np.mean(np.abs(others) >= abs(spearmanr(x, y).statistic) - 1e-9)
    assert ours.p_value == pytest.approx(expected)
    assert ours.is_exact


@given(tied, st.sampled_from(list(RankCorrelation)))
def test_exchanging_and_reversing_change_the_sign_only(rows, method):
    x, y = split(rows)
    one = estimate_rank_correlation(x, y, method=method)
    other = estimate_rank_correlation(-y, x**3, method=method)
    assert one.coefficient == pytest.approx(-other.coefficient)
    assert one.p_value == pytest.approx(other.p_value)
    if one.lower is not None:
        assert (one.lower, one.upper) == pytest.approx((-other.upper, -other.lower))
