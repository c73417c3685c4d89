"""Read a protocol from YAML, and say everything that is wrong with it at once."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.nodes import Node as YamlNode
from ruamel.yaml.reader import ReaderError

from trialwright.core.errors import Finding, ProtocolError, Severity
from trialwright.protocol.coherence import find_conflicts
from trialwright.protocol.completion import apply_checks, complete_protocol
from trialwright.protocol.endpoints import Model
from trialwright.protocol.faults import find_faults, repair_kinds
from trialwright.protocol.model import Protocol
from trialwright.protocol.nodes import ITEM_KEYS, Node, Shape, find_fault, key_below, plain_of
from trialwright.protocol.references import find_broken_references

DEEPEST = 30
SECOND_DOCUMENT = "a second document"
NULL_TAG = "tag:yaml.org,2002:null"
CORE_TAGS = "tag:yaml.org,2002:"
Content = TypeVar("Content", bound=Model)
_compose = lru_cache(maxsize=4)(lambda text: YAML(typ="rt").compose(text))  # half of an opening


@dataclass(frozen=True, slots=True)
class Written(Generic[Content]):
    """A YAML file as one model: `content` is None when a finding blocks, `root` has its lines."""

    content: Content | None
    root: Node | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A protocol as far as it could be read, and the findings, in order of line.

    `protocol` is None when a finding blocks.
    """

    protocol: Protocol | None
    findings: tuple[Finding, ...]


def load_protocol(path: Path) -> Protocol:
    """Read a protocol.

    Parameters
    ----------
    path : Path
        The file, `protocol.yaml`.

    Returns
    -------
    Protocol
        What was promised; every default filled in.

    Raises
    ------
    ProtocolError
        With every finding that blocks, in order of line.
    """
    reading = read_protocol(path)
    if reading.protocol is None:
        raise ProtocolError.of_blocking(reading.findings)
    return reading.protocol


def read_protocol(path: Path) -> Reading:
    """Read a protocol and return it with every finding, those that only warn included.

    Parameters
    ----------
    path : Path
        The file, `protocol.yaml`.

    Returns
    -------
    Reading
        The protocol, None when a finding blocks, and the findings in order of line.
    """
    root, findings, skipped = _open(path, "a protocol")
    if root is None:
        return Reading(None, tuple(findings))
    protocol = _validate(root, skipped, findings, Protocol)
    findings += find_broken_references(root, skipped, path.parent)
    findings += find_conflicts(root)
    ordered = _order(apply_checks(findings, root))
    usable = None if is_blocked(ordered) else protocol
    return Reading(complete_protocol(usable, path.parent), ordered)


def read_written(path: Path, model: type[Content], subject: str) -> Written[Content]:
    """Read any YAML file as one model, with a finding for everything that is wrong in it.

    Parameters
    ----------
    path : Path
        The file.
    model : type
        The frozen model; unknown keys are refused.
    subject : str
        What the file is, in one word such as "mapping"; rule ids begin with it (MAPPING-TYPE).

    Returns
    -------
    Written
        The model, None when a finding blocks; the file's pieces with their lines; the findings.
    """
    root, findings, skipped = _open(path, f"a {subject}")
    content = None if root is None else _validate(root, skipped, findings, model)
    ordered = tuple(
        replace(finding, rule=finding.rule.replace("PROTOCOL", subject.upper()))
        for finding in _order(findings)
    )
    return Written(None if is_blocked(ordered) else content, root, ordered)


def is_blocked(findings: Iterable[Finding]) -> bool:
    """Tell whether a finding blocks."""
    return any(finding.severity is Severity.BLOCK for finding in findings)


def _order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(set(findings), key=lambda f: (f.row or 0, f.column or "", f.rule)))


def _open(path: Path, expected: str) -> tuple[Node | None, list[Finding], frozenset[str]]:
    """Read the file's pieces; a section that cannot be read is left out and named."""
    top = Node(file=path.name, line=1, key="", shape=Shape.MAPPING)
    try:
        return _parse(path.read_text(encoding="utf-8-sig"), top)
    except (OSError, UnicodeDecodeError) as error:
        reason = "not UTF-8" if isinstance(error, UnicodeDecodeError) else "not a readable file"
        action = f"Check the path {path}, or save as UTF-8."
        fault = find_fault("PROTOCOL-FILE", top, reason, expected, action)
        return None, [replace(fault, row=None)], frozenset()


def _validate(
    root: Node, skipped: frozenset[str], findings: list[Finding], model: type[Content]
) -> Content | None:
    """Make the model; where that fails, add what is wrong to the findings."""
    data = plain_of(root)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        findings += find_faults(error, model, root, skipped)
        if not repair_kinds(error, data):
            return None
    try:
        model.model_validate(data)
    except ValidationError as error:
        findings += find_faults(error, model, root, skipped)
    return None


