"""Adverse events: how many subjects had any, which, and how severe at worst."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl
from polars import col

from trialwright.core.ledger import Group, Ledger, Stat, add_arm, head_groups, make_groups, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import Cell, Row, Table, heading, make_table, row
from trialwright.derive.adverse_events import SEVERE_FROM, is_withdrawn
from trialwright.derive.event_cuts import EventCut

GRADES = (1, 2, 3, 4, 5)
UNGRADED = "ungraded"
OVERVIEW = {
    "any": ("Any adverse event", pl.lit(value=True)),
    "related": ("Related to a study treatment", col("AREL") == "RELATED"),
    "severe": (f"Grade {SEVERE_FROM} or higher", col("ATOXGR") >= SEVERE_FROM),
    "severe_related": (
        f"Grade {SEVERE_FROM} or higher and related",
        (col("ATOXGR") >= SEVERE_FROM) & (col("AREL") == "RELATED"),
    ),
    "serious": ("Serious", col("AESER") == "Y"),
    "withdrawn": ("Led to the end of a treatment", is_withdrawn()),
    "fatal": ("Fatal", (col("AESDTH") == "Y") | (col("ATOXGR") == max(GRADES))),
}


@dataclass(frozen=True, kw_only=True)
class AdverseEventOverview(Result):
    """How many subjects had adverse events of each kind."""

    arms: list[list[str]]
    agents: list[str]

    def table(self) -> Table:
        """Return one row per kind of event, one column per arm."""
        groups = make_groups(self.arms)
        rows = [
            row(label, *(_patients(self, group, "overview", kind) for group in groups))
            for kind, (label, _) in OVERVIEW.items()
        ]
        rows += [
            row(
                f"Related to {agent}",
                *(_patients(self, group, "overview", "related to", agent) for group in groups),
            )
            for agent in self.agents
        ]
        note = "Patients with at least one treatment-emergent event of the kind, n (%)."
        return make_table(self.id, self.title, ("", *head_groups(self, groups)), rows, [note])


@dataclass(frozen=True, kw_only=True)
class AdverseEventTable(Result):
    """Worst grade per subject and term, among the events of one cut."""

    arms: list[list[str]]
    terms: list[str]
    nobody: str

    def table(self) -> Table:
        """Return one row per term with its worst grades (one arm), or any and severe per arm."""
        groups = make_groups(self.arms)
        if len(groups) == 1:
            keys = ["any", *(f"grade_{g}" for g in GRADES), "severe", *self._ungraded(groups[0])]
            heads = {"any": "Any grade", "severe": "Grade \u2265 3", UNGRADED: "No grade"}
            heads |= {f"grade_{grade}": f"Grade {grade}" for grade in GRADES}
            columns = ("Term", *(heads[key] for key in keys))
            rows = [self._row(term, [(groups[0], key) for key in keys]) for term in self.terms]
        else:
            columns = (
                "Term",
                *(f"{g.label}, {c}" for g in groups for c in ("any", "grade \u2265 3")),
            )
            pairs = [(group, key) for group in groups for key in ("any", "severe")]
            rows = [self._row(term, pairs) for term in self.terms]
        rows = rows or [heading(self.nobody)]
        notes = [
            "Each patient counts once per term, at the worst grade; n (%). "
            + "; ".join(f"{g.label}: N = {self.count(g.key('n'))}" for g in groups)
            + "."
        ]
        return make_table(self.id, self.title, columns, rows, notes)

    def _ungraded(self, group: Group) -> list[str]:
        """Return the key of events without a grade, where there are any."""
        counts = [self.count(group.key("term", term, UNGRADED)) for term in self.terms]
        return [UNGRADED] if any(counts) else []

    def _row(self, term: str, wanted: Sequence[tuple[Group, str]]) -> Row:
        return row(term, *(_patients(self, group, "term", term, key) for group, key in wanted))


@dataclass(frozen=True, kw_only=True)
class AdverseEventTerms(AdverseEventTable):
    """Worst grade per subject and term of all events; `worst` is what the figure draws."""

    has_figure: ClassVar[bool] = True
    drawn_frames: ClassVar[tuple[str, ...]] = ("worst",)
    worst: pl.DataFrame

    def plot(self, ax: Any = None) -> Any:
        """Draw the terms as bars stacked by worst grade."""
        from trialwright.figures.safety import draw_adverse_events

        return draw_adverse_events(self.worst, ax)

    def describe(self) -> str:
        """Say in words what the figure shows."""
        from trialwright.figures.safety import describe_adverse_events

        return describe_adverse_events(self.worst)


def _patients(result: Result, group: Group, *parts: str) -> Cell:
    return result.share_or_zero_cell(group.key(*parts), group.key("n"))


def analyze_adverse_event_overview(
    adae: pl.DataFrame,
    adsl: pl.DataFrame,
    arms: Sequence[tuple[str, str]],
    agents: Sequence[str] = (),
) -> AdverseEventOverview:
    """Count the safety population's subjects with each kind of treatment-emergent event.

    Parameters
    ----------
    adae : DataFrame
        Analysis dataset ADAE.
    adsl : DataFrame
        Analysis dataset ADSL; SAFFL = "Y" is the denominator.
    arms : sequence of (ARMCD, name)
        The protocol's arms.
    agents : sequence of str
        The protocol's agents; the relation to each is shown where it was recorded by agent.

    Returns
    -------
    AdverseEventOverview
        Per arm the denominator and the subjects with events of each kind.
    """
    events, subjects = _emergent(adae, adsl)
    by_agent = "RELAGENT" in events.columns and events["RELAGENT"].is_not_null().any()
    named = list(agents) if by_agent else []
    ledger = Ledger()
    for group in make_groups(arms):
        _add_denominator(ledger, group, subjects)
        for kind, (label, is_kind) in OVERVIEW.items():
            rows = group.of(events).filter(is_kind)
            stat = Stat(group.key("overview", kind), rows["USUBJID"].n_unique(), "n", label)
            ledger.add(stat, "ADAE", rows, None, group)
        for agent in named:
            is_related = col("RELAGENT").str.split("; ").list.contains(agent)
            rows = group.of(events).filter(is_related)
            key = group.key("overview", "related to", agent)
            stat = Stat(key, rows["USUBJID"].n_unique(), "n", f"Related to {agent}")
            ledger.add(stat, "ADAE", rows, "RELAGENT", group)
    return AdverseEventOverview(
        id="ae_overview",
        title="Adverse events",
        method=Method("Subjects with treatment-emergent adverse events"),
        data=ledger.data,
        basis=ledger.basis,
        arms=[list(arm) for arm in arms],
        agents=named,
    )


def analyze_adverse_event_terms(
    adae: pl.DataFrame, adsl: pl.DataFrame, arms: Sequence[tuple[str, str]], dictionary: str
) -> AdverseEventTerms:
    """Count subjects per term at their worst grade.

    Parameters
    ----------
    adae, adsl : DataFrame
        Analysis datasets; AOCCPFL marks each subject's worst event of a term.
    arms : sequence of (ARMCD, name)
        The protocol's arms.
    dictionary : str
        What graded the events, such as "CTCAE 4.03"; printed with the table.

    Returns
    -------
    AdverseEventTerms
        Terms by falling frequency over all arms, then by name.
    """
    events, subjects = _emergent(adae, adsl)
    worst = events.filter(col("AOCCPFL") == "Y")
    bars = worst.group_by("AEDECOD", "ATOXGR").len().rename({"AEDECOD": "term", "len": "n"})
    return AdverseEventTerms(
        id="ae_terms",
        worst=bars.select(
            "term",
            col("ATOXGR").alias("grade"),
            col("n").cast(pl.Int64),
            pl.lit(subjects.height).alias("n_of"),
        ).sort("term", "grade"),
        **_count_terms(worst, subjects, arms, (EventCut.ALL, dictionary)),
    )


def analyze_adverse_event_cut(
    adae: pl.DataFrame,
    adsl: pl.DataFrame,
    arms: Sequence[tuple[str, str]],
    dictionary: str,
    cut: EventCut,
) -> AdverseEventTable:
    """Count subjects per term at their worst grade among the events of one cut.

    Parameters are those of `analyze_adverse_event_terms`; `cut` says which events count. The worst
    grade is that of the cut: a related event of grade 1 is not hidden by an unrelated one of
    grade 3.
    """
    events, subjects = _emergent(adae, adsl)
    chosen = events.filter(OVERVIEW[cut.value][1])
    worst = chosen.sort("USUBJID", "AEDECOD", col("ATOXGR").fill_null(0), "ASEQ",
                        descending=[False, False, True, False])  # fmt: skip
    worst = worst.unique(["USUBJID", "AEDECOD"], keep="first", maintain_order=True)
    counted = _count_terms(worst, subjects, arms, (cut, dictionary))
    return AdverseEventTable(id=cut.result_id, **counted)


def _count_terms(
    worst: pl.DataFrame,
    subjects: pl.DataFrame,
    arms: Sequence[tuple[str, str]],
    asked: tuple[EventCut, str],
) -> dict[str, Any]:
    """Count each term's worst events; return what a table by term holds."""
    cut, dictionary = asked
    order = worst.group_by("AEDECOD").len().sort(["len", "AEDECOD"], descending=[True, False])
    terms = order["AEDECOD"].to_list()
    ledger = Ledger()
    for group in make_groups(arms):
        _add_denominator(ledger, group, subjects)
        by_term = group.of(worst).partition_by("AEDECOD", as_dict=True)
        for term in terms:
            _add_term(ledger, group, term, by_term.get((term,), worst.clear()))
    settings = {"graded by": dictionary, "events": OVERVIEW[cut.value][0].lower()}
    return {
        "title": cut.title,
        "method": Method("Worst grade per subject and term", settings),
        "data": ledger.data,
        "basis": ledger.basis,
        "arms": [list(arm) for arm in arms],
        "terms": terms,
        "nobody": cut.nobody,
    }


