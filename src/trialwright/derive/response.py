"""Time-point responses, from single lesions (RECIST 1.1) or as collected, and ADRS."""

from collections.abc import Mapping

import polars as pl
from polars import col

from trialwright.derive.best_response import derive_best_response
from trialwright.derive.overall_response import (
    add_reappearance,
    explain_response,
    keep_partial_response,
    respond_overall,
)
from trialwright.derive.reads import PARQUALS, complete_date, flag_completed, select_read
from trialwright.derive.response_parameters import derive_adrs
from trialwright.derive.target_response import add_nadir, respond_nontargets, respond_targets
from trialwright.derive.visits import find_new_lesions, summarize_visits
from trialwright.protocol.endpoints import AnalysisRead, ProgressionDate, ResponseRules

__all__ = [
    "derive_adrs",
    "derive_best_response",
    "derive_collected_responses",
    "derive_time_point_responses",
]

TIME_POINT_COLUMNS = (
    "USUBJID", "PARQUAL", "VISITNUM", "VISIT", "ADT", "ADTF", "TRGRESP", "NTRGRESP", "NEWLPROG",
    "OVRLRESP", "OVRLREAD", "AVAL", "BASE", "CHG", "PCHG", "NADIR", "CHGNAD", "PCHGNAD", "AREASON",
    "SRCDOM", "SRCVAR", "SRCSEQ",
)  # fmt: skip


