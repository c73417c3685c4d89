"""Proportions with their intervals, one line each, beside the rates of a design."""

from collections.abc import Sequence

import polars as pl
from matplotlib.axes import Axes
from matplotlib.transforms import blended_transform_factory

from trialwright.core.table import NOT_ESTIMABLE
from trialwright.figures.layout import (
    Panel,
    beside_axis,
    dress,
    fit,
    make_panel,
    nudge,
    points_from,
    room_points,
    size_points,
)
from trialwright.figures.marks import KeyItem, draw_empty, draw_key, draw_marker, draw_note
from trialwright.figures.measure import SMALL, fit_text, line_height, text_width, wrap_text
from trialwright.figures.proportion_rows import (
    Estimate,
    Row,
    list_levels,
    name_rate,
    print_rate,
    read_estimates,
    spread,
)
from trialwright.figures.style import (
    COLUMN_AND_HALF_MM,
    INK,
    MM_PER_INCH,
    POINTS_PER_INCH,
    RULE,
    STRATA,
    styled,
    tint,
)
from trialwright.figures.words import print_count

ROW_POINTS, LINES_OF_LABEL = 17.0, 3
HEAD_POINTS = 13.0  # where the rates and the columns of numbers are named
WIDEST_LABEL, NARROWEST_PLOT = 0.36, 0.30  # of the width of the figure
LABEL_GAP_POINTS, COLUMN_GAP_POINTS, TICK_GAP_POINTS = 6.0, 9.0, 12.0
INNER_POINTS, OUTER_POINTS, CAP_POINTS = 5.0, 1.25, 5.0
ESTIMATE_MARKER = "D"
NOTE_POINTS, KEY_AND_AXIS_POINTS = 34.0, 28.0
END_PERCENT = 1.0  # between the last number and the end of the axis
EMPTY = "No proportion has been estimated."


@styled
def draw_proportion(
    rows: pl.DataFrame, reference_rates: Sequence[float], ax: Axes | None = None
) -> Axes:
    """Draw proportions with their intervals, narrower levels thick inside the widest.

    The numbers stand in columns at the right: the percentages always, the intervals where the
    width holds them beside a plot that can still be read.

    Parameters
    ----------
    rows : DataFrame
        One row per label and confidence level, in the order to print: label, estimate, lower,
        upper (proportions, null where they cannot be estimated), level (such as 0.90).
    reference_rates : sequence of float
        Rates of the design, p0 first, drawn as vertical lines; may be empty.
    ax : Axes, optional
        Where to draw; a new figure when omitted. Nothing is saved or shown.

    Returns
    -------
    Axes
        The axes drawn on.

    Raises
    ------
    TrialwrightError
        When a number is no proportion.
    """
    estimates = read_estimates(rows)
    ax = dress(ax or make_panel(COLUMN_AND_HALF_MM, 60))
    if not estimates:
        return draw_empty(ax, EMPTY)
    levels = list_levels(estimates)
    fit(ax)
    drawn = _lay_rows(ax, estimates, WIDEST_LABEL * room_points(ax))
    plot_mm = drawn[-1].bottom / POINTS_PER_INCH * MM_PER_INCH
    _set_axes(ax, drawn, reference_rates)
    columns = _choose_columns(ax, drawn, levels)
    left = _draw_labels(ax, drawn)
    _draw_columns(ax, drawn, columns)
    fit(ax, plot_mm)
    _set_ticks(ax)
    draw_key(ax, _key_items(levels), left)
    notes = _notes(drawn, columns, len(estimates) - len(drawn))
    if notes:
        draw_note(ax, " ".join(notes), NOTE_POINTS)
    fit(ax, plot_mm)
    for row in drawn:
        _draw_estimate(ax, row, levels)
    _draw_rates(ax, reference_rates)
    return ax


