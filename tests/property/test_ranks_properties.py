"""Middle ranks against scipy's, along any shape, with ties and missing values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.stats import rankdata

from trialwright.stats.ranks import rank_middle

FEW_VALUES = st.sampled_from([-1.5, 0.0, 0.1, 2.0, 7.0])  # ties are the rule


@given(arrays(float, array_shapes(max_dims=3, max_side=6), elements=FEW_VALUES))
def test_ranks_are_those_of_scipy(values):
    assert np.array_equal(rank_middle(values), rankdata(values, axis=-1))


@given(arrays(float, array_shapes(max_dims=2, max_side=7), elements=FEW_VALUES | st.just(np.nan)))
def test_a_missing_value_has_no_rank_and_takes_no_place(values):
    expected = rankdata(values, axis=-1, nan_policy="omit")
    assert np.array_equal(rank_middle(values), expected, equal_nan=True)


@pytest.mark.parametrize("shape", [(0,), (3, 0)])
def test_nothing_has_no_ranks(shape):
    assert rank_middle(np.empty(shape)).shape == shape
