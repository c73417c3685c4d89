"""Cross-K and cross-G: do cells of one kind keep near to cells of another, corrected at edges."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.signal import fftconvolve

from trialwright.core.arrays import FloatArray
from trialwright.core.errors import EstimateError
from trialwright.stats.spatial import check_points, list_pairs, measure_nearest
from trialwright.stats.spatial_windows import Window, find_inside, measure_to_border

GRID_STEPS = 512  # of the longer side, for the overlap of a window with itself moved


@dataclass(frozen=True, slots=True)
class CrossFunction:
    """A function of distance; `expected` is its value when the kinds lie independently at random.

    For K the value is an area, for G a proportion. NaN where no cell is far enough from the border.
    """

    radii: FloatArray
    value: FloatArray
    expected: FloatArray
    n_from: int
    n_to: int


def estimate_cross_k_border(
    from_xy: FloatArray, to_xy: FloatArray, window: Window, radii: Sequence[float]
) -> CrossFunction:
    """Estimate the cross-type K function with the border correction.

    At distance r only cells that are at least r from the border count: all of their neighbors
    were looked for.

    Parameters
    ----------
    from_xy, to_xy : array, shape (n, 2)
        Places of the two kinds; what lies outside the window is left out.
    window : Window
        Area in which both kinds were looked for.
    radii : sequence of float
        Distances, ascending, in the unit of the places.

    Returns
    -------
    CrossFunction
        K(r): the mean number of cells of the second kind within r of one of the first, over their
        number per unit of area; pi r^2 when independent.

    References
    ----------
    Ripley BD. J R Stat Soc B 1977;39:172-212. Lotwick HW, Silverman BW. J R Stat Soc B
    1982;44:406-413. Diggle PJ. Statistical analysis of spatial point patterns. 2nd ed. 2003, 4.6.
    """
    starts, ends, grid = _prepare(from_xy, to_xy, window, radii)
    borders = -measure_to_border(starts, window)
    gained = np.zeros(len(grid) + 1)
    for rows, _, distances in list_pairs(starts, ends, float(grid[-1])):
        first = np.searchsorted(grid, distances)  # counts from the first r that reaches it ...
        beyond = np.searchsorted(grid, borders[rows], side="right")  # ... to the last r inside
        counts = beyond > first
        gained += np.bincount(first[counts], minlength=len(gained))
        gained -= np.bincount(beyond[counts], minlength=len(gained))
    n_inside = (borders[:, None] >= grid).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.cumsum(gained)[:-1] / n_inside * window.area / len(ends)
    return CrossFunction(grid, value, np.pi * grid**2, len(starts), len(ends))


def estimate_cross_k_translation(
    from_xy: FloatArray, to_xy: FloatArray, window: Window, radii: Sequence[float]
) -> CrossFunction:
    """Estimate the cross-type K function with the translation correction.

    Every pair counts, weighted by the share of the window in which a pair so placed could be
    seen: exact for a rectangle, for other windows from a grid of 512 steps on the longer side.

    Parameters
    ----------
    from_xy, to_xy : array, shape (n, 2)
        Places of the two kinds; what lies outside the window is left out.
    window : Window
        Area in which both kinds were looked for.
    radii : sequence of float
        Distances, ascending, in the unit of the places.

    Returns
    -------
    CrossFunction
        K(r), as `estimate_cross_k_border`.

    References
    ----------
    Ohser J. Math Operationsforsch Stat Ser Stat 1983;14:63-71.
    """
    starts, ends, grid = _prepare(from_xy, to_xy, window, radii)
    overlap = _Overlap(window)
    gained = np.zeros(len(grid) + 1)
    for rows, columns, distances in list_pairs(starts, ends, float(grid[-1])):
        shared = overlap.measure(ends[columns] - starts[rows])
        weights = np.divide(1.0, shared, out=np.zeros_like(shared), where=shared > 0)
        gained += np.bincount(np.searchsorted(grid, distances), weights, len(gained))
    value = np.cumsum(gained)[:-1] * window.area**2 / (len(starts) * len(ends))
    return CrossFunction(grid, value, np.pi * grid**2, len(starts), len(ends))


def estimate_cross_g(
    from_xy: FloatArray, to_xy: FloatArray, window: Window, radii: Sequence[float]
) -> CrossFunction:
    """Estimate the distribution of the distance from one kind to the nearest of another.

    A nearest neighbor farther than the border may not be the nearest: its distance is taken as
    censored at the border, and the distribution is Kaplan and Meier's.

    Parameters
    ----------
    from_xy, to_xy : array, shape (n, 2)
        Places of the two kinds; what lies outside the window is left out.
    window : Window
        Area in which both kinds were looked for.
    radii : sequence of float
        Distances, ascending, in the unit of the places.

    Returns
    -------
    CrossFunction
        G(r) in [0, 1]; 1 - exp(-density pi r^2) when independent.

    References
    ----------
    Baddeley A, Gill RD. Ann Stat 1997;25:263-292.
    """
    starts, ends, grid = _prepare(from_xy, to_xy, window, radii)
    nearest = measure_nearest(starts, ends)
    borders = -measure_to_border(starts, window)
    is_seen = nearest <= borders
    observed = np.minimum(nearest, borders)
    times, n_events = np.unique(observed[is_seen], return_counts=True)
    n_at_risk = len(observed) - np.searchsorted(np.sort(observed), times)
    survival = np.concatenate([[1.0], np.cumprod(1 - n_events / n_at_risk)])
    value = 1 - survival[np.searchsorted(times, grid, side="right")]
    # Beyond the last cell that is seen or censored there is nothing to learn from.
    value[grid > observed.max()] = np.nan if survival[-1] > 0 else 1.0
    expected = -np.expm1(-len(ends) / window.area * np.pi * grid**2)
    return CrossFunction(grid, value, expected, len(starts), len(ends))


def _prepare(
    from_xy: FloatArray, to_xy: FloatArray, window: Window, radii: Sequence[float]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the places inside the window, and the distances as an array."""
    grid = np.asarray(radii, dtype=float)
    if grid.ndim != 1 or not len(grid) or (np.diff(grid) <= 0).any() or grid[0] < 0:
        raise EstimateError(
            f"radii are {list(radii)}, expected ascending numbers from 0. Write 0, 10, 20."
        )
    places = [check_points(from_xy, "from_xy"), check_points(to_xy, "to_xy")]
    starts, ends = (points[find_inside(points, window)] for points in places)
    if not len(starts) or not len(ends):
        raise EstimateError(
            f"{len(starts)} and {len(ends)} cells lie in the window, expected one or more of each "
            "kind. Choose a region that holds both."
        )
    return starts, ends, grid


