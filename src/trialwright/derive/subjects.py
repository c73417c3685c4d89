"""ADSL: one row a subject, with inclusion, treatment, death, last contact and disposition."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import polars as pl
from polars import col

from trialwright.datasets.recorded import is_subsequent_therapy
from trialwright.derive.dates import full_date, read_date
from trialwright.protocol.model import DateImputation

Recorded = Mapping[str, pl.DataFrame]

NOT_ASSIGNED = ("SCRNFAIL", "NOTASSGN", "NOTTRT", "SCREEN FAILURE")
ENROLLED_CODES = ("ENROLLED", "RANDOMIZED")
CAUSE_OF_DEATH = ("PRCDTH", "PRCDTH1", "DTHCAUS")

# A date counts as contact when the patient was seen or spoken to; what is reported later, such as
# the date of an adverse event or a medication, is not proof of it.
CONTACT_DATES = {
    "ss": "SSDTC",
    "sv": "SVSTDTC",
    "ex": "EXENDTC",
    "tu": "TUDTC",
    "tr": "TRDTC",
    "rs": "RSDTC",
    "qs": "QSDTC",
    "vs": "VSDTC",
    "lb": "LBDTC",
    "ds": "DSSTDTC",
}
# What says of a death when it was learned, which may be later than the death itself.
DEATH_RECORDS = {"ss": ("SSSTRESC", "DEAD"), "ds": ("DSDECOD", "DEATH")}


def derive_enrollment(recorded: Recorded) -> pl.DataFrame:
    """Derive who was enrolled, in which order, and why others were not.

    Parameters
    ----------
    recorded : mapping
        Domains dm and, where recorded, ds, ie and bs.

    Returns
    -------
    DataFrame
        One row per USUBJID of dm, sorted: identification, ARM, ARMCD, AGE, AGEU, SEX, RACE, RFICDT,
        ENRLDT, ENRLNUM (order of inclusion from 1; ties by USUBJID), ENRLFL, SCRFFL, SCRFREAS.
    """
    dm = with_columns_of(
        recorded["dm"],
        ("SUBJID", "SITEID", "ARM", "ARMCD", "ACTARM", "AGEU", "SEX", "RACE", "RFICDTC", "RFSTDTC"),
    )
    if "AGE" not in dm.columns:
        dm = dm.with_columns(pl.lit(None, dtype=pl.Float64).alias("AGE"))
    has_arm = col("ARMCD").is_not_null() & ~col("ARMCD").str.to_uppercase().is_in(NOT_ASSIGNED)
    subjects = dm.select(
        *("USUBJID", "SUBJID", "SITEID", "ARM", "ARMCD", "AGE", "AGEU", "SEX", "RACE"),
        pl.coalesce("ACTARM", "ARM").alias("TRT01A"),
        full_date("RFICDTC").alias("RFICDT"),
        full_date("RFSTDTC").alias("RFSTDT"),
        pl.when(has_arm).then(pl.lit("Y")).otherwise(pl.lit("N")).alias("ENRLFL"),
    )
    subjects = subjects.join(_milestone_dates(recorded), on="USUBJID", how="left")
    subjects = subjects.with_columns(
        pl.when(col("ENRLFL") == "Y")
        .then(pl.coalesce("milestone_date", "RFSTDT", "RFICDT"))
        .alias("ENRLDT"),
        pl.when(col("ENRLFL") == "N").then(pl.lit("Y")).otherwise(pl.lit("N")).alias("SCRFFL"),
    )
    order = (
        subjects.filter(col("ENRLFL") == "Y")
        .sort("ENRLDT", "USUBJID", nulls_last=True)
        .select("USUBJID", pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("ENRLNUM"))
    )
    reasons = derive_screening_reasons(recorded)
    return (
        subjects.join(order, on="USUBJID", how="left")
        .join(reasons, on="USUBJID", how="left")
        .with_columns(
            pl.when(col("SCRFFL") == "Y")
            .then(col("reason").fill_null("Not stated"))
            .alias("SCRFREAS")
        )
        .drop("milestone_date", "reason")
        .sort("USUBJID")
    )


def _milestone_dates(recorded: Recorded) -> pl.DataFrame:
    """Return the date of enrollment or randomization of each subject that has one."""
    schema = {"USUBJID": pl.String(), "milestone_date": pl.Date()}
    if "ds" not in recorded:
        return pl.DataFrame(schema=schema)
    ds = with_columns_of(recorded["ds"], ("DSDECOD", "DSSTDTC"))
    return (
        ds.filter(col("DSDECOD").str.to_uppercase().is_in(ENROLLED_CODES))
        .group_by("USUBJID")
        .agg(full_date("DSSTDTC").min().alias("milestone_date"))
    )


def derive_unmet_criteria(recorded: Recorded) -> pl.DataFrame:
    """Derive which eligibility criteria each subject did not meet.

    Returns
    -------
    DataFrame
        USUBJID, unmet: criteria in the order of IETESTCD, joined by "; ". An inclusion criterion
        reads "Not met: ...".
    """
    if "ie" not in recorded:
        return pl.DataFrame(schema={"USUBJID": pl.String(), "unmet": pl.String()})
    names = ("IETEST", "IETESTCD", "IECAT", "IESTRESC", "IEORRES")
    ie = with_columns_of(recorded["ie"], names).filter(~is_criterion_met())
    return (
        in_sequence(ie, "IETESTCD", "IECAT", "IETEST")
        .group_by("USUBJID", maintain_order=True)
        .agg(state_unmet().unique(maintain_order=True).str.join("; ").alias("unmet"))
    )


def is_criterion_met() -> pl.Expr:
    """Tell whether a row of IE says that a criterion was met; a row without an answer says not."""
    answer = pl.coalesce("IESTRESC", "IEORRES").str.to_uppercase()
    category = col("IECAT").str.to_uppercase()
    is_met = ((category == "INCLUSION") & (answer == "Y")) | (
        (category == "EXCLUSION") & (answer == "N")
    )
    return is_met.fill_null(value=False)


def state_unmet() -> pl.Expr:
    """Return a criterion of IE (IETEST, IETESTCD, IECAT) as what was not met."""
    text = pl.coalesce("IETEST", "IETESTCD")
    lowered = text.str.slice(0, 1).str.to_lowercase() + text.str.slice(1)
    is_name = text.str.contains("^[A-Z]{2}")
    return (
        pl.when(col("IECAT").str.to_uppercase() == "INCLUSION")
        .then(pl.lit("Not met: ") + pl.when(is_name).then(text).otherwise(lowered))
        .otherwise(text)
    )


def derive_screening_reasons(recorded: Recorded) -> pl.DataFrame:
    """Derive why a screened subject was not enrolled.

    Returns
    -------
    DataFrame
        USUBJID, reason: the criteria not met; without any, the term of the screening failure.
    """
    unmet = derive_unmet_criteria(recorded)
    if "ds" not in recorded:
        return unmet.rename({"unmet": "reason"})
    ds = with_columns_of(recorded["ds"], ("DSDECOD", "DSTERM"))
    stated = (
        ds.filter(col("DSDECOD").str.to_uppercase() == "SCREEN FAILURE")
        .pipe(in_sequence, "DSSEQ", "DSTERM")
        .group_by("USUBJID", maintain_order=True)
        .agg(sentence_case("DSTERM").first().alias("term"))
    )
    joined = stated.join(unmet, on="USUBJID", how="full", coalesce=True)
    return joined.select("USUBJID", pl.coalesce("unmet", "term").alias("reason"))


def derive_screening_ends(recorded: Recorded) -> pl.DataFrame:
    """Derive when a screening failed: USUBJID, screened_until."""
    if "ds" not in recorded:
        return pl.DataFrame(schema={"USUBJID": pl.String(), "screened_until": pl.Date()})
    ds = with_columns_of(recorded["ds"], ("DSDECOD", "DSSTDTC"))
    return (
        ds.filter(col("DSDECOD").str.to_uppercase() == "SCREEN FAILURE")
        .group_by("USUBJID")
        .agg(full_date("DSSTDTC").min().alias("screened_until"))
    )


def derive_deaths(
    recorded: Recorded, data_cut: date, imputation: DateImputation = DateImputation.NONE
) -> pl.DataFrame:
    """Derive each subject's death on or before the data cut, and its cause.

    Returns
    -------
    DataFrame
        USUBJID, DTHFL ("Y"), DTHDT (a partial date by the protocol's imputation, though never
        before a contact that it may have followed; null where that leaves none), DTHCAUS.
    """
    dm = with_columns_of(recorded["dm"], ("DTHDTC", "DTHFL"))
    deaths = dm.filter((col("DTHFL") == "Y") | col("DTHDTC").is_not_null())
    first_day = read_date("DTHDTC", DateImputation.FIRST_DAY)
    deaths = deaths.filter(first_day.is_null() | (first_day <= data_cut))
    deaths = deaths.join(derive_last_contact(recorded, data_cut), on="USUBJID", how="left")
    imputed = _death_date(imputation)
    deaths = deaths.select(
        "USUBJID",
        pl.lit("Y").alias("DTHFL"),
        pl.when(imputed <= data_cut).then(imputed).alias("DTHDT"),
    )
    if "dd" not in recorded:
        return deaths.with_columns(pl.lit(None, dtype=pl.String).alias("DTHCAUS"))
    dd = with_columns_of(recorded["dd"], ("DDTESTCD", "DDSTRESC", "DDORRES"))
    causes = (
        dd.filter(col("DDTESTCD").is_in(CAUSE_OF_DEATH))
        .pipe(in_sequence, "DDSEQ", "DDSTRESC", "DDORRES")
        .group_by("USUBJID", maintain_order=True)
        .agg(pl.coalesce("DDSTRESC", "DDORRES").drop_nulls().first().alias("DTHCAUS"))
    )
    return deaths.join(causes, on="USUBJID", how="left")


def _death_date(imputation: DateImputation) -> pl.Expr:
    """Read the death; an imputed one is not put before a contact that it may have followed."""
    died = read_date("DTHDTC", imputation)
    last_day = read_date("DTHDTC", DateImputation.LAST_DAY)
    seen_later = (col("LSTALVDT") > died) & (col("LSTALVDT") <= last_day)
    return pl.when(seen_later).then(col("LSTALVDT")).otherwise(died)


def derive_last_contact(recorded: Recorded, data_cut: date) -> pl.DataFrame:
    """Derive the last date on or before the data cut on which a subject was known to be alive.

    Returns
    -------
    DataFrame
        USUBJID, LSTALVDT: the latest of the contact dates of all domains recorded; a record of a
        death is no contact.
    """
    dates = [
        _without_deaths(recorded[domain], domain).select(
            "USUBJID", full_date(name).alias("contact")
        )
        for domain, name in CONTACT_DATES.items()
        if domain in recorded and name in recorded[domain].columns
    ]
    dates.append(recorded["dm"].select("USUBJID", pl.lit(None, dtype=pl.Date).alias("contact")))
    return (
        pl.concat(dates)
        .group_by("USUBJID")
        .agg(col("contact").filter(col("contact") <= data_cut).max().alias("LSTALVDT"))
    )


def _without_deaths(frame: pl.DataFrame, domain: str) -> pl.DataFrame:
    """Leave out the records that say that the subject was dead."""
    name, dead = DEATH_RECORDS.get(domain, ("", ""))
    return frame.filter(col(name).ne_missing(dead)) if name in frame.columns else frame


def derive_new_therapy(
    recorded: Recorded, imputation: DateImputation = DateImputation.NONE
) -> pl.DataFrame:
    """Derive the first date of a new anticancer therapy: USUBJID, NACTDT."""
    if "cm" not in recorded or "CMCAT" not in recorded["cm"].columns:
        return pl.DataFrame(schema={"USUBJID": pl.String(), "NACTDT": pl.Date()})
    return (
        with_columns_of(recorded["cm"], ("CMSTDTC",))
        .filter(is_subsequent_therapy())
        .group_by("USUBJID")
        .agg(read_date("CMSTDTC", imputation).min().alias("NACTDT"))
    )


def sentence_case(name: str) -> pl.Expr:
    """Return a text of capitals only with one capital; any other text as it is."""
    text = col(name)
    lowered = text.str.slice(0, 1) + text.str.slice(1).str.to_lowercase()
    return pl.when(text == text.str.to_uppercase()).then(lowered).otherwise(text)


def in_sequence(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Sort by those of the columns that are there, so that the order of a file never matters."""
    present = [name for name in names if name in frame.columns]
    return frame.sort("USUBJID", *present, nulls_last=True, maintain_order=True)


def with_columns_of(frame: pl.DataFrame, names: Iterable[str]) -> pl.DataFrame:
    """Return the frame with every named text column, null where it was not recorded."""
    absent: Sequence[str] = [name for name in names if name not in frame.columns]
    return frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in absent)
