"""What a Word file needs and its library does not write: fields, alternatives, fixed bytes.

Elements are made by those they stand in, so that only `report.docx` imports the library.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

EPOCH = dt.datetime(1980, 1, 1)
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
NAMESPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TWIPS_PER_PT = 20


def add_element(parent: Any, tag: str, **attributes: str) -> Any:
    """Add an element of WordprocessingML at the end of a parent."""
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
            code_element = add_element(run._r, "instrText")
            code_element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            code_element.text = f" {code} "
        elif kind != "text":
            add_element(run._r, "fldChar", fldCharType=kind)


def add_table_of_contents(
    add_paragraph: Callable[..., Any], titles: Sequence[tuple[int, str]], depth: int
) -> None:
    """Add a table of contents that Word can update, written out without page numbers until then."""
    lines = [add_paragraph(f"TOC {level}") for level, _ in titles] or [add_paragraph("TOC 1")]
    for kind in ("begin", "code", "separate"):
        run = lines[0].add_run()
        if kind == "code":
            add_element(run._r, "instrText").text = f' TOC \\o "1-{depth}" \\h \\z '
        else:
            add_element(run._r, "fldChar", fldCharType=kind)
    for line, (_, title) in zip(lines, titles, strict=False):
        line.add_run(title)
    add_element(lines[-1].add_run()._r, "fldChar", fldCharType="end")


def set_style(paragraph: Any, style_id: str) -> None:
    """Set a paragraph's style by its id."""
    paragraph._p.style = style_id


def shade(paragraph: Any, color: str) -> None:
    """Lay a color behind a paragraph."""
    add_element(paragraph._p.get_or_add_pPr(), "shd", val="clear", color="auto", fill=color)


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
            entry.compress_type = ZIP_STORED if name.endswith(".png") else ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, old.read(name))
    return stream.getvalue()
