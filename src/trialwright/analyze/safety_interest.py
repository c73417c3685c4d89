"""Events of interest: lists of terms that the protocol names, and each serious or severe event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from polars import col

from trialwright.core.ledger import Group, Ledger, Stat, add_arm, as_number, make_groups, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import (
    Row,
    Table,
    cell,
    heading,
    make_table,
    round_half_up,
    row,
)
from trialwright.derive.adverse_events import SEVERE_FROM, is_withdrawn

FATAL = 5
KINDS = {
    "any": ("Any grade", pl.lit(value=True)),
    "severe": ("Grade \u2265 3", col("ATOXGR") >= SEVERE_FROM),
    "serious": ("Serious", col("AESER") == "Y"),
    "related": ("Related", col("AREL") == "RELATED"),
    "withdrawn": ("Ended a treatment", is_withdrawn()),
}
ANY = "any of the list"
LISTED = {
    "USUBJID": pl.String(),
    "AEDECOD": pl.String(),
    "ATOXGR": pl.Int64(),
    "ASTDT": pl.Date(),
    "ADURN": pl.Int64(),
    "AREL": pl.String(),
    "AEACN": pl.String(),
    "AEOUT": pl.String(),
    "why": pl.String(),
    "stat_id": pl.String(),
}


@dataclass(frozen=True, kw_only=True)
class InterestResult(Result):
    """Patients with events of each list and term; `lists` are (name, term) in printed order."""

    arms: list[list[str]]
    lists: list[list[str]]

    def table(self) -> Table:
        """Return a block per list: patients by kind, and the median duration of the events."""
        groups = make_groups(self.arms)
        columns = [
            "Term",
            *(f"{_of(g, groups)}{label}" for g in groups for label, _ in KINDS.values()),
        ]
        columns.append("Median days")
        rows: list[Row] = []
        for name in dict.fromkeys(name for name, _ in self.lists):
            rows.append(heading(name))
            terms = [term for of_list, term in self.lists if of_list == name]
            rows += [
                self._row(groups, name, term)
                for term in (*terms, ANY)
                if len(terms) > 1 or term != ANY
            ]
        sizes = "; ".join(f"{g.label}: N = {self.count(g.key('n'))}" for g in groups)
        notes = [
            f"Patients with at least one treatment-emergent event, n (%). {sizes}. Median days: "
            "duration of the events that have ended, first and last day counted."
        ]
        return make_table(self.id, self.title, columns, rows, notes)

    def _row(self, groups: Sequence[Group], name: str, term: str) -> Row:
        cells = [
            self.share_or_zero_cell(g.key("interest", name, term, kind), g.key("n"))
            for g in groups
            for kind in KINDS
        ]
        key = groups[-1].key("interest", name, term, "days")
        days = self.value(key)
        text = round_half_up(days, 1 if days is not None and days % 1 else 0)
        label = "Any of them" if term == ANY else term
        return row(label, *cells, cell("\u2013" if days is None else text, self.ref(key)), indent=1)


def _of(group: Group, groups: Sequence[Group]) -> str:
    return "" if len(groups) == 1 else f"{group.label}, "


@dataclass(frozen=True, kw_only=True)
class SeriousEvents(Result):
    """Every serious, severe or fatal event, and those that ended a treatment; one row each."""

    events: pl.DataFrame

    def table(self) -> Table:
        """Return one row per event."""
        rows = [
            row(
                item["USUBJID"],
                item["AEDECOD"],
                cell(str(item["ATOXGR"] or "not stated"), self.ref(item["stat_id"])),
                str(item["ASTDT"] or "not stated"),
                str(item["ADURN"] or "not ended"),
                (item["AREL"] or "not stated").lower(),
                (item["AEACN"] or "not stated").lower(),
                (item["AEOUT"] or "not stated").lower(),
                item["why"],
            )
            for item in self.events.iter_rows(named=True)
        ]
        heads = ("Patient", "Term", "Grade", "Start", "Days", "Relation", "Action", "Outcome")
        if not rows:
            rows = [heading("No such event was recorded.")]
        return make_table(self.id, self.title, (*heads, "Listed because"), rows)


def analyze_interest(
    adae: pl.DataFrame,
    adsl: pl.DataFrame,
    arms: Sequence[tuple[str, str]],
    lists: Mapping[str, Sequence[str]],
) -> InterestResult:
    """Count the safety population's subjects with events that the protocol names.

    Parameters
    ----------
    adae, adsl : DataFrame
        Analysis datasets.
    arms : sequence of (ARMCD, name)
        The protocol's arms.
    lists : mapping
        Name of a list to its terms; terms are compared without case.

    Returns
    -------
    InterestResult
        Every term of every list, those that nobody had as well; after a list of several terms the
        subjects with any of them.
    """
    subjects = adsl.filter(col("SAFFL") == "Y")
    events = add_arm(adae.filter(col("TRTEMFL") == "Y"), subjects)
    ledger = Ledger()
    for group in make_groups(arms):
        rows = group.of(subjects)
        size = Stat(group.key("n"), rows.height, "N", "Safety population")
        ledger.add(size, "ADSL", rows, "SAFFL", group)
        for name, terms in lists.items():
            chosen = {term: [term.lower()] for term in terms}
            chosen |= {ANY: [term.lower() for term in terms]} if len(terms) > 1 else {}
            for term, wanted in chosen.items():
                mine = group.of(events).filter(col("AEDECOD").str.to_lowercase().is_in(wanted))
                _add_term(ledger, group, (name, term), mine)
    return InterestResult(
        id="ae_interest",
        title="Adverse events of special interest",
        method=Method("Subjects with treatment-emergent events of named terms"),
        data=ledger.data,
        basis=ledger.basis,
        arms=[list(arm) for arm in arms],
        lists=[[name, term] for name, terms in lists.items() for term in terms],
    )


def _add_term(ledger: Ledger, group: Group, names: tuple[str, str], rows: pl.DataFrame) -> None:
    """Add the subjects with each kind of event of one term, and the median duration."""
    name, term = names
    for kind, (label, is_kind) in KINDS.items():
        chosen = rows.filter(is_kind)
        n = chosen["USUBJID"].n_unique()
        stat = Stat(group.key("interest", name, term, kind), n, "n", label, "AEDECOD", term)
        ledger.add(stat, "ADAE", chosen, None, group)
    ended = rows.filter(col("ADURN").is_not_null())
    value = as_number(ended["ADURN"].median())
    stat = Stat(group.key("interest", name, term, "days"), value, "median", "Days", "ADURN", term)
    ledger.add(stat, "ADAE", ended, "ADURN", group)


def analyze_serious(adae: pl.DataFrame, adsl: pl.DataFrame) -> SeriousEvents:
    """List the treatment-emergent events that are serious, severe, fatal or ended a treatment.

    Returns
    -------
    SeriousEvents
        By USUBJID and start, each with the reason for which it is listed.
    """
    subjects = adsl.filter(col("SAFFL") == "Y").select("USUBJID")
    reasons = {
        "fatal": (col("AESDTH") == "Y") | (col("ATOXGR") == FATAL),
        "serious": col("AESER") == "Y",
        "grade 3 or higher": col("ATOXGR") >= SEVERE_FROM,
        "ended a treatment": is_withdrawn(),
    }
    parts = [
        pl.when(is_so.fill_null(value=False)).then(pl.lit(text)) for text, is_so in reasons.items()
    ]
    why = pl.concat_str(parts, separator=", ", ignore_nulls=True)
    events = (
        adae.filter(col("TRTEMFL") == "Y")
        .join(subjects, on="USUBJID", how="semi")
        .with_columns(why.alias("why"))
        .filter(col("why") != "")
        .sort("USUBJID", "ASTDT", "ASEQ", nulls_last=True)
    )
    ledger = Ledger()
    keys = []
    for item in events.iter_rows(named=True):
        key = f"event.{slug(item['USUBJID'])}_{item['ASEQ']}"
        keys.append(key)
        of_event = events.filter(col("USUBJID") == item["USUBJID"], col("ASEQ") == item["ASEQ"])
        grade = None if item["ATOXGR"] is None else float(item["ATOXGR"])
        ledger.add(Stat(key, grade, "grade", item["AEDECOD"]), "ADAE", of_event)
    listed = events.with_columns(pl.Series("stat_id", keys, pl.String)).select(list(LISTED))
    return SeriousEvents(
        id="ae_serious",
        title="Serious and severe adverse events, one by one",
        method=Method("Treatment-emergent events that are serious, of grade 3 or higher, or fatal"),
        data=ledger.data,
        basis=ledger.basis,
        events=listed,
    )
