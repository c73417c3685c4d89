"""Time on treatment, one row per patient: the swimmer figure."""

from collections.abc import Mapping, Sequence

import polars as pl
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from trialwright.core.table import open_sentence, round_half_up
from trialwright.figures.event_looks import Look, choose_looks
from trialwright.figures.layout import (
    beside_axis,
    dress,
    fit,
    make_panel,
    month_ticks,
    room_points,
    size_points,
)
from trialwright.figures.marks import KeyItem, draw_empty, draw_key, draw_note
from trialwright.figures.measure import SMALL, fit_text, text_width
from trialwright.figures.style import (
    COLUMN_AND_HALF_MM,
    GRID,
    PAGE_MM,
    STRATA,
    styled,
    tint,
)
from trialwright.figures.swim_events import draw_events, draw_words, marks_of
from trialwright.figures.swim_rows import Swimmer, have_lanes, part_names, read_swimmers
from trialwright.figures.words import print_count

ROW_MM, LANE_MM, TALLEST_PLOT_MM = 4.2, 1.9, 190.0
FILLED = 0.72  # of a row
NARROWEST_ROW_POINTS = 8.0
WIDEST_LABEL = 0.36  # of the width of the figure
HATCHES = ("", "////", "....", "xxxx", "----", "\\\\\\\\")
LISTED_AT_MOST = 60
EMPTY = "No patient has been treated."


