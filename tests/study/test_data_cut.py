"""What was recorded after the data cut is shown nowhere, in the centre's own tables either."""

import csv
import html
import io
import json
from datetime import date
from pathlib import Path

import pytest
from centre_tables import LESIONS, MAPPING, PATIENTS, PROTOCOL, write_centre
from polars import col

import trialwright as tw
from trialwright.core.errors import Finding, Severity
from trialwright.derive.dates import AFTER_CUT
from trialwright.study.changes import find_changes
from trialwright.study.known import keep_known
from trialwright.study.show import show_result

CUT = "2021-03-10"
REDCAP = "{instrument: patients, dictionary: dictionary.csv, export: eav}"
LATE_SCAN = LESIONS.replace("01/03/2021;5,9", "20/03/2021;5,9")
LATER = ("15/12/2021", "02/08/2021", "20/03/2021", "2021-12-15", "2021-08-02")


@pytest.fixture(scope="module", params=["wide", "a value a row"])
def study(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small trial cut early; its patients a row each, or as REDCap's EAV export has them."""
    texts = {"lesions_csv": LATE_SCAN}
    if request.param != "wide":
        texts |= {"patients_csv": write_eav(PATIENTS), "mapping_yaml": map_eav(MAPPING)}
    protocol = PROTOCOL.replace("2022-02-28", CUT)
    folder = write_centre(tmp_path_factory.mktemp("cut"), protocol_yaml=protocol, **texts)
    names = PATIENTS.splitlines()[0].split(";")
    dictionary = ["Variable / Field Name,Form Name,Field Type,Field Label"]
    dictionary += [f"{name},patients,text,{name}" for name in names]
    (folder / "data" / "dictionary.csv").write_text("\n".join(dictionary), encoding="utf-8")
    tw.open_study(folder).run()
    return folder


def write_eav(table: str) -> str:
    rows = csv.DictReader(io.StringIO(table), delimiter=";")
    lines = ["record;field_name;value"]
    for row in rows:
        lines += [f"{row['Patient']};{name};{value}" for name, value in row.items() if value]
    return "\n".join(lines) + "\n"


def map_eav(mapping: str) -> str:
    head, _, rest = mapping.partition("  - file: patients.csv\n")
    patients, table, others = rest.replace("{Patient:02}", "{record:02}", 1).partition("  - file")
    return f"{head}  - file: patients.csv\n    redcap: {REDCAP}\n{patients}{table}{others}"


def test_the_evidence_of_the_report_says_nothing_of_later_days(study: Path) -> None:
    page = html.unescape((study / "results" / "report.html").read_text(encoding="utf-8"))
    assert [word for word in LATER if word in page] == []
    assert AFTER_CUT in page


def test_the_dictionary_of_an_export_is_an_input_of_the_run(study: Path) -> None:
    manifest = json.loads((study / "results" / "manifest.json").read_text(encoding="utf-8"))
    path = study / "data" / "dictionary.csv"
    is_read = "dictionary.csv" in (study / "data" / "mapping.yaml").read_text(encoding="utf-8")
    assert ("data/dictionary.csv" in manifest["inputs"]) == is_read
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\nmore,patients,text,More", encoding="utf-8")
    try:
        beside = find_changes(tw.open_study(study)).beside
    finally:
        path.write_text(text, encoding="utf-8")
    assert ("data/dictionary.csv changed" in beside) == is_read


def test_what_a_number_shows_says_nothing_of_later_days(study: Path) -> None:
    opened = tw.open_study(study)
    for result_id in opened.load_results():
        printed = show_result(opened, result_id, with_rows=True).to_text()
        assert [word for word in LATER if word in printed] == []


def test_the_report_counts_later_dates_and_only_check_names_them(study: Path) -> None:
    results = json.loads((study / "results" / "results.json").read_text(encoding="utf-8"))
    told = [f["message"] for f in results["findings"] if f["rule"] == "DATE-AFTER-CUT"]
    named = [f for f in tw.open_study(study).check() if f.rule == "DATE-AFTER-CUT"]
    assert len(told) == len(named) == 3
    assert not any(f["subject"] for f in results["findings"])
    assert any("TRDTC: 1 date, expected 2021-03-10 (the data cut)" in message for message in told)
    assert any(finding.found == "2021-03-20" for finding in named)


def test_a_finding_about_a_row_after_the_cut_is_left_to_check(study: Path) -> None:
    store = tw.open_study(study).store
    about = ("ANY", Severity.WARN, "TR by mapping.yaml", "x", "y", "z")
    later = store.load("raw.tr").filter(col("TRDTC") == "2021-03-20")["source_row"].to_list()
    rows = store.load("raw.tr")["source_row"].to_list()
    findings = [Finding(*about, row=row) for row in rows]
    kept = keep_known(findings, {"tr": "TR by mapping.yaml"}, store, date(2021, 3, 10))
    assert later
    assert [finding.row for finding in kept] == [row for row in rows if row not in later]
