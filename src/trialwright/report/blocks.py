"""What a report is made of: plain blocks that HTML, PDF and DOCX each print in their way."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from trialwright.core.errors import Finding, Severity
from trialwright.core.table import Cell, Table, Text


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of an opening answer or of a patient's heading; `is_main` prints it large."""

    label: str
    text: Text
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of running text."""

    text: Text


@dataclass(frozen=True, slots=True)
class ListBlock:
    """Items that belong together, one line each."""

    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A printed table and, under its footnotes, a note in words."""

    table: Table
    note: Text = ()


@dataclass(frozen=True, slots=True)
class Download:
    """A file beside the report, or a data: address, under the name that a reader clicks."""

    name: str
    href: str


@dataclass(frozen=True, slots=True)
class FigureBlock:
    """A drawing with the sentence that says what to see and the text that stands for it.

    `svg` is a whole SVG document in ink on white; `alt` carries the figure's numbers.
    """

    id: str
    title: str
    svg: str
    caption: Text
    alt: str
    downloads: tuple[Download, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingsBlock:
    """Findings of a check, grouped by rule when printed; `rules` says each rule in words."""

    findings: tuple[Finding, ...]
    rules: Mapping[str, str] = field(default_factory=dict)


class Origin(Enum):
    """Where the value of a setting comes from."""

    DECLARED = "declared"
    DEFAULT = "default"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One setting in force: its dotted path in the protocol, its printed value, its origin."""

    path: str
    value: str
    origin: Origin
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SettingsBlock:
    """Every setting of a method or protocol, defaults and assumptions included."""

    rows: tuple[SettingRow, ...]
    title: str = "Settings"


@dataclass(frozen=True, slots=True)
class AbsentBlock:
    """What could not be shown: what it would need, or why making it failed."""

    what: str
    needs: str
    has_failed: bool = False

    @property
    def label(self) -> str:
        """Return the word that such a paragraph begins with."""
        return "Failed:" if self.has_failed else "Not recorded:"

    @property
    def words(self) -> str:
        """Return the sentences: what is not here, and what it takes or what went wrong."""
        what, needs = self.what.rstrip(" ."), self.needs.rstrip(" .")
        if self.has_failed:
            return f"{what} could not be made. {needs}."
        return f"{what}. It would need {needs}."


@dataclass(frozen=True, slots=True)
class PatientBlock:
    """One patient's page: heading facts, a time line, small tables.

    `summary` is the line that is read before the page is opened, such as
    "leiomyosarcoma, PR, 9 cycles, alive".
    """

    subject: str
    summary: str
    facts: tuple[Fact, ...] = ()
    figure: FigureBlock | None = None
    tables: tuple[TableBlock, ...] = ()


Block = (
    Paragraph
    | ListBlock
    | TableBlock
    | FigureBlock
    | FindingsBlock
    | SettingsBlock
    | AbsentBlock
    | PatientBlock
)


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a document; `id` is its address and stays the same between runs."""

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple["Section", ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report.

    `band` are the short texts that stand at the top of every page: SYNTHETIC, data cut, protocol
    version, records head, software; `facts` are the answer, in one screen.
    """

    title: str
    subtitle: str
    band: tuple[str, ...]
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    footer: tuple[Text, ...] = ()


def walk_sections(document: Document) -> Iterator[Section]:
    """Yield every section in reading order, parents before their parts."""
    waiting = list(reversed(document.sections))
    while waiting:
        section = waiting.pop()
        yield section
        waiting.extend(reversed(section.sections))


def walk_blocks(document: Document) -> Iterator[Block]:
    """Yield every block in reading order; a patient's figure and tables follow the patient."""
    for section in walk_sections(document):
        for block in section.blocks:
            yield block
            if isinstance(block, PatientBlock):
                if block.figure is not None:
                    yield block.figure
                yield from block.tables


def walk_cells(document: Document) -> Iterator[Cell]:
    """Yield every cell of the document's texts and tables in reading order."""
    yield from _cells_of_facts(document.facts)
    for block in walk_blocks(document):
        yield from _cells_of_block(block)
    for text in document.footer:
        yield from _cells_of_text(text)


def _cells_of_text(text: Text) -> Iterator[Cell]:
    """Yield the cells of one sentence."""
    return (part for part in text if isinstance(part, Cell))


def _cells_of_facts(facts: tuple[Fact, ...]) -> Iterator[Cell]:
    """Yield the cells of a list of facts."""
    for fact in facts:
        yield from _cells_of_text(fact.text)


def _cells_of_block(block: Block) -> Iterator[Cell]:
    """Yield the cells of one block without those of its parts."""
    match block:
        case Paragraph():
            yield from _cells_of_text(block.text)
        case ListBlock():
            for item in block.items:
                yield from _cells_of_text(item)
        case TableBlock():
            for row in block.table.rows:
                yield from row.cells
            yield from _cells_of_text(block.note)
        case FigureBlock():
            yield from _cells_of_text(block.caption)
        case PatientBlock():
            yield from _cells_of_facts(block.facts)
        case _:
            return


def number_displays(document: Document) -> dict[str, str]:
    """Count tables and figures through the document, patients' own displays left out.

    Returns
    -------
    dict
        Id of the table or figure to "Table 1" or "Figure 1", in reading order. A display that
        is shown twice keeps its first number.
    """
    labels: dict[str, str] = {}
    n_tables = n_figures = 0
    for section in walk_sections(document):
        for block in section.blocks:
            if isinstance(block, TableBlock) and block.table.id not in labels:
                n_tables += 1
                labels[block.table.id] = f"Table {n_tables}"
            elif isinstance(block, FigureBlock) and block.id not in labels:
                n_figures += 1
                labels[block.id] = f"Figure {n_figures}"
    return labels


def collect_findings(document: Document, severity: Severity) -> list[Finding]:
    """Return the distinct findings of one severity, in reading order."""
    found = (
        finding
        for block in walk_blocks(document)
        if isinstance(block, FindingsBlock)
        for finding in block.findings
        if finding.severity is severity
    )
    return list(dict.fromkeys(found))
