"""Responses of target and of non-target lesions at each visit, by the numbers."""

import polars as pl
from polars import col

PROGRESSION_RELATIVE = 0.20
PROGRESSION_ABSOLUTE_MM = 5.0
PARTIAL_RESPONSE_RELATIVE = 0.30

# Diameters are recorded to 0.01 mm at best. The slack keeps a growth of exactly 20% a progression:
# in floating point 60 / 50 - 1 is 0.19999999999999996.
SLACK_MM = 1e-6


def add_nadir(visits: pl.DataFrame) -> pl.DataFrame:
    """Add to each visit the sum of diameters, the nadir before it, and the changes from both.

    Parameters
    ----------
    visits : DataFrame
        As `derive.visits.summarize_visits` returns it, visits after the start of treatment only.

    Returns
    -------
    DataFrame
        The same rows with AVAL (mm, null when a target was not evaluated), NADIR (the lowest of
        baseline and all earlier complete sums, mm), CHG, PCHG (from BASE), CHGNAD, PCHGNAD (null
        where they divide by 0), and is_complete.

    References
    ----------
    Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247, section 4.3.1.
    """
    is_complete = (col("n_targets") > 0) & (col("n_evaluated") == col("n_targets"))
    # An incomplete sum is too small by construction, so it never becomes the nadir.
    lowest = pl.when("is_complete").then(col("target_mm")).cum_min().forward_fill().shift()
    return (
        visits.with_columns(is_complete=is_complete)
        .with_columns(
            AVAL=pl.when("is_complete").then(col("target_mm")),
            NADIR=pl.min_horizontal(lowest.over("USUBJID"), "BASE"),
        )
        .with_columns(CHG=col("AVAL") - col("BASE"), CHGNAD=col("AVAL") - col("NADIR"))
        .with_columns(
            PCHG=pl.when(col("BASE") > 0).then(100 * col("CHG") / col("BASE")),
            PCHGNAD=pl.when(col("NADIR") > 0).then(100 * col("CHGNAD") / col("NADIR")),
        )
    )


def has_grown() -> pl.Expr:
    """Return whether the evaluated targets prove growth by 20% and 5 mm over the nadir.

    The sum of some of the targets is a lower bound of the sum of all, so growth stands although
    others were not evaluated. From a nadir of 0 mm only the 5 mm count.
    """
    growth_mm = col("target_mm") - col("NADIR")
    return (
        (col("n_evaluated") > 0)
        & (growth_mm >= PROGRESSION_RELATIVE * col("NADIR") - SLACK_MM)
        & (growth_mm >= PROGRESSION_ABSOLUTE_MM - SLACK_MM)
    ).fill_null(value=False)


def has_shrunk() -> pl.Expr:
    """Return whether the complete sum is at least 30% below baseline."""
    shrinkage_mm = col("BASE") - col("AVAL")
    return shrinkage_mm >= PARTIAL_RESPONSE_RELATIVE * col("BASE") - SLACK_MM


def respond_targets() -> pl.Expr:
    """Return the target response of a visit: the first rule that applies decides.

    References
    ----------
    Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247, section 4.3.1.
    """
    return (
        pl.when(~col("has_targets"))
        .then(pl.lit("NA"))
        # Before growth: nodes that grow within normal size, 3 to 9 mm, stay a complete response.
        .when(col("is_complete") & (col("n_unresolved") == 0))
        .then(pl.lit("CR"))
        # Before a missing lesion: what was not measured could only add to the growth.
        .when(has_grown())
        .then(pl.lit("PD"))
        .when(~col("is_complete"))
        .then(pl.lit("NE"))
        .when(has_shrunk())
        .then(pl.lit("PR"))
        .otherwise(pl.lit("SD"))
    )


def respond_nontargets() -> pl.Expr:
    """Return the non-target response of a visit: the first rule that applies decides.

    References
    ----------
    Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247, section 4.3.3.
    """
    return (
        pl.when(col("n_nontargets") == 0)
        .then(pl.lit("NA"))
        .when(col("n_nt_progressed") > 0)
        .then(pl.lit("PD"))
        .when(col("n_nt_evaluated") < col("n_nontargets"))
        .then(pl.lit("NE"))
        .when(col("n_nt_absent") == col("n_nontargets"))
        .then(pl.lit("CR"))
        .otherwise(pl.lit("NON-CR/NON-PD"))
    )
