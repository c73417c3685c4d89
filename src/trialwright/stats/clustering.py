"""Hierarchical clustering with the trees and the leaf order of R's hclust and pheatmap."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike

from trialwright.core.arrays import FloatArray, IntArray
from trialwright.core.errors import EstimateError
from trialwright.stats.contrasts import as_matrix
from trialwright.stats.distances import Distance, measure_distances


class Scaling(Enum):
    """What is brought to mean 0 and standard deviation 1 before anything else."""

    NONE = "none"
    ROW = "row"
    COLUMN = "column"


class Linkage(Enum):
    """How far two clusters are apart."""

    COMPLETE = "complete"
    AVERAGE = "average"
    SINGLE = "single"
    MCQUITTY = "mcquitty"
    WARD_D2 = "ward.D2"  # Ward's criterion
    WARD_D = "ward.D"  # the same on distances that are not squared, as older R did


METHODS = {
    Linkage.COMPLETE: "complete",
    Linkage.AVERAGE: "average",
    Linkage.SINGLE: "single",
    Linkage.MCQUITTY: "weighted",
    Linkage.WARD_D2: "ward",
    Linkage.WARD_D: "ward",
}
MIN_ROWS = 2


@dataclass(frozen=True, slots=True)
class Tree:
    """A dendrogram.

    `merges` has one row per step as R writes it: a negative number is a single row (from 1), a
    positive one the cluster made at that step (from 1). `heights` ascend. `order` gives the rows
    (from 0) as leaves from left to right.
    """

    merges: IntArray
    heights: FloatArray
    order: IntArray


def scale_matrix(values: ArrayLike, scaling: Scaling) -> FloatArray:
    """Bring rows or columns to mean 0 and standard deviation 1.

    Parameters
    ----------
    values : array of shape (n_rows, n_columns)
        nan is missing and stays so.
    scaling : Scaling
        Rows, columns, or nothing.

    Returns
    -------
    ndarray
        Of the same shape; a row (or column) without spread is nan, as in R.

    Examples
    --------
    >>> scale_matrix([[1.0, 2.0, 3.0]], Scaling.ROW).tolist()
    [[-1.0, 0.0, 1.0]]
    """
    matrix = as_matrix(values)
    if scaling is Scaling.NONE:
        return matrix.copy()
    axis = 1 if scaling is Scaling.ROW else 0
    n = (~np.isnan(matrix)).sum(axis=axis, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        centered = matrix - np.nansum(matrix, axis=axis, keepdims=True) / n
        variance = np.nansum(centered**2, axis=axis, keepdims=True) / (n - 1)
        scaled: FloatArray = centered / np.sqrt(variance)
    return np.where(np.isfinite(scaled), scaled, np.nan)


def build_breaks(values: ArrayLike, n_colors: int = 100, is_centered: bool = True) -> FloatArray:
    """Build the limits of the color classes of a heatmap: n_colors + 1, evenly spaced.

    Parameters
    ----------
    values : array
        What is drawn; nan is left out.
    n_colors : int
        Classes, at least 1.
    is_centered : bool
        Whether the middle color means 0, as for scaled values and changes.

    Returns
    -------
    ndarray of shape (n_colors + 1,)
        Ascending limits from the smallest value to the largest, or from minus to plus the largest
        magnitude.

    Raises
    ------
    EstimateError
        If nothing is known or no color is wanted.

    Examples
    --------
    >>> build_breaks([[-1.0, 3.0]], 4).tolist()
    [-3.0, -1.5, 0.0, 1.5, 3.0]
    """
    matrix = as_matrix(values)
    if n_colors < 1 or np.isnan(matrix).all():
        raise EstimateError(
            f"{n_colors} colors for {(~np.isnan(matrix)).sum()} values, expected at least one of "
            "each."
        )
    low, high = float(np.nanmin(matrix)), float(np.nanmax(matrix))
    if is_centered:
        high = max(abs(low), abs(high))
        low = -high
    return np.linspace(low, high, n_colors + 1)


def cluster_rows(
    values: ArrayLike,
    distance: Distance = Distance.EUCLIDEAN,
    linkage_rule: Linkage = Linkage.COMPLETE,
) -> Tree:
    """Cluster the rows of a matrix; transpose it for the columns.

    Parameters
    ----------
    values : array of shape (n_rows, n_columns)
        Already scaled, if at all. With missing values only the columns that two rows share count
        towards their distance, made up for in number as R's `dist` does.
    distance : Distance
        Between rows.
    linkage_rule : Linkage
        Between clusters.

    Returns
    -------
    Tree
        As R's `hclust`: of two parts that join, single rows come before clusters, the older
        cluster before the newer, the upper row before the lower.

    Raises
    ------
    EstimateError
        If there are fewer than two rows, or two rows whose distance is unknown.

    References
    ----------
    Ward JH. J Am Stat Assoc 1963;58:236-244. Murtagh F, Legendre P. J Classif 2014;31:274-295.

    Examples
    --------
    >>> tree = cluster_rows([[0.0], [5.0], [1.0]])
    >>> tree.merges.tolist(), tree.heights.tolist(), tree.order.tolist()
    ([[-1, -3], [-2, 1]], [1.0, 5.0], [1, 0, 2])
    """
    from scipy.cluster.hierarchy import linkage

    matrix = as_matrix(values)
    if len(matrix) < MIN_ROWS:
        raise EstimateError("one row cannot be clustered, expected two or more.")
    distances = measure_distances(matrix, distance)
    is_squared = linkage_rule is Linkage.WARD_D
    joined = linkage(np.sqrt(distances) if is_squared else distances, METHODS[linkage_rule])
    heights = joined[:, 2] ** 2 if is_squared else joined[:, 2]
    merges = _name_merges(joined[:, :2].astype(np.int64), len(matrix))
    return Tree(merges, heights, _order_leaves(merges))


def _name_merges(joined: IntArray, n_rows: int) -> IntArray:
    """Write merges as R does: rows negative from 1, clusters positive from 1, singles first."""
    names = np.where(joined < n_rows, -(joined + 1), joined - n_rows + 1)
    # Two rows: the upper first, -1 before -2. Otherwise a row before a cluster, old before new.
    both_rows = np.max(names, axis=1, keepdims=True) < 0
    ordered = np.sort(names, axis=1)
    return np.where(both_rows, ordered[:, ::-1], ordered)


def _order_leaves(merges: IntArray) -> IntArray:
    """Return the rows from left to right."""
    leaves: list[int] = []
    waiting = [len(merges)]
    while waiting:
        name = waiting.pop()
        if name < 0:
            leaves.append(-name - 1)
        else:
            left, right = merges[name - 1]
            waiting += [int(right), int(left)]
    return np.array(leaves, dtype=np.int64)


def cut_tree(tree: Tree, n_clusters: int) -> IntArray:
    """Return the cluster of each row when the tree is cut into a number of clusters.

    Parameters
    ----------
    tree : Tree
        From `cluster_rows`.
    n_clusters : int
        From 1 to the number of rows.

    Returns
    -------
    ndarray of shape (n_rows,)
        Clusters from 1, numbered as their first rows come, as R's `cutree` does.

    Raises
    ------
    EstimateError
        If the tree has fewer rows than clusters are wanted.

    Examples
    --------
    >>> cut_tree(cluster_rows([[0.0], [5.0], [1.0]]), 2).tolist()
    [1, 2, 1]
    """
    n_rows = len(tree.merges) + 1
    if not 1 <= n_clusters <= n_rows:
        raise EstimateError(f"{n_clusters} clusters, expected from 1 to {n_rows}.")
    members: list[list[int]] = [[row] for row in range(n_rows)]
    owner = list(range(n_rows))
    made: list[int] = []
    for left, right in tree.merges[: n_rows - n_clusters]:
        first, second = (
            owner[-int(part) - 1] if part < 0 else made[int(part) - 1] for part in (left, right)
        )
        members[first] += members[second]
        for row in members[second]:
            owner[row] = first
        made.append(first)
    _, first_rows, place = np.unique(owner, return_index=True, return_inverse=True)
    ranks = np.argsort(np.argsort(first_rows))
    return ranks[place].astype(np.int64) + 1
