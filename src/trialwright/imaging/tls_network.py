"""The network of follicular dendritic cells: pixels of CD23 in pieces that are no specks."""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from trialwright.core.arrays import FloatArray
from trialwright.imaging.blocks import Box, Grid, Pixels, read_box
from trialwright.imaging.slide import Slide
from trialwright.imaging.stain import StainVectors, to_optical_density, unmix_best_single
from trialwright.imaging.tls_structures import Structure

LEAST_OD = 0.12
LEAST_PIECE_UM2 = 10.0  # where a B and a T membrane cross, they look brown on less
PIECE_UM = 8.0  # side of the squares in which the network's area is kept
MARGIN_UM = 20.0
EIGHT_NEIGHBORS = np.ones((3, 3), dtype=int)


def find_network(
    slide: Slide,
    grid: Grid,
    stains: StainVectors,
    cd23: str,
    structures: Sequence[Structure],
) -> FloatArray:
    """Find the CD23 network in and about groups of lymphocytes.

    A pixel is network when CD23 is the chromogen that with the nuclear stain explains it best, at
    an amount of 0.12 or more, in a connected piece of 10 um2 or more.

    Parameters
    ----------
    slide : Slide
        Open slide.
    grid : Grid
        Its working resolution.
    stains : StainVectors
        Of the slide, the nuclear one first.
    cd23 : str
        Name of the stain.
    structures : sequence of Structure
        Where to look: their outlines with a margin.

    Returns
    -------
    array, shape (n, 3)
        x and y of squares of 8 um, and the area of network in each, in um and um2.
    """
    cells: dict[tuple[int, int], float] = {}
    for structure in structures:
        box = _box_of(structure, grid)
        if box.is_empty:
            continue
        mask = _find_pieces(read_box(slide, grid, box), grid.pixel_um, stains, cd23)
        rows, columns = np.nonzero(mask)
        y = ((rows + box.top + 0.5) * grid.pixel_um // PIECE_UM).astype(int)
        x = ((columns + box.left + 0.5) * grid.pixel_um // PIECE_UM).astype(int)
        squares, counts = np.unique(np.stack([x, y], axis=1), axis=0, return_counts=True)
        for (column, row), count in zip(squares.tolist(), counts.tolist(), strict=True):
            area = count * grid.pixel_um**2
            # Where two boxes overlap both have seen the same pixels.
            cells[column, row] = max(area, cells.get((column, row), 0.0))
    pieces = [
        ((column + 0.5) * PIECE_UM, (row + 0.5) * PIECE_UM, area)
        for (column, row), area in sorted(cells.items())
    ]
    return np.array(pieces, dtype=float).reshape(-1, 3)


def _box_of(structure: Structure, grid: Grid) -> Box:
    """Return the rectangle about an outline, in working pixels, on whole squares of the network."""
    low_x, low_y, high_x, high_y = structure.outline.bounds
    low_x, low_y = (np.floor((low - MARGIN_UM) / PIECE_UM) * PIECE_UM for low in (low_x, low_y))
    high_x, high_y = (
        np.ceil((high + MARGIN_UM) / PIECE_UM) * PIECE_UM for high in (high_x, high_y)
    )
    um = grid.pixel_um
    return Box(round(low_y / um), round(low_x / um), round(high_y / um), round(high_x / um)).widen(
        0, grid
    )


def _find_pieces(pixels: Pixels, pixel_um: float, stains: StainVectors, cd23: str) -> np.ndarray:
    """Return the mask of CD23 in pieces that are large enough."""
    amounts = unmix_best_single(to_optical_density(pixels, stains.white), stains)
    mask = amounts[..., stains.names.index(cd23)] > LEAST_OD
    pieces, _ = ndimage.label(mask, EIGHT_NEIGHBORS)
    is_large = np.bincount(pieces.ravel()) * pixel_um**2 >= LEAST_PIECE_UM2
    is_large[0] = False
    kept: np.ndarray = is_large[pieces]
    return kept
