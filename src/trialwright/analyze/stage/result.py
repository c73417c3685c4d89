"""The decision of a two-stage design, as a table and as a figure."""

from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl

from trialwright.core.result import Result
from trialwright.core.table import (
    Cell,
    Row,
    Table,
    as_percent,
    cell,
    heading,
    make_table,
    print_interval,
    print_p,
    round_half_up,
    row,
)
from trialwright.stats.two_stage import TwoStageDesign

OBSERVED, ALL, ENROLLED = "first", "all", "enrolled"
RULE_WORDS = {
    "kept": "Planned bounds kept",
    "same_total": "Planned total, bounds anew",
    "reoptimized": "Bounds and total anew",
    "green_dahlberg": "Green and Dahlberg",
}
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
    drawn_frames: ClassVar[tuple[str, ...]] = ("path",)
    bounds: list[int]
    decisions: dict[str, Any]
    kinds: list[str]
    rules: pl.DataFrame
    path: pl.DataFrame
    awaited: pl.DataFrame

    @property
    def design(self) -> TwoStageDesign:
        """The design as planned."""
        return TwoStageDesign(*self.bounds)

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
            *self._variant_rows(),
            *self._estimate_rows(),
        ]
        return make_table(self.id, self.title, ("", "Result"), rows, self._notes())

    def _variant_rows(self) -> list[Row]:
        """Return what others than the planned patients say, once there is a decision to change."""
        if self.decision == "open" and not self.count("over_run"):
            return []
        return [
            heading("What the patients beyond the plan change"),
            row("Over-run, patients", self.count_cell("over_run")),
            *self._variant("All evaluable", ALL),
            *self._variant("All enrolled", ENROLLED),
        ]

    def _estimate_rows(self) -> list[Row]:
        """Return the estimate, which a trial has once its rule has ended it."""
        if self.value("mle") is None:
            return []
        return [
            heading("Estimate after the decision"),
            row("Success rate, %", self._percents("mle")),
            row("95% CI, exact by stage, %", self._interval("low", "high")),
            row(
                "P against p0, stagewise",
                cell(print_p(self.value("p_value")).removeprefix("P = "), self.ref("p_value")),
            ),
        ]

    def rules_table(self) -> Table:
        """Return what each rule says when the first stage counts the patients attained."""
        rows = []
        for item in self.rules.iter_rows(named=True):
            name = f"rule_{item['rule']}"
            rows.append(
                row(
                    RULE_WORDS.get(item["rule"], item["rule"]),
                    f"{item['r1']} of {item['n1']}" if item["r1"] >= 0 else "never",
                    f"{item['r']} of {item['n']}",
                    self._percents(f"{name}_alpha", digits=2),
                    self._percents(f"{name}_power", digits=2),
                    item["decision"],
                )
            )
        heads = ("Rule", "Stop with at most", "Active with more than", "Type I error, %")
        title = f"Rules for a first stage of {self.count('all_n')} patients"
        note = "Sizes off plan: Green and Dahlberg 1992. The decision above is the planned rule's."
        return make_table(f"{self.id}_rules", title, (*heads, "Power, %", "Decision"), rows, [note])

    def _variant(self, label: str, key: str) -> list[Row]:
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
        is_said = found["certain"] or found["decision"] == "open"
        certain = "" if is_said else " (not certain yet)"
        return cell(WORDS[found["decision"]] + certain, self.ref(f"{key}_successes"))

    def _pair(self, count: str, of: str) -> Cell:
        return cell(f"{self.count(count)} of {self.count(of)}", self.ref(count), self.ref(of))

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
        from trialwright.figures.stage import draw_stage_path

        return draw_stage_path(self.path, self.design, ax)

    def describe(self) -> str:
        """Say in words what the figure shows."""
        from trialwright.figures.stage import describe_stage_path

        return describe_stage_path(self.path, self.design)
