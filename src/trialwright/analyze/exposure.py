"""Exposure: cycles, administrations, duration and relative dose intensity."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from polars import col

from trialwright.core.ledger import (
    Group,
    Ledger,
    Stat,
    add_arm,
    as_number,
    head_groups,
    make_groups,
    slug,
)
from trialwright.core.result import Method, Result
from trialwright.core.table import (
    EN_DASH,
    Cell,
    Row,
    Table,
    cell,
    heading,
    make_table,
    round_half_up,
    row,
)

PARAMETERS = {
    "NCYC": ("Cycles started", 0),
    "TRTDUR": ("Days from first to last dose", 0),
    "NADMIN": ("Administrations", 0),
    "RDI": ("Relative dose intensity, %", 1),
}
NUMBERS = ("n", "total", "median", "min", "max")


@dataclass(frozen=True, kw_only=True)
class ExposureResult(Result):
    """What was received, of the whole treatment and of each agent."""

    arms: list[list[str]]
    agents: list[str]

    def table(self) -> Table:
        """Return one block for the treatment and one per agent."""
        groups = make_groups(self.arms)
        rows: list[Row] = []
        for agent in ("", *self.agents):
            names = ("NCYC", "TRTDUR") if not agent else ("NADMIN", "RDI")
            rows.append(heading(agent or "Whole treatment"))
            if agent:
                rows.append(self._row("Patients treated, n (%)", groups, agent, "treated"))
            for name in names:
                label, _ = PARAMETERS[name]
                if name in ("NCYC", "NADMIN"):
                    rows.append(self._row(f"{label}, total", groups, agent, name, "total"))
                rows.append(self._row(f"{label}, median (range)", groups, agent, name))
        heads = head_groups(self, groups)
        note = (
            "Safety population. Relative dose intensity: dose received over dose planned from the "
            "patient's first dose of the agent to the day before treatment ended (the last dose if "
            "that is later), or to the data cut."
        )
        return make_table(self.id, self.title, ("", *heads), rows, [note])

    def _row(self, label: str, groups: Sequence[Group], agent: str, *parts: str) -> Row:
        return row(label, *(self._cell(group, agent, *parts) for group in groups), indent=1)

    def _cell(self, group: Group, agent: str, name: str, number: str = "") -> Cell:
        if name == "treated":
            return self.share_cell(_key(group, agent, name), group.key("n"))
        if agent and not self.count(_key(group, agent, "treated")):
            return cell("0" if number else "none treated", self.ref(_key(group, agent, "treated")))
        digits = PARAMETERS[name][1]
        if number:
            return self.number_cell(_key(group, agent, name, number), digits)
        keys = [_key(group, agent, name, part) for part in ("median", "min", "max")]
        values = [self.value(key) for key in keys]
        whole = values[0] is None or values[0] == round(values[0])
        median = round_half_up(values[0], digits if whole else max(digits, 1))
        low, high = (round_half_up(value, digits) for value in values[1:])
        return cell(f"{median} ({low}{EN_DASH}{high})", *(self.ref(key) for key in keys))


def _key(group: Group, agent: str, *parts: str) -> str:
    return group.key(*([agent] if agent else []), "_".join(slug(part) for part in parts))


def analyze_exposure(
    adexsum: pl.DataFrame, adsl: pl.DataFrame, arms: Sequence[tuple[str, str]]
) -> ExposureResult:
    """Summarize exposure over the safety population.

    Parameters
    ----------
    adexsum : DataFrame
        One row per subject, parameter and agent (EXTRT null for the whole treatment).
    adsl : DataFrame
        SAFFL and ARMCD.
    arms : sequence of (ARMCD, name)
        The protocol's arms.

    Returns
    -------
    ExposureResult
        Per arm: the population's size; per agent the patients treated; per parameter n, total,
        median, minimum and maximum over the subjects that have it.
    """
    subjects = adsl.filter(col("SAFFL") == "Y")
    values = add_arm(adexsum, subjects)
    agents = values["EXTRT"].drop_nulls().unique().sort().to_list()
    ledger = Ledger()
    for group in make_groups(arms):
        rows = group.of(subjects)
        size = Stat(group.key("n"), rows.height, "N", "Safety population")
        ledger.add(size, "ADSL", rows, "SAFFL", group)
        mine = group.of(values)
        for agent in ("", *agents):
            of_agent = mine.filter(col("EXTRT") == agent if agent else col("EXTRT").is_null())
            if agent:
                treated = of_agent.filter(col("PARAMCD") == "NADMIN")
                stat = Stat(_key(group, agent, "treated"), treated.height, "n", "Patients treated")
                ledger.add(stat, "ADEXSUM", treated, None, group)
            for name in ("NADMIN", "RDI") if agent else ("NCYC", "TRTDUR"):
                _add_parameter(ledger, group, agent, name, of_agent.filter(col("PARAMCD") == name))
    return ExposureResult(
        id="exposure",
        title="Exposure",
        method=Method("Totals, medians and ranges over treated subjects"),
        data=ledger.data,
        basis=ledger.basis,
        arms=[list(arm) for arm in arms],
        agents=agents,
    )


def _add_parameter(ledger: Ledger, group: Group, agent: str, name: str, rows: pl.DataFrame) -> None:
    values = rows["AVAL"]
    label, _ = PARAMETERS[name]
    numbers = {"n": values.len(), "total": values.sum(), "median": values.median()}
    numbers |= {"min": values.min(), "max": values.max()}
    for number in NUMBERS:
        found = numbers[number] if values.len() or number == "n" else None
        value = as_number(found)
        stat = Stat(
            _key(group, agent, name, number), value, number, f"{label}, {number}", name, agent
        )
        ledger.add(stat, "ADEXSUM", rows, None, group)
