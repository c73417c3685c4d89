"""Run many two-stage trials of one scenario, patient by patient and lesion by lesion (compiled)."""

import numpy as np
from numpy.typing import NDArray

from trialwright.core.arrays import FloatArray
from trialwright.simulate.compiled import compiled
from trialwright.simulate.courses import draw_patient
from trialwright.simulate.scans import (
    FAILURE,
    SUCCESS,
    UNKNOWN,
    choose_reader,
    judge_landmark,
    scan_patient,
)
from trialwright.simulate.truth import (
    CHOSEN,
    DEATH,
    FIRST,
    LAST,
    LOSS,
    NEVER,
    PROGRESSED,
    PROGRESSION,
    PROOF,
    SECOND,
    Course,
    Numbers,
    Rules,
    make_room,
)

OUTCOMES = (
    "go", "reject", "n_enrolled", "n_over_run", "decision_days", "duration_days", "n_success_first",
    "n_success", "n_analyzed", "n_true_success", "median_pfs_days", "median_true_pfs_days",
    "n_status_discordant", "n_adjudicated", "n_unknown",
)  # fmt: skip
"""What is kept of each trial. Days count from the first patient; medians are NaN when not
reached. The analyzed are those of the stages, without over-run."""

ENROLLED, KNOWN, STATUS, PFS, EVENT, TRUE_PFS, DISCORDANT, ADJUDICATED = range(8)
N_FACTS = 8


def simulate_trials(
    rng: np.random.Generator, numbers: Numbers, rules: Rules, n_trials: int
) -> FloatArray:
    """Simulate trials with one random stream.

    Parameters
    ----------
    rng : Generator
        The stream; the trials follow one another on it.
    numbers : Numbers
        The truth.
    rules : Rules
        Design and accrual.
    n_trials : int
        How many.

    Returns
    -------
    ndarray of shape (n_trials, len(OUTCOMES))
        One row a trial, columns as `OUTCOMES`.
    """
    outcomes = np.empty((n_trials, len(OUTCOMES)))
    _run_trials(rng, numbers, rules, make_room(numbers), outcomes)
    return outcomes


@compiled
def _run_trials(
    rng: np.random.Generator, numbers: Numbers, rules: Rules, course: Course, outcomes: FloatArray
) -> None:
    """Run one trial for each row of `outcomes`."""
    patients = np.empty((rules.n, N_FACTS))
    for trial in range(len(outcomes)):
        _run_trial(rng, numbers, rules, (course, patients), outcomes[trial])


@compiled
def _run_trial(
    rng: np.random.Generator,
    numbers: Numbers,
    rules: Rules,
    room: tuple[Course, FloatArray],
    outcome: FloatArray,
) -> None:
    """Run both stages of one trial."""
    patients = room[1]
    nobody = np.int64(0)  # a literal 0 would be compiled apart
    now = _enroll(rng, numbers, rules, room, (nobody, rules.n1, 0.0))
    n_first = count_status(patients[: rules.n1, STATUS], rules)
    go = n_first > rules.r1
    decision = find_decision(patients[: rules.n1], rules, go)
    n_enrolled = rules.n1
    if not rules.pause:
        while n_enrolled < rules.n:
            arrives = now + rng.exponential(rules.gap_days)
            if arrives > decision:
                break
            now = arrives
            follow_patient(rng, numbers, rules, room, (n_enrolled, now))
            n_enrolled += 1
    n_over_run = n_enrolled - rules.n1
    if go:
        _enroll(rng, numbers, rules, room, (n_enrolled, rules.n, max(now, decision)))
        n_enrolled = rules.n
    n_analyzed = rules.n if go else rules.n1
    n_success = count_status(patients[:n_analyzed, STATUS], rules)
    outcome[0], outcome[1] = go, go and n_success > rules.r
    opened = patients[0, ENROLLED]
    outcome[2], outcome[3], outcome[4] = n_enrolled, n_over_run, decision - opened
    outcome[5] = max(decision, patients[:n_enrolled, KNOWN].max()) - opened
    if go:
        outcome[5] += rules.closing_days
    outcome[6], outcome[7], outcome[8] = n_first, n_success, n_analyzed
    _summarize(numbers, patients[:n_analyzed], outcome)


