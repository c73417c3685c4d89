"""Dates that lack a part are intervals."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.datasets import dates

Parts = tuple[bool | None, bool | None, bool | None, date | None, date | None]


def judge(text: str) -> Parts:
    frame = pl.DataFrame({"D": [text]}).select(
        iso=dates.is_iso("D"),
        real=dates.is_real("D"),
        complete=dates.is_complete("D"),
        first=dates.earliest_day("D"),
        last=dates.latest_day("D"),
    )
    return frame.row(0)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2021-03-04", date(2021, 3, 4), date(2021, 3, 4)),
        ("2021-03-04T10:30", date(2021, 3, 4), date(2021, 3, 4)),
        ("2021-03-04T10:30:00+01:00", date(2021, 3, 4), date(2021, 3, 4)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2021", date(2021, 1, 1), date(2021, 12, 31)),
        ("2021---15", date(2021, 1, 15), date(2021, 12, 15)),
        ("2021-04--", date(2021, 4, 1), date(2021, 4, 30)),
        ("--12-15", None, None),
    ],
)
def test_a_date_means_any_day_between_its_first_and_its_last(
    text: str, first: date | None, last: date | None
) -> None:
    assert judge(text) == (True, True, first == last and first is not None, first, last)


@pytest.mark.parametrize(
    "text", ["2021-02-30", "2021-13", "2021-13-01", "2021-00-01", "2021-03-32"]
)
def test_a_date_that_does_not_exist_is_written_well_and_not_real(text: str) -> None:
    assert judge(text)[:2] == (True, False)


@pytest.mark.parametrize("text", ["2021-03-04T25:00", "2021-03-04T10:60", "2021-03-04T10:30:61"])
def test_an_hour_that_does_not_exist_is_not_real(text: str) -> None:
    assert judge(text)[:2] == (True, False)


@pytest.mark.parametrize(
    "text", ["04/03/2021", "2021-3-4", "20210304", "March 2021", "2021-03-04 10:30", "44260", "UNK"]
)
def test_other_ways_of_writing_a_date_are_not_guessed(text: str) -> None:
    assert judge(text)[0] is False
    assert judge(text)[3:] == (None, None)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.integers(1, 3))
def test_a_day_lies_within_every_shortened_form_of_it(day: date, n_parts: int) -> None:
    text = "-".join(day.isoformat().split("-")[:n_parts])
    is_iso, is_real, is_complete, first, last = judge(text)
    assert is_iso
    assert is_real
    assert is_complete is (n_parts == 3)
    assert first is not None
    assert last is not None
    assert first <= day <= last


def test_what_is_missing_has_a_name() -> None:
    frame = pl.DataFrame({"D": ["2021", "2021-03", "2021-03-04", "--03-04", None]})
    assert frame.select(missing=dates.missing_part("D"))["missing"].to_list() == [
        "the month",
        "the day",
        None,
        "the year",
        "the year",
    ]
