"""Where things go: axes that keep their labels on the canvas, and coordinates in points."""

from collections.abc import Iterable
from typing import Any

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator
from matplotlib.transforms import (
    Affine2D,
    Bbox,
    ScaledTranslation,
    Transform,
    blended_transform_factory,
)

from trialwright.core.errors import TrialwrightError
from trialwright.figures.measure import BASE
from trialwright.figures.style import INK, MM_PER_INCH, POINTS_PER_INCH, figure, styled

EDGE_POINTS = 4.0  # free paper around everything
LOG_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
SMALLEST_PLOT = 0.15  # of the slot, so that labels that are too wide never swallow the plot


class Panel(Axes):
    """Axes that own a rectangle of the canvas and keep their labels inside it.

    Axes of the caller are never moved; a panel is fitted by the function that draws on it.
    """

    def __init__(self, fig: Figure, slot: tuple[float, float, float, float], **kwargs: Any):
        super().__init__(fig, slot, **kwargs)
        self.slot = slot


@styled
def make_panel(width_mm: float, height_mm: float) -> Panel:
    """Make a figure with one panel that owns all of it."""
    fig = figure(width_mm, height_mm)
    panel = Panel(fig, (0.0, 0.0, 1.0, 1.0))
    fig.add_axes(panel)
    return panel


@styled
def make_panels(width_mm: float, height_mm: float, columns: int, rows: int = 1) -> list[Panel]:
    """Make one figure of equal panels, in reading order, for figures with parts A, B, C."""
    fig = figure(width_mm, height_mm)
    panels = []
    for row in range(rows):
        for column in range(columns):
            slot = (column / columns, 1 - (row + 1) / rows, 1 / columns, 1 / rows)
            panels.append(Panel(fig, slot, label=f"{row} {column}"))
            fig.add_axes(panels[-1])
    return panels


