"""Recorded dates (ISO 8601 text, perhaps partial) to days of the calendar, by named rules."""

import polars as pl
from polars import col

from trialwright.protocol.model import DateImputation

FULL_DATE = r"^(\d{4}-\d{2}-\d{2})"
YEAR_AND_MONTH = r"^(\d{4}-\d{2})(?:-?$|--)"
YEAR = r"^(\d{4})(?:-?$|--)"

# What completes a year and month, and a year alone; a month's last day is computed.
_COMPLETIONS = {
    DateImputation.FIRST_DAY: ("-01", "-01-01"),
    DateImputation.MIDDLE: ("-15", "-07-01"),
    DateImputation.LAST_DAY: ("-01", "-12-31"),
}


def full_date(name: str) -> pl.Expr:
    """Read a complete date, with or without a time of day; anything else is null."""
    return _to_date(col(name).str.extract(FULL_DATE))


def read_date(name: str, imputation: DateImputation) -> pl.Expr:
    """Read a date; one without day, or without month and day, is completed by the rule."""
    if imputation is DateImputation.NONE:
        return full_date(name)
    day, month_and_day = _COMPLETIONS[imputation]
    by_month = _to_date(col(name).str.extract(YEAR_AND_MONTH) + day)
    if imputation is DateImputation.LAST_DAY:
        by_month = by_month.dt.month_end()
    by_year = _to_date(col(name).str.extract(YEAR) + month_and_day)
    return pl.coalesce(full_date(name), by_month, by_year)


def date_flag(name: str, imputation: DateImputation) -> pl.Expr:
    """Say what was imputed: D the day, M month and day, null nothing (ADaM --DTF)."""
    if imputation is DateImputation.NONE:
        return pl.lit(None, dtype=pl.String)
    return (
        pl.when(full_date(name).is_not_null())
        .then(None)
        .when(col(name).str.contains(YEAR_AND_MONTH))
        .then(pl.lit("D"))
        .when(col(name).str.contains(YEAR))
        .then(pl.lit("M"))
        .otherwise(None)
    )


def _to_date(text: pl.Expr) -> pl.Expr:
    return text.str.to_date("%Y-%m-%d", strict=False)
