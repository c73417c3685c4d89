"""Dosing: occasions planned, missed, delayed and reduced, lesions injected, why agents ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from polars import col

from trialwright.core.ledger import Group, Ledger, Stat, add_arm, make_groups
from trialwright.core.result import Method, Result
from trialwright.core.table import Cell, Row, Table, cell, heading, make_table, row

KINDS = {
    "planned": ("Occasions planned", pl.lit(value=True)),
    "given": ("Given", col("MISSFL") == "N"),
    "missed": ("Missed", col("MISSFL") == "Y"),
    "delayed": ("Delayed", col("DELAYFL") == "Y"),
    "reduced": ("Reduced or shortened", col("REDUCFL") == "Y"),
}
DONE, ONGOING, NOT_STATED = "Planned number given", "Ongoing", "Not stated"


@dataclass(frozen=True, kw_only=True)
class DosingResult(Result):
    """Counts by agent; `injected` are agents given into lesions, `ends` (agent, reason)."""

    arms: list[list[str]]
    agents: list[str]
    injected: list[str]
    ends: list[list[str]]

    def table(self) -> Table:
        """Return one block per agent: occasions with the patients concerned, lesions, volume."""
        groups = make_groups(self.arms)
        rows: list[Row] = []
        for agent in self.agents:
            rows.append(heading(agent))
            for kind, (label, _) in KINDS.items():
                rows.append(row(label, *self._pair(groups, agent, kind), indent=1))
            if agent in self.injected:
                for key, label in (("lesions", "Lesions injected"), ("volume", "Volume, mL")):
                    cells = [self._count(group, agent, key) for group in groups]
                    rows.append(row(label, *(c for one in cells for c in (one, "")), indent=1))
        heads = [f"{g.label}, {word}" for g in groups for word in ("occasions", "patients")]
        if len(groups) == 1:
            heads = ["Occasions", "Patients"]
        notes = [
            "Occasions in the protocol's rhythm from the patient's own first dose of the agent "
            "until treatment ended; for days on and off, an occasion is a stretch of days on. "
            "Delayed: later than the window of the visits before the dose. Reduced: below 95 % of "
            "the planned dose, or fewer days than planned."
        ]
        return make_table(self.id, self.title, ("", *heads), rows, notes)

    def ends_table(self) -> Table:
        """Return one block per agent with a row per reason for its end."""
        groups = make_groups(self.arms)
        rows: list[Row] = []
        for agent in self.agents:
            rows.append(heading(agent))
            for of_agent, reason in self.ends:
                if of_agent == agent:
                    cells = (self._end_cell(group, agent, reason) for group in groups)
                    rows.append(row(reason, *cells, indent=1))
        heads = ("", *(f"{group.label}, n (%)" for group in groups))
        note = "Of the patients who had the agent. Its own end where DS names it; else treatment's."
        return make_table(f"{self.id}_ends", "Why each agent ended", heads, rows, [note])

    def _pair(self, groups: Sequence[Group], agent: str, kind: str) -> list[Cell]:
        cells = []
        for group in groups:
            cells.append(self._count(group, agent, kind))
            cells.append(self._count(group, agent, kind, "patients"))
        return cells

    def _count(self, group: Group, *parts: str) -> Cell:
        key = group.key(*parts)
        value = self.value(key) or 0.0
        return cell(f"{value:g}", self.ref(key))

    def _end_cell(self, group: Group, agent: str, reason: str) -> Cell:
        return self.share_cell(group.key(agent, "end", reason), group.key(agent, "treated"))


def analyze_dosing(
    adexdev: pl.DataFrame,
    adex: pl.DataFrame,
    adsl: pl.DataFrame,
    arms: Sequence[tuple[str, str]],
    caps: Mapping[str, int | None],
    recorded: Mapping[str, pl.DataFrame],
) -> DosingResult:
    """Count occasions by how they were kept, lesions and volume, and why each agent ended.

    Parameters
    ----------
    adexdev, adex, adsl : DataFrame
        Occasions, doses and subjects.
    arms : sequence of (ARMCD, name)
        The protocol's arms.
    caps : mapping
        The protocol's agents in order, with the most administrations of each (None: no limit).
    recorded : mapping
        Recorded domain ds, where it is; a disposition event whose subcategory names an agent says
        why that agent ended.

    Returns
    -------
    DosingResult
        Agents in the protocol's order, those that nobody had left out.
    """
    subjects = adsl.filter(col("SAFFL") == "Y")
    occasions, doses = add_arm(adexdev, subjects), add_arm(adex, subjects)
    agents = [agent for agent in caps if agent in set(doses["EXTRT"])]
    injected = [a for a in agents if doses.filter(col("EXTRT") == a)["EXLNKID"].count()]
    ends = _find_ends(doses, subjects, caps, recorded)
    ledger = Ledger()
    listed: list[list[str]] = []
    for agent in agents:
        reasons = ends.filter(col("EXTRT") == agent).group_by("reason").len()
        ordered = reasons.sort(["len", "reason"], descending=[True, False])["reason"].to_list()
        listed += [[agent, reason] for reason in ordered]
        for group in make_groups(arms):
            mine = group.of(occasions).filter(col("EXTRT") == agent)
            _add_occasions(ledger, group, agent, mine)
            given = group.of(doses).filter(col("EXTRT") == agent)
            if agent in injected:
                _add_lesions(ledger, group, agent, given)
            of_agent = group.of(ends).filter(col("EXTRT") == agent)
            _add_ends(ledger, group, (agent, ordered), of_agent, given)
    return DosingResult(
        id="dosing",
        title="Doses missed, delayed and reduced",
        method=Method("Doses given, held against the occasions of the protocol"),
        data=ledger.data,
        basis=ledger.basis,
        arms=[list(arm) for arm in arms],
        agents=agents,
        injected=injected,
        ends=listed,
    )


def _add_ends(
    ledger: Ledger,
    group: Group,
    names: tuple[str, Sequence[str]],
    ends: pl.DataFrame,
    given: pl.DataFrame,
) -> None:
    """Add who had an agent, and for how many it ended why."""
    agent, reasons = names
    stat = Stat(group.key(agent, "treated"), ends.height, "n", "Patients treated", level=agent)
    ledger.add(stat, "ADEX", given, "EXTRT", group)
    for reason in reasons:
        rows = ends.filter(col("reason") == reason)
        stat = Stat(group.key(agent, "end", reason), rows.height, "n", reason, level=agent)
        ledger.add(stat, "ADSL", rows.select("USUBJID"), "DCTDT", group)
        ledger.also(stat.id, "ADEX", _last_doses(given, rows), "AENDT")


def _add_occasions(ledger: Ledger, group: Group, agent: str, rows: pl.DataFrame) -> None:
    for kind, (label, is_kind) in KINDS.items():
        chosen = rows.filter(is_kind)
        stat = Stat(
            group.key(agent, kind), chosen.height, "n", label, level=agent, unit="occasions"
        )
        ledger.add(stat, "ADEXDEV", chosen, None, group)
        n = chosen["USUBJID"].n_unique()
        stat = Stat(group.key(agent, kind, "patients"), n, "n", f"{label}, patients", level=agent)
        ledger.add(stat, "ADEXDEV", chosen, None, group)


def _add_lesions(ledger: Ledger, group: Group, agent: str, given: pl.DataFrame) -> None:
    """Add how many lesions were injected, and the volume in mL where it was recorded so."""
    named = given.filter(col("EXLNKID").is_not_null())
    n = named.select("USUBJID", "EXLNKID").unique().height
    ledger.add(
        Stat(group.key(agent, "lesions"), n, "n", "Lesions injected", level=agent, unit="lesions"),
        "ADEX", named, "EXLNKID", group,
    )  # fmt: skip
    measured = given.filter(col("EXVAMTU").str.to_lowercase() == "ml")
    volume = float(measured["EXVAMT"].sum() or 0)
    stat = Stat(group.key(agent, "volume"), volume, "total", "Volume", level=agent, unit="mL")
    ledger.add(stat, "ADEX", measured, "EXVAMT", group)


def _find_ends(
    doses: pl.DataFrame,
    subjects: pl.DataFrame,
    caps: Mapping[str, int | None],
    recorded: Mapping[str, pl.DataFrame],
) -> pl.DataFrame:
    """Return USUBJID, EXTRT, ARMCD and the reason why the agent ended."""
    most = pl.DataFrame(
        {"EXTRT": list(caps), "most": list(caps.values())},
        schema={"EXTRT": pl.String(), "most": pl.Int64()},
    )
    given = doses.group_by("USUBJID", "EXTRT").agg(col("NADMIN").sum(), col("ARMCD").first())
    stated = _named_ends(recorded.get("ds"), list(caps))
    ends = subjects.select("USUBJID", "EOTSTT", "DCTREAS")
    joined = given.join(most, on="EXTRT", how="left").join(ends, on="USUBJID")
    joined = joined.join(stated, on=["USUBJID", "EXTRT"], how="left")
    lowered = pl.coalesce("stated", "DCTREAS").str.to_lowercase()
    words = lowered.str.slice(0, 1).str.to_uppercase() + lowered.str.slice(1)
    return joined.with_columns(
        pl.when(col("stated").is_null() & (col("NADMIN") >= col("most")).fill_null(value=False))
        .then(pl.lit(DONE))
        .when(col("stated").is_null() & (col("EOTSTT") == "ONGOING"))
        .then(pl.lit(ONGOING))
        .otherwise(words.fill_null(NOT_STATED))
        .alias("reason")
    ).sort("USUBJID", "EXTRT")


def _named_ends(ds: pl.DataFrame | None, agents: Sequence[str]) -> pl.DataFrame:
    """Return the ends that DS records of one agent: its name stands in DSSCAT."""
    schema = {"USUBJID": pl.String(), "EXTRT": pl.String(), "stated": pl.String()}
    if ds is None or not {"DSSCAT", "DSDECOD"} <= set(ds.columns):
        return pl.DataFrame(schema=schema)
    names = pl.DataFrame({"EXTRT": list(agents)}, schema={"EXTRT": pl.String()})
    name = col("EXTRT").str.to_lowercase()
    named = ds.join(names, how="cross").filter(
        col("DSSCAT").str.to_lowercase().str.contains(name, literal=True)
    )
    return named.group_by("USUBJID", "EXTRT").agg(col("DSDECOD").first().alias("stated"))


def _last_doses(given: pl.DataFrame, patients: pl.DataFrame) -> pl.DataFrame:
    """Return the last dose of each of some patients."""
    mine = given.join(patients.select("USUBJID"), on="USUBJID", how="semi").sort("ASTDT", "ASEQ")
    return mine.unique("USUBJID", keep="last", maintain_order=True)
