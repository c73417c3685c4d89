"""Distances between rows, as R's dist and pheatmap measure them."""

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from trialwright.core.arrays import FloatArray
from trialwright.core.errors import EstimateError


class Distance(Enum):
    """How far two rows are apart."""

    EUCLIDEAN = "euclidean"
    CORRELATION = "correlation"  # 1 less Pearson's
    MANHATTAN = "manhattan"
    MAXIMUM = "maximum"


METRICS = {
    Distance.EUCLIDEAN: "euclidean",
    Distance.CORRELATION: "correlation",
    Distance.MANHATTAN: "cityblock",
    Distance.MAXIMUM: "chebyshev",
}


def measure_distances(values: FloatArray, distance: Distance) -> FloatArray:
    """Return the distances of all pairs of rows, in the order of `scipy`'s condensed form.

    Raises
    ------
    EstimateError
        If a distance is unknown: two rows share no column, or one of them has no spread.
    """
    if np.isnan(values).any():
        distances = _measure_with_gaps(values, distance)
    else:
        from scipy.spatial.distance import pdist

        distances = pdist(values, METRICS[distance])
    if np.isnan(distances).any():
        raise EstimateError(
            f"the {distance.value} distance of some rows is unknown: they share too few values or "
            "do not vary. Leave these rows out."
        )
    floor: FloatArray = np.maximum(distances, 0.0)
    return floor


def _measure_with_gaps(values: FloatArray, distance: Distance) -> FloatArray:
    """Measure distances over the columns that both rows have."""
    n_columns = values.shape[1]
    found = []
    for upper in range(len(values) - 1):
        gaps = values[upper + 1 :] - values[upper]
        shared = ~np.isnan(gaps)
        n = shared.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = n_columns / n  # R scales sums up to the full number of columns
            if distance is Distance.EUCLIDEAN:
                line = np.sqrt(np.nansum(gaps**2, axis=1) * share)
            elif distance is Distance.MANHATTAN:
                line = np.nansum(np.abs(gaps), axis=1) * share
            elif distance is Distance.MAXIMUM:
                line = np.where(n > 0, np.nan_to_num(np.abs(gaps)).max(axis=1), np.nan)
            else:
                line = 1 - _correlate(values[upper], values[upper + 1 :], shared)
        found.append(np.where(n > 0, line, np.nan))
    return np.concatenate(found)


def _correlate(row: FloatArray, others: FloatArray, shared: NDArray[np.bool_]) -> FloatArray:
    """Return Pearson's correlation of one row with others over shared columns."""
    n = shared.sum(axis=1, keepdims=True)
    left = np.where(shared, row, 0.0)
    right = np.where(shared, others, 0.0)
    left = np.where(shared, left - left.sum(axis=1, keepdims=True) / n, 0.0)
    right = np.where(shared, right - right.sum(axis=1, keepdims=True) / n, 0.0)
    spread = np.sqrt((left**2).sum(axis=1) * (right**2).sum(axis=1))
    correlation: FloatArray = (left * right).sum(axis=1) / spread
    return correlation
