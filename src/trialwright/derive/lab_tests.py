"""Which terms of CTCAE a laboratory test is graded under."""

import polars as pl
from polars import col

from trialwright.datasets.lab_criteria import CtcaeVersion, list_lab_tests
from trialwright.datasets.lab_specimens import is_graded_specimen
from trialwright.datasets.typed import select_columns


def assign_lab_terms(lb: pl.DataFrame, version: CtcaeVersion) -> pl.DataFrame:
    """Add the terms of low and high values to laboratory tests.

    Parameters
    ----------
    lb : DataFrame
        PARAMCD (LBTESTCD); LBSPEC, LBCAT and LBFAST where they were recorded.
    version : CtcaeVersion
        Version of CTCAE.

    Returns
    -------
    DataFrame
        The rows in their order with ATOXDSCL and ATOXDSCH: null for a test without such a term,
        for specimens that are not of blood, and for pH that is not known to be arterial.
    """
    tests = list_lab_tests(version)
    names = ("PARAMCD", "LBSPEC", "LBCAT", "LBFAST")
    rows = select_columns(lb, dict.fromkeys(names, pl.String()))
    code = col("PARAMCD").str.strip_chars().str.to_uppercase()
    low = {test.code: test.low_term for test in tests}
    high = {test.code: test.high_term for test in tests}
    fasting = {test.code: test.high_term_fasting or test.high_term for test in tests}
    is_fasting = (col("LBFAST").str.to_uppercase() == "Y").fill_null(value=False)
    terms = rows.select(
        pl.when(is_graded_specimen(code)).then(_look_up(code, low)).alias("ATOXDSCL"),
        pl.when(is_graded_specimen(code))
        .then(pl.when(is_fasting).then(_look_up(code, fasting)).otherwise(_look_up(code, high)))
        .alias("ATOXDSCH"),
    )
    return lb.with_columns(terms.get_columns())


def find_test_review(version: CtcaeVersion) -> pl.Expr:
    """Say what a clinician must look at in every toxic value of a test; null when nothing."""
    reviews = {test.code: test.review for test in list_lab_tests(version)}
    text = _look_up(col("PARAMCD").str.strip_chars().str.to_uppercase(), reviews)
    return pl.when((col("ATOXGRL") >= 1) | (col("ATOXGRH") >= 1)).then(text)


def _look_up(code: pl.Expr, values: dict[str, str | None]) -> pl.Expr:
    return code.replace_strict(values, default=None, return_dtype=pl.String)
