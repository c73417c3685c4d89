"""Small recorded data for tests of derive: a few lesions, visits given as days after the start."""

from datetime import date, timedelta
from typing import Any

import polars as pl

START = date(2021, 3, 1)

TR_SCHEMA = {
    "USUBJID": pl.String,
    "TRSEQ": pl.Int64,
    "TRGRPID": pl.String,
    "TRLNKID": pl.String,
    "TRTESTCD": pl.String,
    "TRORRES": pl.String,
    "TRORRESU": pl.String,
    "TRSTRESC": pl.String,
    "TRSTRESN": pl.Float64,
    "TRSTRESU": pl.String,
    "TRSTAT": pl.String,
    "TREVAL": pl.String,
    "TREVALID": pl.String,
    "TRACPTFL": pl.String,
    "VISITNUM": pl.Float64,
    "VISIT": pl.String,
    "TRDTC": pl.String,
    "source_row": pl.Int64,
}


def on_day(days: int) -> date:
    """Return the date `days` after the start of treatment."""
    return START + timedelta(days)


def mm(lesion: str, visit: float, days: int, size: float | None, **more: Any) -> dict[str, Any]:
    """Return a record of a diameter, of a target unless `more` says otherwise."""
    return {
        "USUBJID": "01",
        "TRGRPID": "TARGET",
        "TRLNKID": lesion,
        "TRTESTCD": "LDIAM",
        "TRSTRESN": size,
        "TRSTRESU": "mm",
        "TRSTAT": None if size is not None else "NOT DONE",
        "VISITNUM": visit,
        "TRDTC": on_day(days).isoformat(),
    } | more


def state(lesion: str, visit: float, days: int, word: str, **more: Any) -> dict[str, Any]:
    """Return a record of a tumor state, of a non-target unless `more` says otherwise."""
    group = "NEW" if lesion.startswith("NEW") else "NON-TARGET"
    return (
        mm(lesion, visit, days, None, TRGRPID=group)
        | {"TRTESTCD": "TUMSTATE", "TRSTRESC": word, "TRSTAT": None, "TRSTRESU": None}
        | more
    )


def tr(*rows: dict[str, Any]) -> pl.DataFrame:
    """Return TR with sequence and source rows (the header is row 1)."""
    return pl.DataFrame(
        [{"TRSEQ": n, "source_row": n + 1} | row for n, row in enumerate(rows, 1)], schema=TR_SCHEMA
    )


def subjects(**more: Any) -> pl.DataFrame:
    """Return one subject, treated from START on."""
    row = {"USUBJID": "01", "TRTSDT": START, "DTHDT": None, "LSTALVDT": None, "NACTDT": None}
    dates = dict.fromkeys(["TRTSDT", "DTHDT", "LSTALVDT", "NACTDT", "DCTDT"], pl.Date)
    return pl.DataFrame(
        [row | more],
        schema={"USUBJID": pl.String} | dates | {"DCTREAS": pl.String},
    )
