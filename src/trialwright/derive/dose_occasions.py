"""ADEXDEV: every planned occasion of every agent, and whether the dose was given, late or less."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import polars as pl
from polars import col

from trialwright.core.units import days_from_day_1
from trialwright.datasets.analysis_conduct import ADEXDEV
from trialwright.derive.numbering import number_rows
from trialwright.protocol.arms import Agent, Arm, list_agents
from trialwright.protocol.model import Protocol
from trialwright.protocol.plan import list_planned_doses

LONGEST_DAYS = 3650
# A dose by weight is rounded to what can be drawn up; less than this share is a reduction.
REDUCED_BELOW = 0.95
ALL_AGENTS = "all"
Doses = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often an agent is given: an occasion every `step_days`, lasting `days_on` of them.

    `amounts` are the planned doses by day from the first, `late_days` how late is still on time.
    """

    step_days: int
    days_on: int
    per_day: int
    at_most: int | None
    late_days: int
    amounts: Mapping[int, float]

    def planned_dose(self, occasion: int) -> float | None:
        """Return the planned dose of one administration."""
        day = occasion * self.step_days
        known = [place for place in self.amounts if place <= day]
        return self.amounts[max(known)] if known else None


def derive_dose_occasions(
    adex: pl.DataFrame, adsl: pl.DataFrame, protocol: Protocol
) -> pl.DataFrame:
    """Lay out the occasions on which each treated patient should have had each agent.

    Occasions count from the patient's own first dose of the agent, in the protocol's rhythm, to
    the day before treatment ended (the data cut while it goes on). A dose belongs to the occasion
    nearest to its day. An agent that is given at most so often has no further occasion once it was.

    Parameters
    ----------
    adex : DataFrame
        Doses given.
    adsl : DataFrame
        Subjects with ARMCD, DCTDT and DTHDT.
    protocol : Protocol
        Arms with their agents, windows of the visits before a dose, and the data cut.

    Returns
    -------
    DataFrame
        One row per USUBJID, EXTRT and occasion: AOCC (from 1), DUEDT, ADT (null when missed),
        ADIFF (days late), ADOSE and PLANDOSE of one administration, MISSFL, DELAYFL (later than
        the visits' windows allow), REDUCFL (a dose below 95 % of the plan, or a shortened stretch),
        SRCSEQ (EXSEQ of the first record).
    """
    arms = {arm.armcd: arm for arm in protocol.arms}
    rhythms = {
        (arm.armcd, agent.name): _rhythm_of(protocol, arm, agent)
        for arm in protocol.arms
        for agent in arm.agents
    }
    subjects = {row["USUBJID"]: row for row in adsl.iter_rows(named=True)}
    rows: list[dict[str, Any]] = []
    parts = adex.sort("USUBJID", "EXTRT", "ASTDT").partition_by(
        ["USUBJID", "EXTRT"], as_dict=True, maintain_order=True
    )
    for (subject, agent), doses in parts.items():
        person = subjects.get(str(subject))
        if person is None or person["ARMCD"] not in arms:
            continue
        rhythm = rhythms.get((person["ARMCD"], str(agent)))
        if rhythm is None:
            continue
        end = _end_of(person, protocol.study.data_cut)
        for row in _list_occasions(doses.to_dicts(), rhythm, end):
            rows.append({"USUBJID": subject, "EXTRT": agent, **row})
    frame = pl.DataFrame(rows, schema=ADEXDEV.polars_schema())
    return frame.with_columns(number_rows()).sort("USUBJID", "ASEQ")


def _rhythm_of(protocol: Protocol, arm: Arm, agent: Agent) -> Rhythm | None:
    """Return an agent's rhythm; None where it is given once, or its start is not planned."""
    on, off = agent.days_on or 1, agent.days_off or 0
    step = agent.every_days or (on + off if agent.days_on else None)
    planned = list_planned_doses(protocol, arm, agent, LONGEST_DAYS)
    if step is None or not planned:
        return None
    first = days_from_day_1(planned[0].day)
    late = [
        visit.window[1]
        for visit in protocol.visits
        if visit.window and visit.before_dose_of in (agent.name, ALL_AGENTS)
    ]
    amounts = {days_from_day_1(dose.day) - first: dose.amount for dose in planned}
    return Rhythm(step, on, agent.frequency.per_day, agent.at_most, max(late, default=0), amounts)


