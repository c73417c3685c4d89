"""Recorded dates: ISO 8601 text that may lack its day, its month or its time.

A partial date is an interval: comparisons in a check use its earliest and its latest day, so that
only what cannot be true is reported. Missing parts are left out from the right ("2021-03") or
marked by a hyphen ("2021---15"), as SDTM writes them.
"""

import polars as pl
from polars import col

ISO_DATE = (
    r"^(\d{4}|-)(?:-(\d{2}|-)(?:-(\d{2}|-)"
    r"(?:T(\d{2}|-)(?::(\d{2}|-)(?::(\d{2}(?:\.\d+)?|-))?)?(?:Z|[+-]\d{2}:?\d{2})?)?)?)?$"
)
YEAR, MONTH, DAY, HOUR, MINUTE, SECOND = range(1, 7)
LAST_HOUR, LAST_MINUTE, LAST_SECOND = 24, 59, 60  # 24:00 and leap seconds exist


def is_iso(name: str) -> pl.Expr:
    """Whether a text is written as an ISO 8601 date, complete or partial; null when empty."""
    return col(name).str.contains(ISO_DATE)


def is_real(name: str) -> pl.Expr:
    """Whether the parts that are there exist: no month 13, no February 30, no hour 25."""
    month = _number(name, MONTH).fill_null(1)
    day_exists = _number(name, DAY).fill_null(1).is_between(1, 31)
    possible = _part(name, YEAR).is_null() | earliest_day(name).is_not_null()
    return (
        month.is_between(1, 12)
        & day_exists
        & possible
        & (_number(name, HOUR).fill_null(0) <= LAST_HOUR)
        & (_number(name, MINUTE).fill_null(0) <= LAST_MINUTE)
        & (_number(name, SECOND).fill_null(0) <= LAST_SECOND)
    )


def is_complete(name: str) -> pl.Expr:
    """Whether year, month and day are all there."""
    return (
        _part(name, YEAR).is_not_null()
        & _part(name, MONTH).is_not_null()
        & (_part(name, DAY).is_not_null())
    )


def earliest_day(name: str) -> pl.Expr:
    """Return the first day that a date can mean; null when it has no year or does not exist."""
    month = _part(name, MONTH).fill_null("01")
    day = _part(name, DAY).fill_null("01")
    return _to_day(_part(name, YEAR), month, day)


def latest_day(name: str) -> pl.Expr:
    """Return the last day that a date can mean; null when it has no year or does not exist."""
    year, day = _part(name, YEAR), _part(name, DAY)
    month = _part(name, MONTH).fill_null("12")
    of_month = _to_day(year, month, pl.lit("01")).dt.month_end()
    return pl.when(day.is_null()).then(of_month).otherwise(_to_day(year, month, day))


def missing_part(name: str) -> pl.Expr:
    """Say what a partial date lacks: "the year", "the month", "the day"; null when complete."""
    return (
        pl.when(_part(name, YEAR).is_null())
        .then(pl.lit("the year"))
        .when(_part(name, MONTH).is_null())
        .then(pl.lit("the month"))
        .when(_part(name, DAY).is_null())
        .then(pl.lit("the day"))
    )


def _part(name: str, group: int) -> pl.Expr:
    """Return one part of a date as text; null when it is missing or marked as unknown."""
    text = col(name).str.extract(ISO_DATE, group)
    return pl.when(text != "-").then(text)


def _number(name: str, group: int) -> pl.Expr:
    """Return one part of a date as a number."""
    return _part(name, group).cast(pl.Float64, strict=False)


def _to_day(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Make a day of texts; null when there is no such day."""
    return (year + "-" + month + "-" + day).str.to_date("%Y-%m-%d", strict=False)
