"""A slide measured whole: cells, positives, tissue, in tiles and by several processes."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import polars as pl

from trialwright.imaging.blocks import (
    Box,
    Grid,
    lay_grid,
    list_tiles,
    read_blocks,
)
from trialwright.imaging.cells import CellSettings, Columns, measure_block, name_columns
from trialwright.imaging.positivity import calculate_h_score, estimate_cut
from trialwright.imaging.quality import (
    SlideQuality,
    find_pen,
    judge_quality,
    refuse_blank,
    refuse_unmeasurable,
)
from trialwright.imaging.slide import Slide, open_slide
from trialwright.imaging.stain import (
    N_COLORS,
    REFERENCE_VECTORS,
    StainVectors,
    measure_misfit,
    reference_stains,
)
from trialwright.imaging.stain_estimate import estimate_stains, estimate_white
from trialwright.imaging.tissue import (
    Overview,
    TissueMask,
    find_tissue,
    read_overview,
    sample_tissue,
)

Progress = Callable[[int, int], None]

TILE_PX = 2048
BRIGHT = (255.0, 255.0, 255.0)
MODERATE, STRONG = 2.0, 3.0  # times the cut, for the H-score


@dataclass(frozen=True, slots=True)
class SlideMeasurement:
    """What was measured on a slide.

    `cells` has one row per cell, by block: x_um, y_um, area_um2, is_positive, and the mean amount
    of each stain in nucleus, ring and cell.
    """

    cells: pl.DataFrame
    tissue: TissueMask
    overview: Overview
    stains: StainVectors
    quality: SlideQuality
    cut_od: float
    settings: CellSettings
    pixel_size_um: float

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return self.cells.height

    @property
    def n_positive(self) -> int:
        """Number of positive cells."""
        return int(self.cells["is_positive"].sum())

    @property
    def positive_percent(self) -> float | None:
        """Positive cells among all; None without cells."""
        return 100 * self.n_positive / self.n_cells if self.n_cells else None

    @property
    def density_per_mm2(self) -> float | None:
        """Positive cells per mm2 of tissue; None without tissue."""
        return self.n_positive / self.tissue.area_mm2 if self.tissue.area_mm2 else None

    @property
    def h_score(self) -> float | None:
        """H-score, 0 to 300; None without cells."""
        cuts = (self.cut_od, MODERATE * self.cut_od, STRONG * self.cut_od)
        return calculate_h_score(self.cells[self.settings.marker_column].to_numpy(), cuts)

    @property
    def misfit_degrees(self) -> dict[str, float]:
        """Angle of each stain's vector to its reference."""
        return find_misfits(self.stains)


@dataclass(frozen=True, slots=True)
class _Job:
    """What a process needs to measure tiles by itself."""

    path: Path
    pixel_size_um: float
    grid: Grid
    stains: StainVectors
    settings: CellSettings
    tissue: TissueMask


def measure_slide(
    slide: Slide,
    settings: CellSettings,
    n_workers: int = 1,
    tile_px: int = TILE_PX,
    progress: Progress | None = None,
) -> SlideMeasurement:
    """Find, measure and call the cells of a whole slide.

    Parameters
    ----------
    slide : Slide
        Open slide.
    settings : CellSettings
        How cells are found and called.
    n_workers : int
        Processes that measure tiles; the result does not depend on their number.
    tile_px : int
        Side of a tile at the working resolution, rounded down to whole blocks of 512; the result
        does not depend on it.
    progress : callable, optional
        Called with tiles done and tiles in all.

    Returns
    -------
    SlideMeasurement
        Cells in reading order of their blocks.
    """
    job, overview, quality = _prepare(slide, settings)
    grid, stains, tissue = job.grid, job.stains, job.tissue
    tiles = [
        tile
        for tile in list_tiles(grid, tile_px)
        if not settings.is_tissue_only or tissue.touches(tile, grid)
    ]
    frames = []
    for number, columns in enumerate(_measure_tiles(job, slide, tiles, n_workers), 1):
        frames.append(columns)
        if progress:
            progress(number, len(tiles))
    cells = _collect_cells(frames, job)
    column = settings.marker_column
    cut_od = settings.cut_od if settings.cut_od is not None else estimate_cut(cells[column])
    cells = cells.with_columns(is_positive=pl.col(column) > cut_od).select(
        "x_um", "y_um", "area_um2", "is_positive", *name_columns(stains.names)
    )
    settings = replace(settings, stains=stains.names)
    return SlideMeasurement(
        cells, tissue, overview, stains, quality, cut_od, settings, slide.pixel_size_um
    )


