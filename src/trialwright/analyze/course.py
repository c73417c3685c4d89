"""The course of treatment of every patient: time on treatment, follow-up and what happened."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import polars as pl
from polars import col

from trialwright.core.errors import NotRecordedError
from trialwright.core.ledger import Ledger, Stat, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import Table, make_table, row
from trialwright.core.units import DAYS_PER_MONTH
from trialwright.derive.reads import is_under_read
from trialwright.derive.subjects import sentence_case
from trialwright.protocol.endpoints import AnalysisRead

TREATMENT, FOLLOW_UP = "On treatment", "Follow-up"


@dataclass(frozen=True, kw_only=True)
class CourseResult(Result):
    """Bars and events of the swimmer plot."""

    has_figure: ClassVar[bool] = True
    drawn_frames: ClassVar[tuple[str, ...]] = ("bars", "events")
    bars: pl.DataFrame
    events: pl.DataFrame

    def table(self) -> Table:
        """Return one row per patient with months on treatment and under observation."""
        rows = [
            row(subject, *(self._months(subject, key) for key in ("treatment", "observation")))
            for subject in self.bars["USUBJID"].unique(maintain_order=True)
        ]
        heads = ("Patient", "On treatment, months", "Observed, months")
        return make_table(self.id, self.title, heads, rows)

    def _months(self, subject: str, key: str) -> Any:
        stat_id = f"{slug(subject)}.{key}"
        return self.number_cell(stat_id)

    def plot(self, ax: Any = None) -> Any:
        """Draw the swimmer plot."""
        from trialwright.figures.swimmer import draw_swimmer

        return draw_swimmer(self.bars, self.events, ax)

    def describe(self) -> str:
        """Say in words what the figure shows."""
        from trialwright.figures.swimmer import describe_swimmer

        return describe_swimmer(self.bars, self.events)


def analyze_course(
    adsl: pl.DataFrame,
    adrs: pl.DataFrame | None,
    population: str,
    read: AnalysisRead,
    data_cut: date,
) -> CourseResult:
    """Lay out each treated patient's time on treatment and under observation.

    Parameters
    ----------
    adsl : DataFrame
        TRTSDT, TRTEDT, DCTDT, DCTREAS, EOTSTT, DTHDT, LSTALVDT.
    adrs : DataFrame or None
        First response (RSP) and first progression (PD) of the read.
    population : str
        ADSL flag of the patients shown.
    read : AnalysisRead
        The reading that the analysis uses.
    data_cut : date
        Where bars of ongoing treatment end.

    Returns
    -------
    CourseResult
        Months from the treatment start; patients by time on treatment, longest first.
    """
    members = adsl.filter((col(population) == "Y") & col("TRTSDT").is_not_null())
    members = members.with_columns(
        pl.when(col("EOTSTT") == "ONGOING")
        .then(pl.max_horizontal("TRTEDT", pl.coalesce("LSTALVDT", pl.lit(data_cut))))
        .otherwise(pl.coalesce("DCTDT", "TRTEDT"))
        .alias("treated_until"),
    ).filter(col("treated_until").is_not_null())
    if adsl.height and adsl[population].is_null().all():
        raise NotRecordedError("doses (EX)")
    members = members.with_columns(
        _months("treated_until").alias("treatment"),
        pl.max_horizontal(_months("treated_until"), _months("LSTALVDT")).alias("observation"),
    ).sort("treatment", "USUBJID", descending=[True, False])
    ledger = Ledger()
    for item in members.select("USUBJID", "treatment", "observation").iter_rows(named=True):
        rows = members.filter(col("USUBJID") == item["USUBJID"])
        for key, label in (("treatment", "On treatment"), ("observation", "Observed")):
            stat_id = f"{slug(item['USUBJID'])}.{key}"
            ledger.add(Stat(stat_id, item[key], key, label, unit="months"), "ADSL", rows)
    return CourseResult(
        id="course",
        title="Course of treatment",
        method=Method("Time from the treatment start", {"reading": read.value}),
        data=ledger.data,
        basis=ledger.basis,
        bars=_bars(members),
        events=_events(members, adrs, read),
    )


def _months(name: str) -> pl.Expr:
    return (col(name) - col("TRTSDT")).dt.total_days() / DAYS_PER_MONTH


def _bars(members: pl.DataFrame) -> pl.DataFrame:
    """Return one bar for treatment and one for the time observed after it."""
    is_ongoing = col("EOTSTT") == "ONGOING"
    treatment = members.select(
        "USUBJID",
        col("USUBJID").alias("label"),
        pl.lit(TREATMENT).alias("part"),
        pl.lit(0.0).alias("start_months"),
        col("treatment").alias("end_months"),
        is_ongoing.fill_null(value=False).alias("is_ongoing"),
    )
    later = members.filter(col("observation") > col("treatment")).select(
        "USUBJID",
        col("USUBJID").alias("label"),
        pl.lit(FOLLOW_UP).alias("part"),
        col("treatment").alias("start_months"),
        col("observation").alias("end_months"),
        pl.lit(value=False).alias("is_ongoing"),
    )
    return pl.concat([treatment, later])


def _events(members: pl.DataFrame, adrs: pl.DataFrame | None, read: AnalysisRead) -> pl.DataFrame:
    """Return first response, progression, death and the reason for the end of treatment."""
    parts = [
        members.filter(col("DTHDT").is_not_null()).select(
            "USUBJID",
            _months("DTHDT").alias("time_months"),
            pl.lit("death").alias("kind"),
            pl.lit(None, dtype=pl.String).alias("text"),
        ),
        members.filter(col("DCTDT").is_not_null()).select(
            "USUBJID",
            _months("DCTDT").alias("time_months"),
            pl.lit("discontinuation").alias("kind"),
            sentence_case("DCTREAS").alias("text"),
        ),
    ]
    for paramcd, kind in (
        (("RSP", "first response"), ("PD", "progression")) if adrs is not None else ()
    ):
        rows = adrs.filter(  # type: ignore[union-attr]
            (col("PARAMCD") == paramcd) & (col("AVALC") == "Y") & is_under_read(read)
        )
        rows = rows.join(members.select("USUBJID", "TRTSDT"), on="USUBJID")
        parts.append(
            rows.select(
                "USUBJID",
                _months("ADT").alias("time_months"),
                pl.lit(kind).alias("kind"),
                pl.lit(None, dtype=pl.String).alias("text"),
            )
        )
    return pl.concat(parts).sort("USUBJID", "time_months")
