"""Paired comparisons at their edges."""

import pytest

from trialwright.core.errors import EstimateError
from trialwright.stats.paired import (
    RankMethod,
    ZeroRule,
    compare_paired_means,
    compare_signed_rank,
    compare_signs,
    estimate_shift,
)


@pytest.mark.parametrize("method", RankMethod)
@pytest.mark.parametrize("zeros", ZeroRule)
def test_pairs_that_do_not_differ_have_p_one(method, zeros):
    test = compare_signed_rank([1, 2], [1, 2], method=method, zeros=zeros)
    assert (test.p_value, test.z, test.n_zero, test.rank_sum) == (1, 0, 2, 0)
    assert compare_signs([1, 2], [1, 2]).p_value == 1


def test_one_increase_among_unchanged_pairs_tells_nothing():
    assert compare_signed_rank([1, 2], [1, 3]).p_value == 1


def test_differences_that_are_equal_but_for_rounding_are_tied():
    # 1.1 - 1.0, 0.3 - 0.2 and 0.8 - 0.9 differ in their last digits.
    test = compare_signed_rank([1.0, 0.2, 0.9], [1.1, 0.3, 0.8])
    assert test.rank_sum == 4
    assert compare_signed_rank([0.3], [0.1 + 0.2]).n_zero == 1


def test_the_second_smallest_of_eleven_is_the_only_decrease_as_in_metromajx():
    before = [0.0] * 11
    after = [1, -2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert compare_signed_rank(before, after).p_value == 6 / 2048


def test_a_hundred_pairs_have_an_exact_p_value():
    none, changes = [0.0] * 100, [(-1) ** i * i for i in range(1, 101)]
    exact = compare_signed_rank(none, changes)
    normal = compare_signed_rank(none, changes, method=RankMethod.ASYMPTOTIC_CORRECTED)
    assert exact.p_value == pytest.approx(normal.p_value, abs=0.001)


def test_five_pairs_have_no_limits_at_95_percent():
    shift = estimate_shift([0] * 5, [1, 2, 3, 4, 5])
    assert (shift.estimate, shift.lower, shift.upper) == (3, None, None)


def test_six_pairs_have_their_extremes_as_limits_at_95_percent():
    shift = estimate_shift([0] * 6, [1, 2, 3, 4, 5, 6])
    assert (shift.lower, shift.upper) == (1, 6)


def test_no_pair_that_differs_has_no_shift():
    with pytest.raises(EstimateError) as caught:
        estimate_shift([1, 2], [1, 2])
    assert str(caught.value) == (
        "No pair differs, expected at least one to estimate a shift from. Report the counts."
    )


@pytest.mark.parametrize("after", [[2], [2, 3]])
def test_differences_without_spread_have_no_t_test(after):
    with pytest.raises(EstimateError, match=r"differences without spread have no t test"):
        compare_paired_means([1, 2][: len(after)], after)


def test_a_missing_measurement_is_an_error_in_words():
    with pytest.raises(EstimateError) as caught:
        compare_signs([1, float("nan")], [2, 3])
    assert str(caught.value) == (
        "A measurement is missing or infinite, expected both of every patient. "
        "Leave out incomplete pairs, and say how many."
    )


def test_measurements_that_are_not_pairs_are_an_error_in_words():
    with pytest.raises(EstimateError, match=r"^before has shape \(1,\) and after \(2,\)"):
        compare_signed_rank([1], [2, 3])
    with pytest.raises(EstimateError, match=r"^before has shape \(0,\)"):
        compare_signed_rank([], [])


def test_an_impossible_level_is_an_error_in_words():
    for estimate in (estimate_shift, compare_paired_means):
        with pytest.raises(EstimateError, match=r"^level is 95, expected between 0 and 1"):
            estimate([1, 2], [2, 4], level=95)
