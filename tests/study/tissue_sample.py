"""Slides, recorded results and markers of which the tests of tissue are made."""

import polars as pl

from trialwright.derive.tissue_parameters import MEASURED
from trialwright.protocol.biomarkers import TissueMarker

CD8 = TissueMarker.model_validate(
    {
        "id": "cd8", "stain": "CD8", "visits": ["SCREENING", "C2D1"],
        "specimen": ["non-injected lesion"], "measure": "percent of nucleated cells",
        "also": ["density_per_mm2"], "compare": "signed rank",
    }
)  # fmt: skip
TLS = TissueMarker.model_validate(
    {
        "id": "tls", "stain": "TLS", "visits": ["SCREENING"], "specimen": ["archival", "biopsy"],
        "decide": "pathologist",
    }
)  # fmt: skip


def make_slide(subject: str, visit: str, percent: float | None, **values: object) -> dict:
    row = {
        "USUBJID": subject, "VISIT": visit, "STAIN": "CD8", "FILE": f"{subject}_{visit}.tif",
        "SPECIMEN": "biopsy", "LNKID": "T02", "source_row": 2, "n_cells": 1000,
        "positive_percent": percent, "density_per_mm2": 40.0,
    }  # fmt: skip
    return row | values


def make_measured(*rows: dict) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in MEASURED} for row in rows], MEASURED)


def make_bs(*rows: tuple) -> pl.DataFrame:
    names = ("USUBJID", "VISIT", "BSTESTCD", "BSSTRESC", "BSSTRESN", "BSREASND", "BSSEQ")
    types = dict.fromkeys(names, pl.String()) | {"BSSTRESN": pl.Float64(), "BSSEQ": pl.Int64()}
    return pl.DataFrame(rows, types, orient="row")
