"""The stage monitor: how far accrual is, when the stage can be read, and who enters meanwhile."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from polars import col

from trialwright.analyze.stage.result import WORDS, StageResult
from trialwright.core.ledger import Ledger, Stat, as_number
from trialwright.core.result import Method, Result
from trialwright.core.table import Cell, Table, cell, make_table, row
from trialwright.core.units import DAYS_PER_MONTH
from trialwright.protocol.design import AccrualDuringInterim, Design
from trialwright.protocol.estimands import Landmark

RECENT_DAYS = 90
METHOD = "Accrual and landmarks of the patients of a stage"
ENROLLING, WAITING, DECIDED = "enrolling", "waiting", "decided"
STATES = {
    ENROLLING: "enrolling",
    WAITING: "full, outcomes awaited",
    DECIDED: "decided",
}
DATES = {
    "full_on": "Stage full",
    "readable_on": "Last outcome of the stage known",
    "continue_from": "Earliest day on which going on can be certain",
}
NUMBERS = {
    "planned": "Planned for the stage",
    "to_enroll": "Still to enroll",
    "per_month": "Enrolled per month",
    "recent": "Enrolled per month, recently",
    "expected_beyond": "Expected to enter while awaited",
}
NOT_KNOWN, SETTLED = "not known yet", "settled"


@dataclass(frozen=True, kw_only=True)
class MonitorResult(Result):
    """Where a design's stage stands on a day.

    `state` is enrolling, waiting or decided; `dates` are ISO dates of `DATES`, None when they
    cannot be told; `projected` names those that rest on the accrual so far.
    """

    as_of: str
    state: str
    decision: str
    policy: str
    dates: dict[str, str | None]
    projected: list[str]

    def table(self) -> Table:
        """Return counts, accrual and dates."""
        rows = [
            row("Enrolled", self.count_cell("enrolled")),
            row("Treated", self.count_cell("treated")),
            row("Evaluable", self.count_cell("evaluable")),
            row("Outcome known, of those planned for the stage", self._pair("known", "planned")),
            row("Outcome awaited", self.count_cell("awaited")),
            row("Enrolled per month since the first", self.number_cell("per_month")),
            row(f"Enrolled per month in the last {RECENT_DAYS} days", self.number_cell("recent")),
            row("Still to enroll for the stage", self.count_cell("to_enroll")),
            *(row(label, self.print_date(key)) for key, label in DATES.items()),
            row("Accrual while the stage is awaited", self.policy),
            row("Enrolled after the stage was full", self.count_cell("beyond")),
            row(
                "Expected to enter while the stage is awaited", self.number_cell("expected_beyond")
            ),
            row("Stage", f"{STATES[self.state]}: {WORDS[self.decision]}"),
        ]
        notes = [f"As of {self.as_of}; nothing dated later was used."]
        if self.projected:
            notes.append(
                "Projected: enrollment goes on at the rate since the first patient, and all who "
                "are being treated become evaluable."
            )
        return make_table(self.id, self.title, ("", "Stage monitor"), rows, notes)

    def _pair(self, key: str, of: str) -> Cell:
        return cell(f"{self.count(key)} of {self.count(of)}", self.ref(key), self.ref(of))

    def print_date(self, key: str) -> str:
        """Print one of the dates, or why there is none."""
        found = self.dates[key]
        if found is None:
            return SETTLED if self.state == DECIDED else NOT_KNOWN
        return f"{found} (projected)" if key in self.projected else found


def analyze_monitor(
    stage: StageResult,
    adsl: pl.DataFrame,
    design: Design,
    endpoint: Landmark,
    cut: tuple[str, date, str],
) -> MonitorResult:
    """Say how far a stage is, and project when it can be read.

    Parameters
    ----------
    stage : StageResult
        The decision with who is awaited, on the same day.
    adsl : DataFrame
        Analysis dataset of subjects, up to that day.
    design : Design
        The two-stage design, with what accrual does while the stage is awaited.
    endpoint : Landmark
        The endpoint that the design counts.
    cut : tuple
        ADSL flag of the endpoint's population, the day, and the ARMCD of the design's arm.

    Returns
    -------
    MonitorResult
        Counts, rates per month, dates. A date is projected from the accrual since the first
        patient where patients are still to be enrolled; None where nobody was enrolled yet.
    """
    flag, as_of, armcd = cut
    enrolled = adsl.filter(col("ENRLFL") == "Y", col("ARMCD") == armcd).sort("ENRLNUM")
    members = enrolled.filter(col(flag) == "Y")
    size = _size_of(stage, members)
    coming = enrolled.filter(col(flag) != "Y", _may_become_evaluable())
    to_enroll = max(0, size - members.height - coming.height)
    rate = find_accrual(enrolled, as_of)
    is_decided = bool(stage.decisions["first"]["certain"])
    state = DECIDED if is_decided else (WAITING if members.height >= size else ENROLLING)
    filled = _filled_on(members, size)
    full_on = filled or (None if is_decided else _project(as_of, to_enroll, rate))
    readable_on = _readable_on(stage, (enrolled, coming), endpoint, full_on if to_enroll else None)
    ledger = Ledger()
    _add_patients(ledger, (enrolled, members), stage, size)
    numbers = (size, to_enroll, rate, _recent_per_month(enrolled, as_of))
    expected = _expected_beyond(design, rate, (full_on, as_of, readable_on), state)
    _add_numbers(ledger, (*numbers, expected), enrolled)
    going_on = None if is_decided else _continue_from(stage)
    dates = dict(zip(DATES, (full_on, readable_on, going_on), strict=True))
    policy = design.accrual_during_interim.value
    return MonitorResult(
        id=stage.id.replace("stage", "monitor"),
        title="Stage monitor",
        method=Method(METHOD, {"accrual while the stage is awaited": policy}),
        data=ledger.data,
        basis=ledger.basis,
        as_of=as_of.isoformat(),
        state=state,
        decision=stage.decision,
        policy=policy,
        dates={key: None if day is None else day.isoformat() for key, day in dates.items()},
        projected=_projected(dates, filled, is_awaiting=to_enroll > 0 and not is_decided),
    )


def _add_numbers(ledger: Ledger, numbers: tuple[float | None, ...], enrolled: pl.DataFrame) -> None:
    """Add the numbers of `NUMBERS`, in their order."""
    for (key, label), value in zip(NUMBERS.items(), numbers, strict=True):
        ledger.add(Stat(key, as_number(value), key, label), "ADSL", enrolled)


def _add_patients(
    ledger: Ledger,
    patients: tuple[pl.DataFrame, pl.DataFrame],
    stage: StageResult,
    size: int,
) -> None:
    """Add the counts of patients: enrolled, treated, evaluable, known, awaited, beyond."""
    enrolled, members = patients
    beyond = enrolled.clear()
    if members.height >= size:
        beyond = enrolled.filter(col("ENRLNUM") > members["ENRLNUM"][size - 1])
    counts = {
        "enrolled": ("Enrolled", enrolled),
        "treated": ("Treated", enrolled.filter(col("TRTSDT").is_not_null())),
        "evaluable": ("Evaluable", members),
        "awaited": ("Outcome awaited", _named(members, stage.awaited)),
        "known": ("Outcome known", _without(members.head(size), stage.awaited)),
        "beyond": ("Enrolled after the stage was full", beyond),
    }
    for key, (label, rows) in counts.items():
        ledger.add(Stat(key, rows.height, "n", label), "ADSL", rows)


def _size_of(stage: StageResult, members: pl.DataFrame) -> int:
    """Return the patients of the stage that is being filled, or was filled last."""
    _, n1, _, n = stage.bounds
    return n1 if members.height < n else n


def _projected(
    dates: dict[str, date | None], filled: date | None, *, is_awaiting: bool
) -> list[str]:
    """Return which dates rest on patients who are not enrolled yet."""
    names = ["full_on"] if filled is None else []
    names += ["readable_on"] if is_awaiting else []
    return [name for name in names if dates[name] is not None]


def _may_become_evaluable() -> pl.Expr:
    """Tell who is not evaluable so far and may still be: eligible, and treatment goes on."""
    return (
        (col("ELIGFL").fill_null("Y") != "N")
        & col("EOTSTT").is_in(["ONGOING", "NOT TREATED"])
        & (col("DTHFL") != "Y")
    )


def _named(rows: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    return rows.join(named.select("USUBJID"), on="USUBJID", how="semi")


def _without(rows: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    return rows.join(named.select("USUBJID"), on="USUBJID", how="anti")


def find_accrual(enrolled: pl.DataFrame, as_of: date) -> float | None:
    """Return the patients enrolled per month since the first one."""
    first = enrolled["ENRLDT"].min()
    if not isinstance(first, date) or first >= as_of:
        return None
    return float(enrolled.height / ((as_of - first).days / DAYS_PER_MONTH))


def _recent_per_month(enrolled: pl.DataFrame, as_of: date) -> float:
    """Return the patients enrolled per month of late."""
    recent = enrolled.filter(col("ENRLDT") > as_of - timedelta(days=RECENT_DAYS))
    return recent.height / (RECENT_DAYS / DAYS_PER_MONTH)


def _filled_on(members: pl.DataFrame, size: int) -> date | None:
    """Return when the last patient of the stage was enrolled; None while some are missing."""
    found: date | None = members["ENRLDT"][size - 1] if members.height >= size else None
    return found


def _project(as_of: date, to_enroll: int, rate: float | None) -> date | None:
    """Return the day on which so many more will have been enrolled at a rate per month."""
    if to_enroll == 0:
        return as_of
    return as_of + timedelta(days=round(to_enroll / rate * DAYS_PER_MONTH)) if rate else None


def _readable_on(
    stage: StageResult,
    patients: tuple[pl.DataFrame, pl.DataFrame],
    endpoint: Landmark,
    full_on: date | None,
) -> date | None:
    """Return the last landmark of the stage: of those awaited, coming, or still to be enrolled."""
    enrolled, coming = patients
    starts = [*coming["TRTSDT"].drop_nulls()]
    delays = (enrolled["TRTSDT"] - enrolled["ENRLDT"]).dt.total_days().drop_nulls()
    median: Any = delays.median() if delays.len() else 0
    if full_on is not None:
        starts.append(full_on + timedelta(days=round(median or 0)))
    landmarks = [_landmark_of(start, endpoint) for start in starts]
    return max((*stage.awaited["landmark"], *landmarks), default=None)


def _landmark_of(start: date, endpoint: Landmark) -> date:
    step = f"{endpoint.at_months}mo" if endpoint.at_months else f"{endpoint.at_days}d"
    found: date = pl.select(pl.lit(start).dt.offset_by(step)).item()
    return found


def _continue_from(stage: StageResult) -> date | None:
    """Return the first day on which enough successes can be known, if all awaited succeed."""
    missing = stage.bounds[0] + 1 - stage.count("first_successes")
    landmarks = sorted(stage.awaited["landmark"])
    if missing <= 0 or len(landmarks) < missing:
        return None
    found: date = landmarks[missing - 1]
    return found


def _expected_beyond(
    design: Design,
    rate: float | None,
    days: tuple[date | None, date, date | None],
    state: str,
) -> float | None:
    """Return how many will enter between the day the stage is full and the day it can be read."""
    full_on, as_of, readable_on = days
    if state == DECIDED or design.accrual_during_interim is AccrualDuringInterim.PAUSE:
        return 0.0
    if rate is None or full_on is None or readable_on is None:
        return None
    return max(0.0, (readable_on - max(full_on, as_of)).days / DAYS_PER_MONTH * rate)
