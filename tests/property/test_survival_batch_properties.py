"""Many curves at once give what each gives alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from trialwright.stats.survival import (
    ConfidenceType,
    LimitAtZero,
    estimate_quantile,
    estimate_survival,
)
from trialwright.stats.survival_batch import estimate_quantiles

sizes = st.tuples(st.integers(1, 6), st.integers(1, 20))
rates = st.sampled_from([0.0, 0.3, 0.7, 1.0])


@given(
    sizes,
    st.integers(0, 2**32 - 1),
    rates,
    st.sampled_from([1.0, 1 / 30.4375, 1e7]),
    st.sampled_from([0.25, 0.5, 0.75]),
    st.sampled_from(list(ConfidenceType)),
    st.sampled_from(list(LimitAtZero)),
)
def test_each_row_equals_its_own_curve(size, seed, rate, unit, prob, scale, at_zero):
    rng = np.random.default_rng(seed)
    time = rng.integers(0, 15, size) * unit
    time = time * (1 + 1e-16 * rng.integers(-2, 3, size))  # rounding must not make a step
    event = rng.random(size) < rate
    batch = estimate_quantiles(time, event, prob, conf_type=scale, at_zero=at_zero)
    for row in range(size[0]):
        curve = estimate_survival(time[row], event[row], conf_type=scale, at_zero=at_zero)
        alone = estimate_quantile(curve, prob)
        expected = [np.nan if v is None else v for v in (alone.estimate, alone.lower, alone.upper)]
        ours = [batch.estimate[row], batch.lower[row], batch.upper[row]]
        np.testing.assert_array_equal(ours, expected)
