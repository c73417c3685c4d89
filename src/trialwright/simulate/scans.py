"""Scan one patient, read the scans, and judge them as derive/response does (compiled)."""

import numpy as np

from trialwright.simulate.compiled import compiled, inlined
from trialwright.simulate.courses import progress, size_after
from trialwright.simulate.truth import (
    BASE,
    BEST,
    BIAS,
    CHOSEN,
    DAY,
    DEATH,
    FIRST,
    GROWTH,
    LAST,
    LOSS,
    N_LESIONS,
    N_SCANS,
    NADIR,
    NEVER,
    NEW,
    NON_TARGET,
    NOT_DONE,
    PROGRESSED,
    PROOF,
    SECOND,
    SEES_NEW,
    SHRINKAGE,
    SIZE,
    Course,
    Numbers,
)

PROGRESSION_MM = 5  # and 20 % over the nadir
TOO_SMALL_MM = 5
LARGEST_MM = 500  # no body holds more; growth at a constant rate knows no end
CODE_PR, CODE_SD, CODE_PD, CODE_NE, CODE_NONE = 2, 3, 5, 6, 7
FAILURE, SUCCESS, UNKNOWN = 0, 1, 2
N_CENTRAL = 2  # the first readers; the investigator comes after them


@inlined
def scan_patient(
    rng: np.random.Generator, numbers: Numbers, course: Course, until: float, n_readers: int
) -> None:
    """Make and read scans until every central reader has seen progression, or `until`.

    Parameters
    ----------
    rng : Generator
        Drawn from in a fixed order.
    numbers : Numbers
        The truth.
    course : Course
        With the patient drawn; `scans`, `mm` and `state` are filled.
    until : float
        Day of the patient after which there are no data (the data cut).
    n_readers : int
        2 for the central readers alone, 3 with the investigator.
    """
    n_lesions = course.counts[N_LESIONS]
    for k in range(n_lesions):
        for reader in range(n_readers):
            course.lesions[k, BIAS + reader] = _draw_error(rng, numbers.sd_reader)
            error = course.lesions[k, BIAS + reader] + _draw_error(rng, numbers.sd_measurement)
            seen = _read(course.lesions[k, SIZE], error, numbers.too_small, numbers.absent)
            course.mm[0, k, reader] = max(seen, int(numbers.smallest_mm))
    open_judgement(course, n_readers)
    course.times[LOSS] = min(course.times[LOSS], until)
    scan, n_progressed = 0, 0
    while scan < numbers.scans_at_most and n_progressed < N_CENTRAL:
        late = numbers.delay_scale * rng.standard_gamma(numbers.delay_shape)
        day = np.rint(numbers.lead_in + numbers.interval * (scan + 1) + late)
        is_missed = rng.random() < numbers.prob_missed
        if day > min(course.times[DEATH], course.times[LOSS]):
            break
        scan += 1
        course.scans[scan, DAY] = NOT_DONE if is_missed else int(day)
        if not is_missed:
            _read_scan(rng, numbers, course, (scan, n_readers), day)
            for reader in range(n_readers):
                judge_scan(course, scan, reader, numbers.proof_from)
            is_first = n_progressed == 0
            n_progressed = int((course.state[PROGRESSED, :N_CENTRAL] < NEVER).sum())
            if numbers.waits_for_detection and is_first and n_progressed > 0:
                progress(course, day)
    course.counts[N_SCANS] = scan


@inlined
def _read_scan(
    rng: np.random.Generator,
    numbers: Numbers,
    course: Course,
    which: tuple[int, int],
    day: float,
) -> None:
    """Read one scan: every lesion by every reader, and whether a new lesion is seen."""
    scan, n_readers = which
    lesions = course.lesions
    has_new = course.times[NEW] <= day
    for k in range(course.counts[N_LESIONS]):
        size = size_after(
            lesions[k, SIZE], lesions[k, GROWTH], lesions[k, SHRINKAGE], day - numbers.lead_in
        )
        for reader in range(n_readers):
            error = course.lesions[k, BIAS + reader] + _draw_error(rng, numbers.sd_measurement)
            seen = _read(size, error, numbers.too_small, numbers.absent)
            if numbers.prob_unevaluable > 0 and rng.random() < numbers.prob_unevaluable:
                seen = NOT_DONE
            course.mm[scan, k, reader] = seen
    for reader in range(n_readers):
        is_sharp = has_new and rng.random() < numbers.sensitivity
        course.scans[scan, SEES_NEW + reader] = int(is_sharp)


