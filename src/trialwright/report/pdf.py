"""A document as PDF: pages of A4 set by typst from plain data, the same bytes every time."""

import json
from dataclasses import asdict
from importlib.resources import files
from typing import Any

import typst

from trialwright.core.errors import StudyError
from trialwright.figures.measure import find_typefaces
from trialwright.report.blocks import Document
from trialwright.report.paper import (
    Picture,
    Piece,
    close_document,
    find_leads,
    lay_out,
    open_document,
)
from trialwright.report.svg import read_size

FACE = "DejaVu Sans"  # what figures are measured in
EPOCH = 0  # a fixed time of creation, so that equal content has equal bytes


def render_pdf(document: Document) -> bytes:
    """Print a document as PDF.

    Parameters
    ----------
    document : Document
        What to print; its figures carry their drawings.

    Returns
    -------
    bytes
        The file, the same for the same document whatever typefaces the machine has.

    Raises
    ------
    StudyError
        When a drawing or the page cannot be set.
    """
    page = files("trialwright.report") / "templates" / "page.typ"
    faces = typst.Fonts(include_system_fonts=False, font_paths=find_typefaces())
    content = json.dumps(_describe(document), ensure_ascii=False)
    try:
        return typst.compile(
            page.read_bytes(),
            format="pdf",
            font_paths=faces,
            sys_inputs={"content": content},
            timestamp=EPOCH,
        )
    except typst.TypstError as error:
        raise StudyError(
            f"report.pdf: {error.message}, expected a document that typst can set. "
            "Read report.html, and report what stands in the message."
        ) from error


def _describe(document: Document) -> dict[str, Any]:
    """Return the document as the data that the page template reads."""
    body = lay_out(document)
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "band": list(document.band),
        "face": FACE,
        "opening": [_describe_piece(piece) for piece in open_document(document)],
        "body": [
            {**_describe_piece(piece), "leads": leads}
            for piece, leads in zip(body, find_leads(body), strict=True)
        ],
        "footer": [line.rstrip(" .") for line in close_document(document)],
    }


def _describe_piece(piece: Piece) -> dict[str, Any]:
    values = {"kind": type(piece).__name__, **asdict(piece)}
    if isinstance(piece, Picture):
        values["width_pt"] = read_size(piece.svg, piece.title)[0]
    return values