def dress(ax: Axes) -> Axes:
    """Give axes that were made under other settings the spines, ticks and type of the house."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.spines[["left", "bottom"]].set(linewidth=0.75, color=INK)
    ax.tick_params(direction="out", length=3, width=0.75, color=INK, labelsize=BASE, labelcolor=INK)
    for label in (ax.xaxis.label, ax.yaxis.label):
        label.set(fontsize=BASE, color=INK)
    return ax


def canvas_of(ax: Axes) -> Figure:
    """Return the figure at the root of the axes."""
    fig = ax.get_figure(root=True)
    assert fig is not None
    return fig


def size_points(ax: Axes) -> tuple[float, float]:
    """Return width and height of the plotting area in points."""
    box = ax.get_position()
    width, height = canvas_of(ax).get_size_inches()
    return box.width * width * POINTS_PER_INCH, box.height * height * POINTS_PER_INCH


def fit(ax: Axes, plot_mm: float | None = None) -> None:
    """Give a panel the size at which all that is drawn on it stays inside its slot.

    Parameters
    ----------
    ax : Axes
        Moved when it is a `Panel`, left alone when it is not.
    plot_mm : float, optional
        Height that the plotting area should have; a figure with a single panel grows to it.
    """
    if not isinstance(ax, Panel):
        return
    fig = canvas_of(ax)
    for _ in range(2):
        left, bottom, right, top = _margins_points(ax)
        width, height = (float(side) * POINTS_PER_INCH for side in fig.get_size_inches())
        if plot_mm is not None and ax.slot == (0.0, 0.0, 1.0, 1.0):
            height = plot_mm / MM_PER_INCH * POINTS_PER_INCH + bottom + top + 2 * EDGE_POINTS
            fig.set_size_inches(width / POINTS_PER_INCH, height / POINTS_PER_INCH)
        x, y, w, h = ax.slot
        plot_width = max(w * width - left - right - 2 * EDGE_POINTS, SMALLEST_PLOT * w * width)
        plot_height = max(h * height - bottom - top - 2 * EDGE_POINTS, SMALLEST_PLOT * h * height)
        ax.set_position(
            (
                x + (left + EDGE_POINTS) / width,
                y + (bottom + EDGE_POINTS) / height,
                plot_width / width,
                plot_height / height,
            )
        )


def _margins_points(ax: Axes) -> tuple[float, float, float, float]:
    """Measure how far labels reach beyond the plotting area: left, bottom, right, top."""
    scale = POINTS_PER_INCH / canvas_of(ax).dpi
    inner = ax.get_window_extent()
    outer = ax.get_tightbbox() or inner
    return (
        max(inner.x0 - outer.x0, 0.0) * scale,
        max(inner.y0 - outer.y0, 0.0) * scale,
        max(outer.x1 - inner.x1, 0.0) * scale,
        max(outer.y1 - inner.y1, 0.0) * scale,
    )


def room_points(ax: Axes) -> float:
    """Return the width from the left edge of the axes to the right edge of their slot."""
    if not isinstance(ax, Panel):
        return size_points(ax)[0]
    width = float(canvas_of(ax).get_size_inches()[0]) * POINTS_PER_INCH
    right = ax.slot[0] + ax.slot[2]
    return float((right - ax.get_position().x0) * width - EDGE_POINTS)


def points_from(ax: Axes, x: float, y: float) -> Transform:
    """Return coordinates in points from a place on the axes (0 to 1), whatever size they get."""
    scale = Affine2D().scale(1 / POINTS_PER_INCH) + canvas_of(ax).dpi_scale_trans
    return scale + ScaledTranslation(x, y, ax.transAxes)  # type: ignore[arg-type]


def below_axis(ax: Axes) -> Transform:
    """Return coordinates of data along x, and of points above the foot of the axes along y."""
    return blended_transform_factory(ax.transData, points_from(ax, 0, 0))


def beside_axis(ax: Axes, edge: float = 0.0) -> Transform:
    """Return coordinates of points right of an edge of the axes along x, of data along y."""
    return blended_transform_factory(points_from(ax, edge, 0), ax.transData)


def nudge(ax: Axes, transform: Transform, x_points: float, y_points: float) -> Transform:
    """Shift coordinates by points."""
    inches = (x_points / POINTS_PER_INCH, y_points / POINTS_PER_INCH)
    return transform + ScaledTranslation(*inches, canvas_of(ax).dpi_scale_trans)


def require_columns(frame: pl.DataFrame, figure_name: str, columns: Iterable[str]) -> None:
    """Refuse a frame that lacks columns.

    Raises
    ------
    TrialwrightError
        Naming the figure, the columns that are absent and those that are there.
    """
    absent = [name for name in columns if name not in frame.columns]
    if absent:
        raise TrialwrightError(
            f"{figure_name}: columns {', '.join(frame.columns) or 'none'}, expected also "
            f"{', '.join(absent)}. Add them; a value may be null where it is unknown."
        )


def label_log_axis(ax: Axes, low: float, high: float) -> None:
    """Give the upright axis a logarithmic scale from low to high, with round numbers on it."""
    ax.set_yscale("log")
    ax.set_ylim(low, high)
    ticks = [tick for tick in LOG_TICKS if low <= tick <= high]
    ax.yaxis.set_major_locator(FixedLocator(ticks))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_yticklabels([f"{tick:g}" for tick in ticks])


def month_ticks(end: float) -> list[float]:
    """List round months from 0 to an end, a dozen at most."""
    step = next((step for step in (1, 2, 3, 6, 12, 24) if end / step <= 12), 60)
    return [float(tick) for tick in range(0, int(end) + 1, step)]


def overlaps(box: Bbox, others: Iterable[Bbox]) -> bool:
    """Tell whether a box shares area with any other."""
    return any(
        box.x0 < other.x1 and other.x0 < box.x1 and box.y0 < other.y1 and other.y0 < box.y1
        for other in others
    )
