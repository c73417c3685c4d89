"""Windows: the area in which cells were looked for, with holes, and distances to its border."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trialwright.core.arrays import BoolArray, FloatArray, IntArray
from trialwright.core.errors import EstimateError
from trialwright.stats.spatial import check_points

POINTS_AT_ONCE = 2_000
PARTS_ACROSS = 64  # squares along the longer side, for asking many places at once


@dataclass(frozen=True, slots=True)
class Window:
    """An area bounded by closed rings.

    A place belongs to it when a ray from it crosses the rings an odd number of times: a ring in
    a ring is a hole, rings side by side are parts. Rings are arrays of shape (n, 2), the last
    vertex unlike the first.
    """

    rings: tuple[FloatArray, ...]

    @property
    def area(self) -> float:
        """Area, in the square of the unit of the places; holes are taken off."""
        total = 0.0
        for number, ring in enumerate(self.rings):
            depth = sum(
                bool(_is_inside(ring[:1], other)[0])
                for place, other in enumerate(self.rings)
                if place != number
            )
            total += abs(measure_ring(ring)) * (-1 if depth % 2 else 1)
        return total

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Least x, least y, greatest x, greatest y."""
        corners = np.concatenate(self.rings)
        low, high = corners.min(axis=0), corners.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])

    @property
    def is_rectangle(self) -> bool:
        """Whether the window is one rectangle with sides along x and y."""
        if len(self.rings) != 1 or len(self.rings[0]) != 4:
            return False
        low_x, low_y, high_x, high_y = self.bounds
        return bool(np.isclose(self.area, (high_x - low_x) * (high_y - low_y), rtol=1e-12))


def make_window(rings: Sequence[FloatArray]) -> Window:
    """Make a window from rings; a repeated last vertex is dropped.

    Raises
    ------
    EstimateError
        If a ring has fewer than three corners, or there is none.
    """
    made = []
    for ring in rings:
        corners = check_points(ring, "ring")
        if len(corners) > 1 and np.array_equal(corners[0], corners[-1]):
            corners = corners[:-1]
        if len(np.unique(corners, axis=0)) < 3:
            raise EstimateError(
                f"a ring has {len(np.unique(corners, axis=0))} corners, expected 3 or more. "
                "Draw the region again."
            )
        made.append(corners)
    if not made:
        raise EstimateError("a window has no ring, expected one or more. Draw the region again.")
    return Window(tuple(made))


def make_rectangle(low_x: float, low_y: float, high_x: float, high_y: float) -> Window:
    """Make a rectangular window, such as the field of an image."""
    return make_window(
        [np.array([[low_x, low_y], [high_x, low_y], [high_x, high_y], [low_x, high_y]])]
    )


def measure_ring(ring: FloatArray) -> float:
    """Return the signed area within a ring; positive when it turns from x towards y."""
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    return float(0.5 * (x @ np.roll(y, -1) - y @ np.roll(x, -1)))


def find_inside(points: FloatArray, window: Window) -> BoolArray:
    """Tell which places lie in a window.

    Parameters
    ----------
    points : array, shape (n, 2)
        Places.
    window : Window
        The area.

    Returns
    -------
    array of bool, shape (n,)
        Whether each place is inside.

    Examples
    --------
    >>> field = make_rectangle(0, 0, 10, 10)
    >>> find_inside(np.array([[5.0, 5.0], [15.0, 5.0]]), field).tolist()
    [True, False]
    """
    points = check_points(points, "points")
    inside = np.zeros(len(points), dtype=bool)
    for ring in window.rings:
        inside ^= _is_inside(points, ring)
    return inside


def _is_inside(points: FloatArray, ring: FloatArray) -> BoolArray:
    """Tell which places a ray towards greater x leaves through a ring an odd number of times."""
    inside = np.zeros(len(points), dtype=bool)
    sides = _list_sides([ring])
    for rows, center, radius in _part(points):
        gaps = _measure_gaps(center[None], sides)
        if gaps.min() > radius:  # no border crosses this part: all its places are alike
            inside[rows] = _count_crossings(center[None], sides)[0] % 2 == 1
        else:
            inside[rows] = _count_crossings(points[rows], sides) % 2 == 1
    return inside


