"""Pictures of one patient side by side: kinds of image in rows, visits in columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Rectangle
from numpy.typing import NDArray

from trialwright.core.table import round_half_up
from trialwright.figures.layout import size_points
from trialwright.figures.measure import BASE, SMALL, line_height, wrap_text
from trialwright.figures.style import (
    BLACK,
    COLUMN_AND_HALF_MM,
    GRID,
    INK,
    MM_PER_INCH,
    PAPER,
    POINTS_PER_INCH,
    QUIET_INK,
    STRATA,
    figure,
    styled,
)

ROUND_LENGTHS = (1, 2, 5)
BAR_SHARE = 0.3  # of the width, at most
GAP_MM, TOP_MM, SIDE_MM, TALLEST_CELL = 2.0, 7.0, 2.0, 0.75
MARK = STRATA[1]


@dataclass(frozen=True, slots=True)
class Lesion:
    """A circle about a lesion: middle and radius in pixels, and what is written beside it."""

    x_px: float
    y_px: float
    radius_px: float
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: `pixels` of shape (height, width) or (height, width, 3), 8 bits.

    `pixel_mm` is the width of a pixel in mm, for the scale bar; `tag` is written in its corner.
    Without pixels `absence` says why.
    """

    row: str
    column: str
    pixels: NDArray[np.uint8] | None = None
    pixel_mm: float | None = None
    lesion: Lesion | None = None
    tag: str = ""
    absence: str = ""


@styled
def draw_panel(pictures: Sequence[Picture], rows: Sequence[str], columns: Sequence[str]) -> Figure:
    """Draw the pictures of one patient in a grid, with scale bars and marked lesions.

    Parameters
    ----------
    pictures : sequence of Picture
        At most one for each row and column; a place without any says so.
    rows, columns : sequence of str
        Kinds of image and visits, in their order.

    Returns
    -------
    Figure
        As wide as one and a half journal columns; letters A, B, C run along the rows.
    """
    placed = {(picture.row, picture.column): picture for picture in pictures}
    width_mm = COLUMN_AND_HALF_MM
    cell_mm = (width_mm - 2 * SIDE_MM - GAP_MM * (len(columns) - 1)) / len(columns)
    heights = [cell_mm * _find_shape(placed, row, columns) for row in rows]
    height_mm = TOP_MM + SIDE_MM + sum(heights) + GAP_MM * (len(rows) - 1)
    fig = figure(width_mm, height_mm)
    top = height_mm - TOP_MM
    for number, (row, height) in enumerate(zip(rows, heights, strict=True)):
        for place, column in enumerate(columns):
            left = SIDE_MM + place * (cell_mm + GAP_MM)
            box = (left / width_mm, (top - height) / height_mm, cell_mm / width_mm,
                   height / height_mm)  # fmt: skip
            ax = fig.add_axes(box, label=f"{row} {column}")
            picture = placed.get((row, column), Picture(row, column, absence="No image"))
            _draw_picture(ax, picture, cell_mm, height)
            letter = chr(ord("A") + number * len(columns) + place)
            _write_corner(ax, f"{letter}  {row}", (0, 1))
            if number == 0:
                x = (left + cell_mm / 2) / width_mm
                fig.text(x, 1 - TOP_MM / 2 / height_mm, column, ha="center", va="center",
                         fontsize=BASE, color=INK)  # fmt: skip
        top -= height + GAP_MM
    return fig


def describe_panel(
    patient: str, pictures: Sequence[Picture], rows: Sequence[str], columns: Sequence[str]
) -> str:
    """Say in words what `draw_panel` shows.

    Parameters
    ----------
    patient : str
        Whose pictures they are.
    pictures, rows, columns
        As for `draw_panel`.
    """
    placed = {(picture.row, picture.column): picture for picture in pictures}
    parts = []
    for row in rows:
        for column in columns:
            picture = placed.get((row, column))
            what = "no image" if picture is None else picture.absence or "shown"
            if picture is not None and picture.lesion is not None:
                what += f", lesion marked: {picture.lesion.label}"
            parts.append(f"{row} at {column}: {what}")
    return f"Images of {patient}. {'. '.join(parts)}."


def _find_shape(placed: dict[tuple[str, str], Picture], row: str, columns: Sequence[str]) -> float:
    """Return height over width of a row's cells: that of its flattest picture."""
    shapes = [
        picture.pixels.shape[0] / picture.pixels.shape[1]
        for column in columns
        if (picture := placed.get((row, column))) is not None and picture.pixels is not None
    ]
    return float(min([*shapes, TALLEST_CELL]))


