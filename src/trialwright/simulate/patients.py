"""The patients of one virtual study: each with its course, and the dates that follow from it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from trialwright.simulate.compiled import compiled
from trialwright.simulate.courses import draw_patient
from trialwright.simulate.scans import SUCCESS, choose_reader, judge_landmark, scan_patient
from trialwright.simulate.scenario import Scenario, Success
from trialwright.simulate.truth import (
    CHOSEN,
    DAY,
    DEATH,
    LOCAL,
    LOSS,
    N_LESIONS,
    N_READERS,
    N_SCANS,
    NEVER,
    NOT_DONE,
    PROGRESSED,
    Course,
    Numbers,
    make_room,
    read_numbers,
)

OPENING = date(2021, 1, 11)
CYCLE_DAYS = 28
EVERY_AGENT_DAYS = CYCLE_DAYS // 2  # after the first injection
WITHDRAWN_AFTER_DAYS = 18.0  # who does not get every agent withdraws before the second one


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit that took place; numbers rise with the planned day."""

    number: int
    name: str
    day: date


@dataclass(frozen=True, slots=True)
class Patient:
    """A virtual patient: what is true, what was seen, and the data cut."""

    number: int
    study: str
    start: date
    cut: date
    lead_in_days: int
    interval_days: int
    course: Course
    is_evaluable: bool

    @property
    def subject(self) -> str:
        """USUBJID."""
        return f"{self.study}-{self.number:03d}"

    @property
    def c1d1(self) -> date:
        """The date of the first injection."""
        return self.after(self.lead_in_days)

    @property
    def died(self) -> bool:
        """Whether the death is known at the data cut."""
        return bool(self.course.times[DEATH] <= self.course.times[LOSS])

    @property
    def last_date(self) -> date:
        """The date of death or of the last contact."""
        days = min(self.course.times[DEATH], self.course.times[LOSS])
        return self.after(int(np.floor(days)))

    @property
    def local_progression(self) -> date | None:
        """The date at which the investigator saw progression."""
        days = self.course.state[PROGRESSED, LOCAL]
        return None if days >= NEVER else self.after(int(days))

    @property
    def treatment_end(self) -> date:
        """The first day without study treatment: progression, else the last contact."""
        return self.stopped or self.last_date

    @property
    def stopped(self) -> date | None:
        """The day on which treatment was given up; None while it goes on."""
        if not self.is_evaluable:
            return self.c1d1 + timedelta(days=1)
        central = max(self.course.state[PROGRESSED, 0], self.course.state[PROGRESSED, 1])
        # The investigator who sees no progression is told when both radiologists have.
        told = self.after(int(central) + 7) if central < NEVER else None
        days = [day for day in (self.local_progression, told) if day and day <= self.last_date]
        return min(days) if days else None

    def after(self, days: int) -> date:
        """Return the date some days after the start of treatment."""
        return self.start + timedelta(days=days)

    def rng(self, topic: int, seed: int) -> np.random.Generator:
        """Return a random stream of this patient's own; topics do not disturb each other."""
        return np.random.default_rng([seed, 1, self.number, topic])

    def list_scans(self) -> Iterator[tuple[int, Visit]]:
        """Yield the scans that were made after baseline: row of the course, and visit."""
        for row in range(1, int(self.course.counts[N_SCANS]) + 1):
            day = int(self.course.scans[row, DAY])
            if day != NOT_DONE:
                week = round(row * self.interval_days / 7)
                yield row, Visit(102 + 7 * week, f"WEEK {week}", self.after(day))

    def list_treatment_visits(self) -> list[Visit]:
        """List D-7, C1D1, C1D15, C2D1, ... before the end of treatment."""
        visits = [Visit(2, f"D-{self.lead_in_days}", self.start)] if self.lead_in_days else []
        day, half = self.c1d1, 0
        while day < self.treatment_end and day <= self.last_date:
            cycle, within = half // 2 + 1, 1 + half % 2 * CYCLE_DAYS // 2
            visits.append(Visit(100 + half * CYCLE_DAYS // 2 + 1, f"C{cycle}D{within}", day))
            half += 1
            day = self.c1d1 + timedelta(days=half * CYCLE_DAYS // 2)
        return visits


def draw_patients(scenario: Scenario, seed: int) -> list[Patient]:
    """Draw the patients of one virtual study.

    Parameters
    ----------
    scenario : Scenario
        At its tempo; `accrual` says how many come, over how many days, and when data are cut.
    seed : int
        The same seed gives the same patients.

    Returns
    -------
    list of Patient
        In order of the start of treatment.
    """
    accrual, numbers = scenario.accrual, read_numbers(scenario)
    rng = np.random.default_rng([seed, 0])
    offsets = np.sort(rng.uniform(0, accrual.over_days, accrual.patients))
    starts = [OPENING + timedelta(days=int(offset)) for offset in offsets]
    cut = OPENING + timedelta(days=int(accrual.cut_days))
    patients = []
    for number, start in enumerate(starts, 1):
        is_evaluable = number <= accrual.patients - accrual.not_evaluable
        limit = float((cut - start).days) if is_evaluable else WITHDRAWN_AFTER_DAYS
        course = make_room(numbers)
        _draw_course(rng, numbers, course, limit)
        patients.append(
            Patient(
                number, scenario.id, start, cut, scenario.truth.schedule.lead_in_days,
                scenario.truth.schedule.scan_every_days, course, is_evaluable,
            )
        )  # fmt: skip
    return patients


def keep_by_design(patients: Sequence[Patient], scenario: Scenario) -> list[Patient]:
    """Keep the patients whom a trial that obeys its design enrolls.

    Parameters
    ----------
    patients : sequence of Patient
        In order of inclusion, more than the design needs.
    scenario : Scenario
        Its design, and what counts as a success.

    Returns
    -------
    list of Patient
        Up to the last evaluable one of stage 1 when it stops, of both stages when it goes on.
    """
    design, numbers = scenario.trial.design, read_numbers(scenario)
    by_dates = scenario.trial.success is Success.BY_DATES
    every_agent = timedelta(days=EVERY_AGENT_DAYS)
    evaluable = [p for p in patients if p.is_evaluable and p.last_date >= p.c1d1 + every_agent]
    n_success = sum(
        _judge(numbers, patient.course, by_dates) == SUCCESS for patient in evaluable[: design.n1]
    )
    last = evaluable[(design.n if n_success > design.r1 else design.n1) - 1]
    return [patient for patient in patients if patient.number <= last.number]


@compiled
def _judge(numbers: Numbers, course: Course, by_dates: bool) -> int:
    """Judge the accepted reading at the landmark."""
    return judge_landmark(numbers, course, course.counts[CHOSEN], by_dates)


@compiled
def _draw_course(rng: np.random.Generator, numbers: Numbers, course: Course, until: float) -> None:
    """Draw one patient, read the scans by all readers, and choose between the central ones."""
    draw_patient(rng, numbers, course)
    scan_patient(rng, numbers, course, until, N_READERS)
    choose_reader(rng, numbers, course)


def count_lesions(patient: Patient) -> int:
    """Return the number of target lesions."""
    return int(patient.course.counts[N_LESIONS])


def chosen_reader(patient: Patient) -> int:
    """Return the central reader whose reading was accepted."""
    return int(patient.course.counts[CHOSEN])
