"""Which cells lie where in a simulated section: the truth that a measurement is held against."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
import polars as pl
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Points = NDArray[np.float64]

CELL_COLUMNS = {
    "x_um": pl.Float64(),
    "y_um": pl.Float64(),
    "type": pl.String(),
    "marker": pl.String(),
    "strength": pl.Float64(),
}
"""The truth about each cell: center from the top-left corner, type, marker on its membrane (null
for none) and the optical density of its ring."""


class CellType(Enum):
    """What a nucleus looks like."""

    TUMOR = "tumor"
    SPINDLE = "spindle"
    LYMPHOCYTE = "lymph"


@dataclass(frozen=True, slots=True)
class Build:
    """Size and stain of a type's nuclei: half axes in um (mean, spread), density of hematoxylin."""

    long_um: tuple[float, float]
    short_um: tuple[float, float]
    density: tuple[float, float]
    roughness: float


BUILDS: Mapping[CellType, Build] = {
    CellType.TUMOR: Build((5.4, 0.8), (4.4, 0.6), (0.42, 0.1), 0.06),
    CellType.SPINDLE: Build((8.2, 1.4), (2.5, 0.4), (0.47, 0.1), 0.04),
    CellType.LYMPHOCYTE: Build((3.2, 0.3), (3.0, 0.25), (0.62, 0.12), 0.025),
}

REACH_UM: Mapping[CellType, float] = {
    CellType.TUMOR: 4.6,
    CellType.SPINDLE: 4.0,
    CellType.LYMPHOCYTE: 3.6,
}
"""How near another center may come, in um, half for each; a section shows some overlap."""


def scatter(
    rng: Generator,
    n: int,
    inside: NDArray[np.bool_],
    pixel_size_um: float,
    apart_um: float,
    weight: NDArray[np.float32] | None = None,
) -> Points:
    """Scatter points over tissue, no two nearer than a distance.

    Parameters
    ----------
    rng : Generator
        Source.
    n : int
        How many points to reach; fewer when the tissue is full.
    inside : array
        Where tissue is, shape (height, width).
    pixel_size_um : float
        Width of a pixel in um.
    apart_um : float
        Smallest distance of two points, in um.
    weight : array, optional
        Relative density, of the same shape; even when omitted.

    Returns
    -------
    array
        Shape (n_points, 2): x and y in um, in the order in which they were placed.
    """
    rows, columns = np.nonzero(inside)
    share = None
    if weight is not None:
        share = weight[rows, columns].astype(float)
        share /= share.sum()
    kept = np.empty((0, 2))
    for _ in range(12):
        missing = n - len(kept)
        if missing <= 0:
            break
        pick = rng.choice(len(rows), size=2 * missing + 16, p=share)
        fresh = np.column_stack([columns[pick], rows[pick]]) + rng.random((len(pick), 2))
        together = np.vstack([kept, fresh * pixel_size_um])
        kept = together[keep_apart(together, apart_um)]
    return kept[:n]


def keep_apart(points: Points, apart_um: float) -> NDArray[np.bool_]:
    """Tell which points stay when each too near an earlier one that stays is dropped.

    Parameters
    ----------
    points : array
        Shape (n, 2), in um.
    apart_um : float
        Smallest distance in um.
    """
    keep = np.ones(len(points), bool)
    for first, second in sorted(cKDTree(points).query_pairs(apart_um)):
        if keep[first]:
            keep[second] = False
    return keep


def drop_crowded(cells: pl.DataFrame, others: pl.DataFrame, apart_um: float) -> pl.DataFrame:
    """Drop cells that lie nearer than a distance to any of the others.

    Parameters
    ----------
    cells, others : DataFrame
        With x_um and y_um.
    apart_um : float
        Smallest distance in um.
    """
    if cells.is_empty() or others.is_empty():
        return cells
    tree = cKDTree(others.select("x_um", "y_um").to_numpy())
    distance, _ = tree.query(cells.select("x_um", "y_um").to_numpy())
    return cells.filter(pl.Series(distance >= apart_um))


def make_cells(points: Points, cell_type: CellType) -> pl.DataFrame:
    """Make the truth table of cells of one type without a marker.

    Parameters
    ----------
    points : array
        Shape (n, 2), x and y in um.
    cell_type : CellType
        What they look like.

    Returns
    -------
    DataFrame
        Columns of `CELL_COLUMNS`, in the order given.
    """
    return pl.DataFrame(
        {
            "x_um": points[:, 0],
            "y_um": points[:, 1],
            "type": [cell_type.value] * len(points),
            "marker": [None] * len(points),
            "strength": np.zeros(len(points)),
        },
        schema=CELL_COLUMNS,
    )


def draw_strengths(rng: Generator, n: int, median: float, spread: float = 0.4) -> Points:
    """Draw the optical density of n membrane rings: log-normal, so that some are weak."""
    strengths: Points = np.clip(median * np.exp(rng.normal(0, spread, n)), 0.25, 2.2)
    return strengths
