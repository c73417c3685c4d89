"""Biomarker panels: tissue, plasma, images, and what they are correlated with."""

from collections.abc import Mapping
from enum import Enum

from pydantic import Field

from trialwright.protocol.endpoints import Model
from trialwright.protocol.tls import TlsRule
from trialwright.protocol.words import Names


class Decider(Enum):
    """Who decides a state that the system only proposes."""

    PATHOLOGIST = "pathologist"


class PairedTest(Enum):
    """How two measurements of the same patients are compared."""

    SIGNED_RANK = "signed rank"
    PAIRED_T = "paired t"


class MarkedPart(Enum):
    """Where in a cell a marker stains."""

    NUCLEUS = "nucleus"
    RING = "ring"
    CELL = "cell"


class TissueMeasure(Enum):
    """What is counted on a slide."""

    PERCENT = "percent of nucleated cells"
    DENSITY = "density_per_mm2"


class PlasmaModel(Enum):
    """How protein levels of repeated samples are modeled."""

    RANDOM_INTERCEPT = "random intercept"
    MODERATED = "moderated"


class Adjustment(Enum):
    """How P values of many proteins are adjusted."""

    BH = "BH"
    NONE = "none"


class TissueMarker(Model):
    """A stain of tissue sections and what is measured on it."""

    id: str = Field(description="Short name")
    stain: str = Field(description="Name of the stain in slides.csv")
    chromogens: Mapping[str, str] = Field(
        default={}, description="Which color marks the nucleus and each protein"
    )
    visits: Names = Field(default=(), description="Visits, by name")
    specimen: Names = Field(default=(), description="Kinds of specimen")
    decide: Decider | None = Field(default=None, description="Who decides the state")
    measure: TissueMeasure | None = Field(default=None, description="Main measurement")
    also: tuple[TissueMeasure, ...] = Field(default=(), description="Further measurements")
    compartment: MarkedPart | None = Field(
        default=None, description="Where in a cell the marker is; known of the usual markers"
    )
    cut_od: float | None = Field(
        default=None, gt=0, description="Least stain of a positive cell; of the slide when absent"
    )
    least_cells: int = Field(
        default=100, ge=0, description="A slide with fewer nucleated cells gives no measurement"
    )
    compare: PairedTest | None = Field(default=None, description="Test between the visits")
    tls_rule: TlsRule | None = Field(
        default=None, description="How tertiary lymphoid structures are called on this stain"
    )


class PlasmaPanel(Model):
    """A panel of plasma proteins at several visits."""

    id: str = Field(description="Short name")
    panel: str = Field(description="Name of the panel")
    visits: Names = Field(description="Visits, by name")
    reference: str = Field(description="Visit that the contrasts are against")
    contrasts: Names = Field(description="Visits compared with the reference")
    model: PlasmaModel = Field(
        default=PlasmaModel.RANDOM_INTERCEPT, description="Model of the repeated samples"
    )
    adjust: Adjustment = Field(default=Adjustment.BH, description="Adjustment within a contrast")


class ImagePanel(Model):
    """Images of one patient shown side by side."""

    id: str = Field(description="Short name")
    of: Names = Field(description="Kinds of image")
    visits: Names = Field(description="Visits, by name")


class Correlate(Model):
    """Markers and the endpoints that they are set against."""

    markers: Names = Field(description="Markers, in words")
    with_: Names = Field(alias="with", description="Endpoints, by id")
    landmark: str | None = Field(default=None, description="Visit from which outcome counts")


class Biomarkers(Model):
    """Every biomarker panel of the trial."""

    tissue: tuple[TissueMarker, ...] = Field(default=(), description="Stains of tissue sections")
    plasma: tuple[PlasmaPanel, ...] = Field(default=(), description="Panels of plasma proteins")
    images: tuple[ImagePanel, ...] = Field(default=(), description="Images side by side")
    correlates: tuple[Correlate, ...] = Field(
        default=(), description="Markers and the endpoints they are set against"
    )
