"""Exact null distributions of the signed rank and the rank sum statistics, without ties."""

from functools import lru_cache
from math import comb

import numpy as np

from trialwright.core.arrays import FloatArray


def _to_cumulative(counts: list[int]) -> FloatArray:
    """Return P(statistic <= k) from exact counts; divided only at the end."""
    total = sum(counts)
    cumulative, running = [], 0
    for count in counts:
        running += count
        cumulative.append(running / total)
    return np.array(cumulative)


@lru_cache(maxsize=128)
def signed_rank_cumulative(n: int) -> FloatArray:
    """Return P(V <= k), k = 0 to n(n + 1)/2, of the signed rank statistic of n differences.

    References
    ----------
    Wilcoxon F. Biometrics Bull 1945;1:80-83.

    Examples
    --------
    >>> signed_rank_cumulative(2)
    array([0.25, 0.5 , 0.75, 1.  ])
    """
    counts = [1]
    for rank in range(1, n + 1):
        longer = counts + [0] * rank
        for place, count in enumerate(counts):
            longer[place + rank] += count
        counts = longer
    return _to_cumulative(counts)


@lru_cache(maxsize=512)
def rank_sum_cumulative(n_first: int, n_second: int) -> FloatArray:
    """Return P(W <= k), k = 0 to n_first n_second, of the Mann-Whitney statistic.

    References
    ----------
    Mann HB, Whitney DR. Ann Math Stat 1947;18:50-60.

    Examples
    --------
    >>> rank_sum_cumulative(1, 3)
    array([0.25, 0.5 , 0.75, 1.  ])
    """
    size = n_first * n_second + 1
    counts = [1] + [0] * (size - 1)
    for step in range(1, n_first + 1):  # Gaussian binomial coefficient, exact in integers
        for place in range(size - 1, n_second + step - 1, -1):
            counts[place] -= counts[place - n_second - step]
        for place in range(step, size):
            counts[place] += counts[place - step]
    return _to_cumulative(counts)


def find_quantile(cumulative: FloatArray, prob: float) -> int:
    """Return the smallest value whose cumulative probability reaches `prob`."""
    return int(np.searchsorted(cumulative, prob * (1 - 1e-12)))


def two_sided_exact(cumulative: FloatArray, statistic: FloatArray) -> FloatArray:
    """Return twice the smaller tail, at most 1, of statistics that are whole numbers."""
    lower = cumulative[statistic.astype(np.int64)]
    upper = cumulative[(len(cumulative) - 1 - statistic).astype(np.int64)]  # it is symmetric
    doubled: FloatArray = np.minimum(1.0, 2 * np.minimum(lower, upper))
    return doubled


def smallest_signed_rank_p(n_pairs: int) -> float:
    """Return the smallest two-sided P that the signed rank test can give with n pairs.

    Examples
    --------
    >>> smallest_signed_rank_p(11)
    0.0009765625
    """
    return 1.0 if n_pairs < 1 else min(1.0, 2.0 / 2.0**n_pairs)


def smallest_rank_sum_p(n_first: int, n_second: int) -> float:
    """Return the smallest two-sided P that the rank sum test can give."""
    return min(1.0, 2 / comb(n_first + n_second, n_first))


def find_pairs_needed(n_tests: int, alpha: float = 0.05) -> int:
    """Return the pairs below which no single one of many signed rank tests can pass BH.

    Examples
    --------
    >>> find_pairs_needed(92)
    12
    """
    n_pairs = 1
    while smallest_signed_rank_p(n_pairs) > alpha / n_tests:
        n_pairs += 1
    return n_pairs
