"""ADEX: every dose with its cycle, and what each subject received of what was planned."""

from collections.abc import Mapping, Sequence
from datetime import date

import polars as pl
from polars import col

from trialwright.derive.dates import full_date
from trialwright.derive.subjects import with_columns_of
from trialwright.protocol.arms import Agent, Arm

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
        USUBJID, ASEQ, EXTRT, ASTDT, AENDT, ADOSE (one administration, unit ADOSEU), ACYCLE (null
        for an arm without cycles), NADMIN (administrations that the record covers), EXLNKID,
        SRCDOM, SRCSEQ; sorted by USUBJID, ASTDT, EXSEQ.
    """
    doses = with_columns_of(ex, ("EXDOSU", "EXDOSFRQ", "EXLNKID", "EXENDTC"))
    doses = doses.with_columns(
        full_date("EXSTDTC").alias("ASTDT"),
        pl.coalesce(full_date("EXENDTC"), full_date("EXSTDTC"))
        .clip(upper_bound=data_cut)
        .alias("AENDT"),
    ).filter(
        (col("ASTDT") <= data_cut)
        & ((col("EXDOSE") > 0) | col("EXTRT").str.to_uppercase().str.contains(PLACEBO))
    )
    doses = _add_weight(doses, vs)
    doses = doses.join(_agents_frame(arms), on=col("EXTRT").str.to_lowercase(), how="left")
    is_by_weight = col("planned_unit").str.ends_with(PER_KG) & ~col("EXDOSU").str.contains(PER_KG)
    days = (col("AENDT") - col("ASTDT")).dt.total_days() + 1
    per_day = col("EXDOSFRQ").replace_strict(PER_DAY, default=1, return_dtype=pl.Int64)
    first_anchor = (
        pl.when(col("is_anchor")).then(col("ASTDT")).min().over("USUBJID").fill_null(col("ASTDT"))
    )
    cycle = (col("ASTDT") - first_anchor).dt.total_days() // col("cycle_days") + 1
    return (
        doses.with_columns(
            pl.when(is_by_weight)
            .then(col("EXDOSE") / col("weight_kg"))
            .otherwise(col("EXDOSE"))
            .alias("ADOSE"),
            pl.when(is_by_weight)
            .then(col("planned_unit"))
            .otherwise(col("EXDOSU"))
            .alias("ADOSEU"),
            pl.when(col("is_spread")).then(days * per_day).otherwise(1).alias("NADMIN"),
            cycle.clip(lower_bound=1).alias("ACYCLE"),
            pl.lit("EX").alias("SRCDOM"),
            col("EXSEQ").cast(pl.Int64).alias("SRCSEQ"),
        )
        .sort("USUBJID", "ASTDT", "EXSEQ")
        .with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("USUBJID").alias("ASEQ"))
        .select(
            *("USUBJID", "ASEQ", "EXTRT", "ASTDT", "AENDT", "ADOSE", "ADOSEU", "ACYCLE"),
            *("NADMIN", "EXLNKID", "SRCDOM", "SRCSEQ"),
        )
    )


def _agents_frame(arms: Sequence[Arm]) -> pl.DataFrame:
    """Return one row per agent, by its name in lower case, with its arm's cycle."""
    agents: dict[str, dict[str, str | int | bool | None]] = {}
    for arm in arms:
        for agent in arm.agents:
            agents.setdefault(
                agent.name.lower(),
                {
                    "EXTRT": agent.name.lower(),
                    "planned_unit": agent.dose.unit,
                    "cycle_days": arm.cycle_days,
                    "is_anchor": arm.cycle_anchor in (None, agent.name),
                    # A rhythm of days on and off is recorded by its stretches, not by each intake.
                    "is_spread": agent.every_days is None,
                },
            )
    schema = {"EXTRT": pl.String(), "planned_unit": pl.String(), "cycle_days": pl.Int64()}
    schema |= {"is_anchor": pl.Boolean(), "is_spread": pl.Boolean()}
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


