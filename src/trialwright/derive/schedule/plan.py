"""What the protocol plans for one patient: visits, tumor assessments, samples, with their days."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from trialwright.core.units import DAYS_PER_WEEK, days_from_day_1
from trialwright.protocol.model import Protocol
from trialwright.protocol.plan import find_planned_day
from trialwright.protocol.schedule import Visit

VISIT, SCAN, BASELINE = "VISIT", "SCAN", "BASELINE"
PLASMA, TISSUE = "PLASMA", "TISSUE"
MOST_SCANS = 200  # 23 years of scans every six weeks


@dataclass(frozen=True, slots=True)
class Course:
    """What is known of one patient: start, ends, and the dates of the visits that took place.

    `treatment_end` is the first day without study treatment, `scans_end` the day of progression,
    death, new therapy or leaving; None while it goes on. `armcd` is DM.ARMCD.
    """

    start: date
    armcd: str | None = None
    visits: Mapping[str, date] | None = None
    treatment_end: date | None = None
    scans_end: date | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """One thing that is due: between `first` and `last`, or on `due` where there is no window.

    `has_window` tells whether the protocol says how early and late it may be. What ends before
    `until` says is no longer expected.
    """

    kind: str
    name: str
    due: date
    first: date
    last: date
    has_window: bool = True
    until: date | None = None


def plan_course(protocol: Protocol, course: Course, last_day: date) -> list[Planned]:
    """List what is planned for a patient up to a day, and the next assessment after it.

    Parameters
    ----------
    protocol : Protocol
        Visits, tumor assessments and biomarker panels.
    course : Course
        The patient's start, ends and visits.
    last_day : date
        The day until which tumor assessments are laid out.

    Returns
    -------
    list of Planned
        Visits in the protocol's order, then tumor assessments, then samples.
    """
    day_1 = find_day_1(protocol, course)
    visits = list(_plan_visits(protocol, course, day_1))
    scans = list(_plan_scans(protocol, course, visits, last_day))
    return [*visits, *scans, *_plan_samples(protocol, visits)]


def find_day_1(protocol: Protocol, course: Course) -> date:
    """Return the date of day 1: the visit of that day, or where the start of treatment puts it."""
    name = next((visit.name for visit in protocol.visits if visit.day == 1), None)
    held = (course.visits or {}).get(name or "")
    if held is not None:
        return held
    arm = next((arm for arm in protocol.arms if arm.armcd == course.armcd), None)
    planned = [find_planned_day(protocol, arm, a.start) for a in arm.agents] if arm else []
    first = min((day for day in planned if day is not None), default=1)
    return course.start - timedelta(days=days_from_day_1(first))


def _plan_visits(protocol: Protocol, course: Course, day_1: date) -> Iterator[Planned]:
    """Yield the visits, which are expected while treatment goes on."""
    dates = {
        v.name: day_1 + timedelta(days_from_day_1(v.day))
        for v in protocol.visits
        if v.day is not None
    }
    held = {**dates, **(course.visits or {})}
    for visit in protocol.visits:
        if visit.day is not None:
            yield _plan_on_day(visit, dates[visit.name], course.treatment_end)
        elif visit.within_days_before is not None and visit.of in held:
            last = held[visit.of]
            first = last - timedelta(days=visit.within_days_before)
            yield Planned(VISIT, visit.name, last, first, last)


def _plan_on_day(visit: Visit, due: date, until: date | None) -> Planned:
    early, late = visit.window or (0, 0)
    first, last = due + timedelta(days=early), due + timedelta(days=late)
    return Planned(VISIT, visit.name, due, first, last, visit.window is not None, until)


def _plan_scans(
    protocol: Protocol, course: Course, visits: list[Planned], last_day: date
) -> Iterator[Planned]:
    """Yield the baseline and the assessments every so many weeks, one beyond the last day."""
    tumor = protocol.assessments.tumor
    if tumor is None:
        return
    oldest = course.start - timedelta(days=tumor.baseline_within_days)
    yield Planned(BASELINE, "BASELINE", course.start, oldest, course.start)
    of_visits = {planned.name: planned.due for planned in visits} | dict(course.visits or {})
    anchor = of_visits.get(tumor.from_, course.start)
    early, late = tumor.window
    for number in range(1, MOST_SCANS):
        weeks = number * tumor.every_weeks
        due = anchor + timedelta(days=round(weeks * DAYS_PER_WEEK))
        yield Planned(
            SCAN, f"WEEK {weeks:g}", due, due + timedelta(days=early), due + timedelta(days=late),
            (early, late) != (0, 0), course.scans_end,
        )  # fmt: skip
        if due > last_day:
            return


def _plan_samples(protocol: Protocol, visits: list[Planned]) -> Iterator[Planned]:
    """Yield the samples of plasma and tissue, due with their visits."""
    sampled = {
        PLASMA: [name for panel in protocol.biomarkers.plasma for name in panel.visits],
        TISSUE: [name for stain in protocol.biomarkers.tissue for name in stain.visits],
    }
    by_name = {planned.name: planned for planned in visits}
    for kind, names in sampled.items():
        for name in dict.fromkeys(names):
            if name in by_name:
                at = by_name[name]
                yield Planned(
                    kind, name, at.due, at.first, at.last, has_window=False, until=at.until
                )
