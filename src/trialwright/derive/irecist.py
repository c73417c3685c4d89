"""iRECIST: responses under immunotherapy, where progression must be confirmed."""

import numpy as np
import polars as pl
from polars import col

from trialwright.derive.best_response import is_before_new_therapy, new_therapy_date
from trialwright.derive.irecist_states import (
    CONFIRMED,
    NOT_EVALUABLE,
    UNCONFIRMED,
    Findings,
    follow_states,
)
from trialwright.derive.overall_response import respond_overall
from trialwright.derive.target_response import add_nadir, respond_nontargets, respond_targets
from trialwright.derive.visits import ASSESSMENT, CERTAIN_NEW_LESION, summarize_visits
from trialwright.protocol.endpoints import ResponseRules

CONFIRM_MIN_DAYS = 28
IMMUNE_NAME = {
    "CR": "iCR", "PR": "iPR", "SD": "iSD", "NON-CR/NON-PD": "NON-iCR/NON-iUPD", "NE": "NE",
    "NED": "NED",
}  # fmt: skip
TARGET_RANK = {"CR": 0, "PR": 1, "SD": 2, "PD": 3}

IRESPONSES = ["iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "NED", "iCPD", "iUPD", "NE"]
"""From best to worst, the order of the best overall response."""

RESPONSE_COLUMNS = (
    "USUBJID", "PARQUAL", "VISITNUM", "VISIT", "TRTSDT", "ADT", "TRGRESP", "NTRGRESP", "OVRLRESP",
    "PDBLKDT",
)  # fmt: skip


def derive_irecist_responses(
    lesions: pl.DataFrame, confirm_min_days: int = CONFIRM_MIN_DAYS
) -> pl.DataFrame:
    """Derive each visit's response by iRECIST.

    New lesions have a sum of their own and never join that of the targets. Progression is
    unconfirmed (iUPD) until a later assessment, at least `confirm_min_days` after the first of its
    block, shows more of it: the target sum 5 mm above its value at the first iUPD, any further
    non-target increase, new lesions larger or more, or progression of another category. Without
    progression the block is reset. Assessments after iCPD are left out.

    Parameters
    ----------
    lesions : DataFrame
        As `derive.lesions.derive_lesion_measurements` returns it; a non-target that grew further
        has the state "FURTHER INCREASE", a new lesion that is not measured "PRESENT" or
        "INCREASED".
    confirm_min_days : int
        Days between the first iUPD and an assessment that may confirm it.

    Returns
    -------
    DataFrame
        One row per USUBJID and visit after the start of treatment, ordered by USUBJID and ADT:
        PARQUAL, VISITNUM, VISIT, TRTSDT, ADT, TRGRESP, NTRGRESP, OVRLRESP, PDBLKDT (date of the
        first iUPD of the open block).

    References
    ----------
    Seymour L, et al. Lancet Oncol 2017;18:e143-e152.
    """
    visits = _prepare_visits(lesions)
    answer, block = follow_states(_collect(visits), confirm_min_days)
    first = visits["first_date"].gather(pl.Series(np.maximum(block, 0)))
    is_progression = col("answer").is_in([UNCONFIRMED, CONFIRMED])
    return (
        visits.with_columns(answer=pl.Series(answer), block=pl.Series(block), PDBLKDT=first)
        .filter(col("answer") >= 0)
        .with_columns(
            OVRLRESP=_name_answer(),
            PDBLKDT=pl.when(col("block") >= 0).then("PDBLKDT"),
            ADT=pl.when(is_progression).then("first_date").otherwise("last_date"),
        )
        .select(RESPONSE_COLUMNS)
    )


def _prepare_visits(lesions: pl.DataFrame) -> pl.DataFrame:
    """Return the visits after the start with all that the state machine looks at."""
    visits = summarize_visits(lesions)
    return (
        add_nadir(visits.filter("is_after"))
        .join(_count_new_lesions(lesions, visits), on=ASSESSMENT, how="left", maintain_order="left")
        .with_columns(
            col("n_new_now", "n_first_seen", "n_new_increased").fill_null(0),
            col("new_mm").fill_null(0.0),
            TRGRESP=respond_targets(),
            NTRGRESP=respond_nontargets(),
            is_new=pl.lit(value=False),
            is_marker_high=pl.lit(value=False),
        )
        .with_columns(
            n_new_ever=col("n_first_seen").cum_sum().over("USUBJID"),
            plain=respond_overall("is_new"),
        )
        .pipe(_add_increase, lesions)
        .pipe(_add_reappearance)
    )


def _name_answer() -> pl.Expr:
    """Return the response by the answer of the state machine."""
    return (
        pl.when(col("answer") == UNCONFIRMED)
        .then(pl.lit("iUPD"))
        .when(col("answer") == CONFIRMED)
        .then(pl.lit("iCPD"))
        .when(col("answer") == NOT_EVALUABLE)
        .then(pl.lit("NE"))
        .otherwise(col("plain").replace_strict(IMMUNE_NAME, default=None))
    )


def _count_new_lesions(lesions: pl.DataFrame, visits: pl.DataFrame) -> pl.DataFrame:
    """Count new lesions at each assessment, those seen for the first time, and add up their mm."""
    order = visits.filter("is_after").select(*ASSESSMENT, "first_date")
    new = lesions.filter(
        col("TRGRPID") == "NEW", col("AVALC").is_in(CERTAIN_NEW_LESION)
    ).join(order, on=ASSESSMENT)  # fmt: skip
    first = col("first_date").min().over("USUBJID", "TRLNKID")
    return (
        new.with_columns(is_first=col("first_date") == first)
        .group_by(ASSESSMENT)
        .agg(
            n_new_now=pl.len().cast(pl.Int64),
            n_first_seen=col("is_first").sum().cast(pl.Int64),
            n_new_increased=(col("AVALC") == "INCREASED").sum().cast(pl.Int64),
            new_mm=col("AVAL").sum(),
        )
    )


def _add_increase(visits: pl.DataFrame, lesions: pl.DataFrame) -> pl.DataFrame:
    """Add whether a non-target grew further, unequivocally or not."""
    increased = lesions.filter(
        col("TRGRPID") == "NON-TARGET", col("AVALC").str.ends_with("FURTHER INCREASE")
    ).select(*ASSESSMENT, is_increased=True)
    return visits.join(
        increased.unique(), on=ASSESSMENT, how="left", maintain_order="left"
    ).with_columns(col("is_increased").fill_null(value=False))


def _add_reappearance(visits: pl.DataFrame) -> pl.DataFrame:
    """Add whether a lesion of baseline is back after an overall complete response."""
    is_complete = (col("plain") == "CR") & (col("n_new_now") == 0)
    was_complete = is_complete.cum_max().shift(fill_value=False).over("USUBJID")
    return visits.with_columns(
        target_back=was_complete & (col("n_unresolved") > 0),
        nontarget_back=was_complete & (col("n_nt_evaluated") > col("n_nt_absent")),
    )


def _collect(visits: pl.DataFrame) -> Findings:
    """Bring the visits into arrays."""
    rank = col("TRGRESP").replace_strict(TARGET_RANK, default=-1, return_dtype=pl.Int64)
    arrays = visits.select(
        subject=col("USUBJID").rle_id().cast(pl.Int64),
        day=col("first_date").to_physical().cast(pl.Int64),
        is_target_progressed=(col("TRGRESP") == "PD") | col("target_back"),
        is_nontarget_progressed=(col("NTRGRESP") == "PD") | col("nontarget_back"),
        is_nontarget_increased="is_increased",
        n_nontarget_progressed=col("n_nt_progressed").cast(pl.Int64),
        is_evaluable=col("plain") != "NE",
        is_nontarget_missing=col("NTRGRESP") == "NE",
        target_rank=rank,
        target_mm="target_mm",
        n_new_now="n_new_now",
        n_new_ever="n_new_ever",
        new_mm="new_mm",
        is_new_increased=col("n_new_increased") > 0,
    )
    return Findings(**{name: arrays[name].to_numpy() for name in arrays.columns})


def derive_irecist_endpoints(
    responses: pl.DataFrame, subjects: pl.DataFrame, rules: ResponseRules
) -> pl.DataFrame:
    """Derive best overall response and progression-free survival by iRECIST.

    Progression has the date of the first iUPD of the block that iCPD confirms, or that nothing
    resolves any more: no further assessment, or none evaluable without progression. A block that
    was reset is disregarded. Then death counts; else the time is censored at the last assessment
    that is not NE, or at the start.

    Parameters
    ----------
    responses : DataFrame
        As `derive_irecist_responses` returns it.
    subjects : DataFrame
        One row per subject: USUBJID, TRTSDT, DTHDT, NACTDT.
    rules : ResponseRules
        `sd_minimum_days` and `use_new_therapy_day` are used.

    Returns
    -------
    DataFrame
        One row per USUBJID with a TRTSDT, in this order: IBOR and IBORDT, and of iPFS STARTDT, ADT,
        AVAL (days), CNSR, EVNTDESC.

    References
    ----------
    Seymour L, et al. Lancet Oncol 2017;18:e143-e152, table 3 and appendix.
    """
    started = subjects.filter(col("TRTSDT").is_not_null()).select(
        "USUBJID",
        "TRTSDT",
        col("DTHDT").cast(pl.Date),
        new_therapy_date(subjects).alias("NACTDT"),
    )
    used = (
        responses.select("USUBJID", "ADT", "OVRLRESP", "PDBLKDT")
        .join(started, on="USUBJID")
        .filter(is_before_new_therapy(rules))
        .sort("USUBJID", "ADT")
    )
    last = used.group_by("USUBJID").agg(
        pd_date=col("PDBLKDT").last(),
        is_confirmed=col("OVRLRESP").last() == "iCPD",
        last_date=col("ADT").filter(col("OVRLRESP") != "NE").last(),
    )
    found = started.join(_best(used, rules), on="USUBJID", how="left").join(
        last, on="USUBJID", how="left"
    )
    return (
        _date_event(found.with_columns(IBOR=col("IBOR").fill_null("NE"), STARTDT=col("TRTSDT")))
        .with_columns(AVAL=((col("ADT") - col("STARTDT")).dt.total_days() + 1).cast(pl.Float64))
        .sort("USUBJID")
        .select("USUBJID", "IBOR", "IBORDT", "STARTDT", "ADT", "AVAL", "CNSR", "EVNTDESC")
    )


def _date_event(found: pl.DataFrame) -> pl.DataFrame:
    """Add the event or censoring of iPFS and its date."""
    is_progressed, died = col("pd_date").is_not_null(), col("DTHDT").is_not_null()
    return found.with_columns(
        ADT=pl.coalesce("pd_date", "DTHDT", "last_date", "TRTSDT"),
        CNSR=pl.when(is_progressed | died).then(0).otherwise(1).cast(pl.Int64),
        EVNTDESC=pl.when(is_progressed & col("is_confirmed"))
        .then(pl.lit("Progression confirmed later (iCPD), at its first sign"))
        .when(is_progressed)
        .then(pl.lit("Unconfirmed progression (iUPD) that nothing resolved"))
        .when(died)
        .then(pl.lit("Death"))
        .otherwise(pl.lit("Last adequate assessment")),
    )


def _best(used: pl.DataFrame, rules: ResponseRules) -> pl.DataFrame:
    """Return each subject's best response and its first date."""
    lasted = (col("ADT") - col("TRTSDT")).dt.total_days() >= rules.sd_minimum_days
    needs_time = col("OVRLRESP").is_in(["iSD", "NON-iCR/NON-iUPD", "NED"])
    response = pl.when(needs_time & ~lasted).then(pl.lit("NE")).otherwise("OVRLRESP")
    rank = {name: place for place, name in enumerate(IRESPONSES)}
    return (
        used.with_columns(IBOR=response)
        .with_columns(rank=col("IBOR").replace_strict(rank, return_dtype=pl.Int64))
        .sort("USUBJID", "rank", "ADT")
        .unique("USUBJID", keep="first", maintain_order=True)
        .select("USUBJID", "IBOR", IBORDT="ADT")
    )
