"""The decision of a two-stage design: who counts, what the rule says, what it cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import polars as pl
from polars import col

from trialwright.core.ledger import Ledger, Stat
from trialwright.core.result import Method, Result
from trialwright.core.table import (
    Cell,
    Table,
    as_percent,
    cell,
    heading,
    make_table,
    print_interval,
    round_half_up,
    row,
)
from trialwright.derive.reads import PARQUALS
from trialwright.figures.stage import describe_stage_path, draw_stage_path
from trialwright.protocol.design import Design
from trialwright.protocol.endpoints import AnalysisRead
from trialwright.protocol.estimands import Landmark
from trialwright.stats.two_stage import TwoStageDesign, evaluate_two_stage
from trialwright.stats.two_stage_decision import Circumstances, decide_two_stage
from trialwright.stats.two_stage_inference import infer_two_stage

SUCCESS, UNKNOWN = "SUCCESS", "UNKNOWN"
LEVEL = 0.95
LEFT_FOLLOW_UP = ("WITHDRAWAL BY SUBJECT", "LOST TO FOLLOW-UP")  # nothing more is awaited of them
OBSERVED, ALL, ENROLLED = "first", "all", "enrolled"
REFERENCES = (
    "Simon R. Control Clin Trials 1989;10:1-10. "
    "Jung SH, Kim KM. Stat Med 2004;23:881-896. Green SJ, Dahlberg S. Stat Med 1992;11:853-862."
)
WORDS = {
    "stop": "stop",
    "continue": "continue to the second stage",
    "active": "activity concluded",
    "not_active": "no activity concluded",
    "open": "not settled yet",
}


@dataclass(frozen=True, kw_only=True)
class StageResult(Result):
    """The decision and everything it rests on.

    `decisions` maps first (the planned number by order of inclusion), all (every evaluable
    patient) and enrolled to decision, reason, certain and warnings.
    """

    has_figure: ClassVar[bool] = True
    bounds: list[int]
    decisions: dict[str, Any]
    path: pl.DataFrame

    @property
    def decision(self) -> str:
        """The decision of the planned rule: stop, continue, active, not_active or open."""
        return str(self.decisions[OBSERVED]["decision"])

    def table(self) -> Table:
        """Return design, decision, sensitivity and estimate."""
        rows = [
            heading("Planned design"),
            row("First stage: stop with at most", self._pair("r1", "n1")),
            row("Both stages: conclude activity with more than", self._pair("r", "n")),
            row("Rates p0 and p1, %", self._percents("p0", "p1")),
            row("Exact type I error and power, %", self._percents("alpha", "power", digits=2)),
            row("Probability of early stop under p0, %", self._percents("early_stop", digits=1)),
            heading("Decision"),
            row("Evaluable, first by order of inclusion", self._pair("first_successes", "first_n")),
            row("Decision", self.print_decision(OBSERVED)),
            heading("What the patients beyond the plan change"),
            row("Over-run, patients", self._count("over_run")),
            *self._variant("All evaluable", ALL),
            *self._variant("All enrolled", ENROLLED),
            heading("Estimate after the decision"),
            row("Success rate, %", self._percents("mle")),
            row("95% CI, exact by stage, %", self._interval("low", "high")),
            row(
                "P against p0, stagewise",
                cell(round_half_up(self.value("p_value"), 3), self.ref("p_value")),
            ),
        ]
        return make_table(self.id, self.title, ("", ""), rows, self._notes())

    def _variant(self, label: str, key: str) -> list[Any]:
        return [
            row(f"{label}: successes", self._pair(f"{key}_successes", f"{key}_n")),
            row(
                "Same bound kept: type I error and power, %",
                self._percents(f"{key}_alpha", f"{key}_power", digits=2),
                indent=1,
            ),
            row("Decision", self.print_decision(key), indent=1),
        ]

    def _notes(self) -> list[str]:
        notes = [self.decisions[OBSERVED]["reason"]]
        notes += [w for key in (ALL, ENROLLED) for w in self.decisions[key]["warnings"]]
        return list(dict.fromkeys(notes))

    def print_decision(self, key: str = OBSERVED) -> Cell:
        """Print a decision in words, with whether it is certain."""
        found = self.decisions[key]
        certain = "" if found["certain"] else " (not certain yet)"
        return cell(WORDS[found["decision"]] + certain, self.ref(f"{key}_successes"))

    def _pair(self, count: str, of: str) -> Cell:
        return cell(f"{self.count(count)} of {self.count(of)}", self.ref(count), self.ref(of))

    def _count(self, key: str) -> Cell:
        return cell(str(self.count(key)), self.ref(key))

    def _percents(self, *keys: str, digits: int = 1) -> Cell:
        values = [self.value(key) for key in keys]
        texts = [round_half_up(as_percent(v), digits) for v in values]
        return cell(" and ".join(texts), *(self.ref(key) for key in keys))

    def _interval(self, low: str, high: str) -> Cell:
        limits = [self.value(key) for key in (low, high)]
        text = print_interval(as_percent(limits[0]), as_percent(limits[1]))
        return cell(text, self.ref(low), self.ref(high))

    def plot(self, ax: Any = None) -> Any:
        """Draw successes against patients in order of inclusion, with the bounds."""
        return draw_stage_path(self.path, self._named_bounds(), ax)

    def describe(self) -> str:
        """Say in words what the figure shows."""
        return describe_stage_path(self.path, self._named_bounds())

    def _named_bounds(self) -> dict[str, int]:
        return dict(zip(("r1", "n1", "r", "n"), self.bounds, strict=True))


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
    is_read = col("PARQUAL").is_null() | (col("PARQUAL") == PARQUALS[read])
    statuses = adrs.filter((col("PARAMCD") == endpoint.paramcd) & is_read)
    known = _known(adsl, statuses, endpoint, data_cut)
    evaluable = known.filter(col(populations[endpoint.population][0]) == "Y")
    enrolled = known.filter(col("ENRLFL") == "Y")
    size = bounds.n1 if evaluable.height < bounds.n else bounds.n
    first = evaluable.head(size)
    ledger = Ledger()
    decisions = {
        OBSERVED: _decide(ledger, OBSERVED, bounds, design, first),
        ALL: _decide(ledger, ALL, bounds, design, evaluable),
        ENROLLED: _decide(ledger, ENROLLED, bounds, design, enrolled),
    }
    over = evaluable.slice(size)
    ledger.add(Stat("over_run", over.height, "n", "Evaluable beyond the plan"), "ADSL", over)
    _add_plan(ledger, bounds, design)
    _add_estimate(ledger, bounds, design, first)
    path = evaluable.select(
        "USUBJID",
        pl.int_range(1, pl.len() + 1).alias("n"),
        (col("AVALC") == SUCCESS).cum_sum().cast(pl.Int64).alias("successes"),
    )
    return StageResult(
        id="stage",
        title="Two-stage design and decision",
        method=Method(
            "Two-stage design",
            {"decided on": design.decide_on.value, "patients beyond it": design.over_run.value},
            REFERENCES,
        ),
        data=ledger.data,
        basis=ledger.basis,
        bounds=[bounds.r1, bounds.n1, bounds.r, bounds.n],
        decisions=decisions,
        path=path,
    )


def _known(
    adsl: pl.DataFrame, statuses: pl.DataFrame, endpoint: Landmark, data_cut: date
) -> pl.DataFrame:
    """Return the enrolled in order of inclusion with their status, those awaited left out."""
    landmark = (
        col("TRTSDT").dt.offset_by(f"{endpoint.at_months}mo")
        if endpoint.at_months
        else col("TRTSDT") + pl.duration(days=endpoint.at_days)
    )
    joined = adsl.filter(col("ENRLFL") == "Y").join(
        statuses.select("USUBJID", "ASEQ", "AVALC"), on="USUBJID", how="left"
    )
    joined = joined.with_columns(col("AVALC").fill_null(UNKNOWN)).sort("ENRLNUM")
    has_left = col("DCTREAS").is_in(LEFT_FOLLOW_UP).fill_null(value=False)
    is_later = (landmark > data_cut).fill_null(value=False)
    is_awaited = (col("AVALC") == UNKNOWN) & is_later & ~has_left
    return joined.filter(~is_awaited)


def _decide(
    ledger: Ledger, key: str, bounds: TwoStageDesign, design: Design, rows: pl.DataFrame
) -> dict[str, Any]:
    """Add one look's counts and errors; return its decision."""
    successes = rows.filter(col("AVALC") == SUCCESS)
    look = decide_two_stage(
        bounds,
        successes.height,
        rows.height,
        design.p0,
        design.p1,
        Circumstances(keep_rule=key != OBSERVED, alpha=design.alpha),
    )
    label = {OBSERVED: "first by order", ALL: "all evaluable", ENROLLED: "all enrolled"}[key]
    ledger.add(Stat(f"{key}_n", rows.height, "n", f"Patients, {label}"), "ADRS", rows)
    stat = Stat(f"{key}_successes", successes.height, "n", f"Successes, {label}")
    ledger.add(stat, "ADRS", rows)
    for name, value in (("alpha", look.exact_alpha), ("power", look.exact_power)):
        words = {"alpha": "Type I error", "power": "Power"}[name]
        ledger.add(Stat(f"{key}_{name}", value, name, f"{words}, {label}"), "ADRS", rows)
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
        ledger.add(Stat(key, value, key, labels[key]), "ADRS", rows)
