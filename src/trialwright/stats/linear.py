"""Linear models of many measurements of the same samples, alone or correlated within patients."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialwright.core.arrays import FloatArray
from trialwright.core.errors import EstimateError
from trialwright.stats.anova import check_samples, code_levels
from trialwright.stats.contrasts import as_matrix
from trialwright.stats.designs import check_design
from trialwright.stats.mixed_likelihood import (
    LARGEST_CORRELATION,
    evaluate_profile,
    find_correlation,
    take_measurements,
)
from trialwright.stats.mixed_sums import GroupSums, sum_groups

# Correlations as limma bounds them: kept off the values at which the matrix is singular.
MARGIN = 0.01
TRIM = 0.15


@dataclass(frozen=True, slots=True)
class LinearFit:
    """Linear models, one per measurement; nan where none can be fitted.

    `covariance` is that of the coefficients before the residual variance multiplies it;
    `mean` is the average of all values of the measurement.
    """

    coefficients: FloatArray  # (n, p), nan for a column without samples
    covariance: FloatArray  # (n, p, p)
    variance: FloatArray  # (n,)
    df: FloatArray  # (n,)
    mean: FloatArray  # (n,)


@dataclass(frozen=True, slots=True)
class BlockCorrelation:
    """Correlations within patients: one per measurement, and their consensus."""

    consensus: float
    correlation: FloatArray


def fit_linear(values: ArrayLike, design: ArrayLike) -> LinearFit:
    """Fit y = X b + e to each measurement by least squares.

    Parameters
    ----------
    values : array of shape (n_measurements, n_samples)
        nan is missing; each measurement keeps the samples that it has.
    design : array of shape (n_samples, p)
        X; columns for patients make the comparison one within patients.

    Returns
    -------
    LinearFit
        One model per measurement.

    Raises
    ------
    EstimateError
        If shapes do not fit or the design has no full rank.

    Examples
    --------
    >>> fit = fit_linear([[1.0, 2.0, 4.0, 5.0]], [[1, 0], [1, 0], [1, 1], [1, 1]])
    >>> fit.coefficients.round(3).tolist(), fit.variance.item(), fit.df.item()
    ([[1.5, 3.0]], 0.5, 2.0)
    """
    matrix = as_matrix(values)
    columns = check_design(design, matrix.shape[1])
    each = np.arange(matrix.shape[1])
    return _describe(matrix, sum_groups(matrix, columns, each), 0.0)


def fit_correlated(
    values: ArrayLike, design: ArrayLike, groups: Sequence[str], correlation: float
) -> LinearFit:
    """Fit y = X b + e with a known correlation of e within patients, by least squares.

    Parameters
    ----------
    values : array of shape (n_measurements, n_samples)
        nan is missing.
    design : array of shape (n_samples, p)
        X, without columns for patients.
    groups : sequence of str
        Patient of each sample.
    correlation : float
        Of two samples of one patient, such as the consensus of `estimate_block_correlation`.

    Returns
    -------
    LinearFit
        One model per measurement; the variance is that of one sample.

    Raises
    ------
    EstimateError
        If shapes do not fit, or the correlation cannot be one.

    References
    ----------
    Smyth GK, Michaud J, Scott HS. Bioinformatics 2005;21:2067-2075.
    """
    matrix = as_matrix(values)
    check_samples(matrix, groups)
    columns = check_design(design, matrix.shape[1])
    _, codes = code_levels(groups)
    largest = int(np.bincount(codes).max())
    if not -1 / max(largest - 1, 1) < correlation < 1:
        raise EstimateError(
            f"correlation is {correlation}, expected between {-1 / max(largest - 1, 1):.3g} and 1 "
            f"with {largest} samples of a patient."
        )
    return _describe(matrix, sum_groups(matrix, columns, codes), correlation)


def estimate_block_correlation(
    values: ArrayLike, design: ArrayLike, groups: Sequence[str]
) -> BlockCorrelation:
    """Estimate the correlation of samples within patients, by restricted likelihood.

    Parameters
    ----------
    values : array of shape (n_measurements, n_samples)
        nan is missing.
    design : array of shape (n_samples, p)
        X, without columns for patients.
    groups : sequence of str
        Patient of each sample.

    Returns
    -------
    BlockCorrelation
        One correlation per measurement, which may be negative (nan where it cannot be
        estimated), and the consensus: tanh of the mean of their atanh, 15% trimmed at each end.

    Raises
    ------
    EstimateError
        If no patient has two samples.

    References
    ----------
    Smyth GK, Michaud J, Scott HS. Bioinformatics 2005;21:2067-2075.
    """
    matrix = as_matrix(values)
    check_samples(matrix, groups)
    columns = check_design(design, matrix.shape[1])
    _, codes = code_levels(groups)
    largest = int(np.bincount(codes).max())
    if largest == 1:
        raise EstimateError(
            "no patient has two samples, so nothing is known of the correlation within patients. "
            "Compare groups of patients instead."
        )
    smallest = 1 / (1 - largest) + MARGIN
    sums = sum_groups(matrix, columns, codes)
    usable = take_measurements(sums, sums.is_usable)
    df = usable.n_samples - (~usable.is_absent).sum(axis=1)
    found = find_correlation(usable, df.astype(float), is_restricted=True, smallest=smallest)
    correlation = np.full(len(matrix), np.nan)
    correlation[sums.is_usable] = np.clip(found, smallest, 1 - MARGIN)
    return BlockCorrelation(_trimmed_consensus(found.clip(smallest, 1 - MARGIN)), correlation)


def _trimmed_consensus(correlation: FloatArray) -> float:
    """Return tanh of the trimmed mean of atanh."""
    if not len(correlation):
        raise EstimateError("no measurement has enough values for a correlation within patients.")
    ordered = np.sort(np.arctanh(correlation))
    n_cut = int(len(ordered) * TRIM)
    return float(np.tanh(ordered[n_cut : len(ordered) - n_cut].mean()))


def _describe(values: FloatArray, sums: GroupSums, correlation: float) -> LinearFit:
    """Fit with a known correlation, of which 0 means ordinary least squares."""
    correlation = min(correlation, LARGEST_CORRELATION)
    ratio = np.full(len(values), correlation / (1 - correlation))
    profile = evaluate_profile(sums, ratio, is_restricted=False)
    n_columns = (~sums.is_absent).sum(axis=1)
    is_fitted, absent = sums.is_fitted, sums.is_absent
    df = np.where(is_fitted, sums.n_samples - n_columns, np.nan)
    known = is_fitted[:, None, None] & ~(absent[:, :, None] | absent[:, None, :])
    with np.errstate(invalid="ignore", divide="ignore"):
        is_there = ~np.isnan(values)
        mean = np.where(is_there, values, 0.0).sum(axis=1) / is_there.sum(axis=1)
    coefficients = np.where(is_fitted[:, None] & ~absent, sums.start + profile.shift, np.nan)
    return LinearFit(
        coefficients=coefficients,
        covariance=np.where(known, (1 - correlation) * profile.inverse, np.nan),
        variance=np.where(is_fitted, profile.rest[:, 0] / (1 - correlation) / df, np.nan),
        df=df,
        mean=mean,
    )
