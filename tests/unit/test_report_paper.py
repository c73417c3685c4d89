"""How a document is laid out for paper: order, page starts, widths, notes."""

import runpy
from pathlib import Path

import pytest

from trialwright.core.table import Table, cell, heading, make_table, row
from trialwright.report.blocks import Document, Paragraph, Section, TableBlock
from trialwright.report.paper import (
    Bullets,
    FactList,
    Heading,
    Picture,
    Words,
    find_leads,
    lay_out,
    open_document,
)
from trialwright.report.paper_tables import PAGE_WIDTH_PT, PaperTable, lay_out_table

SAMPLE = Path(__file__).parents[1] / "golden" / "report_sample.py"


@pytest.fixture(scope="module")
def document() -> Document:
    made = runpy.run_path(str(SAMPLE))["build_document"](3)
    assert isinstance(made, Document)
    return made


def test_the_opening_says_what_blocks_then_the_answer(document: Document) -> None:
    alarm, answer, trace = open_document(document)
    assert alarm == Words(
        "Its numbers are not to be used before it is resolved.",
        "1 finding blocks this report.",
        is_alarm=True,
    )
    assert isinstance(answer, FactList)
    assert answer.facts[1] == (
        "Decision", "First stage not satisfied: at most 3 of 13 stops the arm", True,
    )  # fmt: skip
    assert isinstance(trace, Words)


def test_each_patient_starts_a_page_and_the_first_one_under_the_section_title(
    document: Document,
) -> None:
    titles = [piece for piece in lay_out(document) if isinstance(piece, Heading)]
    place = titles.index(Heading(1, "Each patient", starts_page=True))
    patients = titles[place + 1 : place + 4]
    assert [patient.starts_page for patient in patients] == [False, True, True]
    assert not any(patient.is_listed for patient in patients)
    assert titles[place + 4] == Heading(1, "Methods", starts_page=True)
    assert [title.level for title in titles if title.text == "Best response"] == [2]


def test_every_kind_of_block_is_printed(document: Document) -> None:
    kinds = {type(piece) for piece in lay_out(document)}
    assert kinds == {Heading, Words, Bullets, FactList, PaperTable, Picture}
    words = [piece for piece in lay_out(document) if isinstance(piece, Words)]
    assert Words(
        "CD8 density on treatment. It would need data/slides.csv and the images it names.",
        "Not recorded:",
    ) in words  # fmt: skip
    assert Words(
        "Assessment outside its window: 9 findings in tr.csv.", "Warning VISIT-WINDOW."
    ) in words  # fmt: skip


def test_sentences_lead_to_the_table_that_follows_them() -> None:
    table = TableBlock(make_table("t", "T", ("A",), [row("a")]))
    section = Section("s", "S", (Paragraph(("x",)), Paragraph(("y",)), table, Paragraph(("z",))))
    pieces = lay_out(Document("D", "", ("b",), (), (section,)))
    assert find_leads(pieces) == [False, True, True, False, False]


def wide_table(n_words: int) -> Table:
    reason = " ".join(["progression"] * n_words)
    rows = [heading("Group"), row("01-001", cell("12.5", "pfs.median"), reason, indent=1)]
    return make_table("t", "Reasons", ("Patient", "Days", "Reason"), rows, ("A note.",))


@pytest.mark.parametrize("n_words", [1, 5, 40, 400])
def test_columns_fit_the_page_and_numbers_are_never_squeezed(n_words: int) -> None:
    narrow = lay_out_table(TableBlock(wide_table(1)))
    laid = lay_out_table(TableBlock(wide_table(n_words)))
    assert sum(column.width_pt for column in laid.columns) <= PAGE_WIDTH_PT + 1e-6
    assert laid.columns[1].width_pt == pytest.approx(narrow.columns[1].width_pt)
    assert [column.is_numeric for column in laid.columns] == [False, True, False]


def test_columns_of_one_unbreakable_word_each_are_shrunk_together() -> None:
    heads = tuple("W" * 40 for _ in range(6))
    laid = lay_out_table(TableBlock(make_table("t", "T", heads, [row(*heads)])))
    assert sum(column.width_pt for column in laid.columns) == pytest.approx(PAGE_WIDTH_PT)


def test_notes_say_to_which_result_the_numbers_belong() -> None:
    block = TableBlock(wide_table(1), ("Said ", cell("once", "os.median"), "."))
    assert lay_out_table(block).notes == ("A note.", "Said once.", "Result: pfs.")
    assert lay_out_table(block, own=True).notes == ("A note.", "Said once.")


def test_short_rows_are_filled_and_decimals_padded() -> None:
    table = make_table("t", "T", ("A", "B"), [row("a"), row("b", "1"), row("c", "2.25")])
    cells = [item.cells for item in lay_out_table(TableBlock(table)).rows]
    assert cells == [
        (("a", ""), ("", "")), (("b", ""), ("1", ".00")), (("c", ""), ("2.25", "")),
    ]  # fmt: skip
