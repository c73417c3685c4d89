"""Successes against patients in order of inclusion, with the bounds of a two-stage design."""

from dataclasses import dataclass
from typing import Protocol

import polars as pl
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from trialwright.figures.free_room import Box, Room
from trialwright.figures.layout import (
    dress,
    fit,
    make_panel,
    points_from,
    require_columns,
)
from trialwright.figures.marks import KeyItem, draw_key, draw_named_lines
from trialwright.figures.measure import SMALL, line_height, text_width
from trialwright.figures.style import (
    COLUMN_AND_HALF_MM,
    GO,
    GRID,
    HATCH,
    INK,
    PAPER,
    RULE,
    STOP,
    styled,
    tint,
)
from trialwright.figures.words import print_count

PLOT_MM = 60.0
SHADE = 0.30  # of the color in the regions: the path has to be seen on them
OUTCOMES = ("SUCCESS", "FAILURE", "UNKNOWN")
LOOKS = {"SUCCESS": ("^", GO), "FAILURE": ("o", PAPER), "UNKNOWN": ("s", RULE)}  # marker, fill


class StageBounds(Protocol):
    """A two-stage design: stop after `n1` with at most `r1`, not active with at most `r` of `n`."""

    @property
    def r1(self) -> int:
        """Largest count that stops after the first stage."""

    @property
    def n1(self) -> int:
        """Patients of the first stage."""

    @property
    def r(self) -> int:
        """Largest count that is not active."""

    @property
    def n(self) -> int:
        """Patients of both stages."""


@dataclass(frozen=True, slots=True)
class Path:
    """Successes so far after each patient, from 0 after none; `high` counts unknown ones too."""

    outcomes: tuple[str, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]

    @property
    def n(self) -> int:
        """How many patients there are."""
        return len(self.outcomes)

    def count(self, outcome: str) -> int:
        """Count the patients with an outcome."""
        return self.outcomes.count(outcome)

    def words(self, n: int) -> str:
        """Say how many successes there are among the first patients."""
        low, high = self.low[n], self.high[n]
        return f"{low}{f' to {high}' if high > low else ''} of {n}"


@styled
def draw_stage_path(path: pl.DataFrame, design: StageBounds, ax: Axes | None = None) -> Axes:
    """Draw successes against patients, and where each stage is decided for certain.

    A shaded region is one that the path cannot leave before the stage ends: whatever the coming
    patients do, the stage ends on that side of its bound. Unknown outcomes open a band from the
    count without them to the count with them.

    Parameters
    ----------
    path : DataFrame
        One row per patient who counts: ENRLNUM (order of inclusion; gaps are closed), AVALC
        ("SUCCESS", "FAILURE" or "UNKNOWN").
    design : object with r1, n1, r, n
        Largest counts that stop, and patients, of both stages.
    ax : Axes, optional
        Where to draw; a new figure when omitted. Nothing is saved or shown.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    course = _read_path(path)
    ax = dress(ax or make_panel(COLUMN_AND_HALF_MM, 90))
    end, top = max(design.n, course.n), max(design.r, *course.high) + 3
    ax.set(xlim=(0, end), ylim=(0, top), xlabel="Patients in order of inclusion")
    ax.set(ylabel="Successes", xticks=_ticks(end), yticks=_ticks(top))
    for corners, color in _regions(design, top):
        hatch = HATCH if color == STOP else None
        shade = tint(color, SHADE)
        ax.add_patch(
            Polygon(corners, facecolor=shade, edgecolor=PAPER, linewidth=0, hatch=hatch, zorder=0.6)
        )
    _draw_course(ax, course)
    fit(ax, PLOT_MM)
    stages = [(f"Stage {i + 1}, n = {n}", float(n)) for i, n in enumerate((design.n1, design.n))]
    draw_key(ax, _key_items(course), above_points=draw_named_lines(ax, stages))
    fit(ax, PLOT_MM)
    _draw_bounds(ax, course, design)
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
        The bounds, the outcomes so far, and the count at the end of each stage that was reached.
    """
    course = _read_path(path)
    counts = [(course.count(outcome), outcome.lower()) for outcome in OUTCOMES]
    sentences = [
        f"The first stage stops with {_at_most(design.r1)} successes of {design.n1} patients; "
        f"after both, {_at_most(design.r)} of {design.n} are not active.",
        f"{print_count(course.n, 'patient')}: "
        + ", ".join(f"{n} {word}" for n, word in counts)
        + ".",
    ]
    sentences += [
        f"Successes at the end of stage {stage}: {course.words(n)}."
        for stage, n in ((1, design.n1), (2, design.n))
        if course.n >= n
    ]
    return " ".join(sentences)


def _read_path(path: pl.DataFrame) -> Path:
    """Count successes in order of inclusion; an outcome that is none of the known is unknown."""
    require_columns(path, "stage path", ("ENRLNUM", "AVALC"))
    found = path.sort("ENRLNUM")["AVALC"].to_list()
    outcomes = tuple(outcome if outcome in OUTCOMES else "UNKNOWN" for outcome in found)
    low, high = [0], [0]
    for outcome in outcomes:
        low.append(low[-1] + (outcome == "SUCCESS"))
        high.append(high[-1] + (outcome != "FAILURE"))
    return Path(outcomes, tuple(low), tuple(high))


