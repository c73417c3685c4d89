"""Limits of a shift where ties forbid the exact distribution: the shifts a rank test keeps."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trialwright.core.arrays import FloatArray
from trialwright.stats.ranks import rank_middle

BISECTIONS = 60  # halves a range of any size below the precision of a double


@dataclass(frozen=True, slots=True)
class ShiftCurve:
    """A rank statistic as a falling step function of the shift that is subtracted first."""

    center: Callable[[float], tuple[float, float]]  # statistic less its mean, and its deviation
    statistic: float
    smallest: float
    largest: float

    def evaluate(self, shift: float, is_corrected: bool) -> float:
        """Return the standardized statistic at a shift, with continuity correction or without."""
        center, deviation = self.center(shift)
        if not deviation > 0:
            return float("nan")
        return (center - (np.sign(center) * 0.5 if is_corrected else 0.0)) / deviation


def signed_rank_curve(differences: FloatArray) -> ShiftCurve:
    """Return the signed rank statistic of differences as a function of a shift."""

    def center(shift: float) -> tuple[float, float]:
        moved = differences - shift
        moved = moved[moved != 0]
        n = len(moved)
        ranks = rank_middle(np.abs(moved))
        variance = n * (n + 1) * (2 * n + 1) / 24 - tie_term(ranks) / 48
        return float(ranks[moved > 0].sum() - n * (n + 1) / 4), float(np.sqrt(variance))

    kept = differences[differences != 0]
    statistic = float(rank_middle(np.abs(kept))[kept > 0].sum())
    return ShiftCurve(center, statistic, float(differences.min()), float(differences.max()))


def rank_sum_curve(first: FloatArray, second: FloatArray) -> ShiftCurve:
    """Return the Mann-Whitney statistic of two groups as a function of a shift of the first."""
    n, m = len(first), len(second)

    def center(shift: float) -> tuple[float, float]:
        ranks = rank_middle(np.concatenate([first - shift, second]))
        total = n + m
        shrunk = total + 1 - tie_term(ranks) / (total * (total - 1))
        count = float(ranks[:n].sum() - n * (n + 1) / 2)
        return count - n * m / 2, float(np.sqrt(n * m / 12 * shrunk))

    statistic = float(rank_middle(np.concatenate([first, second]))[:n].sum() - n * (n + 1) / 2)
    return ShiftCurve(
        center, statistic, float(first.min() - second.max()), float(first.max() - second.min())
    )


def tie_term(ranks: FloatArray) -> float:
    """Return the sum of t^3 - t over groups of t equal ranks."""
    _, counts = np.unique(ranks, return_counts=True)
    return float((counts.astype(float) ** 3 - counts).sum())


def find_shift(curve: ShiftCurve, target: float, is_corrected: bool) -> float:
    """Return the shift at which the standardized statistic falls through `target`.

    The statistic is a step function: the step is bisected, so the limit is where it lies, not
    where a root finder with a tolerance stopped (R stops within 1e-4).
    """
    low, high = curve.smallest, curve.largest
    if not curve.evaluate(low, is_corrected) > target:
        return low
    if not curve.evaluate(high, is_corrected) < target:
        return high
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        value = curve.evaluate(middle, is_corrected)
        if value == target:
            return middle
        low, high = (middle, high) if value > target else (low, middle)
    return (low + high) / 2
