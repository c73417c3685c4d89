"""Proportions with their intervals and the rates of the design."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from matplotlib.axes import Axes

from trialwright.core.table import EN_DASH, NOT_ESTIMABLE, print_interval, round_half_up
from trialwright.figures.layout import (
    beside_axis,
    dress,
    fit,
    make_panel,
    nudge,
    points_from,
    require_columns,
    room_points,
)
from trialwright.figures.marks import KeyItem, draw_empty, draw_key, draw_named_lines
from trialwright.figures.measure import SMALL, fit_text, line_height, text_width, wrap_text
from trialwright.figures.style import (
    COLUMN_AND_HALF_MM,
    INK,
    PAGE_MM,
    PAPER,
    QUIET_INK,
    STRATA,
    styled,
)

ROW_MM, STACKED_ROW_MM = 7.0, 12.0
STACKED_SHIFT = 0.25  # of a row: the interval stands under its words
NARROWEST_COLUMNS_POINTS = 300.0
WIDTHS_POINTS = (3.5, 1.25, 0.75)  # of the lines, from the narrowest interval to the widest
CAP_POINTS = 6.0
LABEL_GAP_POINTS = 9.0  # a marker at 0 reaches beyond the axis
WIDEST_LABEL = 0.35  # of the room
COLUMN_GAP_POINTS, HEADER_POINTS = 12.0, 15.0
LINE_SPARE_POINTS = 12.0  # the last tick label reaches beyond the axis
EMPTY = "No proportion has been estimated."
Limits = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Estimate:
    """One proportion with its limits by level, and what others published, in [0, 1]."""

    label: str
    rate: float | None
    limits: dict[float, Limits]
    published: tuple[float, ...] = ()


@styled
def draw_proportion(
    rows: pl.DataFrame,
    ax: Axes | None = None,
    *,
    references: Mapping[str, float] | None = None,
) -> Axes:
    """Draw proportions as points with intervals, beside their numbers.

    The intervals of one proportion lie on one line, the narrower thicker; the rates of the design
    are named lines across all.

    Parameters
    ----------
    rows : DataFrame
        One row per proportion and interval, in the order to print: label, estimate, lower, upper
        (in [0, 1], null when not estimable), level (0.90, 0.95, ...); optionally published (a list
        of rates in [0, 1] that others found).
    ax : Axes, optional
        Where to draw; a new figure when omitted. Nothing is saved or shown.
    references : mapping, optional
        Rates of the design by the words to print, such as {"p0 = 20%": 0.20}.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    estimates = _read_estimates(rows)
    if not estimates:
        return draw_empty(ax or make_panel(COLUMN_AND_HALF_MM, 40), EMPTY)
    ax = ax or make_panel(PAGE_MM, len(estimates) * ROW_MM + 25)
    is_stacked = room_points(ax) < NARROWEST_COLUMNS_POINTS
    plot_mm = len(estimates) * (STACKED_ROW_MM if is_stacked else ROW_MM)
    dress(ax).set(xlim=(0, 100), ylim=(len(estimates) - 0.5, -0.5), yticks=[])
    ax.set_xlabel("Patients (%)")
    if is_stacked:
        fit(ax, plot_mm)
        _draw_lines(ax, estimates)
    else:
        _draw_labels(ax, estimates)
        _draw_columns(ax, estimates)
    levels = _levels(estimates)
    for row, estimate in enumerate(estimates):
        _draw_estimate(ax, row + STACKED_SHIFT * is_stacked, estimate, levels)
    fit(ax, plot_mm)
    ax.set_xticks(range(0, 101, 20))
    lines = [(words, 100 * rate) for words, rate in (references or {}).items()]
    above = max(draw_named_lines(ax, lines), HEADER_POINTS)
    draw_key(ax, _key_items(estimates, levels), above_points=above)
    fit(ax, plot_mm)
    return ax


def describe_proportion(
    rows: pl.DataFrame, *, references: Mapping[str, float] | None = None
) -> str:
    """Say in words what `draw_proportion` shows, with the numbers.

    Parameters
    ----------
    rows, references
        As for `draw_proportion`.

    Returns
    -------
    str
        Each proportion with its intervals, then the rates of the design.
    """
    estimates = _read_estimates(rows)
    if not estimates:
        return EMPTY
    levels = _levels(estimates)
    sentences = [f"{one.label}: {_words(one, levels)}." for one in estimates]
    if references:
        sentences.append(f"Rates of the design: {', '.join(references)}.")
    return " ".join(sentences)


def _read_estimates(rows: pl.DataFrame) -> list[Estimate]:
    """Collect the intervals of each proportion, in order of appearance."""
    require_columns(rows, "proportion", ("label", "estimate", "lower", "upper", "level"))
    found: dict[str, Estimate] = {}
    for row in rows.with_columns(pl.col(pl.Float64).fill_nan(None)).to_dicts():
        published = tuple(row.get("published") or ())
        new = Estimate(row["label"], row["estimate"], {}, published)
        one = found.setdefault(row["label"], new)
        one.limits[row["level"]] = (row["lower"], row["upper"])
    return list(found.values())


def _levels(estimates: Sequence[Estimate]) -> list[float]:
    """List the levels of all intervals, the narrowest first."""
    return sorted({level for one in estimates for level in one.limits})


