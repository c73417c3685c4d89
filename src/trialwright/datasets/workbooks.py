"""Workbooks cell by cell: the only door to the library that writes them."""

import zipfile
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path

CellValue = str | float | int | None
MADE_AT = datetime(2000, 1, 1)


def write_rows(path: Path, rows: Sequence[Sequence[CellValue]], sheet: str) -> None:
    """Write rows of cells as a workbook of one sheet; the same cells give the same bytes.

    Parameters
    ----------
    path : Path
        File to write, named .xlsx; an existing one is replaced.
    rows : sequence of sequence
        Cells from the first row on; None leaves a cell empty.
    sheet : str
        Name of the sheet.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    for row in rows:
        page.append(list(row))
    draft = BytesIO()
    book.save(draft)
    path.write_bytes(_without_clock(draft))


def _without_clock(draft: BytesIO) -> bytes:
    """Return a workbook's bytes with every time in it, of file and document, replaced."""
    stamp = MADE_AT.timetuple()[:6]
    written = BytesIO()
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(written, "w") as target:
        for item in source.infolist():
            if item.filename == "docProps/core.xml":
                continue  # nothing but who wrote it and when
            content = source.read(item.filename)
            if item.filename in ("[Content_Types].xml", "_rels/.rels"):
                content = _drop_core(content)
            info = zipfile.ZipInfo(item.filename, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            target.writestr(info, content)
    return written.getvalue()


def _drop_core(content: bytes) -> bytes:
    """Remove what refers to the properties of the document."""
    parts = content.decode("utf-8").split("<")
    kept = [part for part in parts if "core.xml" not in part]
    return "<".join(kept).encode("utf-8")
