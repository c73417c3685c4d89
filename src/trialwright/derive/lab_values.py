"""ADLB: laboratory values with baseline, change, reference range, CTCAE grades and worst grades."""

from datetime import timedelta

import polars as pl
from polars import col

from trialwright.datasets.lab_criteria import CtcaeVersion, UnitSystem
from trialwright.derive.dates import full_date, read_date
from trialwright.derive.lab_criteria import unit_key
from trialwright.derive.lab_grades import grade_labs
from trialwright.derive.lab_rules import round_digits
from trialwright.derive.lab_tests import assign_lab_terms, find_test_review
from trialwright.derive.numbering import number_rows
from trialwright.derive.reads import count_study_day
from trialwright.protocol.model import DateImputation

RECORDED_TEXTS = (
    "LBTEST", "LBCAT", "LBSPEC", "LBFAST", "LBORRES", "LBSTRESC", "LBSTRESU", "LBNRIND", "LBSTAT",
    "LBDTC", "VISIT",
)  # fmt: skip
RECORDED_NUMBERS = ("LBSTRESN", "LBSTNRLO", "LBSTNRHI", "VISITNUM")
COLUMNS = (
    "USUBJID", "ASEQ", "PARAMCD", "PARAM", "LBCAT", "LBSPEC", "VISITNUM", "VISIT", "ADT", "ADY",
    "AVAL", "AVALC", "AVALU", "ANRLO", "ANRHI", "ANRIND", "ABLFL", "BASE", "BASEU", "BNRIND",
    "CHG", "PCHG", "ONTRTFL", "ATOXDSCL", "ATOXDSCH", "ATOXGRL", "ATOXGRH", "ATOXGR", "BTOXGRL",
    "BTOXGRH", "BTOXGR", "ATOXRSNL", "ATOXRSNH", "ATOXRVFL", "ATOXRVRS", "WORSTLFL", "WORSTHFL",
    "SRCDOM", "SRCVAR", "SRCSEQ",
)  # fmt: skip
SERIES = ("USUBJID", "PARAMCD", "LBSPEC")  # what is compared with one baseline
YES = pl.lit("Y")
ABOVE, BELOW = ("HIGH", "HIGH HIGH", "H"), ("LOW", "LOW LOW", "L")  # as LBNRIND is written


def derive_adlb(
    lb: pl.DataFrame,
    adsl: pl.DataFrame,
    criteria: CtcaeVersion,
    units: UnitSystem = UnitSystem.SI,
    on_treatment_until_days_after: int | None = None,
) -> pl.DataFrame:
    """Derive the analysis dataset of laboratory values.

    Parameters
    ----------
    lb : DataFrame
        Recorded domain LB: USUBJID, LBSEQ, LBTESTCD, LBSTRESN, LBSTRESU, LBSTNRLO, LBSTNRHI,
        LBDTC; other columns where they were recorded. Records that were not done are left out.
    adsl : DataFrame
        One row a subject with USUBJID, TRTSDT and TRTEDT.
    criteria : CtcaeVersion
        The protocol's version of CTCAE.
    units : UnitSystem
        Units of the criteria, and so of LBSTRESU.
    on_treatment_until_days_after : int, optional
        Days after the last dose until which a value counts as on treatment; no end when omitted.

    Returns
    -------
    DataFrame
        One row per laboratory record of a subject of ADSL, sorted by USUBJID and ASEQ. PARAMCD is
        LBTESTCD; ABLFL marks the last value on or before TRTSDT of a subject, test and specimen;
        CHG and PCHG are null before it and where its unit is another; ANRIND is LOW, NORMAL or
        HIGH; ONTRTFL is Y after TRTSDT, and where the date does not exclude it. Grades are those
        of `grade_labs`, BTOX* of the baseline. WORSTLFL and WORSTHFL mark each subject's first
        record on treatment with the worst grade of the term of low and of high values.
    """
    values = _with_columns(lb).filter(
        (col("LBSTAT") != "NOT DONE").fill_null(value=True),
        pl.any_horizontal(col(name).is_not_null() for name in ("LBORRES", "LBSTRESC", "LBSTRESN")),
    )
    values = values.join(adsl.select("USUBJID", "TRTSDT", "TRTEDT"), on="USUBJID")
    values = _add_baseline(_number(_rename(values), on_treatment_until_days_after))
    graded = grade_labs(assign_lab_terms(values, criteria), criteria, units, ABOVE, BELOW)
    graded = graded.with_columns(pl.coalesce("ATOXRVRS", find_test_review(criteria)))
    graded = graded.with_columns(
        pl.when(col("ATOXRVRS").is_not_null()).then(YES).alias("ATOXRVFL"),
        *(
            _at_baseline(f"ATOX{suffix}").alias(f"BTOX{suffix}")
            for suffix in ("GRL", "GRH", "GR")
        ),
        _worst_flag("ATOXGRL", "ATOXDSCL").alias("WORSTLFL"),
        _worst_flag("ATOXGRH", "ATOXDSCH").alias("WORSTHFL"),
    )  # fmt: skip
    return graded.select(COLUMNS)


