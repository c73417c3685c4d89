"""Overall response of a visit, and the rule that decided it in words."""

import polars as pl
from polars import col

PROGRESSION_REASONS = {
    "new_back_dated": "A new lesion, equivocal at this visit, later proved unequivocal: "
    "progression counts from its first sighting.",
    "new_here": "An unequivocal new lesion.",
    "new_before": "An unequivocal new lesion was seen before: every later visit is progression.",
    "target_from_zero": "The sum of target diameters grew by at least 5 mm from a nadir of 0 mm.",
    "target_partial": "The target lesions that were evaluated alone exceed the nadir by at least "
    "20% and 5 mm; those not evaluated could only add to it.",
    "target": "The sum of target diameters grew by at least 20% and 5 mm over its nadir.",
    "nontarget": "Unequivocal progression of non-target lesions.",
    "reappeared": "A lesion of baseline is seen again after complete response.",
}


def respond_overall(new_lesion: str) -> pl.Expr:
    """Combine target, non-target and new lesions into the overall response of a visit.

    Parameters
    ----------
    new_lesion : str
        Boolean column: whether a new lesion counts at this visit.

    Returns
    -------
    Expr
        The response by the tables of RECIST 1.1; reappearance after complete response is added by
        `add_reappearance`.

    References
    ----------
    Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247, tables 1 and 2.
    """
    target, nontarget = col("TRGRESP"), col("NTRGRESP")
    is_clear = nontarget.is_in(["CR", "NA"])
    blocked = col("is_marker_high")
    return (
        pl.when(col(new_lesion) | (target == "PD") | (nontarget == "PD"))
        .then(pl.lit("PD"))
        .when((target == "CR") & is_clear & ~blocked)
        .then(pl.lit("CR"))
        .when(target == "CR")
        .then(pl.lit("PR"))
        .when(target != "NA")
        .then(target)
        .when((nontarget == "CR") & blocked)
        .then(pl.lit("NON-CR/NON-PD"))
        .when(nontarget != "NA")
        .then(nontarget)
        .otherwise(pl.lit("NED"))
    )


def add_reappearance(visits: pl.DataFrame, response: str) -> pl.DataFrame:
    """Turn visits where a lesion of baseline is back after an overall complete response into PD.

    Parameters
    ----------
    visits : DataFrame
        In order of USUBJID and date, with n_unresolved, n_nt_evaluated and n_nt_absent.
    response : str
        The column of overall responses, which is corrected.

    Returns
    -------
    DataFrame
        The same rows; has_reappeared says where the rule applied.

    References
    ----------
    Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247, table 3, footnote.
    """
    was_complete = (col(response) == "CR").cum_max().shift(fill_value=False).over("USUBJID")
    is_seen = (col("n_unresolved") > 0) | (col("n_nt_evaluated") > col("n_nt_absent"))
    return visits.with_columns(has_reappeared=was_complete & is_seen).with_columns(
        pl.when("has_reappeared").then(pl.lit("PD")).otherwise(response).alias(response)
    )


def keep_partial_response(visits: pl.DataFrame) -> pl.DataFrame:
    """Keep PR until progression: after a response, what would be SD is PR (EORTC answer).

    Parameters
    ----------
    visits : DataFrame
        In order of USUBJID and date, with TRGRESP and OVRLRESP.

    Returns
    -------
    DataFrame
        The same rows with TRGRESP and OVRLRESP corrected; is_kept says where.
    """
    mark = (
        pl.when(col("OVRLRESP") == "PD")
        .then(pl.lit("PD"))
        .when(col("TRGRESP").is_in(["CR", "PR"]))
        .then(pl.lit("PR"))
    )
    last_mark = mark.forward_fill().shift().over("USUBJID")
    is_kept = (last_mark == "PR").fill_null(value=False) & (col("TRGRESP") == "SD")
    return visits.with_columns(is_kept=is_kept).with_columns(
        TRGRESP=pl.when("is_kept").then(pl.lit("PR")).otherwise("TRGRESP"),
        OVRLRESP=pl.when(col("is_kept") & (col("OVRLRESP") == "SD"))
        .then(pl.lit("PR"))
        .otherwise("OVRLRESP"),
    )


