"""A scenario as the numbers that the compiled functions take, and the room they work in."""

import math
from typing import Any, NamedTuple

import numpy as np

from trialwright.core.arrays import FloatArray, IntArray
from trialwright.simulate.scenario import (
    MOST_LESIONS,
    DeathFollows,
    Scenario,
    StageEnd,
    Success,
    Truth,
)

N_READERS = 3
FIRST, SECOND, LOCAL = 0, 1, 2
"""Readers: two radiologists of the central review, and the investigator."""

NEW, NON_TARGET, PROGRESSION, DEATH, LOSS, SURVIVAL = 0, 1, 2, 3, 4, 5
N_TIMES = 6
"""Places in `Course.times`, days from the start of treatment; SURVIVAL counts from progression."""

N_LESIONS, IS_SENSITIVE, N_SCANS, CHOSEN = 0, 1, 2, 3
"""Places in `Course.counts`; N_SCANS counts the rows of `day` in use after baseline."""

NADIR, BASE, PROGRESSED, LAST, PROOF, BEST = 0, 1, 2, 3, 4, 5
N_STATES = 6
"""Places in `Course.state`, by reader: mm, mm, then days, then the best response's code."""

SIZE, GROWTH, SHRINKAGE, BIAS = 0, 1, 2, 3
"""Columns of `Course.lesions`; one of BIAS a reader."""

DAY, SEES_NEW = 0, 1
"""Columns of `Course.scans`; one of SEES_NEW a reader."""

NEVER = 1e9
NOT_DONE = -1


class Numbers(NamedTuple):
    """Everything that decides the course of a patient, in days, mm and hazards per day."""

    prob_up_to: FloatArray
    lead_in: float
    interval: float
    scans_at_most: int
    delay_shape: float
    delay_scale: float
    prob_missed: float
    log_mm: float
    log_sd_mm: float
    smallest_mm: float
    log_growth: float
    sd_patient: float
    sd_lesion: float
    prob_sensitive: float
    growth_left: float
    log_shrinkage: float
    sd_shrinkage: float
    shrinkage_insensitive: float
    shrinkage_injected: float
    new_hazard: float
    non_target_hazard: float
    growth_effect: float
    hazard_left: float
    sd_measurement: float
    sd_reader: float
    sensitivity: float
    prob_unevaluable: float
    prob_first: float
    too_small: float
    absent: float
    death_before: float
    death_shape: float
    death_scale: float
    waits_for_detection: bool
    lost: float
    landmark: int
    proof_from: int
    known_from: float


class Rules(NamedTuple):
    """The design, and how a trial is run."""

    r1: int
    n1: int
    r: int
    n: int
    gap_days: float
    pause: bool
    goes_when_certain: bool
    stops_when_certain: bool
    closing_days: float
    by_dates: bool
    unknown_is_success: bool


class Course(NamedTuple):
    """The room in which one patient's course is made; filled anew for each patient.

    `lesions` has one row a lesion: size at baseline (mm), growth and shrinkage (per day), and what
    each reader adds to its log diameter. `scans` has one row a scan, baseline first: its day
    (NOT_DONE where missed), then whether each reader sees a new lesion. `mm` has one entry a scan,
    lesion and reader (NOT_DONE where not evaluable).
    """

    lesions: FloatArray
    times: FloatArray
    counts: IntArray
    scans: IntArray
    mm: IntArray
    state: FloatArray


def make_room(numbers: Numbers) -> Course:
    """Make the room for one patient at a time."""
    rows = numbers.scans_at_most + 1
    return Course(
        np.zeros((MOST_LESIONS, BIAS + N_READERS)),
        np.zeros(N_TIMES),
        np.zeros(4, dtype=np.int64),
        np.zeros((rows, SEES_NEW + N_READERS), dtype=np.int64),
        np.zeros((rows, MOST_LESIONS, N_READERS), dtype=np.int64),
        np.zeros((N_STATES, N_READERS)),
    )


