"""Tables of a Word file, written as elements: the library takes a search for every cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trialwright.report.docx_parts import TWIPS_PER_PT, add_element
from trialwright.report.paper_tables import (
    INDENT_PT,
    PaperColumn,
    PaperRow,
    PaperTable,
    clean_text,
)

FIGURE_SPACE, PUNCTUATION_SPACE = "\N{FIGURE SPACE}", "\N{PUNCTUATION SPACE}"
INK, PALE = "1B1B1F", "E6E7EA"
Rule = tuple[int, str]  # eighths of a point, color
HEAVY, FINE, FAINT = (8, INK), (4, INK), (4, PALE)


@dataclass(frozen=True, slots=True)
class CellPrint:
    """What stands in a cell and how; one that `keeps` holds its row on the page of the next."""

    text: str
    style_id: str
    width_pt: float
    span: int = 1
    indent_pt: float = 0.0
    is_bold: bool = False
    is_right: bool = False
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class RowPrint:
    """A row: its rules above and below, and whether it comes again on every page."""

    cells: Sequence[CellPrint]
    top: Rule | None = None
    bottom: Rule | None = None
    repeats: bool = False


def set_widths(table: Any, widths_pt: Sequence[float]) -> None:
    """Fix the widths of a table's columns, and set the margins of its cells."""
    table.autofit = False
    margins = add_element(table._tbl.tblPr, "tblCellMar")
    add_element(margins, "left", w="0", type="dxa")
    add_element(margins, "right", w="160", type="dxa")
    for column, width in zip(table._tbl.tblGrid, widths_pt, strict=True):
        column.w = round(width * TWIPS_PER_PT) * 635  # in the library's unit, 635 to a twip


def add_row(table: Any, row: RowPrint) -> None:
    """Add a row that no page break falls into."""
    element = add_element(table._tbl, "tr")
    properties = add_element(element, "trPr")
    add_element(properties, "cantSplit")
    if row.repeats:
        add_element(properties, "tblHeader")
    for cell in row.cells:
        _add_cell(element, cell, row)


def _add_cell(row: Any, cell: CellPrint, rules: RowPrint) -> None:
    """Add a cell with its paragraph; the order of the elements is the schema's."""
    element = add_element(row, "tc")
    properties = add_element(element, "tcPr")
    add_element(properties, "tcW", w=str(round(cell.width_pt * TWIPS_PER_PT)), type="dxa")
    if cell.span > 1:
        add_element(properties, "gridSpan", val=str(cell.span))
    sides = {"top": rules.top, "bottom": rules.bottom}
    if any(sides.values()):
        borders = add_element(properties, "tcBorders")
        for side, rule in sides.items():
            if rule is not None:
                add_element(borders, side, val="single", sz=str(rule[0]), space="0", color=rule[1])
    _add_words(element, cell)


def _add_words(element: Any, cell: CellPrint) -> None:
    """Add a cell's only paragraph."""
    paragraph = add_element(element, "p")
    look = add_element(paragraph, "pPr")
    add_element(look, "pStyle", val=cell.style_id)
    if cell.keeps:
        add_element(look, "keepNext")
    if cell.indent_pt:
        add_element(look, "ind", left=str(round(cell.indent_pt * TWIPS_PER_PT)))
    if cell.is_right:
        add_element(look, "jc", val="right")
    run = add_element(paragraph, "r")
    if cell.is_bold:
        add_element(add_element(run, "rPr"), "b")
    words = add_element(run, "t")
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    words.text = clean_text(cell.text)


def fill_table(table: Any, piece: PaperTable, style_id: str) -> None:
    """Add heads and rows; a short table, its notes included, stays on one page."""
    set_widths(table, [column.width_pt for column in piece.columns])
    heads = tuple((column.head, "") for column in piece.columns)
    head = PaperRow(heads, 0, is_heading=False)
    cells = _print_cells(head, piece.columns, style_id, is_bold=True, keeps=True)
    add_row(table, RowPrint(cells, HEAVY, FINE, repeats=True))
    for place, row in enumerate(piece.rows, start=1):
        is_last = place == len(piece.rows)
        keeps = (piece.is_short or row.is_heading) and (not is_last or bool(piece.notes))
        columns = _spanned(piece.columns) if row.is_heading else piece.columns
        cells = _print_cells(row, columns, style_id, is_bold=row.is_heading, keeps=keeps)
        add_row(table, RowPrint(cells, bottom=HEAVY if is_last else None))


def _spanned(columns: Sequence[PaperColumn]) -> list[PaperColumn]:
    """Return all columns as one."""
    return [PaperColumn("", is_numeric=False, width_pt=sum(c.width_pt for c in columns))]


def _print_cells(
    row: PaperRow, columns: Sequence[PaperColumn], style_id: str, *, is_bold: bool, keeps: bool
) -> list[CellPrint]:
    """Return a row's cells as they are printed."""
    return [
        CellPrint(
            text + _unseen(pad),
            style_id,
            column.width_pt,
            span=len(row.cells) - len(columns) + 1,
            indent_pt=0.0 if place else INDENT_PT * row.indent,
            is_bold=is_bold,
            is_right=column.is_numeric,
            keeps=keeps,
        )
        for place, (column, (text, pad)) in enumerate(zip(columns, row.cells, strict=False))
    ]


def _unseen(pad: str) -> str:
    """Return blanks as wide as the digits that would bring a decimal point into line."""
    return pad.replace(".", PUNCTUATION_SPACE).replace("0", FIGURE_SPACE)
