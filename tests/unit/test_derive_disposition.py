"""When and why treatment ended."""

from datetime import date

import polars as pl
from small_trial import CUT, recorded

from trialwright.derive.disposition import derive_end_of_treatment


def ended(*rows: dict[str, str | None]) -> list[tuple[object, ...]]:
    common = {"USUBJID": "01", "DSCAT": "DISPOSITION EVENT", "DSSCAT": "STUDY TREATMENT"}
    filled = [common | {"DSSTDTC": "2021-06-01"} | row for row in rows]
    found = derive_end_of_treatment({"ds": recorded(*filled)}, CUT)
    return found.select("DCTDT", "DCTREAS", "EOTSTT").rows()


def test_of_two_dispositions_the_first_ended_treatment() -> None:
    later = {"DSDECOD": "DEATH", "DSSTDTC": "2021-07-01"}
    assert ended(later, {"DSDECOD": "ADVERSE EVENT"}) == [
        (date(2021, 6, 1), "ADVERSE EVENT", "DISCONTINUED")
    ]


def test_two_dispositions_of_one_day_are_told_apart_by_their_number() -> None:
    rows = [{"DSDECOD": "DEATH", "DSSEQ": "4"}, {"DSDECOD": "ADVERSE EVENT", "DSSEQ": "5"}]
    assert ended(*rows) == ended(*reversed(rows)) == [(date(2021, 6, 1), "DEATH", "DISCONTINUED")]


def test_who_completed_did_not_discontinue() -> None:
    assert ended({"DSDECOD": "COMPLETED"})[0][2] == "COMPLETED"


def test_an_end_without_a_date_is_an_end() -> None:
    assert ended({"DSDECOD": "DEATH", "DSSTDTC": None}) == [(None, "DEATH", "DISCONTINUED")]
    assert ended({"DSDECOD": "DEATH", "DSSTDTC": "2021-06"}) == [(None, "DEATH", "DISCONTINUED")]


def test_an_end_without_a_code_has_the_reason_that_was_written() -> None:
    assert ended({"DSTERM": "Moved away"})[0][1:] == ("Moved away", "DISCONTINUED")
    assert ended({"DSDECOD": None})[0][1:] == (None, "DISCONTINUED")


def test_an_end_after_the_cut_is_still_to_come() -> None:
    assert ended({"DSDECOD": "DEATH", "DSSTDTC": "2022-03-01"}) == []


def test_the_end_of_study_participation_is_not_that_of_treatment() -> None:
    participation = {"DSSCAT": "STUDY PARTICIPATION", "DSDECOD": "LOST TO FOLLOW-UP"}
    assert ended(participation, {"DSDECOD": "ADVERSE EVENT", "DSSTDTC": "2021-07-01"}) == [
        (date(2021, 7, 1), "ADVERSE EVENT", "DISCONTINUED")
    ]


def test_without_subcategories_every_disposition_but_a_screening_failure_counts() -> None:
    assert ended({"DSSCAT": None, "DSDECOD": "SCREEN FAILURE"}) == []
    assert len(ended({"DSSCAT": None, "DSDECOD": "DEATH"})) == 1


def test_without_dispositions_nobody_ended() -> None:
    assert derive_end_of_treatment({}, CUT).is_empty()
    header = recorded({"USUBJID": "01", "DSDECOD": "DEATH"}).clear()
    found = derive_end_of_treatment({"ds": header}, CUT)
    assert found.schema["DCTDT"] == pl.Date
    assert found.is_empty()
