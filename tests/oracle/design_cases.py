"""Read the cases of the design oracles: one dict per row, numbers where they are numbers."""

import csv
from itertools import groupby

from oracle_data import find_oracle

from trialwright.stats.two_stage import TwoStageDesign

Row = dict[str, str]


def read_cases(name: str) -> list[Row]:
    """Read every row of a file of the folder `design`; skip where it is absent."""
    with find_oracle(f"design/{name}").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def group_cases(name: str, *keys: str) -> list[list[Row]]:
    """Group a file's rows by equal values of the key columns, in their order."""
    rows = read_cases(name)
    return [list(group) for _, group in groupby(rows, key=lambda row: [row[key] for key in keys])]


def numbers(row: Row, *names: str) -> tuple[float, ...]:
    """Return columns of a row as floats."""
    return tuple(float(row[name]) for name in names)


def counts(row: Row, *names: str) -> tuple[int, ...]:
    """Return columns of a row as integers."""
    return tuple(int(row[name]) for name in names)


def read_design(row: Row) -> TwoStageDesign:
    """Return the design of a row with columns r1, n1, r, n."""
    return TwoStageDesign(*counts(row, "r1", "n1", "r", "n"))


def list_of(text: str) -> list[float]:
    """Return the numbers of a cell that holds several, parted by spaces."""
    return [float(part) for part in text.split()]
