"""PDF and DOCX of a made-up report with every kind of block: errors, absent pictures, odd words."""

import dataclasses
import io
import runpy
import zipfile
from pathlib import Path

import pytest

from trialwright.core.errors import StudyError
from trialwright.core.table import make_table, row
from trialwright.report.blocks import Document, FigureBlock, Paragraph, Section, TableBlock

SAMPLE = Path(__file__).parents[1] / "golden" / "report_sample.py"
ODD = "5 < 6 & #set page() $x$ *not bold* \\ \"quoted\" 'single' -- [1.7\u20133.6] \x0b end"


@pytest.fixture(scope="module")
def document() -> Document:
    made = runpy.run_path(str(SAMPLE))["build_document"](2)
    assert isinstance(made, Document)
    return made


def small_document(*blocks: object) -> Document:
    return Document("Small", "", ("band",), (), (Section("s", "Part", blocks),))  # type: ignore[arg-type]


def read_pdf(content: bytes) -> str:
    pypdfium2 = pytest.importorskip("pypdfium2")
    document = pypdfium2.PdfDocument(content)
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return " ".join(text.split())


def test_pdf_prints_words_as_they_are_and_not_as_markup() -> None:
    pdf = pytest.importorskip("trialwright.report.pdf", exc_type=ImportError)
    table = TableBlock(make_table("t", "Odd", ("A", "B"), [row(ODD, "1")]))
    text = read_pdf(pdf.render_pdf(small_document(Paragraph((ODD,)), table)))
    shown = ODD.replace("\x0b", "").split()
    assert " ".join(shown) in text


def test_pdf_has_every_section_in_its_contents(document: Document) -> None:
    pdf = pytest.importorskip("trialwright.report.pdf", exc_type=ImportError)
    text = read_pdf(pdf.render_pdf(document))
    contents = text[text.index("Contents") :]
    for section in document.sections:
        assert f"{section.title} ." in contents
    assert "1 finding blocks this report." in text


def test_a_drawing_that_is_none_is_an_error_in_words() -> None:
    pdf = pytest.importorskip("trialwright.report.pdf", exc_type=ImportError)
    figure = FigureBlock("f", "Broken", '<svg width="10pt" height="10pt"><', ("c",), "alt")
    with pytest.raises(StudyError, match=r"^report\.pdf: .* expected a document that typst can"):
        pdf.render_pdf(small_document(figure))
    sizeless = dataclasses.replace(figure, svg="<svg></svg>")
    with pytest.raises(StudyError, match="Figure 'Broken': its SVG has no width and height"):
        pdf.render_pdf(small_document(sizeless))


def test_docx_keeps_odd_words_and_tells_an_absent_picture(tmp_path: Path) -> None:
    word = pytest.importorskip("trialwright.report.docx", exc_type=ImportError)
    import docx

    figure = FigureBlock("f", "Curve", "<svg></svg>", ("What to see.",), "Median 1.8 months.")
    table = TableBlock(make_table("t", "Odd", ("A",), [row(ODD)]))
    content = word.render_docx(small_document(Paragraph((ODD,)), table, figure), tmp_path)
    made = docx.Document(io.BytesIO(content))
    texts = [paragraph.text for paragraph in made.paragraphs]
    assert ODD.replace("\x0b", " ") in texts
    assert "Figure 1. Curve. What to see. Median 1.8 months." in texts
    assert made.tables[-1].rows[1].cells[0].text == ODD.replace("\x0b", " ")


def test_docx_has_headings_styles_and_fixed_times(document: Document, tmp_path: Path) -> None:
    word = pytest.importorskip("trialwright.report.docx", exc_type=ImportError)
    import docx

    content = word.render_docx(document, tmp_path)
    made = docx.Document(io.BytesIO(content))
    headings = [p.text for p in made.paragraphs if p.style.name == "Heading 1"]
    assert headings == [section.title for section in document.sections]
    assert made.sections[0].header.paragraphs[0].text == " \N{MIDDLE DOT} ".join(document.band)
    assert made.core_properties.created.year == 1980
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