def _percent(rate: float | None) -> str:
    """Print a rate in percent with one decimal."""
    return round_half_up(None if rate is None else 100 * rate, 1)


def _level(level: float) -> str:
    """Print the level of an interval."""
    return f"{100 * level:g}% CI"


def _interval(estimate: Estimate, level: float) -> str:
    """Print an interval in percent with one decimal; a dash where none was asked for."""
    if level not in estimate.limits:
        return EN_DASH
    lower, upper = estimate.limits[level]
    if lower is None and upper is None:
        return NOT_ESTIMABLE
    return print_interval(
        None if lower is None else 100 * lower, None if upper is None else 100 * upper
    )


def _words(estimate: Estimate, levels: Sequence[float]) -> str:
    """Print a proportion with its intervals on one line."""
    if estimate.rate is None:
        return NOT_ESTIMABLE
    intervals = [
        f"{_level(level)} {_interval(estimate, level)}"
        for level in levels
        if level in estimate.limits
    ]
    if estimate.published:
        intervals.append(f"published {', '.join(f'{_percent(p)}%' for p in estimate.published)}")
    return f"{_percent(estimate.rate)}% ({'; '.join(intervals)})"


def _key_items(estimates: Sequence[Estimate], levels: Sequence[float]) -> list[KeyItem]:
    """List what the points and the lines mean."""
    lines = [
        KeyItem(_level(level), STRATA[0], dashes="-", linewidth=_linewidth(number))
        for number, level in enumerate(levels)
    ]
    others = [KeyItem("Published", PAPER, edge=QUIET_INK, marker="o")]
    has_others = any(one.published for one in estimates)
    return [KeyItem("Estimate", INK, marker="D"), *lines, *(others if has_others else [])]


def _linewidth(number: int) -> float:
    """Return the width of an interval's line, the narrowest interval thickest."""
    return WIDTHS_POINTS[min(number, len(WIDTHS_POINTS) - 1)]


def _draw_lines(ax: Axes, estimates: Sequence[Estimate]) -> None:
    """Write name and numbers over each interval, where columns beside it have no room."""
    levels, room = _levels(estimates), room_points(ax) - LINE_SPARE_POINTS
    for row, one in enumerate(estimates):
        for line, words in enumerate((_words(one, levels), one.label)):
            place = nudge(ax, beside_axis(ax), 0, (line + 0.9) * line_height(SMALL))
            shown = fit_text(words, room, SMALL)
            ax.text(
                2,
                row + STACKED_SHIFT,
                shown,
                transform=place,
                fontsize=SMALL,
                bbox={"facecolor": PAPER, "linewidth": 0, "pad": 0.3},
            )


def _draw_labels(ax: Axes, estimates: Sequence[Estimate]) -> None:
    """Write what was estimated at the left."""
    room, step = WIDEST_LABEL * room_points(ax), line_height(SMALL)
    labels = [_two_lines(one.label, room) for one in estimates]
    left = -max(text_width(line, SMALL) for lines in labels for line in lines) - LABEL_GAP_POINTS
    for row, lines in enumerate(labels):
        for number, line in enumerate(lines):
            shift = ((len(lines) - 1) / 2 - number) * step
            where = nudge(ax, beside_axis(ax), 0, shift)
            ax.text(left, row, line, transform=where, fontsize=SMALL, va="center_baseline")


def _two_lines(text: str, room: float) -> list[str]:
    """Break a label into two lines at most; what is still too long is cut."""
    first, *others = wrap_text(text, room, SMALL)
    return [first, fit_text(" ".join(others), room, SMALL)] if others else [first]


def _draw_columns(ax: Axes, estimates: Sequence[Estimate]) -> None:
    """Write the numbers at the right, under a header for each interval."""
    columns = [("%", [_percent(one.rate) for one in estimates])]
    columns += [
        (_level(level), [_interval(one, level) for one in estimates])
        for level in _levels(estimates)
    ]
    right = 0.0
    for header, cells in columns:
        right += COLUMN_GAP_POINTS + max(text_width(word, SMALL) for word in (header, *cells))
        for row, cell in enumerate(cells):
            where = beside_axis(ax, 1)
            ax.text(
                right, row, cell, transform=where, fontsize=SMALL, ha="right", va="center_baseline"
            )
        where = points_from(ax, 1, 1)
        ax.text(right, 4, header, transform=where, fontsize=SMALL, color=QUIET_INK, ha="right")


def _draw_estimate(ax: Axes, y: float, estimate: Estimate, levels: Sequence[float]) -> None:
    """Draw the intervals of a proportion on one line, and its point."""
    for number, level in enumerate(levels):
        lower, upper = estimate.limits.get(level, (None, None))
        if lower is None or upper is None:
            continue
        ends = [100 * lower, 100 * upper]
        ax.plot(ends, [y, y], color=STRATA[0], linewidth=_linewidth(number), clip_on=False)
        if number:
            ax.plot(ends, [y, y], "|", color=STRATA[0], markersize=CAP_POINTS, clip_on=False)
    if estimate.rate is not None:
        ax.plot([100 * estimate.rate], [y], "D", markersize=5, color=INK, clip_on=False, zorder=4)
    for rate in estimate.published:
        ax.plot([100 * rate], [y], "o", markersize=5, mfc=PAPER, mec=QUIET_INK, zorder=5)
