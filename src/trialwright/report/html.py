"""A document as one HTML file that needs nothing beside it and reads whole without script."""

import base64
import hashlib
import re
from collections.abc import Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from trialwright.core.errors import Severity, StudyError
from trialwright.core.table import Cell, Table, Text, text_plain
from trialwright.report.blocks import (
    Document,
    FigureBlock,
    collect_findings,
    number_displays,
    walk_cells,
    walk_sections,
)
from trialwright.report.columns import ColumnLook, is_words, look_at_columns
from trialwright.report.evidence import Evidence, pack_evidence
from trialwright.report.grouping import group_findings, group_settings
from trialwright.report.svg import embed_svg

DENSE_TABLE_COLUMNS, WIDE_TABLE_COLUMNS = 8, 12  # beyond: printed smaller, printed across the page

# Dates, ids with a hyphen such as 01-007, and the parts of a file's name between "_".
NAMES = re.compile(
    r"(?<![\w&;#.-])\w{0,8}-(?=[\w-]{0,11}\d)[A-Za-z0-9-]{1,12}(?![\w-])"
    r"|(?<![\w&;#-])[A-Za-z0-9-]+_"
    r"|(?<=_)[A-Za-z0-9-]+(?:\.\w{2,5}\b|_)"
)
LONGEST_WORD = 16
# A browser may break a line on either side of a button, so its punctuation is tied to it.
GLUED = re.compile(r"([(\[]*)(<button [^>]*>[^<]{1,24}</button>)([^\s\w<&]*)")


