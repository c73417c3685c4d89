"""Rules about visits and scans: their order and their windows."""

from collections.abc import Iterator

import polars as pl
from polars import col

from trialwright.datasets.dates import earliest_day, is_complete, latest_day
from trialwright.datasets.recorded import Hits, Recorded, plain
from trialwright.datasets.rules_registry import rule
from trialwright.datasets.study_facts import VisitWindow

UNSCHEDULED = "UNSCHED"


@rule(
    "VISIT-ORDER",
    "warn",
    title="A visit dated before the visit it follows",
    why="Baseline and nadir are found by order; a visit out of order is the wrong one.",
    mend="Correct the date or the visit number.",
)
def find_visits_out_of_order(recorded: Recorded) -> Iterator[Hits]:
    """Find visits that lie before the visit with the next smaller number."""
    sv = recorded.pick("sv", "USUBJID", "VISITNUM", "SVSTDTC", optional=("VISIT",))
    if sv is None:
        return
    is_planned = ~col("VISIT").fill_null("").str.to_uppercase().str.starts_with(UNSCHEDULED)
    visits = sv.filter(is_planned, col("SVSTDTC").is_not_null()).sort("USUBJID", "VISITNUM")
    visits = visits.with_columns(
        col("SVSTDTC").shift().over("USUBJID").alias("last_text"),
        col("VISITNUM").shift().over("USUBJID").alias("last_number"),
        earliest_day("SVSTDTC").shift().over("USUBJID").alias("last_date"),
    )
    rows = visits.filter(
        latest_day("SVSTDTC") < col("last_date"), col("VISITNUM") > col("last_number")
    )
    expected = pl.format("{} (VISITNUM {}) or later", col("last_text"), plain("last_number"))
    yield Hits("sv", rows, "SVSTDTC", col("SVSTDTC"), expected)


@rule(
    "VISIT-WINDOW",
    "warn",
    title="A visit outside its window",
    why="What is compared between visits assumes that they lie where the protocol puts them.",
    mend="Correct the date, or report the deviation.",
)
def find_visits_outside_windows(recorded: Recorded) -> Iterator[Hits]:
    """Find visits earlier or later than the protocol allows, seen from their anchor."""
    sv = recorded.pick("sv", "USUBJID", "VISIT", "SVSTDTC")
    if sv is None:
        return
    for window in recorded.facts.visits:
        anchors = recorded.anchors(window.anchor)
        if anchors is None or window.name == window.anchor:
            continue
        visits = sv.filter(col("VISIT") == window.name)
        visits = visits.join(anchors, on="USUBJID", maintain_order="left")
        first, last = window.offset_days + window.lower, window.offset_days + window.upper
        rows = visits.filter(
            (_days_from_anchor(latest_day("SVSTDTC")) < first)
            | (_days_from_anchor(earliest_day("SVSTDTC")) > last)
        )
        yield Hits("sv", rows, "SVSTDTC", _found_day("SVSTDTC"), _expected_days(window))


@rule(
    "SCAN-WINDOW",
    "warn",
    title="A scan outside the schedule of tumor assessments",
    why="Progression is dated by scans; early or late ones shift it.",
    mend="Correct the date, or report the deviation; an unscheduled scan has its own VISIT name.",
)
def find_scans_outside_windows(recorded: Recorded) -> Iterator[Hits]:
    """Find scans after the anchor that lie in no window of the schedule, each once."""
    schedule = recorded.facts.scans
    tr = recorded.pick("tr", "USUBJID", "TRDTC", optional=("VISIT",))
    if schedule is None or tr is None or schedule.lower == schedule.upper == 0:
        return
    anchors = recorded.anchors(schedule.anchor)
    if anchors is None:
        return
    is_planned = ~col("VISIT").fill_null("").str.to_uppercase().str.starts_with(UNSCHEDULED)
    scans = tr.filter(is_planned, is_complete("TRDTC")).unique(
        ["USUBJID", "TRDTC"], keep="first", maintain_order=True
    )
    scans = scans.join(anchors, on="USUBJID", maintain_order="left").with_columns(
        _days_from_anchor(earliest_day("TRDTC")).alias("days")
    )
    due = (col("days") / schedule.interval_days).round().clip(lower_bound=1)
    distance = col("days") - due * schedule.interval_days
    is_within = distance.is_between(schedule.lower, schedule.upper)
    rows = scans.filter(col("days") > schedule.upper, ~is_within)
    expected = pl.format(
        f"a multiple of {schedule.interval_days} days after {schedule.anchor} ({{}}), "
        f"{-schedule.lower} days earlier to {schedule.upper} days later",
        col("anchor_date").cast(pl.String),
    )
    found = pl.format("{}, {} days after", col("TRDTC"), col("days"))
    yield Hits("tr", rows, "TRDTC", found, expected)


@rule(
    "SCAN-ORDER",
    "block",
    title="A scan or response dated before that of an earlier visit",
    why="Baseline, nadir and progression follow the dates; one out of order changes all three.",
    mend="Correct the date or VISITNUM; an unscheduled scan has its own VISIT name.",
)
def find_scans_out_of_order(recorded: Recorded) -> Iterator[Hits]:
    """Find rows of TR and RS that lie before every row of the next smaller visit, a date once."""
    for domain in ("tr", "rs"):
        dated = f"{domain.upper()}DTC"
        frame = recorded.pick(domain, "USUBJID", "VISITNUM", dated, optional=("VISIT",))
        if frame is None:
            continue
        is_planned = ~col("VISIT").fill_null("").str.to_uppercase().str.starts_with(UNSCHEDULED)
        rows = frame.filter(is_planned, col(dated).is_not_null(), col("VISITNUM").is_not_null())
        starts = (
            rows.group_by("USUBJID", "VISITNUM")
            .agg(earliest_day(dated).min().alias("begun"))
            .sort("USUBJID", "VISITNUM")
            .with_columns(
                col("begun").shift().over("USUBJID").alias("last_begun"),
                col("VISITNUM").shift().over("USUBJID").alias("last_number"),
            )
        )
        late = rows.join(starts, on=["USUBJID", "VISITNUM"], maintain_order="left").filter(
            latest_day(dated) < col("last_begun")
        )
        late = late.unique(["USUBJID", "VISITNUM", dated], keep="first", maintain_order=True)
        expected = pl.format(
            "{} (VISITNUM {}) or later", col("last_begun").cast(pl.String), plain("last_number")
        )
        yield Hits(domain, late, dated, col(dated), expected)


def _days_from_anchor(day: pl.Expr) -> pl.Expr:
    """Return the days from the anchor's date to a day."""
    return (day - col("anchor_date")).dt.total_days()


def _found_day(name: str) -> pl.Expr:
    """Print a date with its study day from the anchor, without a day 0."""
    days = _days_from_anchor(earliest_day(name))
    study_day = pl.when(days >= 0).then(days + 1).otherwise(days)
    return pl.format("{} (day {})", col(name), study_day)


def _expected_days(window: VisitWindow) -> pl.Expr:
    """Print the window of a visit as study days and the dates that they are."""
    first, last = window.offset_days + window.lower, window.offset_days + window.upper
    days = " to ".join(str(day + 1 if day >= 0 else day) for day in sorted({first, last}))
    dates = [
        (col("anchor_date") + pl.duration(days=offset)).cast(pl.String) for offset in (first, last)
    ]
    if first == last:
        return pl.format(f"day {days} from {window.anchor} ({{}})", dates[0])
    return pl.format(f"day {days} from {window.anchor} ({{}} to {{}})", *dates)
