"""Change of the target sum: the best of each patient, and its course over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl
from polars import col

from trialwright.core.ledger import Ledger, Stat, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import Table, cell, make_table, round_half_up, row
from trialwright.core.units import DAYS_PER_MONTH
from trialwright.derive.reads import PARQUALS, list_best_responses
from trialwright.protocol.endpoints import AnalysisRead

SUM_OF_DIAMETERS = "SDIAM"
REFERENCE = "Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247."


@dataclass(frozen=True, kw_only=True)
class BestChangeResult(Result):
    """Each patient's best percent change of the target sum; `changes` is what is drawn."""

    has_figure: ClassVar[bool] = True
    drawn_frames: ClassVar[tuple[str, ...]] = ("changes",)
    label_name: str
    changes: pl.DataFrame

    def table(self) -> Table:
        """Return one row per patient, largest growth first."""
        rows = [
            row(
                item["USUBJID"],
                *([item["label"] or "Not stated"] if self.label_name else []),
                cell(round_half_up(item["PCHG"], 1), self.ref(slug(item["USUBJID"]))),
                item["AVALC"] or "NE",
            )
            for item in self.changes.iter_rows(named=True)
        ]
        label = [self.label_name] if self.label_name else []
        heads = ("Patient", *label, "Best change, %", "Best response")
        note = "Change of the sum of target diameters from baseline; NE, no complete later sum."
        return make_table(self.id, self.title, heads, rows, [note])

    def plot(self, ax: Any = None) -> Any:
        """Draw the waterfall."""
        from trialwright.figures.response import draw_waterfall

        return draw_waterfall(self.changes, ax)

    def describe(self) -> str:
        """Say in words what the figure shows."""
        from trialwright.figures.response import describe_waterfall

        return describe_waterfall(self.changes)


@dataclass(frozen=True, kw_only=True)
class ChangeOverTimeResult(Result):
    """Every patient's percent change of the target sum at each assessment."""

    has_figure: ClassVar[bool] = True
    drawn_frames: ClassVar[tuple[str, ...]] = ("changes",)
    changes: pl.DataFrame

    def table(self) -> Table:
        """Return one row per patient and assessment."""
        rows = [
            row(
                item["USUBJID"],
                round_half_up(item["time_months"], 1),
                cell(round_half_up(item["PCHG"], 1), self.ref(item["stat_id"])),
            )
            for item in self.changes.iter_rows(named=True)
        ]
        return make_table(self.id, self.title, ("Patient", "Months", "Change, %"), rows)

    def plot(self, ax: Any = None) -> Any:
        """Draw one line per patient."""
        from trialwright.figures.spider import draw_spider

        return draw_spider(self.changes.drop("stat_id"), ax)

    def describe(self) -> str:
        """Say in words what the figure shows."""
        from trialwright.figures.spider import describe_spider

        return describe_spider(self.changes.drop("stat_id"))


def analyze_best_change(
    adtr: pl.DataFrame,
    adrs: pl.DataFrame,
    adsl: pl.DataFrame,
    population: str,
    read: AnalysisRead,
    label: tuple[str, str] | None = None,
) -> BestChangeResult:
    """Find each patient's smallest change of a complete target sum, up to the first progression.

    Parameters
    ----------
    adtr, adrs, adsl : DataFrame
        Analysis datasets.
    population : str
        ADSL flag of the patients shown.
    read : AnalysisRead
        The reading that the analysis uses.
    label : tuple, optional
        ADSL variable printed at each bar, and its name.

    Returns
    -------
    BestChangeResult
        One statistic per patient of the population, in percent; null without a complete sum
        after baseline.
    """
    members = adsl.filter(col(population) == "Y")
    changes = _changes(adtr, adrs, members, read)
    best = (
        changes.sort("PCHG", "ADT")
        .group_by("USUBJID", maintain_order=True)
        .first()
        .select("USUBJID", "ASEQ", "PCHG")
    )
    shown = members.select(
        "USUBJID",
        (col(label[0]).cast(pl.String) if label and label[0] in members.columns else pl.lit(None))
        .cast(pl.String)
        .alias("label"),
    )
    shown = shown.join(best, on="USUBJID", how="left")
    shown = shown.join(_responses(adrs, read), on="USUBJID", how="left")
    shown = shown.sort("PCHG", "USUBJID", descending=[True, False], nulls_last=True)
    ledger = _ledger_of_best(shown, best)
    return BestChangeResult(
        id="best_change",
        title="Best change of target lesions",
        method=_method(read),
        data=ledger.data,
        basis=ledger.basis,
        label_name=label[1] if label else "",
        changes=shown.select("USUBJID", "PCHG", "AVALC", "label", "progression", "is_confirmed"),
    )


def _ledger_of_best(shown: pl.DataFrame, best: pl.DataFrame) -> Ledger:
    """Enter each patient's best change with its row of ADTR."""
    ledger = Ledger()
    for subject, change in shown.select("USUBJID", "PCHG").iter_rows():
        rows = best.filter(col("USUBJID") == subject)
        stat = Stat(slug(subject), change, "best_change", "Best change", "PCHG", subject, "%")
        ledger.add(stat, "ADTR", rows)
    return ledger


