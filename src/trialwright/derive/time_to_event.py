"""ADTTE: progression-free and overall survival, duration of response, time to response."""

import polars as pl
from polars import col

from trialwright.derive.best_response import new_therapy_date
from trialwright.derive.numbering import number_rows
from trialwright.protocol.endpoints import CensoringScheme, ResponseRules

PARAMS = {
    "PFS": "Progression-Free Survival",
    "OS": "Overall Survival",
    "RSD": "Duration of Response",
    "CRSD": "Duration of Confirmed Response",
    "TTR": "Time to Response",
    "CTTR": "Time to Confirmed Response",
}
"""PARAM of each PARAMCD, in the order of the rows."""

PROGRESSION, DEATH, RESPONSE = "Progressive disease", "Death", "Response"
CENSORED_AT_ASSESSMENT, CENSORED_AT_START = "Last adequate assessment", "Start of treatment"
CENSORED_AT_CONTACT = "Last known alive"

NO_EVENT = "No event; last adequate tumor assessment"
NO_ASSESSMENT = "No adequate assessment after the start of treatment; start of treatment"
NEW_THERAPY = "New anticancer therapy before any event; last adequate assessment before it"
NEW_THERAPY_AT_START = "New anticancer therapy before any assessment; start of treatment"
GAP = "Event after two or more missed assessments; last adequate assessment before them"
GAP_AT_START = "Event after two or more missed assessments; start of treatment"
ALIVE = "Alive; last contact"
NO_CONTACT = "No contact after the start of treatment; start of treatment"

COLUMNS = (
    "USUBJID", "PARQUAL", "PARAMCD", "PARAM", "STARTDT", "ADT", "AVAL", "CNSR", "EVNTDESC",
    "CNSDTDSC", "SRCDOM", "SRCVAR", "SRCSEQ", "ASEQ",
)  # fmt: skip


def derive_adtte(
    adrs: pl.DataFrame, subjects: pl.DataFrame, rules: ResponseRules, scheme: CensoringScheme
) -> pl.DataFrame:
    """Derive ADTTE of one read under one censoring scheme.

    Parameters
    ----------
    adrs : DataFrame
        One read, as `derive.response.derive_adrs` returns it.
    subjects : DataFrame
        One row per subject: USUBJID, TRTSDT (subjects without it were never at risk and have no
        row), DTHDT, LSTALVDT (last known alive), NACTDT (start of a new anticancer therapy).
    rules : ResponseRules
        `max_gap_days`, `use_new_therapy_day` and `censor_at_unevaluable` are used.
    scheme : CensoringScheme
        When an event no longer counts.

    Returns
    -------
    DataFrame
        ADTTE, ordered by USUBJID and ASEQ: PFS and OS for all, RSD and TTR (CRSD and CTTR once
        confirmed) for responders. AVAL in days, ADT - STARTDT + 1; CNSR 1 = censored; EVNTDESC the
        event, or at what the time is censored; CNSDTDSC why and at what.

    References
    ----------
    FDA, Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics, Appendix 3,
    table A. EMA, Guideline on the evaluation of anticancer medicinal products, Appendix 1.
    """
    at_risk = subjects.filter(col("TRTSDT").is_not_null()).select(
        "USUBJID", "TRTSDT", "DTHDT", "LSTALVDT", new_therapy_date(subjects).alias("NACTDT")
    )
    deaths = adrs.filter(col("PARAMCD") == "DEATH").select("USUBJID", death_seq="ASEQ")
    at_risk = at_risk.join(deaths, on="USUBJID", how="left")
    free = _progression_free(adrs, at_risk, rules, scheme)
    parts = [
        free.with_columns(PARAMCD=pl.lit("PFS"), STARTDT=col("TRTSDT")),
        _overall_survival(at_risk),
        *(
            part
            for response, duration, time in (("RSP", "RSD", "TTR"), ("CRSP", "CRSD", "CTTR"))
            for part in _response_times(adrs, free, response, (duration, time))
        ),
    ]
    read = adrs["PARQUAL"].drop_nulls().first() if adrs.height else None
    order = {paramcd: place for place, paramcd in enumerate(PARAMS)}
    return (
        pl.concat(parts, how="diagonal_relaxed")
        .with_columns(
            PARQUAL=pl.lit(read, dtype=pl.String),
            PARAM=col("PARAMCD").replace_strict(PARAMS),
            AVAL=((col("ADT") - col("STARTDT")).dt.total_days() + 1).cast(pl.Float64),
            place=col("PARAMCD").replace_strict(order),
        )
        .sort("USUBJID", "place")
        .with_columns(number_rows())
        .select(COLUMNS)
    )


