"""Names that a protocol uses and must also have: visits, agents, populations, endpoints, paths."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from trialwright.core.errors import Finding
from trialwright.protocol.fields import has_path
from trialwright.protocol.model import Protocol
from trialwright.protocol.nodes import Node, Shape, find_fault, find_nearest

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
    yield from _find_repeated_words(root)
    yield from _find_in_treatment(root, names)
    yield from _find_in_schedule(root, names)
    yield from _find_in_endpoints(root, names)
    yield from _find_in_biomarkers(root, names)
    yield from _find_missing_files(root, folder)
    yield from _find_assumed(root, skipped)


class _Names:
    """The names that a protocol has; None where they cannot be known, which is reported anyway."""

    def __init__(self, root: Node, skipped: frozenset[str]) -> None:
        arms = root.get("arms")
        agents = [arm.get("agents") for arm in root.groups("arms")]
        populations = root.get("populations")
        endpoints = [root.get("endpoints", "primary"), root.get("endpoints", "secondary")]
        self.arms = _names([arms], "id") if arms else None
        self.agents = _names(agents, "name") if self.arms else None
        self.visits = None if "visits" in skipped else _names([root.get("visits")], "name")
        names = list(populations.fields) if populations else []
        self.populations = names or None
        self.endpoints = None if "endpoints" in skipped else _names(endpoints, "id")


def _names(lists: Iterable[Node | None], key: str) -> list[str] | None:
    """Return the names in lists of groups; None when one is no such list, or has no name."""
    names: list[str] = []
    for node in lists:
        if node is None:
            continue
        groups = (node,) if node.shape is Shape.MAPPING else node.items
        texts = [group.text(key) for group in groups]
        if None in texts or (node.shape is Shape.SCALAR):
            return None
        names += [text for text in texts if text is not None]
    return names


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
    expected = (
        f"{what} of the protocol: {', '.join(choices)}"
        if choices
        else f"{what} that is declared; none is"
    )
    action = f"Write {near}." if near else "Write one that exists, or declare it."
    yield find_fault("PROTOCOL-REFERENCE", node, node.value, expected, action)


def _find_duplicates(root: Node) -> Iterator[Finding]:
    lists = [
        (root.groups("arms"), "id"),
        (root.groups("arms"), "armcd"),
        *((arm.groups("agents"), "name") for arm in root.groups("arms")),
        (root.groups("visits"), "name"),
        (root.endpoints(), "id"),
        (root.groups("eligibility"), "ietestcd"),
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


def _find_repeated_words(node: Node) -> Iterator[Finding]:
    """Yield a finding for each word that stands twice in a list, anywhere below a piece."""
    seen: set[str] = set()
    for item in node.items if node.label != "window" else ():
        if item.value is not None and item.value in seen:
            yield find_fault(
                "PROTOCOL-DUPLICATE-NAME",
                item,
                f"{item.value} once more",
                "each entry once",
                "Remove one of them.",
            )
        seen.add(item.value or "")
    for child in (*node.items, *node.fields.values()):
        yield from _find_repeated_words(child)


def _find_in_treatment(root: Node, names: _Names) -> Iterator[Finding]:
    start = root.get("treatment_start")
    words = " ".join((start.value or "").split()) if start else ""
    agent = words.removeprefix("first dose of ")
    if start and agent not in (words, "any agent") and agent not in (names.agents or [agent]):
        yield find_fault(
            "PROTOCOL-REFERENCE",
            start,
            words,
            f"an agent of the protocol: {', '.join(names.agents or ())}",
            "Write one of these, or any agent.",
        )
    for arm in root.groups("arms"):
        agents = _names([arm.get("agents")], "name")
        yield from _missing(arm.get("cycle_anchor"), agents, "an agent")
        for agent_node in arm.groups("agents"):
            day = agent_node.get("start")
            if day and day.value and not _DAY_LABEL.fullmatch(day.value):
                yield from _missing(day, names.visits, "a visit")


def _find_in_schedule(root: Node, names: _Names) -> Iterator[Finding]:
    for visit in root.groups("visits"):
        yield from _missing(visit.get("of"), names.visits, "a visit")
        yield from _missing(visit.get("before_dose_of"), names.agents, "an agent", ("all",))
    anchor = root.get("assessments", "tumor", "from")
    yield from _missing(anchor, names.visits, "a visit", ("treatment start",))


def _find_in_endpoints(root: Node, names: _Names) -> Iterator[Finding]:
    for endpoint in root.endpoints():
        yield from _missing(endpoint.get("population"), names.populations, "a population")
        for other in endpoint.words("sensitivity"):
            if other.value and not _READS_AND_RULES.fullmatch(" ".join(other.value.split())):
                yield from _missing(other, names.populations, "a population")
    for design in root.one_or_more("design"):
        yield from _missing(design.get("arm"), names.arms, "an arm")
        yield from _missing(design.get("endpoint"), names.endpoints, "an endpoint")


def _find_in_biomarkers(root: Node, names: _Names) -> Iterator[Finding]:
    for kind in ("tissue", "plasma", "images"):
        for panel in root.groups("biomarkers", kind):
            for visit in (*panel.words("visits"), *panel.words("contrasts")):
                yield from _missing(visit, names.visits, "a visit")
            yield from _missing(panel.get("reference"), names.visits, "a visit")
    for correlate in root.groups("biomarkers", "correlates"):
        for endpoint in correlate.words("with"):
            yield from _missing(endpoint, names.endpoints, "an endpoint")
        yield from _missing(correlate.get("landmark"), names.visits, "a visit")


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
