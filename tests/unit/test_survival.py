"""Curves, quantiles, landmarks and means at their edges."""

import numpy as np
import pytest

from trialwright.core.errors import EstimateError
from trialwright.stats.survival import (
    Beyond,
    ConfidenceType,
    LimitAtZero,
    TieOrder,
    estimate_at,
    estimate_follow_up,
    estimate_quantile,
    estimate_restricted_mean,
    estimate_survival,
)


def test_without_events_the_curve_stays_at_one_and_the_median_is_not_estimable():
    curve = estimate_survival([3, 5, 9], [0, 0, 0])
    median = estimate_quantile(curve)
    assert curve.survival.tolist() == [1, 1, 1]
    assert (median.estimate, median.lower, median.upper) == (None, None, None)


@pytest.mark.parametrize("conf_type", ConfidenceType)
def test_an_estimate_of_one_has_limits_on_the_log_and_plain_scales_only(conf_type):
    lower, upper = estimate_survival([3, 5], [0, 0], conf_type=conf_type).limits()
    has_limits = conf_type in (ConfidenceType.LOG, ConfidenceType.PLAIN)
    expected = [1, 1] if has_limits else [np.nan, np.nan]
    np.testing.assert_array_equal([lower, upper], [expected, expected])


@pytest.mark.parametrize("conf_type", ConfidenceType)
def test_limits_at_zero_follow_the_named_convention(conf_type):
    undefined = estimate_survival([1, 2], [1, 1], conf_type=conf_type)
    zero = estimate_survival([1, 2], [1, 1], conf_type=conf_type, at_zero=LimitAtZero.ZERO)
    assert np.isnan([undefined.lower[-1], undefined.upper[-1], undefined.std_error[-1]]).all()
    assert (zero.lower[-1], zero.upper[-1]) == (0, 0)


def test_one_patient_with_an_event_has_a_median_without_limits():
    median = estimate_quantile(estimate_survival([7], [1]))
    assert (median.estimate, median.lower, median.upper) == (7, None, None)


def test_all_censored_at_time_zero_give_one_step_at_zero():
    curve = estimate_survival([0, 0, 0], [False, False, False])
    assert (curve.times.tolist(), curve.survival.tolist()) == ([0], [1])
    assert (curve.n_risk.tolist(), curve.n_censored.tolist()) == ([3], [3])
    assert estimate_restricted_mean(curve, 10).estimate == 10
    assert estimate_quantile(curve).estimate is None


def test_no_patient_is_an_error_in_words():
    with pytest.raises(EstimateError) as caught:
        estimate_survival([], [])
    assert str(caught.value) == (
        "No subject is left to estimate survival from, expected at least one. Check the population."
    )


def test_a_negative_time_is_an_error_in_words():
    with pytest.raises(EstimateError) as caught:
        estimate_survival([3, -2], [1, 0])
    assert str(caught.value) == (
        "A time is -2, expected 0 or more. The end lies before the start: "
        "check both dates of that subject."
    )


@pytest.mark.parametrize("missing", [np.nan, np.inf])
def test_a_missing_or_infinite_time_is_an_error_in_words(missing):
    with pytest.raises(EstimateError, match=r"^A time is missing or infinite, expected a number"):
        estimate_survival([3, missing], [1, 0])


def test_an_event_that_is_neither_zero_nor_one_is_an_error_in_words():
    with pytest.raises(EstimateError, match=r"^event holds a value other than 0 and 1"):
        estimate_survival([3, 4], [1, 2])
    with pytest.raises(EstimateError, match=r"^event holds a value other than 0 and 1"):
        estimate_survival([3, 4], [1, np.nan])


def test_arrays_of_different_length_are_an_error_in_words():
    with pytest.raises(EstimateError, match=r"^time has shape \(2,\) and event \(1,\)"):
        estimate_survival([3, 4], [1])


@pytest.mark.parametrize("level", [0, 1, 95])
def test_an_impossible_level_is_an_error_in_words(level):
    with pytest.raises(EstimateError, match=rf"^level is {level}, expected between 0 and 1"):
        estimate_survival([3], [1], level=level)


@pytest.mark.parametrize("prob", [0, 1])
def test_an_impossible_quantile_is_an_error_in_words(prob):
    with pytest.raises(EstimateError, match=rf"^prob is {prob}, expected between 0 and 1"):
        estimate_quantile(estimate_survival([3], [1]), prob)


