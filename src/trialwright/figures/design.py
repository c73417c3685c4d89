"""Figures of a design: what it does over the true rate, and what an optimal one costs at most."""

from collections.abc import Mapping

import polars as pl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from trialwright.figures.layout import (
    canvas_of,
    dress,
    fit,
    make_panel,
    make_panels,
    require_columns,
)
from trialwright.figures.marks import draw_marker
from trialwright.figures.measure import SMALL
from trialwright.figures.style import (
    COLUMN_AND_HALF_MM,
    COLUMN_MM,
    GRID,
    INK,
    PAGE_MM,
    PAPER,
    QUIET_INK,
    RULE,
    STRATA,
    styled,
)

HEIGHT_MM = 70.0
HEADROOM = 1.08
LABEL_POINTS = 5.0
MIDDLE = 0.5
MOST_NUMBERED, LINE_SHARE, KEY_LEFT = 12, 0.075, 1.02
CURVES = {
    "prob_reject": ("concludes activity", STRATA[0], "-"),
    "prob_early_stop": ("stops early", STRATA[5], (0, (6, 2))),
}


@styled
def draw_design(points: pl.DataFrame, marks: Mapping[str, float] | None = None) -> Figure:
    """Draw what a design does over the true rate: probabilities, and expected patients beside them.

    Parameters
    ----------
    points : DataFrame
        One row per true rate, ascending: rate, prob_early_stop, prob_reject (in [0, 1]),
        expected_n (patients).
    marks : mapping, optional
        Rates to mark by name, such as p0 and p1.

    Returns
    -------
    Figure
        Two panels; nothing is saved or shown.
    """
    left, right = make_panels(PAGE_MM, HEIGHT_MM, columns=2)
    draw_power(points, marks, left)
    draw_expected_size(points, marks, right)
    return canvas_of(left)


