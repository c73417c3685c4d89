"""Differences of paired measurements, their ranks, and the distribution of signed rank sums."""

from enum import Enum
from math import ceil, sqrt

import numpy as np
from numpy.typing import ArrayLike

from trialwright.core.arrays import FloatArray
from trialwright.core.errors import EstimateError
from trialwright.stats.ranks import rank_middle

# 1.3 - 1.2 and 0.3 - 0.2 are one difference: a tie must not be broken by rounding.
DIFFERENCE_TOLERANCE = 1e-10  # relative to the largest measurement


class ZeroRule(Enum):
    """What happens to pairs without a difference."""

    DROP = "drop"  # Wilcoxon: left out before ranking
    PRATT = "pratt"  # ranked with the others, then their ranks are left out


def subtract_pairs(before: ArrayLike, after: ArrayLike) -> FloatArray:
    """Return after - before, exactly 0 where they differ by rounding only."""
    first, second = (np.asarray(values, dtype=np.float64) for values in (before, after))
    if first.ndim != 1 or first.shape != second.shape or first.size == 0:
        raise EstimateError(
            f"before has shape {first.shape} and after {second.shape}, expected both measurements "
            "of at least one patient. Leave out incomplete pairs, and say how many."
        )
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        raise EstimateError(
            "A measurement is missing or infinite, expected both of every patient. "
            "Leave out incomplete pairs, and say how many."
        )
    scale = max(np.abs(first).max(), np.abs(second).max())
    return _merge_sizes(second - first, DIFFERENCE_TOLERANCE * float(scale))


def _merge_sizes(differences: FloatArray, tolerance: float) -> FloatArray:
    """Give differences whose sizes are equal but for rounding one size; 0 is one of the sizes."""
    sizes = np.concatenate(([0.0], np.abs(differences)))
    order = np.argsort(sizes)
    ordered = sizes[order]
    firsts = np.flatnonzero(np.diff(ordered, prepend=-np.inf) > tolerance)
    counts = np.diff(firsts, append=sizes.size)
    merged = np.empty(sizes.size)
    merged[order] = np.repeat(ordered[firsts], counts)
    return np.copysign(merged[1:], differences)


def rank_differences(differences: FloatArray, zeros: ZeroRule) -> tuple[FloatArray, FloatArray]:
    """Return the differences that are not 0 and their middle ranks by size."""
    is_zero = differences == 0
    used = differences[~is_zero]
    ranks = rank_middle(np.abs(used))
    if zeros is ZeroRule.PRATT:
        ranks += np.count_nonzero(is_zero)
    return used, ranks


def distribute_rank_sums(ranks: FloatArray) -> FloatArray:
    """Compute the probabilities of rank sums 0, 1/2, 1, ... when every sign is a fair coin."""
    doubled = np.rint(2 * ranks).astype(np.int64)
    probabilities = np.zeros(int(doubled.sum()) + 1)
    probabilities[0] = 1.0
    for rank in doubled:
        probabilities[rank:] += probabilities[:-rank].copy()
        probabilities /= 2
    return probabilities


def double_tail(ranks: FloatArray, smaller: float) -> float:
    """Double the probability of a rank sum as small as the smaller one."""
    probabilities = distribute_rank_sums(ranks)
    return min(1.0, 2 * float(probabilities[: round(2 * smaller) + 1].sum()))


def skip_exact(ranks: FloatArray, tail: float) -> int:
    """Count the Walsh averages up to the lower limit, from the exact distribution.

    Between two Walsh averages the rank sum is the number of averages above, whatever the ties.
    """
    below = np.cumsum(distribute_rank_sums(ranks))[::2]  # at rank sums 0, 1, 2, ...
    return int(np.searchsorted(below, tail * (1 - 1e-9)))


def skip_asymptotic(used: FloatArray, z: float, correction: float) -> int:
    """Count the Walsh averages up to the lower limit, from the normal approximation."""
    n = used.size
    # Between two Walsh averages only equal differences are tied.
    counts = np.unique(used, return_counts=True)[1]
    variance = n * (n + 1) * (2 * n + 1) / 24 - float((counts**3 - counts).sum()) / 48
    highest = ceil(n * (n + 1) / 4 + correction + z * sqrt(variance)) - 1
    return n * (n + 1) // 2 - highest
