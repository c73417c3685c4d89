"""The parts around the cells of a heatmap: trees, strips of annotations, names, scale."""

from collections.abc import Mapping, Sequence
from colorsys import hls_to_rgb
from dataclasses import dataclass

import polars as pl
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.colors import Colormap
from matplotlib.patches import Rectangle

from trialwright.core.table import round_half_up
from trialwright.figures.heatmap_layout import (
    GAP,
    KEY_ROW,
    LEADER,
    SCALE_WIDTH,
    STRIP,
    STRIP_GAP,
    TREE,
    Layout,
)
from trialwright.figures.measure import SMALL, text_width
from trialwright.figures.style import (
    GRID,
    INK,
    QUIET_INK,
    RESPONSE_COLORS,
    RULE,
    STRATA,
    response_color,
)

NAMED_LEVELS = 8  # more are told by the names under the columns
KEY_SYMBOL, KEY_GAP = 8.0, 10.0
UNKNOWN = "unknown"
Merge = tuple[int, int, float]


@dataclass(frozen=True, slots=True)
class Strip:
    """One annotation: a level per column, and the color of each level."""

    name: str
    levels: tuple[str, ...]
    colors: Mapping[str, str]


def make_strips(annotations: pl.DataFrame | None, order: Sequence[str]) -> list[Strip]:
    """Return a strip per annotation, in the order of the frame's columns."""
    if annotations is None:
        return []
    names = [name for name in annotations.columns if name not in ("column", "label")]
    strips = []
    for name in names:
        known = dict(annotations.select("column", name).iter_rows())
        levels = tuple(str(known.get(column) or UNKNOWN) for column in order)
        seen = [str(level) for level in annotations[name].unique(maintain_order=True).drop_nulls()]
        shown = [level for level in seen if level in levels]
        shown += [UNKNOWN] if UNKNOWN in levels and UNKNOWN not in shown else []
        strips.append(Strip(name, levels, color_levels(shown)))
    return strips


def color_levels(levels: Sequence[str]) -> dict[str, str]:
    """Color levels: responses as everywhere, few as strata, many by their place on a wheel."""
    known = [level for level in levels if level != UNKNOWN]
    if known and all(level in RESPONSE_COLORS for level in known):
        colors = {level: response_color(level) for level in known}
    elif len(known) <= len(STRATA):
        colors = dict(zip(known, STRATA, strict=False))
    else:
        colors = {level: _wheel(place, len(known)) for place, level in enumerate(known)}
    return {**colors, **({UNKNOWN: GRID} if UNKNOWN in levels else {})}


def _wheel(place: int, n: int) -> str:
    """Return a color whose lightness alternates, so that neighbors differ in grey as well."""
    lightness = (0.40, 0.72, 0.56)[place % 3]
    red, green, blue = hls_to_rgb(place / n, lightness, 0.55)
    return f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"


def draw_tree(
    ax: Axes, merges: Sequence[Merge], places: Sequence[int], layout: Layout, base: float | None
) -> None:
    """Draw a dendrogram: above a height for columns, at the left of the map for rows (None).

    `places` is where each leaf stands, in the order in which merges count them.
    """
    highest = max(height for _, _, height in merges) or 1.0
    knots: list[tuple[float, float]] = []
    lines = []
    for left, right, height in merges:
        (x0, y0), (x1, y1) = (
            (places[-part - 1] + 0.5, 0.0) if part < 0 else knots[part - 1]
            for part in (left, right)
        )
        lines.append([(x0, y0), (x0, height), (x1, height), (x1, y1)])
        knots.append(((x0 + x1) / 2, height))
    if base is None:
        edge = layout.left - GAP
        drawn = [[(edge - TREE * y / highest, layout.y_of(x)) for x, y in line] for line in lines]
    else:
        drawn = [[(layout.x_of(x), base + TREE * y / highest) for x, y in line] for line in lines]
    ax.add_collection(LineCollection(drawn, colors=INK, linewidths=0.5), autolim=False)


def draw_strips(ax: Axes, strips: Sequence[Strip], layout: Layout) -> float:
    """Draw the strips above the map, the first on top; return their height."""
    step = STRIP + STRIP_GAP
    for number, strip in enumerate(reversed(strips)):
        bottom = layout.top + GAP + number * step
        patches = [
            Rectangle((layout.x_of(place), bottom), layout.cell_width, STRIP)
            for place in range(len(strip.levels))
        ]
        colors = [strip.colors[level] for level in strip.levels]
        ax.add_collection(
            PatchCollection(patches, facecolors=colors, edgecolors="#ffffff", linewidths=0.4),
            autolim=False,
        )
        ax.text(
            layout.right + GAP, bottom + STRIP / 2, strip.name, fontsize=SMALL,
            va="center_baseline", color=INK,
        )  # fmt: skip
    return len(strips) * step + (GAP if strips else 0.0)


