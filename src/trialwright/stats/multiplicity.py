"""Adjust p values of several tests for their number."""

from collections.abc import Callable
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike

from trialwright.core.arrays import FloatArray
from trialwright.core.errors import EstimateError


class Adjustment(Enum):
    """What is held below the level when each adjusted p value is compared with it."""

    HOLM = "holm"  # the chance of any false finding, under any dependence
    BENJAMINI_HOCHBERG = "benjamini-hochberg"  # the expected proportion of false findings
    BONFERRONI = "bonferroni"  # as Holm, never better; for comparison with older reports


def adjust_p_values(
    p_values: ArrayLike, method: Adjustment = Adjustment.BENJAMINI_HOCHBERG
) -> FloatArray:
    """Adjust p values for the number of tests.

    Parameters
    ----------
    p_values : array-like of shape (n_tests,)
        P values in [0, 1]; nan where a test could not be made, which then does not count.
    method : Adjustment
        What is controlled.

    Returns
    -------
    ndarray of shape (n_tests,)
        Adjusted p values in the order given, nan where they were.

    Raises
    ------
    EstimateError
        If a p value lies outside [0, 1].

    References
    ----------
    Holm S. Scand J Stat 1979;6:65-70. Benjamini Y, Hochberg Y. J R Stat Soc B 1995;57:289-300.

    Examples
    --------
    >>> adjust_p_values([0.01, 0.04, 0.03], Adjustment.HOLM).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p_values, dtype=np.float64)
    made = ~np.isnan(values)
    outside = values[made][(values[made] < 0) | (values[made] > 1)]
    if outside.size or values.ndim != 1:
        raise EstimateError(
            f"p_values holds {outside[:3].tolist()} in shape {values.shape}, expected a list of "
            "numbers from 0 to 1. Leave nan where a test could not be made."
        )
    order = np.argsort(values[made], kind="stable")
    adjusted = np.full(values.shape, np.nan)
    adjusted[np.flatnonzero(made)[order]] = ADJUSTMENTS[method](values[made][order])
    return adjusted


def _adjust_holm(ascending: FloatArray) -> FloatArray:
    remaining = np.arange(ascending.size, 0, -1)
    return np.minimum(np.maximum.accumulate(ascending * remaining), 1)


def _adjust_benjamini_hochberg(ascending: FloatArray) -> FloatArray:
    n = ascending.size
    raised = ascending * (n / np.arange(1, n + 1))
    return np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1)


def _adjust_bonferroni(ascending: FloatArray) -> FloatArray:
    return np.minimum(ascending * ascending.size, 1)


ADJUSTMENTS: dict[Adjustment, Callable[[FloatArray], FloatArray]] = {
    Adjustment.HOLM: _adjust_holm,
    Adjustment.BENJAMINI_HOCHBERG: _adjust_benjamini_hochberg,
    Adjustment.BONFERRONI: _adjust_bonferroni,
}
