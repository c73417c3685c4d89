"""Findings that need the schedule: what was missed, and screening outside its days."""

from collections.abc import Collection, Mapping
from typing import Any

import polars as pl
from polars import col

from trialwright.core.errors import Finding, Severity

DOMAINS = {"VISIT": ("sv", "SVSTDTC"), "SCAN": ("tr", "TRDTC"), "BASELINE": ("tr", "TRDTC")}
WORDS = {"VISIT": "visit", "SCAN": "tumor assessment", "BASELINE": "baseline tumor assessment"}


def find_schedule_deviations(
    adsched: pl.DataFrame, files: Mapping[str, str], before_visits: Collection[str]
) -> list[Finding]:
    """Find visits and assessments that were missed, and screening outside its days.

    Early and late visits and scans are found in the recorded data themselves (VISIT-WINDOW,
    SCAN-WINDOW).

    Parameters
    ----------
    adsched : DataFrame
        Schedule compliance.
    files : mapping
        Lower-case domain to the name of its file, for the messages.
    before_visits : collection of str
        Visits that are planned within some days before another.

    Returns
    -------
    list of Finding
        By USUBJID and planned day; rules SCHEDULE-MISSED and SCHEDULE-WINDOW.
    """
    judged = adsched.filter(col("WINFL") == "Y", col("PARAMCD").is_in(list(DOMAINS)))
    rows = judged.filter(col("AVALC").is_in(["EARLY", "LATE", "MISSED"])).sort("USUBJID", "ASEQ")
    found = []
    for row in rows.iter_rows(named=True):
        is_before = row["PARAMCD"] == "BASELINE" or row["VISIT"] in before_visits
        if row["AVALC"] == "MISSED":
            found.append(_miss(row, files))
        elif is_before:
            found.append(_misplace(row, files))
    return found


def _miss(row: Mapping[str, Any], files: Mapping[str, str]) -> Finding:
    domain, variable = DOMAINS[row["PARAMCD"]]
    return Finding(
        rule="SCHEDULE-MISSED",
        severity=Severity.WARN,
        file=files.get(domain, domain),
        column=variable,
        subject=row["USUBJID"],
        where=row["VISIT"],
        found=f"no {WORDS[row['PARAMCD']]}",
        expected=f"one from {row['WINSDT']} to {row['WINEDT']}",
        action="Record it, or report the deviation.",
    )


def _misplace(row: Mapping[str, Any], files: Mapping[str, str]) -> Finding:
    domain, variable = DOMAINS[row["PARAMCD"]]
    return Finding(
        rule="SCHEDULE-WINDOW",
        severity=Severity.WARN,
        file=files.get(domain, domain),
        row=row["SRCROW"],
        column=variable,
        subject=row["USUBJID"],
        where=row["VISIT"],
        found=str(row["ADT"]),
        expected=f"a {WORDS[row['PARAMCD']]} from {row['WINSDT']} to {row['WINEDT']}",
        action="Correct the date, or report the deviation.",
    )
