"""Cells of one block: nuclei, the ring around each, the cell, and the stain in all three."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import SlideError
from trialwright.imaging.blocks import Box, Grid
from trialwright.imaging.compartments import sum_compartments, sum_sectors
from trialwright.imaging.nuclei import (
    ALIKE_MEASURED,
    CellDetection,
    DetectionImage,
    detect_nuclei,
)
from trialwright.imaging.regions import count_alike, grow_labels
from trialwright.imaging.stain import (
    DAB_NAME,
    HEMATOXYLIN,
    N_COLORS,
    StainVectors,
    reference_stains,
    to_optical_density,
    unmix_best_single,
    unmix_least_squares,
    unmix_two,
)

Pixels = NDArray[Any]
Columns = dict[str, NDArray[Any]]


class Compartment(Enum):
    """Where in a cell a marker is looked for."""

    NUCLEUS = "nucleus"
    RING = "ring"
    CELL = "cell"


MARKERS: Mapping[str, Compartment] = {
    **dict.fromkeys(
        ("CD3", "CD4", "CD8", "CD20", "CD45", "CD56", "CD68", "CD163", "PD-L1", "PDL1", "HER2"),
        Compartment.RING,
    ),
    **dict.fromkeys(
        ("KI67", "KI-67", "FOXP3", "ER", "PR", "AR", "P53", "MYC", "TTF1", "PAX5"),
        Compartment.NUCLEUS,
    ),
}
"""Where common markers are; a protocol or the command line says it of others."""


# A background of nuclei in a crowd reaches further than a nucleus; a shallow waist is an outline's.
OWN_DETECTION = CellDetection(
    background_radius=15.0, is_background_square=True, split_depth_px=1.0, min_area=15.0
)


@dataclass(frozen=True, slots=True)
class CellSettings:
    """How cells are found and called.

    `cut_od` is the least stain of a positive cell; None lets the slide's own cells decide.
    """

    marker: str = "CD8"
    compartment: Compartment = Compartment.RING
    stains: tuple[str, ...] = (HEMATOXYLIN, DAB_NAME)
    marker_stain: str = DAB_NAME
    cut_od: float | None = None
    ring_um: float = 1.5
    is_ring_by_sectors: bool = True  # the median of eight sectors; else the mean
    detection: CellDetection = field(default_factory=lambda: OWN_DETECTION)
    is_tissue_only: bool = True
    vectors: StainVectors | None = None  # None: estimated from the slide

    @property
    def marker_column(self) -> str:
        """Name of the column that decides."""
        return f"{self.compartment.value}_od_{self.marker_stain}"


def choose_settings(
    marker: str, compartment: Compartment | None = None, cut_od: float | None = None
) -> CellSettings:
    """Return the project's own settings for a marker.

    Raises
    ------
    SlideError
        Nothing says where in the cell the marker is.
    """
    where = compartment or MARKERS.get(marker.upper())
    if where is None:
        raise SlideError(
            f"stain {marker}: where in the cell it stains is not known, expected one of "
            f"{', '.join(MARKERS)}. "
            "Say it: --compartment nucleus, ring or cell. [STAIN-COMPARTMENT]"
        )
    image = DetectionImage.SUM if where is Compartment.NUCLEUS else DetectionImage.HEMATOXYLIN
    detection = replace(OWN_DETECTION, detection_image=image)
    return CellSettings(marker, where, cut_od=cut_od, detection=detection)


def choose_qupath_settings(marker: str, detection: CellDetection) -> CellSettings:
    """Return settings that reproduce QuPath: its vectors, white 255, the whole image, its cut."""
    compartments = {
        "Nucleus: DAB OD mean": Compartment.NUCLEUS,
        "Cytoplasm: DAB OD mean": Compartment.RING,
        "Cell: DAB OD mean": Compartment.CELL,
    }
    if detection.threshold_compartment not in compartments:
        raise SlideError(
            f"thresholdCompartment: {detection.threshold_compartment}, expected one of "
            f"{', '.join(compartments)}. Write one of these. [CELL-PARAMETER]"
        )
    return CellSettings(
        marker,
        compartments[detection.threshold_compartment],
        cut_od=detection.threshold_positive1,
        ring_um=detection.cell_expansion,
        is_ring_by_sectors=False,
        detection=detection,
        is_tissue_only=False,
        vectors=reference_stains(),
    )


def name_columns(stains: tuple[str, ...]) -> list[str]:
    """Return the columns of stain amounts: compartment by compartment, stain by stain."""
    return [f"{where.value}_od_{stain}" for where in Compartment for stain in stains]


def split_stains(od: NDArray[np.float32], stains: StainVectors) -> NDArray[np.float32]:
    """Split optical density by the method that fits the number of stains and bands.

    Two stains in three bands exactly, with a residual that is dropped; more stains than bands by
    hematoxylin and the best single chromogen; any others by least squares.
    """
    n_stains, n_bands = len(stains.names), od.shape[-1]
    if n_bands == N_COLORS and n_stains == 2:
        return unmix_two(od, stains)[..., :2]
    if n_bands == N_COLORS:
        return unmix_best_single(od, stains)
    return unmix_least_squares(od, stains)


def measure_block(
    pixels: Pixels, frame: Box, core: Box, grid: Grid, stains: StainVectors, settings: CellSettings
) -> Columns:
    """Find and measure the cells of a block.

    Parameters
    ----------
    pixels : array of shape (height, width, n_bands)
        The block with its halo, at the working resolution.
    frame, core : Box
        What `pixels` cover, and the block itself: only cells whose center lies in it are returned.
    grid : Grid
        Of the slide.
    stains : StainVectors
        Of the slide.
    settings : CellSettings
        How cells are found.

    Returns
    -------
    dict of arrays of shape (n_cells,)
        x_um, y_um (from the corner of the slide), area_um2, and the mean amount of each stain in
        nucleus, ring and cell; in reading order of the labels.
    """
    od = to_optical_density(pixels, stains.white)
    amounts = np.ascontiguousarray(split_stains(od, stains))
    is_sum = settings.detection.detection_image is DetectionImage.SUM
    image = od.sum(axis=2) if is_sum else np.ascontiguousarray(amounts[..., 0])
    um = grid.pixel_um
    nuclei = detect_nuclei(image, um, settings.detection)
    reach_px = max(settings.detection.cell_expansion, settings.ring_um) / um
    cells, distance = grow_labels(nuclei, reach_px)
    measured = count_alike(nuclei) >= ALIKE_MEASURED
    shape, sums = sum_compartments(
        nuclei, measured, cells, distance, amounts, settings.ring_um / um
    )
    area = shape[:, 0]
    with np.errstate(invalid="ignore"):
        centers = shape[:, 1:3] / area[:, None]
        means = sums / shape[:, 3:, None]
    if settings.is_ring_by_sectors:
        counts, totals = sum_sectors(cells, distance, amounts, centers, settings.ring_um / um)
        means[:, 1] = take_middle_sector(counts, totals)
    y, x = frame.top + centers[:, 0] + 0.5, frame.left + centers[:, 1] + 0.5
    is_own = (y >= core.top) & (y < core.bottom) & (x >= core.left) & (x < core.right)
    columns: Columns = {
        "x_um": x[is_own] * um,
        "y_um": y[is_own] * um,
        "area_um2": area[is_own] * um**2,
    }
    # A cell in a crowd may have no ring of its own: its amounts there are those of the whole cell.
    means = np.where(np.isnan(means), means[:, 2:3], means)
    for where, compartment in enumerate(Compartment):
        for number, name in enumerate(stains.names):
            columns[f"{compartment.value}_od_{name}"] = means[is_own, where, number]
    return columns


def take_middle_sector(
    counts: NDArray[np.float64], totals: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the median over the sectors of a ring of the mean amount in each.

    A membrane stains all around; the membrane of a neighbor touches one side, and gaps are narrow.

    Parameters
    ----------
    counts : array of shape (n_cells, n_sectors)
        Pixels of each sector; a sector without any, lost to a neighbor, has no say.
    totals : array of shape (n_cells, n_sectors, n_stains)
        Sums of amounts.

    Returns
    -------
    array of shape (n_cells, n_stains)
        nan for a cell without a ring.
    """
    with np.errstate(invalid="ignore"):
        ordered = np.sort(totals / counts[:, :, None], axis=1)  # nan last
    n_known = (counts > 0).sum(axis=1)
    cell = np.arange(len(counts))
    low = ordered[cell, np.maximum(n_known - 1, 0) // 2]
    high = ordered[cell, np.minimum(n_known // 2, counts.shape[1] - 1)]
    return np.asarray(np.where(n_known[:, None] > 0, (low + high) / 2, np.nan), dtype=float)
