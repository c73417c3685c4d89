"""The check of a study's recorded data, as a step whose outcome can be stored."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from polars import col

from trialwright.core.errors import Finding, Severity
from trialwright.datasets.codelists import ctcae_terms, find_nearest
from trialwright.datasets.rules_registry import order_findings
from trialwright.datasets.study_facts import StudyFacts
from trialwright.datasets.tabular import find_folder_findings
from trialwright.datasets.validate import RULES as DATA_RULES
from trialwright.datasets.validate import find_data_findings
from trialwright.derive.reads import PARQUALS
from trialwright.derive.response import derive_collected_responses, derive_time_point_responses
from trialwright.derive.response_findings import find_response_differences
from trialwright.derive.tumor_markers import derive_tumor_markers
from trialwright.protocol.endpoints import ResponseRules
from trialwright.protocol.rules import RULES as PROTOCOL_RULES
from trialwright.study.findings import store_finding
from trialwright.study.mapped import read_source_findings


def check_data(  # noqa: PLR0913 - a step takes its inputs and settings by name
    raw: Mapping[str, pl.DataFrame],
    files: Mapping[str, str],
    facts: StudyFacts,
    folder: Path,
    of_protocol: Sequence[Mapping[str, Any]] = (),
    of_sources: Mapping[str, Any] | None = None,
    claimed: Sequence[str] = (),
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
    of_protocol : sequence of mapping
        Findings of the protocol that do not block, as `store_finding` returns them.
    of_sources : mapping, optional
        What the check of the centre's own tables said (`mapped.check_sources`).
    claimed : sequence of str
        Files that the mapping names.
    """
    tables = {name.removeprefix("raw."): frame for name, frame in raw.items()}
    of_mapping = read_source_findings(of_sources)
    said = {*claimed, *(finding.file for finding in of_mapping)}
    of_files = [*(f for f in find_folder_findings(folder) if f.file not in said), *of_mapping]
    findings = find_data_findings(tables, files, facts, of_files)
    unknown = [*find_unknown_rules(facts.severities), *find_unknown_interest(facts)]
    checked = [store_finding(finding) for finding in (*unknown, *findings)]
    return [dict(item) for item in of_protocol] + checked


def check_responses(
    recorded: Mapping[str, pl.DataFrame],
    lesions: pl.DataFrame,
    adsl: pl.DataFrame,
    rules: ResponseRules,
    file: str,
    severities: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Compare the responses that were collected with those that the lesions give.

    Parameters
    ----------
    recorded : mapping
        Recorded domains rs and, for tumor markers, lb.
    lesions, adsl : DataFrame
        Lesion measurements of every read, and the subjects.
    rules : ResponseRules
        The protocol's switches.
    file : str
        Name of the file of RS.
    severities : mapping
        Rule id to "block", "warn" or "off".
    """
    places = recorded["rs"].select("USUBJID", col("RSSEQ").cast(pl.Int64), "source_row")
    rows = {(subject, seq): row for subject, seq, row in places.drop_nulls().iter_rows()}
    markers = derive_tumor_markers(recorded, adsl, rules)
    findings: list[Finding] = []
    for read, parqual in PARQUALS.items():
        mine = lesions.filter(col("PARQUAL") == parqual)
        if mine.height:
            collected = derive_collected_responses(recorded, read, rules)
            derived = derive_time_point_responses(mine, rules, markers)
            findings += find_response_differences(collected, derived, file, rows)
    return [store_finding(finding) for finding in order_findings(findings, severities)]


def find_unknown_rules(severities: Mapping[str, str]) -> list[Finding]:
    """Find rule ids under the protocol's `checks` that no rule has."""
    known = (*DATA_RULES, *PROTOCOL_RULES)
    return [
        Finding(
            rule="PROTOCOL-REFERENCE",
            severity=Severity.WARN,
            file="protocol.yaml",
            column=f"checks.{rule}",
            found=f"'{rule}'",
            expected="the id of a rule",
            action=f"Write one of docs/rules.md, such as {', '.join(find_nearest(rule, known))}.",
        )
        for rule in severities
        if rule not in known
    ]


def find_unknown_interest(facts: StudyFacts) -> list[Finding]:
    """Find terms that the protocol reports by name and its CTCAE version does not have."""
    known = {term.lower(): written for term, (written, _) in _terms_of(facts).items()}
    findings = []
    for term in facts.interest_terms if known else ():
        if term.lower() not in known:
            nearest = find_nearest(term, tuple(known.values()))
            offered = f"Write {' or '.join(nearest)}." if nearest else "Choose a term of CTCAE."
            findings.append(
                Finding(
                    rule="PROTOCOL-REFERENCE",
                    severity=Severity.WARN,
                    file="protocol.yaml",
                    column="endpoints.safety",
                    found=f"'{term}'",
                    expected=f"a term of CTCAE {facts.ctcae_version}",
                    action=offered,
                )
            )
    return findings


def _terms_of(facts: StudyFacts) -> Mapping[str, tuple[str, str]]:
    return ctcae_terms(facts.ctcae_version or "")
