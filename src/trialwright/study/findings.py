"""Findings as plain values, so that a step can keep them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from trialwright.core.errors import Finding, Severity


def store_finding(finding: Finding) -> dict[str, Any]:
    """Return a finding as plain values."""
    return {**asdict(finding), "severity": finding.severity.value}


def read_findings(stored: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Rebuild findings from plain values."""
    return [Finding(**{**item, "severity": Severity(item["severity"])}) for item in stored]
