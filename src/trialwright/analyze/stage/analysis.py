"""The decision of a two-stage design: who counts, what the rule says, what it cost."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
from polars import col

from trialwright.analyze.stage.attained import add_attained_rules, find_kinds
from trialwright.analyze.stage.result import ALL, ENROLLED, OBSERVED, StageResult
from trialwright.core.ledger import Ledger, Stat
from trialwright.core.result import Method
from trialwright.derive.awaited import date_of_landmark, is_awaited
from trialwright.derive.landmark import FAILURE, SUCCESS, UNKNOWN
from trialwright.derive.reads import is_under_read
from trialwright.protocol.design import Design
from trialwright.protocol.endpoints import AnalysisRead
from trialwright.protocol.estimands import Landmark, Unknown
from trialwright.stats.two_stage import TwoStageDesign, evaluate_two_stage
from trialwright.stats.two_stage_decision import Circumstances, Decision, decide_two_stage
from trialwright.stats.two_stage_inference import infer_two_stage

LEVEL = 0.95
LOOKS = {OBSERVED: "first by order", ALL: "all evaluable", ENROLLED: "all enrolled"}
REFERENCES = (
    "Simon R. Control Clin Trials 1989;10:1-10. "
    "Jung SH, Kim KM. Stat Med 2004;23:881-896. Green SJ, Dahlberg S. Stat Med 1992;11:853-862."
)


def analyze_stage(
    adrs: pl.DataFrame,
    adsl: pl.DataFrame,
    design: Design,
    endpoint: Landmark,
    cut: tuple[Mapping[str, tuple[str, str]], date, str],
    read: AnalysisRead,
) -> StageResult:
    """Decide the design's stage from the evaluable patients in order of inclusion.

    Parameters
    ----------
    adrs, adsl : DataFrame
        Analysis datasets; statuses of the endpoint, ENRLNUM the order of inclusion.
    design : Design
        The protocol's two-stage design.
    endpoint : Landmark
        The endpoint that the design counts, and its population.
    cut : tuple
        Population name to (flag, name in print), the data cut (a patient whose landmark lies after
        it, who had no event and did not leave is awaited), and the ARMCD of the design's arm.
    read : AnalysisRead
        The reading that the analysis uses.

    Returns
    -------
    StageResult
        Planned and attained counts, the decision by the first n1 (or n) in order, the errors of
        the same bound kept for all evaluable and for all enrolled, estimate and exact interval.
    """
    populations, data_cut, armcd = cut
    adsl = adsl.filter(col("ARMCD") == armcd)
    bounds = TwoStageDesign(design.stage_1.r1, design.stage_1.n1, design.total.r, design.total.n)
    included = list_included(adsl, _statuses(adrs, endpoint, read), endpoint, data_cut)
    members = included.filter(col(populations[endpoint.population][0]) == "Y")
    enrolled, evaluable = (rows.filter(~col("is_awaited")) for rows in (included, members))
    size = _size_decided_on(bounds, members)
    # Who comes after the planned number must not stand in for one of it who is awaited.
    first = members.head(size).filter(~col("is_awaited"))
    ledger = Ledger()
    looks = {OBSERVED: first, ALL: evaluable, ENROLLED: enrolled}
    decisions = {key: _decide(ledger, key, bounds, design, rows) for key, rows in looks.items()}
    awaited = members.filter("is_awaited")
    _add_patients(ledger, awaited, members.slice(size).filter(~col("is_awaited")))
    _add_plan(ledger, bounds, design)
    _add_estimate(ledger, bounds, design, first)
    rules = add_attained_rules(ledger, bounds, design, _attained(members))
    return StageResult(
        id="stage",
        title="Two-stage design and decision",
        method=_method(design),
        data=ledger.data,
        basis=ledger.basis,
        bounds=[bounds.r1, bounds.n1, bounds.r, bounds.n],
        decisions=decisions,
        kinds=find_kinds(bounds, design),
        rules=rules,
        path=_path(evaluable, endpoint.unknown),
        awaited=awaited.select("USUBJID", "ENRLNUM", "landmark"),
    )


def _size_decided_on(bounds: TwoStageDesign, members: pl.DataFrame) -> int:
    """Return how many patients the decision reads: those of both stages, once all are known.

    A trial that went on although its first stage said stop is decided by that stage.
    """
    stage_1 = members.head(bounds.n1)
    successes = stage_1.filter(col("AVALC") == SUCCESS).height
    has_stopped = successes <= bounds.r1 and not stage_1["is_awaited"].any()
    is_full = members.filter(~col("is_awaited")).height >= bounds.n
    return bounds.n if is_full and not has_stopped else bounds.n1


def _attained(members: pl.DataFrame) -> pl.DataFrame:
    """Return the evaluable once nobody is awaited; until then no size has been attained."""
    return members.clear() if members["is_awaited"].any() else members


def _add_patients(ledger: Ledger, awaited: pl.DataFrame, beyond: pl.DataFrame) -> None:
    """Add who is awaited, and who is evaluable beyond the plan."""
    stat = Stat("awaited", awaited.height, "n", "Evaluable, outcome awaited")
    ledger.add(stat, "ADSL", awaited)
    stat = Stat("over_run", beyond.height, "n", "Evaluable beyond the plan")
    ledger.add(stat, "ADSL", beyond)


def _method(design: Design) -> Method:
    """Return the method with every setting in force."""
    settings = {"decided on": design.decide_on.value, "patients beyond it": design.over_run.value}
    return Method("Two-stage design", settings, REFERENCES)


def _statuses(adrs: pl.DataFrame, endpoint: Landmark, read: AnalysisRead) -> pl.DataFrame:
    """Return the endpoint's rows under the read."""
    return adrs.filter((col("PARAMCD") == endpoint.paramcd) & is_under_read(read))


