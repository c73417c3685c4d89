"""ADELIG: every criterion of every screened subject, by the data and as the site recorded it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
from polars import col

from trialwright.datasets.analysis_conduct import ADELIG
from trialwright.derive.eligibility import disease, history, patient
from trialwright.derive.eligibility.chart import Chart, Reading, Row
from trialwright.derive.eligibility.registry import EVALUATIONS
from trialwright.derive.eligibility.wording import describe_criterion
from trialwright.derive.numbering import number_rows
from trialwright.derive.populations import derive_inclusion
from trialwright.derive.subjects import (
    Recorded,
    derive_screening_ends,
    is_criterion_met,
    with_columns_of,
)
from trialwright.protocol.eligibility import Answer, Criterion
from trialwright.protocol.model import Protocol

CODES = {Answer.YES: "Y", Answer.NO: "N", Answer.UNKNOWN: "U"}
MODULES = (disease, history, patient)
"""The modules whose functions register themselves."""


def derive_eligibility(
    recorded: Recorded, adex: pl.DataFrame | None, protocol: Protocol
) -> pl.DataFrame:
    """Evaluate every eligibility rule of the protocol for every screened subject.

    Parameters
    ----------
    recorded : mapping
        Recorded domains by lower-case name, each with source_row; dm is required. `adbm` may
        hold what was measured on slides.
    adex : DataFrame or None
        Analysis dataset of doses, for the start of treatment.
    protocol : Protocol
        Eligibility rules and treatment start.

    Returns
    -------
    DataFrame
        One row per USUBJID and criterion, in the protocol's order; criteria that IE records and
        no rule names come last. AVALC is what the data say (Y met, N not met, U unknown) with
        AREASON and the row read (SRCDOM, SRCVAR, SRCROW, SRCVAL); IEMET what the site recorded
        (null when IE has no row); CRITFL both together: N when either says so, else Y when either
        does, else U.
    """
    entries = _list_entries(recorded, derive_inclusion(recorded, adex, protocol))
    charts = _open_charts(recorded, entries)
    site = _read_site(recorded)
    rows = [
        row
        for chart in charts
        for row in _evaluate_subject(chart, protocol.eligibility, site.get(chart.subject, {}))
    ]
    frame = pl.DataFrame(rows, schema=ADELIG.polars_schema())
    return frame.with_columns(number_rows()).sort("USUBJID", "ASEQ")


def evaluate_criterion(rule: Criterion, chart: Chart) -> Reading:
    """Evaluate one rule for one patient."""
    return EVALUATIONS[type(rule)](rule, chart)


def _list_entries(recorded: Recorded, subjects: pl.DataFrame) -> pl.DataFrame:
    """Return USUBJID, is_enrolled and entry_date: the day by which the criteria must hold."""
    ended = derive_screening_ends(recorded)
    return (
        subjects.join(ended, on="USUBJID", how="left")
        .select(
            "USUBJID",
            (col("ENRLFL") == "Y").alias("is_enrolled"),
            pl.coalesce("TRTSDT", "ENRLDT", "screened_until").alias("entry_date"),
        )
        .sort("USUBJID")
    )


def _open_charts(recorded: Recorded, entries: pl.DataFrame) -> Iterator[Chart]:
    """Yield one chart per subject, in order."""
    by_domain: dict[str, dict[str, list[Row]]] = {}
    for domain, frame in recorded.items():
        if "USUBJID" not in frame.columns:
            continue
        parts = frame.partition_by("USUBJID", as_dict=True)
        by_domain[domain] = {str(key[0]): [*part.to_dicts()] for key, part in parts.items()}
    for subject, is_enrolled, entry in entries.iter_rows():
        rows = {domain: by_subject.get(subject, []) for domain, by_subject in by_domain.items()}
        entry_date: date | None = entry
        yield Chart(subject, entry_date, is_enrolled, rows)


def _read_site(recorded: Recorded) -> dict[str, dict[str, dict[str, Any]]]:
    """Return what IE records, by subject and code: text, category, and whether it is met."""
    if "ie" not in recorded:
        return {}
    ie = with_columns_of(recorded["ie"], ("IETEST", "IECAT", "IESTRESC", "IEORRES"))
    ie = ie.with_columns(is_criterion_met().alias("is_met")).sort("USUBJID", "IETESTCD")
    site: dict[str, dict[str, dict[str, Any]]] = {}
    for row in ie.filter(col("IETESTCD").is_not_null()).iter_rows(named=True):
        known = site.setdefault(row["USUBJID"], {})
        before = known.get(row["IETESTCD"])
        if before is None or before["is_met"]:  # of two records the one that says not met
            known[row["IETESTCD"]] = row
    return site


def _evaluate_subject(
    chart: Chart, rules: Sequence[Criterion], site: Mapping[str, Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Yield one row per criterion: those of the protocol, then what IE alone has."""
    for rule in rules:
        reading = evaluate_criterion(rule, chart)
        words = (rule.rule, describe_criterion(rule), rule.ietestcd)
        yield _make_row(chart.subject, words, reading, site.get(rule.ietestcd or ""))
    named = {rule.ietestcd for rule in rules}
    for code in [code for code in site if code not in named]:
        reading = Reading(Answer.UNKNOWN, "no rule of the protocol")
        text = str(site[code]["IETEST"] or code)
        yield _make_row(chart.subject, ("", text, code), reading, site[code])


def _make_row(
    subject: str,
    words: tuple[str, str, str | None],
    reading: Reading,
    recorded: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Put one row together from what the data and the site say."""
    rule, text, code = words
    by_data = CODES[reading.answer]
    by_site = None if recorded is None else ("Y" if recorded["is_met"] else "N")
    both = {by_data, by_site}
    return {
        "USUBJID": subject,
        "CRIT": rule or None,
        "PARAM": text,
        "IETESTCD": code,
        "IETEST": None if recorded is None else recorded["IETEST"],
        "IECAT": None if recorded is None else recorded["IECAT"],
        "AVALC": by_data,
        "AREASON": reading.reason,
        "SRCDOM": reading.domain or None,
        "SRCVAR": reading.variable or None,
        "SRCROW": None if reading.row is None else reading.row.get("source_row"),
        "SRCVAL": reading.value,
        "IEMET": by_site,
        "IEROW": None if recorded is None else recorded.get("source_row"),
        "CRITFL": "N" if "N" in both else ("Y" if "Y" in both else "U"),
    }
