"""What a workbook holds beside values: formulas, merged cells, what is hidden, links, macros."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from trialwright.core.errors import DataError, Finding
from trialwright.datasets.mapping.model import CentreMapping
from trialwright.datasets.mapping.rules import find_at, print_some
from trialwright.datasets.mapping.sources import (
    Place,
    find_sheet,
    list_places,
    read_header,
    refuse_place,
)
from trialwright.datasets.sheet_marks import SheetMarks, read_range
from trialwright.datasets.sheets import (
    SUFFIXES,
    Workbook,
    open_workbook,
    scan_sheet,
)


def find_oddities(path: Path, mapping: CentreMapping) -> list[Finding]:
    """Find what the workbook of a mapping holds beside values.

    Parameters
    ----------
    path : Path
        The workbook; of a file of another kind only whether it can be read.
    mapping : CentreMapping
        Which of its sheets are read, from which row on.
    """
    places = [place for place in list_places(mapping) if place.file == path.name]
    try:
        if path.suffix.lower() not in SUFFIXES:
            read_header(path)
            return []
        book = open_workbook(path)
        findings = [*_find_in_book(book), *_find_in_sheets(book, places, mapping)]
        for place in places:
            sheet = find_sheet(book, place)
            findings += _find_in_sheet(sheet, place, scan_sheet(book, sheet))
    except DataError as error:
        return list(error.findings)
    except (OSError, ValueError, csv.Error) as error:
        return [refuse_place(path.name, error)]
    return findings


def _find_in_book(book: Workbook) -> Iterator[Finding]:
    file = book.path.name
    if book.has_macros:
        yield find_at("SOURCE-MACRO", file, "macros", "none")
    for part in book.connections:
        found = f"a link to another file or source of data ({part})"
        yield find_at("SOURCE-LINK", file, found, "values alone")


def _find_in_sheets(
    book: Workbook, places: Sequence[Place], mapping: CentreMapping
) -> Iterator[Finding]:
    """Find sheets that nothing reads, and those that are read though they are hidden."""
    file = book.path.name
    read = {find_sheet(book, place) for place in places}
    for sheet in book.sheets:
        at = f"{file} [{sheet}]"
        if sheet in read and sheet in book.hidden:
            yield find_at("SOURCE-HIDDEN", at, "a hidden sheet", "one that is shown")
        elif sheet not in read and at not in mapping.ignore:
            state = "a hidden sheet" if sheet in book.hidden else "a sheet"
            finding = find_at("MAP-UNUSED", at, f"{state} that nothing reads", "mapped or ignored")
            yield replace(finding, action=f"Map it, or list '{at}' under `ignore`.")


def _find_in_sheet(sheet: str, place: Place, marks: SheetMarks) -> Iterator[Finding]:
    at = f"{place.file} [{sheet}]"
    external = marks.external
    plain = [item for item in marks.formulas if item not in external]
    rows = [number for number in marks.hidden_rows if number >= place.header_row]
    below = [text for text in marks.merged if read_range(text)[1][0] + 1 >= place.header_row]
    hidden = [f"row {number}" for number in rows]
    hidden += [f"column {name}" for name in marks.list_hidden_columns()]
    linked = "formulas that read from another file in"
    said = (
        ("SOURCE-LINK", _print_formulas(external), linked, "values"),
        ("SOURCE-FORMULA", _print_formulas(plain), "formulas in", "values"),
        ("SOURCE-ERROR", marks.errors, "errors in", "values"),
        ("SOURCE-HIDDEN", hidden, "hidden", "rows and columns that are shown"),
        ("SOURCE-MERGED", [] if place.is_filled else below, "merged cells", "one value a cell"),
    )
    for rule, places, words, expected in said:
        if places:
            yield find_at(rule, at, f"{words} {print_some(places)}", expected)


def _print_formulas(formulas: Sequence[tuple[str, str]]) -> list[str]:
    return [f"{cell} (={text})" if text else cell for cell, text in formulas]
