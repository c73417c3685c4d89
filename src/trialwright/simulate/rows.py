"""Rows of recorded tables: numbered within the subject, written as CSV, the same bytes always."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl

Row = dict[str, object]
Tables = dict[str, list[Row]]

ONE_A_SUBJECT = ("DM", "SV")
"""Domains without a sequence number of their own."""


def number_rows(domain: str, rows: Sequence[Row]) -> list[Row]:
    """Give the rows of each subject their --SEQ, from 1, in the order given."""
    if domain in ONE_A_SUBJECT or domain.startswith("SUPP"):
        return list(rows)
    count: Counter[object] = Counter()
    numbered = []
    for row in rows:
        count[row["USUBJID"]] += 1
        numbered.append(row | {f"{domain}SEQ": count[row["USUBJID"]]})
    return numbered


def take_injected(lesions: list[Row]) -> list[Row]:
    """Move which lesions are injected from TU to its supplement."""
    common: Row = {"IDVAR": "TUSEQ", "QNAM": "INJECTED", "QLABEL": "Lesion Injected", "QVAL": "Y"}
    return [
        {"USUBJID": row["USUBJID"]} | common | {"IDVARVAL": row["TUSEQ"], "QORIG": "CRF"}
        for row in lesions
        if row.pop("injected")
    ]


def write_tables(tables: Mapping[str, Sequence[Row]], study: str, folder: Path) -> None:
    """Write one CSV file a domain.

    Parameters
    ----------
    tables : mapping
        Numbered rows by domain, upper case; a domain without rows is not written.
    study : str
        STUDYID.
    folder : Path
        Where to; it is made when absent.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for domain, rows in tables.items():
        if not rows:
            continue
        names = list(dict.fromkeys(name for row in rows for name in row))
        lead = "RDOMAIN" if domain.startswith("SUPP") else "DOMAIN"
        content: dict[str, list[str | None]] = {
            "STUDYID": [study] * len(rows),
            lead: [domain.removeprefix("SUPP")] * len(rows),
            "USUBJID": [str(row["USUBJID"]) for row in rows],
        }
        sequence = f"{domain}SEQ"
        ordered = [n for n in (sequence, *names) if n in names and n != "USUBJID"]
        for name in dict.fromkeys(ordered):
            content[name] = [_write(row.get(name)) for row in rows]
        frame = pl.DataFrame(content, schema=dict.fromkeys(content, pl.String()))
        frame.write_csv(folder / f"{domain.lower()}.csv")


def _write(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:g}" if isinstance(value, float) else str(value)
