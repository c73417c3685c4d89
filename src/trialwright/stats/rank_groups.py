"""Rank tests of three or more groups or visits, of many measurements at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from trialwright.core.arrays import FloatArray, IntArray
from trialwright.core.errors import EstimateError
from trialwright.stats.anova import check_samples, code_levels
from trialwright.stats.contrasts import as_matrix
from trialwright.stats.rank_limits import tie_term
from trialwright.stats.ranks import rank_middle


@dataclass(frozen=True, slots=True)
class RankGroupTests:
    """Chi-squared tests on ranks, one per measurement; `n` counts samples, or complete subjects."""

    statistic: FloatArray
    df: FloatArray
    p_value: FloatArray
    n: IntArray


def compare_levels_by_rank(values: ArrayLike, levels: Sequence[str]) -> RankGroupTests:
    """Compare groups of samples by the Kruskal-Wallis test.

    Parameters
    ----------
    values : array of shape (n_measurements, n_samples)
        nan is missing.
    levels : sequence of str
        Group of each sample.

    Returns
    -------
    RankGroupTests
        Corrected for ties; nan where fewer than two groups or only equal values are left.

    Raises
    ------
    EstimateError
        If labels and samples differ in number.

    References
    ----------
    Kruskal WH, Wallis WA. J Am Stat Assoc 1952;47:583-621.

    Examples
    --------
    >>> found = compare_levels_by_rank([[1.0, 2.0, 3.0, 4.0]], ["a", "a", "b", "b"])
    >>> round(found.statistic.item(), 3), found.df.item()
    (2.4, 1.0)
    """
    matrix = as_matrix(values)
    check_samples(matrix, levels)
    names, codes = code_levels(levels)
    member = np.eye(len(names))[codes]
    is_there = ~np.isnan(matrix)
    ranks = np.nan_to_num(rank_middle(matrix))
    counts = is_there.astype(float) @ member
    n = counts.sum(axis=1)
    ties = np.array([tie_term(row[there]) for row, there in zip(ranks, is_there, strict=True)])
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = np.nansum((ranks @ member) ** 2 / counts, axis=1)
        raw = 12 * squares / (n * (n + 1)) - 3 * (n + 1)
        statistic = raw / (1 - ties / (n**3 - n))
    df = (counts > 0).sum(axis=1) - 1.0
    return _describe(statistic, df, n.astype(np.int64))


def compare_visits_by_rank(values: ArrayLike) -> RankGroupTests:
    """Compare visits of the same subjects by the Friedman test.

    Parameters
    ----------
    values : array of shape (n_measurements, n_subjects, n_visits)
        nan is missing; a subject counts only with all visits.

    Returns
    -------
    RankGroupTests
        Corrected for ties; nan where fewer than two complete subjects or no difference is left.

    Raises
    ------
    EstimateError
        If the array does not have three dimensions, or fewer than two visits.

    References
    ----------
    Friedman M. J Am Stat Assoc 1937;32:675-701.

    Examples
    --------
    >>> found = compare_visits_by_rank([[[1.0, 2.0, 3.0], [1.0, 3.0, 2.0], [2.0, 3.0, 4.0]]])
    >>> round(found.statistic.item(), 3), found.df.item()
    (4.667, 2.0)
    """
    cube = np.asarray(values, dtype=float)
    if cube.ndim != 3 or cube.shape[2] < 2:
        raise EstimateError(
            f"values has shape {cube.shape}, expected measurements, subjects and two or more "
            "visits."
        )
    n_visits = cube.shape[2]
    is_complete = ~np.isnan(cube).any(axis=2)
    n = is_complete.sum(axis=1)
    ranks = np.where(is_complete[:, :, None], rank_middle(cube), 0.0)
    distance = ranks.sum(axis=1) - n[:, None] * (n_visits + 1) / 2
    ties = np.array(
        [
            sum(tie_term(row) for row in subjects[complete])
            for subjects, complete in zip(ranks, is_complete, strict=True)
        ]
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = n * n_visits * (n_visits + 1) - ties / (n_visits - 1)
        statistic = 12 * (distance**2).sum(axis=1) / scale
    df = np.full(len(cube), n_visits - 1.0)
    return _describe(np.where(n > 1, statistic, np.nan), df, n)


def _describe(statistic: FloatArray, df: FloatArray, n: IntArray) -> RankGroupTests:
    """Add P values to chi-squared statistics."""
    known = np.where(df > 0, statistic, np.nan)
    return RankGroupTests(known, df, chdtrc(df, known), n)
