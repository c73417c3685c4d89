"""Read a scenario from YAML: everything that is wrong with it, with line and reason."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from trialwright.core.errors import Finding, ProtocolError, Severity, StudyError
from trialwright.protocol.faults import find_faults
from trialwright.protocol.load import read_written
from trialwright.protocol.nodes import Node, Shape, find_fault
from trialwright.simulate.scenario import Scenario

SLACK = 1e-6
Value = str | float | bool


def load_scenario(path: Path) -> Scenario:
    """Read a scenario.

    Parameters
    ----------
    path : Path
        The YAML file.

    Returns
    -------
    Scenario
        The truth, and what is asked of it.

    Raises
    ------
    ProtocolError
        With every finding, in order of line.
    """
    written = read_written(path, Scenario, "scenario")
    findings = list(written.findings)
    if written.root is not None:
        findings += _find_conflicts(written.root)
        if written.content is not None:
            findings += _find_grid_faults(written.content, written.root)
    blocking = [finding for finding in findings if finding.severity is Severity.BLOCK]
    if blocking or written.content is None:
        raise ProtocolError(sorted(set(blocking), key=lambda f: (f.row or 0, f.column or "")))
    return written.content


def vary_scenario(scenario: Scenario, changes: Mapping[str, Value]) -> Scenario:
    """Return a scenario with other values under dotted keys, checked like a file.

    Raises
    ------
    StudyError
        When a key is not there.
    """
    content: dict[str, Any] = scenario.model_dump(mode="json")
    for key, value in changes.items():
        *groups, name = key.split(".")
        place: Any = content
        for group in groups:
            place = place.get(group) if isinstance(place, dict) else None
        if not isinstance(place, dict) or name not in place:
            raise StudyError(f"The scenario has no key '{key}'. Write the keys as in its file.")
        place[name] = value
    return Scenario.model_validate(content)


def _find_grid_faults(scenario: Scenario, root: Node) -> Iterator[Finding]:
    """Yield a finding for each variation that is no scenario."""
    for name, changes in scenario.grid.items():
        for key, value in changes.items():
            node = root.get("grid", name, key) or root
            try:
                vary_scenario(scenario, {key: value})
            except StudyError:
                place = "a dotted key of this scenario, such as trial.true_rate"
                yield _conflict(node, f"unknown key `{key}`", place, "Write it as in the file.")
            except ValidationError as error:
                for fault in find_faults(error, Scenario, root, frozenset()):
                    rule = fault.rule.replace("PROTOCOL", "SCENARIO")
                    action = f"Write a value that is {fault.expected}."
                    yield replace(
                        fault, rule=rule, row=node.line, column=node.key, found=str(value),
                        action=action,
                    )  # fmt: skip


def _find_conflicts(root: Node) -> Iterator[Finding]:
    """Yield what cannot hold although each value is possible by itself."""
    over, cut = root.number("accrual", "over_days"), root.number("accrual", "cut_days")
    if over is not None and cut is not None and cut < over:
        node = root.get("accrual", "cut_days") or root
        yield _conflict(
            node, f"{cut:g}", f"at least accrual.over_days ({over:g})",
            f"Write {over:g} or more: the data are cut after accrual.",
        )  # fmt: skip
    yield from _find_sums(root)
    yield from _find_design(root)
    patients = root.number("accrual", "patients")
    unable = root.number("accrual", "not_evaluable")
    if patients is not None and unable is not None and unable >= patients:
        node = root.get("accrual", "not_evaluable") or root
        yield _conflict(node, f"{unable:g}", f"less than accrual.patients ({patients:g})")


def _find_sums(root: Node) -> Iterator[Finding]:
    """Yield lists of probabilities that do not add up to 1."""
    events = root.get("adverse_events")
    named = [] if events is None or events.shape is not Shape.MAPPING else events.fields.values()
    for node in (root.get("truth", "lesions", "prob_count"), *named):
        if node is None or node.shape is not Shape.LIST:
            continue
        try:
            total = sum(float(item.value or "") for item in node.items)
        except ValueError:
            continue
        if abs(total - 1) > SLACK:
            yield _conflict(node, f"probabilities that add up to {total:g}", "a sum of 1")


def _find_design(root: Node) -> Iterator[Finding]:
    """Yield bounds of the design that cannot be met."""
    design = root.get("trial", "design")
    pairs = (("r1", "n1"), ("n1", "n"), ("r", "n")) if design else ()
    for low, high in pairs:
        small, large = root.number("trial", "design", low), root.number("trial", "design", high)
        if small is not None and large is not None and small >= large:
            node = root.get("trial", "design", low) or root
            yield _conflict(node, f"{small:g}", f"less than {high} ({large:g})")


def _conflict(node: Node, found: str, expected: str, action: str = "") -> Finding:
    action = action or f"Write {expected}."
    return find_fault("SCENARIO-CONFLICT", node, found, expected, action)
