"""Laws of survival curves: bounds, monotony, order of rows, agreement with a plain loop."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trialwright.stats.survival import (
    ConfidenceType,
    LimitAtZero,
    estimate_quantile,
    estimate_restricted_mean,
    estimate_survival,
)

subjects = st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=1, max_size=60)
scales = st.sampled_from(list(ConfidenceType))


def split(rows: list[tuple[int, bool]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([t for t, _ in rows]), np.array([e for _, e in rows])


def plain_survival(rows: list[tuple[int, bool]], when: int) -> float:
    survival = 1.0
    for time in sorted({t for t, event in rows if event and t <= when}):
        at_risk = sum(t >= time for t, _ in rows)
        survival *= 1 - sum(event for t, event in rows if t == time) / at_risk
    return survival


@given(subjects)
def test_the_curve_equals_the_definition_computed_by_a_plain_loop(rows):
    curve = estimate_survival(*split(rows))
    expected = [plain_survival(rows, time) for time in curve.times]
    np.testing.assert_allclose(curve.survival, expected, rtol=1e-12, atol=1e-15)


@given(subjects)
def test_everyone_is_counted_once(rows):
    curve = estimate_survival(*split(rows))
    assert curve.n_event.sum() + curve.n_censored.sum() == len(rows)
    assert curve.n_risk[0] == len(rows)
    assert curve.times.tolist() == sorted({float(t) for t, _ in rows})


@given(subjects, scales)
def test_limits_enclose_a_curve_that_never_rises(rows, scale):
    curve = estimate_survival(*split(rows), conf_type=scale, at_zero=LimitAtZero.ZERO)
    lower, upper = curve.limits()
    known = ~np.isnan(lower)
    assert (np.diff(curve.survival) <= 0).all()
    assert (lower[known] <= curve.survival[known] + 1e-12).all()
    assert (curve.survival[known] <= upper[known] + 1e-12).all()
    assert (lower[known] >= 0).all()
    assert (upper[known] <= 1).all()


@given(subjects, st.randoms(use_true_random=False))
def test_the_order_of_subjects_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    first, second = estimate_survival(*split(rows)), estimate_survival(*split(shuffled))
    np.testing.assert_array_equal(first.survival, second.survival)
    np.testing.assert_array_equal(first.n_risk, second.n_risk)


@given(subjects, st.sampled_from([1e-3, 1 / 30.4375, 365.25]))
def test_another_unit_of_time_changes_the_times_only(rows, factor):
    # The first counts whole days, the second sorts floats: two ways to one answer.
    time, event = split(rows)
    days, other = estimate_survival(time, event), estimate_survival(time * factor, event)
    np.testing.assert_allclose(other.times, days.times * factor, rtol=1e-15)
    np.testing.assert_array_equal(other.n_risk, days.n_risk)
    np.testing.assert_array_equal(other.n_event, days.n_event)
    np.testing.assert_array_equal(other.survival, days.survival)


@given(subjects)
def test_without_censoring_survival_is_the_proportion_still_there(rows):
    time, _ = split(rows)
    curve = estimate_survival(time, np.ones_like(time))
    expected = [(time > t).mean() for t in curve.times]
    np.testing.assert_allclose(curve.survival, expected, atol=1e-14)


@given(subjects, scales)
def test_a_median_lies_within_its_limits(rows, scale):
    median = estimate_quantile(estimate_survival(*split(rows), conf_type=scale))
    if median.estimate is not None and median.lower is not None:
        assert median.lower <= median.estimate
    if median.estimate is not None and median.upper is not None:
        assert median.estimate <= median.upper


@given(subjects)
def test_the_restricted_mean_is_the_area_by_small_steps(rows):
    curve = estimate_survival(*split(rows))
    steps = [plain_survival(rows, day) for day in range(25)]
    np.testing.assert_allclose(estimate_restricted_mean(curve, 25).estimate, sum(steps), rtol=1e-12)
