"""What figures of tumor change share: the lines of RECIST and the key of responses."""

from collections import Counter
from collections.abc import Iterable, Mapping

from matplotlib.axes import Axes

from trialwright.figures.layout import beside_axis
from trialwright.figures.marks import KeyItem
from trialwright.figures.measure import SMALL
from trialwright.figures.style import (
    HATCH,
    INK,
    PAPER,
    RESPONSES,
    RULE,
    response_color,
    response_outline,
)
from trialwright.figures.words import print_change

PROGRESSION_PERCENT, PARTIAL_RESPONSE_PERCENT = 20, -30  # RECIST 1.1, drawn as lines


def draw_reference_lines(ax: Axes) -> None:
    """Draw zero and the two limits of RECIST, labelled at the right."""
    ax.axhline(0, color=INK, linewidth=0.75, zorder=3)
    for percent in (PROGRESSION_PERCENT, PARTIAL_RESPONSE_PERCENT):
        ax.axhline(percent, color=RULE, linewidth=0.75, linestyle=(0, (4, 2)), zorder=0.5)
        ax.text(
            4,
            percent,
            f"{print_change(percent)}%",
            transform=beside_axis(ax, 1),
            fontsize=SMALL,
            va="center_baseline",
        )


def count_responses(responses: Iterable[str]) -> list[tuple[str, int]]:
    """Count the responses that occur, best first, then codes of other criteria by name."""
    counts = Counter(responses)
    known = [code for code in RESPONSES if code in counts]
    return [(code, counts[code]) for code in (*known, *sorted(set(counts) - set(known)))]


def response_key(
    responses: Iterable[str], markers: Mapping[str, str] | None = None
) -> list[KeyItem]:
    """List the responses that occur with their counts, as swatches or as the markers given."""
    return [
        KeyItem(
            f"{code} (n = {n})",
            response_color(code),
            response_outline(code),
            "" if markers is None else markers.get(code, "o"),
            hatch=HATCH if response_color(code) == PAPER else "",
        )
        for code, n in count_responses(responses)
    ]
