"""Findings by rule and settings by part, as every form of the report lists them."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from trialwright.core.errors import Finding, Severity
from trialwright.report.blocks import SettingRow

FINDINGS_SHOWN = 200  # per rule; `trialwright check` lists every one


@dataclass(frozen=True, slots=True)
class RuleFindings:
    """The findings of one rule: those shown, how many are left, and in which files they are."""

    rule: str
    is_blocking: bool
    n: int
    shown: tuple[Finding, ...]
    n_left: int
    files: tuple[str, ...]


def group_findings(findings: Iterable[Finding]) -> list[RuleFindings]:
    """Group findings by rule: what blocks first, then by count."""
    by_rule: dict[tuple[bool, str], list[Finding]] = {}
    for finding in findings:
        is_blocking = finding.severity is Severity.BLOCK
        by_rule.setdefault((is_blocking, finding.rule), []).append(finding)
    groups = [
        RuleFindings(
            rule=rule,
            is_blocking=is_blocking,
            n=len(found),
            shown=tuple(found[:FINDINGS_SHOWN]),
            n_left=max(len(found) - FINDINGS_SHOWN, 0),
            files=tuple(sorted({finding.file for finding in found})),
        )
        for (is_blocking, rule), found in by_rule.items()
    ]
    return sorted(groups, key=lambda group: (not group.is_blocking, -group.n, group.rule))


def group_settings(rows: Iterable[SettingRow]) -> list[tuple[str, list[SettingRow]]]:
    """Group neighbouring settings by the first part of their path."""
    return [
        (head, list(group)) for head, group in groupby(rows, lambda row: row.path.split(".")[0])
    ]