def derive_time_point_responses(
    lesions: pl.DataFrame, rules: ResponseRules, markers: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Derive each visit's response from its lesions by RECIST 1.1.

    Parameters
    ----------
    lesions : DataFrame
        As `derive.lesions.derive_lesion_measurements` returns it.
    rules : ResponseRules
        `pr_persists` and `progression_date` are used.
    markers : DataFrame, optional
        As `derive.tumor_markers.derive_tumor_markers` returns it.

    Returns
    -------
    DataFrame
        One row per USUBJID and visit after the start of treatment, ordered by USUBJID, ADT and
        VISITNUM: PARQUAL, VISIT, ADT (a progression has the first scan of its visit, any other
        response the last), ADTF, TRGRESP, NTRGRESP, NEWLPROG ("Y", "N"; from the first sighting of
        a lesion that proved unequivocal), OVRLRESP, OVRLREAD (overall as read at the time, before
        back-dating), AVAL (complete sum of diameters, mm), BASE, CHG, PCHG, NADIR, CHGNAD, PCHGNAD,
        AREASON (the rule that decided), SRCDOM "TR".

    References
    ----------
    Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247.

    Examples
    --------
    A growth from 50 to 60 mm is exactly 20%, and progression.

    >>> from datetime import date
    >>> from trialwright.derive.lesions import derive_lesion_measurements
    >>> subjects = pl.DataFrame({"USUBJID": ["01"], "TRTSDT": [date(2021, 1, 1)]})
    >>> tr = pl.DataFrame({"USUBJID": ["01", "01"], "TRGRPID": ["TARGET", "TARGET"],
    ...     "TRLNKID": ["T01", "T01"], "TRTESTCD": ["LDIAM", "LDIAM"], "VISITNUM": [0.0, 1.0],
    ...     "TRSTRESN": [50.0, 60.0], "TRDTC": ["2020-12-28", "2021-02-12"]})
    >>> lesions = derive_lesion_measurements({"tr": tr}, subjects, AnalysisRead.INVESTIGATOR)
    >>> derive_time_point_responses(lesions, ResponseRules()).select("OVRLRESP", "AREASON").row(0)
    ('PD', 'The sum of target diameters grew by at least 20% and 5 mm over its nadir.')
    """
    visits = summarize_visits(lesions)
    new_lesions = find_new_lesions(lesions, visits)
    visits = (
        add_nadir(visits.filter("is_after"))
        .join(new_lesions, on="USUBJID", how="left", maintain_order="left")
        .with_columns(
            TRGRESP=respond_targets(),
            NTRGRESP=respond_nontargets(),
            is_new=(col("first_date") >= col("new_from")).fill_null(value=False),
            is_new_as_read=(col("first_date") >= col("new_from_as_read")).fill_null(value=False),
        )
        .pipe(_add_markers, markers)
        .with_columns(
            OVRLRESP=respond_overall("is_new"), OVRLREAD=respond_overall("is_new_as_read")
        )
    )
    visits = add_reappearance(add_reappearance(visits, "OVRLREAD"), "OVRLRESP")
    visits = (
        keep_partial_response(visits)
        if rules.pr_persists
        else visits.with_columns(is_kept=pl.lit(value=False))
    )
    return (
        visits.with_columns(
            ADT=_date_response(rules),
            NEWLPROG=pl.when("is_new").then(pl.lit("Y")).otherwise(pl.lit("N")),
            AREASON=explain_response(),
            SRCDOM=pl.lit("TR"),
            SRCVAR=pl.lit(None, dtype=pl.String),
            SRCSEQ=pl.lit(None, dtype=pl.Int64),
        )
        .sort("USUBJID", "ADT", "VISITNUM")
        .select(TIME_POINT_COLUMNS)
    )


def _add_markers(visits: pl.DataFrame, markers: pl.DataFrame | None) -> pl.DataFrame:
    """Add whether a tumor marker that was high at baseline is not known to be normal."""
    if markers is None:
        return visits.with_columns(is_marker_high=pl.lit(value=False))
    high = markers.filter(col("ABLFL") == "Y").select("USUBJID", is_high_at_baseline=True)
    normal = markers.filter(col("ABLFL").is_null(), col("AVALC") == "NORMAL").select(
        "USUBJID", "VISITNUM", is_normal=True
    )
    return (
        visits.join(high.unique(), on="USUBJID", how="left", maintain_order="left")
        .join(normal.unique(), on=["USUBJID", "VISITNUM"], how="left", maintain_order="left")
        .with_columns(
            is_marker_high=col("is_high_at_baseline").is_not_null() & col("is_normal").is_null()
        )
    )


def _date_response(rules: ResponseRules) -> pl.Expr:
    """Return the date of a visit's response."""
    is_progression = col("OVRLRESP") == "PD"
    if rules.progression_date is ProgressionDate.SCAN:
        return pl.when(is_progression).then("first_date").otherwise("last_date")
    is_first = col("is_new") & (col("first_date") == col("new_from"))
    detected = pl.min_horizontal(
        pl.when(is_first).then("first_sighting"),
        pl.when(col("NTRGRESP") == "PD").then("nt_date"),
        pl.when(col("TRGRESP") == "PD").then("target_date"),
    )
    return pl.when(is_progression).then(pl.coalesce(detected, "first_date")).otherwise("last_date")


def derive_collected_responses(
    recorded: Mapping[str, pl.DataFrame], read: AnalysisRead, rules: ResponseRules
) -> pl.DataFrame:
    """Bring the responses that one read recorded in RS into the shape of derived ones.

    Parameters
    ----------
    recorded : mapping
        Recorded data by lower-case domain; "rs" is used.
    read : AnalysisRead
        Whose reading.
    rules : ResponseRules
        `response_missing_day` is used.

    Returns
    -------
    DataFrame
        One row per record OVRLRESP, ordered by USUBJID, ADT and SRCSEQ: the columns of
        `derive_time_point_responses`; SRCDOM "RS", SRCVAR "RSSTRESC", SRCSEQ (RSSEQ).
    """
    records = select_read(recorded, "RS", read).with_columns(
        ADT=complete_date("RSDTC", rules.response_missing_day),
        ADTF=flag_completed("RSDTC", rules.response_missing_day),
    )
    overall = records.filter(col("RSTESTCD") == "OVRLRESP").rename({"RSSTRESC": "OVRLRESP"})
    for test in ("TRGRESP", "NTRGRESP", "NEWLPROG"):
        parts = (
            records.filter(col("RSTESTCD") == test)
            .sort("RSSEQ")
            .unique(["USUBJID", "VISITNUM", "RSDTC"], keep="first", maintain_order=True)
            .select("USUBJID", "VISITNUM", "RSDTC", col("RSSTRESC").alias(test))
        )
        overall = overall.join(
            parts, on=["USUBJID", "VISITNUM", "RSDTC"], how="left", nulls_equal=True
        )
    none = pl.lit(None, dtype=pl.Float64)
    return (
        overall.with_columns(
            PARQUAL=pl.lit(PARQUALS[read]),
            OVRLREAD=col("OVRLRESP"),
            NEWLPROG=pl.when(col("NEWLPROG").is_in(["UNEQUIVOCAL", "Y"]))
            .then(pl.lit("Y"))
            .otherwise(pl.lit("N")),
            **dict.fromkeys(("AVAL", "BASE", "CHG", "PCHG", "NADIR", "CHGNAD", "PCHGNAD"), none),
            AREASON=pl.lit("As recorded by the reader."),
            SRCDOM=pl.lit("RS"),
            SRCVAR=pl.lit("RSSTRESC"),
            SRCSEQ=col("RSSEQ"),
        )
        .sort("USUBJID", "ADT", "SRCSEQ")
        .select(TIME_POINT_COLUMNS)
    )
