"""ADSL put together: treatment dates, disposition, and who belongs to which population."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl
from polars import col

from trialwright.derive.characteristics import derive_characteristics
from trialwright.derive.disposition import derive_end_of_treatment
from trialwright.derive.subjects import (
    Recorded,
    derive_deaths,
    derive_enrollment,
    derive_last_contact,
    derive_new_therapy,
    derive_screening_ends,
    derive_unmet_criteria,
    state_unmet,
)
from trialwright.protocol.arms import Arm, StartRule, TreatmentStart
from trialwright.protocol.model import Protocol
from trialwright.protocol.populations import DoseOf, Population

IN_SCREENING = "In screening"  # SCRFREAS of who is neither enrolled nor refused so far
STANDARD_FLAGS = {"enrolled": "ENRLFL", "safety": "SAFFL", "evaluable": "EFFFL"}
STANDARD_POPULATIONS = {
    "enrolled": Population(all=True),
    "safety": Population(at_least_one_dose_of=DoseOf.ANY),
}


def population_flag(name: str) -> str:
    """Return the ADSL flag of a protocol's population, such as EFFFL for evaluable."""
    return STANDARD_FLAGS.get(name, f"{name.upper().replace('_', '')[:6]}FL")


def population_reason(name: str) -> str:
    """Return the ADSL variable that says why a subject is not in a population."""
    return f"{population_flag(name)[:-2]}REAS"


def derive_inclusion(
    recorded: Recorded, adex: pl.DataFrame | None, protocol: Protocol
) -> pl.DataFrame:
    """Derive who was screened and enrolled up to the data cut, and when treatment started.

    Who had consented and was enrolled, or failed screening, only after the cut is in screening.

    Returns
    -------
    DataFrame
        As `derive.subjects.derive_enrollment` returns it, with TRTSDT by the protocol's rule and
        TRTEDT, the last dose.
    """
    cut = protocol.study.data_cut
    subjects = derive_enrollment(recorded)
    entered = pl.coalesce("RFICDT", "ENRLDT")
    subjects = subjects.filter((entered <= cut) | entered.is_null())
    subjects = _hold_in_screening(subjects, derive_screening_ends(recorded), cut)
    subjects = subjects.with_columns(
        col("ENRLNUM").rank("dense").cast(pl.Int64)  # no gap where somebody came after the cut
    )
    return _add_treatment(subjects, adex, protocol.treatment_start)


def _hold_in_screening(subjects: pl.DataFrame, ends: pl.DataFrame, cut: date) -> pl.DataFrame:
    """Take back what the end of a screening tells where it came after the cut."""
    ended = subjects.join(ends, on="USUBJID", how="left", maintain_order="left")
    is_later = (col("ENRLFL") == "Y") & (col("ENRLDT") > cut).fill_null(value=False)
    is_later |= (col("ENRLFL") == "N") & (col("screened_until") > cut).fill_null(value=False)
    untold = ("ENRLDT", "ENRLNUM", "ARM", "ARMCD", "TRT01A", "RFSTDT")
    return ended.with_columns(
        *(pl.when(~is_later).then(col(name)).alias(name) for name in untold),
        pl.when(is_later).then(pl.lit("N")).otherwise(col("ENRLFL")).alias("ENRLFL"),
        pl.when(is_later).then(pl.lit("N")).otherwise(col("SCRFFL")).alias("SCRFFL"),
        pl.when(is_later).then(pl.lit(IN_SCREENING)).otherwise(col("SCRFREAS")).alias("SCRFREAS"),
    ).drop("screened_until")


