"""A marker of the same patients at two visits: one line per patient, fold change at its end."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from matplotlib.axes import Axes

from trialwright.core.table import print_p, round_half_up
from trialwright.figures.layout import (
    beside_axis,
    dress,
    fit,
    label_log_axis,
    make_panel,
    require_columns,
    size_points,
)
from trialwright.figures.marks import draw_empty, draw_key, draw_marker, draw_note
from trialwright.figures.measure import SMALL, line_height
from trialwright.figures.response_axis import count_responses, response_key
from trialwright.figures.style import (
    COLUMN_AND_HALF_MM,
    INK,
    RESPONSE_MARKERS,
    RULE,
    response_color,
    response_outline,
    styled,
)
from trialwright.figures.words import print_count

PLOT_MM = 78.0
LISTED_AT_MOST = 60
LABEL_GAP_POINTS, LEADER_POINTS = 5.0, 12.0
BEFORE, AFTER = 0.0, 1.0
EMPTY = "No patient has been measured at both visits."
TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True, slots=True)
class Change:
    """One patient's two values, both above 0 where the axis is logarithmic."""

    subject: str
    response: str
    before: float
    after: float

    @property
    def fold(self) -> float | None:
        """The later value over the first; None over 0."""
        return self.after / self.before if self.before > 0 else None

    @property
    def label(self) -> str:
        """Name and fold change, as at the line's end."""
        return f"{self.subject}  {TIMES}{round_half_up(self.fold, 1)}"


