"""Draw one patient: lesions that grow and shrink, progression, death, loss (compiled)."""

import numpy as np

from trialwright.core.arrays import FloatArray
from trialwright.simulate.compiled import compiled, inlined
from trialwright.simulate.truth import (
    DEATH,
    GROWTH,
    IS_SENSITIVE,
    LOSS,
    N_LESIONS,
    NEVER,
    NEW,
    NON_TARGET,
    PROGRESSION,
    SHRINKAGE,
    SIZE,
    SURVIVAL,
    Course,
    Numbers,
)

LAST_DAY = 1500.0  # a tumor that has not progressed by then never does
GROWTH_MM, GROWTH_FACTOR = 5.0, 1.2  # over the nadir
SMALL_MM, SMALL_DAYS = 1e-6, 0.01


@inlined
def draw_patient(rng: np.random.Generator, numbers: Numbers, course: Course) -> None:
    """Draw a patient's lesions and events in continuous time into `course`.

    Parameters
    ----------
    rng : Generator
        Drawn from in a fixed order.
    numbers : Numbers
        The truth.
    course : Course
        Room; `lesions`, `times` and `counts` are filled.

    References
    ----------
    Stein WD, et al. Oncologist 2008;13:1046-1054 (growth and regression rates).
    """
    frailty = _draw_lesions(rng, numbers, course)
    effect = np.exp(numbers.growth_effect * frailty)
    if course.counts[IS_SENSITIVE]:
        effect *= numbers.hazard_left
    course.times[NEW] = _wait(rng.standard_exponential(), numbers.new_hazard * effect)
    course.times[NON_TARGET] = _wait(rng.standard_exponential(), numbers.non_target_hazard * effect)
    course.times[PROGRESSION] = find_progression(numbers, course)
    before = _wait(rng.standard_exponential(), numbers.death_before)
    course.times[SURVIVAL] = numbers.death_scale * rng.weibull(numbers.death_shape)
    course.times[DEATH] = before
    if not numbers.waits_for_detection:
        progress(course, course.times[PROGRESSION])
    course.times[LOSS] = _wait(rng.standard_exponential(), numbers.lost)


@inlined
def progress(course: Course, day: float) -> None:
    """Let the time to death run from progression, if the patient lives to see it."""
    if day <= course.times[DEATH]:
        course.times[DEATH] = day + course.times[SURVIVAL]


@inlined
def _draw_lesions(rng: np.random.Generator, numbers: Numbers, course: Course) -> float:
    """Draw the lesions; return the patient's frailty."""
    chance = rng.random()
    n_lesions = 1
    while n_lesions < len(numbers.prob_up_to) and chance > numbers.prob_up_to[n_lesions - 1]:
        n_lesions += 1
    is_sensitive = rng.random() < numbers.prob_sensitive
    frailty = numbers.sd_patient * rng.standard_normal()
    left, shrinkage = 1.0, numbers.shrinkage_insensitive
    if is_sensitive:
        left = numbers.growth_left
        shrinkage = np.exp(numbers.log_shrinkage + numbers.sd_shrinkage * rng.standard_normal())
    for k in range(n_lesions):
        size = np.exp(numbers.log_mm + numbers.log_sd_mm * rng.standard_normal())
        course.lesions[k, SIZE] = max(numbers.smallest_mm, size)
        own = numbers.sd_lesion * rng.standard_normal()
        course.lesions[k, GROWTH] = left * np.exp(numbers.log_growth + frailty + own)
        # The first lesion is the injected one.
        course.lesions[k, SHRINKAGE] = shrinkage + (numbers.shrinkage_injected if k == 0 else 0.0)
    course.counts[N_LESIONS] = n_lesions
    course.counts[IS_SENSITIVE] = int(is_sensitive)
    return frailty


@inlined
def _wait(unit: float, hazard: float) -> float:
    """Return a waiting time in days from a standard exponential one."""
    return unit / hazard if hazard > 0 else NEVER


@compiled
def find_progression(numbers: Numbers, course: Course) -> float:
    """Find the day of true progression, seen continuously and without error.

    The true sum of diameters is a sum of exponentials, hence convex: it falls to one nadir and
    rises from there, and reaches 20 % and 5 mm above it once. New lesions and progression of
    non-target lesions may come first.

    Returns
    -------
    float
        Days from the start of treatment; `NEVER` without progression.
    """
    events = min(course.times[NEW], course.times[NON_TARGET])
    n_lesions, lesions = course.counts[N_LESIONS], course.lesions
    end = min(events, LAST_DAY) - numbers.lead_in
    if end <= 0:
        return float(events)
    begin, nadir = 0.0, sum_at(lesions, n_lesions, 0.0)
    if slope_at(lesions, n_lesions, 0.0) < 0:
        begin = _find_lowest(lesions, n_lesions, end)
        nadir = sum_at(lesions, n_lesions, begin)
    limit = max(nadir + GROWTH_MM, GROWTH_FACTOR * nadir)
    excess = sum_at(lesions, n_lesions, end) - limit
    if excess < 0:
        return float(min(events, NEVER))
    # Newton's method from the right: on a convex rising curve it never overshoots.
    day = end
    while excess > SMALL_MM and day > begin:
        day -= excess / slope_at(lesions, n_lesions, day)
        excess = sum_at(lesions, n_lesions, day) - limit
    return float(numbers.lead_in + max(day, begin))


@compiled
def _find_lowest(lesions: FloatArray, n_lesions: int, end: float) -> float:
    """Find the day of the smallest sum until `end`."""
    if slope_at(lesions, n_lesions, end) <= 0:
        return end
    low, high = 0.0, end
    while high - low > SMALL_DAYS:
        middle = (low + high) / 2
        if slope_at(lesions, n_lesions, middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@compiled
def sum_at(lesions: FloatArray, n_lesions: int, days: float) -> float:
    """Return the true sum of diameters in mm, `days` after the first injection."""
    total = 0.0
    for k in range(n_lesions):
        total += size_after(lesions[k, SIZE], lesions[k, GROWTH], lesions[k, SHRINKAGE], days)
    return total


@compiled
def slope_at(lesions: FloatArray, n_lesions: int, days: float) -> float:
    """Return how fast the true sum of diameters rises, mm per day."""
    slope = 0.0
    for k in range(n_lesions):
        growth, shrinkage = lesions[k, GROWTH], lesions[k, SHRINKAGE]
        rise = growth * np.exp(growth * days) - shrinkage * np.exp(-shrinkage * days)
        slope += lesions[k, SIZE] * rise
    return slope


@compiled
def size_after(size: float, growth: float, shrinkage: float, days: float) -> float:
    """Return the true diameter of a lesion in mm, `days` after the first injection."""
    return float(size * (np.exp(-shrinkage * days) + np.exp(growth * days) - 1))
