"""Findings about the choice of target lesions: size, number, organ, baseline."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl
from polars import col

from trialwright.core.errors import Finding, Severity
from trialwright.derive.finding_rows import Check, FileNames, read_all, report
from trialwright.derive.reads import complete_date
from trialwright.protocol.endpoints import MissingDay

MEASURABLE_MM = 10.0  # longest diameter of a lesion that is no node
MEASURABLE_NODE_MM = 15.0  # short axis
MOST_TARGETS = 5
MOST_PER_ORGAN = 2
NODE = r"(?i)\bnode"


def find_lesion_limits(
    recorded: Mapping[str, pl.DataFrame], subjects: pl.DataFrame, files: FileNames
) -> list[Finding]:
    """Find target lesions that RECIST would not have chosen; all of them warn, none blocks.

    Parameters
    ----------
    recorded : mapping
        Recorded data by lower-case domain; TU and TR are looked at.
    subjects : DataFrame
        One row per subject: USUBJID, TRTSDT.
    files : mapping
        File name of each domain, for the messages.

    Returns
    -------
    list of Finding
        TARGET-BASELINE, TARGET-SIZE, TARGET-COUNT, TARGET-ORGAN.

    References
    ----------
    Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247, sections 3.1 and 4.1. EORTC questions and
    answers: all lymph nodes are one organ.
    """
    targets = (
        read_all(recorded, "TU")
        .filter(col("TUSTRESC") == "TARGET")
        .with_columns(is_node=col("TULOC").str.contains(NODE).fill_null(value=False))
    )
    measured = _measure_baseline(recorded, subjects, targets)
    return [
        *_find_without_baseline(targets, measured, subjects, files),
        *_find_small(measured, files),
        *_find_many(targets, files),
    ]


def _measure_baseline(
    recorded: Mapping[str, pl.DataFrame], subjects: pl.DataFrame, targets: pl.DataFrame
) -> pl.DataFrame:
    """Return the diameter that counts of each target, on or before the start of treatment."""
    nodes = targets.select("USUBJID", "reader", "is_node", TRLNKID="TULNKID").unique()
    test = pl.when("is_node").then(pl.lit("LPERP")).otherwise(pl.lit("LDIAM"))
    return (
        read_all(recorded, "TR")
        .with_columns(ADT=complete_date("TRDTC", MissingDay.FIRST))
        .join(subjects.select("USUBJID", "TRTSDT"), on="USUBJID")
        .join(nodes, on=["USUBJID", "reader", "TRLNKID"], nulls_equal=True)
        .filter(col("ADT") <= col("TRTSDT"), col("TRTESTCD") == test, col("TRSTRESN").is_not_null())
        .sort("ADT", "VISITNUM", "source_row")
        .unique(["USUBJID", "reader", "TRLNKID"], keep="last", maintain_order=True)
    )


def _find_without_baseline(
    targets: pl.DataFrame, measured: pl.DataFrame, subjects: pl.DataFrame, files: FileNames
) -> list[Finding]:
    """Find targets of treated subjects that were not measured before treatment."""
    treated = subjects.filter(col("TRTSDT").is_not_null()).select("USUBJID")
    lesion = ["USUBJID", "reader", "TULNKID"]
    missing = targets.join(treated, on="USUBJID", how="semi").join(
        measured.select("USUBJID", "reader", TULNKID="TRLNKID"),
        on=lesion,
        how="anti",
        nulls_equal=True,
    )
    return report(
        missing,
        Check(
            "TARGET-BASELINE",
            Severity.WARN,
            expected="a baseline measurement",
            action="Enter it, or follow the lesion as non-target; it is in no sum until then",
            column="TULNKID",
            domain="tu",
        ),
        pl.format("target {} has no diameter on or before the start", "TULNKID"),
        files,
    )


def _find_small(measured: pl.DataFrame, files: FileNames) -> list[Finding]:
    """Find targets below measurable size."""
    limit = pl.when("is_node").then(MEASURABLE_NODE_MM).otherwise(MEASURABLE_MM)
    small = measured.with_columns(limit=limit).filter(col("TRSTRESN") < col("limit"))
    kind = pl.when("is_node").then(pl.lit("the short axis of a node"))
    return report(
        small,
        Check(
            "TARGET-SIZE",
            Severity.WARN,
            expected=pl.format(
                "at least {} mm for {}", "limit", kind.otherwise(pl.lit("the longest diameter"))
            ),
            action="Check the unit; say in the protocol deviations if the lesion stays a target",
            column="TRSTRESN",
        ),
        pl.format("target {} of {} mm at baseline", "TRLNKID", "TRSTRESN"),
        files,
    )


def _find_many(targets: pl.DataFrame, files: FileNames) -> list[Finding]:
    """Find subjects with too many targets, in all or in one organ."""
    of_subject = ["USUBJID", "reader"]
    organ = pl.when("is_node").then(pl.lit("lymph nodes")).otherwise("TULOC")
    lesions = (
        targets.sort("source_row")
        .unique([*of_subject, "TULNKID"], keep="first", maintain_order=True)
        .with_columns(organ=organ)
        .with_columns(
            place=pl.int_range(pl.len()).over(of_subject),
            place_in_organ=pl.int_range(pl.len()).over(*of_subject, "organ"),
        )
    )
    check = Check(
        "TARGET-COUNT",
        Severity.WARN,
        expected=f"at most {MOST_TARGETS} targets",
        action="Follow the others as non-target lesions",
        column="TULNKID",
        domain="tu",
    )
    in_organ = replace(
        check,
        rule="TARGET-ORGAN",
        expected=f"at most {MOST_PER_ORGAN} targets an organ",
        column="TULOC",
    )
    many = lesions.filter(col("place") == MOST_TARGETS)
    crowded = lesions.filter(col("organ").is_not_null(), col("place_in_organ") == MOST_PER_ORGAN)
    return [
        *report(many, check, pl.format("{} is one target too many", "TULNKID"), files),
        *report(
            crowded,
            in_organ,
            pl.format("{} is one target too many in {}", "TULNKID", "organ"),
            files,
        ),
    ]