def _emergent(adae: pl.DataFrame, adsl: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the safety population's treatment-emergent events with ARMCD, and its subjects."""
    subjects = adsl.filter(col("SAFFL") == "Y")
    return add_arm(adae.filter(col("TRTEMFL") == "Y"), subjects), subjects


def _add_denominator(ledger: Ledger, group: Group, subjects: pl.DataFrame) -> None:
    rows = group.of(subjects)
    ledger.add(
        Stat(group.key("n"), rows.height, "N", "Safety population"), "ADSL", rows, "SAFFL", group
    )


def _add_term(ledger: Ledger, group: Group, term: str, rows: pl.DataFrame) -> None:
    cuts = {"any": ("Any grade", rows)}
    cuts |= {f"grade_{g}": (f"Grade {g}", rows.filter(col("ATOXGR") == g)) for g in GRADES}
    cuts |= {"severe": ("Grade 3 or higher", rows.filter(col("ATOXGR") >= SEVERE_FROM))}
    cuts |= {UNGRADED: ("No grade", rows.filter(col("ATOXGR").is_null()))}
    for key, (label, chosen) in cuts.items():
        stat = Stat(group.key("term", term, key), chosen.height, "n", label, "AEDECOD", term)
        ledger.add(stat, "ADAE", chosen, None, group)


def find_severe_terms(result: AdverseEventTerms) -> list[tuple[str, int, str]]:
    """Return term, count and statistic id of every term with grade 3 or higher, most first."""
    group = make_groups(result.arms)[-1]
    keys = [(term, group.key("term", term, "severe")) for term in result.terms]
    found = [(term, result.count(key), result.ref(key)) for term, key in keys]
    return sorted((item for item in found if item[1]), key=lambda item: (-item[1], slug(item[0])))
