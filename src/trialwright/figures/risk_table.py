"""The numbers under a survival curve: at risk and cumulative events, exactly under the ticks."""

from collections.abc import Sequence
from itertools import pairwise

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from trialwright.figures.curves import Curve
from trialwright.figures.layout import below_axis, fit, points_from, room_points, size_points
from trialwright.figures.measure import SMALL, line_height, text_width

HEADER = "At risk (cumulative events)"
HEADER_POINTS = 38.0  # below the axis: tick labels and axis title stand between
ROW_POINTS = 10.0
SAMPLE_POINTS, GAP_POINTS = 12.0, 4.0
WIDEST_LABEL = 0.2  # of the room; a wider label gets a line of its own above its numbers


def choose_times(ax: Axes, curves: Sequence[Curve], times: Sequence[float]) -> list[float]:
    """Keep every time, or every second, third, ..., so that the columns do not touch."""
    low, high = ax.get_xlim()
    per_month = size_points(ax)[0] / (high - low)
    spans = []
    for time in times:
        words = [f"{time:g}", *(curve.cell(time) for curve in curves)]
        half = max(text_width(word, SMALL) for word in words) / 2 + GAP_POINTS / 2
        spans.append((time * per_month - half, time * per_month + half))
    for stride in range(1, len(times)):
        kept = spans[::stride]
        if all(one[1] <= other[0] for one, other in pairwise(kept)):
            return list(times[::stride])
    return list(times[:1])


def draw_risk_table(ax: Axes, curves: Sequence[Curve], times: Sequence[float]) -> None:
    """Write the rows under the axes, one per stratum, its name at the left or on its own line.

    Where the columns would touch, every second, third, ... stays, and so does its tick label.
    """
    half = max(text_width(curve.cell(times[0]), SMALL) for curve in curves) / 2
    widest = max(text_width(curve.name, SMALL) for curve in curves)
    is_stacked = widest > WIDEST_LABEL * room_points(ax)
    drop = line_height(SMALL) if is_stacked else 0.0
    left = -half if is_stacked else -half - 2 * GAP_POINTS - widest
    where = points_from(ax, 0, 0)
    ax.text(-half, -HEADER_POINTS, HEADER, transform=where, fontsize=SMALL, fontweight="bold")
    tops = [-HEADER_POINTS - ROW_POINTS - i * (ROW_POINTS + drop) for i in range(len(curves))]
    for curve, y in zip(curves, tops, strict=True):
        if widest:
            _draw_name(ax, curve, left, y, has_sample=len(curves) > 1)
    fit(ax)  # the names take width from the columns
    kept = choose_times(ax, curves, times)
    ax.set_xticklabels([f"{time:g}" if time in kept else "" for time in times])
    for curve, y in zip(curves, tops, strict=True):
        for time in kept:
            words = curve.cell(time)
            ax.text(time, y - drop, words, transform=below_axis(ax), fontsize=SMALL, ha="center")


def _draw_name(ax: Axes, curve: Curve, left: float, y: float, *, has_sample: bool) -> None:
    """Write a stratum's name with a sample of its line before it."""
    where = points_from(ax, 0, 0)
    ax.text(left, y, curve.name, transform=where, fontsize=SMALL)
    if has_sample:
        end = left - GAP_POINTS
        sample = Line2D(
            [end - SAMPLE_POINTS - 4, end], [y + 2.5, y + 2.5], transform=where, clip_on=False
        )
        sample.set(color=curve.color, linestyle=curve.dashes)
        ax.add_artist(sample)