def _count_crossings(points: FloatArray, sides: FloatArray) -> IntArray:
    """Count the sides that a ray from each place towards greater x crosses."""
    x, y = points.T
    starts_y, ends_y = sides[:, 1], sides[:, 1] + sides[:, 3]
    is_level = (np.maximum(starts_y, ends_y) >= y.min()) & (np.minimum(starts_y, ends_y) <= y.max())
    crossings = np.zeros(len(points), dtype=np.int64)
    for x0, y0, step_x, step_y in sides[is_level & (sides[:, 3] != 0)]:
        crosses = (y0 > y) != (y0 + step_y > y)
        crossings += crosses & (x < step_x * (y - y0) / step_y + x0)
    return crossings


def measure_to_border(points: FloatArray, window: Window) -> FloatArray:
    """Measure the distance from each place to the nearest border of a window.

    Parameters
    ----------
    points : array, shape (n, 2)
        Places.
    window : Window
        The area, such as a tumor.

    Returns
    -------
    array, shape (n,)
        Distances, negative inside the window.

    Examples
    --------
    >>> tumor = make_rectangle(0, 0, 10, 10)
    >>> measure_to_border(np.array([[4.0, 5.0], [13.0, 14.0]]), tumor).tolist()
    [-4.0, 5.0]
    """
    points = check_points(points, "points")
    sides = _list_sides(window.rings)
    distances = np.zeros(len(points))
    for rows, center, radius in _part(points):
        gaps = _measure_gaps(center[None], sides)[0]
        # A side farther from the middle than the nearest by a diameter is nobody's nearest.
        near = sides[gaps <= gaps.min() + 2 * radius]
        distances[rows] = _measure_gaps(points[rows], near).min(axis=1)
    return np.where(find_inside(points, window), -distances, distances)


def _list_sides(rings: Sequence[FloatArray]) -> FloatArray:
    """Return the sides of rings, shape (n, 4): start x and y, step in x and y."""
    parts = [np.hstack([ring, np.roll(ring, -1, axis=0) - ring]) for ring in rings]
    return np.concatenate(parts)


def _measure_gaps(points: FloatArray, sides: FloatArray) -> FloatArray:
    """Return the distance from each place to each side, shape (n_points, n_sides)."""
    off_x = points[:, :1] - sides[:, 0]
    off_y = points[:, 1:] - sides[:, 1]
    step_x, step_y = sides[:, 2], sides[:, 3]
    length = np.maximum(step_x**2 + step_y**2, np.finfo(float).tiny)
    along = np.clip((off_x * step_x + off_y * step_y) / length, 0.0, 1.0)
    gaps: FloatArray = np.hypot(off_x - along * step_x, off_y - along * step_y)
    return gaps


def _part(points: FloatArray) -> Iterator[tuple[IntArray, FloatArray, float]]:
    """Yield places in small squares: their rows, the square's middle and the radius about it."""
    if not len(points):
        return
    low, high = points.min(axis=0), points.max(axis=0)
    side = max(float((high - low).max()) / PARTS_ACROSS, np.finfo(float).tiny)
    column, row = np.minimum((points - low) // side, PARTS_ACROSS - 1).astype(np.int64).T
    place = row * PARTS_ACROSS + column
    order = np.argsort(place, kind="stable")
    starts = np.flatnonzero(np.diff(place[order], prepend=-1))
    for rows in np.split(order, starts[1:]):
        square = points[rows]
        center = (square.min(axis=0) + square.max(axis=0)) / 2
        radius = float(np.hypot(*(square - center).T).max())
        for first in range(0, len(rows), POINTS_AT_ONCE):
            yield rows[first : first + POINTS_AT_ONCE], center, radius
