"""SQL over the analysis datasets, templates and the command line."""

from pathlib import Path

import polars as pl
import pytest

from trialwright.cli.main import main
from trialwright.core.errors import StudyError
from trialwright.study.figures import list_files, safe_name
from trialwright.study.query import query_datasets
from trialwright.study.template import copy_example

ADSL = {"adsl": pl.DataFrame({"USUBJID": ["01", "02"], "AGE": [60, None]})}


def test_a_query_is_answered_and_an_empty_answer_has_its_columns() -> None:
    assert query_datasets(ADSL, "SELECT count(*) AS n FROM adsl").item() == 2
    assert query_datasets(ADSL, "SELECT AGE FROM adsl WHERE AGE > 99").columns == ["AGE"]


@pytest.mark.parametrize("sql", ["", "SELEKT 1", "SELECT x FROM adsl", "SELECT * FROM nowhere"])
def test_a_query_that_cannot_be_answered_says_which_tables_there_are(sql: str) -> None:
    with pytest.raises(StudyError, match=r"Tables are adsl; write one SELECT statement\.$"):
        query_datasets(ADSL, sql)


def test_a_new_study_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StudyError) as caught:
        copy_example("metromajx", tmp_path)
    assert (
        str(caught.value) == f"{tmp_path} is there and not empty. Write the name of a new folder."
    )


def test_an_unknown_example_is_answered_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(StudyError) as caught:
        copy_example("metro", tmp_path / "new")
    assert str(caught.value) == (
        "There is no example 'metro', expected one of cdisc_pilot_onco, metromajx, pancreatic, "
        "redcap_metromajx."
    )


def test_a_subject_with_signs_in_its_name_can_be_a_file() -> None:
    assert safe_name("01-701-1015é") == "01-701-1015é"
    assert safe_name("01/701:1015 é") == "01_701_1015_é-bf40fc70"


def test_files_of_figures_and_of_patients_are_listed() -> None:
    one = {"svg": "figures/pfs.svg", "png": "figures/pfs.png", "alt": "words"}
    assert list_files(one) == ["figures/pfs.svg", "figures/pfs.png"]
    assert list_files({"01": one, "02": one}) == list_files(one) * 2


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda folder: folder / "none", "is not a directory, expected a study."),
        (lambda folder: folder, "has no protocol.yaml, expected one."),
    ],
)
@pytest.mark.parametrize("command", ["check", "run"])
def test_a_folder_that_is_no_study_is_wrong_use(
    make, told: str, command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, str(make(tmp_path))]) == 2
    assert told in capsys.readouterr().err
