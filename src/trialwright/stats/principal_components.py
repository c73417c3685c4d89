"""Principal components of samples, for displays and for finding those unlike the others."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trialwright.core.arrays import FloatArray
from trialwright.core.errors import EstimateError
from trialwright.stats.contrasts import as_matrix

MOST_MISSING = 0.10  # share of samples above which a measurement is left out


@dataclass(frozen=True, slots=True)
class PrincipalComponents:
    """Scores of samples (n_samples, n_components) and loadings (n_measurements, n_components).

    `explained` is the share of the variance of each component. Loadings are nan for measurements
    left out. Signs are such that the largest loading of a component is positive.
    """

    scores: FloatArray
    loadings: FloatArray
    explained: FloatArray


def find_components(values: ArrayLike, n_components: int = 2) -> PrincipalComponents:
    """Find the principal components of samples.

    Parameters
    ----------
    values : array of shape (n_measurements, n_samples)
        nan is missing: measurements with more than 10% missing or without spread are left out,
        other missing values are the measurement's median.
    n_components : int
        At most the number of samples less 1.

    Returns
    -------
    PrincipalComponents
        In descending order of explained variance.

    Raises
    ------
    EstimateError
        If fewer samples or measurements than needed are left.

    References
    ----------
    Pearson K. Philos Mag 1901;2:559-572.

    Examples
    --------
    >>> found = find_components([[1.0, 2.0, 3.0], [2.0, 4.0, 6.0]], 1)
    >>> found.scores.round(3).ravel()[[0, 2]].tolist(), found.explained.round(3).tolist()
    ([-1.414, 1.414], [1.0])
    """
    matrix = as_matrix(values)
    is_there = ~np.isnan(matrix)
    kept = np.flatnonzero(is_there.mean(axis=1) >= 1 - MOST_MISSING)
    middle = np.array([np.median(matrix[row][is_there[row]]) for row in kept])
    filled = np.where(is_there[kept], matrix[kept], middle[:, None])
    centered = filled - filled.mean(axis=1, keepdims=True)
    spread = centered.std(axis=1, ddof=1) if centered.shape[1] > 1 else np.zeros(len(kept))
    varies = spread > 0
    kept, centered, spread = kept[varies], centered[varies], spread[varies]
    if not 1 <= n_components <= min(len(kept), matrix.shape[1] - 1):
        raise EstimateError(
            f"{n_components} components of {len(kept)} measurements and {matrix.shape[1]} samples, "
            "expected fewer than samples and no more than measurements that vary."
        )
    centered = centered / spread[:, None]
    left, singular, right = np.linalg.svd(centered, full_matrices=False)
    sign = np.sign(left[np.abs(left).argmax(axis=0), np.arange(left.shape[1])])
    loadings = np.full((len(matrix), n_components), np.nan)
    loadings[kept] = (left * sign)[:, :n_components]
    scores = (right.T * singular * sign)[:, :n_components]
    share = singular**2 / (singular**2).sum()
    return PrincipalComponents(scores, loadings, share[:n_components])