def _progression_free(
    adrs: pl.DataFrame, at_risk: pl.DataFrame, rules: ResponseRules, scheme: CensoringScheme
) -> pl.DataFrame:
    """Return each subject's progression or death, or where and why the time is censored."""
    progression = adrs.filter(col("PARAMCD") == "PD", col("AVALC") == "Y").select(
        "USUBJID", pd_date="ADT", pd_seq="ASEQ"
    )
    events = at_risk.join(progression, on="USUBJID", how="left").with_columns(
        # Progression and death on one day is progression: it was seen first.
        is_progression=(col("pd_date") <= col("DTHDT")).fill_null(col("pd_date").is_not_null()),
        event_date=pl.min_horizontal("pd_date", "DTHDT"),
    )
    has_new_therapy = _has_new_therapy(rules, scheme)
    events = events.with_columns(has_new_therapy=has_new_therapy).with_columns(
        cutoff=pl.when("has_new_therapy").then("NACTDT").otherwise("event_date")
    )
    events = events.join(
        _last_adequate(adrs, events, rules), on="USUBJID", how="left"
    ).with_columns(has_gap=_has_gap(rules, scheme))
    return _describe_progression_free(events)


def _has_new_therapy(rules: ResponseRules, scheme: CensoringScheme) -> pl.Expr:
    """Return whether a new therapy censors: it came before any event, or there was none."""
    if scheme is CensoringScheme.EMA_ALL_EVENTS:
        return pl.lit(value=False)
    precedes = (
        col("NACTDT") < col("event_date")
        if rules.use_new_therapy_day
        else col("NACTDT") <= col("event_date")
    )
    return col("NACTDT").is_not_null() & (col("event_date").is_null() | precedes)


def _last_adequate(adrs: pl.DataFrame, events: pl.DataFrame, rules: ResponseRules) -> pl.DataFrame:
    """Return each subject's last adequate assessment before the new therapy or the event."""
    is_adequate = pl.lit(rules.censor_at_unevaluable) | (col("AVALC") != "NE")
    on_the_day = col("has_new_therapy") & pl.lit(rules.use_new_therapy_day)
    return (
        adrs.filter(col("PARAMCD") == "OVR", col("ANL01FL") == "Y", is_adequate)
        .select("USUBJID", "ADT", "ASEQ")
        .join(events.select("USUBJID", "cutoff", "has_new_therapy"), on="USUBJID")
        .filter(
            col("cutoff").is_null()
            | (col("ADT") < col("cutoff"))
            | (on_the_day & (col("ADT") == col("cutoff")))
        )
        .sort("ADT")
        .group_by("USUBJID")
        .agg(last_date=col("ADT").last(), last_seq=col("ASEQ").last())
    )


def _has_gap(rules: ResponseRules, scheme: CensoringScheme) -> pl.Expr:
    """Return whether an event came after too long a time without adequate assessment."""
    if scheme is not CensoringScheme.FDA_A:
        return pl.lit(value=False)
    since = pl.coalesce("last_date", "TRTSDT")
    gap_days = (col("event_date") - since).dt.total_days()
    return (gap_days > rules.max_gap_days).fill_null(value=False) & ~col("has_new_therapy")