@styled
def draw_paired_marker(
    pairs: pl.DataFrame,
    visits: tuple[str, str],
    value_label: str,
    p_value: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw each patient's marker at two visits, joined by a line and colored by best response.

    Shapes double the colors; a line that falls is dashed. The axis is logarithmic, so that equal
    slopes are equal fold changes; with a value of 0 it is linear.

    Parameters
    ----------
    pairs : DataFrame
        One row per patient: USUBJID, BASE, AVAL (the later value, in the same unit), AVALC (best
        response, null when none). Rows without both values are left out.
    visits : (str, str)
        Names of the first and the later visit.
    value_label : str
        What is measured, with its unit.
    p_value : float, optional
        Of the test between the visits; printed when given.
    ax : Axes, optional
        Where to draw; a new figure when omitted. Nothing is saved or shown.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    changes = _read_changes(pairs)
    ax = dress(ax or make_panel(COLUMN_AND_HALF_MM, 105))
    if not changes:
        return draw_empty(ax, EMPTY)
    _set_axes(ax, changes, visits, value_label)
    for change in changes:
        _draw_change(ax, change)
    fit(ax, PLOT_MM)
    draw_key(ax, response_key([change.response for change in changes], RESPONSE_MARKERS))
    if len(changes) * line_height(SMALL) <= size_points(ax)[1]:
        _draw_labels(ax, changes)
    draw_note(ax, _summarize(changes, p_value), 2.6 * line_height())
    fit(ax, PLOT_MM)
    return ax


def describe_paired_marker(
    pairs: pl.DataFrame, visits: tuple[str, str], value_label: str, p_value: float | None = None
) -> str:
    """Say in words what `draw_paired_marker` shows, with the numbers.

    Parameters
    ----------
    pairs, visits, value_label, p_value
        As for `draw_paired_marker`.

    Returns
    -------
    str
        Direction, fold changes, counts by response and, for up to 60 patients, every value.
    """
    changes = _read_changes(pairs)
    if not changes:
        return f"{value_label} at {visits[0]} and {visits[1]}. {EMPTY}"
    text = f"{value_label} at {visits[0]} and {visits[1]}. {_summarize(changes, p_value)} "
    counted = count_responses([change.response for change in changes])
    text += ", ".join(f"{code} in {n}" for code, n in counted) + "."
    if len(changes) > LISTED_AT_MOST:
        return text
    listed = "; ".join(
        f"{change.subject} {round_half_up(change.before, 1)} to {round_half_up(change.after, 1)}"
        for change in changes
    )
    return f"{text} {listed}."


def _read_changes(pairs: pl.DataFrame) -> list[Change]:
    """Return the complete pairs, largest fold change first."""
    require_columns(pairs, "paired marker", ("USUBJID", "BASE", "AVAL", "AVALC"))
    complete = pairs.drop_nulls(["BASE", "AVAL"]).with_columns(pl.col("AVALC").fill_null("NE"))
    rows = complete.select("USUBJID", "AVALC", "BASE", "AVAL").iter_rows()
    changes = [Change(*row) for row in rows]
    return sorted(changes, key=lambda one: (-(one.fold or 0.0), one.subject))


def _summarize(changes: Sequence[Change], p_value: float | None) -> str:
    n = len(changes)
    n_up = sum(change.after > change.before for change in changes)
    folds = [change.fold for change in changes if change.fold is not None]
    text = f"{print_count(n, 'pair')}: {n_up} increased, "
    text += f"{sum(change.after < change.before for change in changes)} decreased."
    if folds:
        mean, low, high = sum(folds) / len(folds), min(folds), max(folds)
        text += (
            f" Mean fold change {round_half_up(mean, 1)} "
            f"({round_half_up(low, 1)} to {round_half_up(high, 1)})."
        )
    return text if p_value is None else f"{text} {print_p(p_value)}."


def _set_axes(
    ax: Axes, changes: Sequence[Change], visits: tuple[str, str], value_label: str
) -> None:
    values = [value for change in changes for value in (change.before, change.after)]
    low, high = min(values), max(values)
    ax.set(xlim=(-0.12, AFTER), xticks=[BEFORE, AFTER], ylabel=value_label)
    ax.set_xticklabels(list(visits))
    ax.spines["bottom"].set_position(("outward", 4))
    if low <= 0:
        ax.set_ylim(0, 1.05 * high or 1.0)
        return
    label_log_axis(ax, low / 1.15, high * 1.15)


def _draw_change(ax: Axes, change: Change) -> None:
    color = response_color(change.response)
    line = RULE if change.response == "NE" else color
    dashes = "--" if change.after < change.before else "-"
    ax.plot([BEFORE, AFTER], [change.before, change.after], dashes, color=line, linewidth=1.25)
    marker, edge = RESPONSE_MARKERS.get(change.response, "X"), response_outline(change.response)
    for x, y in ((BEFORE, change.before), (AFTER, change.after)):
        draw_marker(ax, (x, y), marker, color, edge)


def _draw_labels(ax: Axes, changes: Sequence[Change]) -> None:
    """Name each line at its end, labels moved apart where lines end close together."""
    height = size_points(ax)[1]
    step = line_height(SMALL)
    wanted = [_height_of(ax, change.after) * height for change in changes]
    order = sorted(range(len(changes)), key=lambda i: wanted[i])
    spots = _spread([wanted[i] for i in order], step, height)
    for index, spot in zip(order, spots, strict=True):
        change = changes[index]
        shifted = beside_axis(ax, 1.0)
        ax.plot(
            [LABEL_GAP_POINTS, LEADER_POINTS],
            [change.after, _value_at(ax, spot / height)],
            color=RULE,
            linewidth=0.75,
            transform=shifted,
            clip_on=False,
        )
        ax.text(
            LEADER_POINTS + 2,
            _value_at(ax, spot / height),
            change.label,
            transform=shifted,
            fontsize=SMALL,
            color=INK,
            va="center_baseline",
        )


def _height_of(ax: Axes, value: float) -> float:
    """Return where a value stands on the axis, 0 at its foot and 1 at its top."""
    point = ax.transData.transform((0.0, value))
    return float(ax.transAxes.inverted().transform(point)[1])


def _value_at(ax: Axes, share: float) -> float:
    """Return the value at a height of the axis."""
    point = ax.transAxes.transform((0.0, share))
    return float(ax.transData.inverted().transform(point)[1])


def _spread(wanted: Sequence[float], step: float, room: float) -> list[float]:
    """Move ascending places apart by a step at least, each as near as can be to where it was."""
    spots = [0.0] * len(wanted)
    groups: list[list[int]] = []
    for index in range(len(wanted)):
        groups.append([index])
        while len(groups) > 1 and _foot(groups[-1], wanted, step) < (
            _foot(groups[-2], wanted, step) + len(groups[-2]) * step
        ):
            last = groups.pop()
            groups[-1] += last
    for group in groups:
        foot = _foot(group, wanted, step)
        for place, index in enumerate(group):
            spots[index] = foot + place * step
    for index in range(len(spots)):  # up from the foot of the axis, then down from its top
        spots[index] = max(spots[index], index * step)
    for index in range(len(spots)):
        top = len(spots) - 1 - index
        spots[top] = min(spots[top], room - index * step)
    return spots


def _foot(group: Sequence[int], wanted: Sequence[float], step: float) -> float:
    """Return the lowest place of a group whose middle lies at the mean of what it wants."""
    middle = sum(wanted[index] for index in group) / len(group)
    return middle - (len(group) - 1) * step / 2
