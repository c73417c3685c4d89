"""The fit of two stains in each pixel, as one pass over the pixels."""

import numpy as np
from numpy.typing import NDArray

from trialwright.imaging.compiled import compiled

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@compiled
def fit_best_pairs(od: Floats, matrix: Floats, pairs: Ints, out: Floats) -> None:
    """Fit each pair of stains without negative parts to each pixel; keep the best fit.

    Parameters
    ----------
    od : array of shape (n_pixels, n_bands)
        Optical density.
    matrix : array of shape (n_stains, n_bands)
        Unit vectors of the stains.
    pairs : array of shape (n_pairs, 2)
        Which two stains are tried together.
    out : array of shape (n_pixels, n_stains)
        Zeros; receives the amounts.
    """
    n_stains = matrix.shape[0]
    cosines = matrix @ matrix.T
    along = np.zeros(n_stains, np.float32)
    for pixel in range(od.shape[0]):
        for stain in range(n_stains):
            total = np.float32(0)
            for band in range(od.shape[1]):
                total += od[pixel, band] * matrix[stain, band]
            along[stain] = total
        best, amount_one, amount_two = np.float32(-1), np.float32(0), np.float32(0)
        chosen = 0
        for pair in range(pairs.shape[0]):
            one, two = pairs[pair]
            cosine = cosines[one, two]
            scale = 1 / (1 - cosine * cosine)
            first = (along[one] - cosine * along[two]) * scale
            second = (along[two] - cosine * along[one]) * scale
            if second <= 0 or first <= 0:
                # One of the two alone: the one that explains more.
                alone_one, alone_two = max(along[one], 0), max(along[two], 0)
                is_one = second <= 0 and (first > 0 or alone_one > alone_two)
                is_one = is_one or (first <= 0 and alone_one > alone_two)
                first = alone_one if is_one else 0
                second = 0 if is_one else alone_two
            explained = first * along[one] + second * along[two]
            if explained > best:
                best, amount_one, amount_two, chosen = explained, first, second, pair
        out[pixel, pairs[chosen, 0]] = amount_one
        out[pixel, pairs[chosen, 1]] = amount_two
