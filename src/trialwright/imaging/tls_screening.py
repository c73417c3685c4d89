"""A screening slide as the protocol's tissue marker says: proposed state, structures, doubts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from trialwright.imaging.quality import tell_misfits
from trialwright.imaging.slide import open_slide
from trialwright.imaging.tls_colors import CD3, CD20, Chromogens, read_chromogens
from trialwright.imaging.tls_slide import TlsSlide, find_slide_tls
from trialwright.protocol.biomarkers import TissueMarker

BIOPSY = "biopsy"


@dataclass(frozen=True, slots=True)
class ScreenedSlide:
    """What a screening slide gave: values by name, and its cells."""

    values: dict[str, Any]
    cells: pl.DataFrame


def is_screening(marker: TissueMarker) -> bool:
    """Tell whether a stain is one of lymphoid structures: CD3 and CD20 have colors on it."""
    return {CD3, CD20} <= {name.upper() for name in marker.chromogens}


def measure_screening(
    path: Path, marker: TissueMarker, pixel_size_um: float | None, specimen: str | None = None
) -> ScreenedSlide:
    """Propose the state of lymphoid structures of one slide by a marker's settings.

    Parameters
    ----------
    path : Path
        The image.
    marker : TissueMarker
        Colors of the proteins, and the rule (`tls_rule`).
    pixel_size_um : float, optional
        Side of a pixel; the file's own when left out.
    specimen : str, optional
        As the manifest has it; of a biopsy absence says less, and the warnings say so.

    Returns
    -------
    ScreenedSlide
        status ("none", "tls", "mature", "not assessable"), n_structures (mature ones too),
        n_mature, n_aggregates, n_cells, tissue_mm2, misfit_degrees, warnings, notes.

    Raises
    ------
    SlideError
        If the image cannot be read, has no pixel size, or is not in color.
    EstimateError
        If the marker has no color for CD3 or CD20.
    """
    chromogens = read_chromogens(marker.chromogens) if marker.chromogens else Chromogens()
    is_biopsy = (specimen or "").strip().lower() == BIOPSY
    with open_slide(path, pixel_size_um) as slide:
        found = find_slide_tls(slide, marker.tls_rule, chromogens, is_biopsy)
    return ScreenedSlide(_describe(found), found.cells)


def _describe(found: TlsSlide) -> dict[str, Any]:
    """Return the values of a slide."""
    call = found.call
    doubts, notes = tell_misfits(found.misfit_degrees)
    return {
        "status": call.state.value,
        "n_structures": len(call.structures),
        "n_mature": sum(item.is_mature is True for item in call.structures),
        "n_aggregates": len(call.aggregates),
        "n_cells": found.cells.height,
        "tissue_mm2": call.tissue_mm2,
        "misfit_degrees": max(found.misfit_degrees.values()),
        "warnings": "; ".join(doubts) or None,
        "notes": "; ".join(notes) or None,
    }
