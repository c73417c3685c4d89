"""Who is still awaited at a landmark: the cut came first, so nobody can know yet."""

import polars as pl
from polars import col

from trialwright.derive.landmark import UNKNOWN

LEFT_FOLLOW_UP = ("WITHDRAWAL BY SUBJECT", "LOST TO FOLLOW-UP")  # nothing more is awaited of them


def date_of_landmark(at_months: int | None, at_days: int | None) -> pl.Expr:
    """Return the landmark of each subject with TRTSDT."""
    if at_months:
        return col("TRTSDT").dt.offset_by(f"{at_months}mo")
    return col("TRTSDT") + pl.duration(days=at_days)


def is_awaited(data_cut: pl.Expr, at_months: int | None, at_days: int | None) -> pl.Expr:
    """Tell whom the data cut came too early for: status unknown, landmark later, not gone.

    Parameters
    ----------
    data_cut : Expr
        The day after which nothing is known.
    at_months, at_days : int or None
        The landmark, counted from the start of treatment; one of the two.

    Returns
    -------
    Expr
        Boolean, over rows with AVALC of the landmark, TRTSDT and DCTREAS. An unknown status of
        somebody who withdrew or was lost stays unknown: nothing more will come.
    """
    has_left = col("DCTREAS").is_in(LEFT_FOLLOW_UP).fill_null(value=False)
    is_later = (date_of_landmark(at_months, at_days) > data_cut).fill_null(value=False)
    return (col("AVALC") == UNKNOWN) & is_later & ~has_left
