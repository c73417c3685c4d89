"""Where a trial stands on a day: accrual, who is known and who is awaited, what is certain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from polars import col

from trialwright.analyze.stage.monitor import DATES, STATES, MonitorResult, find_accrual
from trialwright.analyze.stage.result import WORDS, StageResult
from trialwright.derive.populations import IN_SCREENING, population_flag
from trialwright.protocol.model import Protocol
from trialwright.study.replay import replay_study
from trialwright.study.session import Study


@dataclass(frozen=True)
class Status:
    """What was known on a day, and nothing later.

    `in_screening` are those who consented and are neither enrolled nor refused so far;
    `monitors` are by the name of their stage; `due` and `overdue` are rows of ADSCHED.
    """

    as_of: date
    counts: dict[str, int]
    in_screening: list[str]
    accrual_per_month: float | None
    stages: dict[str, StageResult]
    monitors: dict[str, MonitorResult]
    due: list[dict[str, Any]]
    overdue: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """Return the status as JSON values."""
        return {
            "as_of": self.as_of.isoformat(),
            **self.counts,
            "in_screening": self.in_screening,
            "accrual_per_month": self.accrual_per_month,
            "stages": {
                name: {**_describe_stage(stage), **_describe_monitor(self.monitors.get(name))}
                for name, stage in self.stages.items()
            },
            "due": self.due,
            "overdue": self.overdue,
        }

    def to_text(self) -> str:
        """Return the status as lines for a terminal."""
        lines = [f"As of {self.as_of.isoformat()}"]
        lines += [f"  {name:<12}{n:>5}" for name, n in self.counts.items()]
        lines += [f"  in screening: {subject}" for subject in self.in_screening]
        if self.accrual_per_month is not None:
            lines.append(f"  {self.accrual_per_month:.1f} enrolled per month so far")
        for name, stage in self.stages.items():
            lines += ["", *_stage_lines(name, stage), *_monitor_lines(self.monitors.get(name))]
        for words, items in (("Due", self.due), ("Overdue", self.overdue)):
            lines += ["", f"{words}: {len(items) or 'nothing'}"]
            lines += [f"  {_print_item(item)}" for item in items]
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
    with replay_study(study, cut, ("stage", "monitor")) as replayed:
        store, made, protocol = replayed.store, replayed.results, replayed.protocol
        adsl: pl.DataFrame = store.load("adsl")
        adsched = store.load("adsched") if store.is_done("adsched") else None
    enrolled = adsl.filter(col("ENRLFL") == "Y")
    return Status(
        cut,
        _count(adsl, enrolled, protocol),
        adsl.filter(col("SCRFREAS") == IN_SCREENING)["USUBJID"].sort().to_list(),
        find_accrual(enrolled, cut),
        {n: stage for n, stage in made.items() if isinstance(stage, StageResult)},
        {
            n.replace("monitor", "stage"): monitor
            for n, monitor in made.items()
            if isinstance(monitor, MonitorResult)
        },
        _list_items(adsched, "DUE"),
        _list_items(adsched, "OVERDUE"),
    )


def _count(adsl: pl.DataFrame, enrolled: pl.DataFrame, protocol: Protocol) -> dict[str, int]:
    """Return who was assessed, enrolled, treated, in each population, and who died."""
    counts = {"assessed": adsl.height, "enrolled": enrolled.height}
    counts["treated"] = enrolled["TRTSDT"].count()
    for name in protocol.populations:
        if name not in ("enrolled", "safety"):
            counts[name] = adsl.filter(col(population_flag(name)) == "Y").height
    counts["died"] = enrolled.filter(col("DTHFL") == "Y").height
    return counts


def _list_items(adsched: pl.DataFrame | None, status: str) -> list[dict[str, Any]]:
    """Return what has a status on the day, by the last day of its window."""
    if adsched is None:
        return []
    rows = adsched.filter(col("AVALC") == status).sort("WINEDT", "USUBJID", "ASEQ")
    return rows.select(
        "USUBJID",
        col("PARAMCD").str.to_lowercase().alias("kind"),
        col("VISIT").alias("name"),
        col("WINSDT").cast(pl.String).alias("from"),
        col("WINEDT").cast(pl.String).alias("until"),
    ).to_dicts()


def _print_item(item: Mapping[str, Any]) -> str:
    name = "" if item["name"].lower() == item["kind"] else f" {item['name']}"
    return f"{item['USUBJID']} {item['kind']}{name}, {item['from']} to {item['until']}"


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


def _describe_monitor(monitor: MonitorResult | None) -> dict[str, Any]:
    """Return a stage's accrual and dates as JSON values."""
    if monitor is None:
        return {}
    return {
        "monitor": {
            "state": monitor.state,
            "accrual_during_interim": monitor.policy,
            "accrual_per_month": monitor.value("per_month"),
            "recent_per_month": monitor.value("recent"),
            "to_enroll": monitor.count("to_enroll"),
            "enrolled_beyond": monitor.count("beyond"),
            "expected_beyond": monitor.value("expected_beyond"),
            **monitor.dates,
            "projected": monitor.projected,
        }
    }


def _monitor_lines(monitor: MonitorResult | None) -> list[str]:
    """Return a stage's lines on accrual: state, dates, pause or over-run."""
    if monitor is None:
        return []
    lines = [f"  {STATES[monitor.state]}; still to enroll: {monitor.count('to_enroll')}"]
    for key, label in DATES.items():
        lines.append(f"  {label.lower()}: {monitor.print_date(key)}")
    expected = monitor.value("expected_beyond")
    more = "" if expected is None else f", {expected:.1f} more expected"
    lines.append(
        f"  accrual while awaited: {monitor.policy}; {monitor.count('beyond')} enrolled after the "
        f"stage was full{more}"
    )
    return lines


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
