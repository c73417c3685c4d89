"""Judge the whole machine by trials whose truth is known: written as files, run as studies."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from trialwright.analyze.stage.result import StageResult
from trialwright.core.arrays import FloatArray
from trialwright.core.errors import Severity, StudyError
from trialwright.core.result import Result
from trialwright.protocol.load import is_blocked
from trialwright.report.virtual import Checked
from trialwright.simulate.estimands import TrueEstimands, find_true_estimands
from trialwright.simulate.load import vary_scenario
from trialwright.simulate.scenario import Scenario
from trialwright.simulate.study import write_study
from trialwright.simulate.tempo import find_tempo
from trialwright.stats.two_stage import TwoStageDesign, evaluate_two_stage
from trialwright.stats.two_stage_decision import Decision
from trialwright.study.analyses import list_analyses
from trialwright.study.run import run_steps
from trialwright.study.session import open_study
from trialwright.study.store import DONE
from trialwright.study.workers import Mapper, run_here

TWO_STAGE = "landmark rate of a trial that may stop"
ASKED = {
    "landmark rate": ("npr6", "rate", "low_95", "high_95", 0.95),
    "landmark rate, 90% interval": ("npr6", "rate", "low_90", "high_90", 0.90),
    TWO_STAGE: ("stage", "umvue", "low", "high", 0.95),
    "objective response rate": (
        "bor", "objective_response", "objective_response_low", "objective_response_high", 0.95,
    ),
    "median PFS, months": ("pfs", "median", "lower", "upper", 0.95),
    "median OS, months": ("os", "median", "lower", "upper", 0.95),
    "OS at 12 months": ("os", "at_12m", "low_12m", "high_12m", 0.95),
}  # fmt: skip
"""Estimates that are held against the truth: result, estimate, limits, level."""

ACTIVE = Decision.ACTIVE.value
GOES_ON = (ACTIVE, Decision.NOT_ACTIVE.value)
COUNTS = ("objective_response",)
SEED_STEP = 1_000_000
TOLERATED = 3.0  # Monte Carlo standard errors
SPARE = 1.4  # more patients than the design has: some are not evaluable
EXACT_RATE = {"truth.death.lost_per_day": 0, "truth.schedule.prob_missed": 0}
FOLLOWED_DAYS = 600
SAME_MONTHS = 1e-6


@dataclass(frozen=True, slots=True)
class Trial:
    """One virtual trial to run: a task that carries all it needs."""

    scenario: Scenario
    template: Path
    seed: int
    obeys_design: bool


@dataclass(frozen=True, slots=True)
class SelfCheck:
    """What a self-check found: its lines, and the trials that could not be run."""

    n_trials: int
    n_patients: int
    lines: tuple[Checked, ...]
    blocked: tuple[str, ...]

    @property
    def can_be_trusted(self) -> bool:
        """Whether every line holds and every trial ran."""
        return not self.blocked and all(line.is_met for line in self.lines)


def check_machine(
    scenario: Scenario, template: Path, n_trials: int, seed: int, run: Mapper = run_here
) -> SelfCheck:
    """Run virtual trials through the pipeline, and hold what comes out against the truth.

    The scenario is taken where the assumptions of the binomial figures hold: both stages enrolled,
    nobody lost or missed, everybody followed beyond the landmark, the true rate of verified success
    at p0. Then every interval must cover, every estimate be unbiased, and the decisions have the
    exact error rates, within Monte Carlo error.

    Parameters
    ----------
    scenario : Scenario
        Its biology, reading and design are used.
    template : Path
        Protocol that the virtual studies follow.
    n_trials : int
        At least 20.
    seed : int
        Trials have the seeds from seed * 1,000,000 on.
    run : Mapper
        Where the trials run.

    Returns
    -------
    SelfCheck
        One line a coverage, a bias and an error rate.
    """
    if n_trials < 20:
        raise StudyError(f"--self-check is {n_trials}, expected at least 20. Write 200.")
    paced = prepare_scenario(scenario)
    truth = find_true_estimands(paced)
    spare = {"accrual.patients": round(SPARE * paced.accrual.patients)}
    open_ended = vary_scenario(paced, spare)
    trials = [
        Trial(open_ended if obeys else paced, template, SEED_STEP * (2 * seed + obeys) + n, obeys)
        for obeys in (False, True)
        for n in range(n_trials)
    ]
    found = run(run_trial, trials)
    blocked = tuple(item["blocked"] for item in found if "blocked" in item)
    ran = [item for item in found if "blocked" not in item]
    fixed, obeying = ([item for item in ran if item["obeys"] is obeys] for obeys in (False, True))
    lines = [
        line
        for name in ASKED
        for line in _hold(name, _true_value(name, truth), obeying if name == TWO_STAGE else fixed)
    ]
    lines += _hold_decisions(paced, obeying)
    return SelfCheck(n_trials, paced.accrual.patients, tuple(lines), blocked)


def prepare_scenario(scenario: Scenario) -> Scenario:
    """Return the scenario where binomial figures are exact, at the tempo that meets p0."""
    n, rate = scenario.trial.design.n, scenario.trial.null_rate
    if rate is None:
        raise StudyError("The scenario has no trial.null_rate. Write p0 of its design there.")
    over = n / scenario.accrual.per_month * 365.25 / 12
    changes: dict[str, Any] = {
        **EXACT_RATE,
        "accrual.patients": n,
        "accrual.over_days": over,
        "accrual.cut_days": over + FOLLOWED_DAYS,
        "accrual.not_evaluable": 0,
        "accrual.screen_failures": 0,
        "trial.success": "verified",
        "trial.unknown": "failure",
        "npx": None,
        "grid": {},
    }
    exact = vary_scenario(scenario, changes)
    return exact.model_copy(update={"tempo": find_tempo(exact, rate)})


def run_trial(trial: Trial) -> dict[str, Any]:
    """Write one study, check, derive and analyze it; return the numbers that are asked for."""
    asked = [name for name in ASKED if (name == TWO_STAGE) is trial.obeys_design]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "study"
        obeys = trial.obeys_design
        write_study(trial.scenario, trial.seed, trial.template, path, obeys_design=obeys)
        study = open_study(path)
        findings = study.check()
        if is_blocked(findings):
            first = next(item for item in findings if item.severity is Severity.BLOCK)
            return {"blocked": f"seed {trial.seed}: {first.message}"}
        wanted = {ASKED[name][0] for name in asked}
        steps = [step for step in list_analyses(study.protocol) if step.name in wanted]
        reports = run_steps(steps, study.store)
        lost = [f"{report.name}: {report.reason}" for report in reports if report.status != DONE]
        if lost:
            return {"blocked": f"seed {trial.seed}: {'; '.join(lost)}"}
        results: Mapping[str, Result] = {
            step.name: study.store.load(step.name, step.result_type()) for step in steps
        }
    found: dict[str, Any] = {name: _read(results, *ASKED[name][:4]) for name in asked}
    stage = results.get("stage")
    decision = stage.decisions["first"]["decision"] if isinstance(stage, StageResult) else None
    return {"obeys": obeys, "estimates": found, "decision": decision}


def _read(
    results: Mapping[str, Result], result: str, *names: str
) -> tuple[float | None, float | None, float | None]:
    """Return an estimate and its limits; a count becomes a rate."""
    mine = results[result]
    estimate, low, high = (mine.value(name) for name in names)
    if names[0] in COUNTS and estimate is not None:
        estimate /= mine.count("n")
    return estimate, low, high


def _true_value(name: str, truth: TrueEstimands) -> float:
    values = {
        "objective response rate": truth.response_rate,
        "median PFS, months": truth.median_pfs_months,
        "median OS, months": truth.median_os_months,
        "OS at 12 months": truth.os_at_12_months,
    }
    value = values.get(name, truth.landmark_rate)
    return math.nan if value is None else value


def _hold(name: str, truth: float, ran: Sequence[Mapping[str, Any]]) -> list[Checked]:
    """Hold one estimate and its interval against the truth."""
    level = ASKED[name][4]
    estimates = [item["estimates"][name] for item in ran]
    values = np.array([math.inf if e is None else e for e, _, _ in estimates])
    covers = [
        (-math.inf if low is None else low) <= truth <= (math.inf if high is None else high)
        for _, low, high in estimates
    ]
    coverage, n = float(np.mean(covers)), len(covers)
    error = math.sqrt(level * (1 - level) / n)
    note = "at least the level, or within Monte Carlo error of it"
    lines = [
        Checked(
            name, "coverage", level, coverage, error, coverage >= level - TOLERATED * error, note
        )
    ]
    return [
        *lines,
        _hold_median(name, truth, values) if "median" in name else _hold_mean(name, truth, values),
    ]


def _hold_mean(name: str, truth: float, values: FloatArray) -> Checked:
    """Hold the mean of the trials against the truth."""
    known = values[np.isfinite(values)]
    error = float(known.std(ddof=1) / math.sqrt(len(known)))
    center = float(known.mean())
    is_met = abs(center - truth) <= TOLERATED * error
    return Checked(name, "bias", truth, center, error, is_met, "mean of the trials")


def _hold_median(name: str, truth: float, values: FloatArray) -> Checked:
    """Hold the share of trials above the truth against one half.

    Scans come in waves, so the mean of sample medians lies off the median of all patients; a
    median that is not reached lies above it.
    """
    above, at = values > truth + SAME_MONTHS, np.abs(values - truth) <= SAME_MONTHS
    share, error = float((above + 0.5 * at).mean()), math.sqrt(0.25 / len(values))
    is_met = abs(share - 0.5) <= TOLERATED * error
    return Checked(name, "share above", 0.5, share, error, is_met, "half of the trials")


def _hold_decisions(scenario: Scenario, ran: Sequence[Mapping[str, Any]]) -> list[Checked]:
    """Hold the decisions at p0 against the exact binomial figures."""
    design = scenario.trial.design
    exact = evaluate_two_stage(
        TwoStageDesign(design.r1, design.n1, design.r, design.n), scenario.trial.null_rate or 0.0
    )
    decisions = [item["decision"] for item in ran]
    goes = np.array([decision in GOES_ON for decision in decisions])
    active = np.array([decision == ACTIVE for decision in decisions])
    lines = []
    for name, truth, seen in (
        ("probability of going on at p0", 1 - exact.prob_early_stop, goes),
        ("type I error of the decision", exact.prob_reject, active),
    ):
        error = math.sqrt(truth * (1 - truth) / len(ran))
        found = float(seen.mean())
        is_met = abs(found - truth) <= TOLERATED * error
        lines.append(Checked(name, "error rate", truth, found, error, is_met, "exact binomial"))
    return lines