def _describe_progression_free(events: pl.DataFrame) -> pl.DataFrame:
    """Choose the date, say what happened, and name the source record."""
    is_event = col("event_date").is_not_null() & ~col("has_new_therapy") & ~col("has_gap")
    is_assessed = col("last_date").is_not_null()
    censoring = (
        pl.when("has_gap")
        .then(pl.when(is_assessed).then(pl.lit(GAP)).otherwise(pl.lit(GAP_AT_START)))
        .when("has_new_therapy")
        .then(
            pl.when(is_assessed).then(pl.lit(NEW_THERAPY)).otherwise(pl.lit(NEW_THERAPY_AT_START))
        )
        .otherwise(pl.when(is_assessed).then(pl.lit(NO_EVENT)).otherwise(pl.lit(NO_ASSESSMENT)))
    )
    from_adrs = col("is_event") | is_assessed
    return events.with_columns(is_event=is_event).select(
        "USUBJID",
        "TRTSDT",
        ADT=pl.when("is_event").then("event_date").otherwise(pl.coalesce("last_date", "TRTSDT")),
        CNSR=pl.when("is_event").then(0).otherwise(1).cast(pl.Int64),
        EVNTDESC=pl.when(col("is_event") & col("is_progression"))
        .then(pl.lit(PROGRESSION))
        .when("is_event")
        .then(pl.lit(DEATH))
        .when(is_assessed)
        .then(pl.lit(CENSORED_AT_ASSESSMENT))
        .otherwise(pl.lit(CENSORED_AT_START)),
        CNSDTDSC=pl.when(~col("is_event")).then(censoring),
        SRCDOM=pl.when(from_adrs).then(pl.lit("ADRS")).otherwise(pl.lit("ADSL")),
        SRCVAR=pl.when(from_adrs).then(pl.lit("ADT")).otherwise(pl.lit("TRTSDT")),
        SRCSEQ=pl.when(col("is_event") & col("is_progression"))
        .then("pd_seq")
        .when("is_event")
        .then("death_seq")
        .when(is_assessed)
        .then("last_seq"),
    )


def _overall_survival(at_risk: pl.DataFrame) -> pl.DataFrame:
    """Return each subject's death, or the last date known alive."""
    died = col("DTHDT").is_not_null()
    contacted = (col("LSTALVDT") > col("TRTSDT")).fill_null(value=False)
    return at_risk.select(
        "USUBJID",
        PARAMCD=pl.lit("OS"),
        STARTDT=col("TRTSDT"),
        ADT=pl.when(died).then("DTHDT").when(contacted).then("LSTALVDT").otherwise("TRTSDT"),
        CNSR=pl.when(died).then(0).otherwise(1).cast(pl.Int64),
        EVNTDESC=pl.when(died)
        .then(pl.lit(DEATH))
        .when(contacted)
        .then(pl.lit(CENSORED_AT_CONTACT))
        .otherwise(pl.lit(CENSORED_AT_START)),
        CNSDTDSC=pl.when(~died).then(
            pl.when(contacted).then(pl.lit(ALIVE)).otherwise(pl.lit(NO_CONTACT))
        ),
        SRCDOM=pl.when(died).then(pl.lit("ADRS")).otherwise(pl.lit("ADSL")),
        SRCVAR=pl.when(died)
        .then(pl.lit("ADT"))
        .when(contacted)
        .then(pl.lit("LSTALVDT"))
        .otherwise(pl.lit("TRTSDT")),
        SRCSEQ=pl.when(died).then("death_seq"),
    )


def _response_times(
    adrs: pl.DataFrame, free: pl.DataFrame, response: str, names: tuple[str, str]
) -> list[pl.DataFrame]:
    """Return how long a response lasted and how long it took, for responders."""
    duration, time = names
    responders = adrs.filter(col("PARAMCD") == response, col("AVALC") == "Y").select(
        "USUBJID", response_date="ADT", response_seq="ASEQ"
    )
    found = free.join(responders, on="USUBJID")
    return [
        found.with_columns(PARAMCD=pl.lit(duration), STARTDT=col("response_date")),
        found.select(
            "USUBJID",
            PARAMCD=pl.lit(time),
            STARTDT=col("TRTSDT"),
            ADT=col("response_date"),
            CNSR=pl.lit(0, dtype=pl.Int64),
            EVNTDESC=pl.lit(RESPONSE),
            SRCDOM=pl.lit("ADRS"),
            SRCVAR=pl.lit("ADT"),
            SRCSEQ=col("response_seq"),
        ),
    ]
