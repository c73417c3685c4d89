"""Linear models in which each patient has a level of its own, fitted within patients."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from trialwright.core.arrays import BoolArray, FloatArray, IntArray
from trialwright.core.errors import EstimateError
from trialwright.stats.anova import check_samples, code_levels
from trialwright.stats.contrasts import as_matrix
from trialwright.stats.designs import check_design
from trialwright.stats.linear import LinearFit
from trialwright.stats.mixed_sums import NOISE, RANK_TOLERANCE


def fit_within(values: ArrayLike, design: ArrayLike, groups: Sequence[str]) -> LinearFit:
    """Fit y = a(patient) + X b + e to each measurement by least squares.

    The same as a column for every patient, without ever making these columns: what is left of y
    and of X after each patient's mean is taken off gives the same b, covariance and residuals.

    Parameters
    ----------
    values : array of shape (n_measurements, n_samples)
        nan is missing; each measurement keeps the samples that it has.
    design : array of shape (n_samples, p)
        X without a constant: for visits, one column for each but the reference.
    groups : sequence of str
        Patient of each sample.

    Returns
    -------
    LinearFit
        One model per measurement; degrees of freedom are samples less patients less columns.
        nan where nothing is left, and for a column that never varies within a patient.

    Raises
    ------
    EstimateError
        If shapes do not fit, or the columns do not vary within patients.

    References
    ----------
    Frisch R, Waugh FV. Econometrica 1933;1:387-401.

    Examples
    --------
    >>> fit = fit_within([[1.0, 2.0, 4.0, 6.0]], [[0], [1], [0], [1]], ["a", "a", "b", "b"])
    >>> fit.coefficients.round(3).tolist(), fit.variance.round(3).tolist(), fit.df.tolist()
    ([[1.5]], [0.25], [1.0])
    """
    matrix = as_matrix(values)
    check_samples(matrix, groups)
    columns = check_design(design, matrix.shape[1])
    _, codes = code_levels(groups)
    member = np.eye(int(codes.max()) + 1)[codes]
    is_there = ~np.isnan(matrix)
    mask = np.ones((1, matrix.shape[1])) if is_there.all() else is_there.astype(float)
    response = _take_off_means(np.where(is_there, matrix, 0.0), mask, member, codes)
    turned = np.stack([_take_off_means(c * mask, mask, member, codes) for c in columns.T], axis=2)
    gram, is_absent, is_regular = _multiply(turned)
    if is_absent.all():
        raise EstimateError(
            "the columns of the design never vary within a patient. Compare groups of patients "
            "instead."
        )
    inverse = np.linalg.inv(gram)
    right = np.swapaxes(turned, 1, 2) @ response[:, :, None]
    coefficients = (inverse @ right)[:, :, 0]
    residuals = response - (turned @ coefficients[:, :, None])[:, :, 0]
    squares = (residuals**2).sum(axis=1)
    counts = mask @ member
    df = counts.sum(axis=1) - (counts > 0).sum(axis=1) - (~is_absent).sum(axis=1)
    has_spread = squares > NOISE**2 * np.where(is_there, matrix**2, 0.0).sum(axis=1)
    is_fitted = is_regular & (df > 0) & has_spread
    known = is_fitted[:, None] & ~is_absent
    with np.errstate(invalid="ignore", divide="ignore"):
        return LinearFit(
            coefficients=np.where(known, coefficients, np.nan),
            covariance=np.where(known[:, :, None] & known[:, None, :], inverse, np.nan),
            variance=np.where(is_fitted, squares / df, np.nan),
            df=np.where(is_fitted, df, np.nan),
            mean=np.where(is_there, matrix, 0.0).sum(axis=1) / is_there.sum(axis=1),
        )


def _take_off_means(
    filled: FloatArray, mask: FloatArray, member: FloatArray, codes: IntArray
) -> FloatArray:
    """Take off each patient's mean over the samples that are there; missing ones become 0."""
    means = (filled @ member) / np.maximum(mask @ member, 1.0)
    centered: FloatArray = (filled - np.take(means, codes, axis=1)) * mask
    return centered


def _multiply(turned: FloatArray) -> tuple[FloatArray, BoolArray, BoolArray]:
    """Return X'X within patients, columns that never vary, and where it is regular."""
    gram = np.swapaxes(turned, 1, 2) @ turned
    size = np.einsum("aii->ai", gram)
    is_absent: BoolArray = size <= RANK_TOLERANCE
    gram = gram + np.eye(gram.shape[1]) * is_absent[:, :, None]
    scale = np.sqrt(np.einsum("aii->ai", gram))
    spread = np.linalg.eigvalsh(gram / scale[:, :, None] / scale[:, None, :])
    is_regular = spread[:, 0] > RANK_TOLERANCE
    return np.where(is_regular[:, None, None], gram, np.eye(gram.shape[1])), is_absent, is_regular