def _end_of(person: Mapping[str, Any], cut: date) -> date:
    """Return the last day on which a dose was expected."""
    stopped: list[date] = [day for day in (person["DCTDT"], person["DTHDT"]) if day]
    return min([cut, *(day - timedelta(days=1) for day in stopped)])


def _list_occasions(doses: Doses, rhythm: Rhythm, end: date) -> Iterator[dict[str, Any]]:
    """Yield the occasions of one patient and agent, in order."""
    first = doses[0]["ASTDT"]
    given = _assign(doses, rhythm, first)
    last = max([*given, (end - first).days // rhythm.step_days])
    n_given = 0
    for place in range(last + 1):
        due = first + timedelta(days=place * rhythm.step_days)
        mine = given.get(place, [])
        if not mine and (rhythm.at_most is not None and n_given >= rhythm.at_most):
            return
        if not mine and due + timedelta(days=rhythm.late_days) > end:
            return  # what was still to come when treatment ended is not missed
        n_given += sum(dose["NADMIN"] or 0 for dose in mine)
        yield _describe(place, due, mine, rhythm)


def _assign(doses: Doses, rhythm: Rhythm, first: date) -> dict[int, list[Mapping[str, Any]]]:
    """Return the doses of each occasion; a stretch of an interval covers several."""
    given: dict[int, list[Mapping[str, Any]]] = {}
    for dose in doses:
        start = (dose["ASTDT"] - first).days
        if rhythm.days_on > 1:
            places = [start // rhythm.step_days]
        else:
            lasts = (dose["AENDT"] - dose["ASTDT"]).days // rhythm.step_days
            begin = round(start / rhythm.step_days)
            places = list(range(begin, begin + lasts + 1))
        for place in places:
            given.setdefault(place, []).append(dose)
    return given


def _describe(place: int, due: date, mine: Doses, rhythm: Rhythm) -> dict[str, Any]:
    """Return one occasion as a row."""
    planned = rhythm.planned_dose(place)
    row = {"AOCC": place + 1, "DUEDT": due, "PLANDOSE": planned, "MISSFL": "N" if mine else "Y"}
    if not mine:
        return row | {"DELAYFL": "N", "REDUCFL": "N"}
    held, dose = max(due, mine[0]["ASTDT"]), mine[0]["ADOSE"]
    late = (held - due).days
    n_planned = rhythm.days_on * rhythm.per_day
    n_given = sum(item["NADMIN"] or 0 for item in mine)
    is_short = rhythm.days_on > 1 and n_given < n_planned
    is_less = (
        dose is not None
        and planned
        and min((item["ADOSE"] for item in mine if item["ADOSE"] is not None), default=planned)
        < REDUCED_BELOW * planned
    )
    return row | {
        "ADT": held,
        "ADIFF": late,
        "ADOSE": dose,
        "DELAYFL": "Y" if late > rhythm.late_days else "N",
        "REDUCFL": "Y" if is_short or is_less else "N",
        "SRCSEQ": mine[0]["SRCSEQ"],
    }


def find_doses_above_cap(
    adexsum: pl.DataFrame, protocol: Protocol
) -> list[tuple[str, str, int, int]]:
    """Return who had more administrations than the protocol allows: subject, agent, n, most."""
    caps = {n: agent.at_most for n, agent in list_agents(protocol.arms).items() if agent.at_most}
    given = adexsum.filter(col("PARAMCD") == "NADMIN").sort("USUBJID", "EXTRT")
    return [
        (subject, agent, round(n), caps[agent])
        for subject, agent, n in given.select("USUBJID", "EXTRT", "AVAL").iter_rows()
        if agent in caps and n > caps[agent]
    ]
