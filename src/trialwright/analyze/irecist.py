"""Responses by iRECIST beside those by RECIST 1.1: what becomes of unconfirmed progressions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from polars import col

from trialwright.core.ledger import Group, Ledger, Stat, add_arm, head_groups, make_groups, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import (
    Cell,
    Table,
    as_percent,
    cell,
    heading,
    make_table,
    print_interval,
    print_n_percent,
    row,
)
from trialwright.derive.reads import PARQUALS
from trialwright.protocol.endpoints import AnalysisRead
from trialwright.stats.proportion import estimate_exact_limits

CATEGORIES = {
    "iCR": "Complete response (iCR)",
    "iPR": "Partial response (iPR)",
    "iSD": "Stable disease (iSD)",
    "NON-iCR/NON-iUPD": "Neither complete response nor progression",
    "NED": "No evidence of disease",
    "iUPD": "Unconfirmed progression (iUPD)",
    "iCPD": "Confirmed progression (iCPD)",
    "NE": "Not evaluable",
}
RESPONSES = ("iCR", "iPR")
CONFIRMED, RESOLVED, OPEN = "confirmed", "resolved", "open"
OUTCOMES = {
    CONFIRMED: "Confirmed by a later assessment (iCPD)",
    RESOLVED: "Resolved at a later assessment",
    OPEN: "Neither confirmed nor resolved",
}
IN_LISTING = {CONFIRMED: "Confirmed", RESOLVED: "Resolved", OPEN: "Neither"}
NO_ROW = "no assessment"
LEVEL = 0.95
REFERENCE = "Seymour L, et al. Lancet Oncol 2017;18:e143-e152."


@dataclass(frozen=True, kw_only=True)
class ImmuneResult(Result):
    """Best response by iRECIST, and what became of each first unconfirmed progression.

    `progressed` has who had one: USUBJID, ADT of the first, outcome, BOR and IBOR.
    """

    arms: list[list[str]]
    population: str
    progressed: pl.DataFrame

    def table(self) -> Table:
        """Return best responses, the response rate, and the outcomes of progressions."""
        groups = make_groups(self.arms)
        rows = [heading("Best overall response by iRECIST, n (%)")]
        rows += [
            row(label, *(self._count_cell(code, group) for group in groups), indent=1)
            for code, label in CATEGORIES.items()
        ]
        rows.append(
            row("Response (iCR or iPR), n (%), 95% CI", *(self._rate_cell(g) for g in groups))
        )
        rows.append(row("Unconfirmed progression", *(self._count_cell("any", g) for g in groups)))
        rows += [
            row(label, *(self._count_cell(key, group) for group in groups), indent=1)
            for key, label in OUTCOMES.items()
        ]
        heads = head_groups(self, groups)
        notes = [
            f"{self.population}. Shown beside RECIST 1.1, which decides the endpoints. Progression "
            "stays unconfirmed until a later assessment shows more of it.",
        ]
        return make_table(self.id, self.title, ("", *heads), rows, notes)

    def progressed_table(self) -> Table:
        """Return who had an unconfirmed progression, and what became of it."""
        rows = [
            row(
                item["USUBJID"],
                item["ADT"].isoformat() if item["ADT"] else "no date",
                IN_LISTING[item["outcome"]],
                item["BOR"],
                item["IBOR"],
            )
            for item in self.progressed.iter_rows(named=True)
        ]
        heads = ("Patient", "First unconfirmed", "What became of it", "RECIST 1.1", "iRECIST")
        title = "Unconfirmed progressions by iRECIST"
        return make_table(f"{self.id}_progressed", title, heads, rows)

    def _count_cell(self, key: str, group: Group) -> Cell:
        return self.share_cell(group.key(key), group.key("n"))

    def _rate_cell(self, group: Group) -> Cell:
        refs = [group.key(name) for name in ("response", "response_low", "response_high")]
        low, high = (as_percent(self.value(ref)) for ref in refs[1:])
        text = print_n_percent(self.count(refs[0]), self.count(group.key("n")))
        return cell(f"{text}, {print_interval(low, high)}", *(self.ref(ref) for ref in refs))


def analyze_irecist(
    adrs: pl.DataFrame,
    adsl: pl.DataFrame,
    trial: tuple[Sequence[tuple[str, str]], tuple[str, str]],
    read: AnalysisRead,
    confirm_min_days: int,
) -> ImmuneResult:
    """Count best responses by iRECIST and the outcomes of unconfirmed progressions.

    Parameters
    ----------
    adrs, adsl : DataFrame
        Analysis datasets; ADRS with IOVR and IBOR.
    trial : tuple
        The protocol's arms as (ARMCD, name), and the population's flag with its name in print.
    read : AnalysisRead
        The reading that the analysis uses.
    confirm_min_days : int
        Fewest days from an unconfirmed progression to one that confirms it, for print.

    Returns
    -------
    ImmuneResult
        Per arm: n, each category, the response rate with exact limits, who had an unconfirmed
        progression, and whether it was confirmed, resolved, or left open. A member without an
        assessment is not evaluable.

    References
    ----------
    Seymour L, et al. Lancet Oncol 2017;18:e143-e152.
    """
    arms, (flag, population) = trial
    members = adsl.filter(col(flag) == "Y")
    mine = adrs.filter(col("PARQUAL") == PARQUALS[read])
    best = _list_best(mine, members)
    progressed = add_arm(_follow_progressions(mine, members), members)
    ledger = Ledger()
    for group in make_groups(arms):
        _add_categories(ledger, group, group.of(best))
        _add_outcomes(ledger, group, group.of(progressed))
    return ImmuneResult(
        id="irecist",
        title="Response by iRECIST",
        method=Method(
            "Best response and course of unconfirmed progressions by iRECIST",
            {
                "reading": read.value,
                "population": population,
                "confirmed at the earliest after": f"{confirm_min_days} days",
            },
            REFERENCE,
        ),
        data=ledger.data,
        basis=ledger.basis,
        arms=[list(arm) for arm in arms],
        population=population,
        progressed=_compare_best(progressed, mine, best),
    )


def _list_best(adrs: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Return each member's best response by iRECIST with ARMCD."""
    rows = adrs.filter(col("PARAMCD") == "IBOR").select("USUBJID", "ASEQ", "AVALC")
    joined = members.select("USUBJID").join(rows, on="USUBJID", how="left", maintain_order="left")
    return add_arm(joined.with_columns(col("AVALC").fill_null("NE")), members)


