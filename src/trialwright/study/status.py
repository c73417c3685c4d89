"""Where a trial stands on a day: accrual, who is known and who is awaited, what is certain."""

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
from polars import col

from trialwright.analyze.stage.result import WORDS, StageResult
from trialwright.core.units import DAYS_PER_MONTH
from trialwright.derive.populations import population_flag
from trialwright.protocol.model import Protocol
from trialwright.study.analyses import list_analyses
from trialwright.study.recording import list_recording
from trialwright.study.run import run_steps
from trialwright.study.session import Study
from trialwright.study.steps import list_derivations
from trialwright.study.store import Store


@dataclass(frozen=True)
class Status:
    """What was known on a day, and nothing later."""

    as_of: date
    counts: dict[str, int]
    accrual_per_month: float | None
    stages: dict[str, StageResult]

    def as_dict(self) -> dict[str, Any]:
        """Return the status as JSON values."""
        return {
            "as_of": self.as_of.isoformat(),
            **self.counts,
            "accrual_per_month": self.accrual_per_month,
            "stages": {name: _describe_stage(stage) for name, stage in self.stages.items()},
        }

    def to_text(self) -> str:
        """Return the status as lines for a terminal."""
        lines = [f"As of {self.as_of.isoformat()}"]
        lines += [f"  {name:<12}{n:>5}" for name, n in self.counts.items()]
        if self.accrual_per_month is not None:
            lines.append(f"  {self.accrual_per_month:.1f} enrolled per month so far")
        for name, stage in self.stages.items():
            lines += ["", *_stage_lines(name, stage)]
        return "\n".join(lines)


def find_status(study: Study, as_of: date | None = None) -> Status:
    """Derive where a trial stood on a day, from what had been recorded by then.

    Parameters
    ----------
    study : Study
        The study; nothing is written into it.
    as_of : date, optional
        The day; the protocol's data cut when omitted. What is dated later is not seen.

    Returns
    -------
    Status
        Counts, accrual, and per two-stage design the decision with who is awaited.
    """
    cut = as_of or study.protocol.study.data_cut
    dated = study.protocol.study.model_copy(update={"data_cut": cut})
    protocol: Protocol = study.protocol.model_copy(update={"study": dated})
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        analyses = [step for step in list_analyses(protocol) if step.name.startswith("stage")]
        recorded = list_recording(study.directory, cut)
        run_steps([*recorded, *list_derivations(protocol), *analyses], store)
        made = [step for step in analyses if step.name in store.states]
        stages = {
            step.name: store.load(step.name, step.result_type())
            for step in made
            if store.states[step.name].status == "done"
        }
        adsl: pl.DataFrame = store.load("adsl")
    enrolled = adsl.filter(col("ENRLFL") == "Y")
    counts = {"assessed": adsl.height, "enrolled": enrolled.height}
    counts["treated"] = enrolled["TRTSDT"].count()
    for name in protocol.populations:
        if name not in ("enrolled", "safety"):
            counts[name] = adsl.filter(col(population_flag(name)) == "Y").height
    counts["died"] = enrolled.filter(col("DTHFL") == "Y").height
    return Status(cut, counts, _accrual(enrolled, cut), stages)


def _accrual(enrolled: pl.DataFrame, as_of: date) -> float | None:
    """Return the patients enrolled per month since the first one."""
    first = enrolled["ENRLDT"].min()
    if not isinstance(first, date) or first >= as_of:
        return None
    return float(enrolled.height / ((as_of - first).days / DAYS_PER_MONTH))


def _describe_stage(stage: StageResult) -> dict[str, Any]:
    found = stage.decisions["first"]
    awaited = stage.awaited.select("USUBJID", col("landmark").cast(pl.String))
    return {
        "decision": found["decision"],
        "certain": found["certain"],
        "reason": found["reason"],
        "successes": stage.count("first_successes"),
        "known": stage.count("first_n"),
        "planned": stage.count("n1"),
        "over_run": stage.count("over_run"),
        "awaited": awaited.to_dicts(),
        "readable_on": awaited["landmark"].max(),
    }


def _stage_lines(name: str, stage: StageResult) -> list[str]:
    """Return a stage's lines: counts, decision, who is awaited until when."""
    told = _describe_stage(stage)
    lines = [
        f"{name.replace('_', ' ').capitalize()}: {told['successes']} successes among "
        f"{told['known']} known of {told['planned']} planned, {told['over_run']} beyond the plan",
        f"  {WORDS[told['decision']]}{'' if told['certain'] else ', not certain yet'}: "
        f"{told['reason']}",
    ]
    for item in told["awaited"]:
        lines.append(f"  awaited: {item['USUBJID']}, landmark {item['landmark']}")
    return lines
