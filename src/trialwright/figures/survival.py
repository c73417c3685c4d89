"""Survival curves as a journal prints them: bands, censoring, numbers at risk, medians."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from matplotlib.axes import Axes

from trialwright.core.table import print_interval, round_half_up
from trialwright.figures.curves import BAND_ALPHA, FEW_MARKER, Curve, draw_curve, read_curves
from trialwright.figures.free_room import Box, Room
from trialwright.figures.layout import dress, fit, make_panel, points_from
from trialwright.figures.marks import (
    KEY_SYMBOL_POINTS,
    KeyItem,
    draw_empty,
    draw_key_symbol,
    draw_key_text,
)
from trialwright.figures.measure import SMALL, line_height, text_width, wrap_text
from trialwright.figures.risk_table import draw_risk_table
from trialwright.figures.style import COLUMN_AND_HALF_MM, INK, PAPER, RULE, styled
from trialwright.figures.words import end_sentence, print_count

PLOT_MM = 56.0
BLOCK_STEP_POINTS = 10.0
EMPTY = "No patient is at risk."


@styled
def draw_kaplan_meier(
    curve: pl.DataFrame,
    risk_times_months: Sequence[float],
    ax: Axes | None = None,
    *,
    medians: pl.DataFrame | None = None,
    outcome: str = "Proportion event-free",
    band: str = "",
) -> Axes:
    """Draw survival curves with bands, censoring ticks, medians and the numbers at risk.

    The words on the plot stand where they cover neither a curve nor a band; where there is no such
    place they stand above it. Line patterns double the colors. A triangle marks where a curve goes
    on with fewer than 10% of its patients.

    Parameters
    ----------
    curve : DataFrame
        One row per stratum and distinct time, ascending, from time 0, strata (up to four) in the
        order to print: stratum, time_months, survival, lower, upper (proportions; limits null
        where they do not exist), n_risk (just before the time), n_event, n_censored (at it).
    risk_times_months : sequence of float
        Times on the axis, ascending, where the numbers at risk are printed, in months.
    ax : Axes, optional
        Where to draw; a new figure when omitted. Nothing is saved or shown.
    medians : DataFrame, optional
        One row per stratum: stratum, median_months (null when not reached), text (what to print,
        such as the median with its interval and the events, on one line or more).
    outcome : str
        Title of the vertical axis.
    band : str
        What the band is, with its type; not printed when empty.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    curves = read_curves(curve)
    ax = dress(ax or make_panel(COLUMN_AND_HALF_MM, 90))
    if not curves:
        return draw_empty(ax, EMPTY)
    end = max([*(item.end[0] for item in curves), *risk_times_months])
    ax.set(xlim=(0, end or 1), ylim=(0, 1.02), xticks=list(risk_times_months))
    ax.set(xlabel="Months", ylabel=outcome, yticks=[0, 0.25, 0.5, 0.75, 1])
    for item in curves:
        draw_curve(ax, item)
    middles = _draw_medians(ax, medians)
    fit(ax)
    draw_risk_table(ax, curves, risk_times_months)
    fit(ax, PLOT_MM)
    room = Room(ax)
    room.take_data(middles)
    room.take_data([box for item in curves for box in item.boxes()], 4)
    has_names = len(curves) > 1 and _draw_names(ax, curves, room)
    _draw_block(ax, _block_items(curves, medians, band, has_names), room)
    fit(ax, PLOT_MM)
    return ax


def describe_kaplan_meier(
    curve: pl.DataFrame,
    risk_times_months: Sequence[float],
    *,
    medians: pl.DataFrame | None = None,
    outcome: str = "Proportion event-free",
) -> str:
    """Say in words what `draw_kaplan_meier` shows, with the numbers.

    Parameters
    ----------
    curve, risk_times_months, medians, outcome
        As for `draw_kaplan_meier`.

    Returns
    -------
    str
        Per stratum: patients, events, the caller's words, and at each time the estimate with its
        limits, the number at risk and the cumulative events.
    """
    curves = read_curves(curve)
    if not curves:
        return EMPTY
    words = _words_of(medians)
    parts = [f"{outcome} by the Kaplan-Meier method."]
    for item in curves:
        counts = (
            f"{print_count(item.n, 'patient')}, {print_count(int(item.n_event.sum()), 'event')}, "
            f"followed for up to {round_half_up(item.end[0], 1)} months."
        )
        parts.append(f"{item.name}: {counts}" if item.name else counts)
        told = words.get(item.name, "").replace("\n", "; ")
        parts.append(end_sentence(told) if words.get(item.name) else "")
        times = [_describe_time(item, time) for time in risk_times_months]
        parts.append("; ".join(times) + "." if times else "")
    return " ".join(part for part in parts if part)


