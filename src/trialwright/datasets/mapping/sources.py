"""The centre's tables as they are: every cell as text, every row with its number."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from polars import col

from trialwright.core.errors import DataError, Finding
from trialwright.datasets.mapping.model import CentreMapping, Export, Merged, Table
from trialwright.datasets.mapping.rules import find_at
from trialwright.datasets.sheet_marks import column_letters, read_range
from trialwright.datasets.sheets import (
    SUFFIXES,
    Workbook,
    WorkbookBombError,
    WorkbookError,
    open_workbook,
    print_cell,
    read_cells,
    scan_sheet,
)
from trialwright.datasets.tabular_readers import frame_records, read_records

ROW, LENGTH = "@row", "@fields"
AT = "@at:"  # before a field of an EAV export: the row that its value stands in
EAV_KEYS = ("record", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance")
EAV_FIELD, EAV_VALUE = "field_name", "value"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where rows come from: a file, or a sheet of a workbook, below a header."""

    file: str
    sheet: str = ""
    header_row: int = 1
    export: str = Export.FLAT.value
    is_filled: bool = False

    @property
    def name(self) -> str:
        """The place in words, as 'book.xlsx [Sheet]'."""
        return f"{self.file} [{self.sheet}]" if self.sheet else self.file

    @property
    def is_eav(self) -> bool:
        """Whether the file holds one value a row."""
        return self.export == Export.EAV.value


def place_of(table: Table) -> Place:
    """Return the place of a table of the mapping."""
    export = table.redcap.export if table.redcap else Export.FLAT
    is_filled = table.merged is Merged.FILL
    return Place(table.file, table.sheet or "", table.header_row, export.value, is_filled)


def list_places(mapping: CentreMapping) -> list[Place]:
    """Return the places of a mapping, each once, in the mapping's order."""
    return list(dict.fromkeys(place_of(table) for table in mapping.tables))


def read_place(path: Path, place: Place) -> pl.DataFrame:
    """Read the table of a place; every cell is text.

    Parameters
    ----------
    path : Path
        A CSV file, or a workbook (.xlsx, .xlsm).
    place : Place
        Sheet, row of the header, and how it is laid out.

    Returns
    -------
    DataFrame
        The columns of the file in its order: a header that stands twice is numbered "Name (2)",
        one without text is its position "(5)". "@row" is the row that a spreadsheet shows; rows
        without any value are left out. "@fields" is there where rows have another number of fields
        than the header. Of an EAV export, one row per record, event, instrument and instance, with
        "@at:field" the row of each value.

    Raises
    ------
    DataError
        The file cannot be read, is refused as a bomb, or has no such sheet.
    """
    try:
        records = list(_read_workbook(path, place) if _is_book(path) else _read_text(path))
    except (OSError, ValueError, csv.Error) as error:
        raise DataError([refuse_place(place.name, error)]) from error
    header = records[place.header_row - 1] if len(records) >= place.header_row else []
    below = enumerate(records[place.header_row :], start=place.header_row + 1)
    frame = frame_records(header, below, (ROW, LENGTH))
    return _widen(frame, place) if place.is_eav else frame


def refuse_place(place: str, error: Exception) -> Finding:
    """Return why a place cannot be read, as a finding."""
    if isinstance(error, WorkbookBombError):
        return find_at("SOURCE-BOMB", place, str(error), "a table of a trial")
    expected = "a table in .csv, .xlsx or .xlsm"
    return find_at("SOURCE-UNREADABLE", place, f"not readable ({error})", expected)


def read_header(path: Path) -> list[str]:
    """Return the first row of a file of text.

    Raises
    ------
    ValueError
        It is no text, or of a kind that is not read.
    """
    return next(_read_text(path), [])


def list_columns(frame: pl.DataFrame) -> list[str]:
    """Return the columns that a table of the centre has, without our own."""
    return [name for name in frame.columns if not name.startswith("@")]


def column_cell(frame: pl.DataFrame, name: str) -> str:
    """Return the letters of a column of a place's table."""
    return column_letters(frame.columns.index(name))


def _is_book(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def _refuse(rule: str, place: Place, found: str, expected: str) -> DataError:
    return DataError([find_at(rule, place.name, found, expected)])


def _read_text(path: Path) -> Iterator[list[str]]:
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        raise ValueError(f"{path.suffix or 'a file without an ending'} is no kind that is read")
    records, _ = read_records(path)
    return records


def _read_workbook(path: Path, place: Place) -> Iterator[list[str]]:
    """Yield the rows of a sheet as texts; the first cell of merged ones for each where wanted."""
    book = open_workbook(path)
    sheet = find_sheet(book, place)
    marks = scan_sheet(book, sheet)
    rows = read_cells(book, sheet)
    if place.is_filled:
        for (top, left), (bottom, right) in map(read_range, marks.merged):
            for row in rows[top : bottom + 1]:
                row[left : right + 1] = [rows[top][left]] * (right - left + 1)
    for row in rows:
        yield [value if isinstance(value, str) else print_cell(value) for value in row]


def find_sheet(book: Workbook, place: Place) -> str:
    """Return the sheet of a place: the one that it names, or the only one.

    Raises
    ------
    DataError
        There is no such sheet, or several and none is named.
    """
    known = ", ".join(book.sheets)
    if place.sheet in book.sheets:
        return place.sheet
    if not place.sheet and len(book.sheets) == 1:
        return next(iter(book.sheets))
    if not book.sheets:
        raise WorkbookError("it has no sheet of cells")
    found = f"no sheet '{place.sheet}'" if place.sheet else f"{len(book.sheets)} sheets, none named"
    raise _refuse("MAP-FILE", place, found, f"one of {known}")


def _widen(frame: pl.DataFrame, place: Place) -> pl.DataFrame:
    """Turn one row a value into one row per record, event, instrument and instance."""
    if not {EAV_KEYS[0], EAV_FIELD, EAV_VALUE} <= set(frame.columns):
        found = f"the columns {', '.join(list_columns(frame))}"
        raise _refuse("SOURCE-UNREADABLE", place, found, "record, field_name and value")
    keys = [name for name in EAV_KEYS if name in frame.columns]
    checked = _name_checkboxes(frame)
    order = checked.group_by(keys, maintain_order=True).agg(col(ROW).first())
    values = checked.pivot(EAV_FIELD, index=keys, values=EAV_VALUE, aggregate_function="first")
    places = checked.pivot(EAV_FIELD, index=keys, values=ROW, aggregate_function="first")
    places = places.rename({name: f"{AT}{name}" for name in places.columns if name not in keys})
    wide = order.join(values, on=keys, nulls_equal=True, maintain_order="left")
    return wide.join(places, on=keys, nulls_equal=True, maintain_order="left")


def _name_checkboxes(frame: pl.DataFrame) -> pl.DataFrame:
    """Name values that stand more than once for one field as the boxes that they tick.

    REDCap exports a checkbox to EAV as one row for each ticked box, with its code as the value.
    """
    keys = [name for name in EAV_KEYS if name in frame.columns]
    several = (
        frame.group_by(*keys, EAV_FIELD).len().filter(col("len") > 1)[EAV_FIELD].unique().to_list()
    )
    is_box = col(EAV_FIELD).is_in(several)
    return frame.with_columns(
        pl.when(is_box)
        .then(col(EAV_FIELD) + "___" + col(EAV_VALUE))
        .otherwise(EAV_FIELD)
        .alias(EAV_FIELD),
        pl.when(is_box).then(pl.lit("1")).otherwise(EAV_VALUE).alias(EAV_VALUE),
    )
