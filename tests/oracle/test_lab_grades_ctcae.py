"""Laboratory grades of admiral (pharmaverse, Apache-2.0): its own tests, and its rules at limits.

Signed grades: admiral's tests of derive_var_atoxgr. An empty expected grade cannot be graded.
"""

import polars as pl
from oracle_data import find_oracle

from trialwright.datasets.lab_criteria import CtcaeVersion, UnitSystem
from trialwright.derive.lab_grades import grade_labs, sign_grades

NAMES = {
    "value": "AVAL", "unit": "AVALU", "lln": "ANRLO", "uln": "ANRHI", "baseline": "BASE",
    "pct_change": "PCHG", "baseline_indicator": "BNRIND",
}  # fmt: skip
NUMBERS = ("AVAL", "ANRLO", "ANRHI", "BASE", "PCHG")


def read_cases() -> pl.DataFrame:
    path = find_oracle("safety/ctcae_lab_cases.csv")
    cases = pl.read_csv(path, infer_schema=False).rename(NAMES)
    term = pl.col("term")
    return cases.with_columns(
        *(pl.col(name).cast(pl.Float64) for name in NUMBERS),
        pl.col("expected_grade").cast(pl.Int64),
        ATOXDSCL=pl.when(pl.col("direction") == "low").then(term),
        ATOXDSCH=pl.when(pl.col("direction") == "high").then(term),
    )


def grade_cases() -> pl.DataFrame:
    keys = ("ctcae_version", "unit_system", "high_indicator")
    graded = []
    for (version, units, high), cases in read_cases().group_by(keys, maintain_order=True):
        high_values = (str(high),) if high else ("HIGH",)
        graded.append(grade_labs(cases, CtcaeVersion(version), UnitSystem(units), high=high_values))
    return pl.concat(graded).with_columns(
        is_low=pl.col("direction") == "low"
    ).with_columns(
        grade=pl.when("is_low").then("ATOXGRL").otherwise("ATOXGRH"),
        reason=pl.when("is_low").then("ATOXRSNL").otherwise("ATOXRSNH"),
    )  # fmt: skip


def test_every_laboratory_case_has_its_grade():
    graded = grade_cases()
    wrong = graded.filter(pl.col("grade").ne_missing(pl.col("expected_grade")))
    assert wrong.select("case_id", "term", "AVAL", "AVALU", "grade", "expected_grade").rows() == []
    assert graded.height == read_cases().height


def test_every_case_without_a_grade_says_why_and_no_other_does():
    graded = grade_cases()
    assert graded.filter(pl.col("grade").is_null() == pl.col("reason").is_null()).rows() == []


def test_every_signed_grade_is_admirals():
    cases = pl.read_csv(find_oracle("safety/ctcae_signed_grade_cases.csv"), infer_schema=False)
    rows = cases.select(
        ATOXDSCL="low_term",
        ATOXDSCH="high_term",
        ATOXGRL=pl.col("low_grade").cast(pl.Int64),
        ATOXGRH=pl.col("high_grade").cast(pl.Int64),
    )
    signed = rows.select(sign_grades().alias("ATOXGR"))["ATOXGR"].to_list()
    assert signed == cases["expected_signed_grade"].cast(pl.Int64).to_list()
