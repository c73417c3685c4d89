"""Read data/mapping.yaml, and say everything that is wrong with it, line by line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trialwright.core.errors import Finding
from trialwright.datasets.codelists import find_nearest
from trialwright.datasets.domains import DOMAINS, find_dataset
from trialwright.datasets.mapping.cells import find_multiplier
from trialwright.datasets.mapping.model import CentreMapping, Filling, Target
from trialwright.datasets.mapping.redcap import RedcapField, read_dictionary
from trialwright.datasets.mapping.rules import SOURCE_RULES
from trialwright.datasets.mapping.written_dates import is_date_form
from trialwright.protocol.load import is_blocked, read_written
from trialwright.protocol.nodes import Node

MAPPING_FILE = "mapping.yaml"
SET_BY_ITSELF = frozenset({"STUDYID", "DOMAIN", "USUBJID"})


@dataclass(frozen=True, slots=True)
class MappingReading:
    """A mapping as far as it could be read; None when a finding of its form blocks.

    `findings` are of its form, `doubts` of its content: those can be overridden by the protocol's
    `checks`, such as a guess that nobody confirmed. `dictionaries` are REDCap's, by file.
    """

    mapping: CentreMapping | None
    findings: tuple[Finding, ...] = ()
    doubts: tuple[Finding, ...] = ()
    dictionaries: Mapping[str, Mapping[str, RedcapField]] = field(default_factory=dict)


def read_mapping(path: Path) -> MappingReading:
    """Read a mapping.

    Parameters
    ----------
    path : Path
        The file mapping.yaml, in the folder of the tables that it names.

    Returns
    -------
    MappingReading
        The mapping and its findings, in order of line.
    """
    written = read_written(path, CentreMapping, "mapping")
    mapping, root = written.content, written.root
    if mapping is None or root is None:
        return MappingReading(None, written.findings)
    found = [*written.findings, *_find_faults(mapping, root)]
    doubts = tuple(item for item in found if item.rule == "MAP-GUESS")
    faults = tuple(item for item in found if item.rule != "MAP-GUESS")
    named = {t.redcap.dictionary for t in mapping.tables if t.redcap and t.redcap.dictionary}
    files = sorted(name for name in named if (path.parent / name).is_file())
    dictionaries = {name: read_dictionary(path.parent / name) for name in files}
    return MappingReading(None if is_blocked(faults) else mapping, faults, doubts, dictionaries)


def _fault(rule: str, node: Node, found: str, expected: str, action: str | None = None) -> Finding:
    declared = SOURCE_RULES[rule]
    return Finding(
        rule, declared.severity, node.file, found, expected, action or declared.mend,
        row=node.line, column=node.key,
    )  # fmt: skip


def _find_faults(mapping: CentreMapping, root: Node) -> Iterator[Finding]:
    """Find what cannot be meant, in the whole file."""
    yield from _find_forms(mapping.dates, root.get("dates") or root)
    if mapping.guess is not None:
        yield _find_guess(root.get("guess") or root, mapping.guess)
    tables = root.get("tables") or root
    for table, node in zip(mapping.tables, tables.items, strict=True):
        yield from _find_forms(table.dates, node.get("dates") or node)
        if table.guess is not None:
            yield _find_guess(node.get("guess") or node, table.guess)
        targets = node.get("into")
        for target, below in zip(table.into, targets.items if targets else (), strict=True):
            yield from _find_target_faults(target, mapping, below)


def _find_target_faults(target: Target, mapping: CentreMapping, node: Node) -> Iterator[Finding]:
    """Find what cannot be meant in the rows of one domain."""
    dataset = find_dataset(target.domain)
    if dataset is None or target.domain.startswith("supp"):
        known = ", ".join(name for name in DOMAINS if name != "plasma")
        action = "Give qualifiers under `qualifiers` of their domain."
        is_supp = target.domain.startswith("supp")
        yield _fault(
            "MAP-VARIABLE", node.get("domain") or node, f"the domain '{target.domain}'",
            f"one of {known}", action if is_supp else None,
        )  # fmt: skip
        return
    for names, filling in target.variables.items():
        place = node.get("variables", names) or node
        for name in (part.strip() for part in names.split(",")):
            if name in SET_BY_ITSELF or dataset.find_variable(name) is None:
                near = ", ".join(find_nearest(name, dataset.names))
                expected = "a variable that is mapped, as USUBJID is made of `subject`"
                yield _fault(
                    "MAP-VARIABLE", place, f"'{name}'",
                    expected if name in SET_BY_ITSELF else f"a variable of it, such as {near}",
                )  # fmt: skip
        yield from _find_filling_faults(filling, mapping, place)
    for name, filling in target.qualifiers.items():
        yield from _find_filling_faults(filling, mapping, node.get("qualifiers", name) or node)


def _find_filling_faults(filling: Filling, mapping: CentreMapping, node: Node) -> Iterator[Finding]:
    """Find what cannot be meant in one filling."""
    given = [name for name in ("column", "value") if getattr(filling, name) is not None]
    if len(given) != 1:
        found = " and ".join(f"`{name}`" for name in given) or "neither `column` nor `value`"
        yield _fault("MAP-FILLING", node, found, "one of `column` and `value`")
    if filling.guess is not None:
        yield _find_guess(node.get("guess") or node, filling.guess)
    if filling.codes_of is not None and filling.codes_of not in mapping.codes:
        known = ", ".join(mapping.codes) or "none: there is no `codes` in the file"
        yield _fault("MAP-FILLING", node, f"the list '{filling.codes_of}'", f"one of {known}")
    yield from _find_forms(filling.dates, node.get("dates") or node)
    has_units = filling.unit is not None and filling.to is not None
    is_template = "{" in f"{filling.unit}{filling.to}"  # each group of for_each has its own
    if has_units and not is_template and find_multiplier(filling) is None:
        found = f"{filling.unit} to {filling.to}"
        yield _fault("MAP-UNIT", node, found, "two units of one kind, such as cm to mm")
    if (filling.unit is None) != (filling.to is None):
        yield _fault("MAP-UNIT", node, "one unit", "both `unit` and `to`")


def _find_forms(forms: tuple[str, ...], node: Node) -> Iterator[Finding]:
    for form in forms:
        if not is_date_form(form):
            yield _fault("MAP-DATE-FORM", node, f"'{form}'", "a form such as DD/MM/YYYY, or excel")


def _find_guess(node: Node, why: str) -> Finding:
    return _fault("MAP-GUESS", node, f"a guess ({why})", "what somebody confirmed")
