"""Successes against patients with the bounds of a two-stage design."""

from collections.abc import Sequence
from itertools import pairwise

import polars as pl
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from trialwright.figures.free_room import Box, Room
from trialwright.figures.layout import (
    dress,
    fit,
    make_panel,
    points_from,
    size_points,
)
from trialwright.figures.marks import KeyItem, draw_key, draw_note
from trialwright.figures.stage_path import (
    FAILURE,
    OVER_RUN_DASHES,
    READING_MARKER,
    SUCCESS,
    UNKNOWN,
    Count,
    Look,
    StageBounds,
    StagePath,
    read_stage_path,
)
from trialwright.figures.stage_words import Word, place_words, words_of
from trialwright.figures.style import (
    COLUMN_AND_HALF_MM,
    GO,
    GRID,
    HATCH,
    INK,
    PAPER,
    QUIET_INK,
    RULE,
    STOP,
    styled,
    tint,
)
from trialwright.figures.words import end_sentence

PLOT_MM = 56.0
BAND_POINTS, BAND_TINT = 7.0, 0.45
PATIENT_POINTS, READING_POINTS = 3.2, 5.0
NARROWEST_STEP_POINTS = 4.0  # below this the patients' marks would touch
HEADROOM = 0.25  # of the second bound, so that the region above it is seen
TICK_GAP_POINTS, TICKS_AT_MOST = 16.0, 8
NOTE_POINTS = 44.0
LISTED_AT_MOST = 60
OUTCOMES = {SUCCESS: ("o", ""), FAILURE: ("o", PAPER), UNKNOWN: ("s", RULE)}  # marker, fill
NOBODY = "No patient is evaluable yet."


@styled
def draw_stage_path(path: pl.DataFrame, design: StageBounds, ax: Axes | None = None) -> Axes:
    """Draw the successes patient by patient, and the bounds at which a two-stage design decides.

    At each planned look a band shows how many successes are too few (striped) and how many are
    enough. A diamond marks where a decision is read, with its words. Patients beyond those that the
    rule counts are drawn apart, in grey on a dashed line. Unknown outcomes open a band from the
    count without them to the count with them.

    Parameters
    ----------
    path : DataFrame
        One row per patient who counts: USUBJID, ENRLNUM (order of inclusion; gaps are closed),
        AVALC ("SUCCESS", "FAILURE" or "UNKNOWN").
    design : object with r1, n1, r, n
        Stop with at most r1 successes of n1, no activity with at most r of n.
    ax : Axes, optional
        Where to draw; a new figure when omitted. Nothing is saved or shown.

    Returns
    -------
    Axes
        The axes drawn on.

    References
    ----------
    Simon R. Control Clin Trials 1989;10:1-10.
    """
    stage = read_stage_path(path, design)
    ax = dress(ax or make_panel(COLUMN_AND_HALF_MM, 80))
    _set_axes(ax, stage)
    fit(ax, PLOT_MM)
    _set_ticks(ax, stage)
    fit(ax, PLOT_MM)
    words = words_of(stage)
    homeless = _draw_key(ax, stage, words)
    for look in stage.looks:
        _draw_band(ax, look)
    _draw_path(ax, stage)
    placed, homeless = place_words(
        _take_room(ax, stage), [word for word in words if word not in homeless]
    )
    for word, box in placed:
        _write(ax, word, box)
    notes = [word.text for word in homeless] + ([] if stage.n else [NOBODY])
    if notes:
        draw_note(ax, " ".join(end_sentence(note) for note in notes), NOTE_POINTS)
    fit(ax, PLOT_MM)
    return ax


def describe_stage_path(path: pl.DataFrame, design: StageBounds) -> str:
    """Say in words what `draw_stage_path` shows, with the numbers.

    Parameters
    ----------
    path, design
        As for `draw_stage_path`.

    Returns
    -------
    str
        The design's bounds, what is read at each look, the over-run and who the successes are.
    """
    stage = read_stage_path(path, design)
    first, second = stage.looks
    parts = [
        f"Two-stage design: stop with at most {first.bound} of {first.n}; no activity with at "
        f"most {second.bound} of {second.n}."
    ]
    if not stage.n:
        return f"{parts[0]} {NOBODY}"
    parts.append(f"Successes: {'; '.join(reading.words for reading in stage.readings())}.")
    if stage.n_over_run:
        parts.append(f"{stage.over_run_words()}.")
    for outcome in (SUCCESS, UNKNOWN):
        listed = [
            f"{n} ({subject})"
            for n, (subject, found) in enumerate(
                zip(stage.subjects, stage.outcomes, strict=True), start=1
            )
            if found == outcome
        ]
        if listed and len(listed) <= LISTED_AT_MOST:
            parts.append(f"{outcome.capitalize()} by order of inclusion: {', '.join(listed)}.")
    return " ".join(parts)


def _set_axes(ax: Axes, stage: StagePath) -> None:
    """Set both axes so that each region is seen whatever the path does."""
    second = stage.looks[1]
    top = max(second.bound + max(2, HEADROOM * second.bound), stage.counts[-1].high + 1)
    ax.set(xlim=(0, max(second.n, stage.n) + 0.5), ylim=(-0.5, top))
    ax.set(xlabel="Patients in order of inclusion", ylabel="Successes")


