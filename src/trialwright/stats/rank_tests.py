"""Wilcoxon tests of many measurements at once, with Hodges-Lehmann shifts and their limits."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from trialwright.core.arrays import BoolArray, FloatArray, IntArray
from trialwright.stats.confidence import check_level
from trialwright.stats.contrasts import as_matrix
from trialwright.stats.mean_tests import check_rows, subtract_pairs
from trialwright.stats.rank_distributions import (
    find_quantile,
    rank_sum_cumulative,
    signed_rank_cumulative,
    two_sided_exact,
)
from trialwright.stats.rank_limits import ShiftCurve, find_shift, rank_sum_curve, signed_rank_curve
from trialwright.stats.ranks import rank_middle

N_EXACT_BELOW = 50  # as R's wilcox.test: larger samples use the normal approximation


@dataclass(frozen=True, slots=True)
class RankComparison:
    """Hodges-Lehmann shifts with Wilcoxon tests, one per measurement; nan where undefined.

    `is_exact` is False where ties, zeros or size called for the normal approximation with
    continuity correction. `n_first` counts pairs, or values of the first group.
    """

    estimate: FloatArray
    lower: FloatArray
    upper: FloatArray
    statistic: FloatArray
    p_value: FloatArray
    is_exact: BoolArray
    n_first: IntArray
    n_second: IntArray


def estimate_signed_rank_shift(
    first: ArrayLike, second: ArrayLike, level: float = 0.95
) -> RankComparison:
    """Estimate paired shifts, first minus second, by the Wilcoxon signed rank test.

    Parameters
    ----------
    first, second : array of shape (n_measurements, n_subjects)
        Values of the same subjects in the same order; nan is missing.
    level : float
        Two-sided confidence level in (0, 1).

    Returns
    -------
    RankComparison
        Medians of Walsh averages with their limits, V and its two-sided P. Exact for fewer than
        50 pairs without ties and zeros; otherwise zeros are dropped and the normal
        approximation is corrected for ties and continuity, as R's `wilcox.test` does.

    References
    ----------
    Wilcoxon F. Biometrics Bull 1945;1:80-83. Hodges JL, Lehmann EL. Ann Math Stat
    1963;34:598-611.

    Examples
    --------
    >>> found = estimate_signed_rank_shift([[5.0, 7.5, 9.1, 6.0]], [[4.0, 5.0, 6.0, 6.5]])
    >>> found.statistic.item(), found.p_value.item(), round(found.estimate.item(), 3)
    (9.0, 0.25, 1.525)
    """
    check_level(level)
    differences = subtract_pairs(first, second)
    n_pairs = (~np.isnan(differences)).sum(axis=1)
    found = _empty(n_pairs, n_pairs)
    for n in np.unique(n_pairs[n_pairs > 0]):
        rows = np.flatnonzero(n_pairs == n)
        present = _pack(differences[rows], n)
        magnitude = np.abs(present)
        ranks = rank_middle(magnitude)
        has_ties = _has_ties(magnitude) | (present == 0).any(axis=1)
        exact = ~has_ties & (n < N_EXACT_BELOW)
        statistic = np.where(present > 0, ranks, 0.0).sum(axis=1)
        _fill_exact(
            found,
            rows[exact],
            statistic[exact],
            _walsh_averages(present[exact]),
            signed_rank_cumulative(int(n)),
            level,
        )
        for row, values in zip(rows[~exact], present[~exact], strict=True):
            _fill_approximate(found, row, signed_rank_curve(values), level)
    return found


def estimate_rank_sum_shift(
    first: ArrayLike, second: ArrayLike, level: float = 0.95
) -> RankComparison:
    """Estimate shifts between two groups of subjects by the Wilcoxon rank sum test.

    Parameters
    ----------
    first, second : array of shape (n_measurements, n_subjects of the group)
        Values of two groups; nan is missing.
    level : float
        Two-sided confidence level in (0, 1).

    Returns
    -------
    RankComparison
        Medians of all differences first minus second with their limits, W (Mann-Whitney, of the
        first group) and its two-sided P. Exact when both groups have fewer than 50 values and no
        two are equal; otherwise the normal approximation with continuity correction.

    References
    ----------
    Mann HB, Whitney DR. Ann Math Stat 1947;18:50-60. Hodges JL, Lehmann EL. Ann Math Stat
    1963;34:598-611.

    Examples
    --------
    >>> found = estimate_rank_sum_shift([[1.1, 2.2, 3.3]], [[4.0, 5.0, 6.5]])
    >>> found.statistic.item(), found.p_value.item(), round(found.estimate.item(), 3)
    (0.0, 0.1, -2.9)
    """
    check_level(level)
    left, right = as_matrix(first, "first"), as_matrix(second, "second")
    check_rows(left, right)
    n_left, n_right = (~np.isnan(left)).sum(axis=1), (~np.isnan(right)).sum(axis=1)
    found = _empty(n_left, n_right)
    for n, m in np.unique(np.stack([n_left, n_right], axis=1), axis=0):
        rows = np.flatnonzero((n_left == n) & (n_right == m))
        if n and m:
            _fill_rank_sums(found, rows, (_pack(left[rows], n), _pack(right[rows], m)), level)
    return found


def _fill_rank_sums(
    found: RankComparison, rows: IntArray, pair: tuple[FloatArray, FloatArray], level: float
) -> None:
    """Fill the rows whose groups have the same two sizes."""
    left, right = pair
    n, m = left.shape[1], right.shape[1]
    together = np.concatenate([left, right], axis=1)
    exact = ~_has_ties(together) & (max(n, m) < N_EXACT_BELOW)
    statistic = rank_middle(together)[:, :n].sum(axis=1) - n * (n + 1) / 2
    differences = (left[:, :, None] - right[:, None, :]).reshape(len(left), -1)
    if exact.any():
        cumulative = rank_sum_cumulative(n, m)
        _fill_exact(found, rows[exact], statistic[exact], differences[exact], cumulative, level)
    for place in np.flatnonzero(~exact):
        _fill_approximate(found, rows[place], rank_sum_curve(left[place], right[place]), level)


def _empty(n_first: IntArray, n_second: IntArray) -> RankComparison:
    """Return a comparison in which nothing is estimated yet."""
    estimate, lower, upper, statistic, p_value = np.full((5, len(n_first)), np.nan)
    is_exact = np.zeros(len(n_first), dtype=bool)
    return RankComparison(estimate, lower, upper, statistic, p_value, is_exact, n_first, n_second)


def _pack(values: FloatArray, n: int) -> FloatArray:
    """Move the n present values of each row together."""
    return values[~np.isnan(values)].reshape(len(values), n)


def _has_ties(values: FloatArray) -> BoolArray:
    """Find rows in which two values are equal."""
    tied: BoolArray = (np.diff(np.sort(values, axis=1), axis=1) == 0).any(axis=1)
    return tied


def _walsh_averages(values: FloatArray) -> FloatArray:
    """Return the averages of all pairs of values, each value with itself included."""
    first, second = np.triu_indices(values.shape[1])
    averages: FloatArray = (values[:, first] + values[:, second]) / 2
    return averages


def _fill_exact(
    found: RankComparison,
    rows: IntArray,
    statistic: FloatArray,
    shifts: FloatArray,
    cumulative: FloatArray,
    level: float,
) -> None:
    """Fill rows whose null distribution is known exactly; limits are order statistics."""
    if not len(rows):
        return
    shifts = np.sort(shifts, axis=1)
    tail = max(find_quantile(cumulative, (1 - level) / 2), 1)
    found.estimate[rows] = np.median(shifts, axis=1)
    found.lower[rows] = shifts[:, tail - 1]
    found.upper[rows] = shifts[:, -tail]
    found.statistic[rows] = statistic
    found.p_value[rows] = two_sided_exact(cumulative, statistic)
    found.is_exact[rows] = True


def _fill_approximate(
    found: RankComparison, row: np.int64, curve: ShiftCurve, level: float
) -> None:
    """Fill one row by the normal approximation with continuity correction."""
    found.statistic[row] = curve.statistic
    z = curve.evaluate(0.0, is_corrected=True)
    if np.isnan(z):
        return
    found.p_value[row] = 2 * ndtr(-abs(z))
    quantile = float(ndtri((1 + level) / 2))
    found.estimate[row] = find_shift(curve, 0.0, is_corrected=False)
    found.lower[row] = find_shift(curve, quantile, is_corrected=True)
    found.upper[row] = find_shift(curve, -quantile, is_corrected=True)
