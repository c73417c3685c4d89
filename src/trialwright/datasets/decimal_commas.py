"""Numbers as much of Europe writes them: 2,4 in a file parted by semicolons."""

import polars as pl
from polars import col

from trialwright.datasets.schema import Dataset, VariableType

COMMA = r"^[+-]?\d+,\d+$"
POINT = r"^[+-]?\d+\.\d+$"
MAY_BE_THOUSANDS = r"^[+-]?\d{1,3},\d{3}$"
RESULTS = ("ORRES", "STRESC")  # texts that hold the same number


def read_decimal_commas(frame: pl.DataFrame, dataset: Dataset) -> pl.DataFrame:
    """Write numbers with a decimal point where the whole file has decimal commas.

    Parameters
    ----------
    frame : DataFrame
        A table as text, from a file whose separator is no comma.
    dataset : Dataset
        Its declaration: only its numbers, and the results as text beside them, are touched.

    Returns
    -------
    DataFrame
        The same table. A column where a number has a decimal point is not changed, nor a file
        where every comma may part thousands (1,000): what they mean cannot be known, and the
        check reports their values.
    """
    names = {name: name.strip().upper() for name in frame.columns}
    results = [n for n, upper in names.items() if upper.endswith(RESULTS)]
    numbers = [n for n, upper in names.items() if _is_number(dataset, upper)]
    without_point = [n for n in (*numbers, *results) if not _texts(frame, n, POINT).len()]
    commas = pl.concat([_NOTHING, *(_texts(frame, n, COMMA) for n in without_point)])
    if commas.str.contains(MAY_BE_THOUSANDS).all():
        return frame
    return frame.with_columns(_with_point(name) for name in without_point)


_NOTHING = pl.Series("text", [], dtype=pl.String)


def _texts(frame: pl.DataFrame, name: str, pattern: str) -> pl.Series:
    """Return the values of a column that are written so."""
    texts = frame[name].str.strip_chars().alias("text")
    return texts.filter(texts.str.contains(pattern))


def _is_number(dataset: Dataset, name: str) -> bool:
    variable = dataset.find_variable(name)
    return variable is not None and variable.type is VariableType.NUMBER


def _with_point(name: str) -> pl.Expr:
    text = col(name).str.strip_chars()
    return pl.when(text.str.contains(COMMA)).then(text.str.replace(",", ".")).otherwise(col(name))
