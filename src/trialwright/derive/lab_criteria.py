"""One laboratory criterion as expressions: the grade, why there is none, what needs a clinician."""

from collections.abc import Mapping, Sequence

import polars as pl
from polars import col

from trialwright.datasets.lab_criteria import LabCriterion
from trialwright.derive.lab_rules import parse_condition

FROM_BASELINE = {"BASE", "PCHG", "BNRIND"}
LIMITS = {"ANRLO", "ANRHI"}
WORDS = {
    "ANRLO": "lower limit of normal missing",
    "ANRHI": "upper limit of normal missing",
    "BASE": "baseline missing",
    "PCHG": "percent change from baseline missing",
}
WORST_CASE = "Take worst case"  # how a comment of the criteria says that a symptom is assumed

# The grades that rest on the assumption; the other grades of these terms are laboratory values.
ASSUMED_GRADES: Mapping[str, tuple[int, ...]] = {
    "INR increased": (1, 2, 3),
    "Hyperuricemia": (3,),
    "Hypokalemia": (2,),
    "Lipase increased": (3, 4),
    "Serum amylase increased": (3, 4),
    "Hyponatremia": (3,),
}

Lists = Mapping[str, Sequence[str]]


def grade_criterion(criterion: LabCriterion, lists: Lists) -> pl.Expr:
    """Return the grade by the rules alone: the first that is true; null where it says so.

    Parameters
    ----------
    criterion : LabCriterion
        Its rules are over AVAL, ANRLO, ANRHI, BASE, PCHG and BNRIND.
    lists : mapping
        What "high_indicator" and "low_indicator" hold.

    Returns
    -------
    Expr
        Int64, 0 to 4. Units are not looked at.
    """
    # From the last rule to the first, so that the first that is true is outermost.
    grade = pl.lit(None, dtype=pl.Int64)
    for rule in reversed(criterion.rules):
        result = pl.lit(rule.grade, dtype=pl.Int64)
        grade = pl.when(parse_condition(rule.when, lists)).then(result).otherwise(grade)
    return grade


def has_unit(criterion: LabCriterion) -> pl.Expr:
    """Tell whether the value has the criterion's unit, without regard to case."""
    if criterion.unit is None:
        return pl.lit(value=True)
    return (unit_key("AVALU") == unit_key_of(criterion.unit)).fill_null(value=False)


def unit_key_of(unit: str) -> str:
    """Return a unit as units are compared."""
    return unit.lower()


def unit_key(name: str) -> pl.Expr:
    """Return a column of units as units are compared; empty is null."""
    key = col(name).str.to_lowercase()
    return pl.when(key.str.strip_chars() != "").then(key)


def find_unit_slip(criteria: Sequence[LabCriterion]) -> pl.Expr:
    """Say in words that the unit is not the expected one; null when it is.

    A criterion in multiples of a limit or of the baseline has no unit of its own: there the unit
    must be the baseline's, because two standard units of one test mean that one of them, or the
    limits beside it, is wrong.
    """
    unit, base_unit = unit_key("AVALU"), unit_key("BASEU")
    shown = pl.format("'{}'", col("AVALU"))
    found = pl.when(unit.is_null()).then(pl.lit("unit missing")).otherwise(pl.lit("unit ") + shown)
    expected = [criterion.unit for criterion in criteria if criterion.unit is not None]
    slip = pl.lit(None, dtype=pl.String)
    if expected:
        is_any = pl.any_horizontal(has_unit(criterion) for criterion in criteria)
        text = pl.format("{}, expected {}", found, pl.lit(" or ".join(expected)))
        slip = pl.when(~is_any).then(text)
    if any(_leans_on_baseline(criterion) for criterion in criteria):
        differs = col("BASE").is_not_null() & unit.ne_missing(base_unit)
        base = pl.format("'{}'", col("BASEU")).fill_null("none")
        text = pl.format("{}, but the baseline's is {}", found, base)
        slip = pl.coalesce(slip, pl.when(differs).then(text))
    return slip


def _leans_on_baseline(criterion: LabCriterion) -> bool:
    names = criterion.variables
    return bool(names & FROM_BASELINE) or (criterion.unit is None and bool(names & LIMITS))


def find_missing(criterion: LabCriterion) -> pl.Expr:
    """Say in words what a rule without a grade asked for."""
    asked = " ".join(rule.when for rule in criterion.rules if rule.grade is None)
    words = [
        pl.when(col(name).is_null()).then(pl.lit(text))
        for name, text in WORDS.items()
        if f"missing({name})" in asked
    ]
    other = pl.lit(criterion.comment or "not graded by the criteria")
    if not words:
        return other
    text = pl.concat_str(words, separator=", ", ignore_nulls=True)
    return pl.when(text != "").then(text).otherwise(other)


def find_review(criterion: LabCriterion, grade: pl.Expr, lists: Lists) -> pl.Expr:
    """Say in words what a clinician must decide about a grade; null when nothing.

    Parameters
    ----------
    criterion : LabCriterion
        The criterion that graded.
    grade : Expr
        Its grade.
    lists : mapping
        As in `grade_criterion`.

    Returns
    -------
    Expr
        Text where the grade rests on an assumed symptom, where the criteria send the value to
        another term, and where a higher grade could not be excluded for want of the baseline.
    """
    comment = criterion.comment or ""
    review = pl.lit(None, dtype=pl.String)
    if WORST_CASE in comment:
        assumed = grade.is_in(list(ASSUMED_GRADES[criterion.term]))
        review = pl.when(assumed).then(pl.lit(comment))
    is_elsewhere = [
        parse_condition(rule.when, lists)
        for rule in criterion.rules
        if rule.grade is None and "missing(" not in rule.when
    ]
    if is_elsewhere:
        review = pl.coalesce(review, pl.when(is_elsewhere[0]).then(pl.lit(comment)))
    undecided = [
        parse_condition(rule.when, lists).is_null() & (grade < rule.grade)
        for rule in criterion.rules
        if rule.grade and "BASE" in rule.when and "missing(BASE)" not in rule.when
    ]
    if undecided:
        text = pl.lit("A higher grade is not excluded: the baseline is abnormal but missing")
        review = pl.coalesce(review, pl.when(pl.any_horizontal(undecided)).then(text))
    return review
