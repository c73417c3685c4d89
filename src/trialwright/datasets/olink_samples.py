"""Whose each plasma sample is: the sample list beside an NPX export, and what does not match."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from trialwright.core.errors import DataError, Finding, Severity
from trialwright.datasets.olink_frame import name_some, refuse
from trialwright.datasets.olink_long import bare
from trialwright.datasets.olink_wide import read_workbook
from trialwright.datasets.tabular_readers import READERS

SAMPLE_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "SAMPLEID": ("sampleid", "sample", "sampleidentifier"),
    "USUBJID": ("usubjid", "subject", "subjectid", "subjid", "patient", "patientid"),
    "VISIT": ("visit", "timepoint", "time"),
}
CONTROLS = r"(?i)control|^neg|^ipc|^pc\b|^sc\b|^nc\b"
N_LISTED = 20  # orphans that a finding names
RESPONSE_SYNONYMS = ("response", "bestresponse", "bor", "bestoverallresponse")
WRITTEN = {"SAMPLEID": "SampleID", "USUBJID": "Subject", "VISIT": "Visit"}


@dataclass(frozen=True, slots=True)
class MatchedSamples:
    """Protein values of known samples, and what was left out.

    `data` has USUBJID and VISIT before the columns of `olink_frame.NPX_COLUMNS`, in their order.
    """

    data: pl.DataFrame
    findings: tuple[Finding, ...]


def read_samples(path: str | Path) -> pl.DataFrame:
    """Read a list of samples: which patient's, of which visit.

    Parameters
    ----------
    path : str or Path
        CSV (any separator), Parquet or workbook with columns for the sample (SampleID), the
        patient (USUBJID, Subject, Patient) and the visit (Visit, Timepoint). Lines that say the
        same twice, as in a long export, count once.

    Returns
    -------
    DataFrame
        SAMPLEID, USUBJID and VISIT, one row per sample in the order of the file; lines that lack
        one of the three are left out.

    Raises
    ------
    DataError
        If a column is missing, or a sample has two patients or visits.
    """
    file = Path(path)
    table = _read_table(file)
    missing = [WRITTEN[ours] for ours, theirs in _choose(table).items() if theirs is None]
    if missing:
        raise refuse(
            "NPX-SAMPLES",
            file.name,
            f"no column {' and '.join(missing)}",
            "SampleID, Subject and Visit",
            "Name the columns in the first row.",
        )
    return pick_samples(table, file.name)


def _choose(table: pl.DataFrame) -> dict[str, str | None]:
    """Return the table's column for sample, patient and visit; None where it has none."""
    names = {bare(name): name for name in reversed(table.columns)}
    return {
        ours: next((names[theirs] for theirs in synonyms if theirs in names), None)
        for ours, synonyms in SAMPLE_SYNONYMS.items()
    }


def pick_samples(table: pl.DataFrame, file: str) -> pl.DataFrame:
    """Return the samples that a table lists, as `read_samples`; none where a column is missing.

    Raises
    ------
    DataError
        If a sample has two patients or visits.
    """
    chosen = _choose(table)
    if None in chosen.values():
        return pl.DataFrame(schema=dict.fromkeys(SAMPLE_SYNONYMS, pl.String()))
    samples = (
        table.select(
            pl.col(theirs).cast(pl.String).str.strip_chars().replace("", None).alias(ours)
            for ours, theirs in chosen.items()
            if theirs is not None
        )
        .drop_nulls()
        .unique(maintain_order=True)
    )
    twice = samples.filter(samples["SAMPLEID"].is_duplicated())["SAMPLEID"].unique(
        maintain_order=True
    )
    if len(twice):
        raise refuse(
            "NPX-SAMPLES",
            file,
            f"{name_some(twice.to_list(), 'sample')} with two patients or visits",
            "one line per sample",
            "Correct the list.",
        )
    return samples


