"""The rules by which lymphocytes become structures: one function for each method."""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

import numpy as np

from trialwright.core.arrays import BoolArray, FloatArray, IntArray
from trialwright.imaging.clusters import cluster_by_density, cluster_dense_cells, link_cells
from trialwright.imaging.tls_structures import Group, Lymphocytes
from trialwright.protocol.tls import TlsMethod, TlsRule
from trialwright.stats.spatial import count_neighbors, measure_nearest

Finder = Callable[[Lymphocytes, TlsRule], list[Group]]


def find_segregated(cells: Lymphocytes, rule: TlsRule) -> list[Group]:
    """Find aggregates of lymphocytes, and those in which a B follicle lies beside a T zone.

    Lymphocytes, B or T, become aggregates by density. About each cell the share of B cells
    among the aggregate's lymphocytes within `neighborhood_um` is read, the cell itself left out.
    B cells with at least `purity` of it, joined by steps of `neighborhood_um`, are a follicle
    when there are `least_b`; T cells with at least `purity` of T cells, within `reach_um` of it,
    are its T zone when there are `least_t`. The excess of the share about B cells over that about
    T cells, 0 in any mixture, must reach `least_segregation` too.
    """
    labels = cluster_by_density(cells.places_um, rule.link_um, rule.least_neighbors)
    groups = []
    for rows in _rows_of(labels, rule.least_lymphocytes):
        share = _share_of_b(cells, rows, rule.neighborhood_um)
        is_b = cells.is_b[rows]
        segregation = _mean(share[is_b]) - _mean(share[~is_b])
        zone = rows[~is_b & (share <= 1 - rule.purity)]
        follicles = _find_follicles(cells, rows[is_b & (share >= rule.purity)], zone, rule)
        is_tls = bool(follicles) and segregation >= rule.least_segregation
        groups.append(Group(rows, follicles if is_tls else (), is_tls, segregation))
    return groups


def _find_follicles(
    cells: Lymphocytes, core: IntArray, zone: IntArray, rule: TlsRule
) -> tuple[IntArray, ...]:
    """Return the rows of each follicle that has a T zone beside it."""
    labels = link_cells(cells.places_um[core], rule.neighborhood_um)
    return tuple(
        core[part]
        for part in _rows_of(labels, rule.least_b)
        if _count_near(cells, zone, core[part], rule.reach_um) >= rule.least_t
    )


def find_dense_b(cells: Lymphocytes, rule: TlsRule) -> list[Group]:
    """Find clusters of dense B cells with T cells about them.

    A B cell is dense when its mean distance to the `nearest_b` nearest is at most
    `mean_distance_um`. A cluster of `least_b` is a structure when `least_t` T cells lie within
    `reach_um` of any of its cells, else an aggregate.

    References
    ----------
    tlsR, an R package for lymphoid structures in cell tables (MIT license).
    """
    return _find_about_b(
        cells, rule, lambda xy: cluster_dense_cells(xy, rule.nearest_b, rule.mean_distance_um)
    )


def find_b_clusters(cells: Lymphocytes, rule: TlsRule) -> list[Group]:
    """Find clusters of B cells by density (DBSCAN), with T cells about them where asked."""
    return _find_about_b(
        cells, rule, lambda xy: cluster_by_density(xy, rule.link_um, rule.least_neighbors)
    )


def _find_about_b(
    cells: Lymphocytes, rule: TlsRule, cluster: Callable[[FloatArray], IntArray]
) -> list[Group]:
    """Find clusters of B cells; T cells within reach belong to them."""
    b_rows, t_rows = np.flatnonzero(cells.is_b), np.flatnonzero(~cells.is_b)
    groups = []
    for part in _rows_of(cluster(cells.places_um[b_rows]), rule.least_b):
        core = b_rows[part]
        near = t_rows[_is_near(cells, t_rows, core, rule.reach_um)]
        rows = np.sort(np.concatenate([core, near]))
        share = _share_of_b(cells, rows, rule.neighborhood_um)
        is_b = cells.is_b[rows]
        segregation = _mean(share[is_b]) - _mean(share[~is_b])
        is_tls = len(near) >= rule.least_t
        groups.append(Group(rows, (core,) if is_tls else (), is_tls, segregation))
    return groups


FINDERS: Mapping[TlsMethod, Finder] = {
    TlsMethod.SEGREGATED_FOLLICLE: find_segregated,
    TlsMethod.DENSE_B_CELLS: find_dense_b,
    TlsMethod.B_CELL_CLUSTERS: find_b_clusters,
}


def _rows_of(labels: IntArray, least: int) -> Iterator[IntArray]:
    """Yield the places of each label from 0 that has enough."""
    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], np.arange(labels.max(initial=-1) + 2))
    for first, last in pairwise(starts.tolist()):
        if last - first >= least:
            yield order[first:last]


def _share_of_b(cells: Lymphocytes, rows: IntArray, radius: float) -> FloatArray:
    """Return the share of B cells among the neighbors of each cell; NaN for a cell alone."""
    places, is_b = cells.places_um[rows], cells.is_b[rows]
    n_all = count_neighbors(places, radius)
    n_b = count_neighbors(places, radius, places[is_b]) - is_b if is_b.any() else 0 * n_all
    share: FloatArray = np.divide(n_b, n_all, out=np.full(len(rows), np.nan), where=n_all > 0)
    return share


def _mean(values: FloatArray) -> float:
    """Return the mean of what is known; NaN when nothing is."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def _is_near(cells: Lymphocytes, rows: IntArray, core: IntArray, reach_um: float) -> BoolArray:
    """Tell which rows lie within reach of any cell of a core."""
    near: BoolArray = measure_nearest(cells.places_um[rows], cells.places_um[core]) <= reach_um
    return near


def _count_near(cells: Lymphocytes, rows: IntArray, core: IntArray, reach_um: float) -> int:
    """Count the rows within reach of any cell of a core."""
    return int(_is_near(cells, rows, core, reach_um).sum())
