"""Columns brought to their declared types."""

import math
from datetime import date

import polars as pl
import pytest

from trialwright.datasets.domains import ANALYSIS, DOMAINS, find_dataset
from trialwright.datasets.schema import Dataset, Variable, VariableType
from trialwright.datasets.tabular import conform

SMALL = Dataset(
    "xx",
    "Example",
    keys=("USUBJID",),
    variables=(
        Variable("USUBJID", "Subject", is_required=True),
        Variable("XXSEQ", "Number", VariableType.INTEGER, is_expected=True),
        Variable("XXVAL", "Value", VariableType.NUMBER),
        Variable("XXDTC", "Date", VariableType.DATE),
        Variable("XXDT", "Day", VariableType.DAY),
    ),
    order=("USUBJID",),
)


def conformed(**columns: list[object]) -> pl.DataFrame:
    return conform(
        pl.DataFrame({"USUBJID": ["01"] * len(next(iter(columns.values()))), **columns}), SMALL
    )


def test_text_loses_its_spaces_and_empty_text_is_null() -> None:
    assert conformed(XXDTC=[" 2021-03 ", "", "  "])["XXDTC"].to_list() == ["2021-03", None, None]


def test_numbers_are_read_from_text_and_what_is_none_is_null() -> None:
    written = ["1.5", "-2", "1e9", "3,2", "3 cm", "inf", "nan", ""]
    values = conformed(XXVAL=written)["XXVAL"].to_list()
    assert values == [1.5, -2.0, 1e9, None, None, None, None, None]


def test_whole_numbers_are_read_and_fractions_are_null() -> None:
    assert conformed(XXSEQ=["1", "2.0", "2.5", "x"])["XXSEQ"].to_list() == [1, 2, None, None]
    assert conformed(XXSEQ=[1.0, 2.5, math.nan])["XXSEQ"].to_list() == [1, None, None]


def test_codes_stored_as_numbers_become_texts_without_decimals() -> None:
    assert conformed(XXDTC=[2021.0, 1.25, math.nan])["XXDTC"].to_list() == ["2021", "1.25", None]
    assert conformed(XXDTC=[3, None])["XXDTC"].to_list() == ["3", None]


def test_days_are_dates_of_the_calendar() -> None:
    assert conformed(XXDT=["2021-03-04", "2021-03", "2021-02-30"])["XXDT"].to_list() == [
        date(2021, 3, 4),
        None,
        None,
    ]


def test_names_are_upper_case_and_undeclared_columns_stay_as_they_are() -> None:
    raw = pl.DataFrame({"usubjid": ["01"], "Note": [" kept "], "source_row": [7]})
    frame = conform(raw, SMALL)
    assert frame.row(0, named=True) == {
        "USUBJID": "01",
        "NOTE": " kept ",
        "source_row": 7,
        "XXSEQ": None,
    }


def test_absent_columns_are_added_only_when_they_are_asked_for() -> None:
    raw = pl.DataFrame({"USUBJID": ["01"]})
    assert conform(raw, SMALL).columns == ["source_row", "USUBJID", "XXSEQ"]
    asked = conform(raw, SMALL, columns=("XXVAL",))
    assert asked.columns == ["source_row", "USUBJID", "XXSEQ", "XXVAL"]
    assert asked.schema["XXVAL"] == pl.Float64
    assert asked["source_row"].to_list() == [1]


def test_a_name_in_two_cases_is_kept_twice() -> None:
    frame = conform(pl.DataFrame({"USUBJID": ["01"], "usubjid": ["02"]}), SMALL)
    assert frame.columns[1:3] == ["USUBJID", "USUBJID (2)"]


@pytest.mark.parametrize("dataset", [*DOMAINS.values(), *ANALYSIS.values()], ids=lambda d: d.name)
def test_declarations_agree_with_themselves(dataset: Dataset) -> None:
    assert len(set(dataset.names)) == len(dataset.names)
    assert set(dataset.keys) | set(dataset.order) <= set(dataset.names)
    assert all(len(name) <= 8 and name.isupper() for name in dataset.names)  # SAS names
    assert dataset.find_variable(dataset.names[0]) == dataset.variables[0]
    assert dataset.find_variable("NOTHING") is None


def test_qualifiers_exist_for_declared_domains_alone() -> None:
    tumors, nothing = find_dataset("supptu"), find_dataset("suppzz")
    assert tumors is not None
    assert tumors.label == "Supplemental Qualifiers for Tumor/Lesion Identification"
    assert nothing is None