def _prepare(slide: Slide, settings: CellSettings) -> tuple[_Job, Overview, SlideQuality]:
    """Look at the slide as a whole: glass, ink, tissue, stains, quality; refuse what is none."""
    has_vectors = settings.vectors is not None and not slide.facts.is_rgb
    refuse_unmeasurable(slide, BRIGHT, has_vectors)
    overview = read_overview(slide)
    glass = estimate_white(overview.pixels)
    refuse_unmeasurable(slide, glass, has_vectors)
    pen = find_pen(overview, glass) if slide.facts.is_rgb else None
    tissue = find_tissue(overview, glass, pen)
    refuse_blank(slide, tissue)
    grid = lay_grid(slide, settings.detection.requested_pixel_size)
    patches = sample_tissue(slide, grid, tissue)
    flat = np.concatenate([patch.reshape(-1, patch.shape[-1]) for patch in patches])
    stains = settings.vectors or estimate_stains(flat, settings.stains, glass)
    pen_share = float(pen.sum() / (pen.sum() + tissue.mask.sum())) if pen is not None else 0.0
    misfits = find_misfits(stains)
    quality = judge_quality(patches, stains, tissue.area_mm2, pen_share, misfits)
    job = _Job(slide.path, slide.pixel_size_um, grid, stains, settings, tissue)
    return job, overview, quality


def find_misfits(stains: StainVectors) -> dict[str, float]:
    """Return the angle of each stain's vector to its reference, where it has one."""
    if any(name not in REFERENCE_VECTORS for name in stains.names) or len(stains.white) != N_COLORS:
        return {}
    return measure_misfit(stains, reference_stains(stains.names, stains.white))


def _measure_tiles(
    job: _Job, slide: Slide, tiles: list[Box], n_workers: int
) -> Iterator[list[tuple[int, int, Columns]]]:
    """Yield the blocks of each tile, in whatever order the tiles were given."""
    if n_workers <= 1 or len(tiles) <= 1:
        for tile in tiles:
            yield _measure_tile(slide, job, tile)
        return
    context = get_context("spawn")  # a fork would share the open file
    with ProcessPoolExecutor(n_workers, context, _start_worker, (job,)) as pool:
        yield from pool.map(_work, tiles)


_worker: dict[str, object] = {}


def _start_worker(job: _Job) -> None:
    """Open the slide once per process."""
    _worker["job"] = job
    _worker["slide"] = open_slide(job.path, job.pixel_size_um)


def _work(tile: Box) -> list[tuple[int, int, Columns]]:
    slide, job = _worker["slide"], _worker["job"]
    assert isinstance(slide, Slide)
    assert isinstance(job, _Job)
    return _measure_tile(slide, job, tile)


def _measure_tile(slide: Slide, job: _Job, tile: Box) -> list[tuple[int, int, Columns]]:
    """Read a tile once, with its halo, and measure its blocks."""
    grid, settings = job.grid, job.settings

    def is_wanted(core: Box) -> bool:
        return not settings.is_tissue_only or job.tissue.touches(core, grid)

    return [
        (core.top, core.left, measure_block(part, frame, core, grid, job.stains, settings))
        for part, frame, core in read_blocks(slide, grid, tile, is_wanted)
    ]


def _collect_cells(tiles: Iterable[list[tuple[int, int, Columns]]], job: _Job) -> pl.DataFrame:
    """Put the blocks of all tiles in reading order; leave out cells that lie on no tissue."""
    blocks = sorted((block for tile in tiles for block in tile), key=lambda block: block[:2])
    names = ["x_um", "y_um", "area_um2", *name_columns(job.stains.names)]
    data = {
        name: np.concatenate([block[2][name] for block in blocks] or [np.zeros(0)])
        for name in names
    }
    cells = pl.DataFrame(data)
    if not job.settings.is_tissue_only:
        return cells
    return cells.filter(job.tissue.covers(data["x_um"], data["y_um"]))
