"""Find the tempo of a disease at which a trial's endpoint has a given true success rate."""

import numpy as np

from trialwright.core.errors import EstimateError
from trialwright.simulate.compiled import compiled
from trialwright.simulate.scenario import Scenario
from trialwright.simulate.trials import N_FACTS, STATUS, count_status, follow_patient
from trialwright.simulate.truth import (
    Course,
    Numbers,
    Rules,
    make_room,
    read_numbers,
    read_rules,
)

SEED = 20240502  # of its own: the tempo does not depend on the trials that follow
N_SEARCH, N_SLOPE, N_FINAL = 50_000, 200_000, 4_000_000
SLOWEST, FASTEST = 0.001, 100.0
STEP = 0.05  # of log tempo, on either side of where the slope is measured


def find_tempo(scenario: Scenario, rate: float) -> float:
    """Find the tempo at which a patient succeeds with probability `rate`.

    A bisection comes near; `N_FINAL` patients tell how near, with a standard error of 0.00025 or
    less, and the slope there how far to go.

    Parameters
    ----------
    scenario : Scenario
        Under whose own scans and reading the rate is met; its tempo is not used.
    rate : float
        In (0, 1).

    Returns
    -------
    float
        The factor on growth, new lesions and non-target progression.

    Raises
    ------
    EstimateError
        When no tempo gives the rate.
    """
    numbers, rules = read_numbers(scenario.model_copy(update={"tempo": 1.0})), read_rules(scenario)
    room = make_room(numbers)

    def measure(log_tempo: float, n_patients: int) -> float:
        rng = np.random.default_rng([SEED, n_patients])
        paced = _pace(numbers, float(np.exp(log_tempo)))
        return count_successes(rng, paced, rules, room, n_patients) / n_patients

    low, high = float(np.log(SLOWEST)), float(np.log(FASTEST))
    best, worst = measure(low, N_SEARCH), measure(high, N_SEARCH)
    if not worst < rate < best:
        raise EstimateError(
            f"trial.true_rate is {rate:g}, but this scenario reaches {worst:.3f} to {best:.3f} "
            "whatever the tempo of the disease. Write a rate between these."
        )
    for _ in range(12):
        middle = (low + high) / 2
        if measure(middle, N_SEARCH) > rate:
            low = middle
        else:
            high = middle
    near = (low + high) / 2
    rise = measure(near + STEP, N_SLOPE) - measure(near - STEP, N_SLOPE)
    return float(np.exp(near + (rate - measure(near, N_FINAL)) * 2 * STEP / rise))


def _pace(numbers: Numbers, tempo: float) -> Numbers:
    """Return the same truth at another tempo."""
    return numbers._replace(
        log_growth=numbers.log_growth + float(np.log(tempo)),
        new_hazard=numbers.new_hazard * tempo,
        non_target_hazard=numbers.non_target_hazard * tempo,
    )


@compiled
def count_successes(
    rng: np.random.Generator, numbers: Numbers, rules: Rules, course: Course, n_patients: int
) -> int:
    """Count the successes among patients who are followed without a data cut."""
    facts = np.empty((1, N_FACTS))
    who = (np.int64(0), 0.0)  # a literal 0 would be compiled apart from the places of a trial
    n_success = 0
    for _ in range(n_patients):
        follow_patient(rng, numbers, rules, (course, facts), who)
        n_success += count_status(facts[:, STATUS], rules)
    return n_success
