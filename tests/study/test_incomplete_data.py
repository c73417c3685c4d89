"""METROMAJX with parts missing: always a report, or findings that block; never a traceback.

Each case starts from the finished run, as where a table was there last week: so it tests too that
nothing of an earlier run is left in the results of a later one.
"""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from example_studies import list_outputs

import trialwright as tw
from trialwright.core.errors import DataError, Severity, StudyError
from trialwright.study.changes import find_changes
from trialwright.study.evidence import Loader
from trialwright.study.lineage import trace_to_sources
from trialwright.study.links import find_links
from trialwright.study.session import Results, Study
from trialwright.study.show import show_result

Run = tuple[Study, Results]
DATA = Path(__file__).parents[2] / "examples" / "metromajx" / "data"
TABLES = sorted(path.stem for path in DATA.glob("*.csv"))
BLOCKED_WITHOUT = {"dm", "mh", "tu"}  # suppmh and supptu qualify rows that are then gone
WITHIN = ("ae", "cm", "dm", "ds", "ex", "tr")  # empty, these change most; the rest when all run
PLANNED_NUMBERS = ("r1", "n1", "r", "n", "p0", "p1", "alpha", "power", "early_stop", "expected_n")
COUNTING_OTHERS = ("lab_", "protein", "slides_quality")  # values, samples and slides, not subjects
MADE_BY_HAND = re.compile(r"<(script|style|svg)\b.*?</\1>", re.DOTALL)


