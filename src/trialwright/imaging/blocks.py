"""The fixed grid on which a slide is measured, and its pixels at the working resolution.

Everything that is decided about a cell depends on one block and its halo. Blocks lie where the
slide begins, never where a tile does: tiles only group blocks, so that no result can depend on
their size or on who measures them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialwright.imaging.morphology import average_pixels, average_whole_pixels
from trialwright.imaging.slide import Slide

Pixels = NDArray[Any]

BLOCK_PX = 512  # at the working resolution
HALO_UM = 32.0  # a nucleus of 400 um2, its cell, and what their background depends on
SAME_SCALE_WITHIN = 0.03  # 0.499 um is 0.5 um: resampling would only blur


@dataclass(frozen=True, slots=True)
class Grid:
    """A slide at the working resolution."""

    height: int  # in working pixels
    width: int
    pixel_um: float
    scale: float  # pixels of level 0 per working pixel, at least 1

    @property
    def halo_px(self) -> int:
        """Width of the frame around a block that is read but not counted."""
        return round(HALO_UM / self.pixel_um)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in working pixels: its first row and column, and those after the last."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def is_empty(self) -> bool:
        """Whether it holds no pixel."""
        return self.bottom <= self.top or self.right <= self.left

    def widen(self, by: int, grid: Grid) -> "Box":
        """Return the rectangle with a frame, cut at the border of the slide."""
        return Box(
            max(self.top - by, 0),
            max(self.left - by, 0),
            min(self.bottom + by, grid.height),
            min(self.right + by, grid.width),
        )


def lay_grid(slide: Slide, pixel_um: float) -> Grid:
    """Return the grid of a slide at a pixel size; that of the slide where it is coarser."""
    scale = pixel_um / slide.pixel_size_um
    if scale < 1 + SAME_SCALE_WITHIN:
        scale, pixel_um = 1.0, slide.pixel_size_um
    height, width = int(slide.height / scale + 1e-6), int(slide.width / scale + 1e-6)
    return Grid(max(height, 1), max(width, 1), pixel_um, scale)


def list_tiles(grid: Grid, tile_px: int) -> list[Box]:
    """Return the tiles of a grid in reading order; each holds whole blocks."""
    step = max(tile_px // BLOCK_PX, 1) * BLOCK_PX
    return [
        Box(y, x, min(y + step, grid.height), min(x + step, grid.width))
        for y in range(0, grid.height, step)
        for x in range(0, grid.width, step)
    ]


def list_blocks(tile: Box) -> Iterator[Box]:
    """Yield the blocks of a tile in reading order."""
    for y in range(tile.top, tile.bottom, BLOCK_PX):
        for x in range(tile.left, tile.right, BLOCK_PX):
            yield Box(y, x, min(y + BLOCK_PX, tile.bottom), min(x + BLOCK_PX, tile.right))


def read_blocks(
    slide: Slide, grid: Grid, tile: Box, is_wanted: Callable[[Box], bool]
) -> Iterator[tuple[Pixels, Box, Box]]:
    """Read a tile once, with its halo; yield the pixels, the frame and the core of its blocks."""
    around = tile.widen(grid.halo_px, grid)
    pixels = read_box(slide, grid, around)
    for core in list_blocks(tile):
        if is_wanted(core):
            frame = core.widen(grid.halo_px, grid)
            rows = slice(frame.top - around.top, frame.bottom - around.top)
            columns = slice(frame.left - around.left, frame.right - around.left)
            yield pixels[rows, columns], frame, core


def read_box(slide: Slide, grid: Grid, box: Box) -> Pixels:
    """Read a rectangle at the working resolution.

    Returns
    -------
    array of shape (bottom - top, right - left, n_bands)
        Area means of level 0, rounded as the file's type. The same pixel has the same value in
        whatever rectangle it is read.
    """
    height, width = box.bottom - box.top, box.right - box.left
    if grid.scale == 1:
        return slide.read_region(box.left, box.top, width, height)
    top, left = int(box.top * grid.scale), int(box.left * grid.scale)
    bottom = min(int(np.ceil(box.bottom * grid.scale)), slide.height)
    right = min(int(np.ceil(box.right * grid.scale)), slide.width)
    pixels = slide.read_region(left, top, right - left, bottom - top)
    out = np.empty((height, width, pixels.shape[2]), pixels.dtype)
    if grid.scale == int(grid.scale) and np.issubdtype(pixels.dtype, np.integer):
        average_whole_pixels(pixels, out, int(grid.scale))
        return out
    average_pixels(pixels, out, (box.top, box.left), grid.scale, (top, left))
    return out
