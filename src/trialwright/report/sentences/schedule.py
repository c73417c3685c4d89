"""Sentences on the schedule; every number is a cell."""

from trialwright.analyze.schedule import TOTAL, ScheduleResult
from trialwright.core.ledger import slug
from trialwright.core.table import Cell, Text
from trialwright.report.sentences.words import plural

SPOKEN = {"VISIT": "visits", "SCAN": "tumor assessments", "PLASMA": "plasma samples"}
SPOKEN |= {"TISSUE": "tissue samples"}


def tell_schedule(result: ScheduleResult) -> Text:
    """Say of each kind how many were expected and how many were on time, and what is open."""
    kinds = [kind for kind in SPOKEN if any(of_kind == kind for of_kind, _ in result.lines)]
    parts: list[str | Cell] = ["On time were "]
    for place, kind in enumerate(kinds):
        joint = "" if place == 0 else (" and " if place == len(kinds) - 1 else ", ")
        stem = f"{slug(kind)}.{TOTAL}"
        parts += [joint, result.count_cell(f"{stem}.on_time"), " of "]
        parts += [result.count_cell(f"{stem}.n"), f" {SPOKEN[kind]}"]
    if not kinds:
        parts = ["Nothing was due up to the data cut"]
    parts.append(". ")
    overdue = [kind for kind in kinds if result.count(f"{slug(kind)}.{TOTAL}.overdue")]
    for place, kind in enumerate(overdue):
        key = f"{slug(kind)}.{TOTAL}.overdue"
        one = SPOKEN[kind].removesuffix("s")
        parts += ["Overdue: " if place == 0 else ", ", result.count_cell(key)]
        parts.append(f" {plural(result.count(key), one, SPOKEN[kind])}")
    parts.append("." if overdue else "Nothing is overdue.")
    return tuple(parts)
