"""Partial dates are completed by the named rule, and by no other."""

from datetime import date

import polars as pl
import pytest

from trialwright.derive.dates import date_flag, full_date, keep_until_cut, read_date
from trialwright.protocol.model import DateImputation

NONE, FIRST, MIDDLE, LAST = (
    DateImputation.NONE,
    DateImputation.FIRST_DAY,
    DateImputation.MIDDLE,
    DateImputation.LAST_DAY,
)


def read(text: str | None, rule: DateImputation) -> tuple[date | None, str | None]:
    frame = pl.DataFrame({"D": [text]}, schema={"D": pl.String})
    return frame.select(read_date("D", rule), date_flag("D", rule).alias("F")).row(0)


@pytest.mark.parametrize(
    ("text", "rule", "day", "flag"),
    [
        ("2021-03-04", LAST, date(2021, 3, 4), None),
        ("2021-03-04T23:59", FIRST, date(2021, 3, 4), None),
        ("2020-02", FIRST, date(2020, 2, 1), "D"),
        ("2020-02", MIDDLE, date(2020, 2, 15), "D"),
        ("2020-02", LAST, date(2020, 2, 29), "D"),
        ("2021-02", LAST, date(2021, 2, 28), "D"),
        ("2021", FIRST, date(2021, 1, 1), "M"),
        ("2021", MIDDLE, date(2021, 7, 1), "M"),
        ("2021", LAST, date(2021, 12, 31), "M"),
        ("2021---15", LAST, date(2021, 12, 31), "M"),  # a day without its month says nothing
        ("2021-03", NONE, None, None),
        (None, LAST, None, None),
        ("UNK", FIRST, None, None),
        ("2021-02-30", NONE, None, None),
    ],
)
def test_a_date_is_completed_by_its_rule_and_says_so(text, rule, day, flag) -> None:
    assert read(text, rule) == (day, flag)


def test_a_complete_date_needs_its_day() -> None:
    frame = pl.DataFrame({"D": ["2021-03-04", "2021-03", None]})
    assert frame.select(full_date("D"))["D"].to_list() == [date(2021, 3, 4), None, None]


def test_records_after_the_cut_are_left_out_and_those_that_may_be_before_it_stay() -> None:
    days = ["2022-02-28", "2022-03-01", "2022-02", "2022-03", "2022", None]
    scans = pl.DataFrame({"TRDTC": days})
    kept = keep_until_cut(scans, "tr", date(2022, 2, 28))
    assert kept["TRDTC"].to_list() == ["2022-02-28", "2022-02", "2022", None]


def test_an_event_counts_by_its_start_and_a_finding_by_its_day() -> None:
    events = pl.DataFrame({"AESTDTC": ["2022-02-27", None], "AEDTC": ["2022-03-09", "2022-03-09"]})
    assert keep_until_cut(events, "ae", date(2022, 2, 28)).height == 1


@pytest.mark.parametrize(("domain", "name"), [("dm", "DMDTC"), ("ds", "DSSTDTC")])
def test_subjects_and_their_milestones_are_kept_whole(domain: str, name: str) -> None:
    rows = pl.DataFrame({name: ["2030-01-01"]})
    assert keep_until_cut(rows, domain, date(2022, 2, 28)).height == 1


def test_a_table_without_dates_is_kept_whole() -> None:
    supp = pl.DataFrame({"QVAL": ["3"]})
    assert keep_until_cut(supp, "suppmh", date(2022, 2, 28)).height == 1


def test_the_end_of_an_event_that_went_on_after_the_cut_was_not_known() -> None:
    events = pl.DataFrame(
        {
            "AESTDTC": ["2022-02-01", "2022-02-01"],
            "AEENDTC": ["2022-02-28", "2022-03"],
            "AESDTH": ["N", "Y"],
        }
    )
    kept = keep_until_cut(events, "ae", date(2022, 2, 28))
    assert kept.rows() == [("2022-02-01", "2022-02-28", "N"), ("2022-02-01", None, None)]
