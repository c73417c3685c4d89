"""What a Word file needs and its library does not write: fields, rules, repeated rows, fixed bytes.

Elements are made by those they stand in, so that only `report.docx` imports the library.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

EPOCH = dt.datetime(1980, 1, 1)
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
NAMESPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TWIPS_PER_PT = 20


def _make(parent: Any, tag: str, **attributes: str) -> Any:
    """Make an element of WordprocessingML inside a parent."""
    element = parent.makeelement(f"{NAMESPACE}{tag}", {})
    for name, value in attributes.items():
        element.set(f"{NAMESPACE}{name}", value)
    parent.append(element)
    return element


def add_field(paragraph: Any, code: str, shown: str, *, bold: bool = False) -> None:
    """Add a field that Word updates, with what it shows until then."""
    for kind in ("begin", "code", "separate", "text", "end"):
        run = paragraph.add_run(shown if kind == "text" else "")
        run.bold = bold or None
        if kind == "code":
            code_element = _make(run._r, "instrText")
            code_element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            code_element.text = f" {code} "
        elif kind != "text":
            _make(run._r, "fldChar", fldCharType=kind)


def add_table_of_contents(
    add_paragraph: Callable[..., Any], titles: Sequence[tuple[int, str]], depth: int
) -> None:
    """Add a table of contents that Word can update, written out without page numbers until then."""
    lines = [add_paragraph(f"TOC {level}") for level, _ in titles] or [add_paragraph("TOC 1")]
    for kind in ("begin", "code", "separate"):
        run = lines[0].add_run()
        if kind == "code":
            _make(run._r, "instrText").text = f' TOC \\o "1-{depth}" \\h \\z '
        else:
            _make(run._r, "fldChar", fldCharType=kind)
    for line, (_, title) in zip(lines, titles, strict=False):
        line.add_run(title)
    _make(lines[-1].add_run()._r, "fldChar", fldCharType="end")


def set_style(paragraph: Any, style_id: str) -> None:
    """Set a paragraph's style by its id."""
    paragraph._p.style = style_id


def set_widths(table: Any, widths_pt: Sequence[float]) -> None:
    """Fix the widths of a table's columns, and take its cells' side margins away."""
    table.autofit = False
    properties = table._tbl.tblPr
    margins = _make(properties, "tblCellMar")
    _make(margins, "left", w="0", type="dxa")
    _make(margins, "right", w="160", type="dxa")
    for column, width in zip(table._tbl.tblGrid, widths_pt, strict=True):
        column.set(f"{NAMESPACE}w", str(round(width * TWIPS_PER_PT)))


def keep_row_whole(row: Any) -> None:
    """Let no page break fall inside a row, and give its cells the widths of the table's grid."""
    _make(row._tr.get_or_add_trPr(), "cantSplit")
    grid = row._tr.getparent().find(f"{NAMESPACE}tblGrid")
    for cell, column in zip(row.cells, grid, strict=True):
        properties = cell._tc.get_or_add_tcPr()
        for old in properties.findall(f"{NAMESPACE}tcW"):
            properties.remove(old)
        width = properties.makeelement(f"{NAMESPACE}tcW", {})
        width.set(f"{NAMESPACE}w", column.get(f"{NAMESPACE}w"))
        width.set(f"{NAMESPACE}type", "dxa")
        properties.insert(0, width)


def repeat_row(row: Any) -> None:
    """Repeat a row at the top of every page that its table reaches."""
    _make(row._tr.get_or_add_trPr(), "tblHeader")


def draw_rules(row: Any, **sides: tuple[int, str]) -> None:
    """Draw rules at the sides of a row's cells; a side is (eighths of a point, color)."""
    for tc in row._tr.tc_lst:
        properties = tc.get_or_add_tcPr()
        found = properties.find(f"{NAMESPACE}tcBorders")
        borders = found if found is not None else _make(properties, "tcBorders")
        for side in ("top", "bottom"):
            if side in sides:
                size, color = sides[side]
                _make(borders, side, val="single", sz=str(size), space="0", color=color)


def shade(paragraph: Any, color: str) -> None:
    """Lay a color behind a paragraph."""
    _make(paragraph._p.get_or_add_pPr(), "shd", val="clear", color="auto", fill=color)


def set_face(style: Any, face: str) -> None:
    """Set a style's typeface for every script; the theme's face, rules and tracking go."""
    style.font.name = face
    for tag in ("pBdr", "spacing", "kern"):
        for found in list(style.element.iter(f"{NAMESPACE}{tag}")):
            found.getparent().remove(found)
    fonts = style.element.rPr.rFonts
    for name in [key for key in fonts.attrib if "Theme" in key or "theme" in key]:
        del fonts.attrib[name]
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(f"{NAMESPACE}{script}", face)


def clear_tabs(style: Any) -> None:
    """Take a style's tab stops away."""
    for found in list(style.element.iter(f"{NAMESPACE}tabs")):
        found.getparent().remove(found)


def name_picture(paragraph: Any, title: str, description: str) -> None:
    """Give the pictures of a paragraph the text that stands for them."""
    for element in paragraph._p.iter():
        if element.tag.endswith("}docPr"):
            element.set("title", title)
            element.set("descr", description)


def fix_archive(content: bytes) -> bytes:
    """Write an archive again with the same entries and a fixed time, so that bytes are equal."""
    stream = BytesIO()
    with ZipFile(BytesIO(content)) as old, ZipFile(stream, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = ZipInfo(name, ZIP_TIME)
            entry.compress_type = ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, old.read(name))
    return stream.getvalue()
