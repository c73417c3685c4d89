"""Laboratory values to CTCAE grades: low and high toxicity, the signed grade, and why not."""

from collections.abc import Sequence

import polars as pl
from polars import col

from trialwright.datasets.lab_criteria import (
    HIGH,
    LOW,
    CtcaeVersion,
    LabCriterion,
    UnitSystem,
    read_lab_criteria,
)
from trialwright.derive.lab_criteria import (
    Lists,
    find_missing,
    find_review,
    find_unit_slip,
    grade_criterion,
    has_unit,
)
from trialwright.derive.lab_tests import assign_lab_terms

NUMBERS = ("AVAL", "ANRLO", "ANRHI", "BASE", "PCHG")
TEXTS = ("ATOXDSCL", "ATOXDSCH", "AVALU", "BASEU", "BNRIND")
SIDES = {
    LOW: ("ATOXDSCL", {"grade": "ATOXGRL", "reason": "ATOXRSNL", "review": "low_review"}),
    HIGH: ("ATOXDSCH", {"grade": "ATOXGRH", "reason": "ATOXRSNH", "review": "high_review"}),
}


def grade_labs(
    lb: pl.DataFrame,
    criteria: CtcaeVersion,
    units: UnitSystem = UnitSystem.SI,
    high: Sequence[str] = ("HIGH",),
    low: Sequence[str] = ("LOW",),
) -> pl.DataFrame:
    """Grade laboratory values by the criteria of CTCAE.

    Parameters
    ----------
    lb : DataFrame
        One row a value: AVAL and AVALU (unit); ANRLO, ANRHI (limits of normal, same unit), BASE,
        PCHG (percent), BNRIND (reference range indicator of the baseline) where they are known,
        BASEU (the baseline's unit; AVALU when left out). ATOXDSCL and ATOXDSCH are the terms of
        low and high values, null for none; when neither column is there, they follow from PARAMCD
        (LBTESTCD).
    criteria : CtcaeVersion
        Version of CTCAE.
    units : UnitSystem
        Units that the criteria are in.
    high, low : sequence of str
        What BNRIND says of a baseline above and below normal.

    Returns
    -------
    DataFrame
        The rows in their order with ATOXGRL, ATOXGRH (0 to 4, null where a value cannot be
        graded or the test has no such term), ATOXGR (signed: low is negative), ATOXRSNL, ATOXRSNH
        (why a term is ungraded), ATOXRVFL ("Y" where a clinician must look) and ATOXRVRS (why).

    References
    ----------
    National Cancer Institute. Common Terminology Criteria for Adverse Events, v4.03 (2010), v5.0
    (2017), v6.0 (2025).

    Examples
    --------
    >>> values = pl.DataFrame({"PARAMCD": ["K", "K"], "AVAL": [2.9, 2.9], "AVALU": ["mmol/L", "g"]})
    >>> graded = grade_labs(values, CtcaeVersion.V5_0)
    >>> graded["ATOXGR"].to_list(), graded["ATOXRSNL"].to_list()
    ([-3, None], [None, "unit 'g', expected mmol/L"])
    """
    rows = lb
    if not {"ATOXDSCL", "ATOXDSCH"} & set(lb.columns):
        rows = assign_lab_terms(lb, criteria)
    rows = _complete(rows).with_row_index("row")  # without the caller's columns: names are free
    lists = {"high_indicator": tuple(high), "low_indicator": tuple(low)}
    known = read_lab_criteria(criteria, units)
    added = []
    for direction, (name, names) in SIDES.items():
        of_side = [item for item in known if item.direction == direction]
        added.append(_grade_side(rows, name, of_side, lists, criteria).rename(names))
    graded = pl.concat([rows.select("ATOXDSCL", "ATOXDSCH"), *added], how="horizontal")
    is_reviewed = col("low_review").is_not_null() | col("high_review").is_not_null()
    graded = graded.select(
        *("ATOXDSCL", "ATOXDSCH", "ATOXGRL", "ATOXGRH"),
        sign_grades().alias("ATOXGR"),
        *("ATOXRSNL", "ATOXRSNH"),
        pl.when(is_reviewed).then(pl.lit("Y")).alias("ATOXRVFL"),
        pl.coalesce("low_review", "high_review").alias("ATOXRVRS"),
    )
    return lb.with_columns(graded.get_columns())