def explain_response() -> pl.Expr:
    """Return the rule that decided a visit's overall response, as a radiologist would say it."""
    is_progression = col("OVRLRESP") == "PD"
    return (
        pl.when(is_progression)
        .then(_explain_progression())
        .when(col("OVRLRESP") == "NE")
        .then(_explain_not_evaluable())
        .when(col("TRGRESP") == "NA")
        .then(_explain_nonmeasurable())
        .when(col("TRGRESP") == "CR")
        .then(_explain_targets_gone())
        .when(col("is_kept"))
        .then(pl.lit("Partial response before: the protocol keeps it until progression."))
        .when(col("TRGRESP") == "PR")
        .then(pl.lit("The sum of target diameters is at least 30% below baseline."))
        .otherwise(
            pl.lit(
                "The sum of target diameters is neither 30% below baseline nor 20% and 5 mm "
                "above its nadir."
            )
        )
    )


def _explain_progression() -> pl.Expr:
    """Return why a visit is progression; new lesions first, they need no arithmetic."""
    words = {name: pl.lit(text) for name, text in PROGRESSION_REASONS.items()}
    is_first = col("is_new") & (col("first_date") == col("new_from"))
    return (
        pl.when(is_first & ~col("is_new_as_read"))
        .then(words["new_back_dated"])
        .when(col("is_new") & col("new_date").is_not_null())
        .then(words["new_here"])
        .when((col("TRGRESP") == "PD") & (col("NADIR") == 0))
        .then(words["target_from_zero"])
        .when((col("TRGRESP") == "PD") & ~col("is_complete"))
        .then(words["target_partial"])
        .when(col("TRGRESP") == "PD")
        .then(words["target"])
        .when(col("NTRGRESP") == "PD")
        .then(words["nontarget"])
        .when(col("is_new"))
        .then(words["new_before"])
        .otherwise(words["reappeared"])
    )


def _explain_not_evaluable() -> pl.Expr:
    """Return what was missing."""
    return (
        pl.when(col("has_targets") & (col("n_targets") == 0))
        .then(pl.lit("No target lesion has an evaluable baseline."))
        .when(col("TRGRESP") == "NE")
        .then(pl.lit("Not all target lesions were evaluated."))
        .otherwise(pl.lit("Not all non-target lesions were evaluated."))
    )


def _explain_nonmeasurable() -> pl.Expr:
    """Return why a visit without target lesions has its response."""
    return (
        pl.when(col("OVRLRESP") == "NED")
        .then(pl.lit("No disease at baseline and no new lesion."))
        .when(col("OVRLRESP") == "CR")
        .then(pl.lit("No target lesions at baseline; all non-target lesions are gone."))
        .when(col("NTRGRESP") == "CR")
        .then(pl.lit("All non-target lesions are gone, but a tumor marker is not normal."))
        .otherwise(
            pl.lit("No target lesions at baseline; non-target lesions persist without progression.")
        )
    )


def _explain_targets_gone() -> pl.Expr:
    """Return what complete response of the targets means for the whole."""
    gone = "All target lesions are gone (nodes below 10 mm)"
    return (
        pl.when((col("OVRLRESP") == "CR") & (col("NTRGRESP") == "NA"))
        .then(pl.lit(f"{gone}; there were no others."))
        .when(col("OVRLRESP") == "CR")
        .then(pl.lit(f"{gone}, and all non-target lesions too."))
        .when(col("NTRGRESP") == "NE")
        .then(pl.lit(f"{gone}, but not all non-target lesions were evaluated."))
        .when(col("NTRGRESP").is_in(["CR", "NA"]))
        .then(pl.lit(f"{gone}, but a tumor marker is not normal."))
        .otherwise(pl.lit(f"{gone}, but non-target lesions persist."))
    )
