"""Words that sentences share: numbers as cells, plurals, one sentence an arm."""

from collections.abc import Sequence

from trialwright.core.ledger import Group, make_groups


def plural(n: int, one: str, many: str) -> str:
    """Choose between the words for one and for many."""
    return one if n == 1 else many


def within(text: str) -> str:
    """Return a name as it stands within a sentence: an abbreviation keeps its capitals."""
    is_word = len(text) == 1 or text[1:2].islower() or text[1:2] == " "
    return f"{text[:1].lower()}{text[1:]}" if is_word else text


def speak_of(arms: Sequence[Sequence[str]]) -> tuple[Group, ...]:
    """Return the groups that a sentence is written for: everybody, or each arm."""
    groups = make_groups(arms)
    return groups if len(groups) == 1 else groups[:-1]


def opening(group: Group) -> str:
    """Name the arm that a sentence is about; nothing for a single arm."""
    return "" if group.code is None else f"{group.label}: "
