"""Nuclei: the order of QuPath's cell detection, of which the project's default is one setting."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import Enum
from typing import Any

import numpy as np
import scipy.ndimage as ndi
from numpy.typing import NDArray

from trialwright.core.errors import SlideError
from trialwright.imaging.morphology import open_by_reconstruction, reconstruct
from trialwright.imaging.regions import (
    clear_borders,
    count_alike,
    find_nearest,
    number_regions,
    split_summits,
)

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Mask = NDArray[np.bool_]

LAPLACIAN = np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]], np.float32)
SUMMIT_OD = 0.001  # a rise of the Laplacian smaller than this is noise, not a nucleus
FARTHEST_PX = 64.0
# QuPath rounds the outline of a nucleus: a pixel counts with half of its 9 neighbors, and is
# measured when its center stays inside.
ALIKE_COUNTED, ALIKE_MEASURED = 5, 6


class DetectionImage(Enum):
    """In what nuclei are looked for; the words are QuPath's."""

    HEMATOXYLIN = "Hematoxylin OD"
    SUM = "Optical density sum"


@dataclass(frozen=True, slots=True)
class CellDetection:
    """Parameters of QuPath's cell detection; lengths in um, areas in um2, thresholds in OD.

    The names are QuPath's in our spelling: `background_radius` is its `backgroundRadiusMicrons`.
    """

    detection_image: DetectionImage = DetectionImage.HEMATOXYLIN
    requested_pixel_size: float = 0.5
    background_radius: float = 8.0
    background_by_reconstruction: bool = True
    median_radius: float = 0.0
    sigma: float = 1.5
    min_area: float = 10.0
    max_area: float = 400.0
    threshold: float = 0.1
    max_background: float = 2.0
    watershed_post_process: bool = True
    cell_expansion: float = 5.0
    smooth_boundaries: bool = True
    threshold_compartment: str = "Nucleus: DAB OD mean"
    threshold_positive1: float = 0.2
    threshold_positive2: float = 0.4
    threshold_positive3: float = 0.6
    single_threshold: bool = True
    # The project's own, beside QuPath's: at QuPath's values a waist of half a pixel parts a nucleus
    # and the background lies under a disk.
    split_depth_px: float = 0.5
    is_background_square: bool = False


QUPATH_NAMES = {
    "detectionImageBrightfield": "detection_image",
    "requestedPixelSizeMicrons": "requested_pixel_size",
    "backgroundRadiusMicrons": "background_radius",
    "backgroundByReconstruction": "background_by_reconstruction",
    "medianRadiusMicrons": "median_radius",
    "sigmaMicrons": "sigma",
    "minAreaMicrons": "min_area",
    "maxAreaMicrons": "max_area",
    "threshold": "threshold",
    "maxBackground": "max_background",
    "watershedPostProcess": "watershed_post_process",
    "cellExpansionMicrons": "cell_expansion",
    "smoothBoundaries": "smooth_boundaries",
    "thresholdCompartment": "threshold_compartment",
    "thresholdPositive1": "threshold_positive1",
    "thresholdPositive2": "threshold_positive2",
    "thresholdPositive3": "threshold_positive3",
    "singleThreshold": "single_threshold",
}
WITHOUT_EFFECT = ("excludeDAB", "includeNuclei", "makeMeasurements")


def read_detection(given: Mapping[str, Any]) -> CellDetection:
    """Return parameters written as in a QuPath script, or by our names.

    Raises
    ------
    SlideError
        A name or value is unknown.

    Examples
    --------
    >>> read_detection({"sigmaMicrons": 2.0, "threshold": 0.2}).sigma
    2.0
    """
    own = {item.name: item.type for item in fields(CellDetection)}
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name in WITHOUT_EFFECT:
            continue
        key = QUPATH_NAMES.get(name, name)
        if key not in own:
            raise SlideError(
                f"{name}: no parameter of cell detection, expected one of "
                f"{', '.join(QUPATH_NAMES)}. Correct the name. [CELL-PARAMETER]"
            )
        values[key] = _read_parameter(name, value, getattr(CellDetection(), key))
    return CellDetection(**values)


def _read_parameter(name: str, value: Any, default: Any) -> Any:
    """Return a value of the same kind as the default."""
    if isinstance(default, DetectionImage):
        images = [image.value for image in DetectionImage]
        if value in images:
            return DetectionImage(value)
        expected = " or ".join(images)
    else:
        kinds = (int, float) if isinstance(default, float) else (type(default),)
        if isinstance(value, kinds) and isinstance(value, bool) == isinstance(default, bool):
            return value
        expected = {float: "a number", bool: "true or false"}.get(type(default), "words")
    raise SlideError(f"{name}: {value}, expected {expected}. Correct the value. [CELL-PARAMETER]")


