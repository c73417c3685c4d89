"""The markers of a swimmer figure, and the words beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.text import Text

from trialwright.core.table import open_sentence
from trialwright.figures.event_looks import ONGOING, Look
from trialwright.figures.layout import nudge, room_points, size_points
from trialwright.figures.marks import MARKER_POINTS
from trialwright.figures.measure import SMALL, fit_text, text_width
from trialwright.figures.swim_rows import Event, Swimmer

MARKER_GAP_POINTS = 6.5  # markers closer than this would cover each other
WIDEST_WORDS = 0.35  # of the room right of the labels, for words behind the longest row
WORD_GAP_POINTS = 5.0  # between a marker and the words beside it


def marks_of(swimmer: Swimmer) -> list[Event]:
    """List what gets a marker in a row, in order of time: events, and that treatment goes on."""
    ongoing = [Event(ONGOING, swimmer.end, "")] if swimmer.is_ongoing else []
    return sorted([*swimmer.events, *ongoing], key=lambda event: event.time)


def spread(marks: Sequence[Event], per_month: float) -> list[float]:
    """Place markers along the axis; one that would cover its neighbor moves beside it."""
    places: list[float] = []
    for mark in marks:
        nearest = places[-1] + MARKER_GAP_POINTS / per_month if places else mark.time
        places.append(max(mark.time, nearest))
    return places


def draw_events(
    ax: Axes, swimmers: Sequence[Swimmer], looks: Mapping[str, Look], is_wide: bool
) -> None:
    """Draw the markers, one series per kind, smaller and in place where rows are low."""
    row_points = size_points(ax)[1] / len(swimmers)
    places: dict[str, list[tuple[float, int]]] = {kind: [] for kind in looks}
    for row, swimmer in enumerate(swimmers):
        marks = marks_of(swimmer)
        times = spread(marks, _per_month(ax)) if is_wide else [mark.time for mark in marks]
        for mark, time in zip(marks, times, strict=True):
            places[mark.kind].append((time, row))
    for kind, (marker, fill, outline) in looks.items():
        ax.plot(
            [time for time, _ in places[kind]],
            [row for _, row in places[kind]],
            marker,
            markersize=MARKER_POINTS if is_wide else max(0.8 * row_points, 2.0),
            markerfacecolor=fill,
            markeredgecolor=outline,
            markeredgewidth=0.75 if is_wide else 0.4,
            clip_on=False,
            zorder=5,
        )


def draw_words(ax: Axes, swimmers: Sequence[Swimmer]) -> list[Text]:
    """Write what events say: beside their marker where there is room, else behind the row.

    Behind a row words name their event. Where one row has to, all do, so that the same words
    never stand once bare and once named.
    """
    rows = [_place_words(ax, swimmer, is_named=False) for swimmer in swimmers]
    are_named = any(words.late and not words.is_near for words in rows)
    if are_named:  # which makes them longer
        rows = [_place_words(ax, swimmer, is_named=True) for swimmer in swimmers]
    written = []
    for row, words in enumerate(rows):
        for place, mark in words.beside:
            written.append(_write(ax, (place, row), _say(mark, are_named)))
        if words.late:
            room = room_points(ax)
            free = room - (words.end - ax.get_xlim()[0]) * _per_month(ax) - WORD_GAP_POINTS
            text = "; ".join(_say(mark, are_named) for mark in words.late)
            fitted = fit_text(text, max(free, WIDEST_WORDS * room), SMALL)
            written.append(_write(ax, (words.end, row), fitted))
    return written


@dataclass(frozen=True, slots=True)
class _RowWords:
    """What one row says: beside markers, and behind its end, near the last marker or not."""

    end: float
    beside: tuple[tuple[float, Event], ...]
    late: tuple[Event, ...]
    is_near: bool


def _place_words(ax: Axes, swimmer: Swimmer, *, is_named: bool) -> _RowWords:
    """Find where the words of one row have room."""
    marks, per_month = marks_of(swimmer), _per_month(ax)
    places = spread(marks, per_month)
    end = max([swimmer.end, *places])
    beside, late, is_near = [], [], True
    for number, (mark, place) in enumerate(zip(marks, places, strict=True)):
        is_last = number == len(marks) - 1
        following = end if is_last else places[number + 1] - 2 * WORD_GAP_POINTS / per_month
        width = text_width(_say(mark, is_named), SMALL)
        needed = place + (WORD_GAP_POINTS + width) / per_month
        if mark.text and place >= swimmer.end and needed < following:
            beside.append((place, mark))
        elif mark.text:
            is_near &= is_last and (end - place) * per_month <= MARKER_GAP_POINTS
            late.append(mark)
    return _RowWords(end, tuple(beside), tuple(late), is_near)


def _say(mark: Event, is_named: bool) -> str:
    """Return an event's words, after its name where rows are named."""
    if not is_named:
        return mark.text
    is_word = mark.text[1:2].islower()
    text = mark.text[:1].lower() + mark.text[1:] if is_word else mark.text
    return f"{open_sentence(mark.kind)}: {text}"


def _write(ax: Axes, where: tuple[float, float], words: str) -> Text:
    """Write words at the right of a marker."""
    place = nudge(ax, ax.transData, WORD_GAP_POINTS, 0)
    return ax.text(*where, words, transform=place, fontsize=SMALL, va="center_baseline")


def _per_month(ax: Axes) -> float:
    """Return how many points a month is wide."""
    low, high = ax.get_xlim()
    return size_points(ax)[0] / (high - low)
