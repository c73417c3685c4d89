"""ADEXSUM: what each subject received, and how much that was of what was planned."""

from datetime import timedelta

import polars as pl
from polars import col

from trialwright.derive.numbering import number_rows
from trialwright.protocol.model import Protocol
from trialwright.protocol.plan import list_planned_doses

LONGEST_DAYS = 3650  # plans are laid out for ten years of treatment
PLANNED = {
    "ARMCD": pl.String(),
    "agent": pl.String(),
    "days": pl.Int64(),
    "PLANDOSE": pl.Float64(),
}


def derive_exposure_summary(
    adex: pl.DataFrame, adsl: pl.DataFrame, protocol: Protocol
) -> pl.DataFrame:
    """Derive what each treated subject received: cycles, duration, and per agent the intensity.

    The planned dose runs from the subject's own first dose of the agent to the day before
    treatment ended, or to the last dose when that is later (the data cut while treatment goes
    on), as the protocol plans it. Relative dose
    intensity is 100 times received over planned.

    Parameters
    ----------
    adex : DataFrame
        Analysis dataset of doses.
    adsl : DataFrame
        Analysis dataset of subjects with ARMCD, TRTSDT, TRTEDT, DCTDT.
    protocol : Protocol
        Arms with their agents, and the data cut.

    Returns
    -------
    DataFrame
        One row per USUBJID, PARAMCD and EXTRT (null for a parameter of the subject), sorted: NCYC
        (cycles started), TRTDUR (days from first to last dose), NADMIN (administrations), TOTDOSE,
        PLANDOSE (both in AVALU) and RDI (percent).
    """
    received = adex.group_by("USUBJID", "EXTRT").agg(
        col("NADMIN").sum().cast(pl.Float64).alias("NADMIN"),
        # One dose that is not known, such as one in mg without a weight, leaves the total unknown.
        pl.when(col("ADOSE").is_not_null().all() & (col("ADOSEU").n_unique() == 1))
        .then((col("ADOSE") * col("NADMIN")).sum())
        .alias("TOTDOSE"),
        col("ASTDT").min().alias("first_dose"),
        col("AENDT").max().alias("last_dose"),
        col("ADOSEU").first().alias("AVALU"),
    )
    agents = _add_planned(received, adsl, protocol).unpivot(
        ["NADMIN", "TOTDOSE", "PLANDOSE", "RDI"],
        index=["USUBJID", "EXTRT", "AVALU"],
        variable_name="PARAMCD",
        value_name="AVAL",
    )
    return (
        pl.concat([_whole_treatment(adex), agents], how="diagonal")
        .drop_nulls("AVAL")
        .sort("USUBJID", "EXTRT", "PARAMCD")
        .with_columns(number_rows())
        .select("USUBJID", "ASEQ", "PARAMCD", "EXTRT", "AVAL", "AVALU")
    )


def _whole_treatment(adex: pl.DataFrame) -> pl.DataFrame:
    """Return cycles and duration; no cycles where the arm has none."""
    has_cycles = col("ACYCLE").is_not_null().all()
    days = (col("AENDT").max() - col("ASTDT").min()).dt.total_days() + 1
    overall = adex.group_by("USUBJID").agg(
        pl.when(has_cycles).then(col("ACYCLE").n_unique()).cast(pl.Float64).alias("NCYC"),
        days.cast(pl.Float64).alias("TRTDUR"),
    )
    return overall.unpivot(
        ["NCYC", "TRTDUR"], index="USUBJID", variable_name="PARAMCD", value_name="AVAL"
    )


def _add_planned(received: pl.DataFrame, adsl: pl.DataFrame, protocol: Protocol) -> pl.DataFrame:
    """Add PLANDOSE and RDI; null where the protocol plans nothing."""
    ends = adsl.select(
        "USUBJID",
        "ARMCD",
        pl.coalesce(col("DCTDT") - timedelta(days=1), pl.lit(protocol.study.data_cut)).alias("end"),
    )
    dated = received.join(ends, on="USUBJID").with_columns(
        (pl.max_horizontal("end", "last_dose") - col("first_dose"))
        .dt.total_days()
        .clip(lower_bound=0)
        .alias("days"),
        col("EXTRT").str.to_lowercase().alias("agent"),
    )
    joined = dated.sort("days").join_asof(
        _cumulative_plan(protocol),
        on="days",
        by=["ARMCD", "agent"],
        strategy="backward",
        check_sortedness=False,
    )
    is_planned = col("PLANDOSE") > 0
    intensity = pl.when(is_planned).then(100 * col("TOTDOSE") / col("PLANDOSE"))
    return joined.with_columns(intensity.alias("RDI"))


def _cumulative_plan(protocol: Protocol) -> pl.DataFrame:
    """Return the dose planned up to each day after an agent's first, by arm and agent."""
    rows = [
        {"ARMCD": arm.armcd, "agent": agent.name.lower(), "days": dose.day, "dose": total}
        for arm in protocol.arms
        for agent in arm.agents
        for dose in list_planned_doses(protocol, arm, agent, LONGEST_DAYS)
        for total in (dose.amount * dose.n_administrations,)
    ]
    plan = pl.DataFrame(rows, schema={**PLANNED, "dose": pl.Float64()} | {"PLANDOSE": pl.Float64()})
    offset = pl.when(col("days") > 0).then(col("days") - 1).otherwise(col("days"))
    by_agent = ["ARMCD", "agent"]
    return (
        plan.with_columns(offset.alias("days"))
        .with_columns((col("days") - col("days").min().over(by_agent)).alias("days"))
        .sort("days")
        .with_columns(col("dose").cum_sum().over(by_agent).alias("PLANDOSE"))
        .select(*PLANNED)
    )
