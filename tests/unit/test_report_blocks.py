"""Blocks of a report: walking, counting and collecting."""

from trialwright.core.errors import Finding, Severity
from trialwright.core.table import Cell, make_table, row
from trialwright.report.blocks import (
    AbsentBlock,
    Document,
    Fact,
    FigureBlock,
    FindingsBlock,
    ListBlock,
    Paragraph,
    PatientBlock,
    Section,
    TableBlock,
    collect_findings,
    number_displays,
    walk_cells,
    walk_sections,
)


def table(name: str, ref: str) -> TableBlock:
    return TableBlock(make_table(name, name, ("a", "b"), (row("x", Cell("1", (ref,))),)))


def figure(name: str, ref: str) -> FigureBlock:
    return FigureBlock(name, name, "<svg/>", (Cell("1", (ref,)),), "")


def document(*sections: Section) -> Document:
    facts = (Fact("Answer", (Cell("1", ("fact",)),)),)
    return Document("T", "s", (), facts, sections, ((Cell("1", ("foot",)),),))


def finding(rule: str, severity: Severity) -> Finding:
    return Finding(rule, severity, "dm.csv", "a", "b", "c.")


def test_sections_are_walked_parents_first() -> None:
    inner = Section("b", "B", (), (Section("c", "C"),))
    walked = walk_sections(document(Section("a", "A", (), (inner,)), Section("d", "D")))
    assert [section.id for section in walked] == ["a", "b", "c", "d"]


def test_cells_of_every_place_are_found_in_reading_order() -> None:
    patient = PatientBlock(
        "01", "", (Fact("f", (Cell("1", ("pf",)),)),), figure("g", "pg"), (table("u", "pt"),)
    )
    blocks = (
        Paragraph((Cell("1", ("p",)), " words")),
        ListBlock((("x", Cell("1", ("l",))),)),
        table("t", "t"),
        figure("f", "f"),
        patient,
    )
    refs = [ref for cell in walk_cells(document(Section("a", "A", blocks))) for ref in cell.refs]
    assert refs == ["fact", "p", "l", "t", "f", "pf", "pg", "pt", "foot"]


def test_displays_are_numbered_through_the_document_without_patients() -> None:
    patient = PatientBlock("01", "", (), figure("g", "r"), (table("u", "r"),))
    labels = number_displays(
        document(
            Section("a", "A", (table("t1", "r"), figure("f1", "r"), patient)),
            Section("b", "B", (table("t1", "r"), table("t2", "r"), figure("f2", "r"))),
        )
    )
    assert labels == {"t1": "Table 1", "f1": "Figure 1", "t2": "Table 2", "f2": "Figure 2"}


def test_findings_of_one_severity_are_collected_once() -> None:
    block, warn = finding("A", Severity.BLOCK), finding("B", Severity.WARN)
    twice = document(
        Section("a", "A", (FindingsBlock((block, warn)),)),
        Section("b", "B", (FindingsBlock((block,)),)),
    )
    assert collect_findings(twice, Severity.BLOCK) == [block]
    assert collect_findings(twice, Severity.WARN) == [warn]


def test_what_is_absent_says_what_it_needs_and_what_failed_says_why() -> None:
    absent = AbsentBlock("Deaths", "the table DD (death details)")
    assert (absent.label, absent.words) == (
        "Not recorded:", "Deaths. It would need the table DD (death details).",
    )  # fmt: skip
    failed = AbsentBlock("Survival", "pfs: no curve, expected one event. Add it.", has_failed=True)
    assert (failed.label, failed.words) == (
        "Failed:", "Survival could not be made. pfs: no curve, expected one event. Add it.",
    )  # fmt: skip