def read_numbers(scenario: Scenario) -> Numbers:
    """Return a scenario's truth as numbers; its tempo acts on growth and hazards."""
    trial = scenario.trial
    known = trial.success_known_days
    before = 0 if trial.success is Success.BY_DATES else trial.scan_from_days_before
    return Numbers(
        **_read_lesions(scenario),
        **_read_scans(scenario.truth),
        **_read_events(scenario),
        landmark=trial.landmark_days,
        proof_from=trial.landmark_days - before,
        known_from=-1.0 if known is None else float(trial.landmark_days + known),
    )


def _read_lesions(scenario: Scenario) -> dict[str, Any]:
    lesions, growth = scenario.truth.lesions, scenario.truth.growth
    cumulated = np.cumsum(lesions.prob_count)
    shrinkage = growth.shrinkage_per_day
    return {
        "prob_up_to": cumulated / cumulated[-1],
        "log_mm": math.log(lesions.median_mm),
        "log_sd_mm": lesions.log_sd,
        "smallest_mm": lesions.smallest_mm,
        "log_growth": math.log(growth.rate_per_day * scenario.tempo),
        "sd_patient": growth.log_sd_patient,
        "sd_lesion": growth.log_sd_lesion,
        "prob_sensitive": growth.prob_sensitive,
        "growth_left": growth.sensitive_factor,
        "log_shrinkage": math.log(shrinkage) if shrinkage else -math.inf,
        "sd_shrinkage": growth.log_sd_shrinkage,
        "shrinkage_insensitive": growth.insensitive_shrinkage_per_day,
        "shrinkage_injected": growth.injected_shrinkage_per_day,
    }


def _read_scans(truth: Truth) -> dict[str, Any]:
    when, reading = truth.schedule, truth.reading
    return {
        "lead_in": float(when.lead_in_days),
        "interval": float(when.scan_every_days),
        "scans_at_most": when.scans_at_most,
        "delay_shape": when.delay_shape,
        "delay_scale": when.delay_scale_days,
        "prob_missed": when.prob_missed,
        "sd_measurement": reading.measurement_sd,
        "sd_reader": reading.reader_sd,
        "sensitivity": reading.new_lesion_sensitivity,
        "prob_unevaluable": reading.prob_lesion_not_evaluable,
        "prob_first": reading.prob_adjudicator_first,
        "too_small": reading.too_small_below_mm,
        "absent": reading.absent_below_mm,
    }


def _read_events(scenario: Scenario) -> dict[str, Any]:
    events, death = scenario.truth.progression, scenario.truth.death
    shape = death.after_progression_shape
    return {
        "new_hazard": events.new_lesion_per_day * scenario.tempo,
        "non_target_hazard": events.non_target_per_day * scenario.tempo,
        "growth_effect": events.log_growth_effect,
        "hazard_left": events.sensitive_factor,
        "death_before": death.before_progression_per_day,
        "death_shape": shape,
        "death_scale": death.after_progression_median_days / math.log(2) ** (1 / shape),
        "waits_for_detection": death.follows is DeathFollows.DETECTION,
        "lost": death.lost_per_day,
    }


def read_rules(scenario: Scenario) -> Rules:
    """Return how a scenario's trial is run."""
    trial, design = scenario.trial, scenario.trial.design
    return Rules(
        r1=design.r1,
        n1=design.n1,
        r=design.r,
        n=design.n,
        gap_days=365.25 / 12 / scenario.accrual.per_month,
        pause=trial.pause,
        goes_when_certain=trial.stage_1_ends is not StageEnd.COMPLETE,
        stops_when_certain=trial.stage_1_ends is StageEnd.CERTAIN,
        closing_days=trial.final_analysis_days,
        by_dates=trial.success is Success.BY_DATES,
        unknown_is_success=trial.unknown == "success",
    )
