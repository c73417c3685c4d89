"""What a read found at each visit, over all its lesions: the facts from which responses follow."""

import polars as pl
from polars import col

from trialwright.datasets.units import NORMAL_NODE_BELOW_MM
from trialwright.derive.row_keys import encode_rows

SUBJECT = "USUBJID"
ASSESSMENT = (SUBJECT, "VISITNUM", "TRREPNUM")
CERTAIN_NEW_LESION = ["UNEQUIVOCAL", "PRESENT", "INCREASED"]


def summarize_visits(lesions: pl.DataFrame) -> pl.DataFrame:
    """Count and add up what was found at each visit.

    Parameters
    ----------
    lesions : DataFrame
        As `derive.lesions.derive_lesion_measurements` returns it.

    Returns
    -------
    DataFrame
        One row per USUBJID, VISITNUM and TRREPNUM, ordered by USUBJID and first_date: PARQUAL,
        VISIT, ADTF, TRTSDT and, in lower case, first_date and last_date of any lesion;
        target_date (last), target_mm (sum of the evaluated), n_evaluated and n_unresolved targets;
        n_nt_evaluated, n_nt_absent, n_nt_progressed and nt_date (first that progressed) of
        non-targets; n_equivocal and new_date (first unequivocal) of new lesions; n_targets
        and n_nontargets (of the subject, with a baseline), BASE (mm), has_targets (with a baseline
        or without), is_after (after the start of treatment).
    """
    lesion = encode_rows(lesions, SUBJECT, "TRLNKID")
    has_baseline = lesion.is_in(lesion.filter(lesions["ABLFL"] == "Y").implode())
    facts = lesions.with_columns(key=encode_rows(lesions, *ASSESSMENT), has_baseline=has_baseline)
    facts = (facts if facts["key"].is_sorted() else facts.sort("key")).select(
        "key", *ASSESSMENT, "PARQUAL", "VISIT", "TRTSDT", "ADT", "ADTF", "TRGRPID", *_mark_lesions()
    )
    visits = facts.group_by("key", maintain_order=True).agg(
        col(*ASSESSMENT, "PARQUAL", "TRTSDT").first(),
        col("VISIT", "ADTF").max(),
        first_date=col("ADT").min(),
        last_date=col("ADT").max(),
        target_date=col("target_date").max(),
        nt_date=col("nt_date").min(),
        new_date=col("new_date").min(),
        target_mm=col("target_mm").sum(),
        n_target_records=(col("TRGRPID") == "TARGET").sum(),
        n_evaluated=col("is_evaluated").sum(),
        n_unresolved=col("is_unresolved").sum(),
        n_nt_evaluated=col("is_nt_evaluated").sum(),
        n_nt_absent=col("is_nt_absent").sum(),
        n_nt_progressed=col("is_nt_progressed").sum(),
        n_equivocal=col("is_equivocal").sum(),
    )
    has_targets = (col("n_target_records") > 0).any().over(SUBJECT)
    return (
        visits.join(_count_baseline(lesions), on=SUBJECT, how="left")
        .with_columns(
            col("n_targets", "n_nontargets").fill_null(0),
            has_targets=has_targets,
            is_after=(col("first_date") > col("TRTSDT")).fill_null(value=False),
        )
        .drop("key", "n_target_records")
        .sort(SUBJECT, "first_date", "VISITNUM", "TRREPNUM")
    )


def _mark_lesions() -> list[pl.Expr]:
    """Return what each lesion contributes to its visit."""
    is_target = (col("TRGRPID") == "TARGET") & col("has_baseline")
    is_nontarget = (col("TRGRPID") == "NON-TARGET") & col("has_baseline")
    is_new = col("TRGRPID") == "NEW"
    is_evaluated = is_target & col("AVAL").is_not_null()
    is_there = pl.when(col("TULOCGR1") == "NODAL").then(
        col("AVAL") >= NORMAL_NODE_BELOW_MM
    ).otherwise(col("AVAL") > 0)  # fmt: skip
    is_progressed = is_nontarget & col("AVALC").str.starts_with("UNEQUIVOCAL PROGRESSION")
    is_sure = is_new & col("AVALC").is_in(CERTAIN_NEW_LESION)
    return [
        is_evaluated.alias("is_evaluated"),
        # A merged lesion is resolved when the one that it merged into is.
        (is_evaluated & is_there & (col("AVALC") != "MERGED")).alias("is_unresolved"),
        pl.when(is_evaluated).then(col("AVAL")).alias("target_mm"),
        pl.when(is_evaluated).then(col("ADT")).alias("target_date"),
        (is_nontarget & (col("AVALC") != "NOT EVALUABLE")).alias("is_nt_evaluated"),
        (is_nontarget & (col("AVALC") == "ABSENT")).alias("is_nt_absent"),
        is_progressed.alias("is_nt_progressed"),
        pl.when(is_progressed).then(col("ADT")).alias("nt_date"),
        (is_new & (col("AVALC") == "EQUIVOCAL")).alias("is_equivocal"),
        pl.when(is_sure).then(col("ADT")).alias("new_date"),
    ]


def _count_baseline(lesions: pl.DataFrame) -> pl.DataFrame:
    """Count each subject's lesions with a baseline and add up the baseline sum."""
    is_target = col("TRGRPID") == "TARGET"
    return (
        lesions.filter(col("ABLFL") == "Y")
        .group_by(SUBJECT)
        .agg(
            n_targets=is_target.sum(),
            n_nontargets=(col("TRGRPID") == "NON-TARGET").sum(),
            BASE=pl.when(is_target.any()).then(col("AVAL").filter(is_target).sum()),
        )
    )


def find_new_lesions(lesions: pl.DataFrame, visits: pl.DataFrame) -> pl.DataFrame:
    """Date each subject's first new lesion, as it was read and as it counts.

    A lesion first seen as equivocal and later, the same one, as unequivocal counts from its first
    sighting. A lesion that stays equivocal has no effect.

    Parameters
    ----------
    lesions : DataFrame
        As `derive.lesions.derive_lesion_measurements` returns it.
    visits : DataFrame
        Its `summarize_visits`.

    Returns
    -------
    DataFrame
        One row per USUBJID with an unequivocal new lesion, in no particular order: new_from and
        new_from_as_read (first_date of the visit from which on it counts), first_sighting (of the
        lesion itself).

    References
    ----------
    Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247, section 4.3.5. FDA, Clinical Trial Endpoints
    for the Approval of Cancer Drugs and Biologics, Appendix 2.
    """
    visit_dates = visits.filter("is_after").select(*ASSESSMENT, "first_date")
    is_sure = col("AVALC").is_in(CERTAIN_NEW_LESION)
    return (
        lesions.filter(
            col("TRGRPID") == "NEW", col("AVALC").is_in(["EQUIVOCAL", *CERTAIN_NEW_LESION])
        )
        .join(visit_dates, on=ASSESSMENT)
        .group_by(SUBJECT, "TRLNKID")
        .agg(
            new_from=col("first_date").min(),
            first_sighting=col("ADT").min(),
            new_from_as_read=col("first_date").filter(is_sure).min(),
        )
        .filter(col("new_from_as_read").is_not_null())
        .group_by(SUBJECT)
        .agg(col("new_from", "new_from_as_read", "first_sighting").min())
    )
