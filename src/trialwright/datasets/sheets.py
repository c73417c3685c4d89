"""Workbooks as data: values by calamine, and what their XML says beside the values.

Nothing is calculated, no macro is run, no link is followed. A file is measured before and while it
is unpacked, so that one that would fill the memory is refused.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.parsers import expat

from trialwright.datasets.sheet_marks import SheetMarks, SheetReader

SUFFIXES = (".xlsx", ".xlsm")
MAX_EXPANDED_BYTES = 1 << 30
MAX_RATIO = 400  # of a workbook that is worth unpacking; sheets of a trial stay below 50
RATIO_MATTERS_BYTES = 32 << 20
MAX_PARTS = 5000
MAX_AREA_CELLS = 30_000_000  # a sheet is held as a rectangle, empty cells included
WIDEST_OF_TWO_LETTERS = 702
CHUNK_BYTES = 1 << 20
OVERLAP_BYTES = 256
MARKS = (
    *(b"<f>", b"<f ", b"<f/", b":f>", b":f ", b":f/", b"mergeCell ", b' t="e"'),
    *(b'hidden="1"', b'hidden="true"'),
)
"""What only a sheet has in which there is more than values; looked for without parsing."""
ROW_NUMBER = re.compile(rb'<(?:\w+:)?row [^>]*?\br="(\d+)"')
FAR_CELL = re.compile(rb' r="[A-Z]{1,3}(\d{6,})"')
WIDE_CELL = re.compile(rb' r="[A-Z]{3}\d')
TWO_LETTERS = re.compile(rb' r="[A-Z]{2}\d')


class WorkbookError(ValueError):
    """A workbook that cannot be read; the text says why."""


class WorkbookBombError(WorkbookError):
    """A workbook that would unpack to more than a table holds."""


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook that was measured: the parts of its sheets, and what else it has."""

    path: Path
    sheets: dict[str, str]
    hidden: tuple[str, ...]
    has_macros: bool
    connections: tuple[str, ...]


def open_workbook(path: Path) -> Workbook:
    """Measure a workbook and list its sheets.

    Raises
    ------
    WorkbookError
        It is none, or is locked by a password.
    WorkbookBombError
        It would unpack to more than a gigabyte, or to more than four hundred times its size.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _measure(archive, path.stat().st_size)
            names = set(archive.namelist())
            targets = dict(_list_relations(archive))
            listed = list(_list_sheets(archive))
    except (zipfile.BadZipFile, zlib.error, KeyError, expat.ExpatError, OSError) as error:
        raise WorkbookError(f"it is no workbook, or is locked by a password ({error})") from error
    return Workbook(
        path,
        {name: targets[relation] for name, relation, _ in listed if targets.get(relation) in names},
        tuple(name for name, _, state in listed if state != "visible"),
        any(name.lower().endswith("vbaproject.bin") for name in names),
        tuple(
            sorted(
                n for n in names if "externallinks/" in n.lower() or n.endswith("/connections.xml")
            )
        ),
    )


def guard_archive(path: Path) -> None:
    """Refuse a zip file that would unpack to far more than a table holds.

    Raises
    ------
    WorkbookBombError
        By its directory, or by what its parts unpack to.
    """
    with zipfile.ZipFile(path) as archive:
        _measure(archive, path.stat().st_size)
        for part in archive.infolist():
            for _ in _unpack(archive, part):
                pass


def guard_workbook(path: Path) -> None:
    """Refuse a workbook that would fill the memory; one of another kind than .xlsx is not opened.

    Raises
    ------
    WorkbookError
        It is none.
    WorkbookBombError
        It would unpack to far more than a table holds.
    """
    if path.suffix.lower() in SUFFIXES:
        book = open_workbook(path)
        for sheet in book.sheets:
            scan_sheet(book, sheet)


def read_cells(book: Workbook, sheet: str) -> list[list[Any]]:
    """Return the values of a sheet from cell A1 on, row by row; empty cells are ""."""
    import python_calamine

    try:
        opened = python_calamine.CalamineWorkbook.from_path(book.path)
        rows: list[list[Any]] = opened.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, ValueError) as error:
        raise WorkbookError(str(error)) from error
    return rows


def print_cell(value: Any) -> str:
    """Return a cell as text: whole numbers without decimals, dates as ISO 8601.

    Examples
    --------
    >>> [print_cell(value) for value in (12.0, 2.5, True, date(2021, 2, 3), " x")]
    ['12', '2.5', 'TRUE', '2021-02-03', ' x']
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, datetime):
        midnight = value.time() == time()
        return value.date().isoformat() if midnight else value.isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def scan_sheet(book: Workbook, sheet: str) -> SheetMarks:
    """Read what the XML of a sheet says beside its values; measure it on the way.

    A first pass over the bytes finds whether there is anything to say; only then is the XML parsed.

    Raises
    ------
    WorkbookBombError
        The sheet is a rectangle of more than thirty million cells.
    """
    last_row, is_marked, widest = 0, False, 26
    with zipfile.ZipFile(book.path) as archive:
        tail = b""
        for chunk in _unpack(archive, archive.getinfo(book.sheets[sheet])):
            text = tail + chunk
            is_marked = is_marked or any(mark in text for mark in MARKS)
            numbers = [*ROW_NUMBER.findall(text)[-1:], *FAR_CELL.findall(text)]
            last_row = max(last_row, *map(int, numbers), 0)
            if TWO_LETTERS.search(text):
                widest = max(widest, WIDEST_OF_TWO_LETTERS)
            if WIDE_CELL.search(text):
                widest = 1 << 14
            tail = text[-OVERLAP_BYTES:]
    if not is_marked and last_row * widest <= MAX_AREA_CELLS:
        return SheetMarks(last_row=last_row, last_column=widest)
    marks = _parse_sheet(book, sheet)
    if marks.last_row * marks.last_column > MAX_AREA_CELLS:
        raise WorkbookBombError(
            f"sheet {sheet} reaches to row {marks.last_row} and column {marks.last_column}"
        )
    return marks


