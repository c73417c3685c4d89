"""A document as DOCX: real tables, captions that Word counts, headings, the band on every page."""

from io import BytesIO
from pathlib import Path

import docx
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.image.image import Image
from docx.opc.constants import RELATIONSHIP_TYPE as RT
from docx.opc.packuri import PackURI
from docx.oxml.shape import CT_Inline
from docx.parts.image import ImagePart
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph as WordParagraph

from trialwright.report.blocks import Document
from trialwright.report.docx_looks import LOOKS
from trialwright.report.docx_parts import (
    EPOCH,
    add_field,
    add_table_of_contents,
    clear_tabs,
    fix_archive,
    name_picture,
    set_face,
    set_style,
    shade,
)
from trialwright.report.docx_tables import (
    FAINT,
    CellPrint,
    RowPrint,
    add_row,
    fill_table,
    set_widths,
)
from trialwright.report.paper import (
    Bullets,
    FactList,
    Heading,
    Picture,
    Piece,
    Words,
    close_document,
    find_leads,
    lay_out,
    open_document,
)
from trialwright.report.paper_tables import PAGE_WIDTH_PT, TYPE_PT, PaperTable, clean_text
from trialwright.report.svg import read_size

FACE = "Arial"
INK, QUIET = RGBColor(0x1B, 0x1B, 0x1F), RGBColor(0x5F, 0x5F, 0x62)
ALARM_FILL = "FBEDED"
RUNNING_LINES = 1.15
CONTENTS_DEPTH = 2
LABEL_PT, PATIENT_LABEL_PT = 125.0, 80.0
AFTER_FIGURE_PT = 12.0


def render_docx(document: Document, folder: Path) -> bytes:
    """Print a document as DOCX.

    Parameters
    ----------
    document : Document
        What to print.
    folder : Path
        Where the figures' PNG files are, as their downloads name them. A figure without one is
        told in the words of its text alternative.

    Returns
    -------
    bytes
        The file, the same for the same document and pictures.
    """
    printer = _Printer(document, folder)
    printer.open()
    for piece, leads in zip(printer.body, find_leads(printer.body), strict=True):
        printer.print(piece, leads=leads)
    printer.close()
    stream = BytesIO()
    printer.word.save(stream)
    return fix_archive(stream.getvalue())