class _Overlap:
    """Area of a window's overlap with itself moved."""

    def __init__(self, window: Window):
        low_x, low_y, high_x, high_y = window.bounds
        self.sides = np.array([high_x - low_x, high_y - low_y])
        self.table: FloatArray | None = None
        if not window.is_rectangle:
            self.step = float(self.sides.max()) / GRID_STEPS
            xs = np.arange(low_x + self.step / 2, high_x, self.step)
            ys = np.arange(low_y + self.step / 2, high_y, self.step)
            centers = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
            mask = find_inside(centers, window).reshape(len(ys), len(xs)).astype(float)
            table = fftconvolve(mask, mask[::-1, ::-1])
            self.table = np.maximum(table, 0) * window.area / mask.sum()
            self.middle = np.array(mask.shape) - 1

    def measure(self, moves: FloatArray) -> FloatArray:
        """Return the overlap for each move, shape (n, 2)."""
        if self.table is None:
            shared: FloatArray = np.maximum(self.sides - np.abs(moves), 0).prod(axis=1)
            return shared
        place = moves[:, ::-1] / self.step + self.middle
        base = np.clip(np.floor(place).astype(int), 0, np.array(self.table.shape) - 2)
        y, x = np.clip(place - base, 0, 1).T
        row, column = base.T
        found: FloatArray = (1 - y) * (
            (1 - x) * self.table[row, column] + x * self.table[row, column + 1]
        ) + y * ((1 - x) * self.table[row + 1, column] + x * self.table[row + 1, column + 1])
        return found
