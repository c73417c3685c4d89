"""Values of single proteins by visit: boxes, courses of the patients, and what is below LOD."""

from collections.abc import Sequence
from enum import Enum

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from trialwright.core.table import round_half_up
from trialwright.figures.layout import (
    Panel,
    dress,
    fit,
    make_panel,
    make_panels,
    require_columns,
)
from trialwright.figures.marks import KeyItem, draw_empty, draw_key, draw_note
from trialwright.figures.measure import BASE, SMALL, fit_text
from trialwright.figures.style import (
    COLUMN_MM,
    GRID,
    INK,
    PAGE_MM,
    PAPER,
    RESPONSE_COLORS,
    RULE,
    STRATA,
    styled,
)
from trialwright.figures.words import print_count

COLUMNS = ("USUBJID", "visit", "value")
PLOT_MM, PANEL_MM = 55.0, 52.0
MOST_PANELS, ACROSS = 12, 4
BOX_WIDTH, SPREAD = 0.5, 0.16
MOST_ROWS = 20
FLAGGED_PERCENT = 50.0
VISIT_MARKERS = ("o", "s", "^", "D", "v", "P")
WIDEST_TITLE, WIDEST_NAME = 110.0, 90.0
VALUE_LABEL = "NPX (log2)"


class Shown(Enum):
    """How the values of one protein are drawn."""

    BOXES = "boxes"
    LINES = "lines"


