"""Tables as they stand on paper: what each cell prints and how wide each column is."""

import math
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from trialwright.core.table import Cell, Row, Text, make_table, row, text_plain
from trialwright.figures.measure import text_width
from trialwright.report.blocks import SettingsBlock, TableBlock
from trialwright.report.columns import look_at_columns
from trialwright.report.grouping import group_settings

PAGE_WIDTH_PT = 180 / 25.4 * 72  # A4 between margins of 15 mm
TYPE_PT, SMALL_TYPE_PT = 8.0, 7.0
DENSE_COLUMNS = 8  # beyond: printed smaller
GAP_PT = 14.0  # between the words of neighbouring columns, with what rounding may add
SLACK_PT = 2.0  # of the gap, what rounding may take
INDENT_PT = 9.0
WIDEST_HEAD_PT = 130.0  # a longer head of a column breaks
BISECTIONS = 40
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
SETTINGS = "settings"
SHORT_LINES = 36  # a table of at most so many lines stays on one page


@dataclass(frozen=True, slots=True)
class PaperColumn:
    """A column's head, whether it is set as numbers, and its width in points."""

    head: str
    is_numeric: bool
    width_pt: float


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A row's cells, each with what follows it unseen to bring decimal points into line."""

    cells: tuple[tuple[str, str], ...]
    indent: int
    is_heading: bool


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A table ready to print; `label` is empty where tables are not counted."""

    id: str
    label: str
    title: str
    columns: tuple[PaperColumn, ...]
    rows: tuple[PaperRow, ...]
    notes: tuple[str, ...]
    type_pt: float
    is_short: bool


def clean_text(text: str) -> str:
    """Return text without the control characters that no document can hold."""
    return CONTROL.sub(" ", text)


def lay_out_table(block: TableBlock, label: str = "", *, own: bool = False) -> PaperTable:
    """Lay a table out for a page of A4.

    Parameters
    ----------
    block : TableBlock
        The table and its note.
    label : str
        "Table 3", or nothing for a table that is not counted.
    own : bool
        Whether the table stands on a patient's own page: smaller, and broken where the page ends.

    Returns
    -------
    PaperTable
        Cells with their padding, widths that fit the page, and under the table its footnotes,
        its note and the results that its numbers belong to.
    """
    table = block.table
    looks = look_at_columns(table)
    is_small = own or len(table.columns) > DENSE_COLUMNS or table.id == SETTINGS
    type_pt = SMALL_TYPE_PT if is_small else TYPE_PT
    rows = tuple(
        PaperRow(
            tuple(
                (clean_text(cell.text), look.pad(cell.text))
                for cell, look in zip(_filled(item, len(looks)), looks, strict=True)
            ),
            item.indent,
            item.is_heading,
        )
        for item in table.rows
    )
    with warnings.catch_warnings():
        # A sign that the face lacks is measured as a box; that is near enough.
        warnings.filterwarnings("ignore", message="Glyph")
        widths = _share_widths(table.columns, rows, [look.is_numeric for look in looks], type_pt)
        n_lines = sum(_count_lines(item, widths, type_pt) for item in rows)
    columns = tuple(
        PaperColumn(head, look.is_numeric, width)
        for head, look, width in zip(table.columns, looks, widths, strict=True)
    )
    return PaperTable(
        table.id,
        label,
        table.title,
        columns,
        rows,
        _notes(block, traced=not own),
        type_pt,
        n_lines <= SHORT_LINES and not own,
    )


def tabulate_settings(block: SettingsBlock) -> TableBlock:
    """Return settings as a table with a row that names each part."""
    rows: list[Row] = []
    for head, settings in group_settings(block.rows):
        rows.append(Row((Cell(head),), is_heading=True))
        for item in settings:
            origin = f"{item.origin.value}: {item.reason}" if item.reason else item.origin.value
            rows.append(row(item.path, item.value, origin, indent=1))
    return TableBlock(make_table(SETTINGS, block.title, ("Setting", "Value", "Origin"), rows))


def _filled(item: Row, n_columns: int) -> list[Cell]:
    """Return a row's cells, empty ones added where it is short."""
    return [*item.cells, *[Cell("")] * (n_columns - len(item.cells))][:n_columns]


def _notes(block: TableBlock, *, traced: bool) -> tuple[str, ...]:
    """Return footnotes, note, and where the numbers can be followed."""
    note: Text = block.note
    notes = [*block.table.footnotes, *([text_plain(note)] if note else [])]
    results = dict.fromkeys(
        ref.partition(".")[0] for item in block.table.rows for cell in item.cells
        for ref in cell.refs
    )  # fmt: skip
    if results and traced:
        notes.append(f"Result: {', '.join(results)}.")
    return tuple(notes)


def _share_widths(
    heads: Sequence[str], rows: Sequence[PaperRow], is_numeric: Sequence[bool], type_pt: float
) -> list[float]:
    """Give each column what it asks for; where that is too wide, columns of words share the loss.

    The widest columns of words give way first, down to their longest word.
    """
    wanted, tight, least = [], [], []
    for place, head in enumerate(heads):
        cells = [
            (item.cells[place], item.indent * INDENT_PT if place == 0 else 0.0)
            for item in rows
            if not item.is_heading
        ]
        body = [text_width("".join(cell), type_pt) + indent for cell, indent in cells]
        words = [_longest_word(cell[0], type_pt) + indent for cell, indent in cells]
        head_word = _longest_word(head, type_pt, "bold")
        whole_head = min(text_width(head, type_pt, "bold"), WIDEST_HEAD_PT)
        tight.append(max([*body, head_word]) + GAP_PT)
        wanted.append(max(tight[-1], whole_head + GAP_PT))
        least.append(max([head_word, *(body if is_numeric[place] else words)]) + GAP_PT)
    return _fit(wanted, tight, least)


def _fit(wanted: list[float], tight: list[float], least: list[float]) -> list[float]:
    """Make columns fit the page: heads break first, then the widest columns of words.

    No column gets less than the least it can do with, unless all are at that and still too wide.
    """
    room = PAGE_WIDTH_PT - sum(tight)
    extra = sum(wanted) - sum(tight)
    if room >= 0:
        share = min(1.0, room / extra) if extra else 0.0
        return [few + share * (many - few) for many, few in zip(wanted, tight, strict=True)]
    low, high = 0.0, max(tight)
    for _ in range(BISECTIONS):
        cap = (low + high) / 2
        total = sum(max(min(want, cap), few) for want, few in zip(tight, least, strict=True))
        low, high = (cap, high) if total <= PAGE_WIDTH_PT else (low, cap)
    widths = [max(min(want, low), few) for want, few in zip(tight, least, strict=True)]
    shrink = min(1.0, PAGE_WIDTH_PT / sum(widths))  # words that cannot stand side by side break
    return [width * shrink for width in widths]


def _count_lines(item: PaperRow, widths: Sequence[float], type_pt: float) -> int:
    """Estimate how many lines a row takes."""
    if item.is_heading:
        return 1
    return (
        max(
            math.ceil(text_width(text, type_pt) / max(width - GAP_PT + SLACK_PT, 1.0))
            for (text, _), width in zip(item.cells, widths, strict=True)
        )
        or 1
    )


def _longest_word(text: str, type_pt: float, weight: str = "normal") -> float:
    """Return the width of the widest piece between places where a line may break."""
    pieces = text.replace("/", "/ ").replace(".", ". ").replace("_", "_ ").split()
    return max((text_width(piece, type_pt, weight) for piece in pieces), default=0.0)
