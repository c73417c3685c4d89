"""The pieces of a protocol file, each with its line and its dotted key."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from trialwright.core.errors import Finding, Severity
from trialwright.protocol.rules import WARNINGS

ITEM_KEYS = ("id", "name", "rule", "arm")
"""What names an item of a list within a dotted key, in this order; otherwise its number."""


class Shape(Enum):
    """What a piece of the file is."""

    SCALAR = auto()
    MAPPING = auto()
    LIST = auto()


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of the file.

    Scalars are kept as the text that was written: what they mean is decided by the key that they
    stand under, so `NO` stays a country, `1e9` an amount and `4.0` a version.
    """

    file: str
    line: int
    key: str
    shape: Shape
    value: str | None = None
    fields: Mapping[str, "Node"] = field(default_factory=dict)
    items: tuple["Node", ...] = ()

    @property
    def found(self) -> str:
        """The piece in words, for a finding."""
        if self.shape is Shape.MAPPING:
            return "a group of keys"
        if self.shape is Shape.LIST:
            return "a list"
        return "nothing" if self.value is None else self.value

    @property
    def name(self) -> str | None:
        """What an item of a list goes by: its id, name, rule or arm; None without one."""
        return next((text for key in ITEM_KEYS if (text := self.text(key))), None)

    @property
    def label(self) -> str:
        """The last part of the dotted key."""
        return self.key.rpartition(".")[2]

    def get(self, *keys: str) -> "Node | None":
        """Return the piece under keys, one within the other; None when there is none."""
        node: Node | None = self
        for key in keys:
            node = node.fields.get(key) if node else None
        return node

    def text(self, *keys: str) -> str | None:
        """Return the text under keys; None when there is none."""
        node = self.get(*keys)
        return node.value if node else None

    def number(self, *keys: str) -> float | None:
        """Return the number under keys; None when there is none or it is none."""
        try:
            return float(self.text(*keys) or "")
        except ValueError:
            return None

    def is_true(self, *keys: str) -> bool:
        """Whether the text under keys says yes."""
        return (self.text(*keys) or "").lower() in ("true", "yes", "on", "y", "t", "1")

    def words(self, *keys: str) -> tuple["Node", ...]:
        """Return the words of the list under keys; one that stands alone is its only item."""
        node = self.get(*keys)
        items = () if node is None else node.items or (node,)
        return tuple(item for item in items if item.value is not None)

    def groups(self, *keys: str) -> tuple["Node", ...]:
        """Return the groups of keys in the list under keys."""
        node = self.get(*keys)
        items = () if node is None else node.items
        return tuple(item for item in items if item.shape is Shape.MAPPING)

    def one_or_more(self, *keys: str) -> tuple["Node", ...]:
        """Return the groups in the list under keys, or the group that stands there alone."""
        node = self.get(*keys)
        is_alone = node is not None and node.shape is Shape.MAPPING
        return (node,) if node is not None and is_alone else self.groups(*keys)

    def endpoints(self) -> tuple["Node", ...]:
        """Return every endpoint of the protocol, the primary one first."""
        primary = self.one_or_more("endpoints", "primary")
        return (*primary, *self.groups("endpoints", "secondary"))


def plain_of(node: Node) -> object:
    """Return the piece as dicts, lists and texts."""
    if node.shape is Shape.MAPPING:
        return {key: plain_of(child) for key, child in node.fields.items()}
    if node.shape is Shape.LIST:
        return [plain_of(item) for item in node.items]
    return node.value


def locate(root: Node, location: Sequence[int | str]) -> tuple[Node, tuple[int | str, ...]]:
    """Follow a validator's location; return the last piece reached and the steps left over.

    Steps that are no keys of the file are passed over: the kind of an endpoint, or the number
    of a design that stands alone.
    """
    node = root
    left: list[int | str] = []
    for step in location:
        if isinstance(step, int) and node.shape is Shape.LIST and step < len(node.items):
            node, left = node.items[step], []
        elif isinstance(step, str) and step in node.fields:
            node, left = node.fields[step], []
        else:
            left.append(step)
    return node, tuple(left)


def find_nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that someone most likely meant, None when none is near."""
    plain = {_plain_word(choice): choice for choice in known}
    near = difflib.get_close_matches(_plain_word(word), plain, n=1, cutoff=0.6)
    return plain[near[0]] if near else None


def _plain_word(word: str) -> str:
    return word.lower().replace("-", "_").replace(" ", "_")


def key_below(node: Node, name: str) -> str:
    """Return the dotted key of something named below a piece."""
    return f"{node.key}.{name}" if node.key else name


def find_fault(
    rule: str, node: Node, found: str, expected: str, action: str, name: str | None = None
) -> Finding:
    """Make the finding of a rule at a piece of the file, or at a name below it."""
    return Finding(
        rule=rule,
        severity=Severity.WARN if rule in WARNINGS else Severity.BLOCK,
        file=node.file,
        row=node.line,
        column=(key_below(node, name) if name else node.key) or None,
        found=found,
        expected=expected,
        action=action,
    )
