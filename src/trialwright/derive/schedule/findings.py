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
        kind, window = WORDS[row["PARAMCD"]], f"from {row['WINSDT']} to {row['WINEDT']}"
        is_before = row["PARAMCD"] == "BASELINE" or row["VISIT"] in before_visits
        if row["AVALC"] == "MISSED":
            words = (f"no {kind}", f"one {window}", "Record it, or report the deviation.")
            found.append(_report(row, files, "SCHEDULE-MISSED", words))
        elif is_before:
            mend = "Correct the date, or report the deviation."
            words = (str(row["ADT"]), f"a {kind} {window}", mend)
            found.append(_report(row, files, "SCHEDULE-WINDOW", words))
    return found


def _report(
    row: Mapping[str, Any], files: Mapping[str, str], rule: str, words: tuple[str, str, str]
) -> Finding:
    """Make a finding of what was planned; `words` are found, expected and action."""
    domain, variable = DOMAINS[row["PARAMCD"]]
    return Finding(
        rule,
        Severity.WARN,
        files.get(domain, domain),
        *words,
        row=row["SRCROW"],
        column=variable,
        subject=row["USUBJID"],
        where=row["VISIT"],
    )
