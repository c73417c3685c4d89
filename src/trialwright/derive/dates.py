"""Recorded dates (ISO 8601 text, perhaps partial) to days of the calendar, by named rules."""

from datetime import date

import polars as pl
from polars import col

from trialwright.protocol.model import DateImputation

CUT_BY_EACH_DATE = ("dm", "ds")
KNOWN_AT_THE_END = ("AEENDTC", "AEOUT", "AESDTH")  # of an adverse event
AFTER_CUT = "after the data cut"
# What a date tells beside itself: of an end the outcome and the day, of a death that it happened.
TOLD_BY = {"ENDTC": ("--OUT", "--SDTH", "--ENDY"), "DTHDTC": ("DTHFL",)}
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


def keep_until_cut(recorded: pl.DataFrame, domain: str, data_cut: date) -> pl.DataFrame:
    """Keep the records of a domain that were made on or before the data cut.

    A record counts by the start of its event or the day of its finding; a partial date by its
    first possible day; one without a date is kept. The end of an adverse event that went on after
    the cut was not known: its date, outcome and whether it was fatal are emptied. DM and DS are
    kept whole: what they say of inclusion, death and the end of treatment is cut by each date of
    its own.
    """
    code = domain.upper()
    names = [name for name in (f"{code}STDTC", f"{code}DTC") if name in recorded.columns]
    if domain in CUT_BY_EACH_DATE or not names:
        return recorded
    made_on = pl.coalesce(read_date(name, DateImputation.FIRST_DAY) for name in names)
    kept = recorded.filter(made_on.is_null() | (made_on <= data_cut))
    if domain != "ae" or "AEENDTC" not in kept.columns:
        return kept
    is_later = read_date("AEENDTC", DateImputation.FIRST_DAY) > data_cut
    ends = [name for name in KNOWN_AT_THE_END if name in kept.columns]
    return kept.with_columns(
        pl.when(~is_later.fill_null(value=False)).then(col(name)).alias(name) for name in ends
    )


def hide_after_cut(rows: pl.DataFrame, domain: str, data_cut: date) -> pl.DataFrame:
    """Return recorded rows as somebody could read them on the day of the data cut.

    Parameters
    ----------
    rows : DataFrame
        Rows of one recorded table as they were read.
    domain : str
        Lower-case domain.
    data_cut : date
        The last day that was known.

    Returns
    -------
    DataFrame
        Without rows that are dated later by their start or day of collection. A later date within
        a row, and what only it tells (an outcome, a death), reads "after the data cut".
    """
    code = domain.upper().removeprefix("SUPP")
    dates = [name for name in rows.columns if name.upper().endswith("DTC")]
    own = [name for name in dates if name.upper() in (f"{code}STDTC", f"{code}DTC")]
    texts = rows.with_columns(col(name).cast(pl.String) for name in dates)
    if own:
        made_on = pl.coalesce(read_date(name, DateImputation.FIRST_DAY) for name in own)
        texts = texts.filter(made_on.is_null() | (made_on <= data_cut))
    later = {
        name: (read_date(name, DateImputation.FIRST_DAY) > data_cut).fill_null(value=False)
        for name in dates
    }
    hidden = dict(later)
    for name, is_later in later.items():
        for told in TOLD_BY.get(name.upper().removeprefix(code), ()):
            shown = told.replace("--", code)
            if shown in rows.columns:
                hidden[shown] = is_later
    return texts.with_columns(
        pl.when(is_later).then(pl.lit(AFTER_CUT)).otherwise(col(name).cast(pl.String)).alias(name)
        for name, is_later in hidden.items()
    )


def _to_date(text: pl.Expr) -> pl.Expr:
    return text.str.to_date("%Y-%m-%d", strict=False)
