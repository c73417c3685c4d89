"""Whole numbers in the place of keys made of text, for millions of rows."""

import polars as pl


def encode_rows(frame: pl.DataFrame, *columns: str) -> pl.Series:
    """Return one whole number per row that orders rows as the columns do, nulls first.

    Sorting and comparing these numbers costs a fraction of doing so with the columns.

    Examples
    --------
    >>> visits = pl.DataFrame({"USUBJID": ["02", "01", "01"], "VISITNUM": [1.0, 2.0, 1.0]})
    >>> encode_rows(visits, "USUBJID", "VISITNUM").arg_sort().to_list()
    [2, 1, 0]
    """
    code = pl.Series("key", [0], dtype=pl.Int64).new_from_index(0, frame.height)
    for name in columns:
        place = _place(frame[name])
        highest = place.max()
        if isinstance(highest, int):
            code = code * (highest + 1) + place
    return code


def _place(values: pl.Series) -> pl.Series:
    """Return the place of each value among the distinct ones."""
    if values.is_sorted():
        return values.rle_id().cast(pl.Int64)
    distinct = values.drop_nulls().unique().sort()
    if values.dtype == pl.String:
        place = values.cast(pl.Enum(distinct)).to_physical().cast(pl.Int64) + 1
    else:
        place = distinct.search_sorted(values).cast(pl.Int64) + 1
        place = pl.select(pl.when(values.is_not_null()).then(place)).to_series()
    return place.fill_null(0)
