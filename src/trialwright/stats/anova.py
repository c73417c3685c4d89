"""One-way analysis of variance of many measurements at once, and Tukey's comparisons."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtrc

from trialwright.core.arrays import FloatArray, IntArray
from trialwright.core.errors import EstimateError
from trialwright.stats.contrasts import Contrasts, JointTests, as_matrix, describe_contrasts
from trialwright.stats.studentized_range import range_probability, range_quantile


@dataclass(frozen=True, slots=True)
class LevelComparison:
    """One-way analyses of variance, one per measurement.

    `means` and `n` have shape (n_measurements, n_levels), in the order of `levels`; `variance` is
    the pooled variance within levels.
    """

    levels: tuple[str, ...]
    test: JointTests
    sum_squares: FloatArray
    mean_square: FloatArray
    means: FloatArray
    n: IntArray
    variance: FloatArray


@dataclass(frozen=True, slots=True)
class PairwiseComparison:
    """All pairs of levels, first minus second, with Tukey's P values and simultaneous limits.

    The arrays of `contrast` have shape (n_measurements, n_pairs).
    """

    pairs: tuple[tuple[str, str], ...]
    contrast: Contrasts


def code_levels(levels: Sequence[str] | NDArray[np.str_]) -> tuple[tuple[str, ...], IntArray]:
    """Return the levels in sort order and, for each sample, which one it has."""
    names, codes = np.unique(np.asarray(levels, dtype=str), return_inverse=True)
    return tuple(str(name) for name in names), np.ravel(codes).astype(np.int64)


def check_samples(values: FloatArray, per_sample: Sequence[object] | NDArray[np.generic]) -> None:
    """Raise when something given once per sample has another length than the samples."""
    if len(per_sample) != values.shape[1]:
        raise EstimateError(
            f"values has {values.shape[1]} samples and the labels {len(per_sample)}, expected one "
            "label per sample."
        )


def compare_levels(values: ArrayLike, levels: Sequence[str]) -> LevelComparison:
    """Compare the means of two or more groups of samples by one-way analysis of variance.

    Parameters
    ----------
    values : array of shape (n_measurements, n_samples)
        nan is missing; a level without values drops out for that measurement.
    levels : sequence of str
        Group of each sample.

    Returns
    -------
    LevelComparison
        One test per measurement, with the sums of squares of type III (the only ones there are
        with one factor); nan where fewer than two levels or no spread is left.

    Raises
    ------
    EstimateError
        If labels and samples differ in number.

    References
    ----------
    Fisher RA. Statistical Methods for Research Workers, 1925.

    Examples
    --------
    >>> found = compare_levels([[1.0, 2.0, 3.0, 4.0, 6.0, 8.0]], ["a", "a", "b", "b", "c", "c"])
    >>> round(found.test.statistic.item(), 3), found.test.df_denominator.item()
    (15.5, 3.0)
    """
    matrix = as_matrix(values)
    check_samples(matrix, levels)
    names, codes = code_levels(levels)
    member = np.eye(len(names))[codes]
    is_there = ~np.isnan(matrix)
    filled = np.where(is_there, matrix, 0.0)
    n = is_there.astype(float) @ member
    n_all = n.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        overall = filled.sum(axis=1) / n_all
        means = filled @ member / n
        spread = np.where(is_there, matrix - np.take(means, codes, axis=1), 0.0)
        residual = (spread**2).sum(axis=1)
        sum_squares = np.nansum(n * (means - overall[:, None]) ** 2, axis=1)
        df_residual = n_all - (n > 0).sum(axis=1)
        df_levels = (n > 0).sum(axis=1) - 1.0
        variance = np.where(df_residual > 0, residual / df_residual, np.nan)
        mean_square = np.where(df_levels > 0, sum_squares / df_levels, np.nan)
        statistic = np.where(variance > 0, mean_square / variance, np.nan)
    test = JointTests(df_levels, df_residual, statistic, fdtrc(df_levels, df_residual, statistic))
    return LevelComparison(
        names, test, sum_squares, mean_square, means, n.astype(np.int64), variance
    )


def compare_pairs(comparison: LevelComparison, level: float = 0.95) -> PairwiseComparison:
    """Compare all pairs of levels after an analysis of variance, by Tukey's range.

    Parameters
    ----------
    comparison : LevelComparison
        From `compare_levels`.
    level : float
        Level at which all limits of one measurement hold together.

    Returns
    -------
    PairwiseComparison
        Pairs in the order of the levels; with unequal counts the Tukey-Kramer form.

    References
    ----------
    Kramer CY. Biometrics 1956;12:307-310.
    """
    pairs = tuple(combinations(range(len(comparison.levels)), 2))
    first, second = np.array(pairs).T
    with np.errstate(divide="ignore", invalid="ignore"):
        share = 1 / comparison.n[:, first] + 1 / comparison.n[:, second]
        std_error = np.sqrt(comparison.variance[:, None] * share)
    contrast = describe_contrasts(
        comparison.means[:, first] - comparison.means[:, second],
        std_error,
        comparison.test.df_denominator[:, None],
        level,
    )
    n_means = (comparison.n > 0).sum(axis=1)[:, None].astype(float)
    names = tuple((comparison.levels[a], comparison.levels[b]) for a, b in pairs)
    return PairwiseComparison(names, adjust_tukey(contrast, n_means, level))


def adjust_tukey(contrast: Contrasts, n_means: ArrayLike, level: float = 0.95) -> Contrasts:
    """Replace P values and limits by those that hold for all pairs of n means together.

    Parameters
    ----------
    contrast : Contrasts
        Pairwise differences with their own t statistics.
    n_means : array
        Number of means compared, of a shape that broadcasts.
    level : float
        Simultaneous confidence level.

    Returns
    -------
    Contrasts
        The same estimates, errors, degrees of freedom and t statistics.
    """
    k = np.broadcast_to(np.asarray(n_means, dtype=float), contrast.estimate.shape)
    spread = np.abs(contrast.statistic) * np.sqrt(2.0)
    half = range_quantile(level, k, contrast.df) / np.sqrt(2.0) * contrast.std_error
    return Contrasts(
        estimate=contrast.estimate,
        std_error=contrast.std_error,
        df=contrast.df,
        statistic=contrast.statistic,
        p_value=1 - range_probability(spread, k, contrast.df),
        lower=contrast.estimate - half,
        upper=contrast.estimate + half,
    )
