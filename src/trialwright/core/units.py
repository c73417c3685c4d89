"""Days, months and study days, converted in one place."""

from datetime import date

DAYS_PER_MONTH = 30.4375  # 365.25 / 12, the convention of oncology reports
DAYS_PER_WEEK = 7


def months_from_days(days: float) -> float:
    """Convert a duration in days to months of 30.4375 days."""
    return days / DAYS_PER_MONTH


def days_from_months(months: float) -> float:
    """Convert a duration in months of 30.4375 days to days."""
    return months * DAYS_PER_MONTH


def days_from_day_1(day: int) -> int:
    """Count the days from day 1 to a study day, which has no day 0 before it.

    Examples
    --------
    >>> days_from_day_1(15), days_from_day_1(1), days_from_day_1(-1)
    (14, 0, -1)
    """
    return day - 1 if day > 0 else day


def study_day(when: date, reference: date) -> int:
    """Count the study day: the reference is day 1, the day before it day -1; there is no day 0.

    Examples
    --------
    >>> study_day(date(2021, 2, 8), date(2021, 2, 8)), study_day(date(2021, 2, 7), date(2021, 2, 8))
    (1, -1)
    """
    days = (when - reference).days
    return days + 1 if days >= 0 else days
