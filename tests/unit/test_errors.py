"""Findings read as one sentence for whoever has the spreadsheet open."""

import pickle

import pytest

from trialwright.core.errors import (
    DataError,
    DesignError,
    EstimateError,
    Finding,
    FindingsError,
    ProtocolError,
    Severity,
    StudyError,
    TrialwrightError,
)


def finding(**more: object) -> Finding:
    given = {"file": "tr.csv", "found": "'3,2 cm'", "expected": "a number in mm"}
    return Finding("TR-UNIT", Severity.BLOCK, **{**given, "action": "Write 32.", **more})


def test_a_finding_says_file_row_column_subject_and_what_to_do() -> None:
    told = finding(row=41, column="TRSTRESN", subject="01-007", where="VISITNUM 3").message
    assert told == (
        "tr.csv row 41, TRSTRESN (USUBJID 01-007, VISITNUM 3): '3,2 cm', "
        "expected a number in mm. Write 32. [TR-UNIT]"
    )


def test_a_finding_of_the_protocol_has_a_line_and_not_a_row() -> None:
    told = finding(file="protocol.yaml", row=18, column="design.r1").message
    assert told.startswith("protocol.yaml line 18, design.r1: ")


def test_a_finding_of_a_whole_file_names_no_row() -> None:
    assert finding().message == "tr.csv: '3,2 cm', expected a number in mm. Write 32. [TR-UNIT]"


def test_scripts_find_the_finding_under_fixed_keys() -> None:
    assert finding(row=2).as_dict() == {
        "rule": "TR-UNIT",
        "severity": "block",
        "file": "tr.csv",
        "sheet": None,
        "row": 2,
        "column": None,
        "subject": None,
        "message": finding(row=2).message,
    }


def test_an_error_of_findings_says_each_on_its_line() -> None:
    error = DataError([finding(row=2), finding(row=3)])
    assert [line[:12] for line in str(error).splitlines()] == ["tr.csv row 2", "tr.csv row 3"]
    assert len(error.findings) == 2


def test_an_error_of_findings_comes_whole_out_of_a_worker() -> None:
    error = pickle.loads(pickle.dumps(DataError([finding(row=2), finding(row=3)])))
    assert isinstance(error, DataError)
    assert error.findings == (finding(row=2), finding(row=3))


@pytest.mark.parametrize(
    "kind", [DesignError, EstimateError, StudyError, FindingsError, ProtocolError, DataError]
)
def test_every_error_can_be_caught_as_one_of_the_package(kind: type[Exception]) -> None:
    assert issubclass(kind, TrialwrightError)
