"""One patient's records as an eligibility rule reads them, and what a rule answers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from trialwright.protocol.eligibility import Answer

Row = Mapping[str, Any]

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*)?-*")
_DECEMBER = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """What a rule answers, why, and the recorded row that decided: domain, variable, row."""

    answer: Answer
    reason: str
    domain: str = ""
    variable: str = ""
    row: Row | None = None

    @property
    def value(self) -> str | None:
        """The recorded value that was read, as text."""
        found = None if self.row is None else self.row.get(self.variable)
        if found is None:
            return None
        return f"{found:g}" if isinstance(found, float) else str(found)


@dataclass(frozen=True, slots=True)
class Chart:
    """The records of one patient.

    `entry` is the day by which the criteria must hold: the start of treatment; for who was not
    treated the enrollment, and for who was not enrolled the end of screening (None when it is not
    dated). `rows` are the recorded rows by lower-case domain; a domain that the study did not
    record at all is absent.
    """

    subject: str
    entry: date | None = None
    is_enrolled: bool = False
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)

    def has(self, *domains: str) -> bool:
        """Tell whether the study recorded these domains, whoever is in them."""
        return all(domain in self.rows for domain in domains)

    def find(self, domain: str, **where: Iterable[str]) -> list[Row]:
        """Return the rows whose variables, in capitals, are among the values given."""
        wanted = {name: tuple(values) for name, values in where.items()}
        return [
            row
            for row in self.rows.get(domain, ())
            if all(capitals(row.get(name)) in values for name, values in wanted.items())
        ]

    def before_entry(self, rows: Iterable[Row], name: str) -> list[Row]:
        """Return the rows that may be dated on or before the entry, in order of date."""
        dated = [(span_of(row.get(name)), row) for row in rows]
        known = [(span, row) for span, row in dated if span is not None]
        kept = [(s, row) for s, row in known if self.entry is None or s[0] <= self.entry]
        undated = [row for span, row in dated if span is None]
        return [*undated, *(row for _, row in sorted(kept, key=lambda pair: pair[0]))]


def capitals(value: Any) -> str:
    """Return a recorded text in capitals without spaces around it; nothing is an empty text."""
    return "" if value is None else str(value).strip().upper()


def span_of(text: Any) -> tuple[date, date] | None:
    """Return the first and the last day that a date, perhaps partial, can mean."""
    match = _DATE.fullmatch(str(text or "").strip())
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        first = date(year or 1, month or 1, day or 1)
    except ValueError:
        return None
    if day:
        return first, first
    last_month = month or _DECEMBER
    after = date(first.year + last_month // _DECEMBER, last_month % _DECEMBER + 1, 1)
    return first, after - timedelta(days=1)


def months_before(day: date, months: int) -> date:
    """Return the same day some calendar months earlier, or the last day of that month."""
    total = day.year * _DECEMBER + day.month - 1 - months
    year, month = divmod(total, _DECEMBER)
    following = date(year + (month + 1) // _DECEMBER, (month + 1) % _DECEMBER + 1, 1)
    last = (following - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def unknown(reason: str, domain: str = "", variable: str = "", row: Row | None = None) -> Reading:
    """Answer that the recorded data do not tell."""
    return Reading(Answer.UNKNOWN, reason, domain, variable, row)


def decide(
    is_met: bool, reason: str, domain: str = "", variable: str = "", row: Row | None = None
) -> Reading:
    """Answer yes or no with the row that decided."""
    return Reading(Answer.YES if is_met else Answer.NO, reason, domain, variable, row)
