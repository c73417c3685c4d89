"""ADRS: responses over time and the parameters that summarize them."""

from collections.abc import Mapping

import polars as pl
from polars import col

from trialwright.derive.best_response import (
    AVAL_OF_RESPONSE,
    WORST_LAST,
    is_before_new_therapy,
    new_therapy_date,
    summarize_assessments,
)
from trialwright.derive.numbering import number_rows
from trialwright.derive.reads import count_study_day
from trialwright.derive.row_keys import encode_rows
from trialwright.protocol.endpoints import ResponseRules

PARAMS: Mapping[str, str] = {
    "OVR": "Overall Response",
    "TRGRESP": "Target Response",
    "NTRGRESP": "Non-target Response",
    "NEWLPROG": "New Lesion Progression",
    "PD": "Disease Progression",
    "RSP": "Response (confirmation not required)",
    "CB": "Clinical Benefit (confirmation not required)",
    "BOR": "Best Overall Response (confirmation not required)",
    "BCP": "Best Overall Response of CR/PR (confirmation not required)",
    "CRSP": "Confirmed Response",
    "CBOR": "Best Confirmed Overall Response",
    "CCB": "Confirmed Clinical Benefit",
    "DEATH": "Death",
    "LSTA": "Last Disease Assessment",
    "MDIS": "Measurable Disease at Baseline",
}
"""PARAM of each PARAMCD, in the order of the rows."""

YES_NO = {"Y": 1, "N": 0}

COLUMNS = (
    "USUBJID", "PARQUAL", "PARAMCD", "PARAM", "VISITNUM", "VISIT", "ADT", "ADTF", "ADY", "AVALC",
    "AVAL", "ANL01FL", "ANL02FL", "AREASON", "ASEQ", "SRCDOM", "SRCVAR", "SRCSEQ",
)  # fmt: skip


