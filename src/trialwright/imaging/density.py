"""Where positive cells are: densities per piece of tissue, and its hot spots."""

from dataclasses import dataclass

import numpy as np
import polars as pl
import scipy.ndimage as ndi
from numpy.typing import NDArray

from trialwright.imaging.tissue import UM2_PER_MM2, TissueMask

N_HOT_SPOTS, HOT_SPOT_RADIUS_UM = 3, 250.0
LEAST_TISSUE_SHARE = 0.5  # of a hot spot; else its density is one of a border


@dataclass(frozen=True, slots=True)
class HotSpot:
    """A disk in which positive cells are densest."""

    x_um: float
    y_um: float
    radius_um: float
    tissue_mm2: float
    n_cells: int
    n_positive: int

    @property
    def density_per_mm2(self) -> float:
        """Positive cells per mm2 of its tissue."""
        return self.n_positive / self.tissue_mm2


def measure_pieces(cells: pl.DataFrame, tissue: TissueMask) -> pl.DataFrame:
    """Count cells on each connected piece of tissue.

    Parameters
    ----------
    cells : DataFrame
        x_um, y_um, is_positive.
    tissue : TissueMask
        Of the slide.

    Returns
    -------
    DataFrame
        One row per piece, largest first: piece, tissue_mm2, n_cells, n_positive, positive_percent
        (null without cells), density_per_mm2 (positive cells).
    """
    labels, n_pieces = ndi.label(tissue.mask, np.ones((3, 3)))
    area = np.bincount(labels.ravel(), minlength=n_pieces + 1) * tissue.pixel_um**2 / UM2_PER_MM2
    row, column = tissue.find_pixels(cells["x_um"].to_numpy(), cells["y_um"].to_numpy())
    piece = labels[row, column]
    is_positive = cells["is_positive"].to_numpy()
    n_cells = np.bincount(piece, minlength=n_pieces + 1)
    n_positive = np.bincount(piece[is_positive], minlength=n_pieces + 1)
    frame = pl.DataFrame(
        {"tissue_mm2": area[1:], "n_cells": n_cells[1:], "n_positive": n_positive[1:]}
    ).sort("tissue_mm2", descending=True, maintain_order=True)
    share = pl.when(pl.col("n_cells") > 0).then(100 * pl.col("n_positive") / pl.col("n_cells"))
    return frame.select(
        pl.int_range(1, pl.len() + 1).alias("piece"),
        pl.all(),
        positive_percent=share,
        density_per_mm2=pl.col("n_positive") / pl.col("tissue_mm2"),
    )


def find_hot_spots(cells: pl.DataFrame, tissue: TissueMask) -> list[HotSpot]:
    """Find the three disks of tissue in which positive cells are densest; they do not overlap.

    Parameters
    ----------
    cells : DataFrame
        x_um, y_um, is_positive.
    tissue : TissueMask
        Of the slide; at least half of a disk must lie on it.

    Returns
    -------
    list of HotSpot
        Densest first.
    """
    um, radius_um = tissue.pixel_um, HOT_SPOT_RADIUS_UM
    positive = cells.filter("is_positive")
    counts = np.zeros(tissue.mask.shape)
    places = tissue.find_pixels(positive["x_um"].to_numpy(), positive["y_um"].to_numpy())
    np.add.at(counts, places, 1.0)
    area = _sum_disk(tissue.mask.astype(float), radius_um / um)
    density = np.where(
        area >= LEAST_TISSUE_SHARE * np.pi * (radius_um / um) ** 2,
        _sum_disk(counts, radius_um / um) / np.maximum(area, 1),
        0.0,
    )
    x_um, y_um = cells["x_um"].to_numpy(), cells["y_um"].to_numpy()
    is_positive = cells["is_positive"].to_numpy()
    rows, columns = np.mgrid[: density.shape[0], : density.shape[1]]
    spots: list[HotSpot] = []
    while len(spots) < N_HOT_SPOTS and density.max() > 0:
        row, column = np.unravel_index(int(np.argmax(density)), density.shape)
        at_x, at_y = (float(column) + 0.5) * um, (float(row) + 0.5) * um
        is_inside = np.hypot(x_um - at_x, y_um - at_y) <= radius_um
        spots.append(
            HotSpot(
                at_x,
                at_y,
                radius_um,
                float(area[row, column]) * um**2 / UM2_PER_MM2,
                int(is_inside.sum()),
                int((is_inside & is_positive).sum()),
            )
        )
        density[np.hypot(rows - row, columns - column) * um < 2 * radius_um] = 0
    return spots


def _sum_disk(image: NDArray[np.float64], radius_px: float) -> NDArray[np.float64]:
    """Sum an image over a disk around each pixel, row by row of the disk."""
    height, width = image.shape
    reach = int(radius_px)
    before = np.pad(np.cumsum(image, axis=1), ((0, 0), (1, 0)))
    out = np.zeros_like(image)
    column = np.arange(width)
    for dy in range(-reach, reach + 1):
        chord = int(np.sqrt(radius_px**2 - dy**2))
        rows = before[max(dy, 0) : height + min(dy, 0)]
        right, left = np.minimum(column + chord + 1, width), np.maximum(column - chord, 0)
        out[max(-dy, 0) : height + min(-dy, 0)] += rows[:, right] - rows[:, left]
    return out
