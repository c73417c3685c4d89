"""Cells that belong together: by distance, by density, by nearest neighbors."""

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from trialwright.core.arrays import FloatArray, IntArray

ALONE = -1


def link_cells(points: FloatArray, radius: float) -> IntArray:
    """Find the groups of cells joined by steps of at most `radius`.

    Parameters
    ----------
    points : array, shape (n, 2)
        Places.
    radius : float
        In the same unit.

    Returns
    -------
    array of int, shape (n,)
        Group of each cell, from 0, in the order of their first cells.
    """
    if not len(points):
        return np.zeros(0, dtype=np.int64)
    pairs = cKDTree(points).query_pairs(radius, output_type="ndarray")
    return _number_groups(pairs[:, 0], pairs[:, 1], len(points))


def cluster_by_density(points: FloatArray, radius: float, least_neighbors: int) -> IntArray:
    """Find the clusters of DBSCAN.

    Parameters
    ----------
    points : array, shape (n, 2)
        Places.
    radius : float
        In the same unit.
    least_neighbors : int
        Cells within the radius, the cell itself included, that make it a core.

    Returns
    -------
    array of int, shape (n,)
        Cluster of each cell, from 0; -1 for cells of none. A cell at the border of several
        clusters belongs to that of its nearest core.

    References
    ----------
    Ester M, et al. Proc 2nd Int Conf Knowledge Discovery and Data Mining 1996:226-231.
    """
    labels = np.full(len(points), ALONE, dtype=np.int64)
    if not len(points):
        return labels
    near = cKDTree(points).query_ball_point(points, radius, return_length=True)
    cores = points[np.asarray(near) >= least_neighbors]
    if len(cores):
        groups = link_cells(cores, radius)
        distance, nearest = cKDTree(cores).query(points)
        is_member = distance <= radius
        labels[is_member] = groups[nearest[is_member]]
    return labels


def cluster_dense_cells(points: FloatArray, n_nearest: int, mean_distance: float) -> IntArray:
    """Find the clusters of cells that are near to many of their kind.

    A cell is dense when the mean distance to its `n_nearest` nearest others is at most
    `mean_distance`; dense cells among the `n_nearest` nearest dense ones of another are joined.

    Returns
    -------
    array of int, shape (n,)
        Cluster of each cell, from 0; -1 for cells that are not dense.
    """
    labels = np.full(len(points), ALONE, dtype=np.int64)
    if len(points) <= n_nearest:
        return labels
    distances, _ = cKDTree(points).query(points, k=n_nearest + 1)
    is_dense = distances[:, 1:].mean(axis=1) <= mean_distance
    dense = points[is_dense]
    n_linked = min(n_nearest, len(dense) - 1)
    if n_linked < 1:
        return labels
    _, nearest = cKDTree(dense).query(dense, k=n_linked + 1)
    starts = np.repeat(np.arange(len(dense)), n_linked)
    labels[is_dense] = _number_groups(starts, nearest[:, 1:].ravel(), len(dense))
    return labels


def _number_groups(starts: IntArray, ends: IntArray, n: int) -> IntArray:
    """Count off the groups joined by links, in the order of their first members."""
    links = csr_matrix((np.ones(len(starts), dtype=bool), (starts, ends)), shape=(n, n))
    _, groups = connected_components(links, directed=False)
    _, first = np.unique(groups, return_index=True)
    order = np.empty(len(first), dtype=np.int64)
    order[np.argsort(first)] = np.arange(len(first))
    numbered: IntArray = order[groups]
    return numbered
