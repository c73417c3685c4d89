"""Findings that need both readings of a response: the one collected and the one derived."""

from collections.abc import Mapping

import polars as pl
from polars import col

from trialwright.core.errors import Finding, Severity


def find_response_differences(
    collected: pl.DataFrame,
    derived: pl.DataFrame,
    file: str = "rs",
    rows: Mapping[tuple[str, int], int] | None = None,
) -> list[Finding]:
    """Find time points where the response that was collected differs from the one derived.

    Parameters
    ----------
    collected, derived : DataFrame
        One read, as `derive.response.derive_collected_responses` and
        `derive.response.derive_time_point_responses` return it.
    file : str
        Name of the file of RS, for the messages.
    rows : mapping, optional
        USUBJID and RSSEQ to the row of the file.

    Returns
    -------
    list of Finding
        By USUBJID, VISITNUM and RSSEQ, rule RS-DERIVED; each says which rule decided the derived
        response.
    """
    differing = (
        collected.select("USUBJID", "VISITNUM", "OVRLRESP", "PARQUAL", "SRCSEQ")
        .join(
            derived.select("USUBJID", "VISITNUM", "AREASON", lesions="OVRLRESP"),
            on=["USUBJID", "VISITNUM"],
        )
        .filter(col("OVRLRESP") != col("lesions"))
        .sort("USUBJID", "VISITNUM", "SRCSEQ")
    )
    return [
        Finding(
            rule="RS-DERIVED",
            severity=Severity.WARN,
            file=file,
            row=(rows or {}).get((row["USUBJID"], row["SRCSEQ"])),
            column="RSSTRESC",
            subject=row["USUBJID"],
            where=f"VISITNUM {row['VISITNUM']:g}, RSSEQ {row['SRCSEQ']}",
            found=f"{row['OVRLRESP']} by {row['PARQUAL']}, but the lesions give {row['lesions']}",
            expected=f"the same ({row['AREASON'].rstrip('.')})",
            action="Ask the reader which of the two is right.",
        )
        for row in differing.iter_rows(named=True)
    ]
