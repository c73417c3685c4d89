"""ADAE: adverse events with grade, treatment emergence and the worst-grade flags."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import polars as pl
from polars import col

from trialwright.derive.dates import date_flag, read_date
from trialwright.derive.numbering import number_rows
from trialwright.derive.relations import NOT_RELATED, derive_relations
from trialwright.derive.subjects import with_columns_of
from trialwright.protocol.grading import Grading
from trialwright.protocol.model import DateImputation, Imputation

SEVERE_FROM = 3
SEVERITY_GRADES = {"MILD": 1, "MODERATE": 2, "SEVERE": 3, "LIFE THREATENING": 4, "FATAL": 5}
WITHDRAWN = ("DRUG WITHDRAWN", "DOSE WITHDRAWN", "WITHDRAWN")


def derive_adae(
    ae: pl.DataFrame,
    adsl: pl.DataFrame,
    imputation: Imputation,
    grading: Grading = Grading.AETOXGR,
    emergent_until_days_after: int | None = None,
    relations: tuple[pl.DataFrame | None, Sequence[str]] = (None, ()),
) -> pl.DataFrame:
    """Derive the analysis dataset of adverse events.

    Parameters
    ----------
    ae : DataFrame
        Recorded domain AE.
    adsl : DataFrame
        One row a subject with USUBJID, TRTSDT and TRTEDT.
    imputation : Imputation
        The protocol's rules for partial dates. A partial start that may be on or after TRTSDT is
        never imputed to before it.
    grading : Grading
        The variable that holds the grade; a severity word counts as grade 1 to 5.
    emergent_until_days_after : int, optional
        Days after the last dose until which an event is treatment-emergent; no end when omitted.
    relations : tuple
        SUPPAE (None when not recorded) and the protocol's agents, for the relation to each.

    Returns
    -------
    DataFrame
        One row per adverse event of a subject of ADSL, sorted by USUBJID, ASTDT, AESEQ: ASEQ,
        AETERM, AEDECOD, AEBODSYS, ASTDT, ASTDTF, AENDT, ADURN (days, both ends counted), ATOXGR
        (1 to 5), AREL, RELAGENT (agents related; null when not recorded by agent), AESER, AEACN,
        AESDTH, AEOUT, TRTEMFL (Y when it began on or after TRTSDT), AOCCFL and AOCCPFL (Y on the
        first event of the subject's worst grade, over all terms and per term), SRCDOM, SRCSEQ.
    """
    wanted = ("AETERM", "AEDECOD", "AEBODSYS", "AETOXGR", "AESEV", "AEREL", "AESER", "AEACN")
    events = with_columns_of(ae, (*wanted, "AESDTH", "AEOUT", "AESTDTC", "AEENDTC"))
    events = events.join(adsl.select("USUBJID", "TRTSDT", "TRTEDT"), on="USUBJID", how="inner")
    events = events.with_columns(
        pl.coalesce("AEDECOD", "AETERM").alias("AEDECOD"),
        read_date("AEENDTC", imputation.end).alias("AENDT"),
        date_flag("AESTDTC", imputation.start).alias("ASTDTF"),
        _grade(grading).alias("ATOXGR"),
        _relation().alias("AREL"),
    ).with_columns(_start(imputation.start).alias("ASTDT"))
    by_agent = derive_relations(*relations)
    events = events.with_columns(col("AESEQ").cast(pl.Float64)).join(
        by_agent, on=["USUBJID", "AESEQ"], how="left"
    )
    # A start that is wholly unknown counts as emergent: leaving it out would hide the event.
    is_emergent = (col("ASTDT") >= col("TRTSDT")) | (col("ASTDT").is_null())
    if emergent_until_days_after is not None:
        last_day = col("TRTEDT") + timedelta(days=emergent_until_days_after)
        is_emergent &= (col("ASTDT") <= last_day).fill_null(value=True)
    events = events.with_columns(
        pl.when(is_emergent & col("TRTSDT").is_not_null()).then(pl.lit("Y")).alias("TRTEMFL")
    ).sort("USUBJID", "ASTDT", "AESEQ", nulls_last=True)
    return _number_and_flag(events)


def derive_events(
    ae: pl.DataFrame,
    adsl: pl.DataFrame,
    suppae: pl.DataFrame | None,
    agents: Sequence[str],
    **rules: Any,
) -> pl.DataFrame:
    """Derive ADAE with the relation to each agent; `rules` are those of `derive_adae`."""
    return derive_adae(ae, adsl, relations=(suppae, agents), **rules)


def _number_and_flag(events: pl.DataFrame) -> pl.DataFrame:
    """Add row numbers and the flags of the worst events; keep the columns of ADAE."""
    events = events.with_columns(
        number_rows(),
        _worst_flag(("USUBJID",)).alias("AOCCFL"),
        _worst_flag(("USUBJID", "AEDECOD")).alias("AOCCPFL"),
        ((col("AENDT") - col("ASTDT")).dt.total_days() + 1).alias("ADURN"),
        pl.lit("AE").alias("SRCDOM"),
        col("AESEQ").cast(pl.Int64).alias("SRCSEQ"),
    )
    return events.select(
        *("USUBJID", "ASEQ", "AETERM", "AEDECOD", "AEBODSYS", "ASTDT", "ASTDTF", "AENDT"),
        *(
            "ADURN",
            "ATOXGR",
            "AREL",
            "RELAGENT",
            "AESER",
            "AEACN",
            "AESDTH",
            "AEOUT",
            "TRTEMFL",
            "AOCCFL",
            "AOCCPFL",
        ),
        *("SRCDOM", "SRCSEQ"),
    )


def is_withdrawn() -> pl.Expr:
    """Tell whether an adverse event led to the end of a treatment."""
    return col("AEACN").str.to_uppercase().is_in(WITHDRAWN)


def _start(imputation: DateImputation) -> pl.Expr:
    """Read the start; a partial one that may lie on or after TRTSDT is not put before it."""
    start = read_date("AESTDTC", imputation)
    if imputation is DateImputation.NONE:
        return start
    latest = read_date("AESTDTC", DateImputation.LAST_DAY)
    # An event that ended before treatment cannot have begun on it.
    may_last = col("AENDT").is_null() | (col("AENDT") >= col("TRTSDT"))
    may_be_later = (start < col("TRTSDT")) & (latest >= col("TRTSDT")) & may_last
    return pl.when(may_be_later).then(col("TRTSDT")).otherwise(start)


def _relation() -> pl.Expr:
    is_unrelated = col("AEREL").str.to_uppercase().is_in(NOT_RELATED)
    return (
        pl.when(col("AEREL").is_null())
        .then(None)
        .when(is_unrelated)
        .then(pl.lit("NOT RELATED"))
        .otherwise(pl.lit("RELATED"))
    )


def _grade(grading: Grading) -> pl.Expr:
    if grading is Grading.AETOXGR:
        return col("AETOXGR").cast(pl.String).str.extract(r"([1-5])").cast(pl.Int64)
    severity = col("AESEV").str.to_uppercase()
    return severity.replace_strict(SEVERITY_GRADES, default=None, return_dtype=pl.Int64)


def _worst_flag(keys: tuple[str, ...]) -> pl.Expr:
    """Flag the first treatment-emergent event of the highest grade within the keys."""
    grade = pl.when(col("TRTEMFL") == "Y").then(col("ATOXGR").fill_null(0))
    position = pl.int_range(pl.len()).over(keys)
    is_worst = grade == grade.max().over(keys)
    first = pl.when(is_worst).then(position).min().over(keys)
    return pl.when(is_worst & (position == first)).then(pl.lit("Y"))
