"""What a run recomputes, what it writes, and how a number leads back to its rows."""

import json
import re
from pathlib import Path

import polars as pl
import pytest
from centre_tables import PROTOCOL, write_centre
from example_studies import list_outputs

import trialwright as tw
from trialwright.core.errors import DataError, StudyError
from trialwright.core.trace import hash_file
from trialwright.study.evidence import Loader
from trialwright.study.lineage import trace_to_sources
from trialwright.study.links import find_links
from trialwright.study.query import query_datasets
from trialwright.study.session import Results, Study
from trialwright.study.show import show_result

Run = tuple[Study, Results]
AE_DEPENDENT = {
    "raw.ae", "ae", "check", "adae", "ae_overview", "ae_terms", "ae_related_terms",
    "ae_serious_terms", "ae_withdrawn_terms", "ae_interest", "ae_serious", "patients",
    "figure.ae_terms", "figure.patients", "report", "report.pdf", "report.docx", "report.rtf",
    "report.listings", "report.ars",
}  # fmt: skip


def ran(results: Results) -> set[str]:
    return {step.name for step in results.steps if step.status == "done"}


def edit_cell(path: Path, row: int, column: str, value: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index(column)
    cells = lines[row - 1].split(",")
    cells[place] = value
    lines[row - 1] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.usefixtures("quick", "unprinted")
def test_a_second_run_computes_nothing_and_one_changed_event_only_what_depends_on_it(
    metromajx_run: Run, finished_copy: Path
) -> None:
    first = metromajx_run[1]
    report = (finished_copy / "results" / "report.html").read_bytes()
    assert {step.name for step in first.steps if step.status != "done"} == set()

    assert ran(tw.open_study(finished_copy).run()) == set()
    assert (finished_copy / "results" / "report.html").read_bytes() == report

    ae = pl.read_csv(finished_copy / "data" / "ae.csv")
    place = ae.with_row_index().filter((ae["AETOXGR"] == 1) & (ae["AEDECOD"] == "Nausea"))["index"][
        0
    ]
    edit_cell(finished_copy / "data" / "ae.csv", place + 2, "AETOXGR", "2")
    changed = tw.open_study(finished_copy).run()
    assert ran(changed) == AE_DEPENDENT
    assert (
        changed["ae_terms"].count("term.nausea.grade_2")
        == first["ae_terms"].count("term.nausea.grade_2") + 1
    )


@pytest.mark.usefixtures("quick", "unprinted")
def test_a_change_that_changes_no_value_lets_everything_after_it_rest(finished_copy: Path) -> None:
    path = finished_copy / "protocol.yaml"
    text = path.read_text(encoding="utf-8").replace(
        "conf_type: log-log\n      landmarks_months: [12]",
        "conf_type: log\n      landmarks_months: [12]",
    )
    path.write_text(text, encoding="utf-8")
    again = ran(tw.open_study(finished_copy).run())
    assert {"os", "figure.os", "report"} <= again
    assert again.isdisjoint({"pfs", "adtte", "adrs", "ae_terms", "figure.pfs"})


def test_two_runs_of_the_same_study_write_the_same_bytes(
    metromajx_run: Run, finished_copy: Path
) -> None:
    one, other = (folder / "results" for folder in (metromajx_run[0].path, finished_copy))
    forget_all_but_slides(finished_copy)
    again = tw.open_study(finished_copy).run()
    slides = {step.name for step in again.steps if step.name.startswith("slide.")}
    assert ran(again) == {step.name for step in again.steps} - slides
    names = list_outputs(one)
    assert names == list_outputs(other)
    assert len(names) > 50
    assert [str(n) for n in names if (one / n).read_bytes() != (other / n).read_bytes()] == []


def forget_all_but_slides(folder: Path) -> None:
    """Take back a run, but for the slides: measuring them twice would take longer than all else."""
    store = tw.open_study(folder).store
    for name in set(store.states):
        if not name.startswith("slide."):
            store.forget(name)
    store.write_states()
    for name in list_outputs(store.results):
        if name.parts[0] != "slides":
            (store.results / name).unlink()


def test_the_manifest_names_every_input_and_output_with_its_hash(metromajx_run: Run) -> None:
    folder = metromajx_run[0].path
    manifest = json.loads((folder / "results" / "manifest.json").read_text(encoding="utf-8"))
    recorded = {f"data/{path.name}" for path in (folder / "data").iterdir()}
    slides = pl.read_csv(folder / "data" / "slides.csv")["FILE"]
    images = pl.read_csv(folder / "data" / "images.csv")["FILE"]
    shown = {f"slides/{file}" for file in slides} | {f"images/{file}" for file in images}
    beside = {"protocol.yaml", "lists/cyp2b6.csv"}
    assert set(manifest["inputs"]) == recorded | shown | beside
    assert manifest["inputs"][f"slides/{slides[0]}"] == hash_file(folder / "slides" / slides[0])
    results = folder / "results"
    written = {p.relative_to(results).as_posix() for p in results.rglob("*") if p.is_file()}
    shown = {name for name in written if not name.startswith(".steps/")} - {"manifest.json"}
    assert set(manifest["outputs"]) == shown
    assert {"report.html", "listings/pfs_adtte.csv", "analysis/adsl.parquet"} <= shown
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in manifest["outputs"].values())