@compiled
def find_decision(patients: FloatArray, rules: Rules, go: bool) -> float:
    """Find the day on which stage 1 is decided; its patients have all come by then.

    Parameters
    ----------
    patients : ndarray of shape (n1, N_FACTS)
        Those of stage 1, in the order in which they came.
    rules : Rules
        What ends the wait.
    go : bool
        Whether the trial goes on.

    Returns
    -------
    float
        Day, as ENROLLED and KNOWN have it.
    """
    if not (rules.goes_when_certain if go else rules.stops_when_certain):
        return float(patients[:, KNOWN].max())
    days = patients[:, KNOWN].copy()
    for patient in range(len(patients)):
        if is_success(patients[patient, STATUS], rules) != go:
            days[patient] = NEVER
    n_enough = rules.r1 + 1 if go else rules.n1 - rules.r1
    enough = days[np.argsort(days)[n_enough - 1]]
    return float(max(enough, patients[-1, ENROLLED]))


@compiled
def _enroll(
    rng: np.random.Generator,
    numbers: Numbers,
    rules: Rules,
    room: tuple[Course, FloatArray],
    span: tuple[int | np.int64, int, float],
) -> float:
    """Enroll and follow patients `first` to `last` from a day on; return the last one's day."""
    first, last, now = span
    for patient in range(first, last):
        now += rng.exponential(rules.gap_days)
        follow_patient(rng, numbers, rules, room, (patient, now))
    return now


@compiled
def follow_patient(
    rng: np.random.Generator,
    numbers: Numbers,
    rules: Rules,
    room: tuple[Course, FloatArray],
    who: tuple[int | np.int64, float],
) -> None:
    """Follow one patient, and note what the trial needs of it."""
    course, patients = room
    patient, now = who
    draw_patient(rng, numbers, course)
    scan_patient(rng, numbers, course, NEVER, 2)
    differ = choose_reader(rng, numbers, course)
    reader = course.counts[CHOSEN]
    status = judge_landmark(numbers, course, reader, rules.by_dates)
    other = SECOND if reader == FIRST else FIRST
    facts = patients[patient]
    facts[ENROLLED] = now
    facts[STATUS] = status
    facts[DISCORDANT] = judge_landmark(numbers, course, other, rules.by_dates) != status
    facts[ADJUDICATED] = differ
    facts[TRUE_PFS] = min(course.times[PROGRESSION], course.times[DEATH])
    is_known_dead = course.times[DEATH] <= course.times[LOSS]
    death = np.floor(course.times[DEATH]) if is_known_dead else NEVER
    event = min(course.state[PROGRESSED, reader], death)
    facts[EVENT] = event < NEVER
    facts[PFS] = event if event < NEVER else course.state[LAST, reader]
    known = float(numbers.landmark)
    if status == FAILURE:
        known = event
    elif status == SUCCESS:
        known = max(known, min(event, course.state[PROOF, reader]))
    if status != FAILURE and numbers.known_from > 0:
        known = numbers.known_from
    facts[KNOWN] = now + known


@compiled
def count_status(statuses: FloatArray, rules: Rules) -> int:
    """Count the successes."""
    n_success = 0
    for status in statuses:
        n_success += int(is_success(status, rules))
    return n_success


@compiled
def is_success(status: float, rules: Rules) -> bool:
    """Say whether a state counts as a success."""
    return bool(status == SUCCESS or (status == UNKNOWN and rules.unknown_is_success))


@compiled
def _summarize(numbers: Numbers, patients: FloatArray, outcome: FloatArray) -> None:
    """Fill in what is only told about the trial, and decides nothing."""
    n_true = 0
    for time in patients[:, TRUE_PFS]:
        n_true += int(time > numbers.landmark)
    outcome[9] = n_true
    outcome[10] = find_median(patients[:, PFS], patients[:, EVENT] > 0)
    true_pfs = patients[:, TRUE_PFS]
    outcome[11] = find_median(true_pfs, true_pfs >= 0)  # everyone's is known
    outcome[12] = patients[:, DISCORDANT].sum()
    outcome[13] = patients[:, ADJUDICATED].sum()
    outcome[14] = (patients[:, STATUS] == UNKNOWN).sum()


@compiled
def find_median(days: FloatArray, event: NDArray[np.bool_]) -> float:
    """Find the median of a Kaplan-Meier curve, as `stats.survival` does; NaN when not reached.

    A curve that stands at exactly one half reaches its median midway to the next event.
    """
    order = np.argsort(days)
    survival, flat_since = 1.0, np.nan
    n = len(days)
    place = 0
    while place < n:
        day, at_risk = days[order[place]], n - place
        n_events = 0
        while place < n and days[order[place]] == day:
            n_events += int(event[order[place]])
            place += 1
        if n_events == 0:
            continue
        if not np.isnan(flat_since):
            return float((flat_since + day) / 2)
        survival *= 1 - n_events / at_risk
        if abs(survival - 0.5) < 1e-9:
            flat_since = day
        elif survival < 0.5:
            return float(day)
    return float(flat_since)
