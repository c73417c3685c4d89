"""Tables as RTF, one file each, as submissions and word processors take them."""

from collections.abc import Sequence

import polars as pl
import rtflite

from trialwright.report.blocks import Document, TableBlock, number_displays, walk_blocks
from trialwright.report.paper_tables import (
    INDENT_PT,
    PAGE_WIDTH_PT,
    PaperRow,
    PaperTable,
    lay_out_table,
)

A4_INCHES = (8.27, 11.69)
MARGIN_INCHES = [0.59, 0.59, 0.8, 0.7, 0.4, 0.4]  # left, right, top, bottom, header, footer
LINES_PER_PAGE = 58
POINTS_PER_INCH, TWIPS_PER_PT = 72.0, 20.0
ARIAL = 4
TITLE_PT, NOTE_PT = 9, 7
PAGE_FIELD = r"\chpgn "
LAST_ASCII, BEYOND_PLANE, SIGNED_16 = 127, 0xFFFF, 0x7FFF


def escape_rtf(text: str) -> str:
    r"""Return text as RTF holds it: signs of its own escaped, others by their number.

    Examples
    --------
    >>> escape_rtf("1.7\u20133.6 {a}")
    '1.7\\u8211?3.6 \\{a\\}'
    """
    return "".join(_escape_sign(sign) for sign in text)


def _escape_sign(sign: str) -> str:
    if sign in "\\{}":
        return "\\" + sign
    code = ord(sign)
    if code <= LAST_ASCII:
        return sign
    units = [code]
    if code > BEYOND_PLANE:  # two halves, as UTF-16 writes it
        units = [0xD800 + ((code - 0x10000) >> 10), 0xDC00 + ((code - 0x10000) & 0x3FF)]
    return "".join(f"\\u{u - 0x10000 if u > SIGNED_16 else u}?" for u in units)


def render_tables(document: Document) -> dict[str, bytes]:
    """Print every table that the document counts; return the files by the table's id.

    Parameters
    ----------
    document : Document
        What the other forms print, too.
    """
    labels = number_displays(document)
    blocks = (block for block in walk_blocks(document) if isinstance(block, TableBlock))
    return {
        block.table.id: render_rtf(lay_out_table(block, labels[block.table.id]), document.band)
        for block in blocks
        if block.table.id in labels
    }


def render_rtf(table: PaperTable, band: Sequence[str]) -> bytes:
    """Print one table as an RTF document on A4; its head comes again on every page.

    Parameters
    ----------
    table : PaperTable
        The table as it is laid out for paper.
    band : sequence of str
        What every page says of the data, above the table.

    Returns
    -------
    bytes
        The file in ASCII, the same for the same table.
    """
    caption = f"{table.label}. {table.title}" if table.label else table.title
    widths = [column.width_pt for column in table.columns]
    sides = ["r" if column.is_numeric else "l" for column in table.columns]
    document = rtflite.RTFDocument(
        df=_make_frame(table),
        rtf_page=rtflite.RTFPage(
            width=A4_INCHES[0],
            height=A4_INCHES[1],
            margin=MARGIN_INCHES,
            nrow=LINES_PER_PAGE,
            col_width=PAGE_WIDTH_PT / POINTS_PER_INCH,
            border_first="single",
            border_last="single",
        ),
        rtf_page_header=rtflite.RTFPageHeader(
            text=[escape_rtf(". ".join(band))], **_plain(NOTE_PT), text_justification=["l"]
        ),
        rtf_page_footer=rtflite.RTFPageFooter(
            text=[PAGE_FIELD], **_plain(NOTE_PT), text_justification=["r"]
        ),
        rtf_title=rtflite.RTFTitle(
            text=[escape_rtf(caption)],
            **_plain(TITLE_PT),
            text_justification=["l"],
            text_format=["b"],
        ),
        rtf_column_header=_describe_head(table, widths, sides),
        rtf_body=_describe_body(table, widths, sides),
        rtf_footnote=_describe_notes(table),
    )
    return str(document.rtf_encode()).encode("ascii")


def _plain(size_pt: int) -> dict[str, object]:
    """Return face and size; nothing is read as markup."""
    return {"text_font": [ARIAL], "text_font_size": [size_pt], "text_convert": [False]}


def _open_sides() -> dict[str, object]:
    return {"border_left": [[""]], "border_right": [[""]]}


def _make_frame(table: PaperTable) -> pl.DataFrame:
    """Return the cells as text; an empty table has one row that says so."""
    names = [f"column_{place}" for place in range(len(table.columns))]
    rows = [_fill(item, len(names)) for item in table.rows]
    if not rows:
        rows = [["Nobody to show", *[""] * (len(names) - 1)]]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String()), orient="row")


def _fill(item: PaperRow, n_columns: int) -> list[str]:
    """Return a row's cells; figure spaces bring decimal points into line."""
    cells = [escape_rtf(text) + _unseen(pad) for text, pad in item.cells]
    return [*cells, *[""] * (n_columns - len(cells))][:n_columns]


def _unseen(pad: str) -> str:
    return escape_rtf(pad.replace("0", "\N{FIGURE SPACE}").replace(".", "\N{PUNCTUATION SPACE}"))


def _describe_head(
    table: PaperTable, widths: Sequence[float], sides: Sequence[str]
) -> rtflite.RTFColumnHeader:
    """Return the heads of the columns, between rules."""
    return rtflite.RTFColumnHeader(
        text=[escape_rtf(column.head) or " " for column in table.columns],
        col_rel_width=list(widths),
        text_format=["b"],
        text_justification=[list(sides)],
        **_plain(round(table.type_pt)),
        **_open_sides(),
        border_top=[["single"]],
        border_bottom=[["single"]],
    )


def _describe_body(
    table: PaperTable, widths: Sequence[float], sides: Sequence[str]
) -> rtflite.RTFBody:
    """Return how cells look: rows that name what follows are bold, others may be indented."""
    n_columns = len(table.columns)
    rows = table.rows or (PaperRow((), 0, is_heading=False),)
    indents = [
        [round(item.indent * INDENT_PT * TWIPS_PER_PT), *[0] * (n_columns - 1)] for item in rows
    ]
    return rtflite.RTFBody(
        col_rel_width=list(widths),
        text_justification=[list(sides)],
        text_format=[["b" if item.is_heading else ""] * n_columns for item in rows],
        text_indent_left=indents,
        **_plain(round(table.type_pt)),
        **_open_sides(),
        border_top=[[""]],
        border_bottom=[[""]],
    )


def _describe_notes(table: PaperTable) -> rtflite.RTFFootnote | None:
    if not table.notes:
        return None
    return rtflite.RTFFootnote(
        text=[escape_rtf(note) for note in table.notes],
        as_table=False,
        text_justification=["l"],
        **_plain(NOTE_PT),
    )