@styled
def draw_swimmer(bars: pl.DataFrame, events: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw time on treatment as bars, longest first, and what happened as markers.

    Parts that overlap in time, as agents do, get a lane each within the row; phases follow one
    another in one lane. Stripes double the colors, shapes tell events apart. Markers that would
    cover each other stand side by side. Rows too low for words lose them.

    Parameters
    ----------
    bars : DataFrame
        One row per patient and stretch of treatment: USUBJID, label (words at the left, USUBJID
        when null), part (agent or phase), start_months, end_months (null: it ends where it
        starts), is_ongoing (an arrow at its end).
    events : DataFrame
        One row per event: USUBJID, time_months, kind ("first response", "progression",
        "landmark success", "discontinuation", "death", "last contact", or any other), text
        (written behind the row, null for none). Events without a time are counted in a note.
    ax : Axes, optional
        Where to draw; a new figure when omitted. Nothing is saved or shown.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    swimmers = read_swimmers(bars, events)
    if not swimmers:
        return draw_empty(ax or make_panel(COLUMN_AND_HALF_MM, 50), EMPTY)
    names = part_names(bars)
    lanes = names if have_lanes(swimmers) else [""]
    plot_mm = min(len(swimmers) * max(ROW_MM, LANE_MM * len(lanes)), TALLEST_PLOT_MM)
    ax = dress(ax or make_panel(PAGE_MM, plot_mm + 30))
    _set_axes(ax, swimmers)
    fit(ax, plot_mm)
    is_wide = size_points(ax)[1] / len(swimmers) >= NARROWEST_ROW_POINTS
    for row, swimmer in enumerate(swimmers):
        _draw_bars(ax, row, swimmer, names, lanes if is_wide else [""])
    left = _draw_labels(ax, swimmers, is_wide)
    fit(ax, plot_mm)
    if is_wide:
        measured = draw_words(ax, swimmers)  # once for the margin that they need
        fit(ax, plot_mm)
        for text in measured:
            text.remove()
        draw_words(ax, swimmers)
    looks = choose_looks(mark.kind for one in swimmers for mark in marks_of(one))
    draw_key(ax, _key_items(names, looks), left)
    n_undated = events["time_months"].null_count()
    if n_undated:
        draw_note(ax, f"Without a date: {print_count(n_undated, 'event')}.", 34)
    fit(ax, plot_mm)
    draw_events(ax, swimmers, looks, is_wide)
    return ax


def describe_swimmer(bars: pl.DataFrame, events: pl.DataFrame) -> str:
    """Say in words what `draw_swimmer` shows, with the numbers.

    Parameters
    ----------
    bars, events : DataFrame
        As for `draw_swimmer`.

    Returns
    -------
    str
        Patients, range of durations and, for up to 60 patients, every bar and event.
    """
    swimmers = read_swimmers(bars, events)
    if not swimmers:
        return EMPTY
    n_ongoing = sum(one.is_ongoing for one in swimmers)
    shortest, longest = (round_half_up(swimmers[i].duration, 1) for i in (-1, 0))
    summary = (
        f"Time on treatment of {print_count(len(swimmers), 'patient')}, {shortest} to {longest} "
        f"months; {n_ongoing} ongoing."
    )
    if len(swimmers) > LISTED_AT_MOST:
        return summary
    return f"{summary} " + " ".join(f"{_describe(one)}." for one in swimmers)


def _describe(swimmer: Swimmer) -> str:
    """Say one patient's bars and events."""
    name = swimmer.label
    if not name.startswith(swimmer.subject):
        name = f"{swimmer.subject} {name}"
    words = [
        f"{part.name or 'treatment'} {round_half_up(part.start, 1)} to "
        f"{round_half_up(part.end, 1)} months{', ongoing' * part.is_ongoing}"
        for part in swimmer.parts
    ]
    words += [
        f"{event.kind} at {round_half_up(event.time, 1)} months"
        + (f" ({event.text})" if event.text else "")
        for event in swimmer.events
    ]
    return f"{name}: {'; '.join(words)}"


def _set_axes(ax: Axes, swimmers: Sequence[Swimmer]) -> None:
    """Set the axis of months and one row per patient."""
    times = [event.time for one in swimmers for event in one.events]
    times += [time for one in swimmers for part in one.parts for time in (part.start, part.end)]
    last = max(*times, 0.5)
    ax.set(xlim=(min(*times, 0), last), ylim=(len(swimmers) - 0.5, -0.5), yticks=[])
    ax.set_xticks(month_ticks(last), labels=[f"{tick:g}" for tick in month_ticks(last)])
    ax.set_xlabel("Months since start of treatment")
    ax.grid(axis="x", color=GRID, linewidth=0.75)


def _draw_bars(
    ax: Axes, row: int, swimmer: Swimmer, names: Sequence[str], lanes: Sequence[str]
) -> None:
    """Draw one patient's bars, each in its lane."""
    is_wide = size_points(ax)[1] / abs(ax.get_ylim()[0] + 0.5) >= NARROWEST_ROW_POINTS
    filled = FILLED if is_wide else 1.0
    height = filled / len(lanes)
    for part in swimmer.parts:
        number = names.index(part.name)
        lane = lanes.index(part.name) if len(lanes) > 1 else 0
        bar = Rectangle(
            (part.start, row - filled / 2 + lane * height),
            part.end - part.start,
            height,
            facecolor=tint(STRATA[number % len(STRATA)]),
            edgecolor=STRATA[number % len(STRATA)],
            linewidth=0.5 if is_wide else 0,
            hatch=HATCHES[number % len(HATCHES)] if is_wide else None,
        )
        ax.add_patch(bar)


def _draw_labels(ax: Axes, swimmers: Sequence[Swimmer], is_wide: bool) -> float:
    """Name each row, or count the rows where they are too low for names.

    Returns where the names start, in points from the left edge of the axes.
    """
    if not is_wide:
        ax.set_ylabel(f"{print_count(len(swimmers), 'patient')}, longest treatment first")
        return 0.0
    room = WIDEST_LABEL * room_points(ax)
    labels = [fit_text(one.label, room, SMALL) for one in swimmers]
    left = -max(text_width(label, SMALL) for label in labels) - 5
    where = beside_axis(ax)
    for row, label in enumerate(labels):
        ax.text(left, row, label, transform=where, fontsize=SMALL, va="center_baseline")
    return left


def _key_items(names: Sequence[str], looks: Mapping[str, Look]) -> list[KeyItem]:
    """List what the bars and the markers mean."""
    bars = [
        KeyItem(
            name,
            tint(STRATA[number % len(STRATA)]),
            STRATA[number % len(STRATA)],
            hatch=HATCHES[number % len(HATCHES)],
        )
        for number, name in enumerate(names)
        if name
    ]
    return bars + [
        KeyItem(open_sentence(kind), fill, outline, marker)
        for kind, (marker, fill, outline) in looks.items()
    ]
