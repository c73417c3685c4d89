"""Find a place where words cover nothing."""

from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from trialwright.figures.layout import size_points

Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in points from the lower left corner of the axes."""

STEP_POINTS = 3.0
INSET_POINTS = 3.0


class Room:
    """The plotting area in points, and what already stands in it."""

    def __init__(self, ax: Axes) -> None:
        self.width, self.height = size_points(ax)
        self._x_limits, self._y_limits = ax.get_xlim(), ax.get_ylim()
        self._taken: list[Box] = []

    def x_points(self, x: float) -> float:
        """Turn a place on the x axis into points."""
        low, high = self._x_limits
        return (x - low) / (high - low) * self.width

    def y_points(self, y: float) -> float:
        """Turn a place on the y axis into points."""
        low, high = self._y_limits
        return (y - low) / (high - low) * self.height

    def take(self, boxes: Iterable[Box]) -> None:
        """Keep words out of boxes given in points."""
        self._taken.extend(boxes)

    def take_data(self, boxes: Iterable[Box], margin_points: float = 1.5) -> None:
        """Keep words out of boxes given in data, and a margin around them."""
        m = margin_points
        self.take(
            (
                self.x_points(left) - m,
                self.y_points(bottom) - m,
                self.x_points(right) + m,
                self.y_points(top) + m,
            )
            for left, bottom, right, top in boxes
        )

    def is_free(self, box: Box) -> bool:
        """Tell whether a box lies in the plotting area and covers nothing."""
        left, bottom, right, top = box
        inside = left >= 0 and bottom >= 0 and right <= self.width and top <= self.height
        if not inside or not self._taken:
            return inside
        taken = np.asarray(self._taken)
        hits = (
            (taken[:, 0] < right)
            & (taken[:, 2] > left)
            & (taken[:, 1] < top)
            & (taken[:, 3] > bottom)
        )
        return not bool(hits.any())

    def first_free(self, boxes: Sequence[Box]) -> Box | None:
        """Return the first box that is free, and take it."""
        found = next((box for box in boxes if self.is_free(box)), None)
        if found is not None:
            self.take([found])
        return found

    def find_corner(self, width: float, height: float) -> Box | None:
        """Find the free place nearest to the upper right corner, and take it.

        Parameters
        ----------
        width, height : float
            Size of what is to be placed, in points.

        Returns
        -------
        Box or None
            Where it goes; None when it fits nowhere.
        """
        right = np.arange(self.width - INSET_POINTS, width, -STEP_POINTS)
        top = np.arange(self.height - INSET_POINTS, height, -STEP_POINTS)
        places: NDArray[np.float64] = np.stack(np.meshgrid(right, top), axis=-1).reshape(-1, 2)
        distance = np.hypot(self.width - places[:, 0], self.height - places[:, 1])
        ordered = places[np.argsort(distance, kind="stable")]
        return self.first_free([(x - width, y - height, x, y) for x, y in ordered.tolist()])
