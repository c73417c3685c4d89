"""A small trial for tests: METROMAJX's protocol, and frames with a few rows."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from trialwright.datasets.analysis_domains import ANALYSIS
from trialwright.protocol.load import load_protocol
from trialwright.protocol.model import Protocol

START = date(2021, 3, 1)
CUT = date(2022, 2, 28)
ONE_ARM = [("A", "Treatment")]
TWO_ARMS = [("A", "Active"), ("B", "Control")]
POPULATIONS = {
    "enrolled": ("ENRLFL", "Enrolled"),
    "safety": ("SAFFL", "Safety population"),
    "evaluable": ("EFFFL", "Evaluable for efficacy"),
}
ENROLLED = {
    "ARMCD": "A",
    "ENRLFL": "Y",
    "SCRFFL": "N",
    "SAFFL": "Y",
    "EFFFL": "Y",
    "DTHFL": "N",
    "EOTSTT": "ONGOING",
    "TRTSDT": START,
    "TRTEDT": START + timedelta(60),
    "LSTALVDT": START + timedelta(90),
}


@cache
def metromajx_protocol() -> Protocol:
    """Return the protocol of the METROMAJX example."""
    return load_protocol(Path(__file__).parents[2] / "examples" / "metromajx" / "protocol.yaml")


def endpoint(name: str) -> Any:
    """Return one endpoint of the METROMAJX example."""
    return next(e for e in metromajx_protocol().endpoints.all if e.id == name)


def dataset(name: str, *rows: dict[str, Any]) -> pl.DataFrame:
    """Return rows of an analysis dataset with its declared columns."""
    schema = dict(ANALYSIS[name].polars_schema())
    if name == "ADSL":
        schema |= {"SAFREAS": pl.String(), "ENRLREAS": pl.String()}
    filled = [{column: row.get(column) for column in schema} for row in rows]
    return pl.DataFrame(filled, schema=schema)


def adsl(*subjects: dict[str, Any]) -> pl.DataFrame:
    """Return subjects, enrolled and treated unless a row says otherwise; named 01, 02, ..."""
    rows = [
        ENROLLED | {"USUBJID": f"{n:02d}", "ENRLNUM": n} | subject
        for n, subject in enumerate(subjects, 1)
    ]
    return dataset("ADSL", *rows)


def recorded(*rows: dict[str, Any], **types: Any) -> pl.DataFrame:
    """Return recorded rows; columns are text unless a type is named."""
    names = dict.fromkeys(name for row in rows for name in row)
    schema = {name: types.get(name, pl.String) for name in names}
    return pl.DataFrame([{name: row.get(name) for name in names} for row in rows], schema=schema)
