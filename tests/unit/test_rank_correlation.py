"""Rank correlations at their edges."""

import pytest

from trialwright.core.errors import EstimateError
from trialwright.stats.rank_correlation import RankCorrelation, estimate_rank_correlation


@pytest.mark.parametrize("method", RankCorrelation)
def test_a_perfect_order_is_one_without_limits(method):
    correlation = estimate_rank_correlation([1, 2, 3, 4, 5], [1, 4, 9, 16, 25], method=method)
    assert (correlation.coefficient, correlation.lower) == (1, None)
    assert correlation.p_value == pytest.approx(2 / 120)


def test_a_perfect_order_of_many_is_beyond_doubt():
    assert estimate_rank_correlation(range(20), range(20)).p_value == 0


def test_limits_of_spearman_are_those_of_bonett_and_wright():
    # atanh 0.87879 = 1.37042, its error root((1 + 0.87879^2 / 2) / 7) = 0.44499.
    y = [2, 1, 4, 3, 6, 5, 10, 7, 9, 8]
    correlation = estimate_rank_correlation(range(10), y)
    rho = correlation.coefficient
    assert rho == pytest.approx(1 - 6 * 20 / 990)
    assert (correlation.lower, correlation.upper) == pytest.approx((0.4607, 0.9777), abs=0.0001)


def test_measurements_that_cannot_be_correlated_are_errors_in_words():
    with pytest.raises(EstimateError, match=r"^x has shape \(2,\) and y \(1,\), expected both"):
        estimate_rank_correlation([1, 2], [1])
    with pytest.raises(EstimateError, match=r"^A measurement is missing or infinite"):
        estimate_rank_correlation([1, 2], [1, float("nan")])
    with pytest.raises(EstimateError) as caught:
        estimate_rank_correlation([1, 2, 3], [5, 5, 5])
    assert str(caught.value) == (
        "A measurement is the same for all subjects, expected some difference to correlate. "
        "Report the values."
    )