def describe_proportion(rows: pl.DataFrame, reference_rates: Sequence[float]) -> str:
    """Say in words what `draw_proportion` shows, with the numbers.

    Parameters
    ----------
    rows, reference_rates
        As for `draw_proportion`.

    Returns
    -------
    str
        Each estimate with its intervals in percent, in the order of the frame, then the rates.
    """
    estimates = read_estimates(rows)
    if not estimates:
        return EMPTY
    parts = [_describe(estimate) for estimate in estimates]
    if reference_rates:
        names = [name_rate(number, rate) for number, rate in enumerate(reference_rates)]
        parts.append(f"Rates of the design: {', '.join(names)}.")
    return " ".join(parts)


def _describe(estimate: Estimate) -> str:
    """Say one estimate with its intervals."""
    limits = "; ".join(
        f"{print_rate(level)} CI {estimate.print_limits(level)}"
        for level in sorted(estimate.intervals)
    )
    name = f"{estimate.label}: " if estimate.label else ""
    value = "not estimable" if estimate.value is None else f"{estimate.percent}%"
    return f"{name}{value} ({limits})." if limits else f"{name}{value}."


def _lay_rows(ax: Axes, estimates: Sequence[Estimate], room: float) -> list[Row]:
    """Give each estimate a row as high as its label; axes of a fixed height keep what they hold."""
    holds = float("inf")
    if not isinstance(ax, Panel):
        holds = size_points(ax)[1]
    elif ax.slot != (0.0, 0.0, 1.0, 1.0):
        holds = size_points(ax)[1] - KEY_AND_AXIS_POINTS
    rows, top = list[Row](), HEAD_POINTS
    for estimate in estimates:
        lines = wrap_text(estimate.label, room, SMALL)
        last = fit_text(" ".join(lines[LINES_OF_LABEL - 1 :]), room, SMALL)
        lines = [*lines[: LINES_OF_LABEL - 1], *([last] if last else [])]
        height = ROW_POINTS + (len(lines) - 1) * line_height(SMALL)
        if rows and top + height > holds:
            break
        rows.append(Row(estimate, tuple(lines), top, height))
        top += height
    return rows


def _set_axes(ax: Axes, rows: Sequence[Row], rates: Sequence[float]) -> None:
    """Set the axis of percentages, from 0 to a round end, and rows in points from the top."""
    numbers = [value for row in rows for value in row.estimate.numbers()]
    most = 100 * max([*numbers, *rates], default=1.0)
    end = next((end for end in range(10, 100, 10) if end >= most + END_PERCENT), 100)
    ax.set(xlim=(0, end), ylim=(rows[-1].bottom, 0), xticks=[0, end], yticks=[])
    ax.set_xlabel("Patients (%)")


def _set_ticks(ax: Axes) -> None:
    """Set round ticks, as many as the width holds."""
    end = ax.get_xlim()[1]
    n_ticks = size_points(ax)[0] / (text_width("100") + TICK_GAP_POINTS)
    step = next((step for step in (5, 10, 20, 25) if end / step <= n_ticks), 50)
    ax.set_xticks(range(0, int(end) + 1, step))


Column = tuple[str, list[str], float]
"""Head, cells and width in points."""


def _choose_columns(ax: Axes, rows: Sequence[Row], levels: Sequence[float]) -> list[Column]:
    """Choose the columns of numbers: intervals only where the plot stays wide enough."""
    wanted = [("%", [row.estimate.percent for row in rows])]
    wanted += [
        (f"{print_rate(level)} CI", [row.estimate.print_limits(level) for row in rows])
        for level in levels
    ]
    columns = [
        (head, cells, max(text_width(text, SMALL) for text in (head, *cells)))
        for head, cells in wanted
    ]
    total = room_points(ax)
    labels = max(text_width(line, SMALL) for row in rows for line in row.lines)
    plot = total - labels - sum(width + COLUMN_GAP_POINTS for *_, width in columns)
    return columns if plot >= NARROWEST_PLOT * total else columns[:1]


