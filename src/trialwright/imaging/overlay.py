"""A picture for the pathologist: the slide with every cell marked."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialwright.imaging.measure import SlideMeasurement

Pixels = NDArray[np.uint8]

# The hues of the house: blue against vermilion; positives are also larger.
NEGATIVE, POSITIVE = (0, 114, 178), (213, 94, 0)
OUTLINE = (138, 141, 147)


def draw_cells(found: SlideMeasurement) -> Pixels:
    """Return the overview with a dot on each cell and the outline of the tissue.

    Returns
    -------
    array of shape (height, width, 3)
        uint8, at the overview's pixel size.
    """
    picture = np.ascontiguousarray(found.overview.pixels[:, :, :3]).copy()
    picture[_find_outline(found.tissue.mask)] = OUTLINE
    for is_positive, color in ((False, NEGATIVE), (True, POSITIVE)):
        chosen = found.cells.filter(found.cells["is_positive"] == is_positive)
        rows, columns = (
            (chosen[name].to_numpy() / found.overview.pixel_um).astype(int)
            for name in ("y_um", "x_um")
        )
        reach = 1 if is_positive else 0
        for dy in range(-reach, reach + 1):
            for dx in range(-reach, reach + 1):
                y = np.clip(rows + dy, 0, picture.shape[0] - 1)
                x = np.clip(columns + dx, 0, picture.shape[1] - 1)
                picture[y, x] = color
    return picture


def _find_outline(mask: NDArray[np.bool_]) -> NDArray[Any]:
    """Return the pixels of a mask that touch its outside."""
    inside = np.pad(mask, 1, mode="edge")
    is_deep = inside[:-2, 1:-1] & inside[2:, 1:-1] & inside[1:-1, :-2] & inside[1:-1, 2:]
    return mask & ~is_deep
