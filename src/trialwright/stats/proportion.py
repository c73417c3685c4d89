"""A proportion with one of eight confidence intervals."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from math import sqrt
from statistics import NormalDist

from scipy.special import betainc, betaincinv

from trialwright.core.errors import EstimateError
from trialwright.stats.confidence import check_level

Limits = tuple[float, float]


class ProportionInterval(Enum):
    """How the confidence limits of a proportion are made."""

    CLOPPER_PEARSON = "clopper-pearson"  # exact: never covers less than it says
    WILSON = "wilson"  # inverts the score test
    WILSON_CC = "wilson-cc"  # the same with R's continuity correction: none at exactly n / 2
    NEWCOMBE = "newcombe"  # the same with a continuity correction everywhere, as published
    AGRESTI_COULL = "agresti-coull"
    JEFFREYS = "jeffreys"  # Bayesian, prior Beta(1/2, 1/2), equal tails
    WALD = "wald"  # for comparison with older reports only
    MID_P = "midp"  # exact test in which the observed count has half its weight


@dataclass(frozen=True, slots=True)
class ProportionEstimate:
    """An observed proportion with two-sided confidence limits, all in [0, 1]."""

    successes: int
    n: int
    estimate: float
    lower: float
    upper: float
    level: float
    method: ProportionInterval


def estimate_proportion(
    successes: int,
    n: int,
    level: float = 0.95,
    method: ProportionInterval = ProportionInterval.CLOPPER_PEARSON,
) -> ProportionEstimate:
    """Estimate a proportion with confidence limits.

    Parameters
    ----------
    successes : int
        Subjects with the property, in [0, n].
    n : int
        Subjects counted, at least 1.
    level : float
        Two-sided confidence level in (0, 1).
    method : ProportionInterval
        Which interval. Agresti-Coull and Wald limits are cut at 0 and 1.

    Returns
    -------
    ProportionEstimate
        The observed proportion and its limits.

    Raises
    ------
    EstimateError
        If counts or level are impossible.

    References
    ----------
    Clopper CJ, Pearson ES. Biometrika 1934;26:404-413. Newcombe RG. Stat Med 1998;17:857-872.
    Brown LD, Cai TT, DasGupta A. Stat Sci 2001;16:101-133.

    Examples
    --------
    >>> estimate = estimate_proportion(1, 14)
    >>> [round(value, 3) for value in (estimate.estimate, estimate.lower, estimate.upper)]
    [0.071, 0.002, 0.339]
    """
    if n < 1 or not 0 <= successes <= n or successes != int(successes) or n != int(n):
        raise EstimateError(
            f"{successes} of {n} is no proportion, expected whole numbers, 0 <= successes <= n, "
            "n at least 1. Check the population."
        )
    lower, upper = INTERVALS[method](int(successes), int(n), check_level(level))
    return ProportionEstimate(
        successes=int(successes),
        n=int(n),
        estimate=successes / n,
        lower=max(0.0, lower),
        upper=min(1.0, upper),
        level=level,
        method=method,
    )


def estimate_exact_limits(
    successes: int, n: int, level: float
) -> tuple[float, float] | tuple[None, None]:
    """Estimate the Clopper-Pearson limits of a proportion; None where nobody was counted."""
    if n == 0:
        return None, None
    found = estimate_proportion(successes, n, level, ProportionInterval.CLOPPER_PEARSON)
    return found.lower, found.upper


def _limit_clopper_pearson(successes: int, n: int, tail: float) -> Limits:
    failures = n - successes
    lower = float(betaincinv(successes, failures + 1, tail)) if successes else 0.0
    upper = float(betaincinv(successes + 1, failures, 1 - tail)) if failures else 1.0
    return lower, upper


def _limit_wilson(successes: int, n: int, tail: float) -> Limits:
    return _solve_score(successes, successes, n, tail)


def _limit_wilson_corrected(successes: int, n: int, tail: float) -> Limits:
    # R corrects by no more than the distance from its null hypothesis, one half of n.
    correction = min(0.5, abs(successes - n / 2))
    return _solve_score(successes - correction, successes + correction, n, tail)


def _limit_newcombe(successes: int, n: int, tail: float) -> Limits:
    return _solve_score(successes - 0.5, successes + 0.5, n, tail)


def _solve_score(fewer: float, more: float, n: int, tail: float) -> Limits:
    """Invert the score test: the lower limit at a count of `fewer`, the upper at `more`."""
    z2 = NormalDist().inv_cdf(tail) ** 2
    lower, upper = 0.0, 1.0
    if fewer > 0:
        lower = fewer + z2 / 2 - sqrt(z2 * (fewer * (n - fewer) / n + z2 / 4))
        lower /= n + z2
    if more < n:
        upper = more + z2 / 2 + sqrt(z2 * (more * (n - more) / n + z2 / 4))
        upper /= n + z2
    return lower, upper


def _limit_agresti_coull(successes: int, n: int, tail: float) -> Limits:
    z2 = NormalDist().inv_cdf(tail) ** 2
    rate = (successes + z2 / 2) / (n + z2)
    width = sqrt(z2 * rate * (1 - rate) / (n + z2))
    return rate - width, rate + width


def _limit_jeffreys(successes: int, n: int, tail: float) -> Limits:
    shapes = successes + 0.5, n - successes + 0.5
    lower = float(betaincinv(*shapes, tail)) if successes else 0.0
    upper = float(betaincinv(*shapes, 1 - tail)) if successes < n else 1.0
    return lower, upper


def _limit_wald(successes: int, n: int, tail: float) -> Limits:
    rate = successes / n
    width = NormalDist().inv_cdf(1 - tail) * sqrt(rate * (1 - rate) / n)
    return rate - width, rate + width


def _limit_mid_p(successes: int, n: int, tail: float) -> Limits:
    lower = _solve_mid_p(successes, n, tail) if successes else 0.0
    upper = 1 - _solve_mid_p(n - successes, n, tail) if successes < n else 1.0
    return lower, upper


def _solve_mid_p(successes: int, n: int, tail: float) -> float:
    """Find the rate at which more successes, and half the chance of as many, have the tail."""
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        at_least = float(betainc(successes, n - successes + 1, middle))
        more = float(betainc(successes + 1, n - successes, middle)) if successes < n else 0.0
        if (at_least + more) / 2 < tail:
            low = middle
        else:
            high = middle
    return middle


INTERVALS: dict[ProportionInterval, Callable[[int, int, float], Limits]] = {
    ProportionInterval.CLOPPER_PEARSON: _limit_clopper_pearson,
    ProportionInterval.WILSON: _limit_wilson,
    ProportionInterval.WILSON_CC: _limit_wilson_corrected,
    ProportionInterval.NEWCOMBE: _limit_newcombe,
    ProportionInterval.AGRESTI_COULL: _limit_agresti_coull,
    ProportionInterval.JEFFREYS: _limit_jeffreys,
    ProportionInterval.WALD: _limit_wald,
    ProportionInterval.MID_P: _limit_mid_p,
}