def derive_adsl(
    recorded: Recorded,
    adex: pl.DataFrame | None,
    protocol: Protocol,
    adelig: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Derive the subject-level analysis dataset.

    Parameters
    ----------
    recorded : mapping
        Recorded domains by lower-case name; dm is required, the rest add what they know.
    adex : DataFrame or None
        Analysis dataset of doses; None when no dose was recorded.
    protocol : Protocol
        Treatment start, arms, populations, baseline characteristics and data cut.
    adelig : DataFrame, optional
        Eligibility by criterion; without it only what IE records is known.

    Returns
    -------
    DataFrame
        One row per USUBJID of dm, sorted. Beside identification and dates: ENRLNUM (order of
        inclusion), a flag Y or N per population with the reason for N, EOTSTT (ONGOING, COMPLETED,
        DISCONTINUED, NOT TREATED; null when neither doses nor disposition were recorded), DCTREAS,
        DCTDT, DTHFL, DTHDT, DTHCAUS, LSTALVDT (the death, where it is known; never after the cut),
        NACTDT,
        and the protocol's baseline characteristics.
    """
    cut = protocol.study.data_cut
    subjects = derive_inclusion(recorded, adex, protocol)
    for more in (
        derive_deaths(recorded, cut, protocol.imputation.death),
        derive_last_contact(recorded, cut),
        derive_new_therapy(recorded, protocol.imputation.start),
        derive_end_of_treatment(recorded, cut),
    ):
        subjects = subjects.join(more, on="USUBJID", how="left")
    subjects = subjects.with_columns(
        col("DTHFL").fill_null("N"),
        pl.coalesce("DTHDT", "LSTALVDT").alias("LSTALVDT"),
        _treatment_status(has_doses=adex is not None).alias("EOTSTT"),
    )
    subjects = _add_eligibility(subjects, recorded, adelig)
    populations = {**STANDARD_POPULATIONS, **protocol.populations}
    for name, population in populations.items():
        subjects = _add_population(subjects, adex, (name, population), protocol.arms)
    characteristics = derive_characteristics(recorded, subjects, protocol.baseline)
    added = [name for name in characteristics.columns if name not in subjects.columns]
    return subjects.join(characteristics.select("USUBJID", *added), on="USUBJID", how="left").sort(
        "USUBJID"
    )


def _add_treatment(
    subjects: pl.DataFrame, adex: pl.DataFrame | None, start: TreatmentStart
) -> pl.DataFrame:
    """Add TRTSDT by the protocol's rule and TRTEDT, the last dose."""
    none = pl.lit(None, dtype=pl.Date)
    if adex is None:
        subjects = subjects.with_columns(none.alias("first_dose"), none.alias("TRTEDT"))
    else:
        counted = adex
        if start.rule is StartRule.FIRST_DOSE_OF and start.agent:
            counted = adex.filter(col("EXTRT").str.to_lowercase() == start.agent.lower())
        first = counted.group_by("USUBJID").agg(col("ASTDT").min().alias("first_dose"))
        last = adex.group_by("USUBJID").agg(col("AENDT").max().alias("TRTEDT"))
        subjects = subjects.join(first, on="USUBJID", how="left")
        subjects = subjects.join(last, on="USUBJID", how="left")
    rule = {StartRule.ENROLLMENT: "ENRLDT", StartRule.REFERENCE_START: "RFSTDT"}
    is_enrolled = col("ENRLFL") == "Y"
    start_date = pl.when(is_enrolled).then(col(rule.get(start.rule, "first_dose")))
    return subjects.with_columns(start_date.alias("TRTSDT")).drop("first_dose")


def _treatment_status(*, has_doses: bool) -> pl.Expr:
    """Say whether treatment goes on; unknown when nothing was recorded of it."""
    unknown = pl.lit("ONGOING") if has_doses else pl.lit(None, dtype=pl.String)
    return (
        pl.when(col("TRTSDT").is_null())
        .then(pl.lit("NOT TREATED"))
        .when(col("EOTSTT").is_not_null())
        .then(col("EOTSTT"))
        .when(col("DTHFL") == "Y")  # a death ends treatment, though nobody recorded that it did
        .then(pl.lit("DISCONTINUED"))
        .otherwise(unknown)
    )


def _add_eligibility(
    subjects: pl.DataFrame, recorded: Recorded, adelig: pl.DataFrame | None
) -> pl.DataFrame:
    """Add ELIGFL and what was not met.

    N where a criterion is not met, by the data or by the site; else Y where the site recorded
    what is not met (its silence says that the rest is), or where every criterion is met.
    """
    if adelig is None:
        unmet = derive_unmet_criteria(recorded)
        is_all_met = pl.lit(value=False)
    else:
        unmet = _unmet_of(adelig)
        met = adelig.group_by("USUBJID").agg((col("CRITFL") == "Y").all().alias("is_all_met"))
        subjects = subjects.join(met, on="USUBJID", how="left")
        is_all_met = col("is_all_met").fill_null(value=False)
    is_met = pl.lit("ie" in recorded) | is_all_met
    met_or_unknown = pl.when(is_met).then(pl.lit("Y"))
    return (
        subjects.join(unmet, on="USUBJID", how="left")
        .with_columns(
            pl.when(col("unmet").is_not_null())
            .then(pl.lit("N"))
            .otherwise(met_or_unknown)
            .alias("ELIGFL")
        )
        .drop("is_all_met", strict=False)
    )


def _unmet_of(adelig: pl.DataFrame) -> pl.DataFrame:
    """Return USUBJID, unmet: criteria in order of IETESTCD, in the words of the site if it has."""
    failed = adelig.filter(col("CRITFL") == "N").with_columns(
        pl.coalesce("IETEST", "PARAM").alias("IETEST"),
        pl.coalesce("IECAT", pl.lit("INCLUSION")).alias("IECAT"),
    )
    return (
        failed.sort("USUBJID", "IETESTCD", "ASEQ", nulls_last=True)
        .group_by("USUBJID", maintain_order=True)
        .agg(state_unmet().unique(maintain_order=True).str.join("; ").alias("unmet"))
    )


def _add_population(
    subjects: pl.DataFrame,
    adex: pl.DataFrame | None,
    named: tuple[str, Population],
    arms: Sequence[Arm],
) -> pl.DataFrame:
    """Add one population's flag and the reasons for being outside it.

    Without any recorded dose nobody knows who belongs to a population that needs one: null.
    """
    name, population = named
    reasons = [pl.when(col("ENRLFL") != "Y").then(pl.lit("Not enrolled"))]
    if population.eligible and "unmet" in subjects.columns:
        unmet = col("unmet")
        reasons.append(pl.when(col("ELIGFL") == "N").then(unmet))
    if population.at_least_one_dose_of is not None:
        missing = _missing_agents(subjects, adex, arms, population.at_least_one_dose_of)
        subjects = subjects.join(missing, on="USUBJID", how="left")
        reasons.append(
            pl.when(col("no_dose").is_not_null()).then(pl.lit("No dose of ") + col("no_dose"))
        )
    outside = pl.concat_str(reasons, separator="; ", ignore_nulls=True)
    flag, reason = population_flag(name), population_reason(name)
    if adex is None and population.at_least_one_dose_of is not None:
        unknown = pl.lit(None, dtype=pl.String)
        return subjects.with_columns(unknown.alias(flag), unknown.alias(reason))
    subjects = subjects.with_columns(
        pl.when(outside == "").then(None).otherwise(outside).alias(reason)
    )
    is_in = pl.when(col(reason).is_null()).then(pl.lit("Y")).otherwise(pl.lit("N"))
    return subjects.with_columns(is_in.alias(flag)).drop("no_dose", strict=False)


def _missing_agents(
    subjects: pl.DataFrame, adex: pl.DataFrame | None, arms: Sequence[Arm], dose_of: DoseOf
) -> pl.DataFrame:
    """Return USUBJID and no_dose: the agents that a subject never received, null if it does."""
    agents: Mapping[str, list[str]] = {
        arm.armcd: [agent.name for agent in arm.agents] for arm in arms
    }
    received: dict[str, set[str]] = {}
    if adex is not None:
        pairs = adex.select("USUBJID", col("EXTRT").str.to_lowercase()).unique()
        for subject, agent in pairs.iter_rows():
            received.setdefault(subject, set()).add(agent)
    rows = []
    for subject, armcd in subjects.select("USUBJID", "ARMCD").iter_rows():
        had = received.get(subject, set())
        lacking = [agent for agent in agents.get(armcd, []) if agent.lower() not in had]
        # Of an arm that the protocol lacks nothing is known but whether any dose was given.
        if dose_of is DoseOf.ANY or armcd not in agents:
            lacking = [] if had else ["any agent"]
        rows.append({"USUBJID": subject, "no_dose": " and ".join(lacking) or None})
    return pl.DataFrame(rows, schema={"USUBJID": pl.String(), "no_dose": pl.String()})
