"""Checks of what must be derived first: responses, eligibility, schedule, populations."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from trialwright.core.errors import Finding
from trialwright.datasets.rules_registry import order_findings
from trialwright.derive.eligibility.findings import find_eligibility_differences
from trialwright.protocol.model import Protocol
from trialwright.study.check import check_responses
from trialwright.study.findings import store_finding
from trialwright.study.run import Step

DERIVED_CHECKS = ("response_check", "eligibility_check")
"""Names of the steps, in the order in which they run."""


def list_derived_checks(protocol: Protocol, files: Mapping[str, tuple[str, str]]) -> list[Step]:
    """Return the checks that come after the derivations, as far as the protocol asks for them.

    Parameters
    ----------
    protocol : Protocol
        What was promised.
    files : mapping
        Domain to its file's name and hash.
    """
    severities = {rule: action.value for rule, action in protocol.checks.items()}
    names = {domain: name for domain, (name, _) in files.items()}
    settings: dict[str, Any] = {"files": names, "severities": severities}
    steps = [
        Step(
            "response_check", "check of the collected responses", check_responses,
            {"recorded": ("rs", "lb"), "lesions": "lesions", "adsl": "adsl"},
            {"rules": protocol.response, "file": names.get("rs", "rs"), "severities": severities},
            needs=("rs",),
        )
    ]  # fmt: skip
    if protocol.eligibility:
        inputs = {"adelig": "adelig", "adsl": "adsl"}
        title = "check of the eligibility"
        steps.append(Step("eligibility_check", title, check_eligibility, inputs, settings))
    return steps


def check_eligibility(
    adelig: pl.DataFrame,
    adsl: pl.DataFrame,
    files: Mapping[str, str],
    severities: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Compare the eligibility that the data give with what the site recorded."""
    return _store(find_eligibility_differences(adelig, adsl, files), severities)


def _store(findings: Sequence[Finding], severities: Mapping[str, str]) -> list[dict[str, Any]]:
    return [store_finding(finding) for finding in order_findings(findings, severities)]