def detect_nuclei(image: Floats, pixel_um: float, settings: CellDetection) -> Ints:
    """Find nuclei in an image of optical density.

    Background is taken off, the image smoothed, and its Laplacian split into basins. Basins darker
    than the threshold are merged, filled and split where they have a waist.

    Parameters
    ----------
    image : array of shape (height, width)
        Optical density of hematoxylin, or summed over the bands.
    pixel_um : float
        Side of a pixel.
    settings : CellDetection
        Parameters.

    Returns
    -------
    array of shape (height, width)
        0 outside nuclei; labels from 1 without gaps.

    References
    ----------
    Bankhead P, et al. Sci Rep 2017;7:16878.
    """
    density = subtract_background(image, pixel_um, settings)
    if settings.median_radius > 0:
        density = ndi.median_filter(density, footprint=_disk(settings.median_radius / pixel_um))
    smooth = ndi.gaussian_filter(density, settings.sigma / pixel_um, mode="nearest", truncate=4)
    edges: Floats = ndi.correlate(smooth, LAPLACIAN, mode="nearest")
    mask = find_dark_basins(edges, density, settings.threshold)
    mask = fill_small_holes(mask, settings.max_area / pixel_um**2)
    if settings.watershed_post_process:
        distance, _ = find_nearest(~mask, FARTHEST_PX)
        labels = clear_borders(split_summits(distance, mask, settings.split_depth_px))
        labels = ndi.label(labels > 0)[0].astype(np.int32)
    else:
        labels = ndi.label(mask)[0].astype(np.int32)
    return _keep_sizes(labels, pixel_um, settings)


def subtract_background(image: Floats, pixel_um: float, settings: CellDetection) -> Floats:
    """Return the image above its background; nothing where the background is too dark itself."""
    if settings.background_radius <= 0:
        return image
    radius_px = settings.background_radius / pixel_um
    if settings.is_background_square:
        side = 2 * round(radius_px) + 1
        background = reconstruct(ndi.minimum_filter(image, side, mode="nearest"), image)
    elif settings.background_by_reconstruction:
        background = open_by_reconstruction(image, radius_px)
    else:
        background = ndi.grey_opening(image, footprint=_disk(radius_px))
    above = image - background
    if settings.max_background > 0:
        above[background > settings.max_background] = 0
    return np.asarray(above, dtype=np.float32)


def find_dark_basins(edges: Floats, density: Floats, threshold: float) -> Mask:
    """Return the pixels of basins of the Laplacian whose mean density is above the threshold."""
    is_inside = edges > 0
    basins = split_summits(edges, is_inside, SUMMIT_OD)
    size = np.bincount(basins.ravel())
    total = np.bincount(basins.ravel(), weights=density.ravel())
    summit = np.zeros(len(size), np.float32)
    np.maximum.at(summit, basins.ravel(), edges.ravel())
    is_dark = (total > threshold * size) & (summit > SUMMIT_OD)
    is_dark[0] = False
    return np.asarray(is_dark[basins], dtype=np.bool_)


def fill_small_holes(mask: Mask, largest_px: float) -> Mask:
    """Fill holes that a nucleus may have; larger ones are what nuclei stand around."""
    holes, n_holes = ndi.label(~mask)
    if n_holes == 0:
        return mask
    is_small = np.bincount(holes.ravel()) <= largest_px
    edge = np.concatenate([holes[0], holes[-1], holes[:, 0], holes[:, -1]])
    is_small[edge] = False
    return mask | np.asarray(is_small[holes], dtype=np.bool_)


def _keep_sizes(labels: Ints, pixel_um: float, settings: CellDetection) -> Ints:
    """Round the outlines, then leave out what is too small or too large for a nucleus."""
    alike = count_alike(labels)
    counted = (
        labels if not settings.smooth_boundaries else np.where(alike >= ALIKE_COUNTED, labels, 0)
    )
    area = np.bincount(counted.ravel(), minlength=int(labels.max()) + 1) * pixel_um**2
    is_nucleus = (area >= settings.min_area) & (area <= settings.max_area)
    is_nucleus[0] = False
    return number_regions(counted, is_nucleus)


def _disk(radius_px: float) -> Mask:
    reach = int(radius_px)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return np.asarray(np.hypot(y, x) <= radius_px, dtype=np.bool_)
