"""A slide measured as the protocol's tissue marker says: percent, density, area, doubts."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from trialwright.core.errors import SlideError
from trialwright.imaging.cells import CellSettings, Compartment, choose_settings
from trialwright.imaging.measure import SlideMeasurement, measure_slide
from trialwright.imaging.slide import open_slide
from trialwright.imaging.stain import HEMATOXYLIN
from trialwright.protocol.biomarkers import TissueMarker

NUCLEUS = "nucleus"


@dataclass(frozen=True, slots=True)
class MarkerSlide:
    """What a slide gave: `values` as `derive.tissue_parameters.MEASURED` names them, and cells."""

    values: dict[str, Any]
    cells: pl.DataFrame


def measure_marker(path: Path, marker: TissueMarker, pixel_size_um: float | None) -> MarkerSlide:
    """Measure the cells of one slide by a marker's settings.

    Parameters
    ----------
    path : Path
        The image.
    marker : TissueMarker
        Stain, colors and where in the cell the marker is.
    pixel_size_um : float, optional
        Width of a pixel; the file's own when omitted.

    Raises
    ------
    SlideError
        When the image cannot be read, has no pixel size, or its colors are not understood.
    """
    settings = find_settings(marker)
    with open_slide(path, pixel_size_um) as slide:
        found = measure_slide(slide, settings)
    return MarkerSlide(_describe(found), found.cells)


def find_settings(marker: TissueMarker) -> CellSettings:
    """Return how cells are called: the marker's color, and where in the cell it is looked for.

    Raises
    ------
    SlideError
        When the protocol names not exactly one color beside that of the nucleus.
    """
    where = None if marker.compartment is None else Compartment(marker.compartment.value)
    settings = choose_settings(marker.stain, where, marker.cut_od)
    if not marker.chromogens:
        return settings
    colors = {name: color.lower() for name, color in marker.chromogens.items()}
    nucleus = colors.pop(NUCLEUS, HEMATOXYLIN)
    if len(colors) != 1:
        raise SlideError(
            f"biomarkers.tissue.{marker.id}.chromogens: {len(colors)} colors beside that of the "
            "nucleus, expected one for a marker that is measured. Name the one of the marker."
        )
    (color,) = colors.values()
    return replace(settings, stains=(nucleus, color), marker_stain=color)


def _describe(found: SlideMeasurement) -> dict[str, Any]:
    return {
        "n_cells": found.n_cells,
        "n_positive": found.n_positive,
        "positive_percent": found.positive_percent,
        "tissue_mm2": found.tissue.area_mm2,
        "density_per_mm2": found.density_per_mm2,
        "misfit_degrees": found.quality.misfit_degrees,
        "warnings": "; ".join(found.quality.doubts) or None,
        "notes": "; ".join(found.quality.notes) or None,
    }
