"""Confidence levels and the quantiles that belong to them."""

from statistics import NormalDist

from trialwright.core.errors import EstimateError


def check_level(level: float) -> float:
    """Return the probability of each tail of a two-sided interval; refuse an impossible level."""
    if not 0 < level < 1:
        raise EstimateError(f"level is {level}, expected between 0 and 1. Write 0.95 for 95%.")
    return (1 - level) / 2


def normal_quantile(level: float) -> float:
    """Return the normal quantile of a two-sided interval, 1.96 for level 0.95."""
    return -NormalDist().inv_cdf(check_level(level))
