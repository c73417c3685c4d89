"""The check of a study's recorded data, as a step whose outcome can be stored."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from trialwright.core.errors import Finding, Severity
from trialwright.datasets.study_facts import StudyFacts
from trialwright.datasets.tabular import find_folder_findings
from trialwright.datasets.validate import find_data_findings


def check_data(
    raw: Mapping[str, pl.DataFrame], files: Mapping[str, str], facts: StudyFacts, folder: Path
) -> list[dict[str, Any]]:
    """Check recorded tables; return the findings as plain values.

    Parameters
    ----------
    raw : mapping
        "raw." and the domain to its table as it was read.
    files : mapping
        Domain to the name of its file.
    facts : StudyFacts
        What the protocol says.
    folder : Path
        The data folder, for files that nothing reads.
    """
    tables = {name.removeprefix("raw."): frame for name, frame in raw.items()}
    findings = find_data_findings(tables, files, facts, find_folder_findings(folder))
    return [store_finding(finding) for finding in findings]


def store_finding(finding: Finding) -> dict[str, Any]:
    """Return a finding as plain values."""
    return {**asdict(finding), "severity": finding.severity.value}


def read_findings(stored: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Rebuild findings from plain values."""
    return [Finding(**{**item, "severity": Severity(item["severity"])}) for item in stored]
