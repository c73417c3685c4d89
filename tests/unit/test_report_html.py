"""The page: one file, offline, safe, readable without script."""

import base64
import dataclasses
import hashlib
import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from trialwright.core.errors import Finding, Severity, StudyError
from trialwright.core.table import Cell, Table, make_table, row, text_plain
from trialwright.report.blocks import (
    AbsentBlock,
    Document,
    Download,
    Fact,
    FigureBlock,
    FindingsBlock,
    Paragraph,
    Section,
    TableBlock,
    walk_blocks,
    walk_cells,
    walk_sections,
)
from trialwright.report.evidence import Evidence, NumberEvidence
from trialwright.report.grouping import FINDINGS_SHOWN
from trialwright.report.html import render_html

GOLDEN = Path(__file__).parents[1] / "golden"
SAMPLE = runpy.run_path(str(GOLDEN / "report_sample.py"))
PageReader = runpy.run_path(str(GOLDEN / "page_reader.py"))["PageReader"]


@pytest.fixture(scope="module")
def document() -> Document:
    made: Document = SAMPLE["build_document"]()
    return made


@pytest.fixture(scope="module")
def source(document: Document) -> str:
    return render_html(document, SAMPLE["build_evidence"]())


@pytest.fixture(scope="module")
def page(source: str) -> Any:
    return PageReader(source)


def render(*blocks: Any, evidence: Evidence | None = None) -> str:
    made = Document("T", "s", (), (), (Section("a", "A", blocks),))
    return render_html(made, evidence or Evidence())


def test_elements_are_nested_and_ids_unique(page: Any) -> None:
    assert page.badly_nested == []
    ids = page.attributes("id")
    assert len(ids) == len(set(ids))


def test_addresses_inside_the_page_resolve(page: Any) -> None:
    ids = set(page.attributes("id"))
    pointed = [href[1:] for href in page.attributes("href") if href.startswith("#")]
    for name in ("aria-labelledby", "aria-describedby"):
        pointed += [one for value in page.attributes(name) for one in value.split()]
    assert pointed
    assert set(pointed) <= ids


def test_contents_list_sections_and_their_parts_in_order(page: Any, document: Document) -> None:
    links = [attrs["href"][1:] for tag, attrs, _ in page.elements
             if tag == "a" and attrs.get("href", "").startswith("#")]  # fmt: skip
    expected = [section.id for section in walk_sections(document)]
    assert [link for link in links if link in expected] == expected


def test_nothing_is_fetched(source: str, page: Any) -> None:
    assert "http:" not in source.replace("http://www.w3.org", "")
    assert "https:" not in source
    assert "src" not in {name for _, attrs, _ in page.elements for name in attrs}
    assert {tag for tag, _, _ in page.elements} & {"link", "img", "iframe", "base"} == set()
    assert not re.search(r"@import|url\((?!#)", "".join(page.raw["style"]))
    links = [href for href in page.attributes("href") if not href.startswith("#")]
    assert links == ["figures/pfs.svg", "figures/pfs.png"]