def derive_exposure_summary(
    adex: pl.DataFrame, adsl: pl.DataFrame, arms: Sequence[Arm], data_cut: date
) -> pl.DataFrame:
    """Derive what each treated subject received: cycles, duration, and per agent the intensity.

    The planned dose runs from the subject's own first dose of the agent to the day before
    treatment ended (the data cut while it goes on), by the agent's rhythm and cap. Relative dose
    intensity is 100 times received over planned.

    Parameters
    ----------
    adex : DataFrame
        Analysis dataset of doses.
    adsl : DataFrame
        Analysis dataset of subjects with ARMCD, TRTSDT, TRTEDT, DCTDT.
    arms : sequence of Arm
        The protocol's arms.
    data_cut : date
        Last day that counts.

    Returns
    -------
    DataFrame
        One row per USUBJID, PARAMCD and EXTRT (empty for a parameter of the subject), sorted: NCYC
        (cycles started), TRTDUR (days from first to last dose), NADMIN (administrations), TOTDOSE,
        PLANDOSE (both in AVALU) and RDI (percent).
    """
    subjects = adsl.filter(col("TRTSDT").is_not_null())
    ends = subjects.select(
        "USUBJID",
        "ARMCD",
        pl.coalesce(col("DCTDT") - pl.duration(days=1), pl.lit(data_cut)).alias("planned_end"),
    )
    overall = adex.group_by("USUBJID").agg(
        col("ACYCLE").n_unique().cast(pl.Float64).alias("NCYC"),
        col("ACYCLE").null_count().alias("n_without"),
        ((col("AENDT").max() - col("ASTDT").min()).dt.total_days() + 1)
        .cast(pl.Float64)
        .alias("TRTDUR"),
    )
    overall = overall.with_columns(
        pl.when(col("n_without") == 0).then(col("NCYC")).alias("NCYC")
    ).drop("n_without")
    received = adex.group_by("USUBJID", "EXTRT").agg(
        col("NADMIN").sum().cast(pl.Float64).alias("NADMIN"),
        (col("ADOSE") * col("NADMIN")).sum().alias("TOTDOSE"),
        col("ASTDT").min().alias("first_dose"),
        col("ADOSEU").first().alias("AVALU"),
    )
    planned = _planned_doses(received.join(ends, on="USUBJID"), arms)
    planned = planned.with_columns((100 * col("TOTDOSE") / col("PLANDOSE")).alias("RDI"))
    agents = planned.unpivot(
        ["NADMIN", "TOTDOSE", "PLANDOSE", "RDI"],
        index=["USUBJID", "EXTRT", "AVALU"],
        variable_name="PARAMCD",
        value_name="AVAL",
    )
    whole = overall.unpivot(
        ["NCYC", "TRTDUR"], index="USUBJID", variable_name="PARAMCD", value_name="AVAL"
    )
    return (
        pl.concat([whole, agents], how="diagonal")
        .drop_nulls("AVAL")
        .sort("USUBJID", "EXTRT", "PARAMCD")
        .with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("USUBJID").alias("ASEQ"))
        .select("USUBJID", "ASEQ", "PARAMCD", "EXTRT", "AVAL", "AVALU")
    )


def _planned_doses(received: pl.DataFrame, arms: Sequence[Arm]) -> pl.DataFrame:
    """Add PLANDOSE, agent by agent; null where the protocol gives no rhythm."""
    plans: Mapping[tuple[str, str], Agent] = {
        (arm.armcd, agent.name.lower()): agent for arm in arms for agent in arm.agents
    }
    planned = pl.lit(None, dtype=pl.Float64)
    n_days = ((col("planned_end") - col("first_dose")).dt.total_days() + 1).clip(lower_bound=1)
    for (armcd, name), agent in plans.items():
        is_agent = (col("ARMCD") == armcd) & (col("EXTRT").str.to_lowercase() == name)
        n_planned = _planned_administrations(agent, n_days)
        planned = pl.when(is_agent).then(n_planned * agent.dose.amount).otherwise(planned)
    return received.with_columns(planned.alias("PLANDOSE"))


def _planned_administrations(agent: Agent, n_days: pl.Expr) -> pl.Expr:
    """Count the planned administrations in a number of days from the first one on."""
    if agent.every_days is not None:
        n = (n_days - 1) // agent.every_days + 1
    elif agent.days_on is not None:
        period = agent.days_on + (agent.days_off or 0)
        rest = pl.min_horizontal(n_days % period, pl.lit(agent.days_on))
        n = ((n_days // period) * agent.days_on + rest) * agent.frequency.per_day
    else:
        n = n_days * agent.frequency.per_day
    if agent.at_most is not None:
        n = n.clip(upper_bound=agent.at_most)
    return n.cast(pl.Float64)
