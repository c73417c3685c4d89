"""Where the boxes of a participant flow stand, in points from the upper left corner."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from trialwright.core.errors import TrialwrightError
from trialwright.figures.measure import BASE, line_height, text_width, wrap_text

PAD_POINTS = 5.0  # between the words and the rule around them
LEVEL_GAP_POINTS = 18.0  # between boxes one above the other: room for an arrow
SIDE_GAP_POINTS = 10.0  # between the arrow down and a box at its side
STACK_GAP_POINTS = 7.0  # between side boxes one above the other
COLUMN_GAP_POINTS = 12.0
REASON_INDENT_POINTS, HANGING_INDENT_POINTS = 8.0, 5.0
CENTER_WITH_SIDES = 0.38  # of a column's width: where its arrow runs when boxes stand at its side
WIDEST_POINTS = 190.0
NO_BREAK = "\N{NO-BREAK SPACE}"
COUNT = re.compile(r"\bn = ")  # never broken between two lines


@dataclass(slots=True, eq=False)
class Node:
    """One box: what it says, what follows, and where it stands once arranged."""

    id: str
    paragraphs: tuple[str, ...]
    is_side: bool
    below: list["Node"] = field(default_factory=list)
    sides: list["Node"] = field(default_factory=list)
    level: int = 0
    lines: list[tuple[str, float]] = field(default_factory=list)  # words, indent in points
    left: float = 0.0
    top: float = 0.0
    width: float = 0.0
    center: float = 0.0

    @property
    def height(self) -> float:
        """Height that the lines need."""
        return len(self.lines) * line_height(BASE) + 2 * PAD_POINTS

    @property
    def middle(self) -> float:
        """Half way down the box."""
        return self.top + self.height / 2

    @property
    def is_centered(self) -> bool:
        """Whether the words stand centered; reasons read better from the left."""
        return not self.is_side and len(self.paragraphs) == 1

    def wrap(self, room: float) -> None:
        """Break the words into lines no wider than the room between the pads."""
        self.lines = []
        for number, paragraph in enumerate(self.paragraphs):
            hanging = 0.0 if self.is_centered else HANGING_INDENT_POINTS
            indent = REASON_INDENT_POINTS if number else 0.0
            first, *others = wrap_text(paragraph, room - indent - hanging, BASE)
            self.lines.append((first.replace(NO_BREAK, " "), indent))
            self.lines += [(line.replace(NO_BREAK, " "), indent + hanging) for line in others]
        self.width = 2 * PAD_POINTS + max(
            text_width(line, BASE) + indent for line, indent in self.lines
        )


def read_nodes(boxes: pl.DataFrame) -> list[Node]:
    """Tie the boxes of a frame together, in its order.

    Raises
    ------
    TrialwrightError
        When an id occurs twice, or a box stands after one that does not come before it.
    """
    nodes: dict[str, Node] = {}
    for row in boxes.to_dicts():
        node = Node(str(row["id"]), _paragraphs(row["text"], row["n"]), bool(row["side"]))
        if node.id in nodes:
            raise TrialwrightError(
                f"participant flow: two boxes with the id '{node.id}', expected one. Rename one."
            )
        nodes[node.id] = node
        if row["after"] is None:
            continue
        above = nodes.get(str(row["after"]))
        if above is None or above is node or above.is_side:
            raise TrialwrightError(
                f"participant flow, box '{node.id}': after '{row['after']}', expected the id of "
                "a box of the main flow in an earlier row. Correct the id or the order."
            )
        (above.sides if node.is_side else above.below).append(node)
        node.level = above.level + (not node.is_side)
    return list(nodes.values())


def _paragraphs(text: str, n: int | None) -> tuple[str, ...]:
    """Put the count behind the first line; the others are reasons."""
    head, *reasons = COUNT.sub(f"n{NO_BREAK}={NO_BREAK}", text).split("\n")
    count = "" if n is None else f" (n{NO_BREAK}={NO_BREAK}{n})"
    return (head + count, *(reason for reason in reasons if reason.strip()))


def arrange(nodes: Sequence[Node], width: float) -> float:
    """Give every box its place and return the depth of the whole, in points."""
    roots = [node for node in nodes if not node.is_side and not _is_below(node, nodes)]
    leaves = [leaf for root in roots for leaf in _leaves(root)]
    column = width / len(leaves)
    gap = COLUMN_GAP_POINTS if len(leaves) > 1 else 0.0
    for number, leaf in enumerate(leaves):
        leaf.center = number * column + gap / 2 + (column - gap) * _share(leaf, nodes)
    for root in roots:
        _center(root)
    _set_widths(nodes, column - gap)
    for number, leaf in enumerate(leaves):  # what the boxes leave free goes to those at their side
        leaf.center = min(leaf.center, number * column + gap / 2 + leaf.width / 2)
    for root in roots:
        _center(root)
    _place_sides(nodes, column, gap)
    _move_to_middle(nodes, width)
    return _set_tops(nodes)


def _is_below(node: Node, nodes: Sequence[Node]) -> bool:
    """Tell whether a box stands under another."""
    return any(node in other.below for other in nodes)


def _leaves(node: Node) -> list[Node]:
    """List the ends of the arms under a box, from left to right."""
    return [leaf for below in node.below for leaf in _leaves(below)] or [node]


def _share(leaf: Node, nodes: Sequence[Node]) -> float:
    """Choose where the arrow of an arm runs: in its middle, or left of it for boxes at its side."""
    arm = [node for node in nodes if not node.is_side and _leaves(node) == [leaf]]
    return CENTER_WITH_SIDES if any(node.sides for node in arm) else 0.5


def _center(node: Node) -> float:
    """Place the arrow of each box over the middle of what follows; leaves have theirs."""
    if node.below:
        centers = [_center(below) for below in node.below]
        node.center = (centers[0] + centers[-1]) / 2
    return node.center


def _set_widths(nodes: Sequence[Node], room: float) -> None:
    """Wrap the words of the main flow; boxes of one arm get the width of the widest."""
    arms: dict[tuple[int, int], list[Node]] = defaultdict(list)
    for node in nodes:
        if not node.is_side:
            leaves = _leaves(node)
            arms[id(leaves[0]), id(leaves[-1])].append(node)
    for arm in arms.values():
        has_sides = any(node.sides for node in arm) and len(_leaves(arm[0])) == 1
        widest = min(room * (2 * CENTER_WITH_SIDES if has_sides else 1), WIDEST_POINTS)
        for node in arm:
            node.wrap(widest - 2 * PAD_POINTS)
        for node in arm:
            node.width = max(other.width for other in arm)


def _place_sides(nodes: Sequence[Node], column: float, gap: float) -> None:
    """Place all boxes along the line; those at a side end where their column or the page does."""
    last = max(leaf.center for leaf in nodes if not leaf.is_side)
    for node in nodes:
        if node.is_side:
            continue
        node.left = node.center - node.width / 2
        right = (last // column + 1) * column
        if len(_leaves(node)) == 1:
            right = (node.center // column + 1) * column - gap / 2
        for side in node.sides:
            side.left = node.center + SIDE_GAP_POINTS
            side.wrap(right - side.left - 2 * PAD_POINTS)


def _move_to_middle(nodes: Sequence[Node], width: float) -> None:
    """Leave the same margin at the left and at the right."""
    left = min(node.left for node in nodes)
    shift = (width - max(node.left + node.width for node in nodes) - left) / 2
    for node in nodes:
        node.left += shift
        node.center += shift


def _set_tops(nodes: Sequence[Node]) -> float:
    """Place the boxes from the top down, arms side by side at the same height."""
    levels: dict[int, list[Node]] = defaultdict(list)
    for node in nodes:
        if not node.is_side:
            levels[node.level].append(node)
    depth = end = 0.0
    for level in sorted(levels):
        for node in levels[level]:
            node.top = depth
        foot = depth + max(node.height for node in levels[level])
        end = foot
        depth = foot + LEVEL_GAP_POINTS
        for node in levels[level]:
            top = foot + LEVEL_GAP_POINTS / 2
            for side in node.sides:
                side.top = top
                end = max(end, top + side.height)
                top += side.height + STACK_GAP_POINTS
                extra = LEVEL_GAP_POINTS if len(node.below) > 1 else LEVEL_GAP_POINTS / 2
                depth = max(depth, side.top + side.height + extra)
    return end
