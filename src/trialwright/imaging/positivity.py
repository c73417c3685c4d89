"""Which cells are positive: a cut that the slide's own cells decide, and the H-score."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

LOWEST_CUT_OD, HIGHEST_CUT_OD = 0.10, 0.60
SPREADS_ABOVE = 5.0  # a negative cell this far above the others is one in a million
TO_SIGMA = 1.4826  # median absolute deviation to standard deviation, of a normal distribution
N_BINS = 128
FEWEST_CELLS = 20


def estimate_cut(values: ArrayLike, lowest: float = LOWEST_CUT_OD) -> float:
    """Estimate the least stain of a positive cell from the cells of one slide.

    Negative cells make the lower mode, with its spread; the cut lies above it and, where positive
    cells make a mode of their own, no further than where the two part best.

    Parameters
    ----------
    values : array of shape (n_cells,)
        Mean amount of the marker's stain in its compartment, in optical density.
    lowest : float
        No cut is lower.

    Returns
    -------
    float
        Cut in optical density, from 0.10 to 0.60.

    References
    ----------
    Otsu N. IEEE Trans Syst Man Cybern 1979;9:62-66.
    """
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    if len(known) < FEWEST_CELLS:
        return max(lowest, 2 * LOWEST_CUT_OD)
    center, spread = _find_negatives(known)
    above_negatives = center + SPREADS_ABOVE * spread
    return float(np.clip(above_negatives, max(lowest, LOWEST_CUT_OD), HIGHEST_CUT_OD))


def _find_negatives(values: Floats) -> tuple[float, float]:
    """Return the center and spread of the lower mode, from its lower side alone."""
    low, high = np.quantile(values, [0.005, 0.995])
    bins = np.linspace(low, max(high, low + 1e-6), N_BINS + 1)
    counts = np.histogram(values, bins)[0].astype(float)
    kernel = np.exp(-0.5 * (np.arange(-6, 7) / 2.0) ** 2)
    smooth = np.convolve(counts, kernel / kernel.sum(), mode="same")
    center = float((bins[:-1] + bins[1:])[int(np.argmax(smooth))] / 2)
    below = center - values[values <= center]
    spread = TO_SIGMA * float(np.median(below)) if len(below) else 0.0
    return center, spread


def calculate_h_score(values: ArrayLike, cuts: tuple[float, float, float]) -> float | None:
    """Return the H-score: percent weak + 2 x percent moderate + 3 x percent strong, 0 to 300.

    Parameters
    ----------
    values : array of shape (n_cells,)
        Amount of stain of each cell.
    cuts : tuple of float
        Least amount of a weak, moderate and strong cell.

    Returns
    -------
    float or None
        None without cells.

    References
    ----------
    McCarty KS, et al. Arch Pathol Lab Med 1985;109:716-721.

    Examples
    --------
    >>> calculate_h_score([0.0, 0.25, 0.5, 0.9], (0.2, 0.4, 0.6))
    150.0
    """
    amounts = np.asarray(values, dtype=float)
    if amounts.size == 0:
        return None
    return float(100 * sum((amounts >= cut).mean() for cut in cuts))
