"""When each patient came: treatment visits with their delays, scans, screening."""

from dataclasses import dataclass
from datetime import date, timedelta

from make.courses import COURSES, UNSCHEDULED
from make.patients import CYCLE_DAYS, Patient, workday

DELAYS_DAYS = {
    "MJX-03": {"C1D15": 1},
    "MJX-04": {"C3D15": 5},
    "MJX-05": {"C2D1": 2},
    "MJX-07": {"C1D15": 2},
    "MJX-08": {"C2D1": 1, "C3D15": 2},
    "MJX-09": {"C4D15": 3, "C7D1": 2},
    "MJX-11": {"C2D1": 1, "C5D1": 3},
    "MJX-13": {"C3D1": 4, "C5D15": 3},
    "MJX-14": {"C3D1": 2},
}
WHY_UNSCHEDULED = {
    "MJX-08": "Clinical suspicion of progression",
    "MJX-11": "Scan before stopping treatment, asked for by the patient",
    "MJX-14": "Early scan to confirm progression",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit that took place; numbers rise with the planned day."""

    number: float
    name: str
    day: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Screening:
    """The dates of the screening of one person."""

    consent: date
    biopsy: date
    scan: date
    tests: date

    @property
    def visit(self) -> Visit:
        """Return the screening visit, dated by its tests."""
        return Visit(1, "SCREENING", self.tests)


def plan_screening(start: date) -> Screening:
    """Place the screening before a start of treatment.

    Parameters
    ----------
    start : date
        First dose of cyclophosphamide, or when it would have been.

    Returns
    -------
    Screening
        Consent first; all within 28 days before C1D1, on working days.
    """
    days_before = (19, 15, 10, 5)
    return Screening(*(workday(start - timedelta(days=days)) for days in days_before))


def list_treatment_visits(patient: Patient) -> list[Visit]:
    """List the visits of one patient from D-7 on.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    list of Visit
        D-7, C1D1, C1D15, C2D1, ... before the end of treatment, in order of date.
    """
    visits = [Visit(2, "D-7", patient.start)]
    delays = DELAYS_DAYS.get(patient.subject, {})
    for half_cycle in range(2 * patient.cycles):
        cycle, day = half_cycle // 2 + 1, 1 + half_cycle % 2 * CYCLE_DAYS // 2
        name = f"C{cycle}D{day}"
        planned = (cycle - 1) * CYCLE_DAYS + day
        when = patient.c1d1 + timedelta(days=planned - 1 + delays.get(name, 0))
        if when < patient.treatment_end:
            visits.append(Visit(100 + planned, name, when))
    return visits


def list_scans(patient: Patient) -> list[Visit]:
    """List the scans of one patient after the start of treatment.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    list of Visit
        WEEK 6, WEEK 12, ... and UNSCHEDULED, in order of date.
    """
    visits = list_treatment_visits(patient)
    scans: list[Visit] = []
    for week, days in COURSES[patient.subject].scans:
        when = patient.decisive_date if days is None else patient.c1d1 + timedelta(days=days)
        if week == UNSCHEDULED:
            number = max(visit.number for visit in visits + scans if visit.day <= when) + 0.1
            visit = Visit(number, "UNSCHEDULED", when, WHY_UNSCHEDULED[patient.subject])
        else:
            # One more than the treatment visit that is due on the same day.
            visit = Visit(100 + 7 * week + 2, f"WEEK {week}", when)
        scans.append(visit)
    return scans


def list_visits(patient: Patient) -> list[Visit]:
    """List all visits of one patient.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    list of Visit
        Screening, treatment visits and scans, in order of date; the screening has the date of
        its tests.
    """
    screening = plan_screening(patient.start).visit
    visits = [screening, *list_treatment_visits(patient), *list_scans(patient)]
    return sorted(visits, key=lambda visit: (visit.day, visit.number))
