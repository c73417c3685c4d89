"""ADSCHED: what was expected of each treated patient, what was done, and how far apart they are."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

import polars as pl
from polars import col

from trialwright.datasets.analysis_conduct import ADSCHED
from trialwright.derive.awaited import LEFT_FOLLOW_UP
from trialwright.derive.dates import full_date
from trialwright.derive.numbering import number_rows
from trialwright.derive.schedule.plan import (
    BASELINE,
    PLASMA,
    SCAN,
    TISSUE,
    VISIT,
    Course,
    Planned,
    plan_course,
)
from trialwright.derive.subjects import Recorded, with_columns_of
from trialwright.protocol.model import Protocol

ON_TIME, EARLY, LATE, MISSED = "ON TIME", "EARLY", "LATE", "MISSED"
DUE, OVERDUE, PLANNED = "DUE", "OVERDUE", "PLANNED"
UNSCHEDULED = "UNSCHED"
DATED = {"VISIT": "SVSTDTC", "SCAN": "TRDTC", "SAMPLE": "BEDTC"}


class Done(NamedTuple):
    """Something that took place: what, on which day, and its recorded row."""

    name: str
    day: date
    domain: str
    row: int | None


def derive_schedule(
    recorded: Recorded, adsl: pl.DataFrame, adtte: pl.DataFrame | None, protocol: Protocol
) -> pl.DataFrame:
    """Hold what was done against what the protocol plans, for every treated patient.

    Parameters
    ----------
    recorded : mapping
        Recorded domains up to the data cut, of which sv, tr (or rs) and be are read; a kind whose
        domain was not recorded is left out.
    adsl : DataFrame
        Analysis dataset of subjects.
    adtte : DataFrame or None
        Times to events, for progressions after treatment; None when there are none.
    protocol : Protocol
        Visits, assessments, panels and the data cut.

    Returns
    -------
    DataFrame
        One row per USUBJID and thing that is due, in the order planned: PARAMCD (VISIT, BASELINE,
        SCAN, PLASMA, TISSUE), VISIT, DUEDT, WINSDT, WINEDT, ADT (null when not done), ADIFF (days
        outside the window, negative when early; else 0), AVALC, ORDFL (Y when it lies before
        what should precede it), WINFL, and the row read. AVALC is ON TIME, EARLY, LATE, MISSED,
        OVERDUE (its last day has passed and nothing later was done), DUE (its window is open) or
        PLANNED. Nothing is expected from the day on which treatment or assessments ended; of who
        stopped treatment, one overdue assessment is told and not those after it.
    """
    cut = protocol.study.data_cut
    done = {
        VISIT: _visits(recorded),
        SCAN: _scans(recorded),
        PLASMA: _samples(recorded, PLASMA),
        TISSUE: _samples(recorded, TISSUE),
    }
    ends = _progressions(adtte)
    rows = []
    treated = adsl.filter(col("ENRLFL") == "Y", col("TRTSDT").is_not_null()).sort("USUBJID")
    for subject in treated.iter_rows(named=True):
        name = subject["USUBJID"]
        mine = {
            kind: of_kind.get(name, []) for kind, of_kind in done.items() if of_kind is not None
        }
        visits = {item.name: item.day for item in mine.get(VISIT, [])}
        course = _course(subject, visits, ends.get(name))
        planned = plan_course(protocol, course, cut)
        compared = list(_compare(planned, mine, cut))
        if course.treatment_end is not None:
            compared = _until_first_overdue(compared)
        rows += [{"USUBJID": name, **row} for row in compared]
    frame = pl.DataFrame(rows, schema=ADSCHED.polars_schema())
    return frame.with_columns(number_rows()).sort("USUBJID", "ASEQ")


def _course(
    subject: Mapping[str, Any], visits: Mapping[str, date], progressed: date | None
) -> Course:
    """Return what is known of a subject: start, visits and the days on which something ended."""
    has_left = subject["DCTREAS"] in LEFT_FOLLOW_UP
    left = subject["DCTDT"] if has_left else None
    by_progression = subject["DCTDT"] if "PROGRESSI" in (subject["DCTREAS"] or "") else None
    return Course(
        start=subject["TRTSDT"],
        armcd=subject["ARMCD"],
        visits=visits,
        treatment_end=_first(subject["DCTDT"], subject["DTHDT"]),
        scans_end=_first(left, by_progression, progressed, subject["DTHDT"], subject["NACTDT"]),
    )


def _first(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)


def _progressions(adtte: pl.DataFrame | None) -> dict[str, date]:
    """Return the first progression or death of each subject, whoever read it."""
    if adtte is None:
        return {}
    events = adtte.filter(col("PARAMCD") == "PFS", col("CNSR") == 0)
    return dict(events.group_by("USUBJID").agg(col("ADT").min()).drop_nulls().iter_rows())


def _visits(recorded: Recorded) -> dict[str, list[Done]] | None:
    if "sv" not in recorded:
        return None
    sv = with_columns_of(recorded["sv"], ("SVOCCUR", "VISIT", "SVSTDTC"))
    return _collect(sv.filter(col("SVOCCUR").ne_missing("N")), "SVSTDTC", "SV")


def _scans(recorded: Recorded) -> dict[str, list[Done]] | None:
    """Return the dates of tumor assessments: of the lesions, else of the responses."""
    for domain in ("tr", "rs"):
        if domain in recorded:
            frame = with_columns_of(recorded[domain], ("VISIT", f"{domain.upper()}DTC"))
            if f"{domain.upper()}STAT" in frame.columns:
                frame = frame.filter(col(f"{domain.upper()}STAT").is_null())
            return _collect(frame, f"{domain.upper()}DTC", domain.upper())
    return None


def _samples(recorded: Recorded, kind: str) -> dict[str, list[Done]] | None:
    """Return the samples of plasma or tissue that were taken."""
    if "be" not in recorded:
        return None
    be = with_columns_of(recorded["be"], ("BECAT", "VISIT", "BEDTC", "BESTDTC"))
    be = be.with_columns(pl.coalesce("BESTDTC", "BEDTC").alias("BEDTC"))
    return _collect(be.filter(col("BECAT").str.to_uppercase() == kind), "BEDTC", "BE")


def _collect(frame: pl.DataFrame, dated: str, domain: str) -> dict[str, list[Done]]:
    """Return each subject's dated rows, one for each name and day, in order of date."""
    if "source_row" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, dtype=pl.Int64).alias("source_row"))
    rows = (
        frame.select("USUBJID", col("VISIT").fill_null(""), full_date(dated).alias("day"),
                     col("source_row").cast(pl.Int64))
        .drop_nulls("day")
        .unique(["USUBJID", "VISIT", "day"], keep="first", maintain_order=True)
        .sort("USUBJID", "day", maintain_order=True)
    )  # fmt: skip
    found: dict[str, list[Done]] = {}
    for subject, name, day, row in rows.iter_rows():
        found.setdefault(subject, []).append(Done(name, day, domain, row))
    return found