@compiled
def _draw_error(rng: np.random.Generator, sd: float) -> float:
    """Draw an error of a log diameter; nothing is drawn where there is none."""
    return sd * rng.standard_normal() if sd > 0 else 0.0


@compiled
def _read(size: float, error: float, too_small: float, absent: float) -> int:
    """Read one diameter in whole mm."""
    seen = np.rint(size * np.exp(error))
    if seen < absent:
        return 0
    return TOO_SMALL_MM if seen < too_small else min(int(seen), LARGEST_MM)


@inlined
def open_judgement(course: Course, n_readers: int) -> None:
    """Begin the judgement of every reader at baseline."""
    for reader in range(n_readers):
        total = 0
        for k in range(course.counts[N_LESIONS]):
            total += course.mm[0, k, reader]
        course.state[NADIR, reader] = course.state[BASE, reader] = total
        course.state[PROGRESSED, reader] = course.state[PROOF, reader] = NEVER
        course.state[LAST, reader] = 0.0
        course.state[BEST, reader] = CODE_NONE


@inlined
def judge_scan(course: Course, scan: int, reader: int, proof_from: int) -> None:
    """Judge one scan of one reader by RECIST 1.1; after progression nothing counts.

    The same rules as `derive.target_response` and `derive.overall_response`: all diameters are
    whole mm, so 20 % and 30 % are exact. Every patient has non-target disease that persists, so the
    best that targets gone can be is a partial response.
    """
    state, mm, n_lesions = course.state, course.mm, course.counts[N_LESIONS]
    if state[PROGRESSED, reader] < NEVER:
        return
    day = course.scans[scan, DAY]
    total, n_evaluated = 0, 0
    for k in range(n_lesions):
        if mm[scan, k, reader] != NOT_DONE:
            total += mm[scan, k, reader]
            n_evaluated += 1
    nadir = state[NADIR, reader]
    is_complete = n_evaluated == n_lesions
    growth = total - nadir
    has_grown = n_evaluated > 0 and growth >= PROGRESSION_MM and 5 * growth >= nadir
    is_new = course.scans[scan, SEES_NEW + reader] > 0 or course.times[NON_TARGET] <= day
    if is_new or (has_grown and not (is_complete and total == 0)):
        state[PROGRESSED, reader] = day
        state[BEST, reader] = min(state[BEST, reader], CODE_PD)
    elif not is_complete:
        state[BEST, reader] = min(state[BEST, reader], CODE_NE)
    else:
        state[NADIR, reader] = min(nadir, total)
        state[LAST, reader] = day
        if day >= proof_from:
            state[PROOF, reader] = min(state[PROOF, reader], day)
        best = CODE_PR if 10 * total <= 7 * state[BASE, reader] else CODE_SD
        state[BEST, reader] = min(state[BEST, reader], best)


@inlined
def judge_landmark(numbers: Numbers, course: Course, reader: int, by_dates: bool) -> int:
    """Say whether a patient is a success at the landmark, as `derive.landmark` does."""
    is_known_dead = course.times[DEATH] <= course.times[LOSS]
    death = np.floor(course.times[DEATH]) if is_known_dead else NEVER
    event = min(course.state[PROGRESSED, reader], death)
    if event <= numbers.landmark:
        return FAILURE
    if by_dates:
        end = event if event < NEVER else course.state[LAST, reader]
        return SUCCESS if end >= numbers.landmark else UNKNOWN
    return SUCCESS if course.state[PROOF, reader] < event else UNKNOWN


@inlined
def choose_reader(rng: np.random.Generator, numbers: Numbers, course: Course) -> bool:
    """Let the adjudicator choose where two readers part ways; return whether they do."""
    state = course.state
    differ = (
        state[PROGRESSED, FIRST] != state[PROGRESSED, SECOND]
        or state[BEST, FIRST] != state[BEST, SECOND]
    )
    is_first = rng.random() < numbers.prob_first
    course.counts[CHOSEN] = FIRST if is_first or not differ else SECOND
    return bool(differ)
