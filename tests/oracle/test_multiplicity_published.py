"""The fifteen p values of Benjamini and Hochberg 1995, section 4: four rejections against three."""

from trialwright.stats.multiplicity import Adjustment, adjust_p_values

THROMBOLYSIS = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
    *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000),
]


def test_benjamini_hochberg_rejects_four():
    assert (adjust_p_values(THROMBOLYSIS) <= 0.05).sum() == 4


def test_bonferroni_and_holm_reject_three():
    for method in (Adjustment.BONFERRONI, Adjustment.HOLM):
        assert (adjust_p_values(THROMBOLYSIS, method) <= 0.05).sum() == 3
