"""Laws of adjusted p values, and agreement with scipy."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from trialwright.stats.multiplicity import Adjustment, adjust_p_values

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(p_values)
def test_benjamini_hochberg_equals_scipy(values):
    np.testing.assert_allclose(adjust_p_values(values), false_discovery_control(values))


@given(p_values)
def test_holm_rejects_what_its_sequence_of_tests_rejects(values):
    adjusted = adjust_p_values(values, Adjustment.HOLM)
    ordered, rejected = sorted(values), 0
    while rejected < len(values) and ordered[rejected] * (len(values) - rejected) <= 0.05:
        rejected += 1
    assert (adjusted <= 0.05).sum() == rejected


@given(p_values)
def test_stricter_methods_give_larger_values_in_the_same_order(values):
    discovery, holm, bonferroni = (
        adjust_p_values(values, method)
        for method in (Adjustment.BENJAMINI_HOCHBERG, Adjustment.HOLM, Adjustment.BONFERRONI)
    )
    assert (np.array(values) <= discovery).all()
    assert (discovery <= holm + 1e-15).all()
    assert (holm <= bonferroni).all()
    order = np.argsort(values)
    assert (np.diff(holm[order]) >= 0).all()
