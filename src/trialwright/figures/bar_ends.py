"""What is written at the ends of the waterfall's bars, and under them."""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from trialwright.figures.layout import below_axis, nudge, points_from
from trialwright.figures.marks import draw_marker
from trialwright.figures.measure import SMALL, fit_text, line_height, text_width, wrap_text
from trialwright.figures.response_axis import count_responses
from trialwright.figures.style import INK, PAPER, RULE, response_color
from trialwright.figures.words import print_change

LONGEST_BAR_PERCENT = 100
LONGEST_LABEL_POINTS = 160.0
GAP_POINTS, CAPITAL_POINTS, MARKER_STEP_POINTS = 2.5, 5.2, 6.0
FOOT_POINTS = 4.0  # between the foot of the axes and what is written under it
STRIP_STEP_POINTS = 8.5
PROGRESSION_MARKERS = {"new lesion": "P", "non-target": "D"}
PROGRESSION_NAMES = {"new lesion": "New lesion", "non-target": "Non-target progression"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One patient of a waterfall; `change` in percent of baseline."""

    subject: str
    change: float
    response: str
    label: str
    progression: str | None
    is_confirmed: bool | None

    @property
    def end(self) -> float:
        """Where the bar ends on the axis."""
        return min(self.change, LONGEST_BAR_PERCENT)

    @property
    def is_broken(self) -> bool:
        """Whether the bar is longer than the axis."""
        return self.change > LONGEST_BAR_PERCENT

    @property
    def letters(self) -> str:
        """The response as it stands at the bar; longer codes are left to the color."""
        return self.response if len(self.response) <= 2 else ""


def written_points(text: str, slot: float) -> float:
    """Return the height of a word at a bar: upright where the slot is too narrow for it."""
    return text_width(text, SMALL) if is_upright(text, slot) else CAPITAL_POINTS


def is_upright(text: str, slot: float) -> bool:
    """Tell whether a word has to stand upright to leave a gap to its neighbors."""
    return text_width(text, SMALL) > slot - GAP_POINTS


def stack_points(bar: Bar, slot: float) -> float:
    """Return the height of all that is written beyond the end of a bar."""
    stack = 2 * GAP_POINTS + written_points(bar.letters, slot)
    if bar.is_broken:
        stack += written_points(print_change(bar.change), slot) + GAP_POINTS
    return stack + (MARKER_STEP_POINTS if bar.progression is not None else 0)


def draw_ends(ax: Axes, bars: Sequence[Bar], slot: float) -> None:
    """Write value, response and progression marker beyond the end of each bar."""
    for x, bar in enumerate(bars):
        sign = -1 if bar.change < 0 else 1
        reach = GAP_POINTS
        words = [print_change(bar.change)] if bar.is_broken else []
        for word in [*words, bar.letters]:
            height = written_points(word, slot)
            _draw_word(ax, (x, bar.end), word, sign * (reach + height / 2), slot)
            reach += height + GAP_POINTS
        if bar.progression is not None:
            place = nudge(ax, ax.transData, 0, sign * (reach + MARKER_STEP_POINTS / 2 - 0.5))
            marker = PROGRESSION_MARKERS.get(bar.progression, "o")
            draw_marker(ax, (x, bar.end), marker, INK, transform=place)


def _draw_word(ax: Axes, end: tuple[float, float], word: str, reach: float, slot: float) -> None:
    """Write a word around a point beyond the end of a bar; it hides the lines behind it."""
    ax.text(
        *end,
        word,
        transform=nudge(ax, ax.transData, 0, reach),
        fontsize=SMALL,
        rotation=90 if is_upright(word, slot) else 0,
        rotation_mode="anchor",
        ha="center",
        va="center_baseline",
        bbox={"facecolor": PAPER, "linewidth": 0, "pad": 0.3},
    )


def draw_labels(ax: Axes, bars: Sequence[Bar], slot: float) -> float:
    """Write the labels upright under the bars, in as many lines as the slots allow.

    Returns the depth that they need, in points.
    """
    n_lines = max(int((slot - 1) / line_height(SMALL)), 1)
    labels = [wrap_label(bar.label, n_lines) for bar in bars]
    for x, lines in enumerate(labels):
        for number, line in enumerate(lines):
            shift = (number - (len(lines) - 1) / 2) * line_height(SMALL)
            ax.text(
                x,
                -FOOT_POINTS,
                line,
                transform=nudge(ax, below_axis(ax), shift, 0),
                fontsize=SMALL,
                rotation=90,
                rotation_mode="anchor",
                ha="right",
                va="center_baseline",
            )
    return FOOT_POINTS + max(text_width(line, SMALL) for lines in labels for line in lines)


def wrap_label(label: str, n_lines: int) -> list[str]:
    """Break a label into at most n lines, as short as they can be without cutting a word."""
    width = max((text_width(word, SMALL) for word in label.split()), default=0.0) + 0.1
    lines = wrap_text(label, width, SMALL)
    while len(lines) > n_lines:
        width += 2
        lines = wrap_text(label, width, SMALL)
    return [fit_text(line, LONGEST_LABEL_POINTS, SMALL) for line in lines]


def draw_strip(ax: Axes, bars: Sequence[Bar]) -> float:
    """Mark each patient in the row of the response, where bars are too narrow for letters.

    Returns the depth that the rows need, in points.
    """
    rows = [
        (code, response_color(code), [bar.response == code for bar in bars])
        for code, _ in count_responses(bar.response for bar in bars)
    ]
    others = {
        "Unconfirmed": [bar.is_confirmed is False for bar in bars],
        "New lesion": [bar.progression == "new lesion" for bar in bars],
        "Non-target": [bar.progression == "non-target" for bar in bars],
    }
    rows += [(name, INK, marked) for name, marked in others.items() if any(marked)]
    for number, (name, color, marked) in enumerate(rows):
        y = -FOOT_POINTS - (number + 0.5) * STRIP_STEP_POINTS
        _draw_runs(ax, marked, y, RULE if color == PAPER else color)
        ax.text(
            -5,
            y,
            name,
            transform=points_from(ax, 0, 0),
            fontsize=SMALL,
            ha="right",
            va="center_baseline",
        )
    return FOOT_POINTS + len(rows) * STRIP_STEP_POINTS


def _draw_runs(ax: Axes, marked: Sequence[bool], y: float, color: str) -> None:
    """Draw a row of ticks, neighbors joined to one block."""
    start = None
    for x, is_marked in enumerate([*marked, False]):
        if is_marked and start is None:
            start = x
        elif not is_marked and start is not None:
            block = Rectangle(
                (start - 0.5, y - 2.6),
                x - start,
                5.2,
                facecolor=color,
                edgecolor=color,
                linewidth=0.2,
                transform=below_axis(ax),
                clip_on=False,
            )
            ax.add_artist(block)
            start = None
