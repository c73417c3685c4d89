"""METROMAJX out of REDCap is METROMAJX out of SDTM, number for number."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from example_studies import EXAMPLES, copy_study

import trialwright as tw
from trialwright.core.errors import Finding
from trialwright.datasets.domains import find_dataset
from trialwright.datasets.mapping.read import read_mapping
from trialwright.datasets.mapping.rows import list_mapped, map_domain
from trialwright.datasets.mapping.sources import list_places, read_place
from trialwright.datasets.mapping.splits import split_domain
from trialwright.datasets.tabular import read_table
from trialwright.study.reporting import describe_result
from trialwright.study.run import run_steps
from trialwright.study.session import Results, Study

DATA = EXAMPLES / "redcap_metromajx" / "data"
KEYS = ("record_id", "redcap_repeat_instrument", "redcap_repeat_instance")


def copy_redcap(folder: Path) -> Path:
    """Copy the example with what both share, as its make_data.py does."""
    copied = copy_study("redcap_metromajx", folder)
    sys.path.insert(0, str(EXAMPLES / "redcap_metromajx"))
    try:
        from make_data import share
    finally:
        sys.path.pop(0)
    share(copied)
    return copied


def compute(path: Path) -> Study:
    """Compute a study without slides, figures and report."""
    study = tw.open_study(path)
    study.check()
    run_steps(study.list_analyses(), study.store)
    return study


@pytest.fixture(scope="module")
def redcap(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The example, computed; `test_results_json_is_the_same_file` runs it whole, slides too."""
    return compute(copy_redcap(tmp_path_factory.mktemp("redcap")))


@pytest.fixture(scope="module")
def sdtm(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The example out of SDTM, computed the same way."""
    return compute(copy_study("metromajx", tmp_path_factory.mktemp("sdtm")))


def without_place(findings: tuple[Finding, ...] | list[Finding]) -> list[tuple[str, str, str]]:
    """Return findings without file, row and column: those are of the table that was typed."""
    return sorted((f.rule, f.severity.value, f.subject or "") for f in findings)


def test_every_number_is_that_of_the_sdtm_example(redcap: Study, sdtm: Study) -> None:
    described = {name: describe_result(r) for name, r in redcap.load_results().items()}
    expected = {name: describe_result(result) for name, result in sdtm.load_results().items()}
    assert json.dumps(described) == json.dumps(expected)


def test_the_findings_are_the_same_and_name_cells_of_the_export(redcap: Study, sdtm: Study) -> None:
    findings = redcap.load_findings()
    assert without_place(findings) == without_place(sdtm.load_findings())
    late = next(f for f in findings if f.subject == "MJX-13")
    assert (late.file, late.column) == (
        "export.csv",
        f"EK{late.row} 'mes_date' for TR.TRDTC",
    )


def test_nothing_of_the_export_is_left_over(redcap: Study) -> None:
    (account,) = redcap.store.load("source_check")["accounts"]
    assert account["n_rows"] == account["n_rows_mapped"] == 1740
    assert account["n_columns"] == account["n_columns_mapped"] + account["n_columns_ignored"]
    assert account["n_columns_ignored"] == 15


@pytest.mark.slow
def test_results_json_is_the_same_file(
    tmp_path: Path, metromajx_run: tuple[Study, Results]
) -> None:
    study = tw.open_study(copy_redcap(tmp_path))
    study.run()
    mine, theirs = (
        json.loads((s.directory.results / "results.json").read_text(encoding="utf-8"))
        for s in (study, metromajx_run[0])
    )
    # What must differ: where a finding is, which its file, sheet, row, column and message say.
    for content in (mine, theirs):
        content["findings"] = sorted(
            (f["rule"], f["severity"], f["subject"] or "") for f in content["findings"]
        )
    assert mine == theirs


def map_all(folder: Path) -> dict[str, pl.DataFrame]:
    reading = read_mapping(folder / "mapping.yaml")
    assert reading.mapping is not None, [f.message for f in reading.findings]
    sources = {p.name: read_place(folder / p.file, p) for p in list_places(reading.mapping)}
    return {
        domain: split_domain(
            map_domain(reading.mapping, domain, sources, reading.dictionaries, "METROMAJX")
        )
        for domain in list_mapped(reading.mapping)
    }


@pytest.fixture(scope="module")
def mapped() -> dict[str, pl.DataFrame]:
    return map_all(DATA)


def as_rows(frame: pl.DataFrame, columns: list[str]) -> list[tuple[str, ...]]:
    """Return rows in an order of their own; numbers alike however they are written."""
    texts = [pl.col(name).cast(pl.String).fill_null("") for name in columns]
    return sorted(frame.select(texts).rows())


@pytest.mark.parametrize(
    "domain", sorted(p.stem for p in (EXAMPLES / "metromajx/data").glob("??.csv"))
)
def test_a_mapped_domain_holds_what_the_sdtm_table_holds(
    domain: str, mapped: dict[str, pl.DataFrame]
) -> None:
    recorded = read_table(EXAMPLES / "metromajx" / "data" / f"{domain}.csv")
    sequence = f"{domain.upper()}SEQ"
    # Not of the source: numbers of rows; how a size was typed (24.0, or in cm) and its unit.
    left_out = {sequence, "source_row", "TRORRES", "TRORRESU"}
    names = [n for n in recorded.columns if n not in left_out and recorded[n].drop_nulls().len()]
    names = [n for n in names if (recorded[n] != "").any()]
    assert find_dataset(domain) is not None
    assert as_rows(mapped[domain], names) == as_rows(recorded, names)


def eav_lines(rows: list[dict[str, str]]) -> Iterator[tuple[str, ...]]:
    """Yield an export as one line a value; of a checkbox only the boxes that are ticked."""
    for row in rows:
        keys = [row[name] for name in KEYS]
        for field, value in row.items():
            name, _, box = field.partition("___")
            if box and value == "1":
                yield (*keys, name, box)
            elif not box and value and not field.startswith(("redcap_", "record_id")):
                yield (*keys, field, value)


def test_an_eav_export_gives_the_same_domains(
    tmp_path: Path, mapped: dict[str, pl.DataFrame]
) -> None:
    with (DATA / "export.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    header = ["record", *KEYS[1:], "field_name", "value"]
    with (tmp_path / "export.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *eav_lines(rows)])
    text = (DATA / "mapping.yaml").read_text(encoding="utf-8").replace("{record_id}", "{record}")
    text = text.replace("SUBJID: record_id", "SUBJID: record")
    text = text.replace("dictionary: dictionary.csv", "dictionary: dictionary.csv, export: eav")
    (tmp_path / "mapping.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "dictionary.csv").write_bytes((DATA / "dictionary.csv").read_bytes())
    for domain, frame in map_all(tmp_path).items():
        assert as_rows(frame, frame.columns) == as_rows(mapped[domain], frame.columns), domain


def test_the_generator_writes_what_is_committed(tmp_path: Path) -> None:
    folder = tmp_path / "examples"
    for name in ("metromajx", "redcap_metromajx"):
        copy_study(name, folder)
    kept = {path: path.read_bytes() for path in (folder / "redcap_metromajx").rglob("*.[cy]*")}
    script = folder / "redcap_metromajx" / "make_data.py"
    subprocess.run([sys.executable, str(script)], check=True, capture_output=True)
    changed = [path.name for path, content in kept.items() if path.read_bytes() != content]
    assert changed == [], "run python examples/redcap_metromajx/make_data.py"