@styled
def draw_protein_boxes(
    values: pl.DataFrame, visits: Sequence[str], title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw the values of one protein by visit as boxes with every value on them.

    Parameters
    ----------
    values : DataFrame
        One row per patient and visit: USUBJID, visit, value (null where missing).
    visits : sequence of str
        In their order on the axis.
    title : str
        Name of the protein.
    ax : Axes, optional
        Where to draw; a new figure when omitted.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    require_columns(values, "boxes of a protein", COLUMNS)
    ax, groups = _open(values, visits, title, ax)
    if not any(len(group) for group in groups):
        return draw_empty(ax, f"{title or 'The protein'} has no value.")
    known = [(place, group) for place, group in enumerate(groups) if len(group)]
    ax.boxplot(
        [group for _, group in known],
        positions=[place for place, _ in known],
        widths=BOX_WIDTH,
        showfliers=False,
        manage_ticks=False,
        boxprops={"linewidth": 0.75, "color": INK},
        whiskerprops={"linewidth": 0.75, "color": RULE},
        capprops={"linewidth": 0.75, "color": RULE},
        medianprops={"linewidth": 1.25, "color": RESPONSE_COLORS["PD"]},
    )
    for place, group in known:
        ranks = np.argsort(np.argsort(group, kind="stable"), kind="stable")
        shift = ((ranks * 0.618) % 1 - 0.5) * 2 * SPREAD  # spread evenly, the same every time
        _dots(ax, place + shift, group)
    _close(ax, groups)
    return ax


@styled
def draw_protein_lines(
    values: pl.DataFrame, visits: Sequence[str], title: str = "", ax: Axes | None = None
) -> Axes:
    """Draw the values of one protein over the visits: a line per patient, and the medians.

    Parameters
    ----------
    values, visits, title, ax
        As for `draw_protein_boxes`.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    require_columns(values, "lines of a protein", COLUMNS)
    ax, groups = _open(values, visits, title, ax)
    if not any(len(group) for group in groups):
        return draw_empty(ax, f"{title or 'The protein'} has no value.")
    places = {visit: place for place, visit in enumerate(visits)}
    for rows in values.drop_nulls("value").partition_by("USUBJID", maintain_order=True):
        course = sorted(
            (places[visit], value)
            for visit, value in rows.select("visit", "value").iter_rows()
            if visit in places
        )
        x, y = [place for place, _ in course], [value for _, value in course]
        ax.plot(x, y, color=RULE, linewidth=0.75, alpha=0.7, zorder=2)
        _dots(ax, np.array(x, dtype=float), np.array(y, dtype=float))
    known = [place for place, group in enumerate(groups) if len(group)]
    middles = [float(np.median(groups[place])) for place in known]
    ax.plot(known, middles, color=RESPONSE_COLORS["PD"], linewidth=2.0, zorder=5)
    _close(ax, groups)
    return ax


@styled
def draw_proteins(values: pl.DataFrame, visits: Sequence[str], shown: Shown = Shown.LINES) -> Axes:
    """Draw up to twelve proteins in one figure, a panel each; the first panel is returned.

    Parameters
    ----------
    values : DataFrame
        As for `draw_protein_boxes`, with a column label, the protein; panels come in the order of
        the labels' first rows.
    visits : sequence of str
        In their order on the axis.
    shown : Shown
        Boxes, or lines.
    """
    require_columns(values, "proteins", ("label", *COLUMNS))
    names = values["label"].unique(maintain_order=True).to_list()[:MOST_PANELS]
    if not names:
        return draw_empty(make_panel(COLUMN_MM, 40), "No protein to draw.")
    across = min(len(names), ACROSS)
    down = -(-len(names) // across)
    panels = make_panels(PAGE_MM * across / ACROSS, PANEL_MM * down, across, down)
    draw = draw_protein_lines if shown is Shown.LINES else draw_protein_boxes
    for panel, name in zip(panels, names, strict=False):
        draw(values.filter(pl.col("label") == name), visits, name, panel)
    for panel in panels[len(names) :]:
        panel.remove()
    return panels[0]


def describe_proteins(values: pl.DataFrame, visits: Sequence[str]) -> str:
    """Say in words what `draw_proteins` shows: medians by visit."""
    parts = []
    for name in values["label"].unique(maintain_order=True).to_list()[:MOST_PANELS]:
        groups = _group(values.filter(pl.col("label") == name), visits)
        medians = [
            f"{visit} {round_half_up(float(np.median(group)), 2)} (n = {len(group)})"
            for visit, group in zip(visits, groups, strict=True)
            if len(group)
        ]
        parts.append(f"{name}: {', '.join(medians) or 'no value'}")
    return f"Medians of {VALUE_LABEL} by visit. {'; '.join(parts)}."


def _group(values: pl.DataFrame, visits: Sequence[str]) -> list[np.ndarray]:
    """Return the values of each visit."""
    known = values.drop_nulls("value")
    return [known.filter(pl.col("visit") == visit)["value"].to_numpy() for visit in visits]


def _open(
    values: pl.DataFrame, visits: Sequence[str], title: str, ax: Axes | None
) -> tuple[Axes, list[np.ndarray]]:
    """Return dressed axes with a place per visit, and the values of each."""
    ax = dress(ax or make_panel(COLUMN_MM, 75))
    ax.set(xlim=(-0.6, len(visits) - 0.4), ylabel=VALUE_LABEL)
    crowded = isinstance(ax, Panel) and ax.slot[2] < 0.5
    ax.set_xticks(range(len(visits)), labels=list(visits), fontsize=SMALL)
    if crowded and len(visits) > 3:
        ax.tick_params(axis="x", labelrotation=90)
    if title:
        ax.set_title(fit_text(title, WIDEST_TITLE, BASE), fontsize=BASE, loc="left", pad=3)
    return ax, _group(values, visits)


def _dots(ax: Axes, x: np.ndarray, y: np.ndarray) -> None:
    ax.add_artist(
        Line2D(
            x, y, linestyle="none", marker="o", markersize=3.0, markerfacecolor=PAPER,
            markeredgecolor=RESPONSE_COLORS["CR"], markeredgewidth=0.75, zorder=4,
        )
    )  # fmt: skip


def _close(ax: Axes, groups: Sequence[np.ndarray]) -> None:
    """Give the axes a range a little wider than the values, and their place."""
    known = np.concatenate(list(groups))
    low, high = float(known.min()), float(known.max())
    margin = 0.08 * (high - low) or 0.5
    ax.set_ylim(low - margin, high + margin)
    fit(ax, PLOT_MM)


@styled
def draw_below_lod(rates: pl.DataFrame, visits: Sequence[str], ax: Axes | None = None) -> Axes:
    """Draw the share of values below the limit of detection, a row per assay, a mark per visit.

    Parameters
    ----------
    rates : DataFrame
        One row per assay and visit: label, visit, rate_below (proportion, null without a limit).
        Assays with none below are left out; of the others the twenty with most are drawn.
    visits : sequence of str
        Visits, for marks and key.
    ax : Axes, optional
        Where to draw; a new figure when omitted.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    require_columns(rates, "values below LOD", ("label", "visit", "rate_below"))
    worst = (
        rates.group_by("label")
        .agg(pl.col("rate_below").max())
        .filter(pl.col("rate_below") > 0)
        .sort("rate_below", "label", descending=[True, False])
    )
    ax = dress(ax or make_panel(COLUMN_MM, 70))
    if worst.is_empty():
        return draw_empty(ax, "No value is below its limit of detection.")
    names = worst["label"].head(MOST_ROWS).to_list()
    ax.set(xlim=(0, 100), ylim=(len(names) - 0.4, -0.6))
    ax.set_xlabel("Values below the limit of detection (%)")
    ax.set_yticks(
        range(len(names)), labels=[fit_text(n, WIDEST_NAME, SMALL) for n in names], fontsize=SMALL
    )
    ax.axvline(FLAGGED_PERCENT, color=RULE, linewidth=0.75, linestyle=(0, (4, 2)), zorder=1)
    for place in range(len(names)):
        ax.axhline(place, color=GRID, linewidth=0.5, zorder=0)
    for number, visit in enumerate(visits):
        _mark_rates(ax, rates.filter(pl.col("visit") == visit), names, number)
    fit(ax, PLOT_MM)
    draw_key(
        ax,
        [
            KeyItem(v, STRATA[i % len(STRATA)], marker=VISIT_MARKERS[i % len(VISIT_MARKERS)])
            for i, v in enumerate(visits)
        ],
    )
    n_more = worst.height - len(names)
    if n_more:
        draw_note(ax, f"{print_count(n_more, 'more assay')} with fewer.", 32)
    fit(ax, PLOT_MM)
    return ax


def _mark_rates(ax: Axes, rates: pl.DataFrame, names: Sequence[str], number: int) -> None:
    """Mark the rates of one visit, the number of which chooses shape and color."""
    found = dict(rates.select("label", "rate_below").iter_rows())
    known = [(p, 100 * found[n]) for p, n in enumerate(names) if found.get(n) is not None]
    ax.plot(
        [percent for _, percent in known],
        [place for place, _ in known],
        linestyle="none",
        marker=VISIT_MARKERS[number % len(VISIT_MARKERS)],
        markersize=4,
        color=STRATA[number % len(STRATA)],
        clip_on=False,
        zorder=3,
    )
