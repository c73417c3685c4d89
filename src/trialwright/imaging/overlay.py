"""A picture for the pathologist: the slide with every cell marked and the tissue outlined."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialwright.imaging.measure import SlideMeasurement
from trialwright.imaging.slide import Slide
from trialwright.imaging.tissue import Overview, read_overview

Pixels = NDArray[np.uint8]

# The hues of the house: blue against vermilion; positives are also filled.
NEGATIVE, POSITIVE = (0, 114, 178), (213, 94, 0)
OUTLINE = (138, 141, 147)
LONGEST_SIDE_PX = 4000
FINEST_UM = 0.5
MARK_UM = 4.0


def read_picture_for_overlay(slide: Slide) -> Overview:
    """Read the slide at the finest pixel at which its longer side stays within 4000 pixels."""
    longest_um = max(slide.width, slide.height) * slide.pixel_size_um
    return read_overview(slide, max(FINEST_UM, longest_um / LONGEST_SIDE_PX))


def draw_cells(found: SlideMeasurement, on: Overview | None = None) -> Pixels:
    """Return a picture of the slide with a ring on each cell, a disk on each positive one.

    Parameters
    ----------
    found : SlideMeasurement
        What is drawn.
    on : Overview, optional
        What it is drawn on; the overview of the measurement when omitted.

    Returns
    -------
    array of shape (height, width, 3)
        uint8, at the pixel size of the picture.
    """
    picture = on or found.overview
    um = picture.pixel_um
    pixels = np.ascontiguousarray(picture.pixels[:, :, :3]).astype(np.uint8)
    pixels[_find_outline(_stretch(found.tissue.mask, found.tissue.pixel_um / um, pixels))] = OUTLINE
    radius = max(MARK_UM / um, 0.5)
    for is_positive, color in ((False, NEGATIVE), (True, POSITIVE)):
        chosen = found.cells.filter(found.cells["is_positive"] == is_positive)
        rows = (chosen["y_um"].to_numpy() / um).astype(int)
        columns = (chosen["x_um"].to_numpy() / um).astype(int)
        for dy, dx in _list_offsets(radius, is_positive):
            y = np.clip(rows + dy, 0, pixels.shape[0] - 1)
            x = np.clip(columns + dx, 0, pixels.shape[1] - 1)
            pixels[y, x] = color
    return pixels


def _list_offsets(radius_px: float, is_filled: bool) -> list[tuple[int, int]]:
    """Return the pixels of a ring, or of a smaller disk, around its center."""
    reach = int(np.ceil(radius_px))
    dy, dx = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    away = np.hypot(dy, dx)
    is_drawn = away <= radius_px * 0.6 if is_filled else np.abs(away - radius_px) < 0.5
    return list(zip(dy[is_drawn].tolist(), dx[is_drawn].tolist(), strict=True))


def _stretch(mask: NDArray[np.bool_], scale: float, pixels: Pixels) -> NDArray[np.bool_]:
    """Return a mask at the pixels of a picture; one of its pixels covers `scale` of theirs."""
    rows = np.minimum((np.arange(pixels.shape[0]) / scale).astype(int), mask.shape[0] - 1)
    columns = np.minimum((np.arange(pixels.shape[1]) / scale).astype(int), mask.shape[1] - 1)
    return np.asarray(mask[np.ix_(rows, columns)], dtype=np.bool_)


def _find_outline(mask: NDArray[np.bool_]) -> NDArray[Any]:
    """Return the pixels of a mask that touch its outside."""
    inside = np.pad(mask, 1, mode="edge")
    is_deep = inside[:-2, 1:-1] & inside[2:, 1:-1] & inside[1:-1, :-2] & inside[1:-1, 2:]
    return mask & ~is_deep
