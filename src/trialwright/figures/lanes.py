"""What stands in the lanes of a patient's time line, and how it is packed into rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

import polars as pl

from trialwright.figures.layout import require_columns
from trialwright.figures.measure import SMALL, fit_text, text_width

LANE_COLUMNS = ("lane", "label", "start_day", "end_day", "kind")
POINT_COLUMNS = ("lane", "day", "kind", "text")
ROW_POINTS, SERIES_POINTS, LANE_PAD_POINTS = 10.0, 22.0, 3.0
GAP_POINTS = 3.0  # between a mark and its words, and between neighbors in a row
MARK_POINTS = 3.5  # half of a marker
CHIP_PAD_POINTS = 2.5  # between the letters of a response and the edge of its square


class Side(Enum):
    """Where the words of an item stand."""

    INSIDE = "inside"
    RIGHT = "right"
    LEFT = "left"


@dataclass(slots=True)
class Item:
    """A bar or a point of a lane; places in days from day 1, see `position`.

    The `end` of a value is where its words stand.
    """

    kind: str
    start: float
    end: float
    text: str
    is_point: bool
    goes_on: bool = False
    value: float | None = None
    row: int = 0
    side: Side = Side.RIGHT

    @property
    def grade(self) -> int | None:
        """The grade of an adverse event, null for what is none."""
        digits = self.kind.removeprefix("grade ")
        return int(digits) if self.kind.startswith("grade ") and digits.isdigit() else None

    @property
    def is_dose(self) -> bool:
        """Whether it is drawn as a dose: a tick or a thin bar without words."""
        return self.kind == "dose"

    @property
    def words(self) -> str:
        """What is written at it: an adverse event begins with its grade."""
        return f"{self.grade} {self.text}".rstrip() if self.grade is not None else self.text


@dataclass(slots=True)
class Lane:
    """One lane with its items, and the height that they need."""

    name: str
    items: list[Item] = field(default_factory=list)
    top: float = 0.0
    n_rows: int = 1

    @property
    def has_series(self) -> bool:
        """Whether values are drawn as a line above their words."""
        return any(item.value is not None for item in self.items)

    @property
    def height(self) -> float:
        """Height in points."""
        rows = self.n_rows * ROW_POINTS
        return rows + 2 * LANE_PAD_POINTS + (SERIES_POINTS if self.has_series else 0)

    @property
    def first_row(self) -> float:
        """Where the first row of marks and words begins."""
        return self.top + LANE_PAD_POINTS + (SERIES_POINTS if self.has_series else 0)


def position(day: float) -> float:
    """Place a study day on the axis: day 1 at 0, and day -1 just before it; there is no day 0."""
    return day - 1 if day > 0 else day


def read_lanes(
    lanes: pl.DataFrame, points: pl.DataFrame, order: Sequence[str] | None
) -> list[Lane]:
    """Collect bars and points by lane, in the order given or of appearance."""
    require_columns(lanes, "patient timeline, lanes", LANE_COLUMNS)
    require_columns(points, "patient timeline, points", POINT_COLUMNS)
    bars = lanes.drop_nulls("start_day").to_dicts()
    marks = points.drop_nulls("day").to_dicts()
    ends = [row["end_day"] or row["start_day"] for row in bars] + [row["day"] for row in marks]
    last = position(max(ends, default=1)) + 1
    found = {name: Lane(name) for name in order or ()}
    for row in bars:
        start, goes_on = position(row["start_day"]), row["end_day"] is None
        end = last if goes_on else max(position(row["end_day"]), start) + 1
        item = Item(row["kind"] or "", start, end, row["label"] or "", False, goes_on)
        found.setdefault(row["lane"], Lane(row["lane"])).items.append(item)
    for row in marks:
        day, text = position(row["day"]) + 0.5, (row["text"] or "").replace("\n", " ")
        item = Item(row["kind"] or "", day, day, text, True, value=row.get("value"))
        found.setdefault(row["lane"], Lane(row["lane"])).items.append(item)
    return [lane for lane in found.values() if lane.items]


def pack(lanes: Sequence[Lane], first: float, per_day: float, width: float) -> float:
    """Give every item a row in which it touches nothing, and every lane its place.

    Parameters
    ----------
    lanes : sequence of Lane
        Changed in place.
    first : float
        Position of the left edge of the axis, in days.
    per_day, width : float
        Points per day, and width of the axis in points.

    Returns
    -------
    float
        Height of all lanes in points.
    """
    top = 0.0
    for lane in lanes:
        lane.items.sort(key=lambda item: (item.start, item.end))
        row_ends: list[float] = []
        for item in lane.items:
            left, right = _extent(item, first, per_day, width)
            if item.is_dose:
                continue
            free = (row for row, end in enumerate(row_ends) if end + GAP_POINTS <= left)
            item.row = next(free, len(row_ends))
            row_ends[item.row : item.row + 1] = [right]
        lane.n_rows = max(len(row_ends), 1)
        lane.top = top
        top += lane.height
    return top


def _extent(item: Item, first: float, per_day: float, width: float) -> tuple[float, float]:
    """Choose where the words of an item stand, and return what it covers, in points."""
    left, right = (item.start - first) * per_day, (item.end - first) * per_day
    if item.kind == "response" or item.value is not None:
        half = text_width(item.words, SMALL) / 2 + CHIP_PAD_POINTS
        item.side = Side.INSIDE
        if item.value is not None:  # the words of a value may stand off its middle
            left = min(max(left, half), width - half)
            item.end = left / per_day + first
        return left - half, left + half
    if item.is_point:
        left, right = left - MARK_POINTS, right + MARK_POINTS
    words = text_width(item.words, SMALL)
    if not words:
        return left, right
    if not item.is_point and words + 2 * GAP_POINTS <= right - left:
        item.side = Side.INSIDE
        return left, right
    if right + GAP_POINTS + words <= width or left - GAP_POINTS - words < 0:
        item.side = Side.RIGHT
        item.text = _shorten(item, width - right - GAP_POINTS)
        return left, right + GAP_POINTS + text_width(item.words, SMALL)
    item.side = Side.LEFT
    return left - GAP_POINTS - words, right


def _shorten(item: Item, room: float) -> str:
    """Cut words that fit at neither side."""
    prefix = text_width(item.words, SMALL) - text_width(item.text, SMALL)
    return fit_text(item.text, max(room - prefix, 0), SMALL)
