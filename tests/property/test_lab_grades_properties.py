"""Laws of laboratory grades: agreement with a plain evaluator, order, monotony, units, reasons."""

import math
import re

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.datasets.lab_criteria import (
    CtcaeVersion,
    LabCriterion,
    UnitSystem,
    read_lab_criteria,
)
from trialwright.derive.lab_grades import grade_labs

CRITERIA = [
    (version, units, item)
    for version in CtcaeVersion
    for units in UnitSystem
    for item in read_lab_criteria(version, units)
]
NUMBERS = ("AVAL", "ANRLO", "ANRHI", "BASE", "PCHG")
NUMBER = st.one_of(st.none(), st.integers(1, 4000).map(lambda n: n / 20))
ROW = st.fixed_dictionaries(
    dict.fromkeys(NUMBERS[:4], NUMBER)
    | {
        "PCHG": st.one_of(st.none(), st.integers(-100, 100).map(float)),
        "BNRIND": st.sampled_from([None, "LOW", "NORMAL", "HIGH"]),
    }
)


def frame_of(rows: list[dict], item: LabCriterion) -> pl.DataFrame:
    types = dict.fromkeys(NUMBERS, pl.Float64) | {"BNRIND": pl.String}
    return pl.DataFrame(rows, schema=types).with_columns(
        ATOXDSCL=pl.lit(item.term if item.direction == "low" else None, dtype=pl.String),
        ATOXDSCH=pl.lit(item.term if item.direction == "high" else None, dtype=pl.String),
        AVALU=pl.lit(item.unit, dtype=pl.String),
    )


def grades_of(frame: pl.DataFrame, case: tuple) -> list[int | None]:
    version, units, item = case
    graded = grade_labs(frame, version, units)
    return graded["ATOXGRL" if item.direction == "low" else "ATOXGRH"].to_list()


def evaluate(item: LabCriterion, row: dict) -> int | None:
    """Grade one row in plain Python; None is the third truth value."""
    for rule in item.rules:
        if holds(rule.when.strip(), row) is True:
            return rule.grade
    return None


def holds(text: str, row: dict) -> bool | None:
    if text.startswith("(") and closing(text, 0) == len(text) - 1:
        return holds(text[1:-1].strip(), row)
    for word in (" or ", " and "):
        parts = split_outside(text, word)
        if len(parts) > 1:
            values = [holds(part.strip(), row) for part in parts]
            decided = word == " or "
            if decided in values:
                return decided
            return None if None in values else not decided
    if text.startswith("not "):
        inner = holds(text[4:], row)
        return None if inner is None else not inner
    return is_true(text, row)


def is_true(text: str, row: dict) -> bool | None:
    """Decide a condition without and, or, not before it."""
    if text == "TRUE":
        return True
    if text.startswith("missing("):
        return row[text[8:-1]] is None
    name, sign, operand = re.fullmatch(r"(\w+) (not in|in|<=|>=|<|>) (.+)", text).groups()
    if sign in ("in", "not in"):
        is_in = row[name] == {"high_indicator": "HIGH", "low_indicator": "LOW"}[operand]
        return is_in == (sign == "in")
    left, right = row[name], number(operand, row)
    if left is None or right is None:
        return None
    left, right = (float(f"{value:.15g}") for value in (left, right))
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]


def number(text: str, row: dict) -> float | None:
    parts = text.strip("()").split(" ")
    values = [row[part] if part in row else float(part) for part in parts[::2]]
    if None in values:
        return None
    return math.prod(values) if "*" in parts else sum(values)


def closing(text: str, at: int) -> int:
    depth = 0
    for place in range(at, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return place
    return -1


def split_outside(text: str, word: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0 and text.startswith(word, place):
            parts.append(text[start:place])
            start = place + len(word)
    return [*parts, text[start:]]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CRITERIA), st.lists(ROW, min_size=1, max_size=12))
def test_grades_equal_those_of_a_plain_evaluator(case, rows):
    expected = [evaluate(case[2], row) for row in rows]
    assert grades_of(frame_of(rows, case[2]), case) == expected


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CRITERIA), st.lists(ROW, min_size=2, max_size=12), st.randoms())
def test_the_order_of_rows_does_not_matter(case, rows, random):
    frame = frame_of(rows, case[2])
    places = list(range(len(rows)))
    random.shuffle(places)
    grades = grades_of(frame, case)
    assert grades_of(frame[places], case) == [grades[place] for place in places]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(CRITERIA), ROW, st.lists(st.integers(1, 4000), min_size=2, max_size=12))
def test_further_from_normal_is_never_a_lower_grade(case, row, values):
    item = case[2]
    rows = [row | {"AVAL": value / 20} for value in sorted(values)]
    grades = [grade for grade in grades_of(frame_of(rows, item), case) if grade is not None]
    assert grades == sorted(grades, reverse=item.direction == "low")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CRITERIA), st.lists(ROW, min_size=1, max_size=8), st.text(max_size=6))
def test_another_unit_never_has_a_grade(case, rows, unit):
    version, units, item = case
    right = {
        (other.unit or "").lower()
        for other in read_lab_criteria(version, units)
        if (other.term, other.direction) == (item.term, item.direction)
    }
    frame = frame_of(rows, item).with_columns(AVALU=pl.lit(unit))
    if item.unit is not None and unit.lower() not in right:
        assert set(grades_of(frame, case)) == {None}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CRITERIA), st.lists(ROW, min_size=1, max_size=12))
def test_a_reason_is_given_exactly_where_there_is_no_grade(case, rows):
    version, units, item = case
    side = "L" if item.direction == "low" else "H"
    graded = grade_labs(frame_of(rows, item), version, units)
    assert (graded[f"ATOXGR{side}"].is_null() == graded[f"ATOXRSN{side}"].is_not_null()).all()
