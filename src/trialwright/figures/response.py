"""Best change of the target lesions, one bar per patient: the waterfall."""

from collections.abc import Sequence

import polars as pl
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle

from trialwright.figures.bar_ends import (
    LONGEST_BAR_PERCENT,
    PROGRESSION_MARKERS,
    PROGRESSION_NAMES,
    Bar,
    draw_ends,
    draw_labels,
    draw_strip,
    stack_points,
)
from trialwright.figures.layout import (
    dress,
    fit,
    make_panel,
    require_columns,
    size_points,
)
from trialwright.figures.marks import KeyItem, draw_empty, draw_key, draw_note
from trialwright.figures.response_axis import (
    PARTIAL_RESPONSE_PERCENT,
    PROGRESSION_PERCENT,
    count_responses,
    draw_reference_lines,
    response_key,
)
from trialwright.figures.style import (
    COLUMN_AND_HALF_MM,
    COLUMN_MM,
    HATCH,
    INK,
    MM_PER_INCH,
    PAGE_MM,
    PAPER,
    POINTS_PER_INCH,
    RESPONSES,
    RULE,
    response_color,
    response_outline,
    styled,
)
from trialwright.figures.words import print_change, print_count

PLOT_MM = 62.0
NARROWEST_LETTERS_POINTS = 8.5
FEWEST_SLOTS = 4  # keeps a lone bar a bar
NARROWEST_OUTLINE_POINTS = 4.0
NAMED_AT_MOST, LISTED_AT_MOST = 5, 60


