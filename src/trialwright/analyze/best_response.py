"""Best overall response by category and by histology, response and disease control rates."""

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
from trialwright.derive.reads import is_under_read
from trialwright.protocol.endpoints import AnalysisRead
from trialwright.protocol.estimands import BestResponse
from trialwright.stats.proportion import estimate_exact_limits

CATEGORIES = {
    "CR": "Complete response",
    "PR": "Partial response",
    "SD": "Stable disease",
    "NON-CR/NON-PD": "Neither complete response nor progression",
    "PD": "Progressive disease",
    "NE": "Not evaluable",
}
RATES = {
    "objective_response": ("Objective response", ("CR", "PR")),
    "disease_control": ("Disease control", ("CR", "PR", "SD", "NON-CR/NON-PD")),
}


@dataclass(frozen=True, kw_only=True)
class BestResponseResult(Result):
    """Counts by category, rates with exact limits, and counts by stratum such as histology."""

    arms: list[list[str]]
    level: float
    strata: list[str]
    stratum_label: str

    def table(self) -> Table:
        """Return categories and rates, one column per arm."""
        groups = make_groups(self.arms)
        rows = [
            row(
                label, *(self.share_cell(group.key(slug(code)), group.key("n")) for group in groups)
            )
            for code, label in CATEGORIES.items()
        ]
        rows.append(heading(f"Rates, n (%), {100 * self.level:g}% CI"))
        for key, (label, _) in RATES.items():
            rows.append(row(label, *(self.print_rate(key, group) for group in groups)))
        heads = head_groups(self, groups)
        notes = ["Exact intervals (Clopper-Pearson). Patients not evaluable count in every rate."]
        return make_table(self.id, self.title, ("", *heads), rows, notes)

    def strata_table(self) -> Table:
        """Return one row per stratum, one column per category."""
        group = Group("All")
        codes = [code for code in CATEGORIES if self.count(group.key(slug(code)))]
        rows = [
            row(stratum, *(self.count_cell(group.key("by", stratum, c)) for c in ("n", *codes)))
            for stratum in self.strata
        ]
        title = f"{self.title} by {self.stratum_label.lower()}"
        return make_table(f"{self.id}_strata", title, (self.stratum_label, "n", *codes), rows)

    def print_rate(self, key: str, group: Group | None = None) -> Cell:
        """Print one rate with its exact limits."""
        group = group or Group("All")
        refs = [group.key(key), group.key(f"{key}_low"), group.key(f"{key}_high")]
        low, high = (as_percent(self.value(ref)) for ref in refs[1:])
        text = print_n_percent(self.count(refs[0]), self.count(group.key("n")))
        return cell(f"{text}, {print_interval(low, high)}", *(self.ref(ref) for ref in refs))


def analyze_best_response(
    adrs: pl.DataFrame,
    adsl: pl.DataFrame,
    endpoint: BestResponse,
    trial: tuple[Sequence[tuple[str, str]], Mapping[str, tuple[str, str]]],
    read: AnalysisRead,
    stratum: tuple[str, str] | None = None,
) -> BestResponseResult:
    """Count best overall responses.

    Parameters
    ----------
    adrs, adsl : DataFrame
        Analysis datasets; one row per subject of PARAMCD BOR (or CBOR when confirmed).
    endpoint : BestResponse
        Population, confirmation, level of the intervals.
    trial : tuple
        The protocol's arms as (ARMCD, name), and population name to (flag, name in print).
    read : AnalysisRead
        The reading that the analysis uses.
    stratum : tuple, optional
        ADSL variable and label by which the categories are counted too.

    Returns
    -------
    BestResponseResult
        Per arm: n, each category, rates with exact limits; per stratum and category the count.
        A member of the population without a row, or with a missing response, is not evaluable.
    """
    arms, populations = trial
    members = adsl.filter(col(populations[endpoint.population][0]) == "Y")
    best = _best_responses(adrs, members, endpoint.paramcd, read)
    level = endpoint.intervals[-1]
    ledger = Ledger()
    for group in make_groups(arms):
        _add_categories(ledger, group, group.of(best), level)
    strata: list[str] = []
    if stratum and stratum[0] in adsl.columns:
        named = best.join(members.select("USUBJID", col(stratum[0]).alias("level")), on="USUBJID")
        named = named.with_columns(col("level").fill_null("Not stated"))
        sizes = named.group_by("level").len().sort(["len", "level"], descending=[True, False])
        strata = sizes["level"].to_list()
        _add_strata(ledger, named, strata)
    confirmed = "confirmed by a later assessment" if endpoint.confirmation else "not confirmed"
    return BestResponseResult(
        id=endpoint.id,
        title="Best overall response",
        method=Method(
            "Best response up to progression, new therapy or the data cut",
            {"responses": confirmed, "population": populations[endpoint.population][1]},
            "Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247.",
        ),
        data=ledger.data,
        basis=ledger.basis,
        arms=[list(arm) for arm in arms],
        level=level,
        strata=strata,
        stratum_label=stratum[1] if stratum else "",
    )


def _best_responses(
    adrs: pl.DataFrame, members: pl.DataFrame, paramcd: str, read: AnalysisRead
) -> pl.DataFrame:
    """Return each member's best response with ARMCD."""
    rows = adrs.filter((col("PARAMCD") == paramcd) & is_under_read(read))
    joined = members.select("USUBJID").join(rows, on="USUBJID", how="left", maintain_order="left")
    response = pl.when(~col("AVALC").is_in(tuple(CATEGORIES))).then(None).otherwise(col("AVALC"))
    return add_arm(joined.with_columns(response.fill_null("NE").alias("AVALC")), members)


def _add_categories(ledger: Ledger, group: Group, rows: pl.DataFrame, level: float) -> None:
    ledger.add_members(
        Stat(group.key("n"), rows.height, "N", "Patients", "BOR"), "ADRS", rows, group
    )
    for code, label in CATEGORIES.items():
        chosen = rows.filter(col("AVALC") == code)
        stat = Stat(group.key(slug(code)), chosen.height, "n", label, "BOR", code)
        ledger.add_members(stat, "ADRS", chosen, group)
    for key, (label, codes) in RATES.items():
        chosen = rows.filter(col("AVALC").is_in(codes))
        ledger.add_members(
            Stat(group.key(key), chosen.height, "n", label, "BOR"), "ADRS", chosen, group
        )
        limits = estimate_exact_limits(chosen.height, rows.height, level)
        for side, value in zip(("low", "high"), limits, strict=True):
            stat = Stat(group.key(f"{key}_{side}"), value, side, f"{label}, {side} limit", "BOR")
            ledger.add_members(stat, "ADRS", rows, group)


def _add_strata(ledger: Ledger, named: pl.DataFrame, strata: Sequence[str]) -> None:
    group = Group("All")
    for stratum in strata:
        rows = named.filter(col("level") == stratum)
        counts = {"n": rows} | {code: rows.filter(col("AVALC") == code) for code in CATEGORIES}
        for code, chosen in counts.items():
            key = group.key("by", stratum, code)
            ledger.add_members(
                Stat(key, chosen.height, "n", f"{stratum}, {code}", "BOR", stratum),
                "ADRS",
                chosen,
                None,
            )
