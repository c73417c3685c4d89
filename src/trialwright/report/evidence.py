"""What a click on a number opens: value, method, analysis rows and the recorded rows below them."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import polars as pl

from trialwright.report.blocks import Document, walk_cells

EMBEDDED_ROWS = 1000  # rows that one number carries into the page; more are counted, not shown

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one analysis dataset or recorded file, by row number; `n_total` counts all."""

    table: str
    numbers: tuple[int, ...]
    n_total: int


@dataclass(frozen=True, slots=True)
class AnalysisTable:
    """The rows of an analysis dataset that numbers were made from, by position from 1."""

    dataset: str
    columns: tuple[str, ...]
    rows: Mapping[int, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class SourceTable:
    """The rows of a recorded file that numbers go back to, by the row a spreadsheet shows."""

    file: str
    sha256: str
    columns: tuple[str, ...]
    rows: Mapping[int, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class NumberEvidence:
    """How one statistic came about.

    `ref` is "result.statistic", such as "pfs.median"; `analysis` points into the analysis tables
    and `sources` into the source tables of the `Evidence`.
    """

    ref: str
    label: str
    value: float | None
    unit: str = ""
    method: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    reference: str = ""
    analysis: tuple[Rows, ...] = ()
    sources: tuple[Rows, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """All numbers of a document with the tables that their rows are in, each row held once."""

    numbers: tuple[NumberEvidence, ...] = ()
    analysis_tables: tuple[AnalysisTable, ...] = ()
    source_tables: tuple[SourceTable, ...] = ()


def make_rows(table: str, numbers: Iterable[int], limit: int = EMBEDDED_ROWS) -> Rows:
    """Make a pointer to the first `limit` distinct rows, ascending, that still counts them all."""
    distinct = sorted(set(numbers))
    return Rows(table, tuple(distinct[:limit]), len(distinct))


def group_rows(pairs: Iterable[tuple[str, int]], limit: int = EMBEDDED_ROWS) -> tuple[Rows, ...]:
    """Group (table, row) pairs by table, tables in order of first appearance."""
    by_table: dict[str, list[int]] = {}
    for table, number in pairs:
        by_table.setdefault(table, []).append(number)
    return tuple(make_rows(table, numbers, limit) for table, numbers in by_table.items())


def tabulate_frame(
    frame: pl.DataFrame, numbers: Sequence[int] | None = None
) -> tuple[tuple[str, ...], dict[int, tuple[Value, ...]]]:
    """Turn a frame into the columns and numbered rows of an evidence table.

    Parameters
    ----------
    frame : DataFrame
        Rows to embed; dates are printed as ISO 8601.
    numbers : sequence of int, optional
        The row number of each row; 1, 2, ... when omitted.

    Returns
    -------
    tuple
        Column names, and row number to values in that order.

    Examples
    --------
    >>> tabulate_frame(pl.DataFrame({"USUBJID": ["01-001"], "AVAL": [54.0]}), [41])
    (('USUBJID', 'AVAL'), {41: ('01-001', 54.0)})
    """
    keys = numbers if numbers is not None else range(1, frame.height + 1)
    values = zip(*(_plain_column(column) for column in frame), strict=True)
    return tuple(frame.columns), dict(zip(keys, values, strict=True))


def _plain_column(column: pl.Series) -> list[Value]:
    """Return the values of a column as JSON can hold them; text and whole numbers are plain."""
    if column.dtype == pl.String or column.dtype.is_integer():
        return column.to_list()
    return [plain_value(value) for value in column]


def plain_value(value: Any) -> Value:
    """Return a value that JSON can hold: nan and infinity as None, dates and others as text."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, str | int | float):
        return value
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def find_missing_evidence(document: Document, evidence: Evidence) -> list[str]:
    """Return the refs that the document points at and the evidence does not hold, in order."""
    known = {number.ref for number in evidence.numbers}
    pointed = dict.fromkeys(ref for cell in walk_cells(document) for ref in cell.refs)
    return [ref for ref in pointed if ref not in known]


def pack_evidence(evidence: Evidence, refs: Iterable[str]) -> str:
    """Return the evidence of some refs as compact JSON that is safe inside a script element.

    Tables keep only the rows that these numbers point at; methods and row lists that numbers
    share are written once. Row lists are ranges such as "2-15,18".

    Parameters
    ----------
    evidence : Evidence
        Everything there is.
    refs : iterable of str
        The refs that the document shows; the others are left out.

    Returns
    -------
    str
        An object with `methods`, `lists`, `tables` (analysis first, then sources) and `numbers`.
    """
    wanted = set(refs)
    numbers = [number for number in evidence.numbers if number.ref in wanted]
    methods, lists = _Pool(), _Pool()
    packed = {number.ref: _pack_number(number, methods, lists) for number in numbers}
    tables = {
        f"{kind}:{name}": table
        for kind, name, table in (
            *(
                ("a", t.dataset, _pack_table(t, "", _used(numbers, t.dataset, True)))
                for t in evidence.analysis_tables
            ),
            *(
                ("s", t.file, _pack_table(t, t.sha256, _used(numbers, t.file, False)))
                for t in evidence.source_tables
            ),
        )
        if table["rows"]
    }
    content = {"methods": methods.items, "lists": lists.items, "tables": tables, "numbers": packed}
    return escape_json(content)


def escape_json(content: Any) -> str:
    """Write compact JSON in which nothing can end a script element or a line of script."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=str)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


class _Pool:
    """Distinct JSON values in order of first use, each known by its place."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self._places: dict[str, int] = {}

    def place(self, item: Any) -> int:
        """Return the place of an item, added when it is new."""
        key = json.dumps(item, default=str)
        if key not in self._places:
            self._places[key] = len(self.items)
            self.items.append(item)
        return self._places[key]


def _pack_number(number: NumberEvidence, methods: _Pool, lists: _Pool) -> list[Any]:
    """Return label, value, unit, place of the method, places of analysis and source rows."""
    method = [
        number.method,
        {name: _plain_setting(value) for name, value in number.settings.items()},
        number.reference,
    ]
    analysis = [lists.place(_pack_rows("a", rows)) for rows in number.analysis]
    sources = [lists.place(_pack_rows("s", rows)) for rows in number.sources]
    value = plain_value(number.value)
    return [number.label, value, number.unit, methods.place(method), analysis, sources]


def _plain_setting(value: Any) -> Any:
    """Return a setting as JSON holds it, lists and mappings kept."""
    if isinstance(value, Mapping):
        return {str(name): _plain_setting(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain_setting(item) for item in value]
    return plain_value(value)


def _pack_rows(kind: str, rows: Rows) -> list[Any]:
    """Return table key, ranges of row numbers, count of all rows."""
    return [f"{kind}:{rows.table}", print_ranges(rows.numbers), rows.n_total]


def print_ranges(numbers: Sequence[int]) -> str:
    """Print ascending whole numbers as ranges.

    Examples
    --------
    >>> print_ranges([2, 3, 4, 9])
    '2-4,9'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(f"{first}-{last}" if last > first else f"{first}" for first, last in runs)


def _used(numbers: Sequence[NumberEvidence], table: str, is_analysis: bool) -> set[int]:
    """Return the row numbers of one table that any number points at."""
    return {
        number
        for item in numbers
        for rows in (item.analysis if is_analysis else item.sources)
        if rows.table == table
        for number in rows.numbers
    }


def _pack_table(table: AnalysisTable | SourceTable, sha256: str, used: set[int]) -> dict[str, Any]:
    """Return a table with only the rows in use."""
    rows = {number: list(table.rows[number]) for number in sorted(used & table.rows.keys())}
    return {"columns": list(table.columns), "sha256": sha256, "rows": rows}
