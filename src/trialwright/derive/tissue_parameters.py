"""What tissue gives to ADBM: the columns of measured slides, and the parameters made of them."""

from collections.abc import Mapping

import polars as pl

from trialwright.protocol.biomarkers import TissueMarker, TissueMeasure

MEASURED: Mapping[str, pl.DataType] = {
    "USUBJID": pl.String(),
    "VISIT": pl.String(),
    "STAIN": pl.String(),
    "FILE": pl.String(),
    "SPECIMEN": pl.String(),
    "LNKID": pl.String(),
    "source_row": pl.Int64(),
    "failure": pl.String(),
    "warnings": pl.String(),
    "notes": pl.String(),
    "n_cells": pl.Int64(),
    "n_positive": pl.Int64(),
    "positive_percent": pl.Float64(),
    "tissue_mm2": pl.Float64(),
    "density_per_mm2": pl.Float64(),
    "misfit_degrees": pl.Float64(),
    "status": pl.String(),
    "n_structures": pl.Int64(),
    "n_mature": pl.Int64(),
    "n_aggregates": pl.Int64(),
}
"""One row per slide that was to be measured: whose it is, why there is nothing (`failure`), what
to be wary of (`warnings`), what is only said (`notes`), counts, area and, of a screening slide, the
proposed status."""

MEASUREMENTS = dict(list(MEASURED.items())[list(MEASURED).index("failure") :])
"""The columns of `MEASURED` that a measurement fills, beside those of the manifest."""

MEASURES = {
    TissueMeasure.PERCENT: (
        "PCT",
        "positive_percent",
        "-positive cells, % of nuclei",
        "%",
    ),
    TissueMeasure.DENSITY: ("DENS", "density_per_mm2", "-positive cells per mm2", "/mm2"),
}
"""Suffix of PARAMCD, column of what was measured, words and unit."""

SLIDE_FACTS = (
    ("N", "n_cells", "nucleated cells", "cells"),
    ("AREA", "tissue_mm2", "tissue", "mm2"),
    ("MISF", "misfit_degrees", "misfit of the stain vectors", "degrees"),
    ("AGG", "n_aggregates", "lymphoid aggregates that are no structure", "aggregates"),
)
"""What is told of a slide beside its measurement: suffix, column, words and unit."""

GOOD, FAIR = "Good", "Fair"
"""The quality of a slide of which there is nothing to say, and the first word of one with notes."""

STATES = {"NONE": "Absent", "TLS": "Present, not mature", "MATURE": "Present, mature"}
NOT_ASSESSED = "Not assessed"
"""States of tertiary lymphoid structures in print, and what is said where there is none."""

PROPOSED, DECIDED, AS_RECORDED, QUALITY = "PROP", "DEC", "R", "QC"


def name_parameter(marker: TissueMarker, measure: TissueMeasure) -> str:
    """Return the PARAMCD of a measurement, such as CD8PCT."""
    return f"{marker.id.upper()}{MEASURES[measure][0]}"


RAW_ROWS: Mapping[str, pl.DataType] = {
    "USUBJID": pl.String(),
    "PARCAT1": pl.String(),
    "PARCAT2": pl.String(),
    "PARAMCD": pl.String(),
    "PARAM": pl.String(),
    "AVISIT": pl.String(),
    "AVAL": pl.Float64(),
    "AVALC": pl.String(),
    "AVALU": pl.String(),
    "ABLFL": pl.String(),
    "ANL01FL": pl.String(),
    "AREASON": pl.String(),
    "SRCDOM": pl.String(),
    "SRCVAR": pl.String(),
    "SRCSEQ": pl.Int64(),
    "BMXFN": pl.String(),
}
"""Columns of ADBM that each part of tissue fills: ABLFL is "Y" at the visit that changes are
counted from, ANL01FL "Y" where the value counts, AREASON why it does not or is not there."""
