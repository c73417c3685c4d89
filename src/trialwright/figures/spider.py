"""Change of the target lesions over time, one line per patient: the spider figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from trialwright.core.table import round_half_up
from trialwright.figures.free_room import Box, Room
from trialwright.figures.layout import (
    dress,
    fit,
    make_panel,
    month_ticks,
    points_from,
    require_columns,
    size_points,
)
from trialwright.figures.marks import draw_empty, draw_key, draw_note
from trialwright.figures.measure import SMALL, line_height, text_width
from trialwright.figures.response_axis import (
    PARTIAL_RESPONSE_PERCENT,
    PROGRESSION_PERCENT,
    count_responses,
    draw_reference_lines,
    response_key,
)
from trialwright.figures.style import (
    COLUMN_AND_HALF_MM,
    PAPER,
    RESPONSE_MARKERS,
    RULE,
    response_color,
    response_outline,
    styled,
)
from trialwright.figures.words import print_change, print_count

PLOT_MM = 70.0
HIGHEST_PERCENT = 200.0  # a longer axis would flatten the responses
MOST_LABELS, FEWEST_SMALL_MARKERS, LISTED_AT_MOST = 60, 60, 60
SAMPLE_POINTS = 3.0  # distance of the boxes that stand for a line
EMPTY = "No change of target lesions has been measured."


@dataclass(frozen=True, slots=True)
class Thread:
    """One patient's changes in order of time, in percent of baseline, from 0 at time 0."""

    subject: str
    response: str
    times: tuple[float, ...]
    changes: tuple[float, ...]

    @property
    def heights(self) -> tuple[float, ...]:
        """Where the points stand on the axis."""
        return tuple(min(change, HIGHEST_PERCENT) for change in self.changes)


