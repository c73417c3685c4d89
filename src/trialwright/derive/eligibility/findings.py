"""Findings that need both answers of a criterion: what the data say and what the site recorded."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
from polars import col

from trialwright.core.errors import Finding, Severity

FOUND_OTHERWISE = ("age_at_least", "informed_consent")
"""Rules whose violation the check of the recorded data finds by itself."""


def find_eligibility_differences(
    adelig: pl.DataFrame, adsl: pl.DataFrame, files: Mapping[str, str]
) -> list[Finding]:
    """Find the enrolled whom the data call ineligible, and records of IE that the data contradict.

    Parameters
    ----------
    adelig, adsl : DataFrame
        Analysis datasets.
    files : mapping
        Lower-case domain to the name of its file, for the messages.

    Returns
    -------
    list of Finding
        By USUBJID and criterion; rules ELIGIBILITY-DATA and ELIGIBILITY-RECORD.
    """
    enrolled = adsl.select("USUBJID", is_enrolled=col("ENRLFL") == "Y")
    rows = adelig.join(enrolled, on="USUBJID").sort("USUBJID", "ASEQ").to_dicts()
    return [finding for row in rows for finding in _compare(row, files)]


def _compare(row: Mapping[str, Any], files: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what is wrong with one criterion of one subject."""
    by_data, by_site = row["AVALC"], row["IEMET"]
    told = f"{row['PARAM']}: {row['AREASON']}"
    is_mine = row["CRIT"] not in FOUND_OTHERWISE
    if by_data == "N" and by_site != "N" and row["is_enrolled"] and is_mine:
        yield Finding(
            rule="ELIGIBILITY-DATA",
            severity=Severity.WARN,
            file=_file(row["SRCDOM"], files),
            row=row["SRCROW"],
            column=row["SRCVAR"],
            subject=row["USUBJID"],
            where=row["IETESTCD"],
            found=f"{told}, and enrolled",
            expected="the criterion met, or a row of IE that says that it was not",
            action="Correct the value, or record the criterion in IE and let it stand.",
        )
    elif {by_data, by_site} == {"Y", "N"}:
        word = {"Y": "met", "N": "not met"}
        yield Finding(
            rule="ELIGIBILITY-RECORD",
            severity=Severity.WARN,
            file=_file("IE", files),
            row=row["IEROW"],
            column="IESTRESC",
            subject=row["USUBJID"],
            where=row["IETESTCD"],
            found=f"{word[by_site]}, but the data say {word[by_data]} ({told})",
            expected=_expect(row, files),
            action="Ask the site which of the two is right.",
        )


def _expect(row: Mapping[str, Any], files: Mapping[str, str]) -> str:
    """Say where the data stand that contradict."""
    if row["SRCROW"] is None:
        return "the same as the other tables"
    return f"the same as {_file(row['SRCDOM'], files)} row {row['SRCROW']} ({row['SRCVAL']})"


def _file(domain: str | None, files: Mapping[str, str]) -> str:
    name = (domain or "DM").lower()
    return files.get(name, name)