def _draw_labels(ax: Axes, rows: Sequence[Row]) -> float:
    """Name each row, and return where the names start, in points from the axes."""
    widest = max(text_width(line, SMALL) for row in rows for line in row.lines)
    left = -widest - LABEL_GAP_POINTS
    for row in rows:
        for number, line in enumerate(row.lines):
            shift = ((len(row.lines) - 1) / 2 - number) * line_height(SMALL)
            where = nudge(ax, beside_axis(ax), 0, shift)
            ax.text(left, row.middle, line, transform=where, fontsize=SMALL, va="center_baseline")
    return left


def _draw_columns(ax: Axes, rows: Sequence[Row], columns: Sequence[Column]) -> None:
    """Write the numbers at the right of the axes, each column closed at its right edge."""
    where, right = beside_axis(ax, 1), 0.0
    for head, cells, width in columns:
        right += COLUMN_GAP_POINTS + width
        heights = [HEAD_POINTS / 2, *(row.middle for row in rows)]
        for y, text in zip(heights, (head, *cells), strict=True):
            ax.text(
                right, y, text, transform=where, fontsize=SMALL, ha="right", va="center_baseline"
            )


def _level_color(number: int, n_levels: int) -> str:
    """Return the fill of an inner interval: the narrower, the darker."""
    return tint(STRATA[0], 0.85 - 0.4 * (number + 1) / n_levels)


def _draw_estimate(ax: Axes, row: Row, levels: Sequence[float]) -> None:
    """Draw the intervals of one row, widest first, and the point."""
    for number, level in reversed(list(enumerate(levels))):
        lower, upper = row.estimate.intervals.get(level, (None, None))
        if lower is None or upper is None:
            continue
        limits, heights = (100 * lower, 100 * upper), (row.middle, row.middle)
        (line,) = ax.plot(limits, heights, color=INK, linewidth=OUTER_POINTS, clip_on=False)
        if level == levels[-1]:
            line.set(marker="|", markersize=CAP_POINTS, markeredgewidth=OUTER_POINTS, zorder=2)
        else:
            line.set(color=_level_color(number, len(levels)), linewidth=INNER_POINTS, zorder=3)
    if row.estimate.value is not None:
        draw_marker(ax, (100 * row.estimate.value, row.middle), ESTIMATE_MARKER, INK)


def _draw_rates(ax: Axes, rates: Sequence[float]) -> None:
    """Draw the design's rates as lines under their names."""
    width, end = size_points(ax)[0], ax.get_xlim()[1]
    bottom = ax.get_ylim()[0]
    ordered = sorted((100 * rate, name_rate(number, rate)) for number, rate in enumerate(rates))
    widths = [text_width(name, SMALL) for _, name in ordered]
    middles = spread([percent / end * width for percent, _ in ordered], widths, width)
    where = blended_transform_factory(points_from(ax, 0, 0), ax.transData)
    for (percent, name), middle in zip(ordered, middles, strict=True):
        (line,) = ax.plot([percent, percent], [HEAD_POINTS, bottom], color=RULE, linewidth=0.75)
        line.set(linestyle=(0, (4, 2)), zorder=0.5, clip_on=False)
        text = ax.text(middle, HEAD_POINTS / 2, name, transform=where, fontsize=SMALL)
        text.set(ha="center", va="center_baseline")


def _notes(rows: Sequence[Row], columns: Sequence[Column], n_left_out: int) -> list[str]:
    """Say what is not drawn, and what an abbreviation of the columns means."""
    notes = []
    if any(NOT_ESTIMABLE in text for _, cells, _ in columns for text in cells):
        notes.append(f"{NOT_ESTIMABLE}: not estimable.")
    if n_left_out:
        n = len(rows) + n_left_out
        notes.append(f"Not drawn: the last {n_left_out} of {print_count(n, 'row')}.")
    return notes


def _key_items(levels: Sequence[float]) -> list[KeyItem]:
    """List the estimate and the levels, as they are drawn."""
    items = [KeyItem("Estimate", INK, marker=ESTIMATE_MARKER)]
    for number, level in enumerate(levels):
        label = f"{print_rate(level)} CI"
        if level == levels[-1]:
            items.append(KeyItem(label, INK, dashes="-"))
        else:
            items.append(KeyItem(label, _level_color(number, len(levels))))
    return items