def sign_grades() -> pl.Expr:
    """Return the signed grade of ATOXGRL and ATOXGRH under the terms ATOXDSCL and ATOXDSCH.

    A low toxicity comes first, as a negative number, then a high one. 0 means that every term of
    the test was graded and none is toxic; null that one is unknown and none is known to be toxic.
    """
    is_low_clear = col("ATOXDSCL").is_null() | (col("ATOXGRL") == 0).fill_null(value=False)
    is_high_clear = col("ATOXDSCH").is_null() | (col("ATOXGRH") == 0).fill_null(value=False)
    is_any_graded = col("ATOXGRL").is_not_null() | col("ATOXGRH").is_not_null()
    return (
        pl.when(col("ATOXGRL") >= 1)
        .then(-col("ATOXGRL"))
        .when(col("ATOXGRH") >= 1)
        .then(col("ATOXGRH"))
        .when(is_low_clear & is_high_clear & is_any_graded)
        .then(pl.lit(0, dtype=pl.Int64))
    )


def _complete(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the columns that grading needs; numbers that are not finite are missing."""
    absent = {name: pl.Float64() for name in NUMBERS} | {name: pl.String() for name in TEXTS}
    rows = rows.with_columns(
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in absent.items()
        if name not in rows.columns and name != "BASEU"
    )
    if "BASEU" not in rows.columns:
        rows = rows.with_columns(col("AVALU").alias("BASEU"))
    values = [col(name).cast(pl.Float64) for name in NUMBERS]
    texts = [col(name).cast(pl.String) for name in TEXTS]
    return rows.select(
        *(pl.when(value.is_finite()).then(value) for value in values),
        *(pl.when(text.str.strip_chars() != "").then(text) for text in texts),
    )


def _grade_side(
    rows: pl.DataFrame,
    name: str,
    criteria: Sequence[LabCriterion],
    lists: Lists,
    version: CtcaeVersion,
) -> pl.DataFrame:
    """Return grade, reason and review of one direction, in the order of the rows."""
    by_term: dict[str, list[LabCriterion]] = {}
    for item in criteria:
        by_term.setdefault(item.term.lower(), []).append(item)
    term = col(name).str.to_lowercase()
    parts = []
    for (key,), part in rows.with_columns(term.alias("term")).group_by("term"):
        found = by_term.get(str(key), [])
        if key is None:
            parts.append(part.select("row", *_nothing()))
        elif found:
            parts.append(_grade_term(part, found, lists))
        else:
            text = f"CTCAE {version.value} has no laboratory criterion for this term"
            parts.append(part.select("row", *_nothing(text)))
    empty = rows.clear().select("row", *_nothing())
    return pl.concat([empty, *parts]).sort("row").drop("row")


def _nothing(reason: str | None = None) -> list[pl.Expr]:
    return [
        pl.lit(None, dtype=pl.Int64).alias("grade"),
        pl.lit(reason, dtype=pl.String).alias("reason"),
        pl.lit(None, dtype=pl.String).alias("review"),
    ]


def _grade_term(part: pl.DataFrame, criteria: Sequence[LabCriterion], lists: Lists) -> pl.DataFrame:
    """Grade the rows of one term; its criteria differ in their units."""
    graded, missing, review = (pl.lit(None, dtype=t) for t in (pl.Int64, pl.String, pl.String))
    for item in criteria:
        mine = has_unit(item)
        graded = pl.when(mine).then(grade_criterion(item, lists)).otherwise(graded)
        missing = pl.when(mine).then(find_missing(item)).otherwise(missing)
        review = pl.when(mine).then(find_review(item, col("grade"), lists)).otherwise(review)
    slip = find_unit_slip(criteria)
    part = part.with_columns(slip.alias("slip"))
    has_slip = col("slip").is_not_null()
    return (
        part.with_columns(pl.when(~has_slip).then(graded).alias("grade"))
        .with_columns(
            pl.when(col("grade").is_not_null())
            .then(None)
            .when(col("AVAL").is_null())
            .then(pl.lit("value missing"))
            .when(has_slip)
            .then(col("slip"))
            .otherwise(missing)
            .alias("reason"),
            pl.when(~has_slip).then(review).alias("review"),
        )
        .select("row", "grade", "reason", "review")
    )
