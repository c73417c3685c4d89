"""A chest in one slice of computed tomography, with a nodule of known place and size."""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

Floats = NDArray[np.float32]

AIR, LUNG, FAT, MUSCLE, BLOOD, BONE = -1000.0, -860.0, -95.0, 55.0, 150.0, 420.0
NODULE = 45.0
SIDE_PX, PIXEL_MM = 224, 1.6
NOISE_HU, BLUR_PX = 14.0, 0.7
FINER = 3  # shapes are drawn on a finer grid, so that a nodule's size is that asked for


def render_chest(rng: Generator, nodule_mm: float, where_mm: tuple[float, float]) -> Floats:
    """Render an axial slice through the chest with one nodule in a lung.

    Parameters
    ----------
    rng : Generator
        Source of the noise, the ribs and the vessels.
    nodule_mm : float
        Diameter of the nodule.
    where_mm : (float, float)
        Its middle from the middle of the slice: to the right of the picture and downwards.

    Returns
    -------
    array
        Hounsfield units, shape (`SIDE_PX`, `SIDE_PX`), pixels of `PIXEL_MM`.
    """
    fine = FINER * SIDE_PX
    places = (np.arange(fine, dtype=np.float32) + 0.5) * PIXEL_MM / FINER
    x, y = np.meshgrid(places - places.mean(), places - places.mean())
    values = np.full((fine, fine), AIR, np.float32)
    values[_ellipse(x, y, (0, 0), (158, 108))] = FAT
    values[_ellipse(x, y, (0, 2), (148, 97))] = MUSCLE
    for side in (-1, 1):
        lung = _ellipse(x, y, (side * 74, -2), (60, 80))
        values[lung] = LUNG
        for _ in range(90):  # vessels, thinner towards the rim
            center = (side * 74 + rng.normal(0, 26), rng.normal(0, 32))
            radius = abs(rng.normal(0, 1.4)) + 0.8
            values[_ellipse(x, y, center, (radius, radius)) & lung] = MUSCLE
    values[_ellipse(x, y, (-8, -22), (52, 46)) & ~_ellipse(x, y, (120, -22), (60, 60))] = MUSCLE
    values[_ellipse(x, y, (12, -34), (36, 30))] = BLOOD
    values[_ellipse(x, y, (18, 34), (13, 13))] = BLOOD
    values[_ellipse(x, y, (0, 62), (19, 16))] = BONE
    values[_ellipse(x, y, (0, 60), (13, 10))] = 190.0
    for angle in np.linspace(0, 2 * np.pi, 15, endpoint=False) + rng.uniform(0, 0.3):
        center = (143 * np.cos(angle), 2 + 92 * np.sin(angle))
        values[_ellipse(x, y, center, (10 * abs(np.sin(angle)) + 4, 4.5))] = BONE
    values[_ellipse(x, y, where_mm, (nodule_mm / 2, nodule_mm / 2))] = NODULE
    coarse = values.reshape(SIDE_PX, FINER, SIDE_PX, FINER).mean((1, 3))
    noise = gaussian_filter(rng.standard_normal(coarse.shape), 0.6)
    rendered = gaussian_filter(coarse, BLUR_PX) + NOISE_HU * noise / noise.std()
    slice_hu: Floats = np.rint(rendered).astype(np.float32)
    return slice_hu


def _ellipse(
    x: Floats, y: Floats, center: tuple[float, float], half: tuple[float, float]
) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = ((x - center[0]) / half[0]) ** 2 + (
        (y - center[1]) / half[1]
    ) ** 2 <= 1
    return inside
