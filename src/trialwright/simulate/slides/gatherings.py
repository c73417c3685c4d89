"""Gatherings of lymphocytes in a simulated section: aggregates and tertiary lymphoid structures."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import polars as pl
from numpy.random import Generator

from trialwright.simulate.slides.cells import CellType, draw_strengths, keep_apart, make_cells
from trialwright.simulate.slides.optics import FloatArray
from trialwright.simulate.slides.sections import Field

FOLLICLE_APART_UM = 6.2  # between centers of packed lymphocytes
FOLLICLE_PER_UM2 = 0.018  # lymphocytes offered per um2 before those too near are dropped
STRUCTURES = {
    "x_um": pl.Float64(),
    "y_um": pl.Float64(),
    "radius_um": pl.Float64(),
    "type": pl.String(),
}


class Structure(Enum):
    """A gathering of lymphocytes: mixed, with a follicle beside a T zone, with CD23 in it."""

    AGGREGATE = "agg"
    IMMATURE = "iTLS"
    MATURE = "mTLS"


@dataclass(frozen=True, slots=True)
class Gathering:
    """A structure at a place of the field, in um from the top-left corner."""

    kind: Structure
    x_um: float
    y_um: float
    radius_um: float


@dataclass(frozen=True, slots=True)
class Chromogens:
    """Which stain shows T cells (CD3), B cells (CD20) and follicular dendritic cells (CD23)."""

    t_cells: str = "green"
    b_cells: str = "purple"
    dendritic: str = "dab"


def gather(rng: Generator, gathering: Gathering, chromogens: Chromogens) -> pl.DataFrame:
    """Return the lymphocytes of one structure.

    Parameters
    ----------
    rng : Generator
        Source.
    gathering : Gathering
        Kind, place and size.
    chromogens : Chromogens
        The stains of T and B cells.

    Returns
    -------
    DataFrame
        Columns of `cells.CELL_COLUMNS`, in no order; some may lie outside the field.
    """
    radius = gathering.radius_um
    n = round(FOLLICLE_PER_UM2 * np.pi * (1.15 * radius) ** 2)
    theta, share = rng.uniform(0, 2 * np.pi, n), 1.15 * np.sqrt(rng.random(n))
    shape = 1 + 0.12 * np.cos(2 * theta + rng.uniform(0, 6)) + 0.08 * np.cos(3 * theta)
    away = share * radius * shape
    points = np.column_stack([np.cos(theta), np.sin(theta)]) * away[:, None]
    packed = rng.random(n) < np.clip(2.3 * (1.15 - share), 0, 1)  # thins out at its rim
    points, share = points[packed], share[packed]
    if gathering.kind is Structure.AGGREGATE:
        is_b = rng.random(len(points)) < 0.45
    else:
        # The follicle lies to one side; the T zone is around it and thick on the other side.
        side = rng.uniform(0, 2 * np.pi)
        offset = points - 0.2 * radius * np.array([np.cos(side), np.sin(side)])
        is_follicle = np.hypot(*offset.T) < 0.55 * radius
        is_b = rng.random(len(points)) < np.where(is_follicle, 0.94, 0.07)
    placed = points + np.array([gathering.x_um, gathering.y_um])
    cells = pl.concat(
        [
            with_marker(rng, make_cells(placed[is_b], CellType.LYMPHOCYTE), chromogens.b_cells),
            with_marker(rng, make_cells(placed[~is_b], CellType.LYMPHOCYTE), chromogens.t_cells),
        ]
    ).sample(fraction=1, shuffle=True, seed=int(rng.integers(2**31)))
    return _space_out(cells)


def _space_out(cells: pl.DataFrame) -> pl.DataFrame:
    """Drop each cell that lies nearer to an earlier one than two packed nuclei can."""
    centers = cells.select("x_um", "y_um").to_numpy()
    return cells.filter(pl.Series(keep_apart(centers, FOLLICLE_APART_UM)))


def with_marker(rng: Generator, cells: pl.DataFrame, stain: str) -> pl.DataFrame:
    """Give cells a stained membrane, weak in some."""
    strengths = draw_strengths(rng, cells.height, 0.7, 0.3)
    return cells.with_columns(pl.lit(stain).alias("marker"), pl.Series("strength", strengths))


def fade(field: Field, gathering: Gathering, share: float) -> FloatArray:
    """Return 1 at the middle of a gathering, falling to 0 beyond a share of its radius."""
    height, width = field.shape
    x = (np.arange(width) + 0.5) * field.pixel_size_um - gathering.x_um
    y = (np.arange(height) + 0.5) * field.pixel_size_um - gathering.y_um
    away = np.hypot(x[None, :], y[:, None]) / (share * gathering.radius_um)
    faded: FloatArray = np.clip(1.6 - 1.2 * away, 0, 1).astype(np.float32)
    return faded


def list_structures(gatherings: Sequence[Gathering]) -> pl.DataFrame:
    """Return one row per structure: x_um, y_um, radius_um, type."""
    rows = [(g.x_um, g.y_um, g.radius_um, g.kind.value) for g in gatherings]
    return pl.DataFrame(rows, schema=STRUCTURES, orient="row")
