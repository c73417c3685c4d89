"""Adverse events by term, one bar each, stacked by worst grade."""

from collections.abc import Sequence

import polars as pl
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from trialwright.figures.layout import (
    Panel,
    beside_axis,
    dress,
    fit,
    make_panel,
    nudge,
    room_points,
    size_points,
)
from trialwright.figures.marks import KeyItem, draw_empty, draw_key, draw_note
from trialwright.figures.measure import SMALL, line_height, text_width
from trialwright.figures.safety_rows import (
    SEVERE_FROM,
    Row,
    Term,
    lay_rows,
    name_grade,
    read_terms,
)
from trialwright.figures.style import (
    COLUMN_AND_HALF_MM,
    GRADE_COLORS,
    GRID,
    HATCH,
    MM_PER_INCH,
    PAPER,
    POINTS_PER_INCH,
    RULE,
    styled,
    text_on,
)
from trialwright.figures.words import print_count

DRAWN_AT_MOST, LISTED_AT_MOST = 25, 100
BAR_POINTS = 9.0
TALLEST_PLOT_MM = 190.0
SQUEEZED = 0.95  # how far axes of a fixed height press the rows together
WIDEST_LABEL = 0.40  # of the width of the figure
LABEL_GAP_POINTS, END_GAP_POINTS, NOTE_POINTS = 5.0, 3.0, 34.0
TICKS_AT_MOST, TICK_GAP_POINTS = 7, 8.0
NARROWEST_NUMBER_POINTS, NARROWEST_GAP_POINTS = 7.5, 3.0
KEY_AND_NOTE_POINTS = 48.0  # two lines each, where a panel cannot grow
EMPTY = "No adverse event has been recorded"


