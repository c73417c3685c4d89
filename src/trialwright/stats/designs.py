"""Designs of linear models: which sample has which level, and contrasts between levels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from trialwright.core.arrays import FloatArray
from trialwright.core.errors import EstimateError


def build_level_design(levels: Sequence[str], order: Sequence[str]) -> FloatArray:
    """Build the design in which each level has its own mean.

    Parameters
    ----------
    levels : sequence of str
        Level of each sample.
    order : sequence of str
        All levels, in the order of the columns.

    Returns
    -------
    ndarray of shape (n_samples, n_levels)
        1 where the sample has the level of the column, else 0.

    Raises
    ------
    EstimateError
        If a sample has a level that is not in `order`, or `order` names one twice.

    Examples
    --------
    >>> build_level_design(["C1D1", "C2D1"], ["C1D1", "C2D1"]).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    place = {name: number for number, name in enumerate(order)}
    unknown = sorted(set(levels) - set(place))
    if unknown or len(place) != len(order):
        raise EstimateError(
            f"levels are {', '.join(order)}, expected each level of the samples once"
            + (f"; {', '.join(unknown)} is missing." if unknown else ".")
        )
    return np.eye(len(order))[[place[level] for level in levels]]


def build_contrast(order: Sequence[str], first: str, second: str) -> FloatArray:
    """Build the weights of one level minus another, for `build_level_design`.

    Raises
    ------
    EstimateError
        If a level is not in `order`.

    Examples
    --------
    >>> build_contrast(["C1D1", "C2D1", "D-7"], "C2D1", "C1D1").tolist()
    [-1.0, 1.0, 0.0]
    """
    missing = [name for name in (first, second) if name not in order]
    if missing:
        raise EstimateError(
            f"contrast {first}:{second}: no sample is of {' or of '.join(missing)}, expected two "
            f"of {', '.join(order)}."
        )
    weights = np.zeros(len(order))
    weights[order.index(first)] += 1
    weights[order.index(second)] -= 1
    return weights


def as_weights(weights: ArrayLike, n_columns: int) -> FloatArray:
    """Return contrasts as a matrix with one row each.

    Raises
    ------
    EstimateError
        If a contrast does not have one weight per column of the design.
    """
    rows = np.atleast_2d(np.asarray(weights, dtype=float))
    if rows.shape[1] != n_columns:
        raise EstimateError(
            f"a contrast has {rows.shape[1]} weights, expected {n_columns}: one per column of the "
            "design."
        )
    return rows


def check_design(design: ArrayLike, n_samples: int) -> FloatArray:
    """Return a design as a matrix that has full rank.

    Raises
    ------
    EstimateError
        If it has another number of samples, a missing value, or columns that follow from others.
    """
    matrix = np.asarray(design, dtype=float)
    if matrix.ndim != 2 or len(matrix) != n_samples:
        raise EstimateError(
            f"design has shape {matrix.shape}, expected {n_samples} rows: one per sample."
        )
    if not np.isfinite(matrix).all():
        raise EstimateError("design holds a missing value. Leave out samples without a level.")
    if np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        raise EstimateError(
            "design has columns that follow from others. Leave one of them out, or see whether a "
            "level has samples."
        )
    return matrix


def count_levels(values: FloatArray, design: FloatArray) -> FloatArray:
    """Count the values that each measurement has of each level: (n_measurements, n_levels)."""
    counts: FloatArray = (~np.isnan(values)).astype(float) @ design
    return counts


def build_joint_contrasts(counts: ArrayLike) -> FloatArray:
    """Build the contrasts by which all levels are compared at once.

    Each level but the first is set against the mean of all samples of the first and of the later
    levels. Which contrasts span the question decides nothing about F, but a little about
    Satterthwaite's denominator; these are the ones (Doolittle's) that SAS and lmerTest take.

    Parameters
    ----------
    counts : array of shape (n_measurements, n_levels)
        Values of each level, in the order of the levels: the reference first.

    Returns
    -------
    ndarray of shape (n_measurements, n_levels - 1, n_levels)
        Weights; a row of zeros where a level, or all it is set against, has no values.

    References
    ----------
    SAS/STAT User's Guide, The Four Types of Estimable Functions. Kuznetsova A, et al. J Stat
    Softw 2017;82(13):1-26.

    Examples
    --------
    >>> build_joint_contrasts([[10, 10, 30]])[0].tolist()
    [[-0.25, 1.0, -0.75], [-1.0, 0.0, 1.0]]
    """
    n = np.atleast_2d(np.asarray(counts, dtype=float))
    weights = np.zeros((len(n), n.shape[1] - 1, n.shape[1]))
    for level in range(1, n.shape[1]):
        others = n.copy()
        others[:, 1 : level + 1] = 0.0
        n_others = others.sum(axis=1)
        is_there = (n[:, level] > 0) & (n_others > 0)
        share = others / np.where(is_there, n_others, 1.0)[:, None]
        weights[:, level - 1] = 0.0 - share
        weights[:, level - 1, level] = 1.0
        weights[~is_there, level - 1] = 0.0
    return weights
