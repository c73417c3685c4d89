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
        The same table. Nothing is changed where a number has a decimal point, or where every
        comma may part thousands (1,000): what such a file means cannot be known, and the check
        reports its values.
    """
    names = {name: name.strip().upper() for name in frame.columns}
    numbers = [n for n, upper in names.items() if _is_number(dataset, upper)]
    written = pl.concat([frame[n].str.strip_chars().alias("text") for n in numbers] or [_NOTHING])
    commas = written.filter(written.str.contains(COMMA))
    is_proven = not commas.str.contains(MAY_BE_THOUSANDS).all() if commas.len() else False
    if not is_proven or written.str.contains(POINT).any():
        return frame
    results = [n for n, upper in names.items() if upper.endswith(RESULTS)]
    return frame.with_columns(_with_point(name) for name in dict.fromkeys((*numbers, *results)))


_NOTHING = pl.Series("text", [], dtype=pl.String)


def _is_number(dataset: Dataset, name: str) -> bool:
    variable = dataset.find_variable(name)
    return variable is not None and variable.type is VariableType.NUMBER


def _with_point(name: str) -> pl.Expr:
    text = col(name).str.strip_chars()
    return pl.when(text.str.contains(COMMA)).then(text.str.replace(",", ".")).otherwise(col(name))
