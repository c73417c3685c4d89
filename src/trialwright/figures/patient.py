"""One patient on one time line: treatment, tumor, response, adverse events, samples."""

from collections.abc import Sequence

import polars as pl
from matplotlib.axes import Axes
from matplotlib.text import Text

from trialwright.figures.lane_marks import (
    GUIDED_KINDS,
    NO_LOOK,
    choose_point_looks,
    dose_colors,
    draw_item,
    draw_series,
    key_items,
)
from trialwright.figures.lanes import Item, Lane, pack, read_lanes
from trialwright.figures.layout import (
    beside_axis,
    dress,
    fit,
    make_panel,
    room_points,
    size_points,
)
from trialwright.figures.marks import draw_empty, draw_key
from trialwright.figures.measure import SMALL, fit_text, text_width
from trialwright.figures.style import (
    GRID,
    MM_PER_INCH,
    PAGE_MM,
    POINTS_PER_INCH,
    RULE,
    styled,
)

TICK_STEPS_DAYS = (7, 14, 28, 56, 84, 168, 364)
MOST_TICKS = 14
SHORTEST_DAYS = 14.0
EDGE_SHARE = 0.02  # of the days: marks on the first and the last keep off the edges
WIDEST_NAME = 0.22  # of the width of the figure
EMPTY = "Nothing has been recorded for this patient."


@styled
def draw_patient_timeline(
    lanes: pl.DataFrame,
    points: pl.DataFrame,
    ax: Axes | None = None,
    *,
    order: Sequence[str] | None = None,
) -> Axes:
    """Draw one patient's course on one axis of study days, lane under lane.

    Each lane takes the rows that its words need, and the figure the height of its lanes. Doses
    are ticks or thin bars, adverse events bars with their grade in words and tint, responses
    squares with letters, values a line with its words below. Progression and death run through
    all lanes.

    Parameters
    ----------
    lanes : DataFrame
        What lasts: lane, label, start_day, end_day (null: it goes on), kind ("dose", "grade 1"
        to "grade 5", "treatment" or any other). Rows without a start are left out.
    points : DataFrame
        What happens on a day: lane, day, kind ("response" with its letters as text,
        "measurement", "scan", "sample", "visit", "progression", "death" or any other), text.
        Optional: value (number drawn as a line through its lane, such as the sum of diameters).
    ax : Axes, optional
        Where to draw; a new figure when omitted. Nothing is saved or shown.
    order : sequence of str, optional
        Lanes from top to bottom; those not named follow in order of appearance.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    found = read_lanes(lanes, points, order)
    if not found:
        return draw_empty(ax or make_panel(PAGE_MM, 40), EMPTY)
    ax = dress(ax or make_panel(PAGE_MM, 80))
    items = [item for lane in found for item in lane.items]
    first, last = min(item.start for item in items), max(item.end for item in items)
    last = max(last, first + SHORTEST_DAYS)
    pad = EDGE_SHARE * (last - first)
    ax.set(xlim=(min(first, 0) - pad, last + pad), yticks=[], xlabel="Study day")
    names = _draw_names(ax, found)
    fit(ax)
    first, last = ax.get_xlim()
    width = size_points(ax)[0]
    height = pack(found, first, width / (last - first), width)
    ax.set_ylim(height, 0)
    _set_ticks(ax)
    _draw_guides(ax, found, height)
    colors, looks = dose_colors(found), choose_point_looks(items)
    for lane, name in zip(found, names, strict=True):
        name.set_y(lane.top + lane.height / 2)
        draw_series(ax, lane)
        for item in lane.items:
            look = looks.get(item.kind, NO_LOOK)
            draw_item(ax, lane, item, colors.get(lane.name, RULE), look)
    fit(ax, height / POINTS_PER_INCH * MM_PER_INCH)
    draw_key(ax, key_items(items), names[0].get_position()[0])
    fit(ax, height / POINTS_PER_INCH * MM_PER_INCH)
    return ax


def describe_patient_timeline(
    lanes: pl.DataFrame, points: pl.DataFrame, *, order: Sequence[str] | None = None
) -> str:
    """Say in words what `draw_patient_timeline` shows, with the days.

    Parameters
    ----------
    lanes, points, order
        As for `draw_patient_timeline`.

    Returns
    -------
    str
        One sentence per lane: what, and on which days.
    """
    found = read_lanes(lanes, points, order)
    if not found:
        return EMPTY
    return " ".join(f"{lane.name}: {_describe_lane(lane)}." for lane in found)


def _describe_lane(lane: Lane) -> str:
    """Say what happened in a lane, and on which days; what is the same is said once."""
    days: dict[str, list[str]] = {}
    for item in sorted(lane.items, key=lambda item: (item.start, item.end)):
        what = ", ".join(part for part in (item.text, item.kind) if part)
        days.setdefault(what, []).append(_describe_days(item))
    return "; ".join(f"{what}, day {', '.join(when)}" for what, when in days.items())


def _describe_days(item: Item) -> str:
    """Say the day of a point, or the first and last day of what lasts."""
    start = _day(item.start)
    if item.is_point or (not item.goes_on and item.end - item.start <= 1):
        return start
    return f"{start} on" if item.goes_on else f"{start} to {_day(item.end - 1)}"


def _day(place: float) -> str:
    """Turn a place on the axis back into a study day, with a true minus sign."""
    day = int(place // 1)
    return str(day + 1 if day >= 0 else day).replace("-", "\N{MINUS SIGN}")


def _draw_names(ax: Axes, lanes: Sequence[Lane]) -> list[Text]:
    """Write the names of the lanes at the left; their heights follow when lanes are packed."""
    room = WIDEST_NAME * room_points(ax)
    names = [fit_text(lane.name, room, SMALL) for lane in lanes]
    left = -max(text_width(name, SMALL) for name in names) - 6
    return [
        ax.text(left, 0, name, transform=beside_axis(ax), fontsize=SMALL, va="center_baseline")
        for name in names
    ]


def _set_ticks(ax: Axes) -> None:
    """Put ticks on day 1 and whole weeks from it, a dozen or so."""
    first, last = ax.get_xlim()
    fitting = (step for step in TICK_STEPS_DAYS if (last - first) / step <= MOST_TICKS)
    step = next(fitting, 728)
    places = [place for place in range(-10 * step, int(last) + 1, step) if place >= first]
    ax.set_xticks(places, labels=[_day(place) for place in places])
    ax.grid(axis="x", color=GRID, linewidth=0.75)


def _draw_guides(ax: Axes, lanes: Sequence[Lane], height: float) -> None:
    """Separate the lanes, and run progression and death through all of them."""
    for lane in lanes[1:]:
        ax.axhline(lane.top, color=GRID, linewidth=0.75, zorder=0.6)
    for item in (item for lane in lanes for item in lane.items if item.kind in GUIDED_KINDS):
        ax.plot(
            [item.start, item.start],
            [0, height],
            color=RULE,
            linewidth=0.75,
            linestyle=(0, (4, 2)),
            zorder=0.8,
        )
