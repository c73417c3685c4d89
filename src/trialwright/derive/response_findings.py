"""Findings in recorded tumor data: what cannot be used as it is, or should be looked at."""

from collections.abc import Mapping

import polars as pl
from polars import col

from trialwright.core.errors import Finding, Severity
from trialwright.derive.finding_rows import Check, FileNames, read_all, report
from trialwright.derive.lesion_limits import find_lesion_limits
from trialwright.derive.read_findings import find_read_problems
from trialwright.protocol.endpoints import ResponseRules

__all__ = ["find_response_differences", "find_response_problems", "find_rule_problems"]

LESION_TESTS = ["LDIAM", "LPERP", "DIAMETER", "TUMSTATE"]
DIAMETERS = ["LDIAM", "LPERP"]
RESPONSES = ["CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "NED", "ND"]


def find_response_problems(
    recorded: Mapping[str, pl.DataFrame], subjects: pl.DataFrame, files: FileNames | None = None
) -> list[Finding]:
    """Find what in TU, TR and RS cannot be used as recorded, or should be looked at.

    Parameters
    ----------
    recorded : mapping
        Recorded data by lower-case domain.
    subjects : DataFrame
        One row per subject: USUBJID, TRTSDT.
    files : mapping, optional
        File name of each domain, for the messages.

    Returns
    -------
    list of Finding
        By rule, then by row. TR-SUMS, TR-UNIT, TR-STATE, TR-DATE, LESION-CLASS, LESION-UNKNOWN,
        READ-TWICE, READ-CHANGES, LESION-CONFLICT, LESION-TWICE, VISIT-REPEATED, VISIT-ORDER,
        RS-CODE, TARGET-BASELINE, TARGET-SIZE, TARGET-COUNT, TARGET-ORGAN.
    """
    names = files or {}
    records, identified = read_all(recorded, "TR"), read_all(recorded, "TU")
    return [
        *_find_sums(records, names),
        *_find_units(records, names),
        *_find_states(records, names),
        *_find_dates(records, names),
        *_find_classes(records, identified, names),
        *_find_unknown(records, identified, names),
        *find_read_problems(recorded, names),
        *_find_codes(read_all(recorded, "RS"), names),
        *find_lesion_limits(recorded, subjects, names),
    ]


def _find_sums(records: pl.DataFrame, files: FileNames) -> list[Finding]:
    """Find assessments that hold a sum of diameters and no lesion."""
    visit = ["USUBJID", "reader", "VISITNUM"]
    lesions = records.filter(col("TRTESTCD").is_in(LESION_TESTS)).select(visit).unique()
    sums = records.filter(col("TRTESTCD") == "SUMDIAM").join(
        lesions, on=visit, how="anti", nulls_equal=True
    )
    return report(
        sums,
        Check(
            "TR-SUMS",
            Severity.BLOCK,
            expected="one record per lesion",
            action="Enter the diameter of each lesion; the sum is calculated",
            column="TRTESTCD",
        ),
        pl.format("a sum of diameters ({} mm) without single lesions", "TRSTRESN"),
        files,
    )


def _find_units(records: pl.DataFrame, files: FileNames) -> list[Finding]:
    """Find diameters that are not in millimeters."""
    unit = pl.coalesce("TRSTRESU", "TRORRESU")
    wrong = records.filter(
        col("TRTESTCD").is_in([*DIAMETERS, "DIAMETER", "SUMDIAM"]),
        unit.str.to_lowercase() != "mm",
        col("TRSTRESN").is_not_null() | col("TRORRES").is_not_null(),
    )
    value = pl.coalesce(col("TRSTRESN").cast(pl.String), "TRORRES")
    return report(
        wrong,
        Check(
            "TR-UNIT",
            Severity.BLOCK,
            expected="millimeters",
            action="Write the diameter in mm",
            column="TRSTRESN",
        ),
        pl.format("{} {}", value, unit),
        files,
    )


def _find_states(records: pl.DataFrame, files: FileNames) -> list[Finding]:
    """Find lesions called absent that have a diameter."""
    visit = ["USUBJID", "reader", "VISITNUM", "TRLNKID", "TRDTC"]
    absent = records.filter(
        col("TRTESTCD") == "TUMSTATE", col("TRSTRESC").str.to_uppercase() == "ABSENT"
    ).select(visit)
    measured = records.filter(col("TRTESTCD").is_in(DIAMETERS), col("TRSTRESN") > 0).join(
        absent, on=visit, how="semi", nulls_equal=True
    )
    return report(
        measured,
        Check(
            "TR-STATE",
            Severity.BLOCK,
            expected="one of the two",
            action="Correct the diameter or the state",
            column="TRSTRESN",
        ),
        pl.format("{} mm in a lesion called absent", "TRSTRESN"),
        files,
    )


def _find_dates(records: pl.DataFrame, files: FileNames) -> list[Finding]:
    """Find assessments of lesions without a date."""
    undated = records.filter(
        col("TRLNKID").is_not_null(),
        col("TRTESTCD").is_in([*DIAMETERS, "TUMSTATE"]),
        col("TRDTC").is_null() | (col("TRDTC").str.len_bytes() < len("2021-02")),
    )
    return report(
        undated,
        Check(
            "TR-DATE",
            Severity.WARN,
            expected="a date with day and month",
            action="Enter the date of the scan; without it the record is not used",
            column="TRDTC",
        ),
        pl.format("'{}'", col("TRDTC").fill_null("")),
        files,
    )


def _find_classes(
    records: pl.DataFrame, identified: pl.DataFrame, files: FileNames
) -> list[Finding]:
    """Find lesions that change between target, non-target and new."""
    lesion = ["USUBJID", "reader", "TRLNKID"]
    known = identified.select(
        "USUBJID", "reader", TRLNKID="TULNKID", TRGRPID="TUSTRESC", VISITNUM=pl.lit(None)
    )
    named = pl.concat(
        [known.with_columns(row=pl.lit(None)), records.select(known.columns, row="source_row")],
        how="vertical_relaxed",
    ).filter(col("TRGRPID").is_not_null(), col("TRLNKID").is_not_null())
    first = (
        named.sort("VISITNUM", "row", nulls_last=False)
        .group_by(lesion, maintain_order=True)
        .agg(was=col("TRGRPID").first())
    )
    changed = records.join(first, on=lesion, nulls_equal=True).filter(col("TRGRPID") != col("was"))
    return report(
        changed,
        Check(
            "LESION-CLASS",
            Severity.BLOCK,
            expected="one class throughout",
            action="Keep the class of baseline, or give a new lesion an id of its own",
            column="TRGRPID",
        ),
        pl.format("lesion {} is {} here and {} before", "TRLNKID", "TRGRPID", "was"),
        files,
    )


def _find_unknown(
    records: pl.DataFrame, identified: pl.DataFrame, files: FileNames
) -> list[Finding]:
    """Find records of lesions that have no class anywhere."""
    known = identified.select("USUBJID", TRLNKID="TULNKID").unique()
    unknown = records.filter(
        col("TRGRPID").is_null(), col("TRTESTCD").is_in([*DIAMETERS, "TUMSTATE"])
    ).join(known, on=["USUBJID", "TRLNKID"], how="anti")
    return report(
        unknown,
        Check(
            "LESION-UNKNOWN",
            Severity.BLOCK,
            expected="a lesion identified at baseline, or a new one",
            action="Identify the lesion in TU, or write TRGRPID",
            column="TRLNKID",
        ),
        pl.format("lesion {} is neither in TU nor has it a class", col("TRLNKID").fill_null("")),
        files,
    )


def _find_codes(responses: pl.DataFrame, files: FileNames) -> list[Finding]:
    """Find overall responses that are no response."""
    wrong = responses.filter(
        col("RSTESTCD") == "OVRLRESP",
        col("RSSTRESC").is_null() | ~col("RSSTRESC").is_in(RESPONSES),
    ).filter(col("RSCAT").is_null() | ~col("RSCAT").str.contains("iRECIST"))
    return report(
        wrong,
        Check(
            "RS-CODE",
            Severity.WARN,
            expected=", ".join(RESPONSES[:-1]),
            action="Write the response of the reader; until then it is not used",
            column="RSSTRESC",
            domain="rs",
        ),
        pl.format("'{}'", col("RSSTRESC").fill_null("")),
        files,
    )


def find_response_differences(
    collected: pl.DataFrame, derived: pl.DataFrame, files: FileNames | None = None
) -> list[Finding]:
    """Find time points where the response that was collected differs from the one derived.

    Parameters
    ----------
    collected, derived : DataFrame
        One read, as `derive.response.derive_collected_responses` and
        `derive.response.derive_time_point_responses` return it.
    files : mapping, optional
        File name of each domain, for the messages.

    Returns
    -------
    list of Finding
        By USUBJID and VISITNUM, rule RS-DERIVED; each says which rule decided the derived one.
    """
    both = (
        collected.select("USUBJID", "VISITNUM", "OVRLRESP", "PARQUAL", "SRCSEQ")
        .join(
            derived.select("USUBJID", "VISITNUM", "AREASON", lesions="OVRLRESP"),
            on=["USUBJID", "VISITNUM"],
        )
        .filter(col("OVRLRESP") != col("lesions"))
        .sort("USUBJID", "VISITNUM")
        .with_columns(
            source_row=pl.lit(None, dtype=pl.Int64), where=pl.format("RSSEQ {}", "SRCSEQ")
        )
    )
    return report(
        both,
        Check(
            "RS-DERIVED",
            Severity.WARN,
            expected=pl.format("the same ({})", col("AREASON").str.strip_chars_end(".")),
            action="Ask the reader which of the two is right",
            column="RSSTRESC",
            domain="rs",
        ),
        pl.format("{} by {}, but the lesions give {}", "OVRLRESP", "PARQUAL", "lesions"),
        files or {},
    )


def find_rule_problems(rules: ResponseRules) -> list[Finding]:
    """Find response rules that planned scans cannot meet.

    Parameters
    ----------
    rules : ResponseRules
        The protocol's switches.

    Returns
    -------
    list of Finding
        SD-MINIMUM when a scan in its window comes too early to prove stable disease.
    """
    earliest = rules.assessment_interval_days - rules.assessment_window_days
    if rules.sd_minimum_days <= earliest:
        return []
    return [
        Finding(
            rule="SD-MINIMUM",
            severity=Severity.WARN,
            file="protocol.yaml",
            column="sd_minimum_days",
            found=f"{rules.sd_minimum_days} days",
            expected=f"at most {earliest}, the earliest planned scan "
            f"({rules.assessment_interval_days} - {rules.assessment_window_days} days)",
            action=f"Write {earliest}, or stable disease at a scan in its window is not evaluable.",
        )
    ]