def analyze_change_over_time(
    adtr: pl.DataFrame,
    adrs: pl.DataFrame,
    adsl: pl.DataFrame,
    population: str,
    read: AnalysisRead,
) -> ChangeOverTimeResult:
    """List each patient's change of the target sum at every complete assessment.

    Parameters are those of `analyze_best_change`; months are counted from the treatment start.
    """
    members = adsl.filter(col(population) == "Y")
    rows = adtr.filter(_is_sum(read)).join(members.select("USUBJID", "TRTSDT"), on="USUBJID")
    rows = rows.filter((col("ANL01FL") == "Y") & col("PCHG").is_not_null()).sort("USUBJID", "ADT")
    days = (col("ADT") - col("TRTSDT")).dt.total_days()
    changes = rows.select(
        pl.concat_str(
            col("USUBJID").map_elements(slug, return_dtype=pl.String),
            pl.lit(".assessment_"),
            pl.int_range(1, pl.len() + 1).over("USUBJID"),
        ).alias("stat_id"),
        "USUBJID",
        "ASEQ",
        pl.max_horizontal(days / DAYS_PER_MONTH, 0.0).alias("time_months"),
        "PCHG",
    ).join(_responses(adrs, read).select("USUBJID", "AVALC"), on="USUBJID", how="left")
    ledger = Ledger()
    for item in changes.iter_rows(named=True):
        chosen = pl.DataFrame({"USUBJID": [item["USUBJID"]], "ASEQ": [item["ASEQ"]]})
        stat = Stat(item["stat_id"], item["PCHG"], "change", "Change from baseline", unit="%")
        ledger.add(stat, "ADTR", chosen)
    return ChangeOverTimeResult(
        id="change_over_time",
        title="Change of target lesions over time",
        method=_method(read),
        data=ledger.data,
        basis=ledger.basis,
        changes=changes.select("stat_id", "USUBJID", "time_months", "PCHG", "AVALC"),
    )


def _method(read: AnalysisRead) -> Method:
    settings: Mapping[str, str] = {"reading": read.value, "sums": "complete ones only"}
    return Method("Percent change of the sum of target diameters", settings, REFERENCE)


def _is_sum(read: AnalysisRead) -> pl.Expr:
    return (col("PARAMCD") == SUM_OF_DIAMETERS) & (col("PARQUAL") == PARQUALS[read])


def _rows_of(adrs: pl.DataFrame, paramcds: Sequence[str], read: AnalysisRead) -> pl.DataFrame:
    return adrs.filter(col("PARAMCD").is_in(paramcds) & (col("PARQUAL") == PARQUALS[read]))


def _changes(
    adtr: pl.DataFrame, adrs: pl.DataFrame, members: pl.DataFrame, read: AnalysisRead
) -> pl.DataFrame:
    """Return complete sums after baseline, up to the first progression and before new therapy."""
    progression = _rows_of(adrs, ("PD",), read).filter(col("AVALC") == "Y")
    progression = progression.select("USUBJID", col("ADT").alias("progressed_on"))
    rows = adtr.filter(_is_sum(read) & (col("ANL01FL") == "Y") & col("PCHG").is_not_null())
    rows = rows.join(members.select("USUBJID", "TRTSDT", "NACTDT"), on="USUBJID")
    rows = rows.join(progression, on="USUBJID", how="left")
    return rows.filter(
        (col("ADT") > col("TRTSDT"))
        & (col("ABLFL").is_null() | (col("ABLFL") != "Y"))
        & (col("progressed_on").is_null() | (col("ADT") <= col("progressed_on")))
        & (col("NACTDT").is_null() | (col("ADT") < col("NACTDT")))
    )


def _responses(adrs: pl.DataFrame, read: AnalysisRead) -> pl.DataFrame:
    """Return best response, if it is confirmed, and how progression was seen beside targets."""
    best = list_best_responses(adrs, read)
    confirmed = _rows_of(adrs, ("CBOR",), read).select("USUBJID", col("AVALC").alias("confirmed"))
    progression = _rows_of(adrs, ("PD",), read).filter(col("AVALC") == "Y")
    progression = progression.select("USUBJID", "ADT")
    signs = _rows_of(adrs, ("NEWLPROG", "NTRGRESP"), read)
    is_new = (col("PARAMCD") == "NEWLPROG") & col("AVALC").is_in(["Y", "PD"])
    is_non_target = (col("PARAMCD") == "NTRGRESP") & (col("AVALC") == "PD")
    seen = (
        signs.join(progression, on=["USUBJID", "ADT"])
        .group_by("USUBJID")
        .agg(
            pl.when(is_new.any())
            .then(pl.lit("new lesion"))
            .when(is_non_target.any())
            .then(pl.lit("non-target"))
            .alias("progression")
        )
    )
    joined = best.join(confirmed, on="USUBJID", how="left").join(seen, on="USUBJID", how="left")
    is_response = col("AVALC").is_in(["CR", "PR"])
    return joined.with_columns(
        pl.when(is_response).then(col("confirmed").is_in(["CR", "PR"])).alias("is_confirmed")
    ).drop("confirmed")