@pytest.mark.usefixtures("sketched", "unprinted")
def test_a_comment_in_the_protocol_changes_its_hash_in_the_manifest_and_no_step(
    tmp_path: Path,
) -> None:
    folder = write_centre(tmp_path)
    tw.open_study(folder).run()
    protocol = folder / "protocol.yaml"
    protocol.write_text(PROTOCOL + "# nothing new\n", encoding="utf-8")
    assert ran(tw.open_study(folder).run()) == set()
    manifest = json.loads((folder / "results" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["inputs"]["protocol.yaml"] == hash_file(protocol)


def test_results_json_has_nulls_for_what_is_undefined(metromajx_run: Run) -> None:
    path = metromajx_run[0].path / "results" / "results.json"
    text = path.read_text(encoding="utf-8")
    results = json.loads(text)["results"]
    assert "NaN" not in text
    assert results["os"]["statistics"]["upper"]["stat"] is None
    assert results["pfs"]["method"]["settings"]["scale of the limits"] == "log-log"


def test_every_number_of_the_report_can_be_opened_and_leads_to_rows_of_files(
    metromajx_run: Run,
) -> None:
    study, results = metromajx_run
    links = find_links(study.protocol)
    untraced = []
    for name, result in results.items():
        counted = result.data.filter((pl.col("stat") != 0) & ~pl.col("stat_id").is_in(
            ["r1", "n1", "r", "n", "p0", "p1", "alpha", "power", "early_stop", "expected_n"]
        ))  # fmt: skip
        traced = trace_to_sources(result.basis, links, Loader(study.store).load)
        found = set(traced["stat_id"])
        untraced += [f"{name}.{stat}" for stat in counted["stat_id"] if stat not in found]
    assert untraced == []


def test_show_answers_what_the_click_answers(metromajx_run: Run) -> None:
    shown = show_result(metromajx_run[0], "ae_terms.term.fever.grade_3", with_rows=True)
    assert shown.sources is not None
    assert len(shown.sources) == 3
    assert {source["file"] for source in shown.sources} == {"ae.csv"}
    for source in shown.sources:
        lines = (metromajx_run[0].path / "data" / "ae.csv").read_text(encoding="utf-8").splitlines()
        assert source["subject"] in lines[source["row"] - 1]
        assert source["values"]["AEDECOD"] == "Fever"
        assert source["values"]["AETOXGR"] == "3"
    assert "3 source rows." in shown.to_text()


def test_the_response_of_a_patient_leads_to_the_lesions_of_the_accepted_read(
    metromajx_run: Run,
) -> None:
    shown = show_result(metromajx_run[0], "best_change.mjx_09", with_rows=True)
    assert shown.sources
    assert {source["file"] for source in shown.sources} == {"tr.csv"}
    assert {source["subject"] for source in shown.sources} == {"MJX-09"}
    assert {source["values"]["TRACPTFL"] for source in shown.sources} == {"Y"}


def test_show_names_the_numbers_there_are_when_asked_for_another(metromajx_run: Run) -> None:
    with pytest.raises(
        StudyError, match=r"There is no number 'pfs\.mean', expected one of: pfs\.n,"
    ):
        show_result(metromajx_run[0], "pfs.mean")
    with pytest.raises(StudyError, match="There is no result 'pffs'"):
        show_result(metromajx_run[0], "pffs.median")


def test_the_analysis_datasets_answer_sql(metromajx_run: Run) -> None:
    data = metromajx_run[0].load_datasets()
    best = "PARAMCD = 'BOR' AND PARQUAL = 'CENTRAL'"
    sql = f"SELECT AVALC, count(*) AS n FROM adrs WHERE {best} GROUP BY AVALC"
    assert dict(query_datasets(data, sql).rows()) == {"PR": 1, "SD": 5, "PD": 8, "MISSING": 1}
    with pytest.raises(StudyError, match=r"Tables are adae, .*write one SELECT statement"):
        query_datasets(data, "SELECT nothing FROM nowhere")


def test_a_blocking_finding_stops_the_run_before_anything_is_analyzed(metromajx_copy: Path) -> None:
    edit_cell(metromajx_copy / "data" / "tr.csv", 41, "TRSTRESN", '"3.2 cm"')
    study = tw.open_study(metromajx_copy)
    with pytest.raises(DataError) as caught:
        study.run()
    assert any("tr.csv row 41, TRSTRESN" in finding.message for finding in caught.value.findings)
    assert not (metromajx_copy / "results" / "report.html").exists()


@pytest.mark.usefixtures("undrawn")
def test_a_table_that_is_not_there_is_named_and_the_rest_runs(metromajx_copy: Path) -> None:
    (metromajx_copy / "data" / "ae.csv").unlink()
    results = tw.open_study(metromajx_copy).run()
    absent = {step.name: step.reason for step in results.steps if step.status == "absent"}
    assert absent["adae"] == "needs ae"
    assert absent["ae_terms"] == "needs ae"
    assert results["npr6"].count("successes") == 1
    page = (metromajx_copy / "results" / "report.html").read_text(encoding="utf-8")
    assert "the table AE (adverse events)" in page
