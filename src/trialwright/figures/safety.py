"""Adverse events by worst grade, the most frequent first."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from trialwright.core.table import print_n_percent
from trialwright.figures.layout import (
    beside_axis,
    dress,
    fit,
    make_panel,
    points_from,
    require_columns,
    room_points,
    size_points,
)
from trialwright.figures.marks import KeyItem, draw_empty, draw_key, draw_note
from trialwright.figures.measure import SMALL, fit_text, line_height, text_width
from trialwright.figures.style import (
    COLUMN_AND_HALF_MM,
    GRADE_COLORS,
    GRID,
    PAGE_MM,
    QUIET_INK,
    styled,
    text_on,
)
from trialwright.figures.words import print_count

ROW_MM, MOST_ROWS = 4.4, 44
FILLED = 0.74  # of a row
SEVERE_GRADE = 3
WIDEST_TERM = 0.35  # of the room
COLUMN_GAP_POINTS = 10.0
HEADERS = (("Any grade", "n (%)"), (f"Grade {SEVERE_GRADE}\N{EN DASH}5", "n (%)"))
HEADER_POINTS, NARROWEST_TICKS_POINTS = 22.0, 20.0
EMPTY = "No adverse event has been recorded."


@dataclass(frozen=True, slots=True)
class Term:
    """One term: patients by worst grade, of how many."""

    name: str
    counts: dict[int, int]
    n_of: int

    @property
    def n(self) -> int:
        """Patients with the event at any grade."""
        return sum(self.counts.values())

    @property
    def n_severe(self) -> int:
        """Patients with the event at grade 3 or worse."""
        return sum(n for grade, n in self.counts.items() if grade >= SEVERE_GRADE)

    def percent(self, n: int) -> float:
        """Turn a count into a place on the axis."""
        return 100 * n / self.n_of if self.n_of else 0.0


@styled
def draw_adverse_events(events: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw patients by adverse event and worst grade, the most frequent event first.

    The worst grades stand next to the axis, where they can be compared between events; tints get
    darker with the grade, and counts stand in the bars and behind them. Where there are more terms
    than fit a page, the less frequent are counted in a note.

    Parameters
    ----------
    events : DataFrame
        One row per term and grade: term, grade (1 to 5, the worst of a patient), n (patients with
        this worst grade), n_of (patients of the safety population).
    ax : Axes, optional
        Where to draw; a new figure when omitted. Nothing is saved or shown.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    terms = _read_terms(events)
    if not terms:
        return draw_empty(ax or make_panel(COLUMN_AND_HALF_MM, 40), EMPTY)
    shown = terms[:MOST_ROWS]
    plot_mm = len(shown) * ROW_MM
    ax = dress(ax or make_panel(PAGE_MM, plot_mm + 30))
    end = min(20 * -(-max(term.percent(term.n) for term in shown) // 20) or 20, 100)
    ax.set(xlim=(0, end), ylim=(len(shown) - 0.5, -0.5), yticks=[])
    ax.set_xlabel(f"Patients (%), n = {max(term.n_of for term in shown)}")
    left = _draw_terms(ax, shown)
    _draw_columns(ax, shown)
    fit(ax, plot_mm)
    step = next(s for s in (20, 50, 100) if size_points(ax)[0] * s / end > NARROWEST_TICKS_POINTS)
    ax.set_xticks(range(0, int(end) + 1, min(step, int(end))))
    for row, term in enumerate(shown):
        _draw_bar(ax, row, term)
    grades = sorted({grade for term in shown for grade, n in term.counts.items() if n})
    items = [KeyItem(f"Grade {grade}", _tint(grade), GRADE_COLORS[4]) for grade in grades]
    draw_key(ax, items, left, HEADER_POINTS)
    if len(terms) > len(shown):
        rest = terms[len(shown) :]
        most = print_count(rest[0].n, "patient")
        draw_note(ax, f"Not shown: {print_count(len(rest), 'term')}, each in {most} or fewer.", 34)
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
        Per term, the most frequent first: patients with percent, and patients by worst grade.
    """
    terms = _read_terms(events)
    if not terms:
        return EMPTY
    n_of = print_count(max(term.n_of for term in terms), "patient")
    return f"Adverse events of {n_of} by worst grade, n (%). " + " ".join(
        f"{term.name} {print_n_percent(term.n, term.n_of)}: "
        + ", ".join(f"grade {grade} {n}" for grade, n in sorted(term.counts.items()) if n)
        + "."
        for term in terms
    )


