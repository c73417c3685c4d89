"""Cells of a slide stained for lymphoid structures: places, and their colors before unmixing."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from trialwright.core.arrays import FloatArray
from trialwright.imaging.blocks import (
    Box,
    Grid,
    Pixels,
    list_tiles,
    read_blocks,
    read_box,
)
from trialwright.imaging.compartments import sum_compartments
from trialwright.imaging.nuclei import ALIKE_MEASURED, CellDetection, detect_nuclei
from trialwright.imaging.regions import count_alike, grow_labels
from trialwright.imaging.slide import Slide
from trialwright.imaging.stain import (
    N_COLORS,
    StainVectors,
    to_optical_density,
    unmix_best_single,
)
from trialwright.imaging.stain_estimate import estimate_stains
from trialwright.imaging.tissue import Overview, TissueMask, sample_tissue

Progress = Callable[[int, int], None]

REACH_UM = 2.5  # about the nucleus: the membrane of a lymphocyte
TILE_PX = 2048
COLORED_PATCHES, PATCH_UM = 24, 96.0


@dataclass(frozen=True, slots=True)
class CellColors:
    """Cells of a slide: x_um, y_um and area_um2 (of the nucleus) in `cells`, and their colors.

    `nucleus_od` and `cell_od` are mean optical densities, shape (n_cells, 3).
    """

    cells: pl.DataFrame
    nucleus_od: FloatArray
    cell_od: FloatArray


def sample_stains(
    slide: Slide, grid: Grid, tissue: TissueMask, overview: Overview, start: StainVectors
) -> StainVectors:
    """Estimate a slide's stains where they are: the nuclear one everywhere, others where colored.

    Lymphoid structures are rare, and an even sample of a slide may miss the chromogens. Patches
    whose color departs most from the nuclear stain in the overview are added for them.
    """
    patches = sample_tissue(slide, grid, tissue)
    if not patches:
        return start
    even = np.concatenate([patch.reshape(-1, N_COLORS) for patch in patches])
    references = dict(zip(start.names, start.vectors, strict=True))
    nuclear = estimate_stains(even, start.names, start.white, references).matrix()[0]
    colored = [even, *_read_colored(slide, grid, tissue, overview, start, nuclear)]
    found = estimate_stains(np.concatenate(colored), start.names, start.white, references)
    vectors = (tuple(float(part) for part in nuclear), *found.vectors[1:])
    return StainVectors(start.names, vectors, start.white)


def _read_colored(
    slide: Slide,
    grid: Grid,
    tissue: TissueMask,
    overview: Overview,
    start: StainVectors,
    nuclear: FloatArray,
) -> list[Pixels]:
    """Read the patches of tissue whose overview departs most from the nuclear stain."""
    od = to_optical_density(overview.pixels, start.white).astype(float)
    departure = np.linalg.norm(od - (od @ nuclear)[..., None] * nuclear, axis=2) * tissue.mask
    step = max(round(PATCH_UM / overview.pixel_um), 1)
    tall, wide = (max(side // step, 1) for side in departure.shape)
    squares = departure[: tall * step, : wide * step]
    squares = squares.reshape(tall, -1, wide, squares.shape[1] // wide).mean(axis=(1, 3))
    side = round(PATCH_UM / grid.pixel_um)
    pitch = step * overview.pixel_um / grid.pixel_um  # of the squares, in pixels of the grid
    patches = []
    for place in np.argsort(-squares, axis=None, kind="stable")[:COLORED_PATCHES].tolist():
        row, column = divmod(place, wide)
        top, left = round(row * pitch), round(column * pitch)
        box = Box(top, left, top + side, left + side).widen(0, grid)
        if not box.is_empty:
            patches.append(read_box(slide, grid, box).reshape(-1, N_COLORS))
    return patches


def measure_cell_colors(
    slide: Slide,
    grid: Grid,
    tissue: TissueMask,
    stains: StainVectors,
    progress: Progress | None = None,
) -> CellColors:
    """Find the nuclei of a slide and measure the color of each cell, membrane included.

    Parameters
    ----------
    slide : Slide
        Open slide.
    grid : Grid
        Its working resolution.
    tissue : TissueMask
        Where to look.
    stains : StainVectors
        Of the slide, the nuclear one first; nuclei are looked for in its amount.
    progress : callable, optional
        Called with tiles done and tiles in all.

    Returns
    -------
    CellColors
        Cells on tissue, in reading order of the blocks.
    """

    def is_wanted(box: Box) -> bool:
        return tissue.touches(box, grid)

    tiles = [tile for tile in list_tiles(grid, TILE_PX) if is_wanted(tile)]
    found = [np.zeros((0, 3 + 2 * N_COLORS))]
    for number, tile in enumerate(tiles, start=1):
        for part, frame, core in read_blocks(slide, grid, tile, is_wanted):
            found.append(_measure_block(part, frame, core, grid, stains))
        if progress is not None:
            progress(number, len(tiles))
    values = np.concatenate(found)
    values = values[tissue.covers(values[:, 0], values[:, 1])] if len(values) else values
    places, nucleus_od, cell_od = np.split(values, [3, 3 + N_COLORS], axis=1)
    cells = pl.DataFrame(places, schema=["x_um", "y_um", "area_um2"])
    return CellColors(cells, nucleus_od, cell_od)


def _measure_block(
    pixels: Pixels, frame: Box, core: Box, grid: Grid, stains: StainVectors
) -> FloatArray:
    """Measure the cells of a block: x, y, area of the nucleus, mean OD of nucleus and cell."""
    od = np.ascontiguousarray(to_optical_density(pixels, stains.white))
    nuclear = np.ascontiguousarray(unmix_best_single(od, stains)[..., 0])
    nuclei = detect_nuclei(nuclear, grid.pixel_um, CellDetection())
    cells, distance = grow_labels(nuclei, REACH_UM / grid.pixel_um)
    measured = count_alike(nuclei) >= ALIKE_MEASURED
    reach_px = REACH_UM / grid.pixel_um
    shape, sums = sum_compartments(nuclei, measured, cells, distance, od, reach_px)
    area = shape[:, 0]
    y = frame.top + shape[:, 1] / area + 0.5
    x = frame.left + shape[:, 2] / area + 0.5
    is_own = (y >= core.top) & (y < core.bottom) & (x >= core.left) & (x < core.right)
    # A nucleus too small to be measured has the color of its cell.
    cell_od = sums[:, 2] / shape[:, 5:6]
    n_measured = shape[:, 3:4]
    nucleus_od = np.where(n_measured > 0, sums[:, 0] / np.maximum(n_measured, 1), cell_od)
    um = grid.pixel_um
    rows: FloatArray = np.column_stack([x * um, y * um, area * um**2, nucleus_od, cell_od])[is_own]
    return rows
