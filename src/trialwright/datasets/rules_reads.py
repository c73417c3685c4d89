"""Rules about reads: what one evaluator saw at one scan, once, and whose reading is accepted."""

from collections.abc import Iterator
from dataclasses import replace

import polars as pl
from polars import col

from trialwright.datasets.recorded import Hits, Recorded
from trialwright.datasets.rules_registry import rule


@rule(
    "READ-REPEATED",
    "block",
    title="Two results of one lesion or response at one scan",
    why="Of two answers one would win by chance.",
    mend="Keep the record that is right.",
)
def find_repeated_reads(recorded: Recorded) -> Iterator[Hits]:
    """Find second results of one test, lesion, read and scan that are not the first."""
    for hits, is_copy in _repeated(recorded):
        yield replace(hits, rows=hits.rows.filter(~is_copy))


@rule(
    "READ-COPY",
    "warn",
    title="A result recorded twice at one scan, both times the same",
    why="No result changes, but something was exported twice.",
    mend="Delete one of the two rows.",
)
def find_copied_reads(recorded: Recorded) -> Iterator[Hits]:
    """Find second results that repeat the first."""
    for hits, is_copy in _repeated(recorded):
        yield replace(hits, rows=hits.rows.filter(is_copy))


@rule(
    "READ-ACCEPTED",
    "block",
    title="Two accepted reads at one scan",
    why="The analysis uses the accepted read; of two it cannot know which.",
    mend="Keep --ACPTFL = Y on the read that the adjudicator chose, and on that alone.",
)
def find_two_accepted_reads(recorded: Recorded) -> Iterator[Hits]:
    """Find scans at which records of two identified readers of one kind are accepted."""
    for domain, accepted in _accepted(recorded):
        code = domain.upper()
        reader, kind = f"{code}EVALID", f"{code}EVAL"
        scan = ["USUBJID", kind, "scan"]
        rows = (
            accepted.with_columns(col(reader).first().over(scan).alias("first_reader"))
            .filter(col(reader) != col("first_reader"))
            .unique(scan, keep="first", maintain_order=True)
        )
        found = pl.format("Y for {} and {}", col("first_reader"), col(reader))
        yield Hits(domain, rows, f"{code}ACPTFL", found, "one accepted reader")


@rule(
    "READ-CHANGES",
    "warn",
    title="The accepted reader changes from scan to scan",
    why="Two readers may follow different targets: sums before and after are of other lesions.",
    mend="Ask whether the adjudicator chose a reader scan by scan; accept one for all scans.",
)
def find_changing_readers(recorded: Recorded) -> Iterator[Hits]:
    """Find scans whose one accepted reader is not that of the subject's first scan."""
    for domain, accepted in _accepted(recorded):
        code = domain.upper()
        reader, kind = f"{code}EVALID", f"{code}EVAL"
        of_subject = ["USUBJID", kind]
        rows = (
            accepted.filter(col("n_readers") == 1)
            .with_columns(col(reader).first().over(of_subject).alias("first_reader"))
            .filter(col(reader) != col("first_reader"))
            .unique([*of_subject, "scan"], keep="first", maintain_order=True)
        )
        expected = pl.format("{} as at the first scan", col("first_reader"))
        yield Hits(domain, rows, f"{code}ACPTFL", pl.format("Y for {}", col(reader)), expected)


@rule(
    "VISIT-REPEATED",
    "warn",
    title="Two scans under one visit number",
    why="Both are used, as two assessments of the visit, in the order of their dates.",
    mend="Give the unscheduled scan a visit number of its own.",
)
def find_repeated_visits(recorded: Recorded) -> Iterator[Hits]:
    """Find lesions measured on a second date under the same visit number, once a date."""
    tr = recorded.pick(
        *("tr", "USUBJID", "TRTESTCD", "TRLNKID", "VISITNUM", "TRDTC"),
        optional=("TREVAL", "TREVALID"),
    )
    if tr is None:
        return
    scan = ["USUBJID", "TREVAL", "TREVALID", "VISITNUM"]
    dated = tr.drop_nulls(["TRLNKID", "VISITNUM", "TRDTC"]).sort("TRDTC", maintain_order=True)
    first = col("TRDTC").first().over(*scan, "TRLNKID", "TRTESTCD").alias("first_date")
    rows = dated.with_columns(first).filter(col("TRDTC") != col("first_date"))
    rows = rows.unique([*scan, "TRDTC"], keep="first", maintain_order=True).sort("source_row")
    found = pl.format("a second scan of the visit, on {}", col("TRDTC"))
    expected = pl.format("one scan, that of {}", col("first_date"))
    yield Hits("tr", rows, "VISITNUM", found, expected)


def _accepted(recorded: Recorded) -> Iterator[tuple[str, pl.DataFrame]]:
    """Yield TR and RS: accepted records of identified readers with their scan, its n_readers."""
    for domain in ("tr", "rs"):
        code = domain.upper()
        flag, reader, kind = f"{code}ACPTFL", f"{code}EVALID", f"{code}EVAL"
        table = recorded.pick(domain, "USUBJID", flag, reader, optional=(kind, f"{code}DTC"))
        if table is None:
            continue
        scan = "VISITNUM" if recorded.has(domain, "VISITNUM") else f"{code}DTC"
        accepted = table.filter(col(flag) == "Y", col(reader).is_not_null())
        accepted = accepted.with_columns(col(scan).cast(pl.String).alias("scan"))
        n_readers = col(reader).n_unique().over("USUBJID", kind, "scan").alias("n_readers")
        yield domain, accepted.with_columns(n_readers)


def _repeated(recorded: Recorded) -> Iterator[tuple[Hits, pl.Expr]]:
    """Yield rows whose test, lesion, read and scan an earlier row has; which of them are copies."""
    for domain, names in (("tr", ("TRLNKID", "TRGRPID")), ("rs", ("RSCAT",))):
        code = domain.upper()
        test, result, number = f"{code}TESTCD", f"{code}STRESC", f"{code}STRESN"
        scan = ("VISITNUM", f"{code}DTC", f"{code}EVAL", f"{code}EVALID")
        table = recorded.pick(domain, "USUBJID", test, optional=(result, number, *scan, *names))
        if table is None:
            continue
        same = ["USUBJID", test, *scan, *names]
        done = table.filter(col(result).is_not_null() | col(number).is_not_null())
        done = done.with_columns(
            col("source_row").first().over(same).alias("first_row"),
            col(result).first().over(same).alias("first_result"),
            col(number).first().over(same).alias("first_number"),
        )
        again = done.filter(col("source_row") != col("first_row"))
        is_copy = col(result).eq_missing(col("first_result")) & col(number).eq_missing(
            col("first_number")
        )
        found = pl.format("{} of row {} again", col(test), col("first_row"))
        keys = ("TRLNKID", "VISITNUM")
        yield Hits(domain, again, test, found, "one result", keys=keys), is_copy
