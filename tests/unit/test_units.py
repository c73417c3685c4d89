"""Units as people write them."""

import pytest

from trialwright.datasets.units import (
    is_per_body,
    is_same_dose_unit,
    mm_per_unit,
    print_number,
    read_length_mm,
)


@pytest.mark.parametrize(
    ("written", "length_mm"),
    [("3,2 cm", 32.0), ("3.2cm", 32.0), ("15 mm", 15.0), ("1 in", 25.4), ("0.05 m", 50.0)],
)
def test_a_length_with_its_unit_is_read_in_mm(written: str, length_mm: float) -> None:
    assert read_length_mm(written) == length_mm


@pytest.mark.parametrize("written", ["32", "cm", "3 x 2 cm", "NE", "", "3,2,1 cm"])
def test_what_is_no_length_with_a_unit_is_not_read(written: str) -> None:
    assert read_length_mm(written) is None


def test_a_unit_of_length_is_known_whatever_its_case() -> None:
    assert mm_per_unit(" CM ") == 10.0
    assert mm_per_unit("kg") is None


def test_numbers_are_written_as_a_spreadsheet_takes_them() -> None:
    assert (print_number(32.0), print_number(0.5)) == ("32", "0.5")


def test_dose_units_are_the_same_when_they_differ_by_body_weight_alone() -> None:
    assert is_same_dose_unit("mg", "mg/kg")
    assert is_same_dose_unit("PFU", "pfu")
    assert not is_same_dose_unit("g", "mg")
    assert is_per_body("mg / kg")
    assert not is_per_body("mg")
