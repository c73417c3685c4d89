"""Findings about populations: everybody is counted once, and within what contains them."""

from collections.abc import Iterator, Sequence

import polars as pl
from polars import col

from trialwright.core.errors import Finding, Severity
from trialwright.derive.populations import IN_SCREENING


def find_population_faults(adsl: pl.DataFrame, flags: Sequence[str], file: str) -> list[Finding]:
    """Find subjects in whom the participant flow would not add up.

    Parameters
    ----------
    adsl : DataFrame
        Analysis dataset of subjects.
    flags : sequence of str
        Flags of the protocol's populations.
    file : str
        Name of the file of DM, for the messages.

    Returns
    -------
    list of Finding
        Rule FLOW-COUNT, by USUBJID: enrolled and a screening failure at once or neither; in a
        population without being enrolled; in a population of the treated without a start of
        treatment; outside a population without a reason.
    """
    known = [flag for flag in dict.fromkeys(("SAFFL", *flags)) if flag in adsl.columns]
    known = [flag for flag in known if flag != "ENRLFL" and adsl[flag].is_not_null().any()]
    return sorted(
        (fault for rows in _list_faults(adsl, known) for fault in _tell(rows, file)),
        key=lambda finding: (finding.subject or "", finding.found),
    )


def _list_faults(adsl: pl.DataFrame, flags: Sequence[str]) -> Iterator[pl.DataFrame]:
    """Yield subjects with what is wrong with them: USUBJID, found, expected."""
    both = (col("ENRLFL") == "Y") == (col("SCRFFL") == "Y")
    both &= col("SCRFREAS").ne_missing(IN_SCREENING)
    yield _name(adsl.filter(both), "enrolled and screening failure do not exclude each other",
                "one of the two")  # fmt: skip
    for flag in flags:
        inside = adsl.filter(col(flag) == "Y")
        yield _name(
            inside.filter(col("ENRLFL") != "Y"), f"{flag} = Y, and not enrolled", "an enrolled one"
        )
        reason = f"{flag[:-2]}REAS"
        if reason in adsl.columns:
            outside = adsl.filter(col(flag) == "N", col(reason).is_null())
            yield _name(outside, f"{flag} = N without a reason", f"a reason in {reason}")
    if "SAFFL" in flags:
        untreated = adsl.filter(col("SAFFL") == "Y", col("TRTSDT").is_null())
        yield _name(untreated, "treated without a start of treatment", "a date of the first dose")


def _name(rows: pl.DataFrame, found: str, expected: str) -> pl.DataFrame:
    return rows.select("USUBJID", pl.lit(found).alias("found"), pl.lit(expected).alias("expected"))


def _tell(rows: pl.DataFrame, file: str) -> Iterator[Finding]:
    for subject, found, expected in rows.iter_rows():
        yield Finding(
            rule="FLOW-COUNT",
            severity=Severity.WARN,
            file=file,
            subject=subject,
            found=found,
            expected=expected,
            action="Compare DM, DS and EX of this subject.",
        )
