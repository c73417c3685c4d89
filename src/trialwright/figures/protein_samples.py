"""Samples as a whole: principal components, level against spread, plates."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from trialwright.core.table import as_percent, round_half_up
from trialwright.figures.free_room import Room
from trialwright.figures.layout import (
    dress,
    fit,
    make_panel,
    make_panels,
    nudge,
    require_columns,
    size_points,
)
from trialwright.figures.marks import KeyItem, draw_empty, draw_key
from trialwright.figures.measure import SMALL, fit_text, line_height, text_width
from trialwright.figures.protein_values import VISIT_MARKERS, draw_below_lod
from trialwright.figures.style import COLUMN_MM, INK, PAGE_MM, RULE, STRATA, styled
from trialwright.figures.words import print_count

PLOT_MM, PANEL_MM = 62.0, 80.0
N_DEVIATIONS = 3.0
WIDEST_NAME = 80.0
MARKER_POINTS = 4.0


@styled
def draw_components(
    samples: pl.DataFrame, explained: Sequence[float], ax: Axes | None = None
) -> Axes:
    """Draw samples by their first two principal components, colored by group.

    Parameters
    ----------
    samples : DataFrame
        One row per sample: label, group (such as the visit), component_1, component_2,
        is_outlier. Outliers are named.
    explained : sequence of float
        Share of the variance of each component.
    ax : Axes, optional
        Where to draw; a new figure when omitted.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    columns = ("label", "group", "component_1", "component_2", "is_outlier")
    require_columns(samples, "components", columns)
    ax = dress(ax or make_panel(COLUMN_MM, 85))
    known = samples.drop_nulls(["component_1", "component_2"])
    if known.is_empty():
        return draw_empty(ax, "Too few samples or proteins for principal components.")
    names = [
        f"Component {place + 1} ({round_half_up(as_percent(share), 0)}% of variance)"
        for place, share in enumerate(explained[:2])
    ]
    ax.set(xlabel=names[0], ylabel=names[1])
    ax.axhline(0, color=RULE, linewidth=0.5, zorder=1)
    ax.axvline(0, color=RULE, linewidth=0.5, zorder=1)
    _scatter(ax, known, ("component_1", "component_2"))
    return ax


