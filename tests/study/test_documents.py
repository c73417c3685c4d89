"""The same report in every form: HTML, PDF, DOCX, results.json and CDISC ARS say the same."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from document_texts import read_docx, read_html, read_pdf_pages, read_rtf, squeeze
from jsonschema import Draft7Validator

import trialwright as tw
from trialwright.core.table import MINUS, Cell, round_half_up
from trialwright.report.blocks import (
    Document,
    FigureBlock,
    TableBlock,
    number_displays,
    walk_blocks,
    walk_cells,
)
from trialwright.study import documents
from trialwright.study.session import Results, Study

SCHEMA = Path(__file__).parents[1] / "unit" / "schemas" / "ars_ldm.json"
FIRST_NUMBER = re.compile(rf"{MINUS}?\d+(?:\.(\d+))?(?![\d.-])")
Run = tuple[Study, Results]


@pytest.fixture(scope="module")
def folder(metromajx_run: Run) -> Path:
    pytest.importorskip("typst")
    pytest.importorskip("docx")
    return metromajx_run[0].directory.results


@pytest.fixture(scope="module")
def document(metromajx_run: Run) -> Document:
    study, results = metromajx_run
    return study._publisher(list(results.findings)).compose(results.steps)


@pytest.fixture(scope="module")
def texts(folder: Path) -> dict[str, str]:
    pages = read_pdf_pages((folder / "report.pdf").read_bytes())
    # A page's first and last line are band and page number.
    inner = ["\n".join(page.splitlines()[1:]) for page in pages]
    return {
        "html": read_html(folder / "report.html"),
        "pdf": squeeze("".join(inner)),
        "docx": read_docx(folder / "report.docx"),
    }


def counted_tables(document: Document) -> Iterator[TableBlock]:
    """Yield the tables that have a number, which are those that stand as RTF."""
    labels = number_displays(document)
    blocks = (block for block in walk_blocks(document) if isinstance(block, TableBlock))
    return (block for block in blocks if block.table.id in labels)


def test_every_table_stands_as_rtf_with_every_number_caption_and_note(
    folder: Path, document: Document
) -> None:
    pytest.importorskip("rtflite")
    blocks = list(counted_tables(document))
    files = {path.stem for path in (folder / "tables").glob("*.rtf")}
    assert files == {block.table.id for block in blocks}
    for block in blocks:
        table = block.table
        text = read_rtf(folder / "tables" / f"{table.id}.rtf")
        assert squeeze(f"{number_displays(document)[table.id]}. {table.title}") in text
        rows = [squeeze("".join(cell.text for cell in row.cells)) for row in table.rows]
        assert [row for row in rows if row not in text] == []
        assert [note for note in table.footnotes if squeeze(note) not in text] == []


def shown_numbers(document: Document) -> Iterator[Cell]:
    return (cell for cell in walk_cells(document) if cell.refs and cell.text.strip())


@pytest.mark.parametrize("form", ["html", "pdf", "docx"])
def test_every_number_of_the_report_stands_in_each_form(
    texts: dict[str, str], document: Document, form: str
) -> None:
    missing = [cell for cell in shown_numbers(document) if squeeze(cell.text) not in texts[form]]
    assert missing == []


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_a_table_stands_row_by_row_as_in_the_report(
    texts: dict[str, str], document: Document, form: str
) -> None:
    tables = [block.table for block in walk_blocks(document) if isinstance(block, TableBlock)]
    rows = [
        squeeze("".join(cell.text for cell in row.cells))
        for table in tables
        for row in table.rows
        if sum(len(cell.text) for cell in row.cells) < 60  # a longer row may break inside a cell
    ]
    assert len(rows) > 200
    assert [row for row in rows if row not in texts[form]] == []


def test_printed_numbers_are_those_of_results_json(folder: Path, document: Document) -> None:
    stored = json.loads((folder / "results.json").read_text(encoding="utf-8"))["results"]
    n_compared = 0
    for cell in shown_numbers(document):
        first = FIRST_NUMBER.match(cell.text)
        result, _, stat = cell.refs[0].partition(".")
        value = stored[result]["statistics"][stat]["stat"]
        # On a patient's page a change points at the sum that it was made from.
        if first is None or value is None or result == "patients":
            continue
        n_decimals = len(first[1] or "")
        printed = {round_half_up(value, n_decimals), round_half_up(100 * value, n_decimals)}
        # One count made of several, such as specimens with structures of either kind.
        found = [stored[result]["statistics"][r.partition(".")[2]]["stat"] for r in cell.refs]
        printed |= {round_half_up(sum(v or 0 for v in found), 0)} if n_decimals == 0 else set()
        if len(found) > 1 and found[0] is not None and found[1]:  # a share of two counts
            printed.add(round_half_up(100 * found[0] / found[1], n_decimals))
        assert first[0] in printed, cell
        n_compared += 1
    assert n_compared > 300


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_every_table_and_figure_has_its_caption_with_its_number(
    texts: dict[str, str], document: Document, form: str
) -> None:
    labels = number_displays(document)
    titles = {
        **{b.table.id: b.table.title for b in walk_blocks(document) if isinstance(b, TableBlock)},
        **{b.id: b.title for b in walk_blocks(document) if isinstance(b, FigureBlock)},
    }
    captions = [squeeze(f"{label}. {titles[key].rstrip(' .')}") for key, label in labels.items()]
    assert len(captions) > 25
    assert [caption for caption in captions if caption not in texts[form]] == []


def test_every_page_of_the_pdf_has_band_and_number_and_every_patient_a_page(
    folder: Path, document: Document, metromajx_run: Run
) -> None:
    pages = read_pdf_pages((folder / "report.pdf").read_bytes())
    band = squeeze(" \N{MIDDLE DOT} ".join(document.band))
    for place, page in enumerate(pages, start=1):
        assert band in squeeze(page)
        assert f"Page {place} of {len(pages)}" in page
    patients = metromajx_run[1]["patients"].patients()
    for subject in patients:
        own = [page for page in pages if squeeze(f"Time line of {subject}.") in squeeze(page)]
        assert len(own) == 1
        assert [s for s in patients if squeeze(f"Time line of {s}.") in squeeze(own[0])] == [
            subject
        ]


def test_word_counts_captions_and_repeats_heads(folder: Path, document: Document) -> None:
    import docx

    word = docx.Document(str(folder / "report.docx"))
    fields = re.findall(r"SEQ (Table|Figure) \\\* ARABIC", word.element.xml)
    labels = list(number_displays(document).values())
    assert sorted(fields) == sorted(label.split()[0] for label in labels)
    heads = [table for table in word.tables if "w:tblHeader" in table._tbl.xml]
    n_tables = sum(isinstance(block, TableBlock) for block in walk_blocks(document))
    assert len(heads) == n_tables + 1  # the settings as well
    n_figures = sum(isinstance(block, FigureBlock) for block in walk_blocks(document))
    assert len(word.inline_shapes) == n_figures
    described = re.findall(r'<wp:docPr [^>]*descr="[^"]+"', word.element.xml)
    assert len(described) == n_figures


def test_documents_have_the_same_bytes_when_made_again(folder: Path, document: Document) -> None:
    from trialwright.report.docx import render_docx
    from trialwright.report.pdf import render_pdf

    assert render_pdf(document) == render_pdf(document)
    assert render_docx(document, folder) == render_docx(document, folder)


def test_ars_json_is_valid_and_holds_every_statistic(folder: Path) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    event = json.loads((folder / "ars.json").read_text(encoding="utf-8"))
    assert [error.message for error in Draft7Validator(schema).iter_errors(event)] == []

    stored = json.loads((folder / "results.json").read_text(encoding="utf-8"))["results"]
    expected = {
        f"{result}.{stat}": item["stat"]
        for result, content in stored.items()
        for stat, item in content["statistics"].items()
    }
    found = {
        group["groupValue"]: value.get("rawValue")
        for analysis in event["analyses"]
        for value in analysis["results"]
        for group in value["resultGroups"]
        if group["groupingId"] == "GF_STATISTIC"
    }
    assert {ref: raw if raw is None else float(raw) for ref, raw in found.items()} == expected


def test_ars_json_points_only_at_what_it_defines(folder: Path) -> None:
    event = json.loads((folder / "ars.json").read_text(encoding="utf-8"))
    ids = {
        part: {item["id"] for item in event[part]}
        for part in ("methods", "analysisSets", "dataSubsets", "analysisGroupings", "outputs")
    }
    operations = {item["id"] for method in event["methods"] for item in method["operations"]}
    for analysis in event["analyses"]:
        assert analysis["methodId"] in ids["methods"]
        assert analysis.get("analysisSetId") in ids["analysisSets"] | {None}
        assert analysis.get("dataSubsetId") in ids["dataSubsets"] | {None}
        assert {value["operationId"] for value in analysis["results"]} <= operations
        used = {g["groupingId"] for value in analysis["results"] for g in value["resultGroups"]}
        assert used <= {group["groupingId"] for group in analysis["orderedGroupings"]}
        assert used <= ids["analysisGroupings"]
    for output in event["outputs"]:
        for file in output["fileSpecifications"]:
            assert (folder / file["location"]).is_file()
    [primary] = [a for a in event["analyses"] if a["id"] == "AN_NPR6_NPR6"]
    assert primary["purpose"] == {"controlledTerm": "PRIMARY OUTCOME MEASURE"}
    assert primary["analysisSetId"] == "AS_EFFFL"
    assert primary["dataSubsetId"] == "DS_ADRS_NPR6"


@pytest.mark.usefixtures("sketched")
def test_without_its_library_a_document_is_absent_and_an_old_one_does_not_stay(
    metromajx_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "_find_version", lambda name: None if name else "")
    results = metromajx_copy / "results"
    results.mkdir()
    (results / "report.pdf").write_bytes(b"of an older run")
    steps = {step.name: step for step in tw.open_study(metromajx_copy).run().steps}
    for name in ("report.pdf", "report.docx"):
        assert steps[name].status == "absent"
        assert steps[name].reason == "needs pip install 'trialwright[office]'"
        assert not (results / name).exists()
    assert steps["report.ars"].status == "done"
    assert (results / "ars.json").exists()
