"""The number of each row of an analysis dataset."""

import polars as pl


def number_rows() -> pl.Expr:
    """Return ASEQ: the place of each row among those of its subject, from 1, in the order given."""
    return pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("USUBJID").alias("ASEQ")
