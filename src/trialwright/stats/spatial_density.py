"""Cells per area: maps of density, and zones about a tumor's border."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
from scipy.ndimage import gaussian_filter

from trialwright.core.arrays import FloatArray
from trialwright.core.errors import EstimateError
from trialwright.stats.spatial import check_points
from trialwright.stats.spatial_windows import Window, find_inside, measure_to_border

UM2_PER_MM2 = 1_000_000.0
MARGIN_UM = 500.0  # to either side of the border, the habit of the immune scores
LEAST_WEIGHT = 0.01  # of the kernel inside the window; less tells nothing about the place
MOST_GRID_PLACES = 4_000_000


class Zone(Enum):
    """Where a cell lies with respect to the tumor's border."""

    CORE = "core"
    MARGIN = "margin"
    STROMA = "stroma"


@dataclass(frozen=True, slots=True)
class DensityMap:
    """Cells per mm2 on a grid, shape (n_y, n_x); NaN outside the window."""

    low_x_um: float
    low_y_um: float
    step_um: float
    density_per_mm2: FloatArray


@dataclass(frozen=True, slots=True)
class ZoneDensity:
    """Cells in a zone and its area; the density is NaN where the zone has no area."""

    zone: Zone
    n_cells: int
    area_mm2: float
    density_per_mm2: float


def map_density(
    points_um: FloatArray, window: Window, step_um: float, bandwidth_um: float
) -> DensityMap:
    """Map the density of cells with a Gaussian kernel, corrected at the window's border.

    Parameters
    ----------
    points_um : array, shape (n, 2)
        Places in um; what lies outside the window is left out.
    window : Window
        Area in which cells were looked for, in um.
    step_um : float
        Side of a grid square.
    bandwidth_um : float
        Standard deviation of the kernel.

    Returns
    -------
    DensityMap
        One value per grid square, divided by the share of the kernel inside the window.

    References
    ----------
    Diggle PJ. Appl Stat 1985;34:138-147.
    """
    if not (step_um > 0 and bandwidth_um > 0):
        raise EstimateError(
            f"step {step_um} um and bandwidth {bandwidth_um} um, expected more than 0. "
            "Write 20 and 50."
        )
    points = check_points(points_um, "points_um")
    xs, ys, inside = _lay_grid(window, step_um)
    points = points[find_inside(points, window)]
    edges = [np.append(line, line[-1] + step_um) for line in (ys, xs)]
    counts, _, _ = np.histogram2d(points[:, 1], points[:, 0], bins=edges)
    sigma = bandwidth_um / step_um
    smooth = gaussian_filter(counts, sigma, mode="constant", truncate=4.0)
    weight = gaussian_filter(inside, sigma, mode="constant", truncate=4.0)
    is_known = (inside > 0) & (weight > LEAST_WEIGHT)
    density = np.full(counts.shape, np.nan)
    density[is_known] = smooth[is_known] / weight[is_known] * UM2_PER_MM2 / step_um**2
    return DensityMap(float(xs[0]), float(ys[0]), step_um, density)


def _lay_grid(window: Window, step_um: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the low corners of a grid over a window, and 1 in the squares with center inside."""
    low_x, low_y, high_x, high_y = window.bounds
    n_x, n_y = (
        max(1, int(np.ceil(side / step_um - 1e-9))) for side in (high_x - low_x, high_y - low_y)
    )
    if n_x * n_y > MOST_GRID_PLACES:
        raise EstimateError(
            f"a grid of {n_x} by {n_y} squares, expected at most {MOST_GRID_PLACES} in all. "
            "Choose a larger step."
        )
    xs: FloatArray = np.asarray(low_x + step_um * np.arange(n_x), dtype=np.float64)
    ys: FloatArray = np.asarray(low_y + step_um * np.arange(n_y), dtype=np.float64)
    centers = np.stack(np.meshgrid(xs + step_um / 2, ys + step_um / 2), axis=-1).reshape(-1, 2)
    inside: FloatArray = find_inside(centers, window).reshape(n_y, n_x).astype(np.float64)
    return xs, ys, inside


def assign_zones(distance_um: FloatArray, margin_um: float = MARGIN_UM) -> list[Zone]:
    """Name the zone of each signed distance to the tumor's border (negative inside)."""
    return [
        Zone.MARGIN if abs(gap) <= margin_um else Zone.CORE if gap < 0 else Zone.STROMA
        for gap in distance_um.tolist()
    ]


def measure_zones(
    points_um: FloatArray, tumor: Window, tissue: Window, margin_um: float = MARGIN_UM
) -> tuple[Mapping[Zone, ZoneDensity], FloatArray]:
    """Count cells per mm2 in the core of a tumor, about its border, and beyond.

    Parameters
    ----------
    points_um : array, shape (n, 2)
        Places in um; what lies outside the tissue is left out.
    tumor : Window
        The tumor, in um.
    tissue : Window
        All tissue looked at, in um; it may reach beyond the tumor or cut it.
    margin_um : float
        Half the width of the margin.

    Returns
    -------
    dict of Zone to ZoneDensity
        Core, margin and stroma; areas from a grid on whose border squares count in part.
    array, shape (n_inside,)
        Distance to the tumor's border of each cell in the tissue, negative inside the tumor.
    """
    points = check_points(points_um, "points_um")
    points = points[find_inside(points, tissue)]
    distance = measure_to_border(points, tumor)
    areas = _measure_areas(tumor, tissue, margin_um)
    is_margin, is_core = np.abs(distance) <= margin_um, distance < -margin_um
    counts = {
        Zone.CORE: int(is_core.sum()),
        Zone.MARGIN: int(is_margin.sum()),
        Zone.STROMA: int((distance > margin_um).sum()),
    }
    zones = {
        zone: ZoneDensity(
            zone, n, areas[zone], n / areas[zone] if areas[zone] > 0 else float("nan")
        )
        for zone, n in counts.items()
    }
    return zones, distance


def _measure_areas(tumor: Window, tissue: Window, margin_um: float) -> dict[Zone, float]:
    """Measure the area of each zone of the tissue, in mm2."""
    low_x, low_y, high_x, high_y = tissue.bounds
    step = np.sqrt((high_x - low_x) * (high_y - low_y) / 160_000)
    xs, ys, _ = _lay_grid(tissue, float(step))
    centers = np.stack(np.meshgrid(xs + step / 2, ys + step / 2), axis=-1).reshape(-1, 2)
    # A border that crosses a square leaves about this share of it on the inner side.
    present = _share_within(measure_to_border(centers, tissue), step)
    distance = measure_to_border(centers, tumor)
    core = present * _share_within(distance + margin_um, step)
    reached = present * _share_within(distance - margin_um, step)
    scale = tissue.area / present.sum() / UM2_PER_MM2
    return {
        Zone.CORE: float(core.sum() * scale),
        Zone.MARGIN: float((reached - core).sum() * scale),
        Zone.STROMA: float((present - reached).sum() * scale),
    }


def _share_within(signed: FloatArray, step: float) -> FloatArray:
    """Return the share of squares on the negative side of a border, from their centers' gaps."""
    return np.clip(0.5 - signed / step, 0.0, 1.0)
