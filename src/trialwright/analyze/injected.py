"""Injected and non-injected target lesions apart: whether the effect reaches beyond the needle."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from polars import col

from trialwright.core.ledger import Group, Ledger, Stat, add_arm, as_number, make_groups, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import (
    Cell,
    Table,
    cell,
    make_table,
    round_half_up,
    row,
)
from trialwright.derive.reads import PARQUALS
from trialwright.protocol.endpoints import AnalysisRead

SUMS = {
    "SDIAMI": ("injected", "Injected targets"),
    "SDIAMN": ("not_injected", "Non-injected targets"),
}
PARTIAL_RESPONSE_PERCENT = -30.0
SLACK_PERCENT = 1e-9  # a percentage of decimals may miss its limit by the last digit
REFERENCE = "Goldmacher GV, et al. J Clin Oncol 2020;38:2667-2676."


@dataclass(frozen=True, kw_only=True)
class InjectedResult(Result):
    """Best change of either sum; `changes` has one row per patient, null where not measured."""

    arms: list[list[str]]
    population: str
    changes: pl.DataFrame

    def table(self) -> Table:
        """Return counts and best changes, a row for each group of lesions."""
        rows = []
        for group in make_groups(self.arms):
            for key, label in SUMS.values():
                name = label if len(self.arms) == 1 else f"{label}, {group.label}"
                rows.append(row(name, *self._cells(group, key)))
        heads = ("", "Patients", "Best change, %, median (range)", "At least 30% smaller, n (%)")
        notes = [
            f"{self.population}; patients with a complete later sum of that group of lesions. "
            "RECIST 1.1 uses all targets together; these sums are a sensitivity and decide "
            "nothing. NE, not estimable.",
        ]
        return make_table(self.id, self.title, heads, rows, notes)

    def patients_table(self) -> Table:
        """Return the best change of either sum, patient by patient."""
        rows = [
            row(
                item["USUBJID"],
                *(self._change_cell(item, code, key) for code, (key, _) in SUMS.items()),
            )
            for item in self.changes.iter_rows(named=True)
        ]
        heads = ("Patient", *(f"{label}, best change, %" for _, label in SUMS.values()))
        note = "No sum: no target of that group, or none with a complete later sum."
        title = "Best change of injected and non-injected lesions"
        return make_table(f"{self.id}_patients", title, heads, rows, [note])

    def _change_cell(self, item: dict[str, str | float | None], code: str, key: str) -> Cell:
        if item[code] is None:
            return cell("No sum")
        text = round_half_up(float(item[code] or 0), 1)
        return cell(text, self.ref(f"{slug(str(item['USUBJID']))}.{key}"))

    def _cells(self, group: Group, key: str) -> list[Cell]:
        n = group.key(key, "n")
        refs = [group.key(key, name) for name in ("median", "min", "max")]
        median, low, high = (round_half_up(self.value(ref), 1) for ref in refs)
        text = f"{median} ({low} to {high})" if self.count(n) else median
        return [
            self.count_cell(n),
            cell(text, *(self.ref(ref) for ref in refs)),
            self.share_cell(group.key(key, "shrunk"), n),
        ]


def analyze_injected_sums(
    adtr: pl.DataFrame,
    adsl: pl.DataFrame,
    trial: tuple[Sequence[tuple[str, str]], tuple[str, str]],
    read: AnalysisRead,
) -> InjectedResult:
    """Find each patient's best change of the injected and of the non-injected targets.

    Parameters
    ----------
    adtr, adsl : DataFrame
        Analysis datasets; ADTR with SDIAMI and SDIAMN.
    trial : tuple
        The protocol's arms as (ARMCD, name), and the population's flag with its name in print.
    read : AnalysisRead
        The reading that the analysis uses.

    Returns
    -------
    InjectedResult
        Per arm and group of lesions: patients with a complete sum after baseline and before a new
        anticancer therapy, their best percent change (median, least, greatest), and how many shrank
        by 30 % or more.

    References
    ----------
    Goldmacher GV, et al. J Clin Oncol 2020;38:2667-2676.
    """
    arms, (flag, population) = trial
    members = adsl.filter(col(flag) == "Y")
    best = add_arm(_find_best(adtr, members, read), members)
    ledger = Ledger()
    for group in make_groups(arms):
        for code, (key, label) in SUMS.items():
            _add_group(ledger, group, (key, label), group.of(best).filter(col("PARAMCD") == code))
    for item in best.iter_rows(named=True):
        key, label = SUMS[item["PARAMCD"]]
        rows = best.filter(col("USUBJID") == item["USUBJID"], col("PARAMCD") == item["PARAMCD"])
        stat_id = f"{slug(item['USUBJID'])}.{key}"
        stat = Stat(stat_id, item["PCHG"], "best_change", label, "PCHG", item["USUBJID"], "%")
        ledger.add(stat, "ADTR", rows)
    return InjectedResult(
        id="injected",
        title="Injected and non-injected target lesions",
        method=Method(
            "Best percent change of the sum of diameters, by group of lesions",
            {"reading": read.value, "population": population, "sums": "complete ones only"},
            REFERENCE,
        ),
        data=ledger.data,
        basis=ledger.basis,
        arms=[list(arm) for arm in arms],
        population=population,
        changes=_put_side_by_side(best, members),
    )


def _find_best(adtr: pl.DataFrame, members: pl.DataFrame, read: AnalysisRead) -> pl.DataFrame:
    """Return the smallest change of either sum of each patient, with its row."""
    dates = members.select("USUBJID", "TRTSDT", col("NACTDT").cast(pl.Date))
    rows = adtr.filter(
        col("PARAMCD").is_in(tuple(SUMS)),
        col("PARQUAL") == PARQUALS[read],
        col("PCHG").is_not_null(),
        col("ABLFL").is_null(),
    ).join(dates, on="USUBJID")
    is_before = col("NACTDT").is_null() | (col("ADT") < col("NACTDT"))
    return (
        rows.filter(col("ADT") > col("TRTSDT"), is_before)
        .sort("USUBJID", "PARAMCD", "PCHG", "ADT")
        .unique(["USUBJID", "PARAMCD"], keep="first", maintain_order=True)
        .select("USUBJID", "PARAMCD", "ASEQ", "PCHG")
    )


def _put_side_by_side(best: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Return one row per member with both changes."""
    frame = members.select("USUBJID").sort("USUBJID")
    for code in SUMS:
        mine = best.filter(col("PARAMCD") == code).select("USUBJID", col("PCHG").alias(code))
        frame = frame.join(mine, on="USUBJID", how="left", maintain_order="left")
    return frame


def _add_group(ledger: Ledger, group: Group, named: tuple[str, str], rows: pl.DataFrame) -> None:
    key, label = named
    changes = rows["PCHG"]
    size = Stat(group.key(key, "n"), rows.height, "N", f"{label}, patients", "PCHG", key)
    ledger.add(size, "ADTR", rows, None, group)
    for name, value in (
        ("median", changes.median()),
        ("min", changes.min()),
        ("max", changes.max()),
    ):
        stat = Stat(
            group.key(key, name), as_number(value), name, f"{label}, {name}", "PCHG", key, "%"
        )
        ledger.add(stat, "ADTR", rows, None, group)
    shrunk = rows.filter(col("PCHG") <= PARTIAL_RESPONSE_PERCENT + SLACK_PERCENT)
    stat = Stat(group.key(key, "shrunk"), shrunk.height, "n", f"{label}, 30% smaller", "PCHG", key)
    ledger.add(stat, "ADTR", shrunk, None, group)