def _describe_time(curve: Curve, time: float) -> str:
    """Say the estimate at one time, as far as anybody was followed."""
    before = print_count(curve.events_before(time), "event")
    counts = f"{curve.at_risk(time)} at risk, {before} before"
    if time > curve.end[0]:
        return f"{time:g} months: {counts}"
    row = int(np.searchsorted(curve.times, time, side="right")) - 1
    limits = print_interval(float(curve.lower[row]), float(curve.upper[row]), 3)
    estimate = round_half_up(float(curve.survival[row]), 3)
    return f"{time:g} months: {estimate} ({limits}), {counts}"


def _words_of(medians: pl.DataFrame | None) -> dict[str, str]:
    """Return what the caller wants printed about each stratum."""
    if medians is None:
        return {}
    return {str(row["stratum"] or ""): row["text"] or "" for row in medians.to_dicts()}


def _draw_medians(ax: Axes, medians: pl.DataFrame | None) -> list[Box]:
    """Draw from one half to each median that was reached, and return what the lines cover."""
    if medians is None:
        return []
    reached = [float(x) for x in medians["median_months"].drop_nulls()]
    lines = [(x, 0.0, x, 0.5) for x in reached]
    lines += [(0.0, 0.5, max(reached), 0.5)] if reached else []
    for x0, y0, x1, y1 in lines:
        ax.plot([x0, x1], [y0, y1], color=RULE, linewidth=0.75, linestyle=(0, (4, 2)), zorder=1)
    return lines


def _draw_names(ax: Axes, curves: Sequence[Curve], room: Room) -> bool:
    """Write each name at its curve when all of them find room there."""
    places: list[tuple[Curve, Box]] = []
    for curve in curves:
        width, height = text_width(curve.name, SMALL) + 2, line_height(SMALL)
        found = room.first_free(_places_along(curve, room, width, height))
        if found is None:
            return False
        places.append((curve, found))
    for curve, (left, bottom, *_) in places:
        where = points_from(ax, 0, 0)
        ax.text(left + 1, bottom + 2.5, curve.name, transform=where, fontsize=SMALL)
    return True


def _places_along(curve: Curve, room: Room, width: float, height: float) -> list[Box]:
    """List places for a name: beyond the end of the curve, then over and under its plateaus."""
    x, y = room.x_points(curve.end[0]), room.y_points(curve.end[1])
    places = [(x + 5, y - height / 2, x + 5 + width, y + height / 2)]
    for row in range(len(curve.times) - 1, 0, -1):
        right, level = room.x_points(curve.times[row]), room.y_points(curve.survival[row - 1])
        left = room.x_points(curve.times[row - 1])
        for start in (right - width, left + 1):
            places.append((start, level + 4.5, start + width, level + 4.5 + height))
            places.append((start, level - 4.5 - height, start + width, level - 4.5))
    return places


def _block_items(
    curves: Sequence[Curve], medians: pl.DataFrame | None, band: str, has_names: bool
) -> list[KeyItem]:
    """List the lines of words on the plot: strata, the band, the mark of few at risk."""
    words = _words_of(medians)
    several = len(curves) > 1
    shade, outline = (RULE, INK) if several else (curves[0].color, curves[0].color)
    items = []
    for curve in curves:
        names = [curve.name] if several and not has_names else []
        text = ": ".join(part for part in (*names, words.get(curve.name, "")) if part)
        if text:
            items.append(KeyItem(text, curve.color, dashes=curve.dashes))
    if band:
        items.append(KeyItem(band, shade, PAPER, alpha=BAND_ALPHA * (1 + several)))
    if any(curve.few_from() for curve in curves):
        items.append(KeyItem("Fewer than 10% at risk beyond", PAPER, outline, FEW_MARKER))
    return items


def _draw_block(ax: Axes, items: Sequence[KeyItem], room: Room) -> None:
    """Write the lines near the upper right corner, or above the plot where nothing is free."""
    indent = KEY_SYMBOL_POINTS + 3
    lines: list[tuple[KeyItem | None, str]] = []
    for item in items:
        first, *others = [
            line
            for part in item.label.split("\n")
            for line in wrap_text(part, room.width - indent, SMALL)
        ]
        lines += [(item, first), *((None, line) for line in others)]
    if not lines:
        return
    width = indent + max(text_width(text, SMALL) for _, text in lines)
    height = len(lines) * BLOCK_STEP_POINTS
    above = (0.0, room.height + 6, width, room.height + 6 + height)
    left, _, _, top = room.find_corner(width, height) or above
    for number, (symbol, text) in enumerate(lines):
        y = top - room.height - (number + 0.5) * BLOCK_STEP_POINTS
        if symbol is not None:
            draw_key_symbol(ax, symbol, left, y)
        draw_key_text(ax, text, left + indent, y)