def _set_ticks(ax: Axes, stage: StagePath) -> None:
    """Set round ticks, as many as find room; on the axis of patients the looks come first."""
    width, height = size_points(ax)
    last, top = ax.get_xlim()[1], ax.get_ylim()[1]
    names = {look.n: f"{look.n}\n{look.name}" for look in stage.looks}
    near = TICK_GAP_POINTS / width * last
    for tick in range(0, int(last) + 1, _round_step(last, width)):
        if all(abs(tick - other) >= near for other in names):
            names[tick] = str(tick)
    ax.set_xticks(list(names), labels=list(names.values()))
    first, second = stage.looks
    if second.n - first.n < near:
        ax.get_xticklabels()[0].set_horizontalalignment("right")
        ax.get_xticklabels()[1].set_horizontalalignment("left")
    ax.set_yticks(range(0, int(top) + 1, _round_step(top, height)))


def _round_step(end: float, points: float) -> int:
    """Find a round step at which an axis has few ticks, none closer than their words."""
    n_ticks = max(min(points / TICK_GAP_POINTS, TICKS_AT_MOST), 1)
    steps: list[int] = [factor * 10**power for power in range(7) for factor in (1, 2, 5)]
    return next(step for step in steps if end / step <= n_ticks)


def _draw_key(ax: Axes, stage: StagePath, words: Sequence[Word]) -> list[Word]:
    """Draw the key of patients and of the words that find no place; return those words."""
    items, homeless = _key_items(ax, stage), list[Word]()
    for _ in range(2):  # the key of patients takes its height before the words look for theirs
        before = ax.get_children()
        draw_key(ax, [*items, *(word.sign for word in homeless)])
        fit(ax, PLOT_MM)
        if homeless:
            break
        _, homeless = place_words(_take_room(ax, stage), words)
        if not homeless:
            break
        for artist in ax.get_children():
            if artist not in before:
                artist.remove()
    return homeless


def _key_items(ax: Axes, stage: StagePath) -> list[KeyItem]:
    """List what the marks of patients mean, as far as they are drawn."""
    if not stage.n or not _has_patients(ax):
        return []
    return [
        KeyItem(outcome.capitalize(), fill or INK, INK, marker)
        for outcome, (marker, fill) in OUTCOMES.items()
        if outcome in stage.outcomes
    ]


def _has_patients(ax: Axes) -> bool:
    """Tell whether a step is wide enough to mark each patient."""
    return size_points(ax)[0] / ax.get_xlim()[1] >= NARROWEST_STEP_POINTS


def _draw_band(ax: Axes, look: Look) -> None:
    """Draw at a look how many successes are too few and how many are enough."""
    bottom, top = ax.get_ylim()
    width = BAND_POINTS / size_points(ax)[0] * ax.get_xlim()[1]
    limit = look.bound + 0.5
    for foot, head, color, hatch in ((bottom, limit, STOP, HATCH), (limit, top, GO, None)):
        ax.add_patch(
            Rectangle(
                (look.n - width / 2, foot),
                width,
                head - foot,
                facecolor=tint(color, BAND_TINT),
                edgecolor=color,
                linewidth=0,
                hatch=hatch,
                clip_on=False,
                zorder=1,
            )
        )


def _draw_path(ax: Axes, stage: StagePath) -> None:
    """Draw the path, the patients beyond the plan apart, and a diamond at each reading."""
    numbers = range(stage.n + 1)
    low, high = ([getattr(count, end) for count in stage.counts] for end in ("low", "high"))
    if low != high:
        ax.fill_between(numbers, low, high, step="post", color=GRID, linewidth=0, zorder=1.5)
    ends = (0, stage.n_planned, stage.n)
    looks = ((INK, "-", 1.25), (QUIET_INK, OVER_RUN_DASHES, 1.0))
    for start, end, (color, dashes, width) in zip(ends, ends[1:], looks, strict=False):
        if end > start:
            part = slice(start, end + 1)
            (line,) = ax.step(numbers[part], low[part], where="post", color=color)
            line.set(linestyle=dashes, linewidth=width)
        if _has_patients(ax):
            for n in range(start + 1, end + 1):
                marker, fill = OUTCOMES[stage.outcomes[n - 1]]
                _draw_point(ax, stage.counts[n], marker, (fill or color, color, PATIENT_POINTS))
    for reading in stage.readings():
        _draw_point(ax, reading.count, READING_MARKER, (reading.color, INK, READING_POINTS))


def _draw_point(ax: Axes, count: Count, marker: str, look: tuple[str, str, float]) -> None:
    """Draw a mark at a count: fill, outline and size in points."""
    fill, edge, size = look
    (mark,) = ax.plot([count.n], [count.low], marker, markersize=size, clip_on=False, zorder=4)
    mark.set(markerfacecolor=fill, markeredgecolor=edge, markeredgewidth=0.75)


def _take_room(ax: Axes, stage: StagePath) -> Room:
    """Keep words off the path and the bands."""
    room = Room(ax)
    bottom, top = ax.get_ylim()
    room.take_data([(look.n, bottom, look.n, top) for look in stage.looks], BAND_POINTS / 2 + 1)
    for before, after in pairwise(stage.counts):
        boxes = [
            (before.n, before.low, after.n, before.high),
            (after.n, before.low, after.n, after.high),
        ]
        room.take_data(boxes, READING_POINTS / 2 + 1)
    return room


def _write(ax: Axes, word: Word, box: Box) -> None:
    """Write words in their place."""
    left, bottom, _, top = box
    ax.text(
        left,
        (bottom + top) / 2,
        word.text,
        transform=points_from(ax, 0, 0),
        fontsize=word.size,
        weight=word.weight,
        color=word.color,
        va="center_baseline",
        zorder=5,
    )
