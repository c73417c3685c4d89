"""How the items of a patient's time line are drawn."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from trialwright.core.table import open_sentence
from trialwright.figures.event_looks import Look, choose_looks
from trialwright.figures.lanes import (
    CHIP_PAD_POINTS,
    GAP_POINTS,
    LANE_PAD_POINTS,
    MARK_POINTS,
    ROW_POINTS,
    SERIES_POINTS,
    Item,
    Lane,
    Side,
)
from trialwright.figures.layout import nudge, size_points
from trialwright.figures.marks import KeyItem, draw_marker
from trialwright.figures.measure import SMALL, text_width
from trialwright.figures.style import (
    GRADE_COLORS,
    GRID,
    HATCH,
    INK,
    PAPER,
    STRATA,
    response_color,
    response_outline,
    text_on,
)

BAR_POINTS, DOSE_BAR_POINTS, CHIP_POINTS = 8.0, 4.5, 9.0
NO_LOOK: Look = ("", INK, INK)  # of what is not drawn as a marker
GUIDED_KINDS = ("progression", "death")


def dose_colors(lanes: Sequence[Lane]) -> dict[str, str]:
    """Give each lane with doses or treatment the color of an agent, in order."""
    kinds = {"dose", "treatment"}
    names = [lane.name for lane in lanes if any(item.kind in kinds for item in lane.items)]
    return {name: STRATA[number % len(STRATA)] for number, name in enumerate(names)}


def draw_item(ax: Axes, lane: Lane, item: Item, color: str, look: Look) -> None:
    """Draw a bar, a dose, a response, the words of a value, or a marker with its words."""
    middle = lane.first_row + (item.row + 0.5) * ROW_POINTS
    if item.is_dose:
        _draw_dose(ax, item, middle, color)
    elif item.kind == "response":
        _draw_response(ax, item, middle)
    elif item.value is not None:
        ax.text(item.end, middle, item.words, ha="center", va="center_baseline", fontsize=SMALL)
    elif item.is_point:
        _draw_point(ax, item, middle, look)
    else:
        _draw_bar(ax, item, middle, color)


def _draw_dose(ax: Axes, item: Item, middle: float, color: str) -> None:
    """Draw a dose of one day as a tick, of several as a thin bar."""
    if item.end - item.start <= 1:
        half = BAR_POINTS / 2
        ax.plot([item.start + 0.5] * 2, [middle - half, middle + half], color=color, linewidth=1.5)
        return
    corner = (item.start, middle - DOSE_BAR_POINTS / 2)
    size = (item.end - item.start, DOSE_BAR_POINTS)
    ax.add_patch(Rectangle(corner, *size, facecolor=color, linewidth=0))
    if item.goes_on:
        _draw_arrow(ax, item.end, middle)


def _draw_bar(ax: Axes, item: Item, middle: float, color: str) -> None:
    """Draw what lasts, adverse events in the tint of their grade, with its words."""
    fill = GRID if item.grade is None else GRADE_COLORS.get(item.grade, GRID)
    edge = color if item.grade is None else GRADE_COLORS[4]
    corner = (item.start, middle - BAR_POINTS / 2)
    ax.add_patch(
        Rectangle(
            corner,
            item.end - item.start,
            BAR_POINTS,
            facecolor=fill,
            edgecolor=edge,
            linewidth=0.5,
            zorder=2,
        )
    )
    if item.goes_on:
        _draw_arrow(ax, item.end, middle)
    if item.side is Side.INSIDE:
        place = nudge(ax, ax.transData, GAP_POINTS, 0)
        ax.text(
            item.start,
            middle,
            item.words,
            transform=place,
            color=text_on(fill),
            fontsize=SMALL,
            va="center_baseline",
        )
    else:
        _write(ax, item, middle, 0.0)


def _draw_arrow(ax: Axes, end: float, middle: float) -> None:
    """Show that something goes on."""
    place = nudge(ax, ax.transData, 2.5, 0)
    draw_marker(ax, (end, middle), ">", INK, transform=place)


def _draw_response(ax: Axes, item: Item, middle: float) -> None:
    """Draw a square in the color of the response, its letters inside."""
    low, high = ax.get_xlim()
    per_day = size_points(ax)[0] / (high - low)
    half = (text_width(item.words, SMALL) / 2 + CHIP_PAD_POINTS) / per_day
    fill = response_color(item.text)
    ax.add_patch(
        Rectangle(
            (item.start - half, middle - CHIP_POINTS / 2),
            2 * half,
            CHIP_POINTS,
            facecolor=fill,
            edgecolor=response_outline(item.text),
            hatch=HATCH if fill == PAPER else None,
            linewidth=0.75,
            clip_on=False,
            zorder=3,
        )
    )
    backing = {"facecolor": PAPER, "linewidth": 0, "pad": 0.5} if fill == PAPER else None
    ax.text(
        item.start,
        middle,
        item.words,
        color=text_on(fill),
        ha="center",
        va="center_baseline",
        fontsize=SMALL,
        bbox=backing,
        zorder=4,
    )


def _draw_point(ax: Axes, item: Item, middle: float, look: Look) -> None:
    """Draw what happens on a day as a marker with its words."""
    marker, fill, outline = look
    draw_marker(ax, (item.start, middle), marker, fill, outline)
    _write(ax, item, middle, MARK_POINTS)


def _write(ax: Axes, item: Item, middle: float, away: float) -> None:
    """Write the words of an item at the side where they have room."""
    if not item.words:
        return
    is_right = item.side is Side.RIGHT
    shift = GAP_POINTS + away
    ax.text(
        item.end if is_right else item.start,
        middle,
        item.words,
        transform=nudge(ax, ax.transData, shift if is_right else -shift, 0),
        ha="left" if is_right else "right",
        va="center_baseline",
        fontsize=SMALL,
        bbox={"facecolor": PAPER, "linewidth": 0, "pad": 0.3},  # hides the lines behind
    )


def draw_series(ax: Axes, lane: Lane) -> None:
    """Draw the values of a lane as a line over their words, on a scale from 0 to the highest."""
    measured = sorted((item.start, item.value) for item in lane.items if item.value is not None)
    if not measured:
        return
    highest = max(value for _, value in measured)
    foot = lane.first_row - LANE_PAD_POINTS
    room = SERIES_POINTS - 2 * LANE_PAD_POINTS
    heights = [foot - room * (value / highest if highest > 0 else 0) for _, value in measured]
    days = [day for day, _ in measured]
    ax.fill_between(days, heights, foot, color=GRID, linewidth=0, zorder=0.7)
    ax.plot(
        days,
        heights,
        color=INK,
        linewidth=1,
        marker="o",
        markersize=3,
        clip_on=False,
        zorder=3,
    )


def choose_point_looks(items: Sequence[Item]) -> dict[str, Look]:
    """Choose the look of each kind of point that is drawn as a marker."""
    marked = (item.kind for item in items if item.is_point and item.value is None)
    return choose_looks(kind for kind in marked if kind != "response")


def key_items(items: Sequence[Item]) -> list[KeyItem]:
    """List what markers and tints mean, as far as they occur."""
    entries = [
        KeyItem(open_sentence(kind), fill, outline, marker)
        for kind, (marker, fill, outline) in choose_point_looks(items).items()
    ]
    grades = sorted({item.grade for item in items if item.grade is not None})
    return entries + [
        KeyItem(f"Grade {grade}", GRADE_COLORS.get(grade, GRID), GRADE_COLORS[4])
        for grade in grades
    ]
