"""Differences of many measurements against their P values: the volcano figure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot, isfinite, log10

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from trialwright.core.table import print_p, round_half_up
from trialwright.figures.free_room import Box, Room
from trialwright.figures.layout import dress, fit, make_panel, nudge, require_columns
from trialwright.figures.marks import KeyItem, draw_empty, draw_key, draw_note
from trialwright.figures.measure import SMALL, fit_text, line_height, text_width
from trialwright.figures.style import COLUMN_AND_HALF_MM, INK, RESPONSE_COLORS, RULE, styled
from trialwright.figures.words import print_count

PLOT_MM = 72.0
COLUMNS = ("label", "estimate", "p_value", "p_adjusted")
UP, DOWN, OTHER = RESPONSE_COLORS["PD"], RESPONSE_COLORS["CR"], RESPONSE_COLORS["SD"]
MARKER_POINTS, DOT_POINTS = 4.5, 3.0
MOST_NAMES, FEWEST_NAMES, LISTED_AT_MOST = 60, 5, 25
WIDEST_NAME_POINTS = 90.0
SMALLEST_P = 1e-300
ALPHA = 0.05
REACH_POINTS = (5.0, 11.0, 18.0, 26.0)  # from a point to its name, nearest first

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Dot:
    """One measurement: where it stands and what it is called."""

    label: str
    estimate: float
    p_value: float
    is_significant: bool

    @property
    def height(self) -> float:
        """Where it stands on the axis."""
        return -log10(max(self.p_value, SMALLEST_P))

    @property
    def look(self) -> tuple[str, str]:
        """Color and marker."""
        if not self.is_significant:
            return OTHER, "o"
        return (UP, "^") if self.estimate > 0 else (DOWN, "v")


@styled
def draw_volcano(
    points: pl.DataFrame,
    ax: Axes | None = None,
    contrast: str = "",
    alpha: float = ALPHA,
    limits: tuple[float, float] | None = None,
) -> Axes:
    """Draw differences against P values, colored by the adjusted P value.

    Shapes double the colors. Measurements below the limit are named, else the few with the
    smallest P; names cover neither points nor one another, and a line leads from a name that had
    to stand apart. The broken line is the largest P whose adjusted value is below the limit.

    Parameters
    ----------
    points : DataFrame
        One row per measurement: label, estimate (difference), p_value, p_adjusted. Rows without
        estimate or P are counted in a note.
    ax : Axes, optional
        Where to draw; a new figure when omitted. Nothing is saved or shown.
    contrast : str
        What the difference is, such as "C2D1 minus C1D1", for the horizontal axis.
    alpha : float
        Limit of the adjusted P value.
    limits : (float, float), optional
        Largest difference and height of the axes, from `find_volcano_limits`, so that panels
        beside one another compare; those of the points when omitted.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    dots, n_lost = _read_dots(points, alpha)
    ax = dress(ax or make_panel(COLUMN_AND_HALF_MM, 95))
    if not dots:
        return draw_empty(ax, describe_volcano(points, contrast, alpha))
    reach, top = limits or find_volcano_limits(points)
    ax.set(xlim=(-reach, reach), ylim=(0, top), ylabel="P value, as \N{MINUS SIGN}log10")
    ax.set_xlabel(f"Difference of NPX (log2){f', {contrast}' if contrast else ''}")
    ax.axvline(0, color=RULE, linewidth=0.75, zorder=1)
    limit = max((dot.p_value for dot in dots if dot.is_significant), default=None)
    if limit is not None:
        height = -log10(max(limit, SMALLEST_P))
        ax.axhline(height, color=RULE, linewidth=0.75, linestyle=(0, (4, 2)), zorder=1)
    _draw_dots(ax, dots)
    fit(ax, PLOT_MM)
    draw_key(ax, list(_key_items(dots, alpha)))
    fit(ax, PLOT_MM)
    n_unnamed = _draw_names(ax, dots)
    notes = [f"{n_unnamed} more below the limit without a name."] if n_unnamed else []
    notes += [f"{print_count(n_lost, 'measurement')} without an estimate."] if n_lost else []
    if notes:
        draw_note(ax, " ".join(notes), 32)
    fit(ax, PLOT_MM)
    return ax