def draw_row_names(ax: Axes, layout: Layout) -> None:
    """Write the names of the rows at the right; where they are close, in two files by turns."""
    names = layout.row_names
    for place, name in enumerate(names.printed):
        file = place % names.n_files
        y = layout.y_of(place + 0.5)
        x = layout.right + GAP + file * (names.file_width + LEADER)
        if file:
            _lead(ax, [(layout.right + 1, y), (x - 1, y)])
        ax.text(
            x, y, name, fontsize=SMALL, va="center_baseline", color=INK,
            bbox={"facecolor": "#ffffff", "edgecolor": "none", "pad": 0.4} if not file else None,
        )  # fmt: skip


def draw_column_names(ax: Axes, layout: Layout) -> None:
    """Write the names of the columns below, upright; where they are close, in two files."""
    names = layout.column_names
    for place, name in enumerate(names.printed):
        file = place % names.n_files
        x = layout.x_of(place + 0.5)
        y = layout.bottom - GAP - file * (names.file_width + LEADER)
        if file:
            _lead(ax, [(x, layout.bottom - 1), (x, y + 1)])
        ax.text(
            x, y, name, fontsize=SMALL, rotation=90, ha="center", va="top", color=INK,
            rotation_mode="default",
        )  # fmt: skip


def _lead(ax: Axes, line: list[tuple[float, float]]) -> None:
    ax.add_collection(LineCollection([line], colors=GRID, linewidths=0.5, zorder=1), autolim=False)


def list_key_rows(strips: Sequence[Strip], room: float) -> list[list[tuple[float, str, str]]]:
    """Lay out the keys of the strips in rows: (x, words, color), "" for words without a color."""
    rows: list[list[tuple[float, str, str]]] = []
    for strip in strips:
        if len(strip.colors) > NAMED_LEVELS:
            continue
        x = text_width(strip.name, SMALL) + KEY_GAP
        rows.append([(0.0, strip.name, "")])
        for level, color in strip.colors.items():
            width = KEY_SYMBOL + 3 + text_width(level, SMALL)
            if x + width > room:
                rows.append([])
                x = KEY_GAP
            rows[-1].append((x, level, color))
            x += width + KEY_GAP
    return rows


def draw_keys(
    ax: Axes, rows: Sequence[Sequence[tuple[float, str, str]]], left: float, top: float
) -> None:
    """Draw the keys of the strips, the first row highest."""
    for number, row in enumerate(rows):
        y = top - (number + 0.5) * KEY_ROW
        for x, words, color in row:
            shift = 0.0
            if color:
                shift = KEY_SYMBOL + 3
                edge = RULE if color.lower() == "#ffffff" else color
                patch = Rectangle(
                    (left + x, y - 3.25), KEY_SYMBOL, 6.5, facecolor=color, edgecolor=edge,
                    linewidth=0.5,
                )  # fmt: skip
                ax.add_artist(patch)
            tone = INK if color else QUIET_INK
            ax.text(left + x + shift, y, words, fontsize=SMALL, va="center_baseline", color=tone)


def draw_scale(
    ax: Axes, colors: Colormap, limit: float, label: str, corner: tuple[float, float]
) -> None:
    """Draw the scale of colors with its label above and three numbers below; corner: upper left."""
    left, top = corner
    n = 60
    step = SCALE_WIDTH / n
    patches = [Rectangle((left + i * step, top - 18), step * 1.05, 7) for i in range(n)]
    shades = [colors(i / (n - 1)) for i in range(n)]
    ax.add_collection(PatchCollection(patches, facecolors=shades, edgecolors="none"), autolim=False)
    ax.text(left, top - 5, label, fontsize=SMALL, va="center_baseline", color=INK)
    for share, align in ((0.0, "left"), (0.5, "center"), (1.0, "right")):
        value = limit * (2 * share - 1)
        words = "0" if share == 0.5 else round_half_up(value, 1 if limit >= 1 else 2)
        ax.text(
            left + share * SCALE_WIDTH, top - 24, words, fontsize=SMALL, ha=align,
            va="center_baseline", color=INK,
        )  # fmt: skip
