"""How large a heatmap is and where its parts stand, in points from the lower left corner."""

from collections.abc import Sequence
from dataclasses import dataclass

from trialwright.figures.measure import SMALL, fit_text, line_height, text_width
from trialwright.figures.style import MM_PER_INCH, PAGE_MM, POINTS_PER_INCH, TALLEST_MM

POINTS_PER_MM = POINTS_PER_INCH / MM_PER_INCH
EDGE = 5.0
TREE, STRIP, STRIP_GAP, GAP = 40.0, 7.0, 1.5, 3.0
WIDEST_CELL, TALLEST_CELL = 18.0, 12.0
WIDEST_ROW_NAME, WIDEST_COLUMN_NAME = 100.0, 80.0
PITCH = line_height(SMALL)  # at which names stand one under another
LEADER = 4.0
SCALE_HEIGHT, SCALE_WIDTH = 30.0, 120.0
KEY_ROW = line_height(SMALL) + 2
NARROWEST = 85 * POINTS_PER_MM


@dataclass(frozen=True, slots=True)
class Names:
    """Names along one side: as printed, and in how many files, 0 when there is no room for any."""

    printed: tuple[str, ...]
    n_files: int
    file_width: float

    @property
    def depth(self) -> float:
        """How far they reach from the map."""
        return self.n_files * (self.file_width + LEADER)


@dataclass(frozen=True, slots=True)
class Layout:
    """Sizes of a heatmap; the map's lower left corner is (left, bottom)."""

    width: float
    height: float
    left: float
    bottom: float
    cell_width: float
    cell_height: float
    n_rows: int
    n_columns: int
    row_names: Names
    column_names: Names

    @property
    def right(self) -> float:
        """Right edge of the map."""
        return self.left + self.n_columns * self.cell_width

    @property
    def top(self) -> float:
        """Upper edge of the map."""
        return self.bottom + self.n_rows * self.cell_height

    def x_of(self, place: float) -> float:
        """Return where a column starts, counted from 0."""
        return self.left + place * self.cell_width

    def y_of(self, place: float) -> float:
        """Return where a row starts, counted from 0 at the top."""
        return self.top - place * self.cell_height


def plan_heatmap(
    row_names: Sequence[str],
    column_names: Sequence[str],
    has_trees: tuple[bool, bool],
    strip_names: Sequence[str],
    foot: float,
) -> Layout:
    """Plan a figure that holds every part.

    Parameters
    ----------
    row_names, column_names : sequence of str
        In the order of drawing.
    has_trees : tuple of bool
        Whether rows and columns have a tree.
    strip_names : sequence of str
        Names of the strips of annotations above the map, written at their right.
    foot : float
        Height of scale, keys and notes below the names of the columns, in points.
    """
    n_rows, n_columns = len(row_names), len(column_names)
    left = EDGE + (TREE + GAP if has_trees[0] else 0.0)
    strips = len(strip_names) * (STRIP + STRIP_GAP) + (GAP if strip_names else 0.0)
    above = (TREE + GAP if has_trees[1] else 0.0) + strips + EDGE
    widest = _widest(row_names, WIDEST_ROW_NAME)
    deepest = _widest(column_names, WIDEST_COLUMN_NAME)
    tallest = TALLEST_MM * POINTS_PER_MM - above - foot - 2 * EDGE
    cell_height = min((tallest - deepest - LEADER) / n_rows, TALLEST_CELL)
    rows = _plan_names(row_names, cell_height, WIDEST_ROW_NAME, widest)
    beside = max([rows.depth, *(text_width(name, SMALL) + 1 for name in strip_names)])
    room = PAGE_MM * POINTS_PER_MM - left - beside - GAP - EDGE
    cell_width = min(room / n_columns, WIDEST_CELL)
    columns = _plan_names(column_names, cell_width, WIDEST_COLUMN_NAME, deepest)
    cell_height = min((tallest - columns.depth - GAP) / n_rows, cell_height)
    width = left + n_columns * cell_width + GAP + beside + EDGE
    bottom = EDGE + foot + columns.depth + GAP
    return Layout(
        width=max(width, NARROWEST),
        height=bottom + n_rows * cell_height + above,
        left=left,
        bottom=bottom,
        cell_width=cell_width,
        cell_height=cell_height,
        n_rows=n_rows,
        n_columns=n_columns,
        row_names=rows,
        column_names=columns,
    )


def _widest(names: Sequence[str], most: float) -> float:
    return min(max(text_width(name, SMALL) for name in names), most)


def _plan_names(names: Sequence[str], pitch: float, most: float, widest: float) -> Names:
    """Print names in one file, in two that alternate, or not at all."""
    n_files = 1 if pitch >= PITCH else 2 if 2 * pitch >= PITCH else 0
    printed = tuple(fit_text(name, most, SMALL) for name in names) if n_files else ()
    return Names(printed, n_files, widest)
