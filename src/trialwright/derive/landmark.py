"""Status of each subject at one time after the start: progression-free, not, or unknown."""

import polars as pl
from polars import col

from trialwright.core.errors import EstimateError
from trialwright.derive.best_response import new_therapy_date
from trialwright.derive.reads import count_study_day
from trialwright.derive.response_parameters import COLUMNS
from trialwright.protocol.endpoints import LandmarkRule

SUCCESS, FAILURE, UNKNOWN = "SUCCESS", "FAILURE", "UNKNOWN"
AVAL_OF_STATUS = {SUCCESS: 1.0, FAILURE: 0.0, UNKNOWN: None}
PROGRESSION_FREE = ["CR", "PR", "SD", "NON-CR/NON-PD", "NED"]


def derive_landmark(
    adtte: pl.DataFrame,
    adrs: pl.DataFrame,
    subjects: pl.DataFrame,
    rule: LandmarkRule,
    paramcd: str = "NPR",
) -> pl.DataFrame:
    """Ask of each subject whether it was alive and progression-free at a landmark.

    By dates alone, a subject is a failure with a PFS event on or before the landmark, a success
    with an event or censoring on or after it, else unknown. Verified, a success also needs an
    evaluable scan without progression from `scan_from_days_before` days before the landmark on,
    with no earlier event; any progression, death or (by the rule) new anticancer therapy up to the
    landmark is a failure whatever the censoring scheme; else it is unknown. Last contact proves
    nothing: only scans do.

    Parameters
    ----------
    adtte, adrs : DataFrame
        One read, as `derive.time_to_event.derive_adtte` and `derive.response.derive_adrs` return
        them.
    subjects : DataFrame
        One row per subject: USUBJID, TRTSDT, DTHDT, NACTDT; those without TRTSDT have no row.
    rule : LandmarkRule
        When; calendar months end at the last day of a shorter month.
    paramcd : str
        PARAMCD of the verified status; the status by dates has the same with "D".

    Returns
    -------
    DataFrame
        Rows in the shape of ADRS, ordered by USUBJID, the verified status first: AVALC in
        {"SUCCESS", "FAILURE", "UNKNOWN"}, AVAL (1, 0, null), ADT the date that decided, AREASON
        why. ASEQ is null: number the rows when they join ADRS.
    """
    dated = subjects.filter(col("TRTSDT").is_not_null()).select(
        "USUBJID",
        "TRTSDT",
        col("DTHDT").cast(pl.Date),
        new_therapy_date(subjects).alias("NACTDT"),
        landmark=_date_landmark(rule),
    )
    read = adrs["PARQUAL"].drop_nulls().first() if adrs.height else None
    rows = pl.concat(
        [
            _verify(dated, adrs, rule).with_columns(PARAMCD=pl.lit(paramcd), first=0),
            _status_by_dates(dated, adtte).with_columns(PARAMCD=pl.lit(f"{paramcd}D"), first=1),
        ],
        how="diagonal_relaxed",
    )
    return (
        _shape_rows(rows, rule).with_columns(PARQUAL=pl.lit(read, dtype=pl.String)).select(COLUMNS)
    )


def _shape_rows(rows: pl.DataFrame, rule: LandmarkRule) -> pl.DataFrame:
    """Give the rows the names, numbers and order of ADRS."""
    name = f"Progression-free at {_name_landmark(rule)}"
    empty = {
        "VISITNUM": pl.Float64(), "VISIT": pl.String(), "ADTF": pl.String(),
        "ANL02FL": pl.String(), "ASEQ": pl.Int64(),
    }  # fmt: skip
    return rows.with_columns(
        *[pl.lit(None, dtype=dtype).alias(column) for column, dtype in empty.items()],
        PARAM=pl.when(col("first") == 0)
        .then(pl.lit(f"{name}, verified by a scan"))
        .otherwise(pl.lit(f"{name}, by dates")),
        AVAL=col("AVALC").replace_strict(AVAL_OF_STATUS, return_dtype=pl.Float64),
        ADY=count_study_day("ADT", "TRTSDT"),
        ANL01FL=pl.lit("Y"),
    ).sort("USUBJID", "first")


def _date_landmark(rule: LandmarkRule) -> pl.Expr:
    """Return each subject's landmark."""
    if (rule.days is None) == (rule.months is None):
        raise EstimateError(
            f"The landmark has days {rule.days} and months {rule.months}, expected exactly one. "
            "Write days or months, not both."
        )
    step = f"{rule.days}d" if rule.days is not None else f"{rule.months}mo"
    return col("TRTSDT").dt.offset_by(step)


def _name_landmark(rule: LandmarkRule) -> str:
    """Return the landmark in words."""
    return f"{rule.days} days" if rule.days is not None else f"{rule.months} months"


