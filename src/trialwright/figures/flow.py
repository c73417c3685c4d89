"""Participant flow as CONSORT prints it: boxes, exclusions at the right, arrows between."""

import polars as pl
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, Rectangle

from trialwright.core.errors import TrialwrightError
from trialwright.figures.flow_layout import (
    LEVEL_GAP_POINTS,
    NO_BREAK,
    PAD_POINTS,
    Node,
    arrange,
    read_nodes,
)
from trialwright.figures.layout import (
    EDGE_POINTS,
    Panel,
    dress,
    fit,
    make_panel,
    points_from,
    require_columns,
    size_points,
)
from trialwright.figures.marks import draw_empty
from trialwright.figures.measure import BASE, line_height
from trialwright.figures.style import (
    COLUMN_AND_HALF_MM,
    INK,
    MM_PER_INCH,
    PAGE_MM,
    PAPER,
    POINTS_PER_INCH,
    styled,
)
from trialwright.figures.words import end_sentence

COLUMNS = ("id", "text", "n", "after", "side")
EMPTY = "No participant has been assessed."


@styled
def draw_flow(boxes: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the flow of participants, for one arm or several.

    Boxes go down from the first; a box with several boxes after it opens an arm for each. Boxes
    are as wide and high as their words need, and the figure as high as the boxes need.

    Parameters
    ----------
    boxes : DataFrame
        One row per box, in the order to read: id, text (its first line gets the count; further
        lines are reasons), n (null for a box that counts nobody, such as a decision), after (id
        of the box above, null for the first), side (true for those who leave, at the right).
    ax : Axes, optional
        Where to draw; a new figure when omitted. Nothing is saved or shown.

    Returns
    -------
    Axes
        The axes drawn on, without scales.

    Raises
    ------
    TrialwrightError
        When a box stands after one that is not there, or the axes are too small for the words.

    References
    ----------
    Hopewell S, et al. CONSORT 2025 statement. BMJ 2025;389:e081123, flow diagram.
    """
    require_columns(boxes, "participant flow", COLUMNS)
    nodes = read_nodes(boxes)
    ax = dress(ax or make_panel(_width_mm(nodes), 60))
    if not nodes:
        return draw_empty(ax, EMPTY)
    ax.set_axis_off()
    fit(ax)
    depth = arrange(nodes, size_points(ax)[0])
    _make_room(ax, depth)
    for node in nodes:
        _draw_arrows(ax, node)
        _draw_box(ax, node)
    return ax


def describe_flow(boxes: pl.DataFrame) -> str:
    """Say in words what `draw_flow` shows, with the numbers.

    Parameters
    ----------
    boxes : DataFrame
        As for `draw_flow`.

    Returns
    -------
    str
        One sentence per box, in the order of the frame, reasons after a colon.
    """
    require_columns(boxes, "participant flow", COLUMNS)
    if boxes.is_empty():
        return EMPTY
    sentences = []
    for node in read_nodes(boxes):
        head, *reasons = node.paragraphs
        sentences.append(end_sentence(f"{head}: {'; '.join(reasons)}" if reasons else head))
    return " ".join(sentences).replace(NO_BREAK, " ")


def _width_mm(nodes: list[Node]) -> float:
    """Take one and a half columns for one arm, the page for several."""
    has_arms = any(len(node.below) > 1 for node in nodes)
    return PAGE_MM if has_arms else COLUMN_AND_HALF_MM


def _make_room(ax: Axes, depth: float) -> None:
    """Let a figure of our own grow to the boxes; other axes must be large enough."""
    needed_mm = depth / POINTS_PER_INCH * MM_PER_INCH
    if isinstance(ax, Panel):
        fit(ax, needed_mm)
    has = size_points(ax)[1]
    if depth > has + EDGE_POINTS / 2:
        has_mm = has / POINTS_PER_INCH * MM_PER_INCH
        raise TrialwrightError(
            f"participant flow: axes of {has_mm:.0f} mm height, expected at least "
            f"{needed_mm:.0f} mm at this width. Make the figure higher or wider."
        )


def _draw_box(ax: Axes, node: Node) -> None:
    """Draw one box and its words, centered in the middle column and left-aligned at the side."""
    where = points_from(ax, 0, 1)
    ax.add_artist(
        Rectangle(
            (node.left, -node.top - node.height),
            node.width,
            node.height,
            facecolor=PAPER,
            edgecolor=INK,
            linewidth=0.75,
            transform=where,
            clip_on=False,
            zorder=3,
        )
    )
    for number, (line, indent) in enumerate(node.lines):
        y = -node.top - PAD_POINTS - (number + 0.5) * line_height(BASE)
        if node.is_centered:
            x, align = node.center, "center"
        else:
            x, align = node.left + PAD_POINTS + indent, "left"
        ax.text(
            x, y, line, transform=where, ha=align, va="center_baseline", fontsize=BASE, zorder=4
        )


def _draw_arrows(ax: Axes, node: Node) -> None:
    """Draw the lines that leave a box: down to what follows, right to those who leave."""
    x, start = node.center, node.top + node.height
    for side in node.sides:
        _draw_arrow(ax, (x, side.middle), (side.left, side.middle))
    if len(node.below) == 1 and node.below[0].center == x:
        _draw_arrow(ax, (x, start), (x, node.below[0].top))
    elif node.below:
        bus = node.below[0].top - LEVEL_GAP_POINTS / 2
        _draw_line(ax, (x, start), (x, bus))
        ends = [below.center for below in node.below]
        _draw_line(ax, (min(*ends, x), bus), (max(*ends, x), bus))
        for below in node.below:
            _draw_arrow(ax, (below.center, bus), (below.center, below.top))
    elif node.sides:
        _draw_line(ax, (x, start), (x, node.sides[-1].middle))


def _draw_arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw an arrow between two places, in points right and down from the upper left corner."""
    arrow = FancyArrowPatch(
        (start[0], -start[1]),
        (end[0], -end[1]),
        arrowstyle="-|>,head_length=2.6,head_width=1.5",
        mutation_scale=1.5,
        shrinkA=0,
        shrinkB=0,
        color=INK,
        linewidth=0.75,
        transform=points_from(ax, 0, 1),
        clip_on=False,
        zorder=2,
    )
    ax.add_artist(arrow)


def _draw_line(ax: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a line between two places, in points right and down from the upper left corner."""
    ax.plot(
        [start[0], end[0]],
        [-start[1], -end[1]],
        color=INK,
        linewidth=0.75,
        solid_capstyle="projecting",
        transform=points_from(ax, 0, 1),
        clip_on=False,
        zorder=2,
    )
