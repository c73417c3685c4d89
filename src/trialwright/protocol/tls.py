"""Tertiary lymphoid structures: the states of a specimen, and the rule that tells them apart."""

from enum import Enum

from pydantic import Field

from trialwright.protocol.endpoints import Model


class TlsState(Enum):
    """What a specimen shows; absence in too little tissue is not absence."""

    NONE = "none"
    TLS = "tls"
    MATURE = "mature"
    NOT_ASSESSABLE = "not assessable"


class TlsMethod(Enum):
    """How a tertiary lymphoid structure is told from an aggregate of lymphocytes."""

    SEGREGATED_FOLLICLE = "segregated follicle"  # a B follicle beside a T zone
    DENSE_B_CELLS = "dense B cells"  # B cells near to many others, T cells about them
    B_CELL_CLUSTERS = "B cell clusters"  # B cells joined by density (DBSCAN)


class TlsRule(Model):
    """How tertiary lymphoid structures are called.

    No threshold of a published trial stands behind the defaults: they are a setting of the study.
    `link_um` and `least_neighbors` join cells to clusters in every method but `dense B cells`,
    which uses `nearest_b` and `mean_distance_um`; `purity`, `least_segregation`,
    `neighborhood_um` and `least_lymphocytes` belong to `segregated follicle`.
    """

    method: TlsMethod = Field(
        default=TlsMethod.SEGREGATED_FOLLICLE, description="What makes a structure"
    )
    link_um: float = Field(default=25.0, gt=0, description="Cells at most this far apart are one")
    least_neighbors: int = Field(
        default=6, ge=1, description="Least cells within that distance, the cell itself included"
    )
    least_lymphocytes: int = Field(default=50, ge=1, description="Least cells of an aggregate")
    neighborhood_um: float = Field(
        default=30.0, gt=0, description="Radius within which lymphocytes are B or T on the whole"
    )
    purity: float = Field(
        default=0.7, gt=0.5, le=1, description="Least share of one kind about a cell of its zone"
    )
    least_segregation: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="Least excess of B cells about B cells over those about T cells",
    )
    least_b: int = Field(default=30, ge=1, description="Least B cells of a follicle")
    least_t: int = Field(default=20, ge=0, description="Least T cells beside it")
    reach_um: float = Field(default=50.0, gt=0, description="How far beside it T cells count")
    nearest_b: int = Field(default=30, ge=1, description="B cells over which distance is averaged")
    mean_distance_um: float = Field(
        default=10.0, gt=0, description="Largest mean distance to them of a dense B cell"
    )
    least_cd23_percent: float = Field(
        default=2.0, ge=0, le=100, description="Least percent of a follicle that is CD23 network"
    )
    least_cd23_um2: float = Field(default=500.0, ge=0, description="Least area of the network")
    least_tissue_mm2: float = Field(
        default=0.5, ge=0, description="Less tissue without a structure is not assessable"
    )
