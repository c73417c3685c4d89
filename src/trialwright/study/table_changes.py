"""Two versions of one table, cell by cell."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from polars import col

from trialwright.datasets.mapping.rules import split_place
from trialwright.datasets.mapping.sources import ROW
from trialwright.datasets.sheet_marks import column_letters

NUMBERS = (ROW, "source_row")
TURN, NUMBER = "@turn", "@number"


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell that changed, or a whole row that was added or removed.

    `row` is that of the table where the row still is; of a removed one that of the earlier table.
    `key` are the values by which the two rows were matched.
    """

    table: str
    kind: str
    row: int
    key: tuple[tuple[str, str], ...]
    column: str | None = None
    cell: str | None = None
    before: str | None = None
    after: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the change under the keys that scripts rely on."""
        file, sheet = split_place(self.table)
        return {
            "table": self.table, "file": file, "sheet": sheet,
            "kind": self.kind, "row": self.row, "key": dict(self.key), "column": self.column,
            "cell": self.cell, "before": self.before, "after": self.after,
        }  # fmt: skip

    @property
    def sentence(self) -> str:
        """The change in words."""
        whose = ", ".join(value for _, value in self.key if value)
        if self.kind != "changed":
            return f"{self.table} row {self.row} ({whose}): {self.kind}"
        return (
            f"{self.table} {self.cell or f'row {self.row}'} '{self.column}' ({whose}): "
            f"{self.before or 'nothing'} became {self.after or 'nothing'}"
        )


def compare_tables(
    name: str, before: pl.DataFrame, after: pl.DataFrame, keys: Sequence[str]
) -> list[CellChange]:
    """Compare two versions of a table.

    Rows that are the same in both are set aside first, wherever they stand. The others are matched
    by their keys, and by their turn where keys repeat; without keys, by their turn.

    Parameters
    ----------
    name : str
        File or place, as changes print it.
    before, after : DataFrame
        The table as it was read, with @row or source_row.
    keys : sequence of str
        Columns that tell rows apart; those that one version lacks are not used.

    Returns
    -------
    list of CellChange
        In the order of the later table, removed rows last. A column that only one version has
        counts as empty in the other.
    """
    columns = list(dict.fromkeys((*_columns(before), *_columns(after))))
    old, new = _as_texts(before, columns), _as_texts(after, columns)
    old, new = _without_same(old, new, columns)
    known = [key for key in keys if key in before.columns and key in after.columns]
    turn = pl.int_range(pl.len()).over(known) if known else pl.int_range(pl.len())
    old, new = old.with_columns(turn.alias(TURN)), new.with_columns(turn.alias(TURN))
    both = new.join(old, on=[*known, TURN], suffix="@old", maintain_order="left")
    changes = [*_list_cells(name, both, known, columns, after)]
    for kind, rows in (
        ("added", new.join(old, on=[*known, TURN], how="anti", maintain_order="left")),
        ("removed", old.join(new, on=[*known, TURN], how="anti", maintain_order="left")),
    ):
        for row in rows.iter_rows(named=True):
            changes.append(CellChange(name, kind, row[NUMBER], _key_of(row, known)))
    return changes


def _columns(frame: pl.DataFrame) -> list[str]:
    return [name for name in frame.columns if not name.startswith("@") and name not in NUMBERS]


def _as_texts(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Return the columns as text, absent ones empty, and the number of each row."""
    number = next((name for name in NUMBERS if name in frame.columns), None)
    numbered = col(number).cast(pl.Int64) if number else pl.int_range(1, pl.len() + 1)
    texts = [
        col(name).cast(pl.String, strict=False).fill_null("").str.strip_chars().alias(name)
        if name in frame.columns
        else pl.lit("").alias(name)
        for name in columns
    ]
    return frame.select(*texts, numbered.alias(NUMBER))


def _without_same(
    old: pl.DataFrame, new: pl.DataFrame, columns: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Set rows aside that are in both, each as often as it is in both."""
    turn = pl.int_range(pl.len()).over(columns).alias(TURN)
    old, new = old.with_columns(turn), new.with_columns(turn)
    on = [*columns, TURN]
    return (
        old.join(new, on=on, how="anti", maintain_order="left").drop(TURN),
        new.join(old, on=on, how="anti", maintain_order="left").drop(TURN),
    )


def _list_cells(
    name: str, both: pl.DataFrame, keys: Sequence[str], columns: Sequence[str], after: pl.DataFrame
) -> Iterator[CellChange]:
    """Yield the cells that differ in rows that were matched."""
    other = [column for column in columns if column not in keys]
    letters = {column: column_letters(n) for n, column in enumerate(after.columns)}
    for row in both.iter_rows(named=True):
        for column in other:
            was, now = row[f"{column}@old"], row[column]
            if was != now:
                cell = f"{letters[column]}{row[NUMBER]}" if column in letters else None
                yield CellChange(
                    name, "changed", row[NUMBER], _key_of(row, keys), column, cell, was, now
                )


def _key_of(row: dict[str, Any], keys: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((key, row[key]) for key in keys)