def test_a_mean_restricted_to_no_time_is_an_error_in_words():
    with pytest.raises(EstimateError, match=r"^tau is 0, expected a time above 0"):
        estimate_restricted_mean(estimate_survival([3], [1]), 0)


def test_a_curve_at_exactly_one_half_has_the_midpoint_to_the_next_step_as_median():
    # The censored time 3 is no step: the midpoint is that of 2 and 5.
    assert estimate_quantile(estimate_survival([1, 2, 3, 5], [1, 1, 0, 1])).estimate == 3.5


def test_a_curve_that_ends_at_one_half_has_its_first_time_there_as_median():
    assert estimate_quantile(estimate_survival([1, 2, 3, 5], [1, 1, 0, 0])).estimate == 2


def test_floats_that_differ_by_rounding_are_one_time():
    curve = estimate_survival([0.3, 0.1 + 0.2, 0.5], [1, 1, 1])
    assert curve.times.tolist() == [0.3, 0.5]
    assert curve.n_event.tolist() == [2, 1]


def test_exact_times_come_back_and_minus_zero_is_zero():
    curve = estimate_survival([1.4, 0.7, -0.0, np.pi], [1, 0, 0, 1])
    assert curve.times.tolist() == [0.0, 0.7, 1.4, np.pi]
    assert not np.signbit(curve.times[0])


def test_beyond_the_last_censored_time_the_curve_is_carried_or_not_estimable():
    curve = estimate_survival([2, 4, 6], [1, 1, 0])
    carried = estimate_at(curve, [8])
    missing = estimate_at(curve, [8, 6], beyond=Beyond.NOT_ESTIMABLE)
    assert carried.survival[0] == pytest.approx(1 / 3)
    assert carried.n_risk[0] == 0
    assert np.isnan([missing.survival[0], missing.std_error[0], missing.upper[0]]).all()
    assert missing.survival[1] == pytest.approx(1 / 3)


def test_beyond_the_last_time_zero_stays_zero_by_both_conventions():
    curve = estimate_survival([2, 4], [1, 1])
    for beyond in Beyond:
        assert estimate_at(curve, [9], beyond=beyond).survival[0] == 0


def test_before_the_first_time_survival_is_one_with_limits_of_one():
    at = estimate_at(estimate_survival([2, 4], [1, 1]), [1])
    assert (at.survival[0], at.std_error[0], at.lower[0], at.upper[0]) == (1, 0, 1, 1)
    assert at.n_risk[0] == 2


def test_a_landmark_equals_a_time_that_differs_by_rounding():
    at = estimate_at(estimate_survival([0.1 + 0.2, 0.5], [1, 1]), [0.3])
    assert (at.survival[0], at.n_risk[0]) == (0.5, 2)


def test_a_mean_beyond_the_last_censored_time_is_carried_or_not_estimable():
    curve = estimate_survival([2, 4], [1, 0])
    assert estimate_restricted_mean(curve, 6).estimate == 2 + 0.5 * 4
    missing = estimate_restricted_mean(curve, 6, beyond=Beyond.NOT_ESTIMABLE)
    assert (missing.estimate, missing.std_error, missing.lower) == (None, None, None)


def test_follow_up_counts_censorings_as_events_and_the_dead_as_leaving():
    curve = estimate_follow_up([1, 2, 2, 3], [1, 1, 0, 0])
    assert curve.n_event.tolist() == [0, 1, 1]
    assert curve.n_censored.tolist() == [1, 1, 0]
    np.testing.assert_allclose(curve.survival, [1, 2 / 3, 0], atol=1e-15)


def test_follow_up_with_deaths_first_no_longer_exposes_the_dead_of_the_same_time():
    curve = estimate_follow_up([1, 2, 2, 3], [1, 1, 0, 0], ties=TieOrder.DEATHS_FIRST)
    np.testing.assert_allclose(curve.survival, [1, 1 / 2, 0], atol=1e-15)
    assert curve.n_censored.tolist() == [1, 1, 0]


def test_follow_up_of_patients_who_all_die_is_not_estimable():
    for ties in TieOrder:
        curve = estimate_follow_up([1, 2], [1, 1], ties=ties)
        assert estimate_quantile(curve).estimate is None
        assert curve.log_error.tolist() == [0, 0]
