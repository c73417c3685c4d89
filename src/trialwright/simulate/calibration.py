"""Describe many virtual trials of a scenario as a publication describes one: calibration."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from trialwright.core.arrays import FloatArray
from trialwright.core.units import DAYS_PER_MONTH
from trialwright.simulate.patients import CYCLE_DAYS, Patient, chosen_reader, draw_patients
from trialwright.simulate.scans import CODE_PR, CODE_SD
from trialwright.simulate.scenario import Scenario
from trialwright.simulate.trials import find_median
from trialwright.simulate.truth import BEST, LAST, LOCAL, NEVER, PROGRESSED

CHUNK_TRIALS = 50
QUANTILES = (0.025, 0.25, 0.50, 0.75, 0.975)
QUANTITIES = (
    "non-progressions at 6 months",
    "BOR PD, or no scan to tell",
    "BOR SD",
    "BOR PR",
    "median PFS, months",
    "median OS, months (among trials reaching it)",
    "deaths in follow-up",
    "reverse-KM median follow-up, months",
    "total cycles",
    "median cycles",
    "max cycles",
    "CD8 mean fold change",
    "CD8 min fold change",
    "CD8 max fold change",
    "CD8 pairs increased",
)
"""What is compared, in this order."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some trials of one scenario; a task that carries its seeds."""

    scenario: Scenario
    seeds: tuple[int, ...]


Mapper = Callable[[Callable[[Any], Any], Sequence[Any]], Any]


def calibrate(scenario: Scenario, n_trials: int, seed: int, run: Mapper) -> pl.DataFrame:
    """Describe a scenario's trials as a publication describes one.

    Parameters
    ----------
    scenario : Scenario
        At its own tempo, patients and data cut.
    n_trials : int
        How many.
    seed : int
        Trials have the seeds from seed * 1,000,000 on.
    run : Mapper
        Where they run.

    Returns
    -------
    DataFrame
        One row a quantity, in the order of `QUANTITIES`: quantity, mean, and the quantiles q2.5,
        q25, q50, q75, q97.5; trials without a value are left out of its row.
    """
    seeds = [seed * 1_000_000 + number for number in range(n_trials)]
    batches = [
        Batch(scenario, tuple(seeds[first : first + CHUNK_TRIALS]))
        for first in range(0, n_trials, CHUNK_TRIALS)
    ]
    values = np.concatenate(list(run(run_batch, batches)))
    rows = []
    for name, column in zip(QUANTITIES, values.T, strict=True):
        known = column[~np.isnan(column)]
        spread = np.quantile(known, QUANTILES) if len(known) else np.full(len(QUANTILES), np.nan)
        names = [f"q{100 * share:g}" for share in QUANTILES]
        mean = float(known.mean()) if len(known) else None
        rows.append({"quantity": name, "mean": mean, **dict(zip(names, spread, strict=True))})
    return pl.DataFrame(rows)


def run_batch(batch: Batch) -> FloatArray:
    """Describe the trials of one batch; one row a trial, columns as `QUANTITIES`."""
    return np.array([_describe(batch.scenario, seed) for seed in batch.seeds])


def _describe(scenario: Scenario, seed: int) -> list[float]:
    """Describe one trial."""
    patients = draw_patients(scenario, seed)
    evaluable = [patient for patient in patients if patient.is_evaluable]
    times = np.array([_find_times(patient) for patient in evaluable])
    pfs, event, survival, died = times.T
    free = pfs > scenario.trial.landmark_days
    best = [int(p.course.state[BEST, chosen_reader(p)]) for p in evaluable]
    cycles = np.array([_count_cycles(patient) for patient in patients])
    return [
        float(free.sum()),
        float(sum(code not in (CODE_SD, CODE_PR) for code in best)),
        float(sum(code == CODE_SD for code in best)),
        float(sum(code == CODE_PR for code in best)),
        find_median(pfs + 1, event > 0) / DAYS_PER_MONTH,
        find_median(survival + 1, died > 0) / DAYS_PER_MONTH,
        float(died.sum()),
        find_median(survival + 1, died == 0) / DAYS_PER_MONTH,
        float(cycles.sum()),
        float(np.median(cycles)),
        float(cycles.max()),
        *_describe_cells(scenario, evaluable, seed),
    ]


def _find_times(patient: Patient) -> tuple[float, float, float, float]:
    """Return PFS in days and whether it ended, survival and whether the patient died."""
    reader = chosen_reader(patient)
    followed = float((patient.last_date - patient.start).days)
    progressed = patient.course.state[PROGRESSED, reader]
    if progressed < NEVER:
        return float(progressed), 1.0, followed, float(patient.died)
    if patient.died:
        return followed, 1.0, followed, 1.0
    return float(patient.course.state[LAST, reader]), 0.0, followed, 0.0


def _count_cycles(patient: Patient) -> float:
    """Count the cycles that were begun."""
    if not patient.is_evaluable:
        return 1.0
    progressed = patient.course.state[PROGRESSED, LOCAL]
    end = patient.treatment_end if progressed >= NEVER else patient.after(int(progressed))
    return max(1.0, float(np.ceil((end - patient.c1d1).days / CYCLE_DAYS)))


def _describe_cells(
    scenario: Scenario, evaluable: Sequence[Patient], seed: int
) -> tuple[float, float, float, float]:
    """Return mean, least and largest fold change of CD8-positive cells, and how many rose."""
    cd8 = scenario.cd8
    if cd8 is None:
        return (np.nan,) * 4
    rng = np.random.default_rng([seed, 7])
    n_pairs = round(cd8.prob_paired * len(evaluable))
    fold = np.exp(cd8.log_fold_mean + cd8.log_fold_sd * rng.standard_normal(n_pairs))
    if not n_pairs:
        return (np.nan,) * 4
    return float(fold.mean()), float(fold.min()), float(fold.max()), float((fold > 1).sum())
