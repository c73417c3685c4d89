"""What is odd in the centre's tables: cells that could not be read, twin columns."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

import polars as pl
from polars import col

from trialwright.core.errors import Finding
from trialwright.datasets.mapping.account import list_used_columns, name_column, print_rows
from trialwright.datasets.mapping.cells import list_styles, make_rule
from trialwright.datasets.mapping.model import CentreMapping, Table
from trialwright.datasets.mapping.rows import (
    CELL,
    FIELD_END,
    PLACE,
    PROBLEM,
    PROBLEM_END,
    Dictionaries,
    kind_of,
    list_parts,
    take_rows,
)
from trialwright.datasets.mapping.rules import find_at
from trialwright.datasets.mapping.sources import (
    AT,
    LENGTH,
    ROW,
    Place,
    column_cell,
    list_columns,
    list_places,
    place_of,
)
from trialwright.datasets.mapping.templates import columns_in, compose
from trialwright.datasets.schema import VariableType

MOST_PER_COLUMN = 20
EXPECTED = {
    "MAP-CODE": "one of its codes",
    "MAP-NUMBER": "a number",
    "SOURCE-DECIMAL": "a number with a decimal point",
    "SOURCE-DATE-SERIAL": "a date, not the serial number of one",
    "SOURCE-DATE-AMBIGUOUS": "a date that its forms read alike",
    "SOURCE-DATE": "a date that exists, in a declared form",
}


def find_source_findings(
    mapping: CentreMapping, sources: Mapping[str, pl.DataFrame], dictionaries: Dictionaries
) -> list[Finding]:
    """Find what is odd in the centre's tables as the mapping reads them.

    Parameters
    ----------
    mapping : CentreMapping
        The mapping.
    sources : mapping
        Name of a place to its table.
    dictionaries : mapping
        File of a REDCap dictionary to its fields.
    """
    findings: list[Finding] = []
    for table in mapping.tables:
        frame = sources[place_of(table).name]
        findings += _find_lost_columns(mapping, table, frame)
        rows = take_rows(frame, table, dictionaries)
        findings += _find_lost_subjects(table, rows)
        findings += _find_styles(mapping, table, rows)
    for place in list_places(mapping):
        tables = [table for table in mapping.tables if place_of(table) == place]
        frame = sources[place.name]
        findings += _find_twins(tables, place, frame)
        findings += _find_slipped(place, frame)
        used = {name for table in tables for name in list_used_columns(mapping, table)}
        findings += _find_spaces(used, place, frame)
    return list(dict.fromkeys(findings))


def find_refused(
    origins: Mapping[str, pl.DataFrame], sources: Mapping[str, pl.DataFrame]
) -> list[Finding]:
    """Return a finding for each cell that could not be read, at most twenty a column and rule."""
    counts: Counter[tuple[str, str, str]] = Counter()
    findings: list[Finding] = []
    for (place, number, cell, rule, text), (variable, subject) in _list_refused(origins).items():
        counts[place, cell, rule] += 1
        if counts[place, cell, rule] <= MOST_PER_COLUMN:
            column = f"{name_cell(sources[place], cell, number)} for {variable}"
            found = find_at(rule, place, f"'{text}'", EXPECTED[rule], number, column)
            findings.append(replace(found, subject=subject))
    for (place, cell, rule), n in counts.items():
        if n > MOST_PER_COLUMN:
            words = f"{n - MOST_PER_COLUMN} more cells like those before them"
            findings.append(find_at(rule, place, words, EXPECTED[rule], column=cell))
    return findings


def name_cell(frame: pl.DataFrame, cell: str, number: int) -> str:
    """Return a cell as a spreadsheet calls it, with the header of its column.

    `cell` is a column's letters, or a whole cell where the values of one row come from several.
    """
    if any(sign.isdigit() for sign in cell):
        return cell
    header = next((name for name in list_columns(frame) if column_cell(frame, name) == cell), "")
    return f"{cell}{number} '{header}'"


def _list_refused(
    origins: Mapping[str, pl.DataFrame],
) -> dict[tuple[str, int, str, str, str], tuple[str, str | None]]:
    """Return place, row, cell, rule and text of each refused cell, with variable and subject."""
    refused: dict[tuple[str, int, str, str, str], tuple[str, str | None]] = {}
    for domain, origin in origins.items():
        for row in origin.filter(col(PROBLEM).is_not_null()).iter_rows(named=True):
            for problem in row[PROBLEM].split(PROBLEM_END):
                name, rule, text = problem.split(FIELD_END)
                cell = row[CELL + name] or name
                key = (row[PLACE], row[ROW], cell, rule, text)
                refused.setdefault(key, (f"{domain.upper()}.{name}", row["USUBJID"]))
    return dict(sorted(refused.items()))


def _find_lost_columns(
    mapping: CentreMapping, table: Table, frame: pl.DataFrame
) -> Iterator[Finding]:
    place = place_of(table)
    if place.is_eav:
        return  # a field without any value is not in the export
    known = ", ".join(list_columns(frame))
    for name in list_used_columns(mapping, table):
        if name not in frame.columns:
            yield find_at("MAP-COLUMN", place.name, "no such column", f"one of {known}", None, name)


def _find_lost_subjects(table: Table, rows: pl.DataFrame) -> Iterator[Finding]:
    lost = rows.filter(compose(table.subject, rows).is_null())
    named = " and ".join(columns_in(table.subject))
    for number in lost[ROW].head(MOST_PER_COLUMN).to_list():
        yield find_at("MAP-SUBJECT", place_of(table).name, "no subject", f"a {named}", number)


def _find_styles(mapping: CentreMapping, table: Table, frame: pl.DataFrame) -> Iterator[Finding]:
    """Find columns of dates that are written in more than one style."""
    place = place_of(table)
    dated = {
        filling.column: filling
        for part in list_parts(mapping)
        if part.table is table
        for name, filling in part.fillings()
        if kind_of(part.target.domain, name) is VariableType.DATE
        and filling.column in frame.columns
    }
    for column, filling in dated.items():
        rule = make_rule(filling, "", VariableType.DATE, table, mapping)
        styles = list_styles(frame[str(column)], rule)
        if len(styles) > 1:
            found = f"dates as {' and as '.join(styles)}"
            named = name_column(place, frame, str(column))
            yield find_at("SOURCE-DATE-STYLE", place.name, found, "one style", None, named)


def _find_twins(tables: list[Table], place: Place, frame: pl.DataFrame) -> Iterator[Finding]:
    """Find headers that stand twice; the second may be left out on purpose as 'Name (2)'."""
    patterns = [pattern for table in tables for pattern in table.ignore]
    for name in frame.columns:
        first, _, number = name.rpartition(" (")
        is_twin = number and first in frame.columns and not first.startswith("@")
        if is_twin and not any(fnmatchcase(name, pattern) for pattern in patterns):
            cells = f"{column_cell(frame, first)} and {column_cell(frame, name)}"
            found = f"the same header in the columns {cells}"
            at = find_at(
                "SOURCE-HEADER", place.name, found, "one column of this name",
                place.header_row, first,
            )  # fmt: skip
            action = f"Rename one of them, or list '{name}' under `ignore` of the table."
            yield replace(at, action=action)


def _find_slipped(place: Place, frame: pl.DataFrame) -> Iterator[Finding]:
    """Find rows with more or fewer fields than the header."""
    if LENGTH not in frame.columns:
        return
    expected = f"{len(list_columns(frame))}, as the header has"
    odd = frame.filter(col(LENGTH).is_not_null()).head(MOST_PER_COLUMN)
    for number, n_fields in odd.select(ROW, LENGTH).iter_rows():
        yield find_at("SOURCE-FIELDS", place.name, f"{n_fields} fields", expected, number)


def _find_spaces(used: set[str], place: Place, frame: pl.DataFrame) -> Iterator[Finding]:
    """Find used columns whose values have spaces around them."""
    for name in sorted(used & set(frame.columns)):
        text = col(name).str.strip_chars()
        odd = frame.filter((text != col(name)) & (text != ""))
        if odd.height:
            rows = print_rows(odd[AT + name if AT + name in odd.columns else ROW].to_list())
            found, named = f"spaces around values in {rows}", name_column(place, frame, name)
            yield find_at("SOURCE-SPACES", place.name, found, "none", None, named)