def _path(evaluable: pl.DataFrame, unknown: Unknown) -> pl.DataFrame:
    """Return the outcome of each patient in order of inclusion, as the protocol counts it."""
    outcome = col("AVALC")
    if unknown is Unknown.FAILURE:
        outcome = outcome.replace(UNKNOWN, FAILURE)
    return evaluable.select("USUBJID", "ENRLNUM", outcome.alias("AVALC"))


def list_included(
    adsl: pl.DataFrame, statuses: pl.DataFrame, endpoint: Landmark, data_cut: date
) -> pl.DataFrame:
    """Return the enrolled in order of inclusion with AVALC, landmark (date) and is_awaited."""
    joined = adsl.filter(col("ENRLFL") == "Y").join(
        statuses.select("USUBJID", "ASEQ", "AVALC"), on="USUBJID", how="left"
    )
    at = endpoint.at_months, endpoint.at_days
    return (
        joined.with_columns(
            col("AVALC").fill_null(UNKNOWN), date_of_landmark(*at).alias("landmark")
        )
        .with_columns(is_awaited(pl.lit(data_cut), *at).alias("is_awaited"))
        .sort("ENRLNUM")
    )


def _decide(
    ledger: Ledger, key: str, bounds: TwoStageDesign, design: Design, rows: pl.DataFrame
) -> dict[str, Any]:
    """Add one look's counts and errors; return its decision."""
    if rows.is_empty():
        return _decide_nothing(ledger, key, rows)
    successes = rows.filter(col("AVALC") == SUCCESS)
    look = decide_two_stage(
        bounds,
        successes.height,
        rows.height,
        design.p0,
        design.p1,
        Circumstances(keep_rule=key != OBSERVED, alpha=design.alpha),
    )
    label = LOOKS[key]
    ledger.add_members(Stat(f"{key}_n", rows.height, "n", f"Patients, {label}"), "ADRS", rows, None)
    stat = Stat(f"{key}_successes", successes.height, "n", f"Successes, {label}")
    ledger.add_members(stat, "ADRS", successes, None)
    for name, value in (("alpha", look.exact_alpha), ("power", look.exact_power)):
        words = {"alpha": "Type I error", "power": "Power"}[name]
        ledger.add_members(
            Stat(f"{key}_{name}", value, name, f"{words}, {label}"), "ADRS", rows, None
        )
    return {
        "decision": look.decision.value,
        "reason": look.reason,
        "certain": look.certain,
        "stage": look.stage,
        "reachable": list(look.reachable),
        "as_planned": look.as_planned,
        "exact_alpha": look.exact_alpha,
        "exact_power": look.exact_power,
        "warnings": list(look.warnings),
    }


def _decide_nothing(ledger: Ledger, key: str, nobody: pl.DataFrame) -> dict[str, Any]:
    """Add a look at which nobody counts yet; it decides nothing."""
    numbers = {"n": 0, "successes": 0, "alpha": None, "power": None}
    for name, value in numbers.items():
        ledger.add(Stat(f"{key}_{name}", value, name, f"{name}, {LOOKS[key]}"), "ADRS", nobody)
    return {
        "decision": Decision.OPEN.value,
        "reason": "No patient counts yet.",
        "certain": False,
        "stage": 1,
        "reachable": [],
        "as_planned": False,
        "exact_alpha": None,
        "exact_power": None,
        "warnings": [],
    }


def _add_plan(ledger: Ledger, bounds: TwoStageDesign, design: Design) -> None:
    """Add the planned design and its exact errors."""
    null, active = (evaluate_two_stage(bounds, rate) for rate in (design.p0, design.p1))
    nobody = pl.DataFrame(schema={"USUBJID": pl.String})
    plan = {
        "r1": ("Bound of the first stage", bounds.r1),
        "n1": ("Patients of the first stage", bounds.n1),
        "r": ("Bound of both stages", bounds.r),
        "n": ("Patients of both stages", bounds.n),
        "p0": ("Rate not of interest", design.p0),
        "p1": ("Rate of interest", design.p1),
        "alpha": ("Exact type I error", null.prob_reject),
        "power": ("Exact power", active.prob_reject),
        "early_stop": ("Probability of early stop under p0", null.prob_early_stop),
        "expected_n": ("Expected patients under p0", null.expected_n),
    }
    for key, (label, value) in plan.items():
        ledger.add(Stat(key, float(value), key, label), "ADSL", nobody)


def _add_estimate(
    ledger: Ledger, bounds: TwoStageDesign, design: Design, rows: pl.DataFrame
) -> None:
    """Add the estimate with its exact interval, once the trial has ended by its rule."""
    successes = rows.filter(col("AVALC") == SUCCESS).height
    has_ended = rows.height == bounds.n or (rows.height == bounds.n1 and successes <= bounds.r1)
    values: dict[str, float | None] = dict.fromkeys(("mle", "umvue", "low", "high", "p_value"))
    if has_ended:
        found = infer_two_stage(bounds, successes, rows.height, p0=design.p0, level=LEVEL)
        values = {"mle": found.mle, "umvue": found.umvue, "p_value": found.p_value}
        values |= {"low": found.exact_stagewise.lower, "high": found.exact_stagewise.upper}
    labels = {"mle": "Success rate", "umvue": "Unbiased estimate", "p_value": "P against p0"}
    labels |= {"low": "Lower limit, exact by stage", "high": "Upper limit, exact by stage"}
    for key, value in values.items():
        ledger.add_members(Stat(key, value, key, labels[key]), "ADRS", rows, None)