def _with_columns(lb: pl.DataFrame) -> pl.DataFrame:
    """Add what was not recorded; empty text is null."""
    types = dict.fromkeys(RECORDED_TEXTS, pl.String()) | dict.fromkeys(
        RECORDED_NUMBERS, pl.Float64()
    )
    lb = lb.with_columns(
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in types.items()
        if name not in lb.columns
    )
    texts = [col(name).cast(pl.String).str.strip_chars() for name in RECORDED_TEXTS]
    numbers = [col(name).cast(pl.Float64) for name in RECORDED_NUMBERS]
    return lb.with_columns(
        *(pl.when(text != "").then(text) for text in texts),
        *(pl.when(number.is_finite()).then(number) for number in numbers),
    )


def _rename(values: pl.DataFrame) -> pl.DataFrame:
    """Give the records their names in ADLB and the indicator of the reference range."""
    return values.with_columns(
        col("LBTESTCD").str.strip_chars().str.to_uppercase().alias("PARAMCD"),
        pl.coalesce("LBTEST", "LBTESTCD").alias("PARAM"),
        full_date("LBDTC").alias("ADT"),
        col("LBSTRESN").alias("AVAL"),
        col("LBSTRESC").alias("AVALC"),
        col("LBSTRESU").alias("AVALU"),
        col("LBSTNRLO").alias("ANRLO"),
        col("LBSTNRHI").alias("ANRHI"),
        pl.lit("LB").alias("SRCDOM"),
        pl.lit("LBSTRESN").alias("SRCVAR"),
        col("LBSEQ").cast(pl.Int64).alias("SRCSEQ"),
    ).with_columns(
        count_study_day("ADT", "TRTSDT").alias("ADY"), _range_indicator().alias("ANRIND")
    )


def _range_indicator() -> pl.Expr:
    """Return LOW, NORMAL or HIGH by the limits; what was recorded where there is no limit."""
    value, low, high = (round_digits(col(name)) for name in ("AVAL", "ANRLO", "ANRHI"))
    has_limit = col("ANRLO").is_not_null() | col("ANRHI").is_not_null()
    return (
        pl.when(value < low)
        .then(pl.lit("LOW"))
        .when(value > high)
        .then(pl.lit("HIGH"))
        .when(col("AVAL").is_not_null() & has_limit)
        .then(pl.lit("NORMAL"))
        .otherwise(col("LBNRIND").str.to_uppercase())
    )


def _number(values: pl.DataFrame, until_days_after: int | None) -> pl.DataFrame:
    """Order and number the records; flag those on treatment."""
    # A value without a complete date counts unless it cannot be later: leaving it out hides it.
    latest = pl.coalesce("ADT", read_date("LBDTC", DateImputation.LAST_DAY))
    is_on = (latest > col("TRTSDT")).fill_null(value=True) & col("TRTSDT").is_not_null()
    if until_days_after is not None:
        last_day = col("TRTEDT") + timedelta(days=until_days_after)
        is_on &= (col("ADT") <= last_day).fill_null(value=True)
    return (
        values.with_columns(pl.when(is_on).then(YES).alias("ONTRTFL"))
        .sort(
            *("USUBJID", "PARAMCD", "LBSPEC", "ADT", "LBDTC", "VISITNUM", "SRCSEQ"),
            nulls_last=True,
        )
        .with_columns(number_rows())
    )


def _add_baseline(values: pl.DataFrame) -> pl.DataFrame:
    """Flag the baseline of each series and add what is compared with it."""
    may_be = (col("ADT") <= col("TRTSDT")) & col("AVAL").is_not_null()
    is_baseline = col("ASEQ") == pl.when(may_be).then(col("ASEQ")).max().over(SERIES)
    values = values.with_columns(pl.when(is_baseline).then(YES).alias("ABLFL")).with_columns(
        _at_baseline("AVAL").alias("BASE"),
        _at_baseline("AVALU").alias("BASEU"),
        _at_baseline("ANRIND").alias("BNRIND"),
    )
    is_since = (col("ABLFL") == "Y") | (col("ONTRTFL") == "Y") | (col("ADT") > col("TRTSDT"))
    is_same_unit = unit_key("AVALU").eq_missing(unit_key("BASEU"))
    change = pl.when(is_since & is_same_unit).then(col("AVAL") - col("BASE"))
    percent = pl.when(col("BASE") != 0).then(100 * change / col("BASE"))
    return values.with_columns(change.alias("CHG"), percent.alias("PCHG"))


def _at_baseline(name: str) -> pl.Expr:
    """Return the series' value at its baseline."""
    return pl.when(col("ABLFL") == "Y").then(col(name)).drop_nulls().first().over(SERIES)


def _worst_flag(grade: str, term: str) -> pl.Expr:
    """Flag the first record on treatment with the subject's worst grade of the term."""
    keys = ("USUBJID", term)
    counted = pl.when(col("ONTRTFL") == "Y").then(col(grade))
    is_worst = counted == counted.max().over(keys)
    first = pl.when(is_worst).then(col("ASEQ")).min().over(keys)
    return pl.when(is_worst & (col("ASEQ") == first) & col(term).is_not_null()).then(YES)