@styled
def draw_sample_spread(samples: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the median of each sample against its interquartile range, colored by group.

    Parameters
    ----------
    samples : DataFrame
        One row per sample: label, group (such as the plate), median, iqr, is_outlier. Outliers
        are named; the box is three standard deviations around the means.
    ax : Axes, optional
        Where to draw; a new figure when omitted.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    require_columns(samples, "spread", ("label", "group", "median", "iqr", "is_outlier"))
    ax = dress(ax or make_panel(COLUMN_MM, 85))
    known = samples.drop_nulls(["median", "iqr"])
    if known.is_empty():
        return draw_empty(ax, "No sample has a value.")
    ax.set(xlabel="Median of the sample (NPX)", ylabel="Interquartile range (NPX)")
    if known.height > 1:
        sides = [(known[name].to_numpy().mean(), known[name].to_numpy().std(ddof=1))
                 for name in ("median", "iqr")]  # fmt: skip
        (x, x_sd), (y, y_sd) = sides
        reach = N_DEVIATIONS
        ax.add_patch(
            Rectangle(
                (x - reach * x_sd, y - reach * y_sd), 2 * reach * x_sd, 2 * reach * y_sd,
                fill=False, edgecolor=RULE, linewidth=0.75, linestyle=(0, (4, 2)),
            )
        )  # fmt: skip
    _scatter(ax, known, ("median", "iqr"))
    return ax


@styled
def draw_plates(samples: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the medians of the samples of each plate: boxes with every sample on them.

    Parameters
    ----------
    samples : DataFrame
        One row per sample: plate (text, null where unknown), median.
    ax : Axes, optional
        Where to draw; a new figure when omitted.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    require_columns(samples, "plates", ("plate", "median"))
    ax = dress(ax or make_panel(COLUMN_MM, 85))
    known = samples.drop_nulls("median").with_columns(pl.col("plate").fill_null("no plate"))
    if known.is_empty():
        return draw_empty(ax, "No sample has a value.")
    plates = known["plate"].unique().sort().to_list()
    groups = [known.filter(pl.col("plate") == plate)["median"].to_numpy() for plate in plates]
    ax.boxplot(
        groups, positions=range(len(plates)), widths=0.5, showfliers=False, manage_ticks=False,
        boxprops={"linewidth": 0.75}, whiskerprops={"linewidth": 0.75, "color": RULE},
        capprops={"linewidth": 0.75, "color": RULE}, medianprops={"linewidth": 1.5, "color": INK},
    )  # fmt: skip
    for place, group in enumerate(groups):
        shift = ((np.arange(len(group)) * 0.618) % 1 - 0.5) * 0.3
        ax.plot(
            place + shift, np.sort(group), linestyle="none", markersize=MARKER_POINTS,
            marker=VISIT_MARKERS[place % len(VISIT_MARKERS)], color=STRATA[place % len(STRATA)],
        )  # fmt: skip
    fit(ax, PLOT_MM)
    room = 0.75 * size_points(ax)[0] / len(plates)
    labels = [
        f"{fit_text(plate, min(room, WIDEST_NAME), SMALL)}\n(n = {len(group)})"
        for plate, group in zip(plates, groups, strict=True)
    ]
    ax.set_xticks(range(len(plates)), labels=labels, fontsize=SMALL)
    ax.set(xlim=(-0.6, len(plates) - 0.4), ylabel="Median of the sample (NPX)")
    _widen(ax, known["median"].to_numpy(), is_x=False)
    fit(ax, PLOT_MM)
    return ax


@styled
def draw_protein_quality(
    samples: pl.DataFrame, rates: pl.DataFrame, visits: Sequence[str], explained: Sequence[float]
) -> Axes:
    """Draw four panels: components by visit, spread and level by plate, values below LOD.

    Parameters
    ----------
    samples : DataFrame
        One row per sample: label, visit, plate, median, iqr, component_1, component_2, is_outlier.
    rates : DataFrame
        As for `draw_below_lod`.
    visits : sequence of str
        In their order.
    explained : sequence of float
        Share of the variance of each component.

    Returns
    -------
    Axes
        The first panel.
    """
    panels = make_panels(PAGE_MM, 2 * PANEL_MM, 2, 2)
    ordered = pl.DataFrame({"visit": list(visits)}, schema={"visit": pl.String})
    by_visit = pl.concat(
        [ordered.join(samples, on="visit", how="inner", maintain_order="left_right"),
         samples.filter(~pl.col("visit").is_in(list(visits)))], how="diagonal_relaxed",
    )  # fmt: skip
    draw_components(by_visit.with_columns(group="visit"), explained, panels[0])
    by_plate = samples.with_columns(group=pl.col("plate").fill_null("no plate")).sort("group")
    draw_sample_spread(by_plate, panels[1])
    draw_plates(samples, panels[2])
    draw_below_lod(rates, visits, panels[3])
    return panels[0]


def describe_protein_quality(samples: pl.DataFrame, rates: pl.DataFrame) -> str:
    """Say in words what `draw_protein_quality` shows."""
    outliers = samples.filter(pl.col("is_outlier"))["label"].to_list()
    plates = samples["plate"].drop_nulls().n_unique()
    low = rates.group_by("label", maintain_order=True).agg(pl.col("rate_below").max())
    below = low.filter(pl.col("rate_below") > 0).sort(
        "rate_below", "label", descending=[True, False]
    )
    named = ", ".join(
        f"{name} {round_half_up(as_percent(rate), 0)}%" for name, rate in below.head(10).iter_rows()
    )
    return (
        f"{print_count(samples.height, 'sample')} on {print_count(plates, 'plate')}; "
        f"{print_count(len(outliers), 'sample')} unlike the others"
        f"{': ' + ', '.join(outliers[:10]) if outliers else ''}. "
        f"{print_count(below.height, 'assay')} with values below the limit of detection at a "
        f"visit{': ' + named if named else ''}."
    )


def _scatter(ax: Axes, samples: pl.DataFrame, axes: tuple[str, str]) -> None:
    """Draw samples by group, with key and names of outliers."""
    groups = samples["group"].unique(maintain_order=True).to_list()
    items = []
    for place, group in enumerate(groups):
        mine = samples.filter(pl.col("group") == group)
        color = STRATA[place % len(STRATA)]
        marker = VISIT_MARKERS[place % len(VISIT_MARKERS)]
        ax.plot(
            mine[axes[0]], mine[axes[1]], linestyle="none", marker=marker, color=color,
            markersize=MARKER_POINTS, zorder=3,
        )  # fmt: skip
        items.append(
            KeyItem(
                f"{fit_text(str(group), WIDEST_NAME, SMALL)} ({mine.height})", color, marker=marker
            )
        )
    _widen(ax, samples[axes[0]].to_numpy(), is_x=True)
    _widen(ax, samples[axes[1]].to_numpy(), is_x=False)
    fit(ax, PLOT_MM)
    draw_key(ax, items)
    fit(ax, PLOT_MM)
    _name_outliers(ax, samples, axes)


def _widen(ax: Axes, values: np.ndarray, *, is_x: bool) -> None:
    """Give an axis a range a little wider than what stands on it."""
    low, high = float(values.min()), float(values.max())
    margin = 0.12 * (high - low) or 0.5
    (ax.set_xlim if is_x else ax.set_ylim)(low - margin, high + margin)


def _name_outliers(ax: Axes, samples: pl.DataFrame, axes: tuple[str, str]) -> None:
    """Name the samples unlike the others, where there is room."""
    room = Room(ax)
    places = [(room.x_points(x), room.y_points(y)) for x, y in samples.select(axes).iter_rows()]
    room.take([(x - 2.5, y - 2.5, x + 2.5, y + 2.5) for x, y in places])
    named = samples.select("label", "is_outlier", *axes).iter_rows()
    for (label, is_outlier, x, y), (left, low) in zip(named, places, strict=True):
        if not is_outlier:
            continue
        name = fit_text(label, WIDEST_NAME, SMALL)
        width, height = text_width(name, SMALL) + 1, line_height(SMALL)
        boxes = [
            (left + dx, low + dy, left + dx + width, low + dy + height)
            for dx in (5.0, -width - 5.0, -width / 2)
            for dy in (-height / 2, 4.0, -height - 4.0)
        ]
        box = room.first_free(boxes)
        if box is None:
            continue
        ahead = nudge(ax, ax.transData, (box[0] + box[2]) / 2 - left, (box[1] + box[3]) / 2 - low)
        ax.text(
            x, y, name, transform=ahead, fontsize=SMALL, ha="center", va="center_baseline",
            color=INK, zorder=6,
        )  # fmt: skip
