"""What became of every row and column of the centre's tables: nothing vanishes unsaid."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

import polars as pl
from polars import col

from trialwright.core.errors import Finding
from trialwright.datasets.mapping.model import CentreMapping, Table
from trialwright.datasets.mapping.redcap import KEYS
from trialwright.datasets.mapping.rows import Part, is_ignored, list_parts
from trialwright.datasets.mapping.rules import find_at, print_some
from trialwright.datasets.mapping.sources import (
    EAV_KEYS,
    ROW,
    Place,
    column_cell,
    list_columns,
    list_places,
    place_of,
)
from trialwright.datasets.mapping.templates import columns_in


@dataclass(frozen=True, slots=True)
class PlaceAccount:
    """Rows in and out of one place, and its columns, as numbers that add up.

    n_rows = n_rows_mapped + n_rows_ignored + n_rows_reported; columns likewise. `made` is the
    number of rows of each domain.
    """

    place: str
    n_rows: int
    n_rows_mapped: int
    n_rows_ignored: int
    n_rows_reported: int
    n_columns: int
    n_columns_mapped: int
    n_columns_ignored: int
    n_columns_reported: int
    made: Mapping[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return the account as plain values."""
        return asdict(self)


def account_for(
    mapping: CentreMapping,
    sources: Mapping[str, pl.DataFrame],
    origins: Mapping[str, pl.DataFrame],
) -> tuple[list[PlaceAccount], list[Finding]]:
    """Count rows and columns in and out, and find those that nothing speaks of.

    Parameters
    ----------
    mapping : CentreMapping
        The mapping.
    sources : mapping
        Name of a place to its table.
    origins : mapping
        Domain to where its rows were read (`rows.split_origin`).
    """
    accounts: list[PlaceAccount] = []
    findings: list[Finding] = []
    for place in list_places(mapping):
        frame = sources[place.name]
        tables = [table for table in mapping.tables if place_of(table) == place]
        here = {domain: o.filter(col("@place") == place.name) for domain, o in origins.items()}
        rows = [pl.Series([], dtype=pl.Int64), *(origin[ROW] for origin in here.values())]
        mapped = set(pl.concat(rows).to_list())
        hits = [frame.filter(is_ignored(frame, table))[ROW].to_list() for table in tables]
        ignored = {row for hit in hits for row in hit} - mapped
        left = [row for row in frame[ROW].to_list() if row not in mapped and row not in ignored]
        names, used, unused = _sort_columns(mapping, tables, frame)
        reported = [name for name in names if name not in used and name not in unused]
        findings += _find_left(place, frame, left, reported)
        made = {domain.upper(): origin.height for domain, origin in here.items() if origin.height}
        rows_of = (frame.height, len(mapped), len(ignored), len(left))
        columns = (len(names), len(used), len(unused), len(reported))
        accounts.append(PlaceAccount(place.name, *rows_of, *columns, made))
    return accounts, findings


def list_used_columns(mapping: CentreMapping, table: Table) -> list[str]:
    """Return the columns that a table of the mapping names, in its order."""
    used = dict.fromkeys((*columns_in(table.subject), *table.key, *table.where, *table.ignore_rows))
    for part in list_parts(mapping):
        if part.table is table:
            used |= dict.fromkeys((*part.where(), *part.needs(), *_columns_of(part)))
    return list(used)


def _columns_of(part: Part) -> Iterator[str]:
    for _, filling in (*part.fillings(), *part.qualifiers()):
        if filling.column is not None:
            yield filling.column
        yield from columns_in(filling.value or "")


def _sort_columns(
    mapping: CentreMapping, tables: Sequence[Table], frame: pl.DataFrame
) -> tuple[list[str], set[str], set[str]]:
    """Return all columns of a place, those in use, those ignored on purpose."""
    names = list_columns(frame)
    used = {name for table in tables for name in list_used_columns(mapping, table)}
    if any(table.redcap for table in tables):
        used |= {*KEYS, EAV_KEYS[0]}
    patterns = [pattern for table in tables for pattern in table.ignore]
    ignored = {n for n in names if any(fnmatchcase(n, pattern) for pattern in patterns)} - used
    empty = {n for n in names if n.startswith("(") and not count_values(frame, n)}
    return [n for n in names if n not in empty], used & set(names), ignored - empty


def count_values(frame: pl.DataFrame, name: str) -> int:
    """Count the cells of a column that hold anything."""
    return frame.filter(col(name).fill_null("").str.strip_chars() != "").height


def _find_left(
    place: Place, frame: pl.DataFrame, left: Sequence[int], reported: Sequence[str]
) -> Iterator[Finding]:
    """Find rows and columns that nothing speaks of."""
    if left:
        words = f"{len(left)} of {frame.height} rows of which nothing is made ({print_rows(left)})"
        yield find_at("MAP-ROWS", place.name, words, "each row mapped or ignored")
    for name in reported:
        found = f"not mapped, {count_values(frame, name)} values"
        yield find_at(
            "MAP-IGNORED", place.name, found, "mapped or ignored",
            column=name_column(place, frame, name),
        )  # fmt: skip


def name_column(place: Place, frame: pl.DataFrame, name: str) -> str:
    """Return a column as a spreadsheet calls it, with its header."""
    return f"'{name}'" if place.is_eav else f"{column_cell(frame, name)} '{name}'"


def print_rows(rows: Sequence[int]) -> str:
    """Print the first of some rows, and how many more there are."""
    return f"{'row' if len(rows) == 1 else 'rows'} {print_some(rows)}"
