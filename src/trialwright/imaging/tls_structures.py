"""Structures of lymphocytes: what one is, and what it measures."""

from dataclasses import dataclass
from enum import Enum

from trialwright.core.arrays import BoolArray, FloatArray, IntArray
from trialwright.imaging.outlines import outline_cells
from trialwright.protocol.tls import TlsRule
from trialwright.stats.spatial_windows import Window, find_inside

PERCENT = 100.0


class StructureKind(Enum):
    """What a group of lymphocytes is."""

    AGGREGATE = "aggregate"  # B and T cells without a follicle beside a T zone
    TLS = "tls"
    MATURE_TLS = "mature tls"


@dataclass(frozen=True, slots=True)
class Lymphocytes:
    """Lymphocytes of a specimen: places in um, shape (n, 2), and which of them are B cells.

    `cd23` has x, y and area of pieces of CD23 network, shape (m, 3), in um and um2; None when
    the specimen was not stained for it.
    """

    places_um: FloatArray
    is_b: BoolArray
    cd23: FloatArray | None


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of the lymphocytes of one group, and of each of its follicles; `is_tls` by the rule."""

    members: IntArray
    follicles: tuple[IntArray, ...]
    is_tls: bool
    segregation: float


@dataclass(frozen=True, slots=True)
class Structure:
    """A tertiary lymphoid structure or an aggregate.

    `segregation` is the share of B cells about B cells less that about T cells: 0 in a mixture, 1
    apart; NaN where a kind is absent. `cd23_area_um2` is the network within the outline,
    `cd23_percent` the largest share of a follicle that is network; both are NaN, and `is_mature`
    None, without a stain for CD23.
    """

    kind: StructureKind
    x_um: float
    y_um: float
    area_um2: float
    n_b: int
    n_t: int
    n_follicle_b: int
    segregation: float
    cd23_area_um2: float
    cd23_percent: float
    is_mature: bool | None
    outline: Window


def measure_structure(cells: Lymphocytes, group: Group, rule: TlsRule) -> Structure:
    """Measure one group and, when it is a tertiary lymphoid structure, its maturity.

    Mature: the network of a follicle has at least `least_cd23_percent` of its area and
    `least_cd23_um2`. Only a follicle can be mature: CD23 elsewhere is on other cells.
    """
    places = cells.places_um[group.members]
    outline = outline_cells(places, rule.link_um)
    network, percent, is_mature = float("nan"), float("nan"), None
    if cells.cd23 is not None:
        network = _sum_inside(cells.cd23, outline)
        found = [_measure_follicle(cells, rows, rule) for rows in group.follicles]
        percent = max((share for share, _ in found), default=0.0)
        is_mature = group.is_tls and any(
            share >= rule.least_cd23_percent and area >= rule.least_cd23_um2
            for share, area in found
        )
    kind = StructureKind.TLS if group.is_tls else StructureKind.AGGREGATE
    is_b = cells.is_b[group.members]
    x_um, y_um = places.mean(axis=0)
    return Structure(
        kind=StructureKind.MATURE_TLS if is_mature else kind,
        x_um=float(x_um),
        y_um=float(y_um),
        area_um2=outline.area,
        n_b=int(is_b.sum()),
        n_t=int((~is_b).sum()),
        n_follicle_b=sum(len(rows) for rows in group.follicles),
        segregation=group.segregation,
        cd23_area_um2=network,
        cd23_percent=percent,
        is_mature=is_mature,
        outline=outline,
    )


def _measure_follicle(cells: Lymphocytes, rows: IntArray, rule: TlsRule) -> tuple[float, float]:
    """Return the percent and the area, in um2, of a follicle that is CD23 network."""
    outline = outline_cells(cells.places_um[rows], rule.link_um)
    area = 0.0 if cells.cd23 is None else _sum_inside(cells.cd23, outline)
    return PERCENT * area / outline.area, area


def _sum_inside(pieces: FloatArray, outline: Window) -> float:
    """Sum the area of the pieces of network within an outline."""
    if not len(pieces):
        return 0.0
    return float(pieces[find_inside(pieces[:, :2], outline), 2].sum())
