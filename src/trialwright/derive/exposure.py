"""ADEX: every dose that was given, with its cycle."""

from collections.abc import Sequence
from datetime import date

import polars as pl
from polars import col

from trialwright.derive.dates import full_date
from trialwright.derive.numbering import number_rows
from trialwright.derive.subjects import with_columns_of
from trialwright.protocol.arms import Arm

PER_DAY = {"BID": 2, "TID": 3, "QID": 4}
PER_KG = "/kg"
PLACEBO = "PLACEBO"


def derive_adex(
    ex: pl.DataFrame, arms: Sequence[Arm], data_cut: date, vs: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Derive one row per dose record that was given, with its cycle.

    A record counts as given when its dose is above zero, or is a placebo's. A cycle starts every
    `cycle_days` from the first dose of the arm's anchor agent; doses before it (a lead-in) belong
    to cycle 1.

    Parameters
    ----------
    ex : DataFrame
        Recorded domain EX.
    arms : sequence of Arm
        The protocol's arms; an agent belongs to the first arm that names it.
    data_cut : date
        Doses that start after it are left out; a dose that lasts beyond it ends on it.
    vs : DataFrame, optional
        Recorded domain VS, for the weight behind a dose per kilogram recorded in milligrams.

    Returns
    -------
    DataFrame
        USUBJID, ASEQ, EXTRT (as the protocol writes the agent), ASTDT, AENDT, ADOSE (one
        administration, unit ADOSEU), ACYCLE (null for an arm without cycles), NADMIN
        (administrations that the record covers), EXLNKID, EXVAMT, EXVAMTU, SRCDOM, SRCSEQ; sorted
        by USUBJID, ASTDT, EXSEQ.
    """
    doses = _given_doses(ex, data_cut)
    doses = _add_weight(doses, vs)
    agents = _agents_frame(arms)
    doses = doses.with_columns(col("EXTRT").str.to_lowercase().alias("agent"))
    doses = doses.join(agents, on="agent", how="left").with_columns(
        pl.coalesce("name", "EXTRT").alias("EXTRT")
    )
    is_by_weight = col("planned_unit").str.ends_with(PER_KG) & ~col("EXDOSU").str.contains(PER_KG)
    by_weight = pl.when(is_by_weight)
    return (
        doses.with_columns(
            by_weight.then(col("EXDOSE") / col("weight_kg")).otherwise("EXDOSE").alias("ADOSE"),
            by_weight.then(col("planned_unit")).otherwise("EXDOSU").alias("ADOSEU"),
            _administrations().alias("NADMIN"),
            _cycle().alias("ACYCLE"),
            pl.lit("EX").alias("SRCDOM"),
            col("EXSEQ").cast(pl.Int64).alias("SRCSEQ"),
        )
        .sort("USUBJID", "ASTDT", "EXSEQ")
        .with_columns(number_rows())
        .select(
            *("USUBJID", "ASEQ", "EXTRT", "ASTDT", "AENDT", "ADOSE", "ADOSEU", "ACYCLE"),
            *("NADMIN", "EXLNKID", "EXVAMT", "EXVAMTU", "SRCDOM", "SRCSEQ"),
        )
    )


def _given_doses(ex: pl.DataFrame, data_cut: date) -> pl.DataFrame:
    """Return the records of doses given up to the data cut, with their days.

    A dose without an end, or with one before its start, lasts the day on which it began.
    """
    doses = with_columns_of(ex, ("EXDOSU", "EXDOSFRQ", "EXLNKID", "EXENDTC", "EXVAMTU"))
    if "EXVAMT" not in doses.columns:
        doses = doses.with_columns(pl.lit(None, dtype=pl.Float64).alias("EXVAMT"))
    start, end = full_date("EXSTDTC"), full_date("EXENDTC")
    doses = doses.with_columns(
        start.alias("ASTDT"),
        pl.max_horizontal(start, pl.coalesce(end, start).clip(upper_bound=data_cut)).alias("AENDT"),
    )
    is_placebo = col("EXTRT").str.to_uppercase().str.contains(PLACEBO)
    return doses.filter((col("ASTDT") <= data_cut) & ((col("EXDOSE") > 0) | is_placebo))


def _administrations() -> pl.Expr:
    """Count the administrations that a record covers: one, or one a dosing day of its stretch."""
    days = (col("AENDT") - col("ASTDT")).dt.total_days()
    per_day = (
        col("EXDOSFRQ").str.to_uppercase().replace_strict(PER_DAY, default=1, return_dtype=pl.Int64)
    )
    return (days // col("every_days").fill_null(1) + 1) * per_day


def _cycle() -> pl.Expr:
    """Count cycles from the first dose of the anchor agent; a lead-in belongs to cycle 1."""
    anchored = pl.when(col("is_anchor")).then(col("ASTDT")).min().over("USUBJID")
    first = anchored.fill_null(col("ASTDT"))
    cycle = (col("ASTDT") - first).dt.total_days() // col("cycle_days") + 1
    return cycle.clip(lower_bound=1)


def _agents_frame(arms: Sequence[Arm]) -> pl.DataFrame:
    """Return one row per agent, by its name in lower case, with its arm's cycle."""
    agents: dict[str, dict[str, str | int | bool | None]] = {}
    for arm in arms:
        for agent in arm.agents:
            agents.setdefault(
                agent.name.lower(),
                {
                    "agent": agent.name.lower(),
                    "name": agent.name,
                    "planned_unit": agent.dose.unit,
                    "cycle_days": arm.cycle_days,
                    "is_anchor": arm.cycle_anchor in (None, agent.name),
                    "every_days": agent.every_days,
                },
            )
    schema = {
        "agent": pl.String(),
        "name": pl.String(),
        "planned_unit": pl.String(),
        "cycle_days": pl.Int64(),
    }
    schema |= {"is_anchor": pl.Boolean(), "every_days": pl.Int64()}
    return pl.DataFrame(list(agents.values()), schema=schema)


def _add_weight(doses: pl.DataFrame, vs: pl.DataFrame | None) -> pl.DataFrame:
    """Join the last weight on or before each dose, in kg."""
    if vs is None or "VSSTRESN" not in vs.columns:
        return doses.with_columns(pl.lit(None, dtype=pl.Float64).alias("weight_kg"))
    weights = (
        vs.filter((col("VSTESTCD") == "WEIGHT") & col("VSSTRESN").is_not_null())
        .select("USUBJID", full_date("VSDTC").alias("ASTDT"), col("VSSTRESN").alias("weight_kg"))
        .drop_nulls("ASTDT")
        .sort("ASTDT")
    )
    return doses.sort("ASTDT").join_asof(
        weights, on="ASTDT", by="USUBJID", strategy="backward", check_sortedness=False
    )