@styled
def draw_adverse_events(events: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the most frequent adverse events as bars, stacked by worst grade.

    The worst grades stand at the axis, so that severe events compare from term to term as totals
    do. The grade's number stands in its segment where it finds room; the total with its percentage
    stands at the end. At most 25 terms are drawn, fewer where the axes are low; a note counts the
    others.

    Parameters
    ----------
    events : DataFrame
        One row per term and worst grade, in any order: term, grade (1 to 5, null when not
        recorded), n (patients with that worst grade), n_of (patients treated, the same throughout).
    ax : Axes, optional
        Where to draw; a new figure when omitted. Nothing is saved or shown.

    Returns
    -------
    Axes
        The axes drawn on.

    Raises
    ------
    TrialwrightError
        When rows count of different numbers of patients, or a grade is none of 1 to 5.
    """
    terms = read_terms(events)
    if not terms:
        return draw_empty(ax or make_panel(COLUMN_AND_HALF_MM, 50), describe_adverse_events(events))
    ax = dress(ax or make_panel(COLUMN_AND_HALF_MM, 60))
    rows = lay_rows(terms[:DRAWN_AT_MOST], WIDEST_LABEL * room_points(ax))
    fit(ax)
    rows = _keep_fitting(ax, rows)
    plot_mm = rows[-1].bottom / POINTS_PER_INCH * MM_PER_INCH
    _set_axes(ax, rows)
    left = _draw_labels(ax, rows)
    _write_totals(ax, rows)
    fit(ax, plot_mm)
    _set_ticks(ax, rows[0].term.n)
    for row in rows:
        _draw_bar(ax, row)
    draw_key(ax, _key_items(rows), left)
    note = _note(terms[len(rows) :])
    if note:
        draw_note(ax, note, NOTE_POINTS)
    fit(ax, plot_mm)
    return ax


def describe_adverse_events(events: pl.DataFrame) -> str:
    """Say in words what `draw_adverse_events` shows, with the numbers.

    Parameters
    ----------
    events : DataFrame
        As for `draw_adverse_events`.

    Returns
    -------
    str
        Patients, terms, and for up to 100 terms the patients at each worst grade.
    """
    terms = read_terms(events)
    if not terms:
        n_of = [int(n) for n in events["n_of"].drop_nulls()]
        return f"{EMPTY} in {print_count(max(n_of), 'patient')}." if n_of else f"{EMPTY}."
    parts = [
        f"{print_count(len(terms), 'adverse event term')} by frequency in "
        f"{print_count(terms[0].n_of, 'treated patient')}, each patient at the worst grade; "
        f"{sum(term.n_severe > 0 for term in terms)} with grade {SEVERE_FROM} or higher."
    ]
    parts += [_describe(term) for term in terms[:LISTED_AT_MOST]]
    if len(terms) > LISTED_AT_MOST:
        parts.append(f"{len(terms) - LISTED_AT_MOST} less frequent terms are not listed.")
    return " ".join(parts)


def _describe(term: Term) -> str:
    """Say one term's total and the patients at each grade."""
    grades = [f"{n} {name_grade(grade).lower()}" for grade, n in term.in_order()]
    return f"{term.name} {term.total}: {', '.join(grades)}."


def _keep_fitting(ax: Axes, rows: Sequence[Row]) -> list[Row]:
    """Drop the least frequent terms that neither a page nor axes of a fixed height can hold."""
    height = TALLEST_PLOT_MM / MM_PER_INCH * POINTS_PER_INCH
    if not isinstance(ax, Panel):
        height = size_points(ax)[1]
    elif ax.slot != (0.0, 0.0, 1.0, 1.0):
        height = size_points(ax)[1] - KEY_AND_NOTE_POINTS
    return [row for row in rows if row.bottom * SQUEEZED <= height or row is rows[0]]


def _set_axes(ax: Axes, rows: Sequence[Row]) -> None:
    """Set the axis of patients, and rows in points from the top."""
    most, n_of = rows[0].term.n, rows[0].term.n_of
    ax.set(xlim=(0, most), ylim=(rows[-1].bottom, 0), xticks=[0, most], yticks=[])
    ax.set_xlabel(f"Patients (of {n_of} treated)")
    ax.grid(axis="x", color=GRID, linewidth=0.75)


def _set_ticks(ax: Axes, most: int) -> None:
    """Set ticks at whole patients, as many as the width holds."""
    n_ticks = min(size_points(ax)[0] / (text_width(str(most)) + TICK_GAP_POINTS), TICKS_AT_MOST)
    scale = (factor * 10**power for power in range(7) for factor in (1, 2, 5))
    step = next((step for step in scale if most / step <= n_ticks), most)
    ax.set_xticks(range(0, most + 1, step))


def _draw_labels(ax: Axes, rows: Sequence[Row]) -> float:
    """Name each row, and return where the names start, in points from the axes."""
    for row in rows:
        for number, line in enumerate(row.lines):
            shift = ((len(row.lines) - 1) / 2 - number) * line_height(SMALL)
            ax.text(
                -LABEL_GAP_POINTS,
                row.middle,
                line,
                transform=nudge(ax, beside_axis(ax), 0, shift),
                fontsize=SMALL,
                ha="right",
                va="center_baseline",
            )
    widest = max(text_width(line, SMALL) for row in rows for line in row.lines)
    return -widest - LABEL_GAP_POINTS


def _write_totals(ax: Axes, rows: Sequence[Row]) -> None:
    """Write the patients with the event behind its bar."""
    where = nudge(ax, ax.transData, END_GAP_POINTS, 0)
    for row in rows:
        ax.text(
            row.term.n,
            row.middle,
            row.term.total,
            transform=where,
            fontsize=SMALL,
            va="center_baseline",
            bbox={"facecolor": PAPER, "linewidth": 0, "pad": 0.3},
        )


def _draw_bar(ax: Axes, row: Row) -> None:
    """Draw one term's segments, worst grade first, with the grade's number where it fits."""
    per_patient = size_points(ax)[0] / ax.get_xlim()[1]
    foot, start = row.middle - BAR_POINTS / 2, 0
    for grade, n in sorted(row.term.grades.items(), reverse=True):
        color, width = GRADE_COLORS.get(grade, PAPER), n * per_patient
        segment = Rectangle((start, foot), n, BAR_POINTS, facecolor=color, linewidth=0)
        if not grade:
            segment.set(edgecolor=RULE, hatch=HATCH)
        ax.add_patch(segment)
        if start and width >= NARROWEST_GAP_POINTS:
            ax.plot([start, start], [foot, foot + BAR_POINTS], color=PAPER, linewidth=0.75)
        if grade and width >= NARROWEST_NUMBER_POINTS:
            where, ink = (start + n / 2, row.middle), text_on(color)
            ax.text(
                *where, str(grade), fontsize=SMALL, color=ink, ha="center", va="center_baseline"
            )
        start += n
    # Grade 1 is pale: the outline keeps it from fading into the paper.
    outline = Rectangle((0, foot), start, BAR_POINTS, facecolor="none", edgecolor=RULE)
    outline.set(linewidth=0.5, zorder=3, clip_on=False)
    ax.add_patch(outline)


def _key_items(rows: Sequence[Row]) -> list[KeyItem]:
    """List the grades that occur, in the order of the segments."""
    found = sorted({grade for row in rows for grade in row.term.grades}, reverse=True)
    return [
        KeyItem(
            name_grade(grade),
            GRADE_COLORS.get(grade, PAPER),
            RULE,
            hatch="" if grade else HATCH,
        )
        for grade in found
    ]


def _note(others: Sequence[Term]) -> str:
    """Count the terms that are not drawn, and those among them that are severe."""
    if not others:
        return ""
    most, severe = others[0].n, sum(term.n_severe > 0 for term in others)
    at_most = "in at most " if others[-1].n < most else "in "
    each = " each" if len(others) > 1 else ""
    note = f"Not drawn: {print_count(len(others), 'term')} {at_most}{print_count(most, 'patient')}"
    return f"{note}{each}, {severe} with grade {SEVERE_FROM} or higher."