def find_volcano_limits(points: pl.DataFrame) -> tuple[float, float]:
    """Return the difference and the height that hold all points, with room for names."""
    dots, _ = _read_dots(points, ALPHA)
    reach = max((abs(dot.estimate) for dot in dots), default=0.0)
    top = max((dot.height for dot in dots), default=0.0)
    return 1.12 * max(reach, 0.1), 1.12 * max(top, 2.0)


def describe_volcano(points: pl.DataFrame, contrast: str = "", alpha: float = ALPHA) -> str:
    """Say in words what `draw_volcano` shows, with the numbers."""
    dots, n_lost = _read_dots(points, alpha)
    of = f" of {contrast}" if contrast else ""
    if not dots:
        return f"No difference{of} could be estimated."
    found = [dot for dot in dots if dot.is_significant]
    n_up = sum(dot.estimate > 0 for dot in found)
    text = (
        f"Differences{of} of {print_count(len(dots), 'measurement')}: {n_up} up and "
        f"{len(found) - n_up} down with an adjusted P below {alpha:g}."
    )
    shown = _choose(dots)[:LISTED_AT_MOST]
    parts = [
        f"{dot.label} {round_half_up(dot.estimate, 2)} ({print_p(dot.p_value)})" for dot in shown
    ]
    lost = f" {n_lost} without an estimate." if n_lost else ""
    return f"{text} Smallest P: {'; '.join(parts)}.{lost}"


def _read_dots(points: pl.DataFrame, alpha: float) -> tuple[list[Dot], int]:
    """Return the measurements that can be drawn, smallest P first, and how many cannot."""
    require_columns(points, "volcano", COLUMNS)
    dots = []
    for label, estimate, p_value, p_adjusted in points.select(COLUMNS).iter_rows():
        if estimate is None or p_value is None or not (isfinite(estimate) and isfinite(p_value)):
            continue
        is_significant = p_adjusted is not None and p_adjusted < alpha
        dots.append(Dot(str(label), float(estimate), float(p_value), is_significant))
    dots.sort(key=lambda dot: (dot.p_value, dot.label))
    return dots, points.height - len(dots)


def _draw_dots(ax: Axes, dots: Sequence[Dot]) -> None:
    """Draw all measurements, those that were found on top."""
    for color, marker in ((OTHER, "o"), (UP, "^"), (DOWN, "v")):
        mine = [dot for dot in dots if dot.look == (color, marker)]
        if not mine:
            continue  # a line without points has no place, and would give the axes none
        is_found = marker != "o"
        line = Line2D(
            [dot.estimate for dot in mine],
            [dot.height for dot in mine],
            marker=marker,
            markersize=MARKER_POINTS if is_found else DOT_POINTS,
            markerfacecolor=color,
            markeredgecolor=color if is_found else RULE,
            markeredgewidth=0.5,
            linestyle="none",
            clip_on=False,
            zorder=4 if is_found else 3,
        )
        ax.add_artist(line)


def _key_items(dots: Sequence[Dot], alpha: float) -> Iterator[KeyItem]:
    """Yield the key, with counts."""
    found = [dot for dot in dots if dot.is_significant]
    n_up = sum(dot.estimate > 0 for dot in found)
    below = f"adjusted P < {alpha:g}"
    yield KeyItem(f"up, {below} ({n_up})", UP, marker="^")
    yield KeyItem(f"down, {below} ({len(found) - n_up})", DOWN, marker="v")
    yield KeyItem(f"others ({len(dots) - len(found)})", OTHER, edge=RULE, marker="o")


def _choose(dots: Sequence[Dot]) -> list[Dot]:
    """Return the measurements to name, most important first."""
    found = [dot for dot in dots if dot.is_significant]
    return found[:MOST_NAMES] if found else list(dots[:FEWEST_NAMES])