def derive_adrs(
    time_points: pl.DataFrame,
    subjects: pl.DataFrame,
    rules: ResponseRules,
    lesions: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Derive ADRS of one read: responses over time, best responses, progression, death.

    Parameters
    ----------
    time_points : DataFrame
        One read, as `derive.response.derive_time_point_responses` or, where the protocol takes
        responses as collected, `derive.response.derive_collected_responses` returns it.
    subjects : DataFrame
        One row per subject: USUBJID, TRTSDT, DTHDT, NACTDT (start of a new anticancer therapy).
    rules : ResponseRules
        The switches of best response.
    lesions : DataFrame, optional
        As `derive.lesions.derive_lesion_measurements` returns it, for MDIS; without it no MDIS.

    Returns
    -------
    DataFrame
        ADRS, ordered by USUBJID and ASEQ (parameters as in `PARAMS`, then ADT). ANL01FL is "Y" on
        responses from the start of treatment on, one per day, the worst; ANL02FL on those up to and
        including the first progression and before a new anticancer therapy.

    References
    ----------
    CDISC ADaM; parameters and flags as in the ADRS template of admiralonco 1.4.0.
    """
    responses = _flag_responses(time_points, subjects, rules)
    read = time_points["PARQUAL"].drop_nulls().first() if time_points.height else None
    rows = pl.concat(
        [
            _component_rows(responses),
            _progression_rows(responses, subjects),
            _best_rows(responses, subjects, rules),
            _death_rows(subjects),
            _last_assessment_rows(responses, subjects),
            *([] if lesions is None else [_measurable_rows(lesions, subjects)]),
        ],
        how="diagonal_relaxed",
    )
    return _number_rows(rows.with_columns(PARQUAL=pl.lit(read, dtype=pl.String)), subjects)


def _flag_responses(
    time_points: pl.DataFrame, subjects: pl.DataFrame, rules: ResponseRules
) -> pl.DataFrame:
    """Add the analysis flags to each assessment."""
    start = subjects.select("USUBJID", "TRTSDT", new_therapy_date(subjects).alias("NACTDT"))
    rank = col("OVRLRESP").replace_strict(
        {response: rank for rank, response in enumerate(WORST_LAST)}, default=None
    )
    responses = (
        time_points.join(start, on="USUBJID")
        .with_columns(rank=pl.when(col("ADT") >= col("TRTSDT")).then(rank))
        .sort("USUBJID", "ADT", "rank", "SRCSEQ", "VISITNUM", nulls_last=False)
        .with_row_index("row")
    )
    worst = pl.when(col("rank").is_not_null()).then(col("row")).max().over("USUBJID", "ADT")
    responses = responses.with_columns(
        ANL01FL=pl.when((col("row") == worst) & col("rank").is_not_null()).then(pl.lit("Y"))
    )
    first = pl.when((col("OVRLRESP") == "PD") & (col("ANL01FL") == "Y")).then(col("ADT"))
    is_until = (col("ADT") <= first.min().over("USUBJID")).fill_null(value=True)
    return responses.with_columns(
        ANL02FL=pl.when(is_until & is_before_new_therapy(rules)).then(pl.lit("Y"))
    )


def _component_rows(responses: pl.DataFrame) -> pl.DataFrame:
    """Return overall, target and non-target responses and new lesions, one row each."""
    names = {"OVRLRESP": "OVR"} | {name: name for name in ("TRGRESP", "NTRGRESP", "NEWLPROG")}
    return pl.concat(
        responses.filter(col(source).is_not_null()).select(
            "USUBJID", "VISITNUM", "VISIT", "ADT", "ADTF", "ANL01FL", "ANL02FL", "AREASON",
            "SRCDOM", "SRCVAR",
            # The number is that of the overall response; its parts have records of their own.
            SRCSEQ=col("SRCSEQ") if paramcd == "OVR" else pl.lit(None, dtype=pl.Int64),
            PARAMCD=pl.lit(paramcd),
            AVALC=col(source),
        )
        for source, paramcd in names.items()
    )  # fmt: skip


def _from_response(responses: pl.DataFrame) -> pl.DataFrame:
    """Return what a parameter takes over from the response that decided it."""
    return responses.filter(col("ANL01FL") == "Y").select(
        "USUBJID", "ADT", "VISITNUM", "VISIT", "ADTF", "ANL02FL", "AREASON", "OVRLRESP"
    )


def _progression_rows(responses: pl.DataFrame, subjects: pl.DataFrame) -> pl.DataFrame:
    """Return the first progression of each subject."""
    first = (
        _from_response(responses)
        .filter(col("OVRLRESP") == "PD")
        .sort("ADT")
        .unique("USUBJID", keep="first", maintain_order=True)
    )
    return (
        subjects.select("USUBJID")
        .join(first, on="USUBJID", how="left")
        .with_columns(
            PARAMCD=pl.lit("PD"),
            AVALC=pl.when(col("ADT").is_not_null()).then(pl.lit("Y")).otherwise(pl.lit("N")),
            ANL01FL=pl.lit("Y"),
        )
    )


def _best_rows(
    responses: pl.DataFrame, subjects: pl.DataFrame, rules: ResponseRules
) -> pl.DataFrame:
    """Return best responses, response and benefit, each with the assessment that decided."""
    used = _from_response(responses).filter(col("ANL02FL") == "Y")
    best = summarize_assessments(used, subjects, rules)
    return best.join(used.drop("OVRLRESP"), on=["USUBJID", "ADT"], how="left").with_columns(
        ANL01FL=pl.lit("Y"),
        AREASON=pl.when(col("AVALC").is_in(["MISSING", "NE"]) & col("ADT").is_null())
        .then(pl.lit("No assessment after the start of treatment."))
        .otherwise("AREASON"),
    )


def _death_rows(subjects: pl.DataFrame) -> pl.DataFrame:
    """Return whether and when each subject died."""
    died = col("DTHDT").is_not_null()
    return subjects.select(
        "USUBJID",
        PARAMCD=pl.lit("DEATH"),
        ADT=col("DTHDT").cast(pl.Date),
        AVALC=pl.when(died).then(pl.lit("Y")).otherwise(pl.lit("N")),
        ANL01FL=pl.lit("Y"),
        SRCDOM=pl.when(died).then(pl.lit("ADSL")),
        SRCVAR=pl.when(died).then(pl.lit("DTHDT")),
    )


def _last_assessment_rows(responses: pl.DataFrame, subjects: pl.DataFrame) -> pl.DataFrame:
    """Return each subject's last assessment, progression included."""
    last = (
        _from_response(responses)
        .sort("ADT")
        .unique("USUBJID", keep="last", maintain_order=True)
        .rename({"OVRLRESP": "AVALC"})
    )
    return (
        subjects.select("USUBJID")
        .join(last, on="USUBJID", how="left")
        .with_columns(PARAMCD=pl.lit("LSTA"), ANL01FL=pl.lit("Y"))
    )


def _measurable_rows(lesions: pl.DataFrame, subjects: pl.DataFrame) -> pl.DataFrame:
    """Return whether each subject had a target lesion at baseline."""
    measurable = lesions.filter(col("TRGRPID") == "TARGET", col("ABLFL") == "Y").select(
        "USUBJID", AVALC=pl.lit("Y")
    )
    return (
        subjects.select("USUBJID")
        .join(measurable.unique(), on="USUBJID", how="left")
        .with_columns(
            PARAMCD=pl.lit("MDIS"), AVALC=col("AVALC").fill_null("N"), ANL01FL=pl.lit("Y")
        )
    )


def _number_rows(rows: pl.DataFrame, subjects: pl.DataFrame) -> pl.DataFrame:
    """Add names, numbers, study days and sequence, and put the rows in order."""
    values = AVAL_OF_RESPONSE | YES_NO
    order = {paramcd: place for place, paramcd in enumerate(PARAMS)}
    named = rows.join(subjects.select("USUBJID", "TRTSDT"), on="USUBJID", how="left").with_columns(
        PARAM=col("PARAMCD").replace_strict(PARAMS),
        AVAL=col("AVALC").replace_strict(values, default=None, return_dtype=pl.Float64),
        ADY=count_study_day("ADT", "TRTSDT"),
        place=col("PARAMCD").replace_strict(order, return_dtype=pl.Int64),
    )
    numbered = (
        named.with_columns(key=encode_rows(named, "USUBJID", "place", "ADT"))
        .sort("key", "SRCSEQ", "VISITNUM")
        .with_columns(number_rows())
    )
    return _name_sources(numbered).select(COLUMNS)


def _name_sources(rows: pl.DataFrame) -> pl.DataFrame:
    """Name the overall response that each summarizing parameter was taken from."""
    deciding = rows.filter(col("PARAMCD") == "OVR", col("ANL01FL") == "Y").select(
        "USUBJID", "ADT", deciding="ASEQ"
    )
    is_summary = col("PARAMCD").is_in(
        ["PD", "RSP", "CB", "BOR", "BCP", "CRSP", "CBOR", "CCB", "LSTA"]
    )
    rows = rows.join(deciding, on=["USUBJID", "ADT"], how="left", maintain_order="left")
    is_from = is_summary & col("deciding").is_not_null()
    return rows.with_columns(
        SRCDOM=pl.when(is_from).then(pl.lit("ADRS")).otherwise("SRCDOM"),
        SRCVAR=pl.when(is_from).then(pl.lit("AVALC")).otherwise("SRCVAR"),
        SRCSEQ=pl.when(is_from).then("deciding").otherwise("SRCSEQ"),
    )
