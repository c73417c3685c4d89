"""A state that a machine proposes and a person decides: both side by side, and how they agree."""

from dataclasses import dataclass

import polars as pl
from polars import col

from trialwright.core.errors import EstimateError
from trialwright.core.ledger import Ledger, Stat, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import Cell, Table, cell, make_table, print_percent, row
from trialwright.derive.tissue_parameters import DECIDED, NOT_ASSESSED, PROPOSED, STATES
from trialwright.protocol.biomarkers import TissueMarker
from trialwright.stats.agreement import estimate_kappa

NAMES = {**STATES, "NOT ASSESSABLE": "Not assessable"}
SIDES = ("proposed", "decided")
REFERENCE = (
    "Vanhersecke L, et al. Lab Invest 2023;103:100063 (readers: kappa 0.65 for presence, 0.90 for "
    "maturity)."
)


@dataclass(frozen=True, kw_only=True)
class StatusResult(Result):
    """Proposed against decided states; `cases` has a row per patient and visit."""

    stain: str
    decider: str
    cases: pl.DataFrame

    @property
    def has_differences(self) -> bool:
        """Whether a proposal and a decision differ anywhere."""
        return bool((self.cases["proposed"] != self.cases["decided"]).any())

    def table(self) -> Table:
        """Return decided states in columns, proposed in rows."""
        decided = self._levels("decided")
        heads = (
            "Proposed by the machine",
            *(_name(level) for level in decided),
            "Total",
        )
        rows = []
        for proposed in self._levels("proposed"):
            cells: list[Cell] = []
            for level in (*decided, "total"):
                cells.append(self.count_cell(f"cross.{slug(proposed)}.{slug(level)}"))
            rows.append(row(_name(proposed), *cells))
        notes = [f"Columns: decided by the {self.decider}. The decision counts for eligibility."]
        return make_table(self.id, self.title, heads, rows, notes)

    def cases_table(self) -> Table:
        """Return every patient whose proposal and decision differ."""
        differ = self.cases.filter(col("proposed") != col("decided")).sort("USUBJID")
        rows = [
            row(
                subject,
                visit,
                _name(proposed),
                _name(decided),
                why or "",
            )
            for subject, visit, proposed, decided, why in differ.select(
                "USUBJID", "AVISIT", "proposed", "decided", "reason"
            ).iter_rows()
        ]
        heads = ("Patient", "Visit", "Proposed", "Decided", "Why not assessed")
        title = f"{self.stain} status: where proposal and decision differ"
        return make_table(f"{self.id}_cases", title, heads, rows)

    def _levels(self, column: str) -> list[str]:
        """Return the states that occur, none first."""
        found = set(self.cases[column])
        known = [name for name in NAMES if name in found]
        return [*known, *sorted(found - set(NAMES))]

    def print_agreement(self) -> Cell:
        """Print agreements, of how many, and their percentage as one cell."""
        agreed, both = self.count("agreed"), self.count("both")
        text = f"{agreed} of {both} ({print_percent(agreed, both)}%)"
        return cell(text, self.ref("agreed"), self.ref("both"))


def _name(level: str) -> str:
    return NAMES.get(level, level)


def analyze_status(adbm: pl.DataFrame, adsl: pl.DataFrame, marker: TissueMarker) -> StatusResult:
    """Set what a machine proposes beside what a person decided.

    Parameters
    ----------
    adbm, adsl : DataFrame
        Analysis datasets; every screened patient counts.
    marker : TissueMarker
        The protocol's stain with its decider.

    Returns
    -------
    StatusResult
        Counts of each state, the cross table, and over patients with both the number that agree
        and Cohen's kappa. A state that nobody proposed or decided is "Not assessed".
    """
    subjects = adsl.select("USUBJID")
    stem = marker.id.upper()
    sides = {
        name: adbm.filter(col("PARAMCD") == f"{stem}{suffix}").join(subjects, on="USUBJID")
        for name, suffix in (("proposed", PROPOSED), ("decided", DECIDED))
    }
    cases = _join_sides(sides)
    ledger = Ledger()
    both = cases.filter((col("proposed") != NOT_ASSESSED) & (col("decided") != NOT_ASSESSED))
    same = both.filter(col("proposed") == col("decided"))
    for name, rows, label in (
        ("n", cases, "Patients with a slide or a decision"),
        ("both", both, "Proposed and decided"),
        ("agreed", same, "Proposed as decided"),
    ):
        ledger.add(Stat(name, rows.height, "n", label), "ADBM", _rows_of(rows), "AVALC")
    kappa = _estimate_kappa(both)
    ledger.add(Stat("kappa", kappa, "kappa", "Cohen's kappa"), "ADBM", _rows_of(both), "AVALC")
    for side in ("decided", "proposed"):
        for level in (*NAMES, NOT_ASSESSED):
            rows = cases.filter(col(side) == level)
            stat = Stat(f"{side}.{slug(level)}", rows.height, "n", f"{_name(level)}, {side}")
            ledger.add(stat, "ADBM", _rows_of(rows), "AVALC")
    _add_cross(ledger, cases)
    decider = marker.decide.value if marker.decide else "reader"
    settings = {"stain": marker.stain, "decision": decider, "visits": ", ".join(marker.visits)}
    return StatusResult(
        id=marker.id,
        title=f"{marker.stain} status at screening",
        method=Method("Proposal of a machine beside a decision", settings, REFERENCE),
        data=ledger.data,
        basis=ledger.basis,
        stain=marker.stain,
        decider=decider,
        cases=cases.select("USUBJID", "AVISIT", "proposed", "decided", "reason"),
    )


def _join_sides(sides: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return one row per patient and visit with both states and the rows they stand in."""
    keys = ["USUBJID", "AVISIT"]
    frames = [
        rows.sort("ANL01FL", "ASEQ", descending=[True, False])
        .unique(keys, keep="first", maintain_order=True)
        .select(
            *keys,
            col("AVALC").alias(name),
            col("ASEQ").alias(f"{name}_seq"),
            col("AREASON").alias(f"{name}_reason"),
        )
        for name, rows in sides.items()
    ]
    joined = frames[0].join(frames[1], on=keys, how="full", coalesce=True)
    return joined.with_columns(
        col("proposed", "decided").fill_null(NOT_ASSESSED),
        pl.coalesce("proposed_reason", "decided_reason").alias("reason"),
    ).sort(keys)


def _add_cross(ledger: Ledger, cases: pl.DataFrame) -> None:
    for proposed in cases["proposed"].unique().sort():
        rows = cases.filter(col("proposed") == proposed)
        for decided in (*cases["decided"].unique().sort(), "total"):
            cut = rows if decided == "total" else rows.filter(col("decided") == decided)
            label = f"Proposed {_name(proposed)}, decided {_name(decided)}"
            stat = Stat(f"cross.{slug(proposed)}.{slug(decided)}", cut.height, "n", label)
            ledger.add(stat, "ADBM", _rows_of(cut), "AVALC")


def _rows_of(cases: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of ADBM behind some cases."""
    parts = [cases.select("USUBJID", col(f"{side}_seq").alias("ASEQ")) for side in SIDES]
    return pl.concat(parts).drop_nulls("ASEQ")


def _estimate_kappa(both: pl.DataFrame) -> float | None:
    try:
        return estimate_kappa(both["proposed"].to_numpy(), both["decided"].to_numpy()).kappa
    except EstimateError:
        return None
