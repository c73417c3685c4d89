"""ADAE: grades, relation, emergence and the worst event of each term."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from small_trial import START, adsl, recorded

from trialwright.derive.adverse_events import derive_adae
from trialwright.protocol.grading import Grading
from trialwright.protocol.model import DateImputation, Imputation

NONE = Imputation()
FIRST = Imputation(start=DateImputation.FIRST_DAY)
FEVER = {"USUBJID": "01", "AEDECOD": "Fever", "AETOXGR": "1", "AESTDTC": "2021-03-10"}


def ae(*rows: dict[str, Any]) -> pl.DataFrame:
    filled = [FEVER | {"AESEQ": n} | row for n, row in enumerate(rows, 1)]
    return recorded(*filled, AESEQ=pl.Int64)


def adae(*rows: dict[str, Any], rules: Imputation = NONE, **settings: Any) -> pl.DataFrame:
    return derive_adae(ae(*rows), adsl({}), rules, **settings)


def test_an_event_without_grade_or_date_is_kept_and_counts_as_emergent() -> None:
    found = adae({"AETOXGR": None, "AESTDTC": None})
    wanted = ("ATOXGR", "ASTDT", "TRTEMFL", "AOCCPFL")
    assert found.select(wanted).row(0) == (None, None, "Y", "Y")


@pytest.mark.parametrize(
    ("recorded_as", "grade"), [("3", 3), ("GRADE 3", 3), ("3.0", 3), ("", None), ("0", None)]
)
def test_a_grade_is_one_to_five_or_none(recorded_as: str, grade: int | None) -> None:
    assert adae({"AETOXGR": recorded_as})["ATOXGR"].item() == grade


@pytest.mark.parametrize(("word", "grade"), [("mild", 1), ("SEVERE", 3), ("FATAL", 5), ("?", None)])
def test_a_severity_word_stands_for_its_grade(word: str, grade: int | None) -> None:
    found = adae({"AESEV": word, "AETOXGR": None}, grading=Grading.AESEV)
    assert found["ATOXGR"].item() == grade


def test_the_worst_event_of_a_term_is_flagged_once_and_the_first_of_equals() -> None:
    found = adae({"AETOXGR": "2"}, {"AETOXGR": "3"}, {"AETOXGR": "3"}, {"AEDECOD": "Rash"})
    assert found["AOCCPFL"].to_list() == [None, "Y", None, "Y"]
    assert found["AOCCFL"].to_list() == [None, "Y", None, None]


def test_an_event_before_treatment_is_never_the_worst() -> None:
    found = adae({"AESTDTC": "2021-02-01", "AETOXGR": "4"}, {})
    assert found.select("TRTEMFL", "AOCCPFL").rows() == [(None, None), ("Y", "Y")]


def test_nothing_emerges_in_who_was_never_treated() -> None:
    found = derive_adae(ae({}), adsl({"TRTSDT": None, "TRTEDT": None}), NONE)
    assert found["TRTEMFL"].to_list() == [None]


def test_an_event_on_the_day_of_the_first_dose_is_emergent() -> None:
    assert adae({"AESTDTC": START.isoformat()})["TRTEMFL"].item() == "Y"
    assert adae({"AESTDTC": (START - timedelta(1)).isoformat()})["TRTEMFL"].item() is None


def test_emergence_ends_some_days_after_the_last_dose_where_the_protocol_says_so() -> None:
    last = START + timedelta(60)
    rows = [{"AESTDTC": (last + timedelta(days)).isoformat()} for days in (30, 31)]
    assert adae(*rows, emergent_until_days_after=30)["TRTEMFL"].to_list() == ["Y", None]


def test_a_partial_start_that_may_lie_in_treatment_is_put_into_it() -> None:
    found = derive_adae(ae({"AESTDTC": "2021-03"}), adsl({"TRTSDT": date(2021, 3, 20)}), FIRST)
    assert found.select("ASTDT", "ASTDTF", "TRTEMFL").row(0) == (date(2021, 3, 20), "D", "Y")


def test_an_event_that_ended_before_treatment_did_not_begin_in_it() -> None:
    ended = ae({"AESTDTC": "2021-03", "AEENDTC": "2021-03-10"})
    found = derive_adae(ended, adsl({"TRTSDT": date(2021, 3, 20)}), FIRST)
    assert found.select("ASTDT", "TRTEMFL").row(0) == (date(2021, 3, 1), None)


def test_an_event_without_a_coded_term_has_the_reported_one() -> None:
    assert adae({"AEDECOD": None, "AETERM": "chills"})["AEDECOD"].item() == "chills"


def test_events_of_somebody_whom_adsl_lacks_are_left_out() -> None:
    assert adae({"USUBJID": "99"}).is_empty()


def test_a_header_alone_gives_an_empty_dataset_of_the_same_columns() -> None:
    empty = derive_adae(ae({}).clear(), adsl({}), FIRST)
    assert empty.is_empty()
    assert empty.schema == adae({}).schema


@pytest.mark.parametrize(
    ("word", "relation"),
    [
        ("NOT RELATED", "NOT RELATED"),
        ("POSSIBLE", "RELATED"),
        ("Y", "RELATED"),
        ("N", "NOT RELATED"),
    ],
)
def test_a_relation_is_related_or_not(word: str, relation: str) -> None:
    assert adae({"AEREL": word})["AREL"].item() == relation
