"""Sentences on who the patients were, in the manner of a paper's Results; numbers are cells."""

from trialwright.analyze.baseline import BaselineResult
from trialwright.core.ledger import Group
from trialwright.core.table import Cell, Text
from trialwright.report.sentences.words import opening, plural, speak_of, within


def tell_baseline(result: BaselineResult) -> list[Text]:
    """State the medians and, of each other characteristic, its largest level, per arm."""
    return [told for group in speak_of(result.arms) for told in _tell_group(result, group)]


def _tell_group(result: BaselineResult, group: Group) -> list[Text]:
    n = group.key("n")
    if not result.count(n) or not result.lines:
        return []
    noun = plural(result.count(n), "patient", "patients")
    begin: list[str | Cell] = [opening(group), "Of ", result.count_cell(n), f" {noun} "]
    begin.append(f"({within(result.population)}), ")
    medians = [line for line in result.lines if line[1] == "number"]
    largest = _find_largest(result, group)
    parts = [_tell_median(result, group, line) for line in medians]
    parts += [_tell_level(result, group, line) for line in largest]
    return [(*begin, *_join(parts), ".")]


def _tell_median(result: BaselineResult, group: Group, line: list[str]) -> list[str | Cell]:
    name, kind, _, key = line
    unit = result.units.get(name, "")
    words = within(name.removesuffix(f", {unit}"))
    return [f"median {words} was ", result.print_line(group, kind, key), f" {unit}" if unit else ""]


def _tell_level(result: BaselineResult, group: Group, line: list[str]) -> list[str | Cell]:
    name, kind, label, key = line
    counted = result.print_line(group, kind, key)
    percent = Cell(counted.text.replace(")", "%)"), counted.refs)
    return [f"{within(name)} was {within(label)} in ", percent]


def _find_largest(result: BaselineResult, group: Group) -> list[list[str]]:
    """Return the largest level of each characteristic that is told by its levels alone."""
    counts: dict[str, list[list[str]]] = {}
    for line in result.lines:
        counts.setdefault(line[0], []).append(line)
    told_by_levels = [lines for lines in counts.values() if all(x[1] == "count" for x in lines)]
    return [
        max(lines, key=lambda line: result.count(group.key(line[3]))) for lines in told_by_levels
    ]


def _join(parts: list[list[str | Cell]]) -> list[str | Cell]:
    """Put parts together with commas, and "and" before the last."""
    joined: list[str | Cell] = []
    for place, part in enumerate(parts):
        joint = "" if place == 0 else (" and " if place == len(parts) - 1 else ", ")
        joined += [joint, *part]
    return joined