def render_html(document: Document, evidence: Evidence) -> str:
    """Print a document as one self-contained HTML file.

    A cell whose refs have evidence becomes a button that opens it; other cells are plain text.

    Parameters
    ----------
    document : Document
        What to print; section ids are unique.
    evidence : Evidence
        What numbers open; only what the document points at is embedded.

    Returns
    -------
    str
        The page, the same for the same document.

    Raises
    ------
    StudyError
        When two sections share an id, or a figure is not an SVG document.
    """
    sections = _addresses_of_sections(document)
    known = {number.ref for number in evidence.numbers}
    shown = dict.fromkeys(r for cell in walk_cells(document) for r in cell.refs if r in known)
    environment = Environment(
        loader=PackageLoader("trialwright.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    printer = _Printer(set(shown), number_displays(document), sections)
    environment.filters.update(
        text=printer.print_text,
        plain=text_plain,
        cell=printer.print_cell,
        anchor=printer.make_anchor,
        drawing=_print_drawing,
        kind=lambda block: type(block).__name__,
        table_view=_view_table,
        by_rule=group_findings,
        by_head=group_settings,
        breakable=lambda path: Markup(re.sub(r"(?<=[._])", "<wbr>", str(escape(path)))),
        sentence_end=lambda words: words.rstrip(" ."),
    )
    script = _asset(environment, "page.js")
    page = environment.get_template("page.html.j2").render(
        document=document,
        labels=printer.labels,
        blocking=collect_findings(document, Severity.BLOCK),
        has_numbers=bool(shown),
        policy=_content_policy(script),
        style=Markup(_asset(environment, "page.css") + _print_band(document)),
        evidence=Markup(pack_evidence(evidence, shown)),
        script=Markup(script),
    )
    return page.strip() + "\n"


class _Printer:
    """Prints texts and cells, and hands out addresses, for one page."""

    def __init__(self, known: set[str], labels: dict[str, str], taken: set[str]) -> None:
        self.labels = labels
        self._known = known
        self._anchors = taken

    def print_text(self, text: Text) -> Markup:
        """Return a sentence with its numbers as buttons."""
        parts = (
            self.print_cell(item) if isinstance(item, Cell) else print_plain(item) for item in text
        )
        return Markup(GLUED.sub(_tie, "".join(parts)))

    def print_cell(self, cell: Cell) -> Markup:
        """Return a cell; a button when any of its statistics can be opened."""
        refs = [ref for ref in cell.refs if ref in self._known]
        if not refs or not cell.text.strip():
            return print_plain(cell.text)
        is_word = "-" in cell.text and " " not in cell.text and len(cell.text) <= LONGEST_WORD
        button = '<button type="button" class="number{}" data-refs="{}">{}</button>'
        return Markup(button).format(" whole" if is_word else "", "\n".join(refs), cell.text)

    def make_anchor(self, name: str, kind: str) -> str:
        """Return an address that no other part of the page has."""
        # Never two dashes: what is made below an address adds them.
        base = f"{kind}-{re.sub(r'[^A-Za-z0-9_]+', '-', name).strip('-')}"
        anchor, n = base, 1
        while anchor in self._anchors:
            n += 1
            anchor = f"{base}-{n}"
        self._anchors.add(anchor)
        return anchor


def print_plain(text: str) -> Markup:
    """Return plain text whose dates and ids stay on one line; a file's name may break after "_".

    Examples
    --------
    >>> print(print_plain("MJX-01 on 2021-03-17"))
    <span class="whole">MJX-01</span> on <span class="whole">2021-03-17</span>
    """
    whole = NAMES.sub(lambda found: f'<span class="whole">{found[0]}</span>', str(escape(text)))
    return Markup(whole.replace("_</span>", "_</span><wbr>"))


def _tie(found: re.Match[str]) -> str:
    """Return a button with the punctuation around it as one piece of the line."""
    return f'<span class="whole">{found[0]}</span>' if found[1] or found[3] else found[0]


def _addresses_of_sections(document: Document) -> set[str]:
    """Return the ids of all sections; raise when two sections would have one address."""
    seen: set[str] = set()
    for section in walk_sections(document):
        if section.id in seen:
            raise StudyError(
                f"Section '{section.title}' has id '{section.id}', expected an id that no other "
                "section has. Rename one."
            )
        seen.add(section.id)
    return seen


def _asset(environment: Environment, name: str) -> str:
    """Read a style sheet or script as it is."""
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0].strip()


def _content_policy(script: str) -> str:
    """Return the policy that lets the page run its own script and fetch nothing."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _print_band(document: Document) -> str:
    """Return the style that repeats the band at the top of every printed page."""
    band = " \N{MIDDLE DOT} ".join(document.band)
    # As code points, so that no text can end the string or the style element.
    quoted = "".join(
        sign if sign.isalnum() or sign in " .,-" else f"\\{ord(sign):x} " for sign in band
    )
    return (
        f'\n@page {{ @top-left {{ content: "{quoted}"; }} }}'
        "\n@page :first { @top-left { content: none; } }"
    )


def _print_drawing(figure: FigureBlock, anchor: str) -> Markup:
    """Return a figure's drawing as an element of the page."""
    return Markup(embed_svg(figure.svg, anchor, figure.title, figure.alt))


def _view_cells(
    cells: Sequence[Cell], looks: Sequence[ColumnLook]
) -> list[tuple[Cell, bool, str, int]]:
    """Return each cell of a row with its look and how many columns it takes.

    Words in a column of numbers, such as the reason why there is none, take what is empty after
    them; they stand to the left.
    """
    shown: list[tuple[Cell, bool, str, int]] = []
    for place, (cell, look) in enumerate(zip(cells, looks, strict=False)):
        n_left = len(cells) - place
        is_last = n_left > 1 and not any(other.text for other in cells[place + 1 :])
        if look.is_numeric and is_last and " " in cell.text.strip() and is_words(cell.text):
            return [*shown, (cell, False, "", n_left)]
        shown.append((cell, look.is_numeric, look.pad(cell.text), 1))
    return shown


def _view_table(table: Table) -> dict[str, Any]:
    """Return a table's rows with the look of each cell, short rows filled."""
    looks = look_at_columns(table)
    empty = Cell("")
    rows = [
        {
            "is_heading": row.is_heading,
            "indent": row.indent,
            "first": row.cells[0],
            "others": _view_cells(
                [*row.cells[1:], *[empty] * (len(looks) - len(row.cells))], looks[1:]
            ),
        }
        for row in table.rows
    ]
    columns = [(name, look.is_numeric) for name, look in zip(table.columns, looks, strict=True)]
    sizes = {DENSE_TABLE_COLUMNS: "dense", WIDE_TABLE_COLUMNS: "wide"}
    width = " ".join(name for most, name in sizes.items() if len(columns) > most)
    return {"columns": columns, "rows": rows, "width": width}
