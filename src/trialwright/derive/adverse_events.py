"""ADAE: adverse events with grade, treatment emergence and the worst-grade flags."""

from enum import Enum

import polars as pl
from polars import col

from trialwright.derive.dates import date_flag, first_possible_date, last_possible_date
from trialwright.derive.subjects import with_columns_of

SEVERITY_GRADES = {"MILD": 1, "MODERATE": 2, "SEVERE": 3, "LIFE THREATENING": 4, "FATAL": 5}
NOT_RELATED = ("NOT RELATED", "UNRELATED", "NONE", "N", "NO", "UNLIKELY", "UNLIKELY RELATED")
WITHDRAWN = ("DRUG WITHDRAWN", "DOSE WITHDRAWN", "WITHDRAWN")


class Grading(Enum):
    """Which recorded variable grades an adverse event."""

    AETOXGR = "AETOXGR"  # CTCAE grade 1-5
    AESEV = "AESEV"  # MILD, MODERATE, SEVERE


def derive_adae(
    ae: pl.DataFrame, adsl: pl.DataFrame, grading: Grading = Grading.AETOXGR
) -> pl.DataFrame:
    """Derive the analysis dataset of adverse events.

    Parameters
    ----------
    ae : DataFrame
        Recorded domain AE.
    adsl : DataFrame
        One row a subject with USUBJID, TRTSDT and SAFFL.
    grading : Grading
        The variable that holds the grade; a severity word counts as grade 1 to 5.

    Returns
    -------
    DataFrame
        One row per adverse event of a subject of ADSL, sorted by USUBJID, ASTDT, AESEQ: ASEQ,
        AETERM, AEDECOD, AEBODSYS, ASTDT (a partial start becomes its first possible day, but not
        before treatment when it may have begun after it), ASTDTF, AENDT, ATOXGR (1 to 5), AREL,
        AESER, AEACN, AESDTH, TRTEMFL (Y when it began on or after TRTSDT), AOCCFL and AOCCPFL
        (Y on the first event of the subject's worst grade, over all terms and per term).
    """
    wanted = ("AETERM", "AEDECOD", "AEBODSYS", "AETOXGR", "AESEV", "AEREL", "AESER", "AEACN")
    events = with_columns_of(ae, (*wanted, "AESDTH", "AEOUT", "AESTDTC", "AEENDTC"))
    events = events.join(adsl.select("USUBJID", "TRTSDT"), on="USUBJID", how="inner")
    earliest, latest = first_possible_date("AESTDTC"), last_possible_date("AESTDTC")
    may_be_later = (earliest < col("TRTSDT")) & (latest >= col("TRTSDT"))
    start = pl.when(may_be_later).then(col("TRTSDT")).otherwise(earliest)
    events = events.with_columns(
        pl.coalesce("AEDECOD", "AETERM").alias("AEDECOD"),
        start.alias("ASTDT"),
        date_flag("AESTDTC").alias("ASTDTF"),
        last_possible_date("AEENDTC").alias("AENDT"),
        _grade(grading).alias("ATOXGR"),
        pl.when(col("AEREL").is_null())
        .then(None)
        .when(col("AEREL").str.to_uppercase().is_in(NOT_RELATED))
        .then(pl.lit("NOT RELATED"))
        .otherwise(pl.lit("RELATED"))
        .alias("AREL"),
    )
    # A start that is wholly unknown counts as emergent: leaving it out would hide the event.
    is_emergent = (col("ASTDT") >= col("TRTSDT")) | (col("ASTDT").is_null())
    events = events.with_columns(
        pl.when(is_emergent & col("TRTSDT").is_not_null()).then(pl.lit("Y")).alias("TRTEMFL")
    ).sort("USUBJID", "ASTDT", "AESEQ", nulls_last=True)
    events = events.with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("USUBJID").alias("ASEQ"),
        _worst_flag(("USUBJID",)).alias("AOCCFL"),
        _worst_flag(("USUBJID", "AEDECOD")).alias("AOCCPFL"),
        pl.lit("AE").alias("SRCDOM"),
        col("AESEQ").cast(pl.Int64).alias("SRCSEQ"),
    )
    return events.select(
        *("USUBJID", "ASEQ", "AETERM", "AEDECOD", "AEBODSYS", "ASTDT", "ASTDTF", "AENDT"),
        *("ATOXGR", "AREL", "AESER", "AEACN", "AESDTH", "AEOUT", "TRTEMFL", "AOCCFL", "AOCCPFL"),
        *("SRCDOM", "SRCSEQ"),
    )


def is_withdrawn() -> pl.Expr:
    """Tell whether an adverse event led to the end of a treatment."""
    return col("AEACN").str.to_uppercase().is_in(WITHDRAWN)


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
