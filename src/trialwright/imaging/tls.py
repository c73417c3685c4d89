"""Tertiary lymphoid structures from a table of cells: structures, state, sensitivity."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from polars import col

from trialwright.core.arrays import FloatArray
from trialwright.core.errors import EstimateError
from trialwright.imaging.tls_rules import FINDERS
from trialwright.imaging.tls_structures import (
    Lymphocytes,
    Structure,
    StructureKind,
    measure_structure,
)
from trialwright.protocol.tls import TlsMethod, TlsRule, TlsState

LYMPHOCYTES = ("B", "T")
_ABOUT_B: Mapping[str, Sequence[float]] = {
    "least_b": (20, 30, 50, 100),
    "least_t": (0, 10, 20, 30),
    "least_cd23_percent": (1.0, 2.0, 5.0),
}
SENSITIVITY: Mapping[TlsMethod, Mapping[str, Sequence[float]]] = {
    TlsMethod.SEGREGATED_FOLLICLE: {
        "link_um": (15.0, 20.0, 25.0, 30.0),
        "neighborhood_um": (20.0, 30.0, 40.0),
        "purity": (0.6, 0.7, 0.8),
        "least_segregation": (0.1, 0.2, 0.3),
        **_ABOUT_B,
    },
    TlsMethod.DENSE_B_CELLS: {"mean_distance_um": (10.0, 15.0, 20.0), **_ABOUT_B},
    TlsMethod.B_CELL_CLUSTERS: {"link_um": (20.0, 25.0, 30.0), **_ABOUT_B},
}
"""Values tried for each parameter that a method uses, the others kept."""


@dataclass(frozen=True, slots=True)
class TlsCall:
    """What the rule proposes for a specimen; a pathologist decides.

    `structures` are tertiary lymphoid structures, `aggregates` groups of lymphocytes that are
    none; both by area, the largest first. `is_biopsy` says that absence means less: structures
    are several times likelier to be seen in surgical specimens.
    """

    state: TlsState
    structures: tuple[Structure, ...]
    aggregates: tuple[Structure, ...]
    tissue_mm2: float
    is_biopsy: bool
    rule: TlsRule


def find_tls(
    cells: pl.DataFrame,
    cd23: FloatArray | None,
    tissue_mm2: float,
    rule: TlsRule | None = None,
    is_biopsy: bool = False,
) -> TlsCall:
    """Find tertiary lymphoid structures among the cells of a specimen.

    Parameters
    ----------
    cells : DataFrame
        One row per cell: x_um, y_um, kind ("B", "T", anything else or null for other cells).
    cd23 : array, shape (m, 3), or None
        Pieces of CD23 network: x and y in um, area in um2; None without that stain.
    tissue_mm2 : float
        Tissue that was looked at.
    rule : TlsRule, optional
        From the protocol; its defaults when left out.
    is_biopsy : bool
        Whether the specimen is a biopsy.

    Returns
    -------
    TlsCall
        The state is the best of any structure; without one it is none, or not assessable when
        there is less tissue than the rule wants.

    References
    ----------
    Vanhersecke L, et al. Lab Invest 2023;103:100063 (definition, biopsies against surgery).
    """
    rule = rule or TlsRule()
    found = _find_structures(_take_lymphocytes(cells, cd23), rule)
    structures = tuple(item for item in found if item.kind is not StructureKind.AGGREGATE)
    aggregates = tuple(item for item in found if item.kind is StructureKind.AGGREGATE)
    state = _judge(structures, tissue_mm2, rule)
    return TlsCall(state, structures, aggregates, tissue_mm2, is_biopsy, rule)


def assign_kinds(cells: pl.DataFrame, b: Sequence[str], t: Sequence[str]) -> pl.DataFrame:
    """Name the kind of each cell of another program by its phenotype.

    Parameters
    ----------
    cells : DataFrame
        One row per cell: phenotype.
    b, t : sequence of str
        Phenotypes of B cells and of T cells, as the export writes them.

    Returns
    -------
    DataFrame
        The rows with `kind`: "B", "T" or "other".

    Raises
    ------
    EstimateError
        If a phenotype is called both.
    """
    both = sorted(set(b) & set(t))
    if both:
        raise EstimateError(
            f"phenotype {both[0]} is named as B and as T, expected one of the two. Name it once."
        )
    names = {**dict.fromkeys(b, "B"), **dict.fromkeys(t, "T")}
    kind = col("phenotype").replace_strict(names, default="other", return_dtype=pl.String)
    return cells.with_columns(kind=kind)


def _take_lymphocytes(cells: pl.DataFrame, cd23: FloatArray | None) -> Lymphocytes:
    """Take the B and T cells out of a table."""
    missing = [name for name in ("x_um", "y_um", "kind") if name not in cells.columns]
    if missing:
        raise EstimateError(
            f"the cell table has no {', '.join(missing)}, expected x_um, y_um and kind. "
            "Give places in um and B, T or other."
        )
    chosen = cells.filter(col("kind").is_in(LYMPHOCYTES))
    places = chosen.select("x_um", "y_um").to_numpy().astype(float).reshape(-1, 2)
    return Lymphocytes(places, chosen["kind"].to_numpy() == LYMPHOCYTES[0], cd23)


def _find_structures(cells: Lymphocytes, rule: TlsRule) -> list[Structure]:
    """Find and measure all groups, the largest first."""
    if not len(cells.places_um):
        return []
    groups = FINDERS[rule.method](cells, rule)
    found = [measure_structure(cells, group, rule) for group in groups]
    return sorted(found, key=lambda item: (-item.area_um2, item.x_um, item.y_um))


def _judge(structures: Sequence[Structure], tissue_mm2: float, rule: TlsRule) -> TlsState:
    """Return the state of a specimen with these structures."""
    if any(item.is_mature for item in structures):
        return TlsState.MATURE
    if structures:
        return TlsState.TLS
    return TlsState.NOT_ASSESSABLE if tissue_mm2 < rule.least_tissue_mm2 else TlsState.NONE


def tabulate_sensitivity(
    cells: pl.DataFrame,
    cd23: FloatArray | None,
    tissue_mm2: float,
    rule: TlsRule | None = None,
    values: Mapping[str, Sequence[float]] | None = None,
) -> pl.DataFrame:
    """Tabulate what the rule would say were its parameters others, one at a time.

    Parameters
    ----------
    cells, cd23, tissue_mm2, rule
        As in `find_tls`.
    values : mapping of str to sequence of float, optional
        Parameters of the rule, and the values to try; `SENSITIVITY` when left out.

    Returns
    -------
    DataFrame
        First the rule itself (parameter null), then one row per parameter and value: state, n_tls
        (mature ones too), n_mature, n_aggregates.
    """
    rule = rule or TlsRule()
    values = SENSITIVITY[rule.method] if values is None else values
    lymphocytes = _take_lymphocytes(cells, cd23)
    tried: list[tuple[str | None, float | None]] = [(None, None)]
    tried += [(name, float(value)) for name, options in values.items() for value in options]
    rows = []
    for name, value in tried:
        changed = rule if name is None else rule.model_validate({**rule.model_dump(), name: value})
        rows.append({"parameter": name, "value": value, **_count(lymphocytes, changed, tissue_mm2)})
    return pl.DataFrame(rows, schema_overrides={"parameter": pl.String(), "value": pl.Float64()})


def _count(cells: Lymphocytes, rule: TlsRule, tissue_mm2: float) -> dict[str, Any]:
    """Count structures under a rule."""
    found = _find_structures(cells, rule)
    structures = [item for item in found if item.kind is not StructureKind.AGGREGATE]
    return {
        "state": _judge(structures, tissue_mm2, rule).value,
        "n_tls": len(structures),
        "n_mature": int(np.sum([item.is_mature is True for item in structures])),
        "n_aggregates": len(found) - len(structures),
    }
