"""Measurements by samples in colors, with trees and annotations: the clustered heatmap."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, LinearSegmentedColormap

from trialwright.core.arrays import FloatArray
from trialwright.core.table import round_half_up
from trialwright.figures.heatmap_layout import (
    EDGE,
    GAP,
    KEY_ROW,
    POINTS_PER_MM,
    SCALE_HEIGHT,
    Layout,
    plan_heatmap,
)
from trialwright.figures.heatmap_parts import (
    draw_column_names,
    draw_keys,
    draw_row_names,
    draw_scale,
    draw_strips,
    draw_tree,
    list_key_rows,
    make_strips,
)
from trialwright.figures.layout import make_panel, require_columns
from trialwright.figures.marks import draw_empty
from trialwright.figures.measure import SMALL, line_height, wrap_text
from trialwright.figures.style import COLUMN_MM, QUIET_INK, RESPONSE_COLORS, figure, styled
from trialwright.figures.words import print_count

LOW, MIDDLE, HIGH = RESPONSE_COLORS["CR"], "#ffffff", RESPONSE_COLORS["PD"]
MISSING = "#dddddd"
N_COLORS = 201  # odd, so that 0 has the middle color
MANY = 200  # cells from which an odd one may leave the scale
LIMIT_QUANTILE = 0.99  # of magnitudes: beyond, the end colors; one odd cell must not pale the rest
LISTED_AT_MOST = 15
KEY_ROOM = NOTE_ROOM = COLUMN_MM * POINTS_PER_MM - 2 * EDGE
EMPTY = "No value to draw."


@dataclass(frozen=True, slots=True)
class HeatmapTree:
    """The order of rows or columns from first to last, and the tree that made it, if any.

    `merges` has one row per step: left, right (a leaf's place in the tidy frame's order of names
    as a negative number from 1, a cluster as the step that made it, from 1) and height.
    """

    order: tuple[str, ...]
    merges: tuple[tuple[int, int, float], ...] = ()
    leaves: tuple[str, ...] = ()

    @property
    def places(self) -> list[int]:
        """Where each leaf of the tree stands in the order."""
        found = {name: place for place, name in enumerate(self.order)}
        return [found[name] for name in self.leaves]


@styled
def draw_heatmap(
    cells: pl.DataFrame,
    rows: HeatmapTree,
    columns: HeatmapTree,
    annotations: pl.DataFrame | None = None,
    scale_label: str = "Change of NPX (log2)",
    ax: Axes | None = None,
) -> Axes:
    """Draw values by row and column in blue, white and orange, symmetric about 0.

    Parameters
    ----------
    cells : DataFrame
        One row per cell: row, column (text), value (null where missing, drawn grey).
    rows, columns : HeatmapTree
        Their orders, with trees where they were clustered.
    annotations : DataFrame, optional
        One row per column of the map: column, label (under it), and further columns of text, each
        a strip of colors above the map under its own name; response codes have their own colors.
    scale_label : str
        What the colors mean.
    ax : Axes, optional
        Where to draw; a new figure when omitted, large enough for all names. Nothing is saved or
        shown.

    Returns
    -------
    Axes
        The axes drawn on; its coordinates are points.
    """
    require_columns(cells, "heatmap", ("row", "column", "value"))
    values = _fill(cells, rows.order, columns.order)
    if not np.isfinite(values).any():
        return draw_empty(ax or make_panel(COLUMN_MM, 40), EMPTY)
    strips = make_strips(annotations, columns.order)
    labels = _name_columns(annotations, columns.order)
    limit = find_limit(values)
    notes = wrap_text(" ".join(_list_notes(values, limit)), NOTE_ROOM, SMALL)
    keys = list_key_rows(strips, KEY_ROOM)
    foot = SCALE_HEIGHT + len(keys) * KEY_ROW + len(notes) * line_height(SMALL) + GAP
    has_trees = (bool(rows.merges), bool(columns.merges))
    layout = plan_heatmap(rows.order, labels, has_trees, [s.name for s in strips], foot)
    ax = _open_axes(ax, layout)
    _draw_cells(ax, values, limit, layout)
    above = draw_strips(ax, strips, layout)
    for tree, base in ((rows, None), (columns, layout.top + above + GAP)):
        if tree.merges:
            draw_tree(ax, tree.merges, tree.places, layout, base)
    draw_row_names(ax, layout)
    draw_column_names(ax, layout)
    top = EDGE + foot
    draw_scale(ax, _colormap(), limit, scale_label, (EDGE, top))
    draw_keys(ax, keys, EDGE, top - SCALE_HEIGHT)
    _write_notes(ax, notes)
    return ax


def _open_axes(ax: Axes | None, layout: Layout) -> Axes:
    """Return axes whose coordinates are points of the plan."""
    if ax is None:
        fig = figure(layout.width / POINTS_PER_MM, layout.height / POINTS_PER_MM)
        ax = fig.add_axes((0.0, 0.0, 1.0, 1.0))
    ax.set_axis_off()
    ax.set(xlim=(0, layout.width), ylim=(0, layout.height))
    return ax


def _write_notes(ax: Axes, notes: Sequence[str]) -> None:
    """Write what the colors cannot show, at the foot."""
    for number, line in enumerate(reversed(notes)):
        y = EDGE + (number + 0.5) * line_height(SMALL)
        ax.text(EDGE, y, line, fontsize=SMALL, color=QUIET_INK, va="center_baseline")


def describe_heatmap(
    cells: pl.DataFrame, rows: HeatmapTree, columns: HeatmapTree, scale_label: str
) -> str:
    """Say in words what `draw_heatmap` shows: size, missing cells, extremes of the rows."""
    values = _fill(cells, rows.order, columns.order)
    known = np.isfinite(values)
    if not known.any():
        return EMPTY
    n = known.sum(axis=1)
    means = np.where(known, values, 0.0).sum(axis=1) / np.maximum(n, 1)
    order = np.argsort(-np.abs(means), kind="stable")[:LISTED_AT_MOST]
    named = "; ".join(f"{rows.order[i]} {round_half_up(float(means[i]), 2)}" for i in order)
    n_missing = int((~known).sum())
    return (
        f"{scale_label}: {print_count(len(rows.order), 'measurement')} by "
        f"{print_count(len(columns.order), 'sample')}, {print_count(n_missing, 'value')} missing. "
        f"Largest means over the samples: {named}."
    )


def find_limit(values: FloatArray) -> float:
    """Return the magnitude at which the colors end."""
    known = np.abs(values[np.isfinite(values)])
    limit = float(np.quantile(known, LIMIT_QUANTILE if len(known) >= MANY else 1.0))
    return limit or float(known.max()) or 1.0


def _fill(cells: pl.DataFrame, rows: Sequence[str], columns: Sequence[str]) -> FloatArray:
    """Lay out the cells as a matrix in the order of drawing; nan is missing."""
    row_places = {name: place for place, name in enumerate(rows)}
    column_places = {name: place for place, name in enumerate(columns)}
    values = np.full((len(rows), len(columns)), np.nan)
    for row, column, value in cells.select("row", "column", "value").iter_rows():
        if row in row_places and column in column_places and value is not None:
            values[row_places[row], column_places[column]] = value
    return values


def _name_columns(annotations: pl.DataFrame | None, order: Sequence[str]) -> list[str]:
    """Return what stands under each column."""
    if annotations is None or "label" not in annotations.columns:
        return list(order)
    named = dict(annotations.select("column", "label").iter_rows())
    return [str(named.get(name) or name) for name in order]


def _colormap() -> Colormap:
    """Return blue to white to orange, grey for what is missing."""
    made = LinearSegmentedColormap.from_list("change", (LOW, MIDDLE, HIGH), N=N_COLORS)
    return made.with_extremes(bad=MISSING)


def _draw_cells(ax: Axes, values: FloatArray, limit: float, layout: Layout) -> None:
    """Draw the cells as one bitmap in print resolution."""
    n_rows, n_columns = values.shape
    ax.pcolormesh(
        [layout.x_of(place) for place in range(n_columns + 1)],
        [layout.y_of(place) for place in range(n_rows + 1)],
        np.ma.masked_invalid(values),
        cmap=_colormap(),
        vmin=-limit,
        vmax=limit,
        linewidth=0,
        rasterized=True,  # a rectangle per cell would make ten times the file
    )


def _list_notes(values: FloatArray, limit: float) -> list[str]:
    """Return what the colors cannot show."""
    known = np.abs(values[np.isfinite(values)])
    n_beyond = int((known > limit).sum())
    n_missing = int((~np.isfinite(values)).sum())
    notes = [f"Grey: {print_count(n_missing, 'missing value')}."] if n_missing else []
    if n_beyond:
        largest = round_half_up(float(known.max()), 1)
        notes.append(
            f"{print_count(n_beyond, 'value')} beyond the scale (up to {largest}) in the end color."
        )
    return notes