def remove(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")


CASES = [
    *[pytest.param(name, remove, id=f"without {name}") for name in TABLES],
    *[
        pytest.param(
            name, empty, id=f"{name} empty", marks=() if name in WITHIN else pytest.mark.slow
        )
        for name in TABLES
    ],
]


def run(folder: Path) -> tuple[Study, Results | None]:
    """Run a study; None where findings block it."""
    study = tw.open_study(folder)
    try:
        return study, study.run()
    except DataError as error:
        is_blocked = any(finding.severity is Severity.BLOCK for finding in error.findings)
        return study, None if is_blocked else pytest.fail("blocked by nothing that blocks")


def check_report(study: Study, results: Results) -> None:
    """Hold the results of any run against what is true of every run."""
    folder = study.directory.results
    page = MADE_BY_HAND.sub("", (folder / "report.html").read_text(encoding="utf-8"))
    assert not re.search(r"\bnan\b|NaN|>None[^<]*</td>", page)
    assert "NaN" not in (folder / "results.json").read_text(encoding="utf-8")
    assert results["flow"].count("screened.n") >= results["flow"].count("enrl.n")
    assert [s.reason for s in results.steps if s.status == "failed"] == []
    tables = {path.stem for path in (folder / "tables").glob("*.txt")}
    assert tables <= set(results)
    absent = {step.name for step in results.steps if step.status == "absent"}
    assert absent.isdisjoint(study.load_datasets())


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(("table", "change"), CASES)
def test_any_one_table_may_be_missing_or_empty(
    finished_copy: Path, table: str, change: Callable[[Path], None]
) -> None:
    change(finished_copy / "data" / f"{table}.csv")
    study, results = run(finished_copy)
    assert (results is None) == (table in BLOCKED_WITHOUT)
    if results is not None:
        check_report(study, results)


def test_subjects_and_doses_alone_give_a_report(finished_copy: Path) -> None:
    for path in (finished_copy / "data").iterdir():
        if path.stem not in ("dm", "ex"):
            path.unlink()
    study, results = run(finished_copy)
    assert results is not None
    check_report(study, results)
    assert results["exposure"].count("n") == 15
    assert results["os"].count("events") == 5
    assert "best_change" not in results
    assert not (finished_copy / "results" / "figures" / "best_change.svg").exists()


def test_tables_that_are_headers_alone_give_a_report_about_nobody(metromajx_copy: Path) -> None:
    for path in (metromajx_copy / "data").iterdir():
        (empty if path.suffix == ".csv" else remove)(path)
    study, results = run(metromajx_copy)
    assert results is not None
    check_report(study, results)
    assert set(results["flow"].data["stat"]) == {0.0}
    assert results.decision["decision"] == "open"
    assert results.decision["reason"] == "No patient counts yet."


def test_no_table_at_all_is_a_finding_that_says_what_to_add(metromajx_copy: Path) -> None:
    for path in (metromajx_copy / "data").iterdir():
        path.unlink()
    with pytest.raises(DataError) as caught:
        tw.open_study(metromajx_copy).run()
    assert (
        "dm: no such table, expected one row a subject. "
        "Add the table dm with one row a subject, USUBJID at least. [FILE-MISSING]"
    ) in [finding.message for finding in caught.value.findings]


@pytest.mark.usefixtures("sketched", "unprinted")
def test_a_table_taken_away_leaves_what_a_first_run_without_it_gives(
    finished_copy: Path, tmp_path: Path
) -> None:
    shutil.rmtree(finished_copy / "results" / "figures")
    run(finished_copy)  # so that sketches stand where figures stood
    for name in ("rs.csv", "ae.csv", "slides.csv"):
        remove(finished_copy / "data" / name)
    fresh = tmp_path / "fresh"
    shutil.copytree(finished_copy, fresh, ignore=shutil.ignore_patterns("results"))
    for folder in (finished_copy, fresh):
        run(folder)
    one, other = (folder / "results" for folder in (finished_copy, fresh))
    names = list_outputs(one)
    assert names == list_outputs(other)
    assert {suffix for name in names if (suffix := name.suffix)} >= {
        ".csv", ".docx", ".html", ".json", ".parquet", ".pdf", ".png", ".rtf", ".svg", ".txt",
    }  # fmt: skip
    assert [str(n) for n in names if (one / n).read_bytes() != (other / n).read_bytes()] == []


def test_a_check_counts_no_slides_of_an_earlier_run_and_keeps_those_that_are_recorded(
    finished_copy: Path,
) -> None:
    measured = measured_rows(finished_copy)
    assert measured > 0
    tw.open_study(finished_copy).check()
    assert measured_rows(finished_copy) == measured
    (finished_copy / "data" / "slides.csv").unlink()
    moved = find_changes(tw.open_study(finished_copy))
    assert any("slides" in line for line in moved.tables)
    tw.open_study(finished_copy).check()
    assert measured_rows(finished_copy) == 0


def measured_rows(folder: Path) -> int:
    """Count the rows of tissue that were measured on slides in the last derivation."""
    tissue = tw.open_study(folder).load_datasets()["adbm"]
    return tissue.filter(pl.col("SRCDOM") == "SLIDES").height


@pytest.mark.usefixtures("undrawn")
def test_slides_taken_away_take_their_cells_along_and_a_table_that_blocks_takes_nothing(
    finished_copy: Path,
) -> None:
    cells = finished_copy / "results" / "slides"
    found = {path.name for path in cells.iterdir()}
    table = finished_copy / "data" / "slides.csv"
    whole = table.read_bytes()
    table.write_bytes(whole.replace(b"USUBJID", b"USUBJ", 1))
    assert run(finished_copy)[1] is None
    assert {path.name for path in cells.iterdir()} == found

    table.write_bytes(b"\n".join(whole.splitlines()[:1]) + b"\n")
    assert run(finished_copy)[1] is not None
    assert not list(cells.glob("*"))


@pytest.mark.usefixtures("undrawn")
def test_what_happened_after_the_data_cut_is_not_counted(metromajx_copy: Path) -> None:
    cut = "2021-06-30"
    path = metromajx_copy / "protocol.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("data_cut: 2022-02-28", f"data_cut: {cut}"), encoding="utf-8")
    study, results = run(metromajx_copy)
    assert results is not None
    data = study.load_datasets()
    day = pl.lit(cut).str.to_date()
    for name in ("adae", "adtr", "adrs", "adtte", "adex", "adlb"):
        column = next(c for c in ("ADT", "ASTDT") if c in data[name].columns)
        assert data[name].filter(pl.col(column) > day).is_empty(), name
    for column in ("DTHDT", "LSTALVDT", "NACTDT", "TRTSDT", "TRTEDT", "DCTDT", "ENRLDT"):
        assert data["adsl"].filter(pl.col(column) > day).is_empty(), column


def test_every_count_of_subjects_traces_to_as_many_subjects_of_the_files(
    metromajx_run: Run,
) -> None:
    study, results = metromajx_run
    links = find_links(study.protocol)
    wrong = []
    for name, result in results.items():
        kind = pl.col("stat_name").is_in(["n", "N"]) & ~pl.col("stat_id").is_in(PLANNED_NUMBERS)
        counts = result.data.filter(kind & (pl.col("stat") > 0) & pl.col("unit").is_null())
        traced = trace_to_sources(result.basis, links, Loader(study.store).load)
        found = dict(traced.group_by("stat_id").agg(pl.col("USUBJID").n_unique()).iter_rows())
        wrong += [
            (name, stat_id, stat, found.get(stat_id))
            for stat_id, stat in counts.select("stat_id", "stat").iter_rows()
            if found.get(stat_id) != stat and not name.startswith(COUNTING_OTHERS)
        ]
    assert wrong == []


def test_a_report_or_figure_that_somebody_deleted_is_made_again(finished_copy: Path) -> None:
    results = finished_copy / "results"
    kept = (results / "report.html").read_bytes()
    (results / "report.html").unlink()
    (results / "figures" / "pfs.svg").unlink()
    _, again = run(finished_copy)
    assert again is not None
    assert {s.name for s in again.steps if s.status == "done"} == {"figure.pfs", "report"}
    assert (results / "report.html").read_bytes() == kept
    assert (results / "figures" / "pfs.svg").is_file()


@pytest.mark.usefixtures("undrawn")
def test_an_endpoint_taken_out_of_the_protocol_leaves_no_figure_and_no_number(
    finished_copy: Path,
) -> None:
    path = finished_copy / "protocol.yaml"
    text = path.read_text(encoding="utf-8")
    cut = text.index("    - id: os\n")
    path.write_text(text[:cut] + text[text.index("    - {id: follow_up") :], encoding="utf-8")
    _, results = run(finished_copy)
    assert results is not None
    assert "os" not in results
    folder = finished_copy / "results"
    stored = json.loads((folder / "results.json").read_text(encoding="utf-8"))
    assert "os" not in stored["results"]
    assert not list(folder.rglob("os.*"))


def test_showing_rows_of_a_file_that_is_gone_says_so(finished_copy: Path) -> None:
    remove(finished_copy / "data" / "ae.csv")
    with pytest.raises(StudyError) as caught:
        show_result(tw.open_study(finished_copy), "ae_terms.term.fever.any", with_rows=True)
    assert str(caught.value) == (
        "The table ae of the last run is gone from data/. Put it back, or run the study again."
    )