def test_policy_admits_the_one_script_of_the_page(page: Any) -> None:
    script = page.raw["script"][-1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = [attrs["content"] for tag, attrs, _ in page.elements
                 if attrs.get("http-equiv") == "Content-Security-Policy"]  # fmt: skip
    assert policy.startswith(f"default-src 'none'; script-src 'sha256-{digest}';")
    assert sum(tag == "script" for tag, _, _ in page.elements) == 2
    assert not [name for _, attrs, _ in page.elements for name in attrs if name.startswith("on")]


def test_every_number_that_opens_has_its_evidence(page: Any, document: Document) -> None:
    numbers = json.loads(page.raw["script"][0])["numbers"]
    shown = {ref for value in page.attributes("data-refs") for ref in value.split("\n")}
    pointed = {ref for cell in walk_cells(document) for ref in cell.refs}
    assert shown == set(numbers) == pointed - {"flow.tls"}


def test_evidence_points_at_rows_that_are_embedded(page: Any) -> None:
    packed = json.loads(page.raw["script"][0])
    for key, ranges, total in packed["lists"]:
        bounds = [part.split("-") for part in ranges.split(",")]
        rows = [n for part in bounds for n in range(int(part[0]), int(part[-1]) + 1)]
        assert {str(n) for n in rows} <= packed["tables"][key]["rows"].keys()
        assert len(rows) <= total


def test_page_reads_whole_without_script(page: Any, document: Document) -> None:
    folds = [attrs for tag, attrs, _ in page.elements if tag == "details"]
    assert folds
    assert all("open" in attrs for attrs in folds)
    words = page.text()
    for cell in walk_cells(document):
        assert " ".join(cell.text.split()) in words
    for block in walk_blocks(document):
        if isinstance(block, FindingsBlock):
            assert all(finding.message in words for finding in block.findings)
        if isinstance(block, Paragraph):
            assert text_plain(block.text) in words
        if isinstance(block, FigureBlock):
            assert block.alt in words


def test_answer_comes_before_contents_and_results(source: str) -> None:
    places = [source.index(part) for part in ("<h1>", "1/14 = 7.1%", "<nav ", "<main ")]
    assert places == sorted(places)


def test_data_cannot_become_markup() -> None:
    hostile = '</script><img src=x onerror="alert(1)">'
    table = make_table(hostile, hostile, (hostile, "n"), (row(hostile, hostile),), (hostile,))
    figure = FigureBlock(
        hostile, hostile, SAMPLE["svg"](9, 9), (hostile,), hostile, (Download(hostile, hostile),)
    )
    finding = Finding(hostile, Severity.BLOCK, hostile, hostile, hostile, hostile)
    number = NumberEvidence(hostile, hostile, 1.0, hostile, hostile, {hostile: hostile}, hostile)
    made = Document(
        hostile, hostile, (hostile,), (Fact(hostile, (Cell(hostile, (hostile,)),)),),
        (Section("a", hostile, (TableBlock(table), figure, FindingsBlock((finding,)))),),
        ((hostile,),),
    )  # fmt: skip
    page = PageReader(render_html(made, Evidence((number,))))
    assert page.badly_nested == []
    assert "img" not in {tag for tag, _, _ in page.elements}
    assert page.attributes("data-refs") == [hostile]
    assert json.loads(page.raw["script"][0])["numbers"].keys() == {hostile}


def test_band_is_printed_on_every_page_and_cannot_end_the_style() -> None:
    band = ('SYNTHETIC"}</style>', "cut 2023-06-30")
    style = PageReader(render_html(Document("T", "", band, (), ()), Evidence())).raw["style"]
    assert len(style) == 1
    printed = re.search(r'@top-left \{ content: "([^"]*)"; \}', style[0])
    assert printed
    decoded = re.sub(r"\\([0-9a-f]+) ", lambda code: chr(int(code[1], 16)), printed[1])
    assert decoded == 'SYNTHETIC"}</style> \N{MIDDLE DOT} cut 2023-06-30'


def test_cells_without_evidence_are_plain_text() -> None:
    page = PageReader(render(Paragraph(("n = ", Cell("14", ("a.n",))))))
    assert "button" not in {tag for tag, _, _ in page.elements}
    assert "n = 14" in page.text()


def test_a_failure_is_not_called_a_thing_not_recorded() -> None:
    text = PageReader(render(AbsentBlock("Survival", "No event.", has_failed=True))).text()
    assert "Failed: Survival could not be made. No event." in text
    assert "It would need" not in text


def test_words_in_a_column_of_numbers_take_what_is_empty_after_them() -> None:
    rows = [
        row("a", "1", "2", "3"),
        row("b", "4", "5", "6"),
        row("c", "No biopsy was done", "", ""),
    ]
    source = render(TableBlock(make_table("t", "T", ("", "x", "y", "z"), rows)))
    assert '<td colspan="3">No biopsy was done</td></tr>' in source
    assert '<td class="n">4</td><td class="n">5</td><td class="n">6</td></tr>' in source


def test_dates_stay_on_one_line_and_names_of_files_break_between_their_parts() -> None:
    date = Cell("2021-03-17", ("a.n",))
    evidence = Evidence((NumberEvidence("a.n", "N", 14.0),))
    source = render(Paragraph(("MJX-01_C2D1.tif of ", date)), evidence=evidence)
    assert '<span class="whole">MJX-01_</span><wbr><span class="whole">C2D1.tif</span>' in source
    assert 'class="number whole" data-refs="a.n">2021-03-17</button>' in source


def test_punctuation_stays_with_its_number() -> None:
    evidence = Evidence((NumberEvidence("a.n", "N", 14.0),))
    text = ("of (", Cell("14", ("a.n",)), "), all; ", Cell("14", ("a.n",)), " more")
    source = render(Paragraph(text), evidence=evidence)
    button = '<button type="button" class="number" data-refs="a.n">14</button>'
    assert f'of <span class="whole">({button}),</span> all; {button} more' in source.replace(
        f"({button}),", f"({button}),"
    )


def test_decimals_are_padded_unseen_and_short_rows_filled() -> None:
    table = make_table("t", "T", ("a", "b", "c"), (row("x", "7"), row("y", "1.25", "z")))
    page = PageReader(render(TableBlock(table)))
    cells = [attrs for tag, attrs, _ in page.elements if tag == "td"]
    assert cells == [{"class": "n", "data-pad": ".00"}, {}, {"class": "n"}, {}]


@pytest.mark.parametrize(
    ("n_columns", "classes"), [(8, "table shared"), (9, "table shared dense"),
                               (13, "table shared dense wide")],
)  # fmt: skip
def test_wide_tables_are_printed_smaller_then_across(n_columns: int, classes: str) -> None:
    table: Table = make_table("t", "T", ["c"] * n_columns, [row(*["1"] * n_columns)])
    assert f'<figure class="{classes}"' in render(TableBlock(table))


def test_findings_are_grouped_with_what_blocks_first_and_long_groups_cut() -> None:
    warn = Finding("W", Severity.WARN, "dm.csv", "a", "b", "c.")
    many = tuple(dataclasses.replace(warn, row=n) for n in range(FINDINGS_SHOWN + 7))
    block = dataclasses.replace(warn, rule="B", severity=Severity.BLOCK, file="rs.csv")
    source = render(FindingsBlock((*many, block), {"B": "Out of order"}))
    assert source.index("<code>B</code>") < source.index("<code>W</code>")
    assert source.count("[W]") == FINDINGS_SHOWN
    assert "7 more of this rule" in source
    assert "1 finding blocks this report." in source
    assert 'href="#findings-blocking"' in source
    assert 'id="findings-blocking"' in source
    folds = re.findall(r'<details class="(\w+)" open( data-folds)?>', source)
    assert folds == [("blocking", ""), ("warning", " data-folds")]


def test_warnings_alone_raise_no_alarm() -> None:
    source = render(FindingsBlock((Finding("W", Severity.WARN, "dm.csv", "a", "b", "c."),)))
    assert 'class="alarm"' not in source
    assert "1 finding in dm.csv" in source


def test_display_shown_twice_has_two_addresses() -> None:
    table = TableBlock(make_table("t", "T", ("a",), (row("x"),)))
    page = PageReader(render(table, table))
    names = [attrs["id"] for tag, attrs, _ in page.elements if tag == "figure"]
    assert names == ["table-t", "table-t-2"]


def test_two_sections_with_one_id_are_refused() -> None:
    sections = (Section("a", "A"), Section("b", "B", (), (Section("a", "Again"),)))
    message = "Section 'Again' has id 'a', expected an id that no other section has. Rename one."
    with pytest.raises(StudyError, match=f"^{re.escape(message)}$"):
        render_html(Document("T", "", (), (), sections), Evidence())


def test_an_empty_document_is_a_page() -> None:
    page = PageReader(render_html(Document("T", "s", (), (), ()), Evidence()))
    assert page.badly_nested == []
    assert "T s Contents" in page.text()


def test_same_document_gives_same_bytes(document: Document, source: str) -> None:
    assert render_html(document, SAMPLE["build_evidence"]()) == source


def test_a_wide_figure_scrolls_in_its_frame_on_a_screen_and_shrinks_in_print(page: Any) -> None:
    style = page.raw["style"][0]
    assert re.search(r"\.paper \{[^}]*overflow-x: auto", style)
    assert "@media screen { .paper svg { min-width: var(--least, 0); } }" in style
    assert re.search(
        r"@media print \{.*\.frame, \.paper \{ overflow: visible; \}", style, re.DOTALL
    )
