"""Distances and neighbors of cells: how near, and how many within a radius."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from trialwright.core.arrays import FloatArray, IntArray
from trialwright.core.errors import EstimateError

PAIRS_AT_ONCE = 2_000_000
POINTS_AT_LEAST = 64  # a smaller chunk would spend its time on the tree


@dataclass(frozen=True, slots=True)
class WithinCount:
    """Neighbors within a radius, over all cells counted from.

    `n_from_with` is the number of cells that have at least one neighbor, `mean_within` the mean
    number of neighbors; NaN when there is no cell to count from.
    """

    radius: float
    n_from: int
    n_to: int
    n_from_with: int
    mean_within: float


def check_points(points: FloatArray, name: str) -> FloatArray:
    """Return points as an array of shape (n, 2); refuse what is no list of places."""
    found = np.asarray(points, dtype=float)
    if found.size == 0:
        return found.reshape(0, 2)
    if found.ndim != 2 or found.shape[1] != 2:
        raise EstimateError(f"{name} has shape {found.shape}, expected (n, 2). Give x and y.")
    n_bad = int((~np.isfinite(found).all(axis=1)).sum())
    if n_bad:
        raise EstimateError(
            f"{name}: {n_bad} of {len(found)} places are not finite, expected numbers. "
            "Leave these cells out."
        )
    return found


def measure_nearest(from_xy: FloatArray, to_xy: FloatArray | None = None) -> FloatArray:
    """Measure the distance from each cell to its nearest neighbor.

    Parameters
    ----------
    from_xy : array, shape (n, 2)
        Places, in any unit.
    to_xy : array, shape (m, 2), optional
        Places of the neighbors; when left out, the other cells of `from_xy`.

    Returns
    -------
    array, shape (n,)
        Distances in the same unit; infinite where there is no neighbor.

    Examples
    --------
    >>> measure_nearest(np.array([[0.0, 0.0], [3.0, 4.0], [3.0, 5.0]])).tolist()
    [5.0, 1.0, 1.0]
    """
    from_xy = check_points(from_xy, "from_xy")
    if to_xy is not None:
        to_xy = check_points(to_xy, "to_xy")
        if not len(to_xy):
            return np.full(len(from_xy), np.inf)
        return np.asarray(cKDTree(to_xy).query(from_xy)[0], dtype=float)
    if len(from_xy) < 2:
        return np.full(len(from_xy), np.inf)
    return np.asarray(cKDTree(from_xy).query(from_xy, k=2)[0][:, 1], dtype=float)


def count_neighbors(
    from_xy: FloatArray, radius: float, to_xy: FloatArray | None = None
) -> IntArray:
    """Count, for each cell, the neighbors at a distance of at most `radius`.

    Parameters
    ----------
    from_xy : array, shape (n, 2)
        Places, in any unit.
    radius : float
        Positive, in the same unit; a neighbor exactly at it counts.
    to_xy : array, shape (m, 2), optional
        Places of the neighbors; when left out, the other cells of `from_xy`.

    Returns
    -------
    array of int, shape (n,)
        Numbers of neighbors.
    """
    if not radius > 0:
        raise EstimateError(f"radius is {radius}, expected more than 0. Write 25 for 25 units.")
    from_xy = check_points(from_xy, "from_xy")
    others = from_xy if to_xy is None else check_points(to_xy, "to_xy")
    if not len(others) or not len(from_xy):
        return np.zeros(len(from_xy), dtype=np.int64)
    found = cKDTree(others).query_ball_point(from_xy, radius, return_length=True)
    counts: IntArray = np.asarray(found, dtype=np.int64)
    return counts - 1 if to_xy is None else counts


def count_within(
    from_xy: FloatArray, to_xy: FloatArray | None, radii: Sequence[float]
) -> tuple[WithinCount, ...]:
    """Count how many cells have neighbors within each radius, and how many on average.

    Parameters
    ----------
    from_xy : array, shape (n, 2)
        Places of the cells counted from.
    to_xy : array, shape (m, 2), or None
        Places of the cells counted; None for the other cells of `from_xy`.
    radii : sequence of float
        Positive, in the unit of the places.

    Returns
    -------
    tuple of WithinCount
        One for each radius, in the order given.

    Examples
    --------
    >>> cells = np.array([[0.0, 0.0], [10.0, 0.0]])
    >>> count_within(cells, np.array([[3.0, 4.0]]), [5])
    (WithinCount(radius=5, n_from=2, n_to=1, n_from_with=1, mean_within=0.5),)
    """
    n_to = len(from_xy) if to_xy is None else len(to_xy)
    found = []
    for radius in radii:
        counts = count_neighbors(from_xy, radius, to_xy)
        mean = float(counts.mean()) if len(counts) else float("nan")
        found.append(WithinCount(radius, len(counts), n_to, int((counts > 0).sum()), mean))
    return tuple(found)


def list_pairs(
    from_xy: FloatArray, to_xy: FloatArray, radius: float
) -> Iterator[tuple[IntArray, IntArray, FloatArray]]:
    """Yield all pairs within a radius: rows of `from_xy`, rows of `to_xy`, distances.

    The pairs come in parts of a bounded size, so that 300,000 cells fit in memory.
    """
    if not len(from_xy) or not len(to_xy):
        return
    tree = cKDTree(to_xy)
    n_pairs = tree.query_ball_point(from_xy, radius, return_length=True)
    start = 0
    while start < len(from_xy):
        ahead = np.cumsum(n_pairs[start:])
        stop = start + max(POINTS_AT_LEAST, int(np.searchsorted(ahead, PAIRS_AT_ONCE)))
        part = cKDTree(from_xy[start:stop])
        near = part.sparse_distance_matrix(tree, radius, output_type="ndarray")
        yield near["i"].astype(np.int64) + start, near["j"].astype(np.int64), near["v"]
        start = stop
