"""Estimates with their t statistics: what every model of many measurements hands back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtr, stdtrit

from trialwright.core.arrays import FloatArray
from trialwright.core.errors import EstimateError
from trialwright.stats.confidence import check_level


@dataclass(frozen=True, slots=True)
class Contrasts:
    """Estimates with t statistics, all arrays of one shape; nan where nothing can be estimated."""

    estimate: FloatArray
    std_error: FloatArray
    df: FloatArray
    statistic: FloatArray
    p_value: FloatArray
    lower: FloatArray
    upper: FloatArray


@dataclass(frozen=True, slots=True)
class JointTests:
    """F tests of several contrasts at once, one per measurement."""

    df_numerator: FloatArray
    df_denominator: FloatArray
    statistic: FloatArray
    p_value: FloatArray


def describe_contrasts(
    estimate: ArrayLike, std_error: ArrayLike, df: ArrayLike, level: float = 0.95
) -> Contrasts:
    """Add t statistics, two-sided P values and confidence limits to estimates.

    Parameters
    ----------
    estimate, std_error, df : array
        Of shapes that broadcast; infinite `df` means the normal distribution.
    level : float
        Two-sided confidence level in (0, 1).

    Returns
    -------
    Contrasts
        Arrays of the common shape. Where the standard error is zero or undefined, or no degree
        of freedom is left, everything but the estimate is nan.

    Examples
    --------
    >>> described = describe_contrasts(np.array([1.0]), np.array([0.5]), np.array([10.0]))
    >>> described.p_value.round(4).item(), described.lower.round(3).item()
    (0.0734, -0.114)
    """
    check_level(level)
    value, error, freedom = np.broadcast_arrays(
        *(np.asarray(part, dtype=float) for part in (estimate, std_error, df))
    )
    with np.errstate(invalid="ignore"):
        is_known = (error > 0) & (freedom > 0) & np.isfinite(value)
    error = np.where(is_known, error, np.nan)
    freedom = np.where(is_known, freedom, np.nan)
    statistic = value / error
    p_value = 2 * stdtr(freedom, -np.abs(statistic))
    half = stdtrit(freedom, (1 + level) / 2) * error
    return Contrasts(
        estimate=value.copy(),
        std_error=error,
        df=freedom,
        statistic=statistic,
        p_value=p_value,
        lower=value - half,
        upper=value + half,
    )


def as_matrix(values: object, name: str = "values") -> FloatArray:
    """Return measurements as a matrix, one row each; a single row may be a vector.

    Raises
    ------
    EstimateError
        If the values are not numbers in at most two dimensions, or are infinite.
    """
    try:
        matrix = np.atleast_2d(np.asarray(values, dtype=float))
    except (TypeError, ValueError):
        raise EstimateError(
            f"{name} holds something that is no number. Write nan for a missing value."
        ) from None
    if matrix.ndim != 2:
        raise EstimateError(f"{name} has {matrix.ndim} dimensions, expected rows and columns.")
    if np.isinf(matrix).any():
        raise EstimateError(f"{name} holds an infinite value. Write nan for a missing value.")
    return matrix