def _status_by_dates(dated: pl.DataFrame, adtte: pl.DataFrame) -> pl.DataFrame:
    """Compare the date of PFS with the landmark."""
    times = adtte.filter(col("PARAMCD") == "PFS").select(
        "USUBJID", "ADT", "CNSR", "EVNTDESC", "ASEQ"
    )
    is_event, is_before = col("CNSR") == 0, col("ADT") <= col("landmark")
    is_reached = col("ADT") >= col("landmark")
    return dated.join(times, on="USUBJID", how="left").select(
        "USUBJID",
        "TRTSDT",
        "ADT",
        AVALC=pl.when(is_event & is_before)
        .then(pl.lit(FAILURE))
        .when(is_reached)
        .then(pl.lit(SUCCESS))
        .otherwise(pl.lit(UNKNOWN)),
        AREASON=pl.when(is_event & is_before)
        .then(col("EVNTDESC") + pl.lit(" on or before the landmark."))
        .when(is_reached & is_event)
        .then(col("EVNTDESC") + pl.lit(" only after the landmark."))
        .when(is_reached)
        .then(pl.lit("Followed without event to the landmark or beyond."))
        .otherwise(pl.lit("Censored before the landmark.")),
        SRCDOM=pl.lit("ADTTE"),
        SRCVAR=pl.lit("ADT"),
        SRCSEQ=col("ASEQ"),
    )


def _verify(dated: pl.DataFrame, adrs: pl.DataFrame, rule: LandmarkRule) -> pl.DataFrame:
    """Ask for proof: a scan for a success, an event for a failure."""
    progression = adrs.filter(col("PARAMCD") == "PD", col("AVALC") == "Y").select(
        "USUBJID", pd_date="ADT", pd_seq="ASEQ"
    )
    therapy = col("NACTDT") if rule.new_therapy_is_failure else pl.lit(None, dtype=pl.Date)
    events = (
        dated.join(progression, on="USUBJID", how="left")
        .with_columns(therapy_date=therapy)
        .with_columns(event_date=pl.min_horizontal("pd_date", "DTHDT", "therapy_date"))
    )
    scans = _proving_scans(events, adrs, rule)
    last = adrs.filter(col("PARAMCD") == "LSTA", col("AVALC").is_not_null()).select(
        "USUBJID", assessed_date="ADT", assessed_seq="ASEQ"
    )
    found = events.join(scans, on="USUBJID", how="left").join(last, on="USUBJID", how="left")
    has_failed = (col("event_date") <= col("landmark")).fill_null(value=False)
    is_proven = col("scan_date").is_not_null()
    return found.with_columns(has_failed=has_failed, is_proven=is_proven).select(
        "USUBJID",
        "TRTSDT",
        ADT=pl.when("has_failed")
        .then("event_date")
        .otherwise(pl.coalesce("scan_date", "assessed_date")),
        AVALC=pl.when("has_failed")
        .then(pl.lit(FAILURE))
        .when("is_proven")
        .then(pl.lit(SUCCESS))
        .otherwise(pl.lit(UNKNOWN)),
        AREASON=_explain_verified(rule),
        **_name_source(),
    )


def _proving_scans(events: pl.DataFrame, adrs: pl.DataFrame, rule: LandmarkRule) -> pl.DataFrame:
    """Return each subject's first scan that proves a success."""
    window = pl.duration(days=rule.scan_from_days_before)
    return (
        adrs.filter(
            col("PARAMCD") == "OVR", col("ANL01FL") == "Y", col("AVALC").is_in(PROGRESSION_FREE)
        )
        .select("USUBJID", "ADT", "ASEQ")
        .join(events.select("USUBJID", "landmark", "event_date"), on="USUBJID")
        .filter(
            col("ADT") >= col("landmark") - window,
            col("event_date").is_null() | (col("ADT") < col("event_date")),
        )
        .sort("ADT")
        .group_by("USUBJID")
        .agg(scan_date=col("ADT").first(), scan_seq=col("ASEQ").first())
    )


def _explain_verified(rule: LandmarkRule) -> pl.Expr:
    """Return why the verified status is what it is."""
    when = col("event_date")
    return (
        pl.when(col("has_failed") & (col("pd_date") == when))
        .then(pl.lit("Progression on or before the landmark."))
        .when(col("has_failed") & (col("DTHDT") == when))
        .then(pl.lit("Death on or before the landmark."))
        .when("has_failed")
        .then(pl.lit("New anticancer therapy on or before the landmark, without progression."))
        .when("is_proven")
        .then(
            pl.lit(
                "A scan without progression at most "
                f"{rule.scan_from_days_before} days before the landmark, or after it."
            )
        )
        .when(col("assessed_date").is_null())
        .then(pl.lit("No assessment after the start of treatment."))
        .when(when.is_not_null())
        .then(pl.lit("Event after the landmark, but no scan around it proves that it was free."))
        .otherwise(
            pl.lit(
                "The last assessment is more than "
                f"{rule.scan_from_days_before} days before the landmark, or not evaluable."
            )
        )
    )


def _name_source() -> dict[str, pl.Expr]:
    """Return the record that decided."""
    by_death = (
        col("has_failed") & (col("pd_date") == col("event_date")).fill_null(value=False).not_()
    )
    return {
        "SRCDOM": pl.when(by_death).then(pl.lit("ADSL")).otherwise(pl.lit("ADRS")),
        "SRCVAR": pl.when(by_death & (col("DTHDT") == col("event_date")))
        .then(pl.lit("DTHDT"))
        .when(by_death)
        .then(pl.lit("NACTDT"))
        .otherwise(pl.lit("ADT")),
        "SRCSEQ": pl.when(by_death)
        .then(None)
        .when("has_failed")
        .then("pd_seq")
        .otherwise(pl.coalesce("scan_seq", "assessed_seq")),
    }
