"""What a protocol leaves to its other keys, and what it says about the rules that hold it."""

from dataclasses import replace
from pathlib import Path

from trialwright.core.errors import Finding, Severity
from trialwright.core.units import DAYS_PER_WEEK
from trialwright.protocol.lists import fill_lists
from trialwright.protocol.model import CheckAction, Protocol
from trialwright.protocol.nodes import Node
from trialwright.protocol.rules import WARNINGS


def complete_protocol(protocol: Protocol | None, folder: Path) -> Protocol | None:
    """Fill in what other keys and files beside the protocol say.

    Labels of populations, how often tumors are assessed, and the medications of lists.
    """
    if protocol is None:
        return None
    protocol = fill_lists(protocol, folder)
    populations = {
        name: population if population.label else population.model_copy(update={"label": name})
        for name, population in protocol.populations.items()
    }
    update: dict[str, object] = {"populations": populations}
    tumor = protocol.assessments.tumor
    if tumor is not None:
        planned = {
            "assessment_interval_days": round(tumor.every_weeks * DAYS_PER_WEEK),
            "assessment_window_days": tumor.window[1],
        }
        given = protocol.response.model_fields_set
        missing = {key: days for key, days in planned.items() if key not in given}
        update["response"] = protocol.response.model_copy(update=missing)
    return protocol.model_copy(update=update)


def apply_checks(findings: list[Finding], root: Node) -> list[Finding]:
    """Let `checks` turn warnings off or into blocks."""
    kept = []
    for finding in findings:
        action = root.text("checks", finding.rule)
        if finding.rule not in WARNINGS or action is None or action == CheckAction.WARN.value:
            kept.append(finding)
        elif action == CheckAction.BLOCK.value:
            kept.append(replace(finding, severity=Severity.BLOCK))
    return kept
