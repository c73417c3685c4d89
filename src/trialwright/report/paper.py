"""A document in reading order, as plain pieces that PDF and DOCX print one after the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trialwright.core.errors import Severity
from trialwright.core.table import open_sentence, text_plain
from trialwright.report.blocks import (
    AbsentBlock,
    Block,
    Document,
    Fact,
    FigureBlock,
    FindingsBlock,
    ListBlock,
    Paragraph,
    PatientBlock,
    Section,
    SettingsBlock,
    TableBlock,
    collect_findings,
    number_displays,
)
from trialwright.report.grouping import RuleFindings, group_findings
from trialwright.report.paper_tables import PaperTable, lay_out_table, tabulate_settings

TRACE = (
    "Under each table stands the result its numbers belong to. "
    "`trialwright show STUDY RESULT --rows` prints how they came about and the recorded rows "
    "behind them; report.html opens them in place."
)
MOST_LEADING = 2


@dataclass(frozen=True, slots=True)
class Heading:
    """A title; `is_listed` puts it into the contents."""

    level: int
    text: str
    starts_page: bool = False
    is_listed: bool = True


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; `lead` opens it in bold, `is_alarm` frames it."""

    text: str
    lead: str = ""
    is_alarm: bool = False


@dataclass(frozen=True, slots=True)
class Bullets:
    """Items, one line each."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactList:
    """Labels with what they say; `is_answer` prints them as the opening of the document."""

    facts: tuple[tuple[str, str, bool], ...]
    is_answer: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure: drawing, where its PNG is, caption and the text that stands for it."""

    id: str
    label: str
    title: str
    caption: str
    alt: str
    svg: str
    png: str


Piece = Heading | Words | Bullets | FactList | PaperTable | Picture


def open_document(document: Document) -> list[Piece]:
    """Return what stands before the contents: the answer, and what blocks it."""
    pieces: list[Piece] = []
    n = len(collect_findings(document, Severity.BLOCK))
    if n:
        lead = "1 finding blocks" if n == 1 else f"{n} findings block"
        until = "it is" if n == 1 else "they are"
        text = f"Its numbers are not to be used before {until} resolved."
        pieces.append(Words(text, f"{lead} this report.", is_alarm=True))
    if document.facts:
        pieces.append(_list_facts(document.facts, is_answer=True))
    return [*pieces, Words(TRACE)]


def lay_out(document: Document) -> list[Piece]:
    """Return the sections of a document as pieces in reading order."""
    labels = number_displays(document)
    pieces: list[Piece] = []
    follows_pages = False
    for section in document.sections:
        # The first patient's page carries the title of the patients; what comes after the last
        # one starts a page as well.
        has_pages = any(isinstance(block, PatientBlock) for block in section.blocks)
        pieces += _lay_out_section(section, 1, labels, starts_page=has_pages or follows_pages)
        follows_pages = has_pages
    return pieces


def find_leads(pieces: Sequence[Piece]) -> list[bool]:
    """Return which paragraphs lead to a figure or table, and so stay on its page.

    The last two before it do; more would empty the page they leave.
    """
    leads = [False] * len(pieces)
    n_led = 0
    for place in reversed(range(len(pieces))):
        if isinstance(pieces[place], Picture | PaperTable):
            n_led = MOST_LEADING
        else:
            leads[place] = isinstance(pieces[place], Words) and n_led > 0
            n_led = n_led - 1 if leads[place] else 0
    return leads


def close_document(document: Document) -> list[str]:
    """Return the last lines that the band does not say on every page."""
    lines = [text_plain(text) for text in document.footer]
    return [line for line in lines if line not in document.band]


def _lay_out_section(
    section: Section, level: int, labels: dict[str, str], *, starts_page: bool = False
) -> Iterator[Piece]:
    yield Heading(level, section.title, starts_page)
    for place, block in enumerate(section.blocks):
        if isinstance(block, PatientBlock):
            yield from _lay_out_patient(block, level + 1, starts_page=place > 0)
        else:
            yield from _lay_out_block(block, labels)
    for part in section.sections:
        yield from _lay_out_section(part, level + 1, labels)


def _lay_out_block(block: Block, labels: dict[str, str]) -> Iterator[Piece]:
    """Yield the pieces of one block."""
    match block:
        case TableBlock():
            yield lay_out_table(block, labels.get(block.table.id, ""))
        case FigureBlock():
            yield _lay_out_figure(block, labels.get(block.id, ""))
        case SettingsBlock():
            yield lay_out_table(tabulate_settings(block))
        case FindingsBlock():
            yield from _lay_out_findings(block)
        case Paragraph() | ListBlock() | AbsentBlock():
            yield _lay_out_words(block)


def _lay_out_words(block: Paragraph | ListBlock | AbsentBlock) -> Words | Bullets:
    """Return running text."""
    if isinstance(block, Paragraph):
        return Words(text_plain(block.text))
    if isinstance(block, ListBlock):
        return Bullets(tuple(text_plain(item) for item in block.items))
    return Words(block.words, block.label)


def _lay_out_figure(figure: FigureBlock, label: str = "") -> Picture:
    png = next((file.href for file in figure.downloads if file.name == "PNG"), "")
    title = figure.title.rstrip(" .")
    caption = text_plain(figure.caption)
    return Picture(figure.id, label, title, caption, figure.alt, figure.svg, png)


def _lay_out_patient(patient: PatientBlock, level: int, *, starts_page: bool) -> Iterator[Piece]:
    """Yield one patient's page."""
    yield Heading(level, patient.subject, starts_page, is_listed=False)
    yield Words(f"{open_sentence(patient.summary)}.")
    if patient.facts:
        yield _list_facts(patient.facts)
    if patient.figure is not None:
        yield _lay_out_figure(patient.figure)
    for table in patient.tables:
        yield lay_out_table(table, own=True)


def _list_facts(facts: tuple[Fact, ...], *, is_answer: bool = False) -> FactList:
    return FactList(
        tuple((fact.label, text_plain(fact.text), fact.is_main) for fact in facts), is_answer
    )


def _lay_out_findings(block: FindingsBlock) -> Iterator[Piece]:
    """Yield a line and a list for each rule."""
    groups = group_findings(block.findings)
    if not groups:
        yield Words("No findings.")
    for group in groups:
        yield Words(_tell_rule(group, block.rules.get(group.rule, "")), _name_rule(group))
        more = f"{group.n_left} more of this rule: `trialwright check` lists every one."
        messages = [finding.message for finding in group.shown]
        yield Bullets((*messages, *([more] if group.n_left else [])))


def _name_rule(group: RuleFindings) -> str:
    return f"{'Blocking' if group.is_blocking else 'Warning'} {group.rule}."


def _tell_rule(group: RuleFindings, words: str) -> str:
    count = "1 finding" if group.n == 1 else f"{group.n} findings"
    says = f"{words.rstrip(' .')}: " if words else ""
    return f"{says}{count} in {', '.join(group.files)}."
