"""What stands beside the data: keys, markers, notes and the sentence of an empty figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import Transform

from trialwright.figures.layout import EDGE_POINTS, nudge, points_from, room_points, size_points
from trialwright.figures.measure import BASE, SMALL, line_height, text_width, wrap_text
from trialwright.figures.style import INK, QUIET_INK, RULE

KEY_SYMBOL_POINTS, KEY_GAP_POINTS, KEY_ABOVE_POINTS = 12.0, 10.0, 6.0
MARKER_POINTS = 5.0


@dataclass(frozen=True, slots=True)
class KeyItem:
    """One entry of a key: a swatch, or a marker, or a sample of line."""

    label: str
    color: str = INK
    edge: str = ""
    marker: str = ""
    dashes: Any = None
    hatch: str = ""
    alpha: float = 1.0
    linewidth: float = 1.25


def draw_key(
    ax: Axes,
    items: Sequence[KeyItem],
    left_points: float = 0.0,
    above_points: float = KEY_ABOVE_POINTS,
) -> None:
    """Draw a key in rows above the axes.

    The key stands outside the plot, so it never covers data; rows break where the width ends.

    Parameters
    ----------
    ax : Axes
        Fitted before, so that their place is known.
    items : sequence of KeyItem
        Entries in reading order.
    left_points : float
        Where rows start, from the left edge of the axes; negative over labels at the left.
    above_points : float
        Where the lowest row stands, above the axes.
    """
    room = max(room_points(ax), 60.0)
    rows: list[list[tuple[float, KeyItem]]] = [[]]
    x = left_points
    for item in items:
        width = KEY_SYMBOL_POINTS + 3 + text_width(item.label, SMALL)
        if rows[-1] and x + width > room:
            rows.append([])
            x = left_points
        rows[-1].append((x, item))
        x += width + KEY_GAP_POINTS
    step = line_height(SMALL) + 2
    for number, row in enumerate(reversed(rows)):
        for x, item in row:
            y = above_points + (number + 0.5) * step
            draw_key_symbol(ax, item, x, y)
            draw_key_text(ax, item.label, x + KEY_SYMBOL_POINTS + 3, y)


def draw_key_symbol(ax: Axes, item: KeyItem, x: float, y: float) -> None:
    """Draw the sign of one entry of a key, in points from the top left corner of the axes."""
    where = points_from(ax, 0, 1)
    middle = x + KEY_SYMBOL_POINTS / 2
    if item.marker:
        draw_marker(ax, (middle, y), item.marker, item.color, item.edge, where)
    elif item.dashes is not None:
        ax.add_artist(
            Line2D(
                [x, x + KEY_SYMBOL_POINTS],
                [y, y],
                color=item.color,
                linestyle=item.dashes,
                linewidth=item.linewidth,
                transform=where,
                clip_on=False,
            )
        )
    else:
        draw_swatch(ax, (x + 1, y - 3.25), (KEY_SYMBOL_POINTS - 2, 6.5), item, where)


def draw_key_text(ax: Axes, text: str, x: float, y: float) -> None:
    """Write the words of one entry of a key, in points from the top left corner of the axes."""
    where = points_from(ax, 0, 1)
    ax.text(x, y, text, transform=where, fontsize=SMALL, va="center_baseline")


def draw_swatch(
    ax: Axes,
    corner: tuple[float, float],
    size: tuple[float, float],
    item: KeyItem,
    transform: Transform,
) -> None:
    """Draw a small filled rectangle; a hatch is drawn in the outline's color."""
    ax.add_artist(
        Rectangle(
            corner,
            *size,
            facecolor=item.color,
            edgecolor=item.edge or item.color,
            hatch=item.hatch or None,
            alpha=item.alpha,
            transform=transform,
            clip_on=False,
        )
    )


def draw_marker(
    ax: Axes,
    where: tuple[float, float],
    marker: str,
    color: str,
    edge: str = "",
    transform: Transform | None = None,
) -> None:
    """Draw one marker; it may reach over the edge of the axes."""
    ax.add_artist(
        Line2D(
            [where[0]],
            [where[1]],
            marker=marker,
            markersize=MARKER_POINTS,
            markerfacecolor=color,
            markeredgecolor=edge or color,
            markeredgewidth=0.75,
            linestyle="none",
            transform=transform or ax.transData,
            clip_on=False,
            zorder=5,
        )
    )


def draw_named_lines(ax: Axes, lines: Sequence[tuple[str, float]]) -> float:
    """Draw upright lines with their names over the axes; names that would touch are stacked.

    Parameters
    ----------
    ax : Axes
        Fitted before, so that their width is known.
    lines : sequence of (str, float)
        Names and places on the horizontal axis.

    Returns
    -------
    float
        Where the next thing above can stand, in points over the axes.
    """
    low, high = ax.get_xlim()
    per_unit = size_points(ax)[0] / (high - low)
    ends: list[float] = []
    for words, place in sorted(lines, key=lambda line: line[1]):
        ax.axvline(place, color=RULE, linewidth=0.75, linestyle=(0, (4, 2)), zorder=1)
        half = text_width(words, SMALL) / 2 + 3
        left = (place - low) * per_unit - half
        floor = next((i for i, end in enumerate(ends) if end <= left), len(ends))
        ends[floor : floor + 1] = [left + 2 * half]
        above = nudge(ax, ax.get_xaxis_transform(), 0, 4 + floor * line_height(SMALL))
        ax.text(place, 1, words, transform=above, fontsize=SMALL, ha="center")
    return KEY_ABOVE_POINTS + len(ends) * line_height(SMALL)


def draw_note(ax: Axes, text: str, below_points: float) -> None:
    """Write a quiet note under the axes, in lines that fit their width."""
    lines = wrap_text(text, max(room_points(ax), 60.0), SMALL)
    for number, line in enumerate(lines):
        ax.text(
            0,
            -below_points - number * line_height(SMALL),
            line,
            transform=points_from(ax, 0, 0),
            fontsize=SMALL,
            color=QUIET_INK,
            va="top",
        )


def draw_empty(ax: Axes, sentence: str) -> Axes:
    """Say in the axes that there is nothing to draw, and why."""
    ax.set_axis_off()
    lines = wrap_text(sentence, size_points(ax)[0] - 4 * EDGE_POINTS)
    top = (len(lines) - 1) / 2 * line_height()
    for number, line in enumerate(lines):
        ax.text(
            0,
            top - number * line_height(),
            line,
            transform=points_from(ax, 0.5, 0.5),
            ha="center",
            va="center_baseline",
            fontsize=BASE,
            color=QUIET_INK,
        )
    return ax