def _parse(text: str, top: Node) -> tuple[Node | None, list[Finding], frozenset[str]]:
    """Parse text into nodes; a section that cannot be read is left out and named."""
    lines = text.splitlines()
    findings: list[Finding] = []
    skipped: set[str] = set()
    while True:
        try:
            tree = _compose("\n".join(lines) + "\n")
            break
        except (YAMLError, RecursionError) as error:
            line, problem = _where(error, text)
            findings.append(_syntax(replace(top, line=line), problem))
            if problem == SECOND_DOCUMENT:
                del lines[line - 1 :]
                continue
            section = _blank_section(lines, line)
            if section is None:
                return None, findings, frozenset(skipped)
            skipped.add(section)
    if tree is None and not findings:
        findings.append(_syntax(top, "an empty file"))
    if not isinstance(tree, MappingNode):
        if tree is not None:
            findings.append(_syntax(top, "no keys"))
        return None, findings, frozenset(skipped)
    return _convert(tree, top, findings), findings, frozenset(skipped)


def _where(error: Exception, text: str) -> tuple[int, str]:
    """Return the line, from 1, where the YAML goes wrong, and how."""
    if isinstance(error, ReaderError):
        return text.count("\n", 0, error.position) + 1, "a character that no text has"
    if not isinstance(error, MarkedYAMLError):
        return 1, "groups within groups without end"
    # A bracket that is never closed is noticed at the end of the file, but it stands earlier.
    is_open = error.context is not None and "flow" in str(error.context)
    mark = error.context_mark if is_open else error.problem_mark or error.context_mark
    problem = str(error.problem or error.context)
    is_second = "another document" in problem
    return (mark.line + 1 if mark else 1), SECOND_DOCUMENT if is_second else problem


def _blank_section(lines: list[str], line: int) -> str | None:
    """Empty the section around a line, from 1, in place; return its name, None without one."""
    starts = [i for i, text in enumerate(lines) if re.match(r"[^\s#\-\]}]", text)]
    before = [i for i in starts if i < line]
    if not before:
        return None
    first = before[-1]
    last = next((i for i in starts if i > first), len(lines))
    name = lines[first].partition(":")[0].strip()
    lines[first:last] = [""] * (last - first)
    return name


def _convert(tree: YamlNode, place: Node, findings: list[Finding]) -> Node:
    """Convert a parsed piece; `place` has its file, line and key."""
    if place.key.count(".") > DEEPEST:
        findings.append(_syntax(place, "groups within groups without end"))
        return replace(place, shape=Shape.SCALAR)
    if not str(tree.tag).startswith(CORE_TAGS) or "python" in str(tree.tag):
        findings.append(_syntax(place, f"the tag {tree.tag}"))
    if isinstance(tree, MappingNode):
        fields = dict(_convert_pairs(tree, place, findings))
        return replace(place, shape=Shape.MAPPING, fields=fields)
    if isinstance(tree, SequenceNode):
        items = tuple(
            _convert(
                item,
                replace(
                    place,
                    line=item.start_mark.line + 1,
                    key=key_below(place, _item_label(item, number)),
                ),
                findings,
            )
            for number, item in enumerate(tree.value, start=1)
        )
        return replace(place, shape=Shape.LIST, items=items)
    value = None if str(tree.tag) == NULL_TAG else str(tree.value)
    return replace(place, shape=Shape.SCALAR, value=value)


def _convert_pairs(
    tree: MappingNode, place: Node, findings: list[Finding]
) -> Iterator[tuple[str, Node]]:
    """Yield the keys of a mapping, each once, with what stands under them."""
    first_lines: dict[str, int] = {}
    for key_node, value_node in tree.value:
        line = key_node.start_mark.line + 1
        here = replace(place, line=line)
        if not isinstance(key_node, ScalarNode):
            findings.append(_syntax(here, "a key that is no word"))
            continue
        name = str(key_node.value)
        child = replace(here, key=key_below(place, name))
        if name in first_lines:
            findings.append(
                find_fault(
                    "PROTOCOL-DUPLICATE-KEY",
                    child,
                    f"`{name}` once more",
                    f"it once (line {first_lines[name]})",
                    "Remove one of them.",
                )
            )
            continue
        first_lines[name] = line
        yield name, _convert(value_node, child, findings)


def _item_label(item: YamlNode, number: int) -> str:
    """Name an item of a list: by its id, name, rule or arm, otherwise by its number from 1."""
    if isinstance(item, MappingNode):
        named = {
            str(key.value): str(value.value)
            for key, value in item.value
            if isinstance(key, ScalarNode)
            and isinstance(value, ScalarNode)
            and str(value.tag) != NULL_TAG
        }
        return next((named[key] for key in ITEM_KEYS if named.get(key)), str(number))
    return str(number)


def _syntax(place: Node, problem: str) -> Finding:
    return find_fault(
        "PROTOCOL-SYNTAX",
        place,
        problem,
        "YAML 1.2: keys with values, lists with dashes or brackets",
        "Compare with the examples; indent with spaces, close every bracket and quote.",
    )
