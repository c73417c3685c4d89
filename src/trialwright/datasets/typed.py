"""Columns brought to their declared types; nothing that is not of its type is guessed."""

from collections.abc import Iterable, Mapping

import polars as pl
from polars import col

from trialwright.datasets.schema import POLARS_TYPES, Dataset, VariableType

WORKING = ("source_row", "n_fields")
LARGEST_WHOLE = 2**53  # above it a float no longer holds every whole number


def conform(raw: pl.DataFrame, dataset: Dataset, columns: Iterable[str] = ()) -> pl.DataFrame:
    """Bring a table to its declared types.

    Parameters
    ----------
    raw : DataFrame
        From `read_table`, or any frame of the domain.
    dataset : Dataset
        Its declaration.
    columns : iterable of str
        Declared variables that the caller needs even when they were not recorded.

    Returns
    -------
    DataFrame
        The rows and columns of `raw`, names in upper case. Declared columns have their type: text
        without surrounding spaces, empty text null, a value that is not of its type null (the
        check reports it). Columns not declared are kept as they are. A declared column that was
        not recorded is added, all null, only when it is required or expected by the declaration
        or named in `columns`: an optional variable that nobody recorded stays absent. Without
        `source_row` rows are numbered from 1.
    """
    frame = upper_case(raw)
    types = dataset.polars_schema()
    typed = [
        as_type(name, frame.schema[name], _type_of(dataset, name))
        for name in frame.columns
        if name in types
    ]
    frame = frame.with_columns(typed)
    wanted = {v.name for v in dataset.variables if v.is_required or v.is_expected} | set(columns)
    absent = [name for name in types if name in wanted and name not in frame.columns]
    return frame.with_columns(pl.lit(None, dtype=types[name]).alias(name) for name in absent)


def select_columns(frame: pl.DataFrame, types: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Select columns under the types wanted; those that a frame lacks are null."""
    if not frame.width:  # literals alone would make a row
        return pl.DataFrame(schema=types)
    return frame.select(
        (col(name) if name in frame.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in types.items()
    )


def upper_case(raw: pl.DataFrame) -> pl.DataFrame:
    """Return a frame with upper-case names, as source_row numbered from 1 when it has none."""
    frame = raw if "source_row" in raw.columns else raw.with_row_index("source_row", offset=1)
    taken: set[str] = set()
    names = {}
    for name in frame.columns:
        upper = name if name in WORKING else name.strip().upper()
        names[name] = free_name(upper, taken)
        taken.add(names[name])
    return frame.rename(names).with_columns(col("source_row").cast(pl.Int64))


def as_text(name: str, stored: pl.DataType) -> pl.Expr:
    """Return a column as trimmed text: whole numbers without decimals, empty as null."""
    if stored.is_float():
        is_whole = col(name).is_finite() & (col(name) == col(name).round())
        small = is_whole & (col(name).abs() < LARGEST_WHOLE)
        text = (
            pl.when(small)
            .then(pl.when(small).then(col(name)).cast(pl.Int64).cast(pl.String))
            .otherwise(col(name).cast(pl.String))
        )
        return pl.when(col(name).is_nan()).then(None).otherwise(text).alias(name)
    if stored in (pl.String(), pl.Categorical(), pl.Enum([])) or isinstance(stored, pl.Enum):
        text = col(name).cast(pl.String).str.strip_chars()
        return pl.when(text != "").then(text).alias(name)
    if stored.is_nested() or stored == pl.Object() or stored == pl.Binary():
        return pl.lit(None, dtype=pl.String).alias(name)
    return col(name).cast(pl.String).alias(name)


def as_type(name: str, stored: pl.DataType, wanted: VariableType) -> pl.Expr:
    """Return a column as its declared type; what is not of that type is null."""
    text = as_text(name, stored)
    target = POLARS_TYPES[wanted]
    if target == pl.String():
        return text
    if target == pl.Date():
        return text.str.to_date("%Y-%m-%d", strict=False)
    value = text.cast(pl.Float64, strict=False)
    value = pl.when(value.is_finite()).then(value)
    if target == pl.Int64():
        whole = (value == value.round()) & (value.abs() < LARGEST_WHOLE)
        value = pl.when(whole).then(value).cast(pl.Int64)
    return value.alias(name)


def _type_of(dataset: Dataset, name: str) -> VariableType:
    """Return the declared type of a variable of the dataset."""
    variable = dataset.find_variable(name)
    return VariableType.TEXT if variable is None else variable.type


def free_name(name: str, taken: set[str]) -> str:
    """Return the name, numbered when it is taken."""
    if name not in taken:
        return name
    number = next(n for n in range(2, len(taken) + 3) if f"{name} ({n})" not in taken)
    return f"{name} ({number})"