@styled
def draw_waterfall(changes: pl.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the best change of target lesions of each patient, in order, colored by response.

    Letters double the colors; where the bars are too narrow for letters, rows of ticks under the
    bars do. A bar over +100% is broken and carries its value. Patients without a change are
    counted in a note.

    Parameters
    ----------
    changes : DataFrame
        One row per patient, in any order: USUBJID, PCHG (best change of the sum of diameters, in
        percent of baseline, null when not measured), AVALC (best response). Optional: label
        (histology or any words under the bar; USUBJID when null), progression (null,
        "new lesion" or "non-target"), is_confirmed (null where it does not apply).
    ax : Axes, optional
        Where to draw; a new figure when omitted. Nothing is saved or shown.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    bars = _sort_bars(changes)
    if not bars:
        ax = ax or make_panel(COLUMN_MM, 50)
        return draw_empty(ax, describe_waterfall(changes))
    ax = dress(ax or make_panel(_width_mm(len(bars)), 110))
    spare = max(FEWEST_SLOTS - len(bars), 0) / 2
    ax.set(xlim=(-0.5 - spare, len(bars) - 0.5 + spare), xticks=[])
    ax.set(ylim=(-100, 100), yticks=range(-100, 101, 50))
    ax.set_ylabel("Best change in target lesions (%)")
    ax.spines["bottom"].set_visible(False)
    draw_reference_lines(ax)
    fit(ax)
    slot = size_points(ax)[0] / (len(bars) + 2 * spare)
    has_letters = slot >= NARROWEST_LETTERS_POINTS
    _draw_bars(ax, bars, slot)
    if has_letters:
        _leave_room(ax, bars, slot)
        draw_ends(ax, bars, slot)
    depth = draw_labels(ax, bars, slot) if has_letters else draw_strip(ax, bars)
    draw_key(ax, _key_items(bars, has_letters))
    notes = _notes(bars, changes, has_letters)
    if notes:
        draw_note(ax, " ".join(notes), depth + 6)
    fit(ax, PLOT_MM)
    return ax


def describe_waterfall(changes: pl.DataFrame) -> str:
    """Say in words what `draw_waterfall` shows, with the numbers.

    Parameters
    ----------
    changes : DataFrame
        As for `draw_waterfall`.

    Returns
    -------
    str
        Counts, extremes, counts by response and, for up to 60 patients, every value.
    """
    bars = _sort_bars(changes)
    n = changes.height
    if n == 0:
        return "No patient has been assessed for response."
    if not bars:
        return f"No measured change of target lesions in {print_count(n, 'patient')}."
    beyond = sum(bar.change <= PARTIAL_RESPONSE_PERCENT for bar in bars)
    grown = sum(bar.change >= PROGRESSION_PERCENT for bar in bars)
    counts = count_responses(bar.response for bar in bars)
    parts = [
        f"Best change in target lesions of {len(bars)} of {n} patients, from "
        f"{print_change(bars[0].change, 1)}% to {print_change(bars[-1].change, 1)}%.",
        f"{grown} at or above +20%, {beyond} at or below \N{MINUS SIGN}30%.",
        f"Best response: {', '.join(f'{code} {n_of}' for code, n_of in counts)}.",
    ]
    if len(bars) <= LISTED_AT_MOST:
        parts.append("; ".join(_describe_bar(bar) for bar in bars) + ".")
    return " ".join(parts)


def _describe_bar(bar: Bar) -> str:
    """Say one patient's label, change and response."""
    name = bar.subject if bar.label == bar.subject else f"{bar.subject} {bar.label}"
    words = [f"{name} {print_change(bar.change, 1)}% {bar.response}"]
    if bar.is_confirmed is not None:
        words.append("confirmed" if bar.is_confirmed else "unconfirmed")
    if bar.progression is not None:
        words.append(PROGRESSION_NAMES.get(bar.progression, bar.progression).lower())
    return ", ".join(words)


def _sort_bars(changes: pl.DataFrame) -> list[Bar]:
    """Order patients from most growth to most shrinkage; those without a change are left out."""
    require_columns(changes, "waterfall", ("USUBJID", "PCHG", "AVALC"))
    bars = [
        Bar(
            subject=row["USUBJID"],
            change=float(row["PCHG"]),
            response=row["AVALC"] or "NE",
            label=row.get("label") or row["USUBJID"],
            progression=row.get("progression"),
            is_confirmed=row.get("is_confirmed"),
        )
        for row in changes.with_columns(pl.col("PCHG").cast(pl.Float64).fill_nan(None)).iter_rows(
            named=True
        )
        if row["PCHG"] is not None
    ]
    rank = {code: number for number, code in enumerate(reversed(RESPONSES))}
    return sorted(bars, key=lambda bar: (-bar.change, rank.get(bar.response, -1), bar.subject))


def _width_mm(n: int) -> float:
    """Choose the column width of the journal that the number of bars needs."""
    if n <= 8:
        return COLUMN_MM
    return COLUMN_AND_HALF_MM if n <= 20 else PAGE_MM


def _leave_room(ax: Axes, bars: Sequence[Bar], slot: float) -> None:
    """Stretch the axis beyond +100 and -100 for what is written at the ends of the bars."""
    needs = [(bar.end, stack_points(bar, slot), bar.change < 0) for bar in bars]
    height = PLOT_MM / MM_PER_INCH * POINTS_PER_INCH
    low, high = -100.0, 100.0
    for _ in range(4):  # a longer axis makes a point worth more percent
        per_point = (high - low) / height
        high = max(
            [100.0, *(end + need * per_point for end, need, is_down in needs if not is_down)]
        )
        low = min([-100.0, *(end - need * per_point for end, need, is_down in needs if is_down)])
    ax.set_ylim(low, high)
    ax.spines["left"].set_bounds(-100, 100)


def _draw_bars(ax: Axes, bars: Sequence[Bar], slot: float) -> None:
    """Draw the bars; an unconfirmed response is striped, a bar over +100% is broken."""
    is_wide = slot > NARROWEST_OUTLINE_POINTS
    width = 0.76 if is_wide else 1.0
    for x, bar in enumerate(bars):
        fill = response_color(bar.response)
        rectangle = Rectangle(
            (x - width / 2, 0),
            width,
            bar.end,
            facecolor=fill,
            edgecolor=response_outline(bar.response),
            linewidth=0.75 if is_wide else 0,
            hatch=HATCH if fill == PAPER else None,
        )
        ax.add_patch(rectangle)
        if bar.is_confirmed is False and is_wide:
            stripes = Rectangle((x - width / 2, 0), width, bar.end, facecolor="none", linewidth=0)
            stripes.set(edgecolor=PAPER, hatch=HATCH)
            ax.add_patch(stripes)
        if bar.is_broken and is_wide:
            _draw_break(ax, x - width / 2, x + width / 2)


def _draw_break(ax: Axes, left: float, right: float) -> None:
    """Cut a bar near its top with a slanting gap."""
    foot, head = LONGEST_BAR_PERCENT - 16, LONGEST_BAR_PERCENT - 12
    corners = [(left - 0.06, foot), (right + 0.06, foot + 5), (right + 0.06, head + 5)]
    corners.append((left - 0.06, head))
    ax.add_patch(Polygon(corners, facecolor=PAPER, linewidth=0, zorder=4))
    for (x0, y0), (x1, y1) in ((corners[0], corners[1]), (corners[3], corners[2])):
        ax.plot([x0, x1], [y0, y1], color=INK, linewidth=0.75, zorder=4)


def _key_items(bars: Sequence[Bar], has_letters: bool) -> list[KeyItem]:
    """List what the colors, stripes and markers mean, as far as they occur."""
    items = response_key(bar.response for bar in bars)
    if has_letters:
        if any(bar.is_confirmed is False for bar in bars):
            items.append(KeyItem("Unconfirmed", RULE, PAPER, hatch=HATCH))
        found = {bar.progression for bar in bars}
        items += [
            KeyItem(PROGRESSION_NAMES[kind], INK, marker=marker)
            for kind, marker in PROGRESSION_MARKERS.items()
            if kind in found
        ]
    return items


def _notes(bars: Sequence[Bar], changes: pl.DataFrame, has_letters: bool) -> list[str]:
    """Say what the picture cannot show: patients without a change, values beyond the axis."""
    notes = [] if has_letters else [f"{len(bars)} patients."]
    n_beyond = sum(bar.is_broken for bar in bars)
    if n_beyond and not has_letters:
        notes.append(f"Over +100%: {n_beyond} (up to {print_change(bars[0].change)}%).")
    missing = sorted(set(changes["USUBJID"]) - {bar.subject for bar in bars})
    if missing:
        names = f" ({', '.join(missing)})" if len(missing) <= NAMED_AT_MOST else ""
        notes.append(f"Without a measured change: {len(missing)} of {changes.height}{names}.")
    return notes