def _ticks(end: int) -> list[int]:
    """List round counts from 0, ten or so."""
    step = next((step for step in (1, 2, 5, 10, 20, 50) if end / step <= 10), 100)
    return list(range(0, end + 1, step))


def _regions(design: StageBounds, top: int) -> list[tuple[list[tuple[float, float]], str]]:
    """Outline where each stage is decided for certain, below and above its bound.

    Below, even if all coming patients of the stage succeed the count stays at the bound; above,
    the count has passed it. There are never more successes than patients.
    """
    r1, n1, r, n = design.r1, design.n1, design.r, design.n
    start, left = max(n1, n - r), max(n1, r + 1)
    height, top = min(n1, top), min(n, top)
    return [
        ([(n1 - r1, 0), (n1, 0), (n1, r1)], STOP),
        ([(r1 + 1, r1 + 1), (n1, r1 + 1), (n1, height), (height, height)], GO),
        ([(start, 0), (n, 0), (n, r), (start, r - (n - start))], STOP),
        (
            [
                (left, r + 1),
                (n, r + 1),
                (n, top),
                (max(left, top), top),
                (left, min(left, top)),
            ],
            GO,
        ),
    ]


def _draw_course(ax: Axes, course: Path) -> None:
    """Draw the steps of the path with a marker at each patient, and the band of the unknown."""
    patients = range(course.n + 1)
    if course.high != course.low:
        ax.fill_between(
            patients, course.low, course.high, step="post", color=GRID, linewidth=0, zorder=1.5
        )
        ax.step(patients, course.high, where="post", color=INK, linewidth=0.75, linestyle="--")
    ax.step(patients, course.low, where="post", color=INK, linewidth=1.25, zorder=2.5)
    for outcome, (marker, fill) in LOOKS.items():
        places = [i + 1 for i, found in enumerate(course.outcomes) if found == outcome]
        if places:
            ax.plot(
                places,
                [course.low[i] for i in places],
                marker,
                markersize=4,
                markerfacecolor=fill,
                markeredgecolor=INK,
                markeredgewidth=0.75,
                clip_on=False,
                zorder=3,
            )


def _key_items(course: Path) -> list[KeyItem]:
    """List the regions and the outcomes that occur."""
    outcomes = [
        KeyItem(outcome.capitalize(), fill, INK, marker)
        for outcome, (marker, fill) in LOOKS.items()
        if course.count(outcome)
    ]
    return [
        *outcomes,
        KeyItem("Bound certainly passed", tint(GO, SHADE)),
        KeyItem("Bound certainly missed", tint(STOP, SHADE), PAPER, hatch=HATCH),
    ]


def _draw_bounds(ax: Axes, course: Path, design: StageBounds) -> None:
    """Write what each bound decides, and where the path stands, on places that are free."""
    room = Room(ax)
    room.take_data([(i, course.low[i], i + 1, course.high[i]) for i in range(course.n)], 4)
    room.take_data([(course.n, course.low[-1], course.n, course.high[-1])], 5)
    top = ax.get_ylim()[1]
    wanted = (
        (course.n, (0, top), course.low[-1], course.words(course.n) if course.n else ""),
        (design.n1, (0, design.r1 + 1), design.r1 / 2, f"{_at_most(design.r1)}: stop"),
        (design.n1, (design.r1, top), design.r1 + 2, f"{design.r1 + 1} or more: continue"),
        (design.n, (0, design.r + 1), design.r / 2, f"{_at_most(design.r)}: not active"),
        (design.n, (design.r, top), design.r + 2, f"{design.r + 1} or more: active"),
    )
    for n, side, level, words in wanted:
        if not words:
            continue
        places = _places_beside(room, (n, level), side, text_width(words, SMALL) + 6)
        found = room.first_free(places)
        if found is not None:
            ax.text(
                found[0] + 3,
                (found[1] + found[3]) / 2,
                words,
                transform=points_from(ax, 0, 0),
                fontsize=SMALL,
                va="center_baseline",
                bbox={"facecolor": PAPER, "linewidth": 0, "pad": 1},
                zorder=2,
            )


def _at_most(bound: int) -> str:
    """Print a bound that stops; nothing is fewer than none."""
    return f"{bound} or fewer" if bound else "0"


def _places_beside(
    room: Room, at: tuple[float, float], side: tuple[float, float], width: float
) -> list[Box]:
    """List places for words near a point, the nearest first, all on their side of the bound."""
    x, y = room.x_points(at[0]), room.y_points(at[1])
    low, high = room.y_points(side[0]), room.y_points(side[1])
    half = line_height(SMALL) / 2
    shifts = [
        (right, up)
        for right in (3.0, -3.0 - width, *(-3.0 - width - 12 * k for k in range(1, 16)))
        for up in range(-120, 121, 4)
        if low <= y + up - half and y + up + half <= high
    ]
    shifts.sort(key=lambda shift: abs(shift[1]) + max(-width - 3 - shift[0], 0) / 2)
    return [(x + right, y + up - half, x + right + width, y + up + half) for right, up in shifts]
