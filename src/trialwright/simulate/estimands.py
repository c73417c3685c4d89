"""What is true of the estimands of a scenario, found from very many patients."""

from dataclasses import dataclass

import numpy as np

from trialwright.core.arrays import BoolArray, FloatArray
from trialwright.core.units import DAYS_PER_MONTH
from trialwright.simulate.compiled import compiled
from trialwright.simulate.courses import draw_patient
from trialwright.simulate.patients import EVERY_AGENT_DAYS
from trialwright.simulate.scans import (
    CODE_PR,
    SUCCESS,
    choose_reader,
    judge_landmark,
    scan_patient,
)
from trialwright.simulate.scenario import Scenario
from trialwright.simulate.trials import find_median
from trialwright.simulate.truth import (
    BEST,
    CHOSEN,
    DEATH,
    LAST,
    LOSS,
    NEVER,
    PROGRESSED,
    Course,
    Numbers,
    make_room,
    read_numbers,
)

N_PATIENTS = 200_000
SEED = 19_890_901
SEEN, HAPPENED, DIED, RESPONDED, SUCCEEDED, TREATED = range(6)
N_FACTS = 6


@dataclass(frozen=True, slots=True)
class TrueEstimands:
    """What the estimators of a trial aim at, in the scenario's own scans and reading.

    Medians in months; None where half of the patients never get there. Survival at 12 months and
    the median of survival are those of the death times themselves; progression-free survival is
    that of the scans as they are made and read, without data cut. As in a trial, who dies or is
    lost before every agent was given is not evaluable, and not counted.
    """

    landmark_rate: float
    response_rate: float
    median_pfs_months: float | None
    median_os_months: float | None
    os_at_12_months: float


def find_true_estimands(scenario: Scenario) -> TrueEstimands:
    """Find what is true from `N_PATIENTS` patients who are followed without a data cut.

    Parameters
    ----------
    scenario : Scenario
        At its tempo.

    Returns
    -------
    TrueEstimands
        Rates with a standard error of at most 0.0012.
    """
    numbers = read_numbers(scenario)
    facts = np.empty((N_PATIENTS, N_FACTS))
    _draw_facts(np.random.default_rng(SEED), numbers, make_room(numbers), facts)
    facts = facts[facts[:, TREATED] > 0]
    event: BoolArray = facts[:, HAPPENED] > 0
    deaths: FloatArray = facts[:, DIED]
    return TrueEstimands(
        landmark_rate=float(facts[:, SUCCEEDED].mean()),
        response_rate=float(facts[:, RESPONDED].mean()),
        # A time counts the first day as day 1, as ADTTE does.
        median_pfs_months=_months(find_median(facts[:, SEEN] + 1, event)),
        median_os_months=_months(float(np.median(np.floor(deaths) + 1))),
        os_at_12_months=float((np.floor(deaths) + 1 > 12 * DAYS_PER_MONTH).mean()),
    )


def _months(days: float) -> float | None:
    return float(days) / DAYS_PER_MONTH if days < NEVER else None


@compiled
def _draw_facts(
    rng: np.random.Generator, numbers: Numbers, course: Course, facts: FloatArray
) -> None:
    """Draw patients and note what the estimands need of each."""
    all_agents = numbers.lead_in + EVERY_AGENT_DAYS
    for patient in range(len(facts)):
        draw_patient(rng, numbers, course)
        scan_patient(rng, numbers, course, NEVER, 2)
        choose_reader(rng, numbers, course)
        reader = course.counts[CHOSEN]
        is_known_dead = course.times[DEATH] <= course.times[LOSS]
        death = np.floor(course.times[DEATH]) if is_known_dead else NEVER
        event = min(course.state[PROGRESSED, reader], death)
        row = facts[patient]
        row[TREATED] = min(course.times[DEATH], course.times[LOSS]) >= all_agents
        row[HAPPENED] = event < NEVER
        row[SEEN] = event if event < NEVER else course.state[LAST, reader]
        row[DIED] = course.times[DEATH]
        row[RESPONDED] = course.state[BEST, reader] <= CODE_PR
        row[SUCCEEDED] = judge_landmark(numbers, course, reader, False) == SUCCESS
