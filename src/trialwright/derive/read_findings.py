"""Findings about whose reading is accepted, records that come twice, and the order of visits."""

from collections.abc import Mapping

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
        *_find_order(records, files),
    ]


def _find_accepted(records: pl.DataFrame, domain: str, files: FileNames) -> list[Finding]:
    """Find time points with two accepted readers, and subjects whose accepted reader changes."""
    accepted = records.filter(
        col(f"{domain}EVAL") == CENTRAL_EVALUATOR, col(f"{domain}ACPTFL") == "Y"
    ).sort("source_row")
    visit = ["USUBJID", "VISITNUM"]
    readers = pl.format(
        "{} and {}", col("reader").min().over(visit), col("reader").max().over(visit)
    )
    twice = accepted.filter(col("reader").n_unique().over(visit) > 1)
    usual = accepted.group_by("USUBJID", maintain_order=True).agg(usual=col("reader").first())
    changed = accepted.join(usual, on="USUBJID", maintain_order="left").filter(
        col("reader") != col("usual"), col("reader").n_unique().over(visit) == 1
    )
    return [
        *report(
            twice.with_columns(readers=readers).unique(visit, keep="first", maintain_order=True),
            Check(
                "READ-TWICE",
                Severity.BLOCK,
                expected="one accepted read a time point",
                action="Leave the flag on the read that the adjudicator chose",
                column=f"{domain}ACPTFL",
                domain=domain.lower(),
            ),
            pl.format("the reads of {} are both accepted", "readers"),
            files,
        ),
        *report(
            changed.unique(visit, keep="first", maintain_order=True),
            Check(
                "READ-CHANGES",
                Severity.WARN,
                expected="one reader throughout, whose target lesions are the same",
                action="Ask whether the adjudicator chose time point by time point",
                column=f"{domain}ACPTFL",
                domain=domain.lower(),
            ),
            pl.format("the accepted read is that of {}, before of {}", "reader", "usual"),
            files,
        ),
    ]


def _find_twice(records: pl.DataFrame, files: FileNames) -> list[Finding]:
    """Find lesions with two records of one test at one visit."""
    test = ["USUBJID", "reader", "VISITNUM", "TRLNKID", "TRTESTCD"]
    lesions = records.filter(
        col("TRLNKID").is_not_null(), col("TRTESTCD").is_in(["LDIAM", "LPERP", "TUMSTATE"])
    )
    again = lesions.filter(pl.len().over(test) > 1).sort("source_row")
    day = [*test, "TRDTC"]
    answer = pl.struct("TRSTRESC", "TRSTRESN")
    same_day = again.with_columns(
        agrees=(answer.n_unique() == 1).over(day), is_first=pl.struct(day).is_first_distinct()
    ).filter(~col("is_first"))
    visit = ["USUBJID", "reader", "VISITNUM"]
    other_day = again.filter(
        col("TRDTC").n_unique().over(test) > 1, col("TRDTC") > col("TRDTC").min().over(visit)
    ).unique([*visit, "TRDTC"], keep="first", maintain_order=True)
    return [
        *report(
            same_day.filter(~col("agrees")),
            Check(
                "LESION-CONFLICT",
                Severity.BLOCK,
                expected="one record",
                action="Delete the wrong one; the first is used until then",
                column="TRLNKID",
            ),
            pl.format("another {} of lesion {} on {}", "TRTESTCD", "TRLNKID", "TRDTC"),
            files,
        ),
        *report(
            same_day.filter("agrees"),
            Check(
                "LESION-TWICE",
                Severity.WARN,
                expected="one record",
                action="Delete one of the two",
                column="TRLNKID",
            ),
            pl.format("the same {} of lesion {} again, on {}", "TRTESTCD", "TRLNKID", "TRDTC"),
            files,
        ),
        *report(
            other_day,
            Check(
                "VISIT-REPEATED",
                Severity.WARN,
                expected="a VISITNUM of its own",
                action="Number unscheduled visits apart; both are used as two assessments",
                column="VISITNUM",
            ),
            pl.format("a second assessment, on {}, under the same VISITNUM", "TRDTC"),
            files,
        ),
    ]


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
