"""Which cells are positive: a cut that the slide's own cells decide, and the H-score."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

LOWEST_CUT_OD, HIGHEST_CUT_OD = 0.08, 0.60
CUT_WITHOUT_POSITIVES_OD = 0.15
SPREADS_ABOVE = 5.0  # no negative cell of a million is further above the others by chance
CLEARLY_ABOVE = 2.0  # times the highest negative: where positives are looked for first
TO_SIGMA = 1.4826  # median absolute deviation to standard deviation, of a normal distribution
N_BINS = 128
FEWEST_CELLS, FEWEST_POSITIVES = 20, 5
FEWEST_SHARE = 0.0005


def estimate_cut(values: ArrayLike) -> float:
    """Estimate the least stain of a positive cell from the cells of one slide.

    Negative cells make the lower mode; their spread is taken from its lower side, which positive
    cells do not reach. The cut is the geometric mean of the highest negative cell to be expected
    and the median of the cells clearly above it: halfway in units of staining, which multiplies.
    A slide without positive cells has a fixed cut.

    Parameters
    ----------
    values : array of shape (n_cells,)
        Amount of the marker's stain in its compartment, in optical density.

    Returns
    -------
    float
        Cut in optical density, from 0.08 to 0.60.

    References
    ----------
    Ridler TW, Calvard S. IEEE Trans Syst Man Cybern 1978;8:630-632 (a cut between two means).

    Examples
    --------
    >>> cells = np.concatenate([np.linspace(-0.02, 0.04, 900), np.linspace(0.3, 0.7, 100)])
    >>> round(estimate_cut(cells), 2)
    0.25
    """
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    if len(known) < FEWEST_CELLS:
        return CUT_WITHOUT_POSITIVES_OD
    center, spread = _find_negatives(known)
    highest_negative = max(center + SPREADS_ABOVE * spread, LOWEST_CUT_OD / CLEARLY_ABOVE)
    clear = known[known > CLEARLY_ABOVE * highest_negative]
    if len(clear) < max(FEWEST_POSITIVES, FEWEST_SHARE * len(known)):
        cut = max(CUT_WITHOUT_POSITIVES_OD, CLEARLY_ABOVE * highest_negative)
    else:
        cut = float(np.sqrt(highest_negative * np.median(clear)))
    return float(np.clip(cut, LOWEST_CUT_OD, HIGHEST_CUT_OD))


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