@styled
def draw_power(
    points: pl.DataFrame, marks: Mapping[str, float] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the probabilities to conclude activity and to stop early over the true rate.

    Parameters
    ----------
    points : DataFrame
        As for `draw_design`.
    marks : mapping, optional
        Rates to mark by name.
    ax : Axes, optional
        Where to draw; a new figure when omitted.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    require_columns(points, "draw_power", ("rate", *CURVES))
    ax = dress(ax if ax is not None else make_panel(COLUMN_MM, HEIGHT_MM))
    _draw_marks(ax, marks or {})
    for name, (label, color, dashes) in CURVES.items():
        ax.plot(points["rate"], points[name], color=color, linestyle=dashes, zorder=3)
        _label_curve(ax, points, name, label)
    ax.set(xlabel="True success rate", ylabel="Probability", xlim=(0, 1), ylim=(0, 1))
    fit(ax)
    return ax


@styled
def draw_expected_size(
    points: pl.DataFrame, marks: Mapping[str, float] | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the expected number of patients over the true rate.

    Parameters
    ----------
    points : DataFrame
        One row per true rate, ascending: rate, expected_n.
    marks : mapping, optional
        Rates to mark by name.
    ax : Axes, optional
        Where to draw; a new figure when omitted.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    require_columns(points, "draw_expected_size", ("rate", "expected_n"))
    ax = dress(ax if ax is not None else make_panel(COLUMN_MM, HEIGHT_MM))
    _draw_marks(ax, marks or {})
    ax.plot(points["rate"], points["expected_n"], color=INK, zorder=3)
    most = float(points["expected_n"].to_numpy().max())
    ax.set(xlabel="True success rate", ylabel="Expected patients", xlim=(0, 1))
    ax.set_ylim(0, HEADROOM * most)
    fit(ax)
    return ax


@styled
def draw_admissible_hull(designs: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw expected against maximum size, with the hull of admissible designs.

    Parameters
    ----------
    designs : DataFrame
        One row per design that expects fewer patients than all smaller ones, in order of n:
        n, expected_n (patients under p0), on_hull (boolean), label (printed for points of the
        hull).
    ax : Axes, optional
        Where to draw; a new figure when omitted.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    require_columns(designs, "draw_admissible_hull", ("n", "expected_n", "on_hull", "label"))
    ax = dress(ax if ax is not None else make_panel(COLUMN_AND_HALF_MM, HEIGHT_MM))
    hull = designs.filter(pl.col("on_hull")).with_row_index("number", offset=1)
    ax.plot(hull["n"], hull["expected_n"], color=STRATA[0], zorder=2)
    for n, expected in designs.filter(~pl.col("on_hull")).select("n", "expected_n").iter_rows():
        draw_marker(ax, (n, expected), "o", PAPER, RULE)
    for n, expected in hull.select("n", "expected_n").iter_rows():
        draw_marker(ax, (n, expected), "o", STRATA[0])
    _leave_room(ax, designs)
    ax.set(xlabel="Maximum patients", ylabel="Expected patients under p0")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    _draw_hull_key(ax, hull if hull.height <= MOST_NUMBERED else _ends(hull))
    fit(ax)
    return ax


def _ends(hull: pl.DataFrame) -> pl.DataFrame:
    """Return the first and the last point of a hull that has too many to name."""
    return pl.concat([hull.head(1), hull.tail(1)])


def _draw_hull_key(ax: Axes, named: pl.DataFrame) -> None:
    """Write numbers below the points of the hull, where nothing lies, and names beside the axes."""
    points = named.select("number", "n", "expected_n", "label").iter_rows()
    for line, (number, n, expected, label) in enumerate(points):
        ax.annotate(
            str(number),
            (n, expected),
            xytext=(-LABEL_POINTS, -LABEL_POINTS),
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize=SMALL,
            color=STRATA[0],
        )
        ax.text(
            KEY_LEFT,
            1 - line * LINE_SHARE,
            f"{number}  {label}",
            transform=ax.transAxes,
            va="top",
            fontsize=SMALL,
            color=INK,
        )


def describe_admissible_hull(designs: pl.DataFrame) -> str:
    """Say the figure's numbers in one sentence, for readers who do not see it."""
    hull = designs.filter(pl.col("on_hull"))
    parts = [
        f"{label or 'admissible'}: at most {n}, expected {expected:.1f}"
        for n, expected, label in hull.select("n", "expected_n", "label").iter_rows()
    ]
    return f"Patients of the admissible designs. {'; '.join(parts)}."


def _draw_marks(ax: Axes, marks: Mapping[str, float]) -> None:
    """Draw named rates as thin lines, their names above the axes."""
    for name, rate in marks.items():
        ax.axvline(rate, color=GRID, zorder=1)
        ax.annotate(
            name,
            (rate, 1),
            xycoords=ax.get_xaxis_transform(),
            xytext=(0, 2),
            textcoords="offset points",
            ha="center",
            fontsize=SMALL,
            color=QUIET_INK,
        )


def _label_curve(ax: Axes, points: pl.DataFrame, name: str, label: str) -> None:
    """Write a curve's name beside its middle height, on the side where the curve is not."""
    nearest = (points[name] - MIDDLE).abs().arg_min() or 0
    is_rising = points[name][-1] > points[name][0]
    ax.annotate(
        label,
        (points["rate"][nearest], points[name][nearest]),
        xytext=(LABEL_POINTS if is_rising else -LABEL_POINTS, 0),
        textcoords="offset points",
        ha="left" if is_rising else "right",
        va="center",
        fontsize=SMALL,
        color=CURVES[name][1],
    )


def _leave_room(ax: Axes, designs: pl.DataFrame) -> None:
    """Keep points and their names off the edges."""
    n, expected = designs["n"].to_numpy(), designs["expected_n"].to_numpy()
    wide = max(float(n.max() - n.min()), 4.0)
    high = max(float(expected.max() - expected.min()), 1.0)
    ax.set_xlim(float(n.min()) - 0.1 * wide, float(n.max()) + 0.1 * wide)
    ax.set_ylim(float(expected.min()) - 0.15 * high, float(expected.max()) + 0.1 * high)
