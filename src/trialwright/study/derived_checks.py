"""Checks of what must be derived first: responses, eligibility, schedule, populations."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from trialwright.core.errors import Finding, Severity
from trialwright.datasets.rules_registry import order_findings
from trialwright.derive.dose_occasions import find_doses_above_cap
from trialwright.derive.eligibility.findings import find_eligibility_differences
from trialwright.derive.population_findings import find_population_faults
from trialwright.derive.populations import population_flag
from trialwright.derive.schedule.findings import find_schedule_deviations
from trialwright.protocol.model import Protocol
from trialwright.study.check import check_responses
from trialwright.study.facts import find_severities
from trialwright.study.findings import store_finding
from trialwright.study.run import Step

DERIVED_CHECKS = (
    *("response_check", "eligibility_check", "schedule_check", "dosing_check"),
    "population_check",
)
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
    severities = find_severities(protocol)
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
    if protocol.visits or protocol.assessments.tumor:
        before = [visit.name for visit in protocol.visits if visit.within_days_before]
        given = {**settings, "before_visits": before}
        inputs, title = {"adsched": "adsched"}, "check of the schedule"
        steps.append(Step("schedule_check", title, check_schedule, inputs, given))
    return [*steps, *_list_count_checks(protocol, settings)]


def _list_count_checks(protocol: Protocol, settings: Mapping[str, Any]) -> list[Step]:
    """Return the checks of what was given and of who is counted."""
    steps = []
    if any(agent.at_most for arm in protocol.arms for agent in arm.agents):
        title = "check of the numbers of doses"
        given = {**settings, "protocol": protocol}
        steps.append(Step("dosing_check", title, check_doses, {"adexsum": "adexsum"}, given))
    flags = [population_flag(name) for name in protocol.populations]
    given = {**settings, "flags": flags}
    title = "check of the populations"
    steps.append(Step("population_check", title, check_populations, {"adsl": "adsl"}, given))
    return steps


def check_doses(
    adexsum: pl.DataFrame,
    protocol: Protocol,
    files: Mapping[str, str],
    severities: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Find more administrations than the protocol allows."""
    findings = [
        Finding(
            rule="DOSE-CAP",
            severity=Severity.WARN,
            file=files.get("ex", "ex"),
            column="EXTRT",
            subject=subject,
            found=f"{n} administrations of {agent}",
            expected=f"at most {most}",
            action="Correct the records, or report the deviation.",
        )
        for subject, agent, n, most in find_doses_above_cap(adexsum, protocol)
    ]
    return _store(findings, severities)


def check_populations(
    adsl: pl.DataFrame,
    flags: Sequence[str],
    files: Mapping[str, str],
    severities: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Find populations and a flow that do not add up."""
    return _store(find_population_faults(adsl, flags, files.get("dm", "dm")), severities)


def check_schedule(
    adsched: pl.DataFrame,
    files: Mapping[str, str],
    severities: Mapping[str, str],
    before_visits: Sequence[str],
) -> list[dict[str, Any]]:
    """Find what was missed, and what lies too long before treatment."""
    return _store(find_schedule_deviations(adsched, files, before_visits), severities)


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
