"""Proportions at their ends, and their errors."""

import pytest

from trialwright.core.errors import EstimateError
from trialwright.stats.proportion import ProportionInterval, estimate_proportion


@pytest.mark.parametrize("method", ProportionInterval)
@pytest.mark.parametrize("successes", [0, 1])
def test_one_patient_has_limits_within_zero_and_one(method, successes):
    estimate = estimate_proportion(successes, 1, method=method)
    assert estimate.estimate == successes
    assert 0 <= estimate.lower <= estimate.estimate <= estimate.upper <= 1


def test_the_r_correction_is_dropped_at_one_half_and_newcombes_is_not():
    r = estimate_proportion(7, 14, method=ProportionInterval.WILSON_CC)
    wilson = estimate_proportion(7, 14, method=ProportionInterval.WILSON)
    newcombe = estimate_proportion(7, 14, method=ProportionInterval.NEWCOMBE)
    assert (r.lower, r.upper) == (wilson.lower, wilson.upper)
    assert newcombe.lower < wilson.lower


@pytest.mark.parametrize(("successes", "n"), [(3, 2), (-1, 2), (0, 0), (0.5, 2)])
def test_an_impossible_count_is_an_error_in_words(successes, n):
    with pytest.raises(EstimateError) as caught:
        estimate_proportion(successes, n)
    assert str(caught.value) == (
        f"{successes} of {n} is no proportion, expected whole numbers, 0 <= successes <= n, "
        "n at least 1. Check the population."
    )


def test_an_impossible_level_is_an_error_in_words():
    with pytest.raises(EstimateError, match=r"^level is 95, expected between 0 and 1"):
        estimate_proportion(1, 2, level=95)
