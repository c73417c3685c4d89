"""Medians that the METROMAJX publication prints, out of a synthetic reconstruction.

The patients are invented so that every published aggregate holds at once: median progression-free
survival 1.8 months (95% CI 1.7-3.6), overall survival 10.5 (5.7-13.6), follow-up 8.2 (4.8-13.1).
"""

import numpy as np
import pytest

from trialwright.core.units import months_from_days
from trialwright.stats.survival import (
    ConfidenceType,
    LimitAtZero,
    Quantile,
    TieOrder,
    estimate_follow_up,
    estimate_quantile,
    estimate_survival,
)

PFS_DAYS = [43, 49, 52, 97, 53, 55, 54, 110, 250, 55, 150, 56, 168, 98]
PFS_EVENT = [1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 1, 1]
OS_DAYS = [103, 142, 144, 146, 173, 190, 211, 233, 250, 281, 301, 320, 399, 414]
OS_EVENT = [1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1]


def months(quantile: Quantile) -> tuple[float | None, ...]:
    values = (quantile.estimate, quantile.lower, quantile.upper)
    return tuple(None if v is None else round(months_from_days(v), 1) for v in values)


def test_progression_free_survival_is_as_published():
    assert months(estimate_quantile(estimate_survival(PFS_DAYS, PFS_EVENT))) == (1.8, 1.7, 3.6)


def test_overall_survival_is_as_published_only_with_the_limit_of_zero():
    curve = estimate_survival(OS_DAYS, OS_EVENT, at_zero=LimitAtZero.ZERO)
    assert months(estimate_quantile(curve)) == (10.5, 5.7, 13.6)


def test_overall_survival_has_no_upper_limit_by_the_convention_of_r_and_sas():
    assert months(estimate_quantile(estimate_survival(OS_DAYS, OS_EVENT))) == (10.5, 5.7, None)


@pytest.mark.parametrize("ties", TieOrder)
@pytest.mark.parametrize("at_zero", LimitAtZero)
def test_follow_up_is_as_published_whatever_the_conventions_at_ties_and_at_zero(ties, at_zero):
    curve = estimate_follow_up(OS_DAYS, OS_EVENT, ties=ties, at_zero=at_zero)
    assert months(estimate_quantile(curve)) == (8.2, 4.8, 13.1)


@pytest.mark.parametrize("conf_type", [c for c in ConfidenceType if c.value != "log-log"])
def test_follow_up_limits_are_as_published_on_the_log_log_scale_only(conf_type):
    curve = estimate_follow_up(OS_DAYS, OS_EVENT, conf_type=conf_type)
    assert months(estimate_quantile(curve)) != (8.2, 4.8, 13.1)


def test_days_in_months_give_the_same_medians_as_days():
    in_months = estimate_survival(np.array(OS_DAYS) / 30.4375, OS_EVENT)
    assert estimate_quantile(in_months).estimate == pytest.approx(320 / 30.4375)