def _read_terms(events: pl.DataFrame) -> list[Term]:
    """Collect the counts by term; most patients first, then most severe, then by name."""
    require_columns(events, "adverse events", ("term", "grade", "n", "n_of"))
    counts: dict[str, dict[int, int]] = {}
    n_of: dict[str, int] = {}
    for row in events.drop_nulls(["term", "grade", "n"]).to_dicts():
        by_grade = counts.setdefault(row["term"], {})
        by_grade[row["grade"]] = by_grade.get(row["grade"], 0) + row["n"]
        n_of[row["term"]] = max(n_of.get(row["term"], 0), row["n_of"] or 0)
    terms = [Term(name, by_grade, n_of[name]) for name, by_grade in counts.items()]
    return sorted(
        (term for term in terms if term.n), key=lambda term: (-term.n, -term.n_severe, term.name)
    )


def _tint(grade: int) -> str:
    """Return the tint of a grade; what is no grade has none."""
    return GRADE_COLORS.get(grade, GRID)


def _draw_terms(ax: Axes, terms: Sequence[Term]) -> float:
    """Write the terms at the left, and return where they start in points."""
    room = WIDEST_TERM * room_points(ax)
    names = [fit_text(term.name, room, SMALL) for term in terms]
    left = -max(text_width(name, SMALL) for name in names) - 5
    for row, name in enumerate(names):
        ax.text(left, row, name, transform=beside_axis(ax), fontsize=SMALL, va="center_baseline")
    return left


def _draw_columns(ax: Axes, terms: Sequence[Term]) -> None:
    """Write patients with any and with severe grade at the right, under a header."""
    right = COLUMN_GAP_POINTS
    for header, severe in zip(HEADERS, (False, True), strict=True):
        cells = [print_n_percent(t.n_severe if severe else t.n, t.n_of) for t in terms]
        width = max(text_width(word, SMALL) for word in (*header, *cells))
        right += width
        for row, cell in enumerate(cells):
            where = beside_axis(ax, 1)
            ax.text(
                right, row, cell, transform=where, fontsize=SMALL, ha="right", va="center_baseline"
            )
        for line, words in enumerate(reversed(header)):
            ax.text(
                right,
                4 + line * line_height(SMALL),
                words,
                transform=points_from(ax, 1, 1),
                fontsize=SMALL,
                color=QUIET_INK,
                ha="right",
            )
        right += COLUMN_GAP_POINTS


def _draw_bar(ax: Axes, row: int, term: Term) -> None:
    """Stack the grades of a term, the worst at the axis, with counts where they have room."""
    low, high = ax.get_xlim()
    per_percent = size_points(ax)[0] / (high - low)
    start = 0.0
    for grade in sorted(term.counts, reverse=True):
        n = term.counts[grade]
        width = term.percent(n)
        ax.add_patch(
            Rectangle(
                (start, row - FILLED / 2),
                width,
                FILLED,
                facecolor=_tint(grade),
                edgecolor=GRADE_COLORS[4],
                linewidth=0.5,
                clip_on=False,
            )
        )
        if n and text_width(str(n), SMALL) + 3 <= width * per_percent:
            ax.text(
                start + width / 2,
                row,
                str(n),
                color=text_on(_tint(grade)),
                fontsize=SMALL,
                ha="center",
                va="center_baseline",
            )
        start += width
