"""Recorded dates (ISO 8601 text, perhaps partial) to days of the calendar, by named rules."""

import polars as pl
from polars import col

FULL_DATE = r"^(\d{4}-\d{2}-\d{2})"
YEAR_AND_MONTH = r"^(\d{4}-\d{2})(?:-?$|--)"
YEAR = r"^(\d{4})(?:-?$|--)"


def full_date(name: str) -> pl.Expr:
    """Read a complete date, with or without a time of day; anything else is null."""
    return col(name).str.extract(FULL_DATE).str.to_date("%Y-%m-%d", strict=False)


def first_possible_date(name: str) -> pl.Expr:
    """Read a date; a missing day becomes the first of the month, a missing month January."""
    month = col(name).str.extract(YEAR_AND_MONTH) + "-01"
    year = col(name).str.extract(YEAR) + "-01-01"
    return pl.coalesce(
        full_date(name),
        month.str.to_date("%Y-%m-%d", strict=False),
        year.str.to_date("%Y-%m-%d", strict=False),
    )


def last_possible_date(name: str) -> pl.Expr:
    """Read a date; a missing day becomes the last of the month, a missing month December."""
    month = (col(name).str.extract(YEAR_AND_MONTH) + "-01").str.to_date("%Y-%m-%d", strict=False)
    year = (col(name).str.extract(YEAR) + "-12-31").str.to_date("%Y-%m-%d", strict=False)
    return pl.coalesce(full_date(name), month.dt.month_end(), year)


def date_flag(name: str) -> pl.Expr:
    """Say what was imputed: D the day, M month and day, null nothing (ADaM --DTF)."""
    return (
        pl.when(full_date(name).is_not_null())
        .then(None)
        .when(col(name).str.contains(YEAR_AND_MONTH))
        .then(pl.lit("D"))
        .when(col(name).str.contains(YEAR))
        .then(pl.lit("M"))
        .otherwise(None)
    )
