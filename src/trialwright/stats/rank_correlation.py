"""Monotone association of two measurements: Spearman's rho and Kendall's tau."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from itertools import permutations
from math import atanh, erfc, sqrt, tanh

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr

from trialwright.core.arrays import FloatArray
from trialwright.core.errors import EstimateError
from trialwright.stats.confidence import normal_quantile
from trialwright.stats.ranks import rank_middle

MAX_ENUMERATED = 8  # 8! = 40 320 orders


class RankCorrelation(Enum):
    """Which coefficient."""

    SPEARMAN = "spearman"  # correlation of middle ranks
    KENDALL = "kendall"  # tau-b: concordant less discordant pairs, corrected for ties


@dataclass(frozen=True, slots=True)
class Correlation:
    """A rank correlation in [-1, 1] with its test against none.

    `is_exact` tells whether the p value counts all orders (8 subjects or fewer, ties included;
    Kendall's without ties always) or is approximate. There are no limits with 4 subjects or fewer,
    nor for a coefficient of 1 or -1.
    """

    n_subjects: int
    coefficient: float
    lower: float | None
    upper: float | None
    p_value: float
    is_exact: bool
    method: RankCorrelation
    level: float


def estimate_rank_correlation(
    x: ArrayLike,
    y: ArrayLike,
    *,
    method: RankCorrelation = RankCorrelation.SPEARMAN,
    level: float = 0.95,
) -> Correlation:
    """Estimate the rank correlation of two measurements, with a two-sided test.

    Parameters
    ----------
    x, y : array-like of shape (n_subjects,)
        Two measurements of each subject, in one order, none missing.
    method : RankCorrelation
        Coefficient.
    level : float
        Two-sided confidence level in (0, 1).

    Returns
    -------
    Correlation
        Limits are normal on the scale of atanh.

    Raises
    ------
    EstimateError
        If a measurement is missing or all are equal.

    References
    ----------
    Spearman C. Am J Psychol 1904;15:72-101. Kendall MG. Biometrika 1945;33:239-251. Limits:
    Bonett DG, Wright TA. Psychometrika 2000;65:23-28 (Spearman); Fieller EC, Hartley HO,
    Pearson ES. Biometrika 1957;44:470-481 (Kendall).

    Examples
    --------
    >>> estimate_rank_correlation([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]).coefficient
    0.8
    """
    z = normal_quantile(level)
    first, second = _check_measurements(x, y)
    n = first.size
    coefficient = MEASURES[method](first, second[np.newaxis])[0]
    p_value, is_exact = _test_correlation(float(coefficient), first, second, method)
    lower, upper = _limit_correlation(coefficient, n, method, z)
    return Correlation(
        n_subjects=n,
        coefficient=float(coefficient),
        lower=lower,
        upper=upper,
        p_value=p_value,
        is_exact=is_exact,
        method=method,
        level=level,
    )


def _check_measurements(x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    first, second = (np.asarray(values, dtype=np.float64) for values in (x, y))
    if first.ndim != 1 or first.shape != second.shape:
        raise EstimateError(
            f"x has shape {first.shape} and y {second.shape}, expected both measurements of every "
            "subject. Leave out incomplete subjects, and say how many."
        )
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise EstimateError(
            "A measurement is missing or infinite, expected both of every subject. "
            "Leave out incomplete subjects, and say how many."
        )
    if first.size < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        raise EstimateError(
            "A measurement is the same for all subjects, expected some difference to correlate. "
            "Report the values."
        )
    return rank_middle(first), rank_middle(second)


def _measure_spearman(first: FloatArray, orders: FloatArray) -> FloatArray:
    """Correlate ranks with each row of ranks."""
    centered, others = first - first.mean(), orders - orders.mean(axis=1, keepdims=True)
    scale = np.sqrt((centered**2).sum() * (others**2).sum(axis=1))
    # A perfect order must be 1 exactly.
    return np.asarray(np.clip(np.round((others @ centered) / scale, 15), -1, 1))


def _measure_kendall(first: FloatArray, orders: FloatArray) -> FloatArray:
    """Count concordant less discordant pairs of ranks with each row of ranks."""
    score, untied = np.zeros(len(orders)), np.zeros(len(orders))
    untied_first = 0.0
    for i in range(first.size - 1):
        signs = np.sign(first[i] - first[i + 1 :])
        others = np.sign(orders[:, i, np.newaxis] - orders[:, i + 1 :])
        score += others @ signs
        untied += np.abs(others).sum(axis=1)
        untied_first += np.abs(signs).sum()
    return np.asarray(score / np.sqrt(untied_first * untied))


def _test_correlation(
    coefficient: float, first: FloatArray, second: FloatArray, method: RankCorrelation
) -> tuple[float, bool]:
    """Return the two-sided p value, and whether it is exact."""
    n = first.size
    if n <= MAX_ENUMERATED:
        orders = second[np.array(list(permutations(range(n))))]
        others = np.abs(MEASURES[method](first, orders))
        return float(np.mean(others >= abs(coefficient) - 1e-9)), True
    if method is RankCorrelation.SPEARMAN:
        return _approximate_spearman(coefficient, n), False
    if np.unique(first).size == np.unique(second).size == n:
        return _count_kendall(coefficient, n), True
    return _approximate_kendall(coefficient, first, second), False


def _count_kendall(coefficient: float, n: int) -> float:
    """Count the orders without ties that have as few inversions, or as many."""
    shares = np.ones(1)
    for k in range(2, n + 1):
        shares = np.convolve(shares, np.full(k, 1 / k))
    pairs = n * (n - 1) // 2
    fewer = round(pairs * (1 - abs(coefficient)) / 2)
    return min(1.0, 2 * float(shares[: fewer + 1].sum()))


def _approximate_spearman(coefficient: float, n: int) -> float:
    """Refer rho to Student's t."""
    if abs(coefficient) == 1:
        return 0.0
    t = abs(coefficient) * sqrt((n - 2) / (1 - coefficient**2))
    return 2 * float(stdtr(n - 2, -t))


def _approximate_kendall(coefficient: float, first: FloatArray, second: FloatArray) -> float:
    """Refer the score to the normal, its variance corrected for ties."""
    n = first.size
    pairs = n * (n - 1) / 2
    tied, products, triples = [], [], []
    for ranks in (first, second):
        t = np.unique(ranks, return_counts=True)[1].astype(np.float64)
        tied.append(float((t * (t - 1) * (2 * t + 5)).sum()))
        products.append(float((t * (t - 1)).sum()))
        triples.append(float((t * (t - 1) * (t - 2)).sum()))
    variance = (n * (n - 1) * (2 * n + 5) - sum(tied)) / 18
    variance += products[0] * products[1] / (2 * n * (n - 1))
    variance += triples[0] * triples[1] / (9 * n * (n - 1) * (n - 2))
    score = coefficient * sqrt((pairs - products[0] / 2) * (pairs - products[1] / 2))
    return erfc(abs(score) / sqrt(2 * variance))


def _limit_correlation(
    coefficient: float, n: int, method: RankCorrelation, z: float
) -> tuple[float | None, float | None]:
    if n <= 4 or abs(coefficient) == 1:
        return None, None
    if method is RankCorrelation.SPEARMAN:
        error = sqrt((1 + coefficient**2 / 2) / (n - 3))
    else:
        error = sqrt(0.437 / (n - 4))
    center = atanh(coefficient)
    return tanh(center - z * error), tanh(center + z * error)


MEASURES: dict[RankCorrelation, Callable[[FloatArray, FloatArray], FloatArray]] = {
    RankCorrelation.SPEARMAN: _measure_spearman,
    RankCorrelation.KENDALL: _measure_kendall,
}
