"""Adjusted p values at their edges."""

import numpy as np
import pytest

from trialwright.core.errors import EstimateError
from trialwright.stats.multiplicity import Adjustment, adjust_p_values


@pytest.mark.parametrize("method", Adjustment)
def test_one_test_keeps_its_p_value_and_none_gives_none(method):
    assert adjust_p_values([0.03], method).tolist() == [0.03]
    assert adjust_p_values([], method).tolist() == []


@pytest.mark.parametrize("method", Adjustment)
def test_a_test_that_could_not_be_made_does_not_count(method):
    adjusted = adjust_p_values([0.04, np.nan, 0.01], method)
    assert np.isnan(adjusted[1])
    assert adjusted[[0, 2]].tolist() == adjust_p_values([0.04, 0.01], method).tolist()


def test_adjusted_values_are_as_counted_by_hand():
    values = [0.01, 0.02, 0.03, 0.5]
    assert adjust_p_values(values, Adjustment.HOLM) == pytest.approx([0.04, 0.06, 0.06, 0.5])
    assert adjust_p_values(values) == pytest.approx([0.04, 0.04, 0.04, 0.5])
    assert adjust_p_values(values, Adjustment.BONFERRONI) == pytest.approx([0.04, 0.08, 0.12, 1])


@pytest.mark.parametrize("wrong", [[0.5, 1.2], [-0.1], [[0.5]]])
def test_what_is_no_p_value_is_an_error_in_words(wrong):
    with pytest.raises(EstimateError, match=r"^p_values holds .* expected a list of numbers"):
        adjust_p_values(wrong)
