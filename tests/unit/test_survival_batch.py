"""Many curves at once at their edges."""

import numpy as np
import pytest

from trialwright.core.errors import EstimateError
from trialwright.stats import survival_batch
from trialwright.stats.survival_batch import estimate_quantiles


def test_curves_are_in_the_order_given_however_many_fit_in_the_cache(monkeypatch):
    rng = np.random.default_rng(2)
    time, event = rng.integers(1, 90, (37, 11)), rng.random((37, 11)) < 0.6
    whole = estimate_quantiles(time, event)
    monkeypatch.setattr(survival_batch, "CELLS_AT_ONCE", 40)
    pieces = estimate_quantiles(time, event)
    for name in ("estimate", "lower", "upper"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(pieces, name))


def test_one_subject_a_curve_and_all_censored_at_zero_are_estimable_or_nan():
    batch = estimate_quantiles([[0], [5]], [[0], [1]])
    np.testing.assert_array_equal(batch.estimate, [np.nan, 5])
    assert np.isnan(batch.upper).all()


def test_the_input_is_left_as_it_was():
    time = np.array([[3.5, 1.5], [2.0, 9.0]])
    estimate_quantiles(time, np.ones((2, 2), dtype=bool))
    assert time.tolist() == [[3.5, 1.5], [2.0, 9.0]]


def test_what_is_no_matrix_of_times_is_an_error_in_words():
    with pytest.raises(EstimateError, match=r"^time has shape \(2,\) and event \(2,\), expected"):
        estimate_quantiles([1, 2], [1, 1])
    with pytest.raises(EstimateError, match=r"^time has shape \(0, 3\)"):
        estimate_quantiles(np.empty((0, 3)), np.empty((0, 3)))
    with pytest.raises(EstimateError, match=r"^A time is -1, expected 0 or more"):
        estimate_quantiles([[1, -1]], [[1, 1]])
    with pytest.raises(EstimateError, match=r"^prob is 1.5, expected between 0 and 1"):
        estimate_quantiles([[1, 2]], [[1, 1]], 1.5)
