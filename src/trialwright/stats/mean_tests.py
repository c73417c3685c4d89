"""t tests of many measurements at once, paired and unpaired, with missing values."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialwright.core.arrays import FloatArray, IntArray
from trialwright.core.errors import EstimateError
from trialwright.stats.contrasts import Contrasts, as_matrix, describe_contrasts


@dataclass(frozen=True, slots=True)
class MeanComparison:
    """Differences of means, one per measurement, and how many values each stands on."""

    contrast: Contrasts
    n_first: IntArray
    n_second: IntArray


def _moments(values: FloatArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return count, mean and variance of each row without its missing values."""
    is_there = ~np.isnan(values)
    n = is_there.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(is_there, values, 0.0).sum(axis=1) / n
        squares = np.where(is_there, (values - mean[:, None]) ** 2, 0.0).sum(axis=1)
        variance = np.where(n > 1, squares / (n - 1), np.nan)
    # Equal values leave rounding noise, from which a t statistic would be invented.
    scale = np.where(is_there, np.abs(values), 0.0).max(axis=1, initial=0.0)
    noise = (8 * np.finfo(float).eps * scale) ** 2
    return n, mean, np.where(variance <= noise, 0.0, variance)


def estimate_paired_difference(
    first: ArrayLike, second: ArrayLike, level: float = 0.95
) -> MeanComparison:
    """Estimate mean paired differences, first minus second, by the paired t test.

    Parameters
    ----------
    first, second : array of shape (n_measurements, n_subjects)
        Values of the same subjects in the same order; nan is missing, and a pair with one value
        missing is left out.
    level : float
        Two-sided confidence level in (0, 1).

    Returns
    -------
    MeanComparison
        One element per measurement; nan where fewer than two pairs or no spread is left.

    Raises
    ------
    EstimateError
        If the shapes differ.

    References
    ----------
    Student. Biometrika 1908;6:1-25.

    Examples
    --------
    >>> found = estimate_paired_difference([[2.0, 3.0, 5.0]], [[1.0, 1.0, 2.0]])
    >>> found.contrast.estimate.item(), found.contrast.df.item(), found.n_first.item()
    (2.0, 2.0, 3)
    """
    n, mean, variance = _moments(subtract_pairs(first, second))
    with np.errstate(divide="ignore", invalid="ignore"):
        contrast = describe_contrasts(mean, np.sqrt(variance / n), n - 1.0, level)
    return MeanComparison(contrast, n, n)


def subtract_pairs(first: ArrayLike, second: ArrayLike) -> FloatArray:
    """Return first minus second, row by row and subject by subject; nan where one is missing.

    Raises
    ------
    EstimateError
        If the shapes differ.
    """
    left, right = as_matrix(first, "first"), as_matrix(second, "second")
    if left.shape != right.shape:
        raise EstimateError(
            f"first has shape {left.shape} and second {right.shape}, expected the same subjects "
            "in the same order. Write nan where a subject has no value."
        )
    return left - right


def estimate_mean_difference(
    first: ArrayLike, second: ArrayLike, level: float = 0.95
) -> MeanComparison:
    """Estimate differences of means of two groups of subjects by Welch's t test.

    Parameters
    ----------
    first, second : array of shape (n_measurements, n_subjects of the group)
        Values of two groups; nan is missing.
    level : float
        Two-sided confidence level in (0, 1).

    Returns
    -------
    MeanComparison
        First minus second, one element per measurement; variances are not assumed equal.

    Raises
    ------
    EstimateError
        If the two have different measurements.

    References
    ----------
    Welch BL. Biometrika 1947;34:28-35.

    Examples
    --------
    >>> found = estimate_mean_difference([[3.0, 4.0, 5.0]], [[1.0, 2.0, 3.0, 4.0]])
    >>> found.contrast.estimate.item(), round(found.contrast.df.item(), 3)
    (1.5, 4.959)
    """
    left, right = as_matrix(first, "first"), as_matrix(second, "second")
    check_rows(left, right)
    n_first, mean_first, variance_first = _moments(left)
    n_second, mean_second, variance_second = _moments(right)
    with np.errstate(divide="ignore", invalid="ignore"):
        part_first, part_second = variance_first / n_first, variance_second / n_second
        variance = part_first + part_second
        df = variance**2 / (part_first**2 / (n_first - 1) + part_second**2 / (n_second - 1))
        contrast = describe_contrasts(mean_first - mean_second, np.sqrt(variance), df, level)
    return MeanComparison(contrast, n_first, n_second)


def check_rows(first: FloatArray, second: FloatArray) -> None:
    """Raise when two matrices do not have the same measurements."""
    if len(first) != len(second):
        raise EstimateError(
            f"first has {len(first)} measurements and second {len(second)}, expected the same."
        )
