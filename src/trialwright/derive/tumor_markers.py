"""Tumor markers that must be normal for a complete response (from LB)."""

from collections.abc import Mapping

import polars as pl
from polars import col

from trialwright.derive.reads import complete_date
from trialwright.protocol.endpoints import MissingDay, ResponseRules

HIGH = ("HIGH", "ABNORMAL", "HIGH HIGH", "H")


def derive_tumor_markers(
    recorded: Mapping[str, pl.DataFrame], subjects: pl.DataFrame, rules: ResponseRules
) -> pl.DataFrame:
    """Derive whether the protocol's tumor markers are normal at each visit.

    Parameters
    ----------
    recorded : mapping
        Recorded data by lower-case domain; "lb" is used: LBTESTCD, LBNRIND, LBDTC, VISITNUM.
    subjects : DataFrame
        One row per subject: USUBJID, TRTSDT.
    rules : ResponseRules
        `tumor_markers` are the LBTESTCD.

    Returns
    -------
    DataFrame
        One row per USUBJID and VISITNUM with a marker, in this order: ABLFL ("Y" on subjects' last
        visit on or before TRTSDT where any marker is high), AVALC ("HIGH", "NORMAL" when all
        recorded markers are normal).

    References
    ----------
    Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247, section 4.3.3.
    """
    empty = pl.DataFrame(
        schema={
            "USUBJID": pl.String, "VISITNUM": pl.Float64, "ABLFL": pl.String, "AVALC": pl.String
        }
    )  # fmt: skip
    if "lb" not in recorded or not rules.tumor_markers:
        return empty
    visits = (
        recorded["lb"]
        .filter(
            col("LBTESTCD").is_in(list(rules.tumor_markers)),
            col("LBNRIND").is_not_null() & (col("LBNRIND") != ""),
        )
        .with_columns(
            ADT=complete_date("LBDTC", MissingDay.UNKNOWN), is_high=col("LBNRIND").is_in(HIGH)
        )
        .group_by("USUBJID", "VISITNUM")
        .agg(ADT=col("ADT").min(), is_high=col("is_high").any())
        .join(subjects.select("USUBJID", "TRTSDT"), on="USUBJID")
    )
    before = col("ADT") <= col("TRTSDT")
    is_last = col("ADT") == pl.when(before).then(col("ADT")).max().over("USUBJID")
    return (
        visits.with_columns(
            ABLFL=pl.when(is_last & before & col("is_high")).then(pl.lit("Y")),
            AVALC=pl.when("is_high").then(pl.lit("HIGH")).otherwise(pl.lit("NORMAL")),
        )
        .sort("USUBJID", "VISITNUM")
        .select("USUBJID", "VISITNUM", "ABLFL", "AVALC")
    )