class _Printer:
    """Prints pieces to the end of one Word document."""

    def __init__(self, document: Document, folder: Path):
        self.word = docx.Document()
        self.body = lay_out(document)
        self._document = document
        self._folder = folder
        self._n_pictures = 0
        self._styles = _set_styles(self.word)
        self._set_page()

    def _set_page(self) -> None:
        """Set A4, the band above and the page number below."""
        properties = self.word.core_properties
        properties.title, properties.author = self._document.title, self._document.band[-1:][0]
        properties.comments, properties.last_modified_by = "", properties.author
        properties.created = properties.modified = EPOCH
        section = self.word.sections[0]
        section.orientation = WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(15)
        section.top_margin, section.bottom_margin = Mm(20), Mm(18)
        section.header_distance = section.footer_distance = Mm(9)
        head = section.header.paragraphs[0]
        head.style = self.word.styles["Header"]
        head.add_run(" \N{MIDDLE DOT} ".join(self._document.band))
        foot = section.footer.paragraphs[0]
        foot.style = self.word.styles["Footer"]
        clear_tabs(foot.style)
        foot.paragraph_format.tab_stops.add_tab_stop(Pt(PAGE_WIDTH_PT), WD_TAB_ALIGNMENT.RIGHT)
        foot.add_run(f"{self._document.title}\tPage ")
        add_field(foot, "PAGE", "1")
        foot.add_run(" of ")
        add_field(foot, "NUMPAGES", "1")

    def _add(self, style: str, text: str = "") -> WordParagraph:
        """Add a paragraph at the end."""
        paragraph = self.word.add_paragraph(clean_text(text))
        set_style(paragraph, self._styles[style])
        return paragraph

    def open(self) -> None:
        """Print title, answer and contents."""
        self._add("Title", self._document.title)
        self._add("Subtitle", self._document.subtitle)
        for piece in open_document(self._document):
            self.print(piece)
        self._add("TOC Heading", "Contents")
        listed = [
            (piece.level, piece.text)
            for piece in self.body
            if isinstance(piece, Heading) and piece.is_listed and piece.level <= CONTENTS_DEPTH
        ]
        add_table_of_contents(self._add, listed, CONTENTS_DEPTH)

    def close(self) -> None:
        """Print the last lines."""
        for line in close_document(self._document):
            self._add("Note", line)

    def print(self, piece: Piece, *, leads: bool = False) -> None:
        """Print one piece; one that leads stays with what follows."""
        match piece:
            case Heading():
                self._print_heading(piece)
            case Words():
                self._print_words(piece, leads)
            case Bullets():
                for item in piece.items:
                    self._add("List Bullet", item)
            case FactList():
                self._print_facts(piece)
            case PaperTable():
                self._print_table(piece)
            case Picture():
                self._print_picture(piece)

    def _print_heading(self, piece: Heading) -> None:
        style = f"Heading {min(piece.level, 3)}" if piece.is_listed else "Patient"
        paragraph = self._add(style, piece.text)
        is_first = piece.level == 1 and piece is self.body[0]
        if piece.starts_page or is_first:
            paragraph.paragraph_format.page_break_before = True
            paragraph.paragraph_format.space_before = Pt(0)

    def _print_words(self, piece: Words, leads: bool) -> None:
        paragraph = self._add("Body Text")
        if piece.lead:
            paragraph.add_run(f"{piece.lead} ").bold = True
        paragraph.add_run(clean_text(piece.text))
        paragraph.paragraph_format.keep_with_next = leads or bool(piece.lead)
        if piece.is_alarm:
            shade(paragraph, ALARM_FILL)

    def _print_facts(self, piece: FactList) -> None:
        label_pt, n_pairs = (LABEL_PT, 1) if piece.is_answer else (PATIENT_LABEL_PT, 2)
        words_pt = PAGE_WIDTH_PT / n_pairs - label_pt
        table = self.word.add_table(rows=0, cols=2 * n_pairs)
        set_widths(table, [label_pt, words_pt] * n_pairs)
        blanks = (("", "", False),) * (-len(piece.facts) % n_pairs)
        facts = [*piece.facts, *blanks]
        for start in range(0, len(facts), n_pairs):
            cells = []
            for label, words, is_main in facts[start : start + n_pairs]:
                style = self._styles["Answer" if is_main else "Fact"]
                cells.append(CellPrint(label, self._styles["Fact Label"], label_pt, keeps=True))
                cells.append(CellPrint(words, style, words_pt, keeps=True))
            add_row(table, RowPrint(cells, bottom=FAINT if piece.is_answer else None))
        self._add("Gap")

    def _print_caption(self, label: str, title: str, words: str = "") -> WordParagraph:
        """Print a caption whose number Word counts with the others of its kind."""
        paragraph = self._add("Caption")
        kind, _, number = label.partition(" ")
        if number:
            paragraph.add_run(f"{kind} ").bold = True
            add_field(paragraph, f"SEQ {kind} \\* ARABIC", number, bold=True)
            paragraph.add_run(". ").bold = True
        paragraph.add_run(title).bold = bool(words)
        if words:
            paragraph.add_run(f" {words}")
        return paragraph

    def _print_table(self, piece: PaperTable) -> None:
        self._print_caption(piece.label, piece.title).paragraph_format.keep_with_next = True
        table = self.word.add_table(rows=0, cols=len(piece.columns))
        style = "Table Text" if piece.type_pt >= TYPE_PT else "Table Small"
        fill_table(table, piece, self._styles[style])
        for place, note in enumerate(piece.notes, start=1):
            paragraph = self._add("Note", note)
            paragraph.paragraph_format.keep_with_next = place < len(piece.notes)
        self._add("Gap")

    def _print_picture(self, piece: Picture) -> None:
        path = self._folder / piece.png
        if piece.png and path.is_file():
            width_pt = min(read_size(piece.svg, piece.title)[0], PAGE_WIDTH_PT)
            self._add_picture(path, width_pt, piece)
            words = piece.caption
        else:
            words = f"{piece.caption} {piece.alt}"
        caption = self._print_caption(piece.label, f"{piece.title}.", words)
        caption.paragraph_format.space_after = Pt(AFTER_FIGURE_PT)

    def _add_picture(self, path: Path, width_pt: float, piece: Picture) -> None:
        """Add a picture as a part of its own.

        The library would compare it with all before it and count through the document for its id.
        """
        self._n_pictures += 1
        image = Image.from_file(str(path))
        name = PackURI(f"/word/media/figure{self._n_pictures}.{image.ext}")
        rel_id = self.word.part.relate_to(ImagePart.from_image(image, name), RT.IMAGE)
        size = image.scaled_dimensions(width=Pt(width_pt))
        inline = CT_Inline.new_pic_inline(self._n_pictures, rel_id, path.name, *size)
        paragraph = self._add("Figure")
        paragraph.add_run()._r.add_drawing(inline)
        name_picture(paragraph, piece.title, piece.alt)


def _set_styles(word: WordDocument) -> dict[str, str]:
    """Set every style in use, so that a reader can change the look in one place; return their ids.

    The library looks a name up among all styles each time; ids are used instead.
    """
    ids = {}
    for name, look in LOOKS.items():
        if name not in word.styles:
            word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = word.styles["Normal"]
        style = word.styles[name]
        assert isinstance(style, ParagraphStyle)
        set_face(style, FACE)
        style.font.size = Pt(look.size_pt)
        style.font.color.rgb = QUIET if look.is_quiet else INK
        style.font.bold, style.font.italic = look.is_bold, False
        spacing = style.paragraph_format
        spacing.space_before, spacing.space_after = Pt(look.before_pt), Pt(look.after_pt)
        spacing.line_spacing = RUNNING_LINES if look.is_running else 1.0
        spacing.keep_with_next = look.keeps
        if look.indent_pt:
            spacing.left_indent = Pt(look.indent_pt)
        ids[name] = style.style_id
    return ids