def _measure(archive: zipfile.ZipFile, packed_bytes: int) -> None:
    """Refuse an archive that says itself that it unpacks to too much."""
    parts = archive.infolist()
    expanded = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS:
        raise WorkbookBombError(f"it has {len(parts)} parts, more than {MAX_PARTS}")
    if expanded > MAX_EXPANDED_BYTES:
        raise WorkbookBombError(f"it unpacks to {expanded >> 20} MiB, more than 1024")
    if expanded > RATIO_MATTERS_BYTES and expanded > MAX_RATIO * packed_bytes:
        raise WorkbookBombError(
            f"it unpacks to {expanded // packed_bytes} times its size, more than {MAX_RATIO}"
        )
    for part in parts:  # what a reader would unpack must be as large as the directory says
        if part.filename.endswith((".xml", ".rels")) and "/worksheets/" not in part.filename:
            for _ in _unpack(archive, part):
                pass


def _unpack(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part in pieces; refuse one that goes on after the size that the directory says."""
    said, left = part.file_size, part.file_size
    with archive.open(part) as stream:
        # The reader would stop, and call it whole, where the directory says that the part ends.
        stream._left = MAX_EXPANDED_BYTES + 1  # type: ignore[attr-defined]
        while piece := stream.read(CHUNK_BYTES):
            left -= len(piece)
            if left < 0:
                raise WorkbookBombError(
                    f"{part.filename} unpacks to more than the {said} bytes it says"
                )
            yield piece


def _list_sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, str, str]]:
    """Yield name, relation and state of each sheet."""
    for name, attributes in _elements(archive.read("xl/workbook.xml")):
        if name == "sheet":
            relation = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            yield attributes["name"], relation, attributes.get("state", "visible")


def _list_relations(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Yield the id and the part of each relation of the workbook that stays within it."""
    for name, attributes in _elements(archive.read("xl/_rels/workbook.xml.rels")):
        if name == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes["Target"]
            yield attributes["Id"], target[1:] if target.startswith("/") else f"xl/{target}"


def _elements(content: bytes) -> list[tuple[str, dict[str, str]]]:
    """Return name and attributes of every element of a small XML part."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = _make_parser()
    parser.StartElementHandler = lambda name, attributes: found.append(
        (name.rpartition(":")[2], attributes)
    )
    parser.Parse(content, True)
    return found


def _make_parser() -> Any:
    """Return a parser that refuses declarations, in which entities could be nested."""

    def refuse(*_: Any) -> None:
        raise WorkbookBombError("its XML declares a document type, which no workbook needs")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    return parser


def _parse_sheet(book: Workbook, sheet: str) -> SheetMarks:
    """Parse a sheet for formulas, errors, hidden rows and columns, and its extent."""
    reader = SheetReader()
    parser = _make_parser()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    with zipfile.ZipFile(book.path) as archive:
        for chunk in _unpack(archive, archive.getinfo(book.sheets[sheet])):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)
    return reader.marks
