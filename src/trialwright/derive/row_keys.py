"""Whole numbers in the place of keys made of text, for millions of rows."""

import polars as pl


def encode_rows(frame: pl.DataFrame, *columns: str) -> pl.Series:
    """Return one whole number per row that orders rows as the columns do, nulls first.

    Sorting and comparing these numbers costs a fraction of doing so with the columns.
    """
    code = pl.Series([0], dtype=pl.Int64).new_from_index(0, frame.height)
    for name in columns:
        values = frame[name].unique().sort()
        if values.dtype == pl.String:
            categories = pl.Enum(values.drop_nulls())
            place = frame[name].cast(categories).to_physical().cast(pl.Int64) + 1
        else:
            place = values.drop_nulls().search_sorted(frame[name]).cast(pl.Int64) + 1
            place = pl.select(pl.when(frame[name].is_not_null()).then(place)).to_series()
        code = code * (values.len() + 1) + place.fill_null(0)
    return code
