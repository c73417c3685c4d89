"""Fold change of a marker against progression-free survival, one mark per patient."""

from collections.abc import Sequence

import polars as pl
from matplotlib.axes import Axes

from trialwright.core.table import round_half_up
from trialwright.figures.layout import (
    dress,
    fit,
    label_log_axis,
    make_panel,
    month_ticks,
    require_columns,
)
from trialwright.figures.marks import draw_empty, draw_key, draw_marker, draw_note
from trialwright.figures.measure import SMALL, line_height
from trialwright.figures.response_axis import response_key
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

PLOT_MM = 65.0
LISTED_AT_MOST = 60
EMPTY = "No patient has both a fold change and a time to progression."
COLUMNS = ("USUBJID", "R2BASE", "AVALC", "time_months", "event")
ONGOING = ">"


@styled
def draw_marker_outcome(cases: pl.DataFrame, value_label: str, ax: Axes | None = None) -> Axes:
    """Draw each patient's fold change against the months until progression or death.

    Color and shape are the best response; an arrow goes on from who had not progressed. The line
    marks no change.

    Parameters
    ----------
    cases : DataFrame
        One row per patient: USUBJID, R2BASE (above 0), AVALC (best response), time_months, event.
    value_label : str
        What the fold change is of.
    ax : Axes, optional
        Where to draw; a new figure when omitted. Nothing is saved or shown.
    """
    require_columns(cases, "marker and outcome", COLUMNS)
    rows = _read_rows(cases)
    ax = dress(ax or make_panel(COLUMN_AND_HALF_MM, 90))
    if not rows:
        return draw_empty(ax, EMPTY)
    folds, times = [row[1] for row in rows], [row[3] for row in rows]
    low, high = min(*folds, 1.0) / 1.25, max(*folds, 1.0) * 1.25
    last = max(times) * 1.08 or 1.0
    ax.set(xlim=(0, last), ylabel=value_label)
    ax.set_xlabel("Progression-free survival (months since start of treatment)")
    ax.set_xticks(month_ticks(last), labels=[f"{tick:g}" for tick in month_ticks(last)])
    label_log_axis(ax, low, high)
    ax.axhline(1, color=RULE, linewidth=0.75, linestyle=(0, (4, 2)))
    for _, fold, response, time, event in rows:
        if not event:
            draw_marker(ax, (time + 0.022 * last, fold), ONGOING, INK)
        marker = RESPONSE_MARKERS.get(response, "X")
        draw_marker(ax, (time, fold), marker, response_color(response), response_outline(response))
    fit(ax, PLOT_MM)
    draw_key(ax, response_key([row[2] for row in rows], RESPONSE_MARKERS))
    n_ongoing = sum(not row[4] for row in rows)
    note = f"{print_count(len(rows), 'patient')}. Arrow: without progression ({n_ongoing})."
    draw_note(ax, note, 3.8 * line_height(SMALL))
    fit(ax, PLOT_MM)
    return ax


def describe_marker_outcome(cases: pl.DataFrame, value_label: str) -> str:
    """Say in words what `draw_marker_outcome` shows, with every value for up to 60 patients."""
    rows = _read_rows(cases)
    if not rows:
        return f"{value_label} against progression-free survival. {EMPTY}"
    text = (
        f"{value_label} against progression-free survival of {print_count(len(rows), 'patient')}."
    )
    if len(rows) > LISTED_AT_MOST:
        return text
    listed = "; ".join(
        f"{subject} {round_half_up(fold, 1)} ({response}), {round_half_up(time, 1)} months"
        + ("" if event else ", without progression")
        for subject, fold, response, time, event in rows
    )
    return f"{text} {listed}."


def _read_rows(cases: pl.DataFrame) -> Sequence[tuple[str, float, str, float, bool]]:
    """Return the complete rows, largest fold change first."""
    known = cases.drop_nulls(["R2BASE", "time_months"]).filter(pl.col("R2BASE") > 0)
    known = known.with_columns(pl.col("AVALC").fill_null("NE"))
    return known.sort("R2BASE", "USUBJID", descending=[True, False]).select(COLUMNS).rows()
