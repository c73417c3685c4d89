"""A mapped domain taken apart: its table, where each cell was read, its qualifiers."""

import polars as pl
from polars import col

from trialwright.datasets.mapping.model import CentreMapping
from trialwright.datasets.mapping.rows import (
    CELL,
    NUMBER,
    PLACE,
    PROBLEM,
    QUALIFIER,
    list_parts,
)
from trialwright.datasets.mapping.sources import ROW, list_columns


def split_domain(mapped: pl.DataFrame) -> pl.DataFrame:
    """Return a mapped domain as its table is read: variables as text, and source_row."""
    return mapped.select(*(name for name in list_columns(mapped) if name != NUMBER), NUMBER)


def split_origin(mapped: pl.DataFrame) -> pl.DataFrame:
    """Return where each row of a mapped domain was read: place, row, and cell of each variable."""
    cells = [name for name in mapped.columns if name.startswith(CELL)]
    return mapped.select(NUMBER, PLACE, ROW, PROBLEM, "USUBJID", *cells)


def split_qualifiers(mapped: pl.DataFrame, mapping: CentreMapping, domain: str) -> pl.DataFrame:
    """Return the qualifiers of a mapped domain as rows of its SUPP--."""
    labels = {
        name: filling.label or name
        for part in list_parts(mapping, domain)
        for name, filling in part.qualifiers()
    }
    sequence = f"{domain.upper()}SEQ"
    has_sequence = sequence in mapped.columns
    parts = [
        mapped.filter(col(QUALIFIER + name).is_not_null()).select(
            col("STUDYID"),
            pl.lit(domain.upper()).alias("RDOMAIN"),
            "USUBJID",
            pl.lit(sequence if has_sequence else "").alias("IDVAR"),
            (col(sequence) if has_sequence else pl.lit("")).alias("IDVARVAL"),
            pl.lit(name).alias("QNAM"),
            pl.lit(label).alias("QLABEL"),
            col(QUALIFIER + name).alias("QVAL"),
            pl.lit("CRF").alias("QORIG"),
            col(PLACE), col(ROW), col(CELL + name).alias(f"{CELL}QVAL"),
            col(NUMBER).alias("@of"),
        )
        for name, label in labels.items()
        if QUALIFIER + name in mapped.columns
    ]  # fmt: skip
    rows = pl.concat(parts).sort("@of", maintain_order=True).drop("@of")
    problem = pl.lit(None, dtype=pl.String).alias(PROBLEM)
    return rows.with_columns(pl.int_range(1, pl.len() + 1).alias(NUMBER), problem)
