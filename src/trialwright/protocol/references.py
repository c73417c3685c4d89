"""Names that a protocol uses and must also have: visits, agents, populations, endpoints, paths."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from trialwright.core.errors import Finding
from trialwright.protocol.fields import has_path
from trialwright.protocol.model import Protocol
from trialwright.protocol.nodes import Node, find_fault, find_nearest

_DAY_LABEL = re.compile(r"C[1-9]\d*D[1-9]\d*|D-?[1-9]\d*")
_READS_AND_RULES = re.compile(r"scheme .*|zero limit|.* read")


def find_broken_references(root: Node, skipped: frozenset[str], folder: Path) -> Iterator[Finding]:
    """Yield a finding for each name that points at nothing, and for each name used twice.

    Parameters
    ----------
    root : Node
        The protocol as read.
    skipped : frozenset of str
        Sections that could not be read; names of theirs are not missed.
    folder : Path
        Where files that the protocol names are looked for.
    """
    names = _Names(root, skipped)
    yield from _find_duplicates(root)
    yield from _find_in_treatment(root, names)
    yield from _find_in_schedule(root, names)
    yield from _find_in_endpoints(root, names)
    yield from _find_in_biomarkers(root, names)
    yield from _find_missing_files(root, folder)
    yield from _find_assumed(root, skipped)


class _Names:
    """The names that a protocol has; None where a section could not be read."""

    def __init__(self, root: Node, skipped: frozenset[str]) -> None:
        arms = root.groups("arms")
        has_arms = "arms" not in skipped
        self.arms = _texts(arms, "id") if has_arms else None
        agents = [agent for arm in arms for agent in arm.groups("agents")]
        self.agents = _texts(agents, "name") if has_arms else None
        self.visits = None if "visits" in skipped else _texts(root.groups("visits"), "name")
        populations = root.get("populations")
        self.populations = (
            None if "populations" in skipped else list(populations.fields if populations else ())
        )
        self.endpoints = None if "endpoints" in skipped else _texts(root.endpoints(), "id")


def _texts(nodes: Iterable[Node], key: str) -> list[str]:
    return [text for node in nodes if (text := node.text(key)) is not None]


def _missing(
    node: Node | None, known: Collection[str] | None, what: str, also: Collection[str] = ()
) -> Iterator[Finding]:
    """Yield a finding when a name, where there is one, is not among those known."""
    if node is None or node.value is None or known is None:
        return
    if node.value in known or node.value in also:
        return
    choices = [*known, *also]
    near = find_nearest(node.value, choices)
    expected = f"one of the {what}s: {', '.join(choices)}" if choices else f"a {what}; none exists"
    action = f"Write {near}." if near else f"Name a {what} of the protocol, or add it."
    yield find_fault("PROTOCOL-REFERENCE", node, node.value, expected, action)


def _find_duplicates(root: Node) -> Iterator[Finding]:
    lists = [
        (root.groups("arms"), "id"),
        (root.groups("arms"), "armcd"),
        *((arm.groups("agents"), "name") for arm in root.groups("arms")),
        (root.groups("visits"), "name"),
        (root.endpoints(), "id"),
        (root.groups("baseline"), "name"),
        (root.one_or_more("design"), "arm"),
        (root.groups("biomarkers", "tissue"), "id"),
        (root.groups("biomarkers", "plasma"), "id"),
    ]
    for nodes, key in lists:
        seen: Counter[str] = Counter()
        for node in nodes:
            name = node.text(key)
            seen[name or ""] += 1
            if name and seen[name] > 1:
                yield find_fault(
                    "PROTOCOL-DUPLICATE-NAME",
                    node.get(key) or node,
                    f"{name} once more",
                    f"each {key} once",
                    "Rename one of them.",
                )


def _find_in_treatment(root: Node, names: _Names) -> Iterator[Finding]:
    start = root.get("treatment_start")
    words = " ".join((start.value or "").split()) if start else ""
    agent = words.removeprefix("first dose of ")
    if start and agent not in (words, "any agent") and agent not in (names.agents or [agent]):
        yield find_fault(
            "PROTOCOL-REFERENCE",
            start,
            words,
            f"one of the agents: {', '.join(names.agents or ())}",
            "Name an agent of the arms, or any agent.",
        )
    for arm in root.groups("arms"):
        yield from _missing(
            arm.get("cycle_anchor"), _texts(arm.groups("agents"), "name"), "agent of the arm"
        )
        for agent_node in arm.groups("agents"):
            day = agent_node.get("start")
            if day and day.value and not _DAY_LABEL.fullmatch(day.value):
                yield from _missing(day, names.visits, "visit")


def _find_in_schedule(root: Node, names: _Names) -> Iterator[Finding]:
    for visit in root.groups("visits"):
        yield from _missing(visit.get("of"), names.visits, "visit")
        yield from _missing(visit.get("before_dose_of"), names.agents, "agent", ("all",))
    anchor = root.get("assessments", "tumor", "from")
    yield from _missing(anchor, names.visits, "visit", ("treatment start",))


def _find_in_endpoints(root: Node, names: _Names) -> Iterator[Finding]:
    for endpoint in root.endpoints():
        yield from _missing(endpoint.get("population"), names.populations, "population")
        for other in endpoint.words("sensitivity"):
            if other.value and not _READS_AND_RULES.fullmatch(" ".join(other.value.split())):
                yield from _missing(other, names.populations, "population")
    for design in root.one_or_more("design"):
        yield from _missing(design.get("arm"), names.arms, "arm")
        yield from _missing(design.get("endpoint"), names.endpoints, "endpoint")


def _find_in_biomarkers(root: Node, names: _Names) -> Iterator[Finding]:
    for kind in ("tissue", "plasma", "images"):
        for panel in root.groups("biomarkers", kind):
            for visit in (*panel.words("visits"), *panel.words("contrasts")):
                yield from _missing(visit, names.visits, "visit")
            yield from _missing(panel.get("reference"), names.visits, "visit")
    for correlate in root.groups("biomarkers", "correlates"):
        for endpoint in correlate.words("with"):
            yield from _missing(endpoint, names.endpoints, "endpoint")
        yield from _missing(correlate.get("landmark"), names.visits, "visit")


def _find_missing_files(root: Node, folder: Path) -> Iterator[Finding]:
    for rule in root.groups("eligibility"):
        file = rule.get("medications")
        if file and file.value and not (folder / file.value).is_file():
            yield find_fault(
                "PROTOCOL-REFERENCE",
                file,
                file.value,
                "a file beside the protocol",
                "Put it there, or correct its path.",
            )


def _find_assumed(root: Node, skipped: frozenset[str]) -> Iterator[Finding]:
    assumed = root.get("assumed")
    for path, reason in (assumed.fields if assumed else {}).items():
        if path.partition(".")[0] in skipped or has_path(path, Protocol, root):
            continue
        yield find_fault(
            "PROTOCOL-ASSUMED",
            reason,
            path,
            "the path of a key, such as design.stage_1.r1 or arms.A.agents.NAME.start",
            "Correct the path, or remove the line.",
        )