def _follow_progressions(adrs: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Return who had an unconfirmed progression: its date and row, and what became of it."""
    points = adrs.filter(col("PARAMCD") == "IOVR", col("AVALC") != "NE").join(
        members.select("USUBJID"), on="USUBJID", how="semi"
    )
    is_open = col("AVALC") == "iUPD"
    return (
        points.sort("USUBJID", "ADT", "ASEQ")
        .group_by("USUBJID", maintain_order=True)
        .agg(
            ASEQ=col("ASEQ").filter(is_open).first(),
            ADT=col("ADT").filter(is_open).first(),
            is_confirmed=(col("AVALC") == "iCPD").any(),
            is_last=is_open.last(),
        )
        .filter(col("ASEQ").is_not_null())
        .with_columns(
            outcome=pl.when("is_confirmed")
            .then(pl.lit(CONFIRMED))
            .when("is_last")
            .then(pl.lit(OPEN))
            .otherwise(pl.lit(RESOLVED))
        )
    )


def _compare_best(progressed: pl.DataFrame, adrs: pl.DataFrame, best: pl.DataFrame) -> pl.DataFrame:
    """Add the best response by either criteria."""
    recist = adrs.filter(col("PARAMCD") == "BOR").select("USUBJID", BOR="AVALC")
    immune = best.select("USUBJID", IBOR="AVALC")
    return (
        progressed.join(recist, on="USUBJID", how="left", maintain_order="left")
        .join(immune, on="USUBJID", how="left", maintain_order="left")
        .with_columns(col("BOR").fill_null(NO_ROW))
        .select("USUBJID", "ADT", "outcome", "BOR", "IBOR")
    )


def _add_categories(ledger: Ledger, group: Group, rows: pl.DataFrame) -> None:
    size = Stat(group.key("n"), rows.height, "N", "Patients", "IBOR")
    ledger.add_members(size, "ADRS", rows, group)
    for code, label in CATEGORIES.items():
        chosen = rows.filter(col("AVALC") == code)
        stat = Stat(group.key(slug(code)), chosen.height, "n", label, "IBOR", code)
        ledger.add_members(stat, "ADRS", chosen, group)
    chosen = rows.filter(col("AVALC").is_in(RESPONSES))
    rate = Stat(group.key("response"), chosen.height, "n", "Response (iCR or iPR)", "IBOR")
    ledger.add_members(rate, "ADRS", chosen, group)
    limits = estimate_exact_limits(chosen.height, rows.height, LEVEL)
    for side, value in zip(("low", "high"), limits, strict=True):
        label = f"Response (iCR or iPR), {side} limit"
        stat = Stat(group.key(f"response_{side}"), value, side, label, "IBOR")
        ledger.add_members(stat, "ADRS", rows, group)


def _add_outcomes(ledger: Ledger, group: Group, progressed: pl.DataFrame) -> None:
    outcomes: Mapping[str, str] = {"any": "Unconfirmed progression", **OUTCOMES}
    for key, label in outcomes.items():
        chosen = progressed if key == "any" else progressed.filter(col("outcome") == key)
        stat = Stat(group.key(key), chosen.height, "n", label, "IOVR", key)
        ledger.add(stat, "ADRS", chosen, None, group)
