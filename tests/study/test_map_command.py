"""A drafted mapping: it can be read, each guess is marked, and a run waits for each."""

import json
import re
from pathlib import Path

import openpyxl
import pytest
from centre_tables import write_centre
from example_studies import EXAMPLES

import trialwright as tw
from trialwright.cli.main import main
from trialwright.core.errors import DataError
from trialwright.datasets.mapping.draft import draft_mapping
from trialwright.datasets.mapping.model import (
    CentreMapping,
    Filling,
    Redcap,
    Table,
    Target,
)
from trialwright.datasets.mapping.read import read_mapping
from trialwright.protocol.endpoints import Model

REDCAP = EXAMPLES / "redcap_metromajx" / "data"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small trial without a mapping."""
    study = write_centre(tmp_path)
    (study / "data" / "mapping.yaml").unlink()
    return study


def read_draft(folder: Path) -> CentreMapping:
    reading = read_mapping(folder / "mapping.yaml")
    assert reading.findings == ()
    assert reading.mapping is not None
    return reading.mapping


def test_a_draft_finds_subjects_domains_and_variables(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["map", str(folder / "data"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["tables"] == 3
    mapping = read_draft(folder / "data")
    by_file = {table.file: table for table in mapping.tables}
    assert {t.subject for t in mapping.tables} == {"{Patient}"}
    assert [target.domain for target in by_file["patients.csv"].into] == ["dm", "ds", "ss"]
    dm = by_file["patients.csv"].into[0].variables
    assert {name: f.column for name, f in dm.items() if f.column} == {
        "SEX": "Sexe", "AGE": "Âge", "RFICDTC": "Consentement", "DTHDTC": "Décès",
    }  # fmt: skip
    assert dict(dm["SEX"].codes) == {"H": "M", "F": "F"}
    tr = by_file["lesions.csv"].into[0]
    assert tr.for_each == ({"at": ("S0", "S6")},)
    assert tr.variables["TRSTRESN"].column == "Taille {at}"
    assert mapping.dates == ("DD/MM/YYYY",)
    assert mapping.decimal.value == "comma"


def test_every_filling_of_a_draft_is_a_guess(folder: Path) -> None:
    main(["map", str(folder / "data")])
    mapping = read_draft(folder / "data")
    fillings = [f for t in mapping.tables for target in t.into for f in target.variables.values()]
    assert fillings
    assert all(filling.guess for filling in fillings)
    assert all(table.guess for table in mapping.tables)
    assert (
        mapping.guess == "numbers such as 3,2 were seen; dates parted by /: a day above 12 says so"
    )


def test_a_run_waits_until_no_guess_is_left(folder: Path) -> None:
    main(["map", str(folder / "data")])
    with pytest.raises(DataError, match="MAP-GUESS"):
        tw.open_study(folder).run()
    path = folder / "data" / "mapping.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        re.sub(r', guess: ("[^"]*"|[^}"]*)|^ *guess: .*\n', "", text, flags=re.M), "utf-8"
    )
    rules = {finding.rule for finding in tw.open_study(folder).check()}
    assert "MAP-GUESS" not in rules


def test_what_nobody_can_guess_stands_in_a_comment(folder: Path) -> None:
    text = draft_mapping(folder / "data")
    assert "# not guessed: Commentaire (codes such as 'vu en urgence')" in text
    assert 'EXTRT: {value: "?", guess: nothing looks like it and it is required}' in text


def test_dates_that_could_be_either_are_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "doses.csv").write_text("patient,dose,start\n1,50,01/02/2021\n", encoding="utf-8")
    assert "no day is above 12, so day and month may be the other way round" in draft_mapping(
        tmp_path
    )


def test_a_redcap_export_is_drafted_by_its_instruments(tmp_path: Path) -> None:
    for name in ("export.csv", "dictionary.csv"):
        (tmp_path / name).write_bytes((REDCAP / name).read_bytes())
    (tmp_path / "mapping.yaml").write_text(draft_mapping(tmp_path), encoding="utf-8")
    mapping = read_draft(tmp_path)
    instruments = {t.redcap.instrument: t for t in mapping.tables if t.redcap}
    assert len(instruments) == 14
    assert {t.subject for t in instruments.values()} == {"{record_id}"}
    assert dict(instruments["inclusion"].into[0].variables["SEX"].codes) == {"1": "M", "2": "F"}
    assert instruments["evenements"].into[0].domain == "ae"
    assert instruments["mesures"].into[0].variables["TRSTRESN"].column == "mes_grand_axe"


def test_the_sheets_of_a_workbook_are_tables(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "AE"
    for row in (
        ["Subject", "Adverse event", "Grade", "Start date"],
        ["1", "Fever", 2, "2021-02-03"],
    ):
        book.active.append(row)
    book.save(tmp_path / "trial.xlsx")
    (tmp_path / "mapping.yaml").write_text(draft_mapping(tmp_path), encoding="utf-8")
    (table,) = read_draft(tmp_path).tables
    assert (table.sheet, table.into[0].domain) == ("AE", "ae")
    columns = {name: f.column for name, f in table.into[0].variables.items() if f.column}
    assert columns == {"AETERM": "Adverse event", "AETOXGR": "Grade", "AESTDTC": "Start date"}


def test_a_confirmed_mapping_is_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_centre(tmp_path)
    before = (folder / "data" / "mapping.yaml").read_bytes()
    assert main(["map", str(folder / "data")]) == 2
    assert "a draft would replace what was confirmed" in capsys.readouterr().err
    assert (folder / "data" / "mapping.yaml").read_bytes() == before
    assert main(["map", str(folder / "data"), "--out", str(tmp_path / "draft.yaml")]) == 0


@pytest.mark.parametrize("model", [CentreMapping, Table, Target, Filling, Redcap])
def test_every_key_stands_in_the_docs(model: type[Model]) -> None:
    page = (EXAMPLES.parent / "docs" / "mapping.md").read_text(encoding="utf-8")
    assert [name for name in model.model_fields if not re.search(rf"[`{{ ]{name}[`,:]", page)] == []