@styled
def draw_spider(changes: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the change of target lesions over time, one line per patient, colored by response.

    Shapes double the colors. Patients are named at the ends of their lines where there is room.
    Changes beyond +200% stand at the upper edge and are counted in a note.

    Parameters
    ----------
    changes : DataFrame
        One row per patient and assessment: USUBJID, time_months, PCHG (percent of baseline),
        AVALC (best response of the patient). Rows without time or change are left out; every
        line starts from 0 at time 0.
    ax : Axes, optional
        Where to draw; a new figure when omitted. Nothing is saved or shown.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    threads = _read_threads(changes)
    ax = dress(ax or make_panel(COLUMN_AND_HALF_MM, 95))
    if not threads:
        return draw_empty(ax, EMPTY)
    highest = max(height for thread in threads for height in thread.heights)
    last = max(thread.times[-1] for thread in threads) or 1.0
    top = 100.0 if highest <= 100 else min(50 * -(-highest // 50), HIGHEST_PERCENT)
    ax.set(xlim=(0, last), ylim=(-100, top), yticks=np.arange(-100, top + 1, 50))
    ax.set_xticks(month_ticks(last), labels=[f"{tick:g}" for tick in month_ticks(last)])
    ax.set(xlabel="Months since start of treatment", ylabel="Change in target lesions (%)")
    ax.spines["bottom"].set_position(("outward", 3))
    draw_reference_lines(ax)
    for thread in threads:
        _draw_thread(ax, thread, is_small=len(threads) > FEWEST_SMALL_MARKERS)
    fit(ax, PLOT_MM)
    draw_key(ax, response_key((thread.response for thread in threads), RESPONSE_MARKERS))
    n_beyond = sum(change > HIGHEST_PERCENT for thread in threads for change in thread.changes)
    if n_beyond:
        draw_note(ax, f"Over +200%: {print_count(n_beyond, 'measurement')}, at the upper edge.", 36)
    if len(threads) <= MOST_LABELS:
        _stretch(ax, threads, last)
        fit(ax, PLOT_MM)
        _draw_names(ax, threads)
    fit(ax, PLOT_MM)
    return ax


def describe_spider(changes: pl.DataFrame) -> str:
    """Say in words what `draw_spider` shows, with the numbers.

    Parameters
    ----------
    changes : DataFrame
        As for `draw_spider`.

    Returns
    -------
    str
        Patients by best response and, for up to 60 patients, every change with its time.
    """
    threads = _read_threads(changes)
    if not threads:
        return EMPTY
    counts = count_responses(thread.response for thread in threads)
    summary = (
        f"Change in target lesions over time of {print_count(len(threads), 'patient')}. "
        f"Best response: {', '.join(f'{code} {n}' for code, n in counts)}."
    )
    if len(threads) > LISTED_AT_MOST:
        return summary
    lines = [
        f"{thread.subject} {thread.response}: "
        + ", ".join(
            f"{print_change(change, 1)}% at {round_half_up(time, 1)} months"
            for time, change in zip(thread.times, thread.changes, strict=True)
            if time > 0
        )
        for thread in threads
    ]
    return f"{summary} {'; '.join(lines)}."


def _read_threads(changes: pl.DataFrame) -> list[Thread]:
    """Collect each patient's measured changes; a line starts at the baseline."""
    require_columns(changes, "spider", ("USUBJID", "time_months", "PCHG", "AVALC"))
    measured = (
        changes.with_columns(pl.col("time_months", "PCHG").cast(pl.Float64).fill_nan(None))
        .drop_nulls(["time_months", "PCHG"])
        .sort("USUBJID", "time_months")
    )
    threads = []
    for part in measured.partition_by("USUBJID", maintain_order=True):
        times, values = part["time_months"].to_list(), part["PCHG"].to_list()
        if times[0] > 0:
            times, values = [0.0, *times], [0.0, *values]
        response = next(iter(part["AVALC"].drop_nulls()), "NE")
        threads.append(Thread(part["USUBJID"][0], response, tuple(times), tuple(values)))
    return threads


def _draw_thread(ax: Axes, thread: Thread, is_small: bool) -> None:
    """Draw one line with a marker at each assessment."""
    fill, outline = response_color(thread.response), response_outline(thread.response)
    ax.plot(
        thread.times,
        thread.heights,
        color=RULE if fill == PAPER else fill,
        marker=RESPONSE_MARKERS.get(thread.response, "o"),
        markevery=slice(1, None) if len(thread.times) > 1 else None,
        markersize=2.0 if is_small else 3.5,
        markerfacecolor=fill,
        markeredgecolor=outline,
        markeredgewidth=0.6,
        linewidth=0.5 if is_small else 1.0,
        clip_on=False,
        zorder=2.5,
    )


def _stretch(ax: Axes, threads: Sequence[Thread], last: float) -> None:
    """Leave room for a name behind the last assessment."""
    width = size_points(ax)[0]
    name = max(text_width(thread.subject, SMALL) for thread in threads) + 8
    ax.set_xlim(0, last * width / max(width - name, width / 2))
    ax.spines["bottom"].set_bounds(0, last)


def _draw_names(ax: Axes, threads: Sequence[Thread]) -> None:
    """Name the patients at the ends of their lines, as far as names find room."""
    room = Room(ax)
    end = ax.get_xlim()[1]
    limits = (0, PROGRESSION_PERCENT, PARTIAL_RESPONSE_PERCENT)
    room.take_data([(0, limit, end, limit) for limit in limits], 0.5)
    for thread in threads:
        room.take(_boxes_along(thread, room))
    # The lowest lines are the responders: they are named first where not all can be.
    for thread in sorted(threads, key=lambda one: one.heights[-1]):
        width, height = text_width(thread.subject, SMALL), line_height(SMALL)
        x, y = room.x_points(thread.times[-1]) + 4, room.y_points(thread.heights[-1])
        shifts = (0.0, 3.0, -3.0, 5.0, -5.0, 7.0, -7.0)
        places: list[Box] = [
            (x, y + shift - height / 2, x + width, y + shift + height / 2) for shift in shifts
        ]
        found = room.first_free(places)
        if found is not None:
            ax.text(
                found[0],
                (found[1] + found[3]) / 2,
                thread.subject,
                transform=points_from(ax, 0, 0),
                fontsize=SMALL,
                va="center_baseline",
            )


def _boxes_along(thread: Thread, room: Room) -> list[Box]:
    """Cover a line with small boxes that names keep clear of."""
    x = np.array([room.x_points(time) for time in thread.times])
    y = np.array([room.y_points(height) for height in thread.heights])
    half = SAMPLE_POINTS / 2
    boxes: list[Box] = []
    for (x0, x1), (y0, y1) in zip(pairwise(x), pairwise(y), strict=True):
        share = np.linspace(0, 1, max(int(np.hypot(x1 - x0, y1 - y0) / SAMPLE_POINTS), 1) + 1)
        along = np.column_stack([x0 + share * (x1 - x0), y0 + share * (y1 - y0)])
        boxes += [(a - half, b - half, a + half, b + half) for a, b in along.tolist()]
    return boxes
