"""Findings about whose reading is accepted, records that come twice, and the order of visits."""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl
from polars import col

from trialwright.core.errors import Finding, Severity
from trialwright.derive.finding_rows import Check, FileNames, read_all, report
from trialwright.derive.reads import CENTRAL_EVALUATOR


def find_read_problems(recorded: Mapping[str, pl.DataFrame], files: FileNames) -> list[Finding]:
    """Find two accepted reads, changing readers, records that come twice, visits out of order.

    Parameters
    ----------
    recorded : mapping
        Recorded data by lower-case domain; TR and RS are looked at.
    files : mapping
        File name of each domain, for the messages.

    Returns
    -------
    list of Finding
        READ-TWICE, READ-CHANGES, LESION-CONFLICT, LESION-TWICE, VISIT-REPEATED, VISIT-ORDER.
    """
    records, responses = read_all(recorded, "TR"), read_all(recorded, "RS")
    return [
        *_find_accepted(records, "TR", files),
        *_find_accepted(responses, "RS", files),
        *_find_twice(records, files),
        *_find_repeated(records, files),
        *_find_order(records, files),
    ]


def _find_accepted(records: pl.DataFrame, domain: str, files: FileNames) -> list[Finding]:
    """Find time points with two accepted readers, and subjects whose accepted reader changes."""
    visit = ["USUBJID", "VISITNUM"]
    accepted = (
        records.filter(col(f"{domain}EVAL") == CENTRAL_EVALUATOR, col(f"{domain}ACPTFL") == "Y")
        .sort("source_row")
        .with_columns(
            usual=col("reader").first().over("USUBJID"),
            other=col("reader").max().over(visit),
            reader=col("reader").min().over(visit),
        )
        .unique(visit, keep="first", maintain_order=True)
    )
    twice = Check(
        "READ-TWICE",
        Severity.BLOCK,
        expected="one accepted read a time point",
        action="Leave the flag on the read that the adjudicator chose",
        column=f"{domain}ACPTFL",
        domain=domain.lower(),
    )
    changes = replace(
        twice,
        rule="READ-CHANGES",
        severity=Severity.WARN,
        expected="one reader throughout, whose target lesions are the same",
        action="Ask whether the adjudicator chose time point by time point",
    )
    is_twice, is_usual = col("reader") != col("other"), col("reader") == col("usual")
    both = pl.format("the reads of {} and {} are both accepted", "reader", "other")
    one = pl.format("the accepted read is that of {}, before of {}", "reader", "usual")
    return [
        *report(accepted.filter(is_twice), twice, both, files),
        *report(accepted.filter(~is_twice, ~is_usual), changes, one, files),
    ]


def _find_twice(records: pl.DataFrame, files: FileNames) -> list[Finding]:
    """Find lesions with two records of one test on one day."""
    day = ["USUBJID", "reader", "VISITNUM", "TRLNKID", "TRTESTCD", "TRDTC"]
    answer = pl.struct("TRSTRESC", "TRSTRESN")
    again = (
        _of_lesions(records)
        .filter(pl.len().over(day) > 1)
        .with_columns(
            agrees=(answer.n_unique() == 1).over(day), is_first=pl.struct(day).is_first_distinct()
        )
        .filter(~col("is_first"))
    )
    conflict = Check(
        "LESION-CONFLICT",
        Severity.BLOCK,
        expected="one record",
        action="Delete the wrong one; the first is used until then",
        column="TRLNKID",
    )
    same = replace(
        conflict, rule="LESION-TWICE", severity=Severity.WARN, action="Delete one of the two"
    )
    words = pl.format("a second {} of lesion {} on {}", "TRTESTCD", "TRLNKID", "TRDTC")
    return [
        *report(again.filter(~col("agrees")), conflict, words, files),
        *report(again.filter("agrees"), same, words, files),
    ]


def _find_repeated(records: pl.DataFrame, files: FileNames) -> list[Finding]:
    """Find visit numbers under which a lesion was assessed on several days."""
    visit = ["USUBJID", "reader", "VISITNUM"]
    repeated = (
        _of_lesions(records)
        .filter(
            col("TRDTC").n_unique().over(*visit, "TRLNKID", "TRTESTCD") > 1,
            col("TRDTC") > col("TRDTC").min().over(visit),
        )
        .unique([*visit, "TRDTC"], keep="first", maintain_order=True)
    )
    check = Check(
        "VISIT-REPEATED",
        Severity.WARN,
        expected="a VISITNUM of its own",
        action="Number unscheduled visits apart; both are used as two assessments",
        column="VISITNUM",
    )
    words = pl.format("a second assessment, on {}, under the same VISITNUM", "TRDTC")
    return report(repeated, check, words, files)


def _of_lesions(records: pl.DataFrame) -> pl.DataFrame:
    """Return the diameters and states of single lesions, in order of their rows."""
    return records.filter(
        col("TRLNKID").is_not_null(), col("TRTESTCD").is_in(["LDIAM", "LPERP", "TUMSTATE"])
    ).sort("source_row")


def _find_order(records: pl.DataFrame, files: FileNames) -> list[Finding]:
    """Find visits whose dates run against their numbers."""
    visits = (
        records.filter(col("TRDTC").str.len_bytes() >= len("2021-02-03"), col("VISITNUM") >= 0)
        .group_by("USUBJID", "reader", "VISITNUM")
        .agg(day=col("TRDTC").str.slice(0, 10).min(), source_row=col("source_row").min())
        .sort("USUBJID", "reader", "VISITNUM")
        .with_columns(latest=col("day").cum_max().shift().over("USUBJID", "reader"))
        .filter(col("day") < col("latest"))
    )
    return report(
        visits,
        Check(
            "VISIT-ORDER",
            Severity.WARN,
            expected="dates in the order of the visits",
            action="Correct the date or the visit; until then the dates decide",
            column="TRDTC",
        ),
        pl.format("{}, before a visit of a lower number ({})", "day", "latest"),
        files,
    )