def read_responses(path: str | Path) -> dict[str, str]:
    """Return the response of each sample where a list of samples has a column for it."""
    table = _read_table(Path(path))
    names = {bare(name): name for name in reversed(table.columns)}
    sample = _choose(table)["SAMPLEID"]
    response = next((names[name] for name in RESPONSE_SYNONYMS if name in names), None)
    if sample is None or response is None:
        return {}
    rows = table.select(pl.col(sample, response).cast(pl.String).str.strip_chars()).drop_nulls()
    return {name: found for name, found in rows.iter_rows() if found}


def _read_table(file: Path) -> pl.DataFrame:
    """Read a table of text."""
    if not file.is_file():
        raise refuse(
            "NPX-FILE", file.name, "no such file", "a list of samples", "Look at its name."
        )
    if file.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".ods"):
        header, *rows = read_workbook(file)
        return pl.DataFrame(
            {str(name): [str(row[place]) for row in rows] for place, name in enumerate(header)}
        )
    try:
        return READERS[".parquet" if file.suffix.lower() == ".parquet" else ".csv"](file)
    except (ValueError, OSError, pl.exceptions.PolarsError) as error:
        raise refuse(
            "NPX-FILE", file.name, f"not readable ({error})", "a CSV table", "Save it as CSV."
        ) from error


def match_samples(npx: pl.DataFrame, samples: pl.DataFrame, file: str) -> MatchedSamples:
    """Give each sample of an export its patient and visit; list those that have none.

    Parameters
    ----------
    npx : DataFrame
        From `olink.read_npx`.
    samples : DataFrame
        From `read_samples`.
    file : str
        Name of the export, for messages.

    Returns
    -------
    MatchedSamples
        Values of matched samples; a warning for samples of the export that the list lacks (often
        controls), and one for samples of the list that were not measured.

    Raises
    ------
    DataError
        If no sample matches, or a patient has two samples of one visit.
    """
    measured = npx["SAMPLEID"].unique(maintain_order=True)
    orphans = [name for name in measured if name not in set(samples["SAMPLEID"])]
    absent = [name for name in samples["SAMPLEID"] if name not in set(measured)]
    if len(orphans) == len(measured):
        raise refuse(
            "NPX-ORPHAN",
            file,
            f"none of {name_some(measured.to_list(), 'sample')} in the list of samples",
            f"names such as {', '.join(samples['SAMPLEID'][:3])}",
            "Give both files the same sample names.",
        )
    data = npx.join(samples, on="SAMPLEID", how="inner", maintain_order="left")
    _refuse_visit_twice(data, file)
    findings = []
    if orphans:
        findings.append(
            Finding(
                "NPX-ORPHAN",
                Severity.WARN,
                file,
                f"{name_some(orphans, 'sample', N_LISTED)} of nobody",
                "a patient and a visit for each",
                "Add them to the list of samples; control samples may stay out.",
            )
        )
    if absent:
        findings.append(
            Finding(
                "NPX-ABSENT",
                Severity.WARN,
                file,
                f"no values of {name_some(absent, 'sample', N_LISTED)} of the list",
                "every sample of the list",
                "Add the export of their plate, or take them off the list.",
            )
        )
    first = ["USUBJID", "VISIT"]
    return MatchedSamples(data.select(first + npx.columns), tuple(findings))


def _refuse_visit_twice(data: pl.DataFrame, file: str) -> None:
    """Refuse two samples of one patient at one visit."""
    taken = data.select("USUBJID", "VISIT", "SAMPLEID").unique(maintain_order=True)
    twice = taken.filter(taken.select("USUBJID", "VISIT").is_duplicated())
    if not twice.height:
        return
    first = twice.row(0, named=True)
    names = twice.filter(
        (pl.col("USUBJID") == first["USUBJID"]) & (pl.col("VISIT") == first["VISIT"])
    )["SAMPLEID"]
    raise DataError(
        [
            Finding(
                "NPX-VISIT-TWICE",
                Severity.BLOCK,
                file,
                f"samples {' and '.join(names)} of {first['VISIT']}",
                "one sample of a patient at a visit",
                "Leave one of them off the list of samples.",
                subject=first["USUBJID"],
            )
        ]
    )