def _draw_names(ax: Axes, dots: Sequence[Dot]) -> int:
    """Name measurements where there is room; return how many found none."""
    room = Room(ax)
    half = MARKER_POINTS / 2 + 0.5
    places = {id(dot): (room.x_points(dot.estimate), room.y_points(dot.height)) for dot in dots}
    room.take((x - half, y - half, x + half, y + half) for x, y in places.values())
    room.take_data(_list_lines(ax, dots), 0.5)
    n_lost = 0
    words: list[Box] = []
    for dot in _choose(dots):
        name = fit_text(dot.label, WIDEST_NAME_POINTS, SMALL)
        size = (text_width(name, SMALL) + 1.5, line_height(SMALL))
        point = places[id(dot)]
        boxes = [
            box
            for box in _list_places(point, size, dot.estimate < 0)
            if not _crosses(point, _nearest(point, box), words)
        ]
        box = room.first_free(boxes)
        if box is None:
            n_lost += 1
            continue
        words.append(box)
        if _is_apart(point, box):
            room.take(_list_steps(point, _nearest(point, box)))
        _draw_name(ax, dot, name, box, point)
    found = sum(dot.is_significant for dot in dots)
    return n_lost + max(found - MOST_NAMES, 0)


def _list_lines(ax: Axes, dots: Sequence[Dot]) -> list[Box]:
    """Return the lines of reference on the axes, as boxes in data."""
    (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
    heights = [dot.height for dot in dots if dot.is_significant]
    level = [(x0, min(heights), x1, min(heights))] if heights else []
    return [(0.0, y0, 0.0, y1), *level]


def _nearest(point: Point, box: Box) -> Point:
    """Return the place of a box that is nearest to a point."""
    left, bottom, right, top = box
    return min(max(point[0], left), right), min(max(point[1], bottom), top)


def _is_apart(point: Point, box: Box) -> bool:
    """Tell whether a name needs a line to its point."""
    return hypot(*np.subtract(_nearest(point, box), point)) > 1.7 * REACH_POINTS[0]


def _list_steps(start: Point, end: Point) -> list[Box]:
    """Return small boxes along a line from a point to its name."""
    n = max(int(hypot(end[0] - start[0], end[1] - start[1]) / 2), 1)
    steps = [np.add(start, np.subtract(end, start) * step / n) for step in range(1, n)]
    return [(x - 0.5, y - 0.5, x + 0.5, y + 0.5) for x, y in steps]


def _crosses(start: Point, end: Point, words: Sequence[Box]) -> bool:
    """Tell whether a line from a point to its name would cross another name."""
    return any(
        left < x1 and x0 < right and bottom < y1 and y0 < top
        for x0, y0, x1, y1 in _list_steps(start, end)
        for left, bottom, right, top in words
    )


def _list_places(point: Point, size: Point, is_left: bool) -> Iterator[Box]:
    """Yield boxes around a point, the nearest and most usual first."""
    (x, y), (width, height) = point, size
    sides = (-1, 1) if is_left else (1, -1)
    for reach in REACH_POINTS:
        for side in sides:
            left = x + reach if side > 0 else x - reach - width
            for lift in (0.0, 0.7, -0.7, 1.4, -1.4):
                bottom = y - height / 2 + lift * reach
                yield left, bottom, left + width, bottom + height
        for lift in (1, -1):
            bottom = y + reach if lift > 0 else y - reach - height
            yield x - width / 2, bottom, x + width / 2, bottom + height


def _draw_name(ax: Axes, dot: Dot, name: str, box: Box, point: Point) -> None:
    """Write a name in its box; a line leads to it when it stands apart."""
    left, bottom, right, top = box
    x, y = point
    ahead = nudge(ax, ax.transData, (left + right) / 2 - x, (bottom + top) / 2 - y)
    ax.text(
        dot.estimate, dot.height, name, transform=ahead, fontsize=SMALL, color=INK,
        ha="center", va="center_baseline", zorder=6,
    )  # fmt: skip
    if _is_apart(point, box):
        near_x, near_y = _nearest(point, box)
        (x0, x1), (y0, y1) = ax.get_xlim(), ax.get_ylim()
        room = Room(ax)
        ends_x = [dot.estimate, x0 + near_x / room.width * (x1 - x0)]
        ends_y = [dot.height, y0 + near_y / room.height * (y1 - y0)]
        ax.add_artist(Line2D(ends_x, ends_y, color=RULE, linewidth=0.5, zorder=2))
