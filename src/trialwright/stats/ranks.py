"""Middle ranks: tied values share the mean of the places that they hold."""

import numpy as np
from numpy.typing import ArrayLike

from trialwright.core.arrays import FloatArray


def rank_middle(values: ArrayLike) -> FloatArray:
    """Rank along the last axis from 1; what is missing has no rank and takes no place.

    Parameters
    ----------
    values : array, shape (..., n)
        Numbers; NaN where missing.

    Returns
    -------
    array, shape (..., n)
        Ranks, multiples of one half; NaN where missing.

    References
    ----------
    Kendall MG. Biometrika 1945;33:239-251.

    Examples
    --------
    >>> rank_middle([3.0, 1.0, 3.0, 2.0]).tolist()
    [3.5, 1.0, 3.5, 2.0]
    """
    array = np.asarray(values, dtype=float)
    order = np.argsort(array, axis=-1)
    ascending = np.take_along_axis(array, order, axis=-1)
    places = np.broadcast_to(np.arange(array.shape[-1]), array.shape)
    differs = ascending[..., 1:] != ascending[..., :-1]
    edge = np.ones((*array.shape[:-1], min(array.shape[-1], 1)), dtype=bool)
    is_first = np.concatenate([edge, differs], axis=-1)
    is_last = np.concatenate([differs, edge], axis=-1)
    first = np.maximum.accumulate(np.where(is_first, places, 0), axis=-1)
    last_reversed = np.where(is_last, places, array.shape[-1])[..., ::-1]
    last = np.minimum.accumulate(last_reversed, axis=-1)[..., ::-1]
    ranks = np.empty(array.shape)
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, axis=-1)
    ranks[np.isnan(array)] = np.nan
    return ranks
