"""Where a slide holds tissue, found on a small picture of the whole."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.ndimage as ndi
from numpy.typing import NDArray

from trialwright.imaging.blocks import Box, Grid, lay_grid, read_box
from trialwright.imaging.morphology import average_pixels
from trialwright.imaging.slide import Slide
from trialwright.imaging.stain import to_optical_density

Mask = NDArray[np.bool_]
Pixels = NDArray[Any]

OVERVIEW_UM = 4.0
READ_PX = 4096
N_PATCHES, PATCH_PX = 40, 192
PALE_OD, STAINED_OD = 0.05, 0.15  # summed over the bands; pale tissue must have texture as well
TEXTURE_OD = 0.012
CLOSE_UM = 16.0
SMALLEST_TISSUE_UM2 = 10_000.0
LARGEST_GAP_UM2 = 2_000.0  # smaller gaps belong to the tissue, larger ones are lumen or glass
UM2_PER_MM2 = 1e6


@dataclass(frozen=True, slots=True)
class Overview:
    """A small picture of a slide; pixel (i, j) covers its square of the slide from the corner."""

    pixels: Pixels  # (height, width, n_bands)
    pixel_um: float


@dataclass(frozen=True, slots=True)
class TissueMask:
    """Tissue in the pixels of an overview."""

    mask: Mask
    pixel_um: float

    @property
    def area_mm2(self) -> float:
        """Area of the tissue."""
        return float(self.mask.sum()) * self.pixel_um**2 / UM2_PER_MM2

    def find_pixels(
        self, x_um: NDArray[np.float64], y_um: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return row and column of the pixel of each point of the slide."""
        row = np.clip((y_um / self.pixel_um).astype(int), 0, self.mask.shape[0] - 1)
        column = np.clip((x_um / self.pixel_um).astype(int), 0, self.mask.shape[1] - 1)
        return row, column

    def covers(self, x_um: NDArray[np.float64], y_um: NDArray[np.float64]) -> Mask:
        """Return whether each point of the slide lies on tissue."""
        return np.asarray(self.mask[self.find_pixels(x_um, y_um)], dtype=np.bool_)

    def touches(self, box: Box, grid: Grid) -> bool:
        """Return whether a rectangle of working pixels holds any tissue."""
        share = grid.pixel_um / self.pixel_um
        rows = slice(int(box.top * share), int(np.ceil(box.bottom * share)) + 1)
        columns = slice(int(box.left * share), int(np.ceil(box.right * share)) + 1)
        return bool(self.mask[rows, columns].any())


def read_overview(slide: Slide, pixel_um: float = OVERVIEW_UM) -> Overview:
    """Read the whole slide at a coarse pixel size, from the coarsest level that is finer.

    Parameters
    ----------
    slide : Slide
        Open slide.
    pixel_um : float
        Side of an overview pixel; that of level 0 where it is coarser.
    """
    scale = lay_grid(slide, pixel_um).scale
    fits = [n for n, level in enumerate(slide.levels) if level.downsample <= scale * 1.01]
    level = slide.levels[fits[-1]]
    ratio = max(scale / level.downsample, 1.0)
    height, width = max(int(level.height / ratio), 1), max(int(level.width / ratio), 1)
    out = np.empty((height, width, len(slide.facts.bands)), slide.read_region(0, 0, 1, 1).dtype)
    step = max(int(READ_PX / ratio), 1)
    for top in range(0, height, step):
        for left in range(0, width, step):
            part = out[top : top + step, left : left + step]
            x, y = int(left * ratio), int(top * ratio)
            tall, wide = (int(np.ceil(side * ratio)) + 1 for side in part.shape[:2])
            pixels = slide.read_region(x, y, wide, tall, fits[-1])
            average_pixels(pixels, part, (top, left), ratio, (y, x))
    return Overview(out, slide.pixel_size_um * level.downsample * ratio)


def find_tissue(
    overview: Overview, white: tuple[float, ...], pen: Mask | None = None
) -> TissueMask:
    """Find tissue: what is stained, or pale but textured; specks are left out, small gaps filled.

    Parameters
    ----------
    overview : Overview
        Picture of the whole slide.
    white : tuple of float
        Gray value of glass in each band.
    pen : array of shape (height, width), optional
        Ink, which is no tissue.
    """
    um = overview.pixel_um
    od = to_optical_density(overview.pixels, white).sum(axis=2)
    smooth = ndi.uniform_filter(od, 3)
    spread = np.sqrt(np.maximum(ndi.uniform_filter(od**2, 5) - ndi.uniform_filter(od, 5) ** 2, 0))
    mask = (smooth > STAINED_OD) | ((smooth > PALE_OD) & (spread > TEXTURE_OD))
    if pen is not None:
        mask &= ~pen
    reach = max(round(CLOSE_UM / um), 0)
    if reach:
        mask = _close(mask, reach)
    # In a small field a tenth of it is tissue enough.
    mask = keep_large(mask, min(SMALLEST_TISSUE_UM2 / um**2, 0.1 * mask.size))
    mask = ~keep_large(~mask, LARGEST_GAP_UM2 / um**2)
    return TissueMask(mask if pen is None else mask & ~pen, um)


def sample_tissue(slide: Slide, grid: Grid, tissue: TissueMask) -> list[Pixels]:
    """Read patches at the working resolution, spread evenly over the tissue.

    Returns
    -------
    list of arrays of shape (height, width, n_bands)
        In reading order; none where there is no tissue.
    """
    step = max(round(PATCH_PX * grid.pixel_um / tissue.pixel_um), 1)
    tall, wide = tissue.mask.shape
    places = [
        (float(tissue.mask[y : y + step, x : x + step].mean()), y, x)
        for y in range(0, tall, step)
        for x in range(0, wide, step)
    ]
    full = sorted((y, x) for share, y, x in places if share > 0.5) or [
        (y, x) for share, y, x in places if share > 0
    ]
    numbers = np.unique(np.linspace(0, max(len(full) - 1, 0), N_PATCHES).astype(int))
    chosen = [full[n] for n in numbers[: len(full)]]
    patches = []
    for y, x in chosen:
        top, left = (int(at * tissue.pixel_um / grid.pixel_um) for at in (y, x))
        box = Box(top, left, top + PATCH_PX, left + PATCH_PX).widen(0, grid)
        if not box.is_empty:
            patches.append(read_box(slide, grid, box))
    return patches


def _close(mask: Mask, reach: int) -> Mask:
    """Close gaps narrower than twice the reach; the border does not eat into the mask."""
    away: Any = ndi.distance_transform_edt(~np.pad(mask, reach + 1, mode="edge"))
    inward: Any = ndi.distance_transform_edt(away <= reach)
    return np.asarray((inward > reach)[reach + 1 : -reach - 1, reach + 1 : -reach - 1], np.bool_)


def keep_large(mask: Mask, smallest_px: float) -> Mask:
    """Keep connected parts of at least that many pixels."""
    labels, n_parts = ndi.label(mask)
    if n_parts == 0:
        return mask
    sizes = np.bincount(labels.ravel())
    is_large = sizes >= smallest_px
    is_large[0] = False
    return np.asarray(is_large[labels], dtype=np.bool_)