def _compare(
    planned: Iterable[Planned], done: Mapping[str, list[Done]], cut: date
) -> Iterator[dict[str, Any]]:
    """Yield a row for everything planned whose kind was recorded."""
    pairs = [(item, _find(item, done[_kind(item)])) for item in planned if _kind(item) in done]
    for place, (item, found) in enumerate(pairs):
        of_kind = [(other, held) for other, held in pairs if other.kind == item.kind]
        later = any(held for other, held in of_kind if other.due > item.due)
        status = _judge(item, found, cut, is_followed=later)
        if status is None:
            continue
        before = [held.day for other, held in pairs[:place] if held and other.kind == item.kind]
        yield {
            "PARAMCD": item.kind,
            "VISIT": item.name,
            "DUEDT": item.due,
            "WINSDT": item.first,
            "WINEDT": item.last,
            "WINFL": "Y" if item.has_window else "N",
            "ADT": found.day if found else None,
            "ADIFF": _days_outside(item, found.day) if found and item.has_window else None,
            "AVALC": status,
            "ORDFL": "Y" if found and before and found.day < max(before) else None,
            "SRCDOM": found.domain if found else None,
            "SRCROW": found.row if found else None,
        }


def _until_first_overdue(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Keep one overdue thing of each kind: who stopped treatment may have left without a word."""
    first: dict[str, date] = {}
    for row in rows:
        if row["AVALC"] == OVERDUE:
            first[row["PARAMCD"]] = min(row["DUEDT"], first.get(row["PARAMCD"], row["DUEDT"]))
    return [
        row
        for row in rows
        if row["ADT"] is not None or row["DUEDT"] <= first.get(row["PARAMCD"], row["DUEDT"])
    ]


def _kind(item: Planned) -> str:
    """Return the kind of record that shows that something was done."""
    return SCAN if item.kind == BASELINE else item.kind


def _find(item: Planned, done: list[Done]) -> Done | None:
    """Return what was done of one thing planned: by its name, or a scan by its day."""
    if item.kind == BASELINE:
        return next((held for held in reversed(done) if held.day <= item.due), None)
    if item.kind != SCAN:
        return next((held for held in done if held.name == item.name), None)
    named = [held for held in done if held.name == item.name]
    within = [held for held in done if item.first <= held.day <= item.last]
    regular = [held for held in within if not held.name.upper().startswith(UNSCHEDULED)]
    # A scan under another name counts in the window where it lies; an unscheduled one last.
    return next(iter((*named, *regular, *within)), None)


def _judge(item: Planned, found: Done | None, cut: date, *, is_followed: bool) -> str | None:
    """Return the status of one thing planned; None when it is not expected."""
    if found is not None:
        outside = _days_outside(item, found.day) if item.has_window else 0
        return EARLY if outside < 0 else (LATE if outside > 0 else ON_TIME)
    if item.until is not None and item.until <= item.last:
        return None
    if item.last >= cut:
        return DUE if item.first <= cut else PLANNED
    has_ended = item.until is not None
    return MISSED if is_followed or has_ended else OVERDUE


def _days_outside(item: Planned, day: date) -> int:
    """Return the days by which a day misses the window, negative when it is early."""
    if day < item.first:
        return (day - item.first) // timedelta(days=1)
    return max(0, (day - item.last) // timedelta(days=1))
