"""Days, months and study days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.core.units import days_from_months, months_from_days, study_day

DAYS = st.dates(date(1990, 1, 1), date(2060, 1, 1))


def test_twelve_months_are_a_mean_year() -> None:
    assert days_from_months(12) == 365.25
    assert months_from_days(365.25) == 12


@given(st.floats(0, 1e4))
def test_days_to_months_and_back_is_where_one_began(days: float) -> None:
    assert days_from_months(months_from_days(days)) == pytest.approx(days, rel=1e-12)


@given(DAYS, st.integers(-4000, 4000))
def test_there_is_no_day_zero(reference: date, days: int) -> None:
    counted = study_day(reference + timedelta(days), reference)
    assert counted != 0
    assert counted == (days + 1 if days >= 0 else days)