def _draw_picture(ax: Axes, picture: Picture, width_mm: float, height_mm: float) -> None:
    ax.set(xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    if picture.pixels is None:
        _draw_absence(ax, picture.absence, width_mm)
        return
    pixels = picture.pixels
    kept = min(pixels.shape[0], round(pixels.shape[1] * height_mm / width_mm))
    above = (pixels.shape[0] - kept) // 2
    pixels = pixels[above : above + kept]
    gray = "gray" if pixels.ndim == 2 else None
    ax.imshow(pixels, cmap=gray, vmin=0, vmax=255, aspect="auto", interpolation="none")
    if picture.lesion is not None:
        _mark_lesion(ax, picture.lesion, above, pixels.shape[1])
    if picture.pixel_mm is not None:
        _draw_scale(ax, pixels.shape[1], picture.pixel_mm, width_mm)
    if picture.tag:
        _write_corner(ax, picture.tag, (1, 1))


def _draw_absence(ax: Axes, sentence: str, width_mm: float) -> None:
    """Say in an empty cell why there is no picture."""
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.add_patch(Rectangle((0, 0), 1, 1, facecolor=GRID, edgecolor="none"))
    room = width_mm / MM_PER_INCH * POINTS_PER_INCH - 24
    words = "\n".join(wrap_text(sentence, room, SMALL))
    ax.text(0.5, 0.5, words, ha="center", va="center", fontsize=SMALL, color=QUIET_INK)


def _mark_lesion(ax: Axes, lesion: Lesion, above: int, width_px: int) -> None:
    y = lesion.y_px - above
    ring = max(lesion.radius_px * 1.5, width_px / 40)
    ax.add_patch(Circle((lesion.x_px, y), ring, fill=False, edgecolor=BLACK, linewidth=2.0))
    ax.add_patch(Circle((lesion.x_px, y), ring, fill=False, edgecolor=MARK, linewidth=1.0))
    is_right = lesion.x_px > width_px / 2
    side, align = (-1.0, "right") if is_right else (1.0, "left")
    ax.text(
        lesion.x_px + side * (ring + width_px / 80),
        y,
        lesion.label,
        ha=align,
        va="center",
        fontsize=SMALL,
        color=PAPER,
        bbox={"facecolor": INK, "edgecolor": "none", "alpha": 0.75, "pad": 1.5},
    )


def _draw_scale(ax: Axes, width_px: int, pixel_mm: float, width_mm: float) -> None:
    """Draw a bar of a round length with its size, in the lower left corner."""
    length_mm = _round_length(BAR_SHARE * width_px * pixel_mm)
    share = length_mm / pixel_mm / width_px
    point = 1 / (width_mm / MM_PER_INCH * POINTS_PER_INCH)
    ends = [4 * point + 0.01, 4 * point + 0.01 + share]
    height = size_points(ax)[1]
    foot = 6 / height
    for color, thickness in ((PAPER, 4.0), (INK, 2.0)):
        ax.add_line(
            Line2D(ends, [foot, foot], color=color, linewidth=thickness, transform=ax.transAxes)
        )
    text = (
        f"{length_mm:g} mm"
        if length_mm >= 1
        else f"{round_half_up(1000 * length_mm, 0)} \N{MICRO SIGN}m"
    )
    ax.text(
        sum(ends) / 2, foot + (line_height(SMALL) / 2 + 2) / height, text, transform=ax.transAxes,
        ha="center", va="center", fontsize=SMALL, color=INK,
        bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 0.8},
    )  # fmt: skip


def _round_length(longest_mm: float) -> float:
    """Return the longest of 1, 2 and 5 times a power of ten that fits."""
    power = 10.0 ** np.floor(np.log10(longest_mm))
    fitting = [step * power for step in ROUND_LENGTHS if step * power <= longest_mm * (1 + 1e-9)]
    return float(max(fitting))


def _write_corner(ax: Axes, text: str, corner: tuple[int, int]) -> None:
    """Write into a corner, on a light ground that reads over any picture."""
    x = corner[0]
    ax.annotate(
        text, corner, (4 if x == 0 else -4, -4), xycoords="axes fraction",
        textcoords="offset points", ha="left" if x == 0 else "right", va="top", fontsize=SMALL,
        color=INK, bbox={"facecolor": PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 1.2},
    )  # fmt: skip
