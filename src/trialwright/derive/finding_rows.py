"""From rows that have a problem to findings that say where it is."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl
from polars import col

from trialwright.core.errors import Finding, Severity
from trialwright.derive.reads import COLUMNS

FileNames = Mapping[str, str]
"""File name of each domain, as the person knows it."""


def read_all(recorded: Mapping[str, pl.DataFrame], domain: str) -> pl.DataFrame:
    """Return a tumor domain of all readers, empty text as null, with the reader's name.

    Parameters
    ----------
    recorded : mapping
        Recorded data by lower-case domain.
    domain : {"TU", "TR", "RS"}
        Which domain.

    Returns
    -------
    DataFrame
        The columns of `derive.reads.COLUMNS` with --ACPTFL, --CAT and reader (--EVALID, else
        --EVAL), in the order of the input.
    """
    records = recorded.get(domain.lower(), pl.DataFrame())
    text = pl.String()
    wanted = {**COLUMNS[domain], f"{domain}EVAL": text, f"{domain}EVALID": text}
    wanted |= {f"{domain}ACPTFL": text, f"{domain}CAT": text}
    columns = []
    for name, dtype in wanted.items():
        value = col(name) if name in records.columns else pl.lit(None)
        value = value.cast(dtype)
        columns.append((pl.when(value != "").then(value) if dtype == text else value).alias(name))
    found = records.select(columns) if records.width else pl.DataFrame(schema=wanted)
    if found["source_row"].null_count() == found.height:
        found = found.with_columns(source_row=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    return found.with_columns(reader=pl.coalesce(f"{domain}EVALID", f"{domain}EVAL"))


@dataclass(frozen=True, slots=True)
class Check:
    """What all findings of a rule have in common; `expected` may be made from the row."""

    rule: str
    severity: Severity
    expected: pl.Expr | str
    action: str
    column: str | None = None
    domain: str = "tr"


def report(problems: pl.DataFrame, check: Check, found: pl.Expr, files: FileNames) -> list[Finding]:
    """Make one finding of each row.

    Parameters
    ----------
    problems : DataFrame
        USUBJID, VISITNUM, source_row and, if other keys help, where.
    check : Check
        The rule.
    found : Expr
        What was found, in words made from the row.
    files : mapping
        File name of each domain.

    Returns
    -------
    list of Finding
        In order of source_row, or of the rows where they have none.
    """
    where = (
        col("where")
        if "where" in problems.columns
        else pl.format("VISITNUM {}", col("VISITNUM").cast(pl.String).str.strip_suffix(".0"))
    )
    expected = pl.lit(check.expected) if isinstance(check.expected, str) else check.expected
    rows = problems.select(
        "USUBJID", row="source_row", where=where, found=found, expected=expected
    ).sort("row", maintain_order=True)
    return [
        Finding(
            rule=check.rule,
            severity=check.severity,
            file=files.get(check.domain, check.domain),
            found=words["found"] or "nothing",
            expected=words["expected"],
            action=f"{check.action}.",
            row=words["row"],
            column=check.column,
            subject=words["USUBJID"],
            where=words["where"],
        )
        for words in rows.iter_rows(named=True)
    ]
