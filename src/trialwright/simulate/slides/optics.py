"""From amounts of stain to the picture of a scanner: absorption, blur, noise, bytes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

FloatArray = NDArray[np.float32]

STAIN_VECTORS: Mapping[str, tuple[float, float, float]] = {
    "hematoxylin": (0.65, 0.70, 0.29),
    "dab": (0.27, 0.57, 0.78),
    "purple": (0.37, 0.82, 0.43),
    "green": (0.80, 0.41, 0.44),
    "eosin": (0.09, 0.95, 0.28),
    "saffron": (0.10, 0.28, 0.95),
}
"""Optical density of red, green and blue per unit of each stain: where a slide's own begin."""

WHITE = (242.0, 240.0, 241.0)
VECTOR_SPREAD_DEGREES = 2.5
BLUR_UM = 0.35
NOISE_GRAY = 1.0


@dataclass(frozen=True, slots=True)
class SlideLook:
    """How one slide and its scan differ from others.

    `vectors` hold red, green and blue density per unit of stain, each of length 1; `white` is the
    empty glass in gray levels of 0 to 255; `blur_um` the standard deviation of the optics per
    channel; `noise_gray` that of the camera at white.
    """

    vectors: Mapping[str, tuple[float, float, float]]
    white: tuple[float, float, float]
    blur_um: tuple[float, float, float]
    noise_gray: float


def draw_look(rng: Generator) -> SlideLook:
    """Draw how a slide differs: vectors turned by a few degrees, white point, focus.

    Parameters
    ----------
    rng : Generator
        Source of the variation.

    Returns
    -------
    SlideLook
        Every stain of `STAIN_VECTORS`.
    """
    vectors = {name: _turn(np.array(vector), rng) for name, vector in STAIN_VECTORS.items()}
    white = np.clip(np.array(WHITE) + rng.normal(0, 2.5, 3), 225, 252)
    blur_um = BLUR_UM * rng.uniform(0.85, 1.25) * np.array([1.05, 1.0, 1.1])
    return SlideLook(vectors, _triple(white), _triple(blur_um), NOISE_GRAY)


def _turn(vector: NDArray[np.float64], rng: Generator) -> tuple[float, float, float]:
    """Turn a color by a random angle, keeping it a color that absorbs in every channel."""
    unit = vector / np.linalg.norm(vector)
    away = rng.normal(size=3)
    away -= unit * (away @ unit)
    angle = np.radians(rng.normal(0, VECTOR_SPREAD_DEGREES))
    turned = np.clip(unit * np.cos(angle) + away / np.linalg.norm(away) * np.sin(angle), 0.01, 1)
    return _triple(turned / np.linalg.norm(turned))


def _triple(values: NDArray[np.float64]) -> tuple[float, float, float]:
    red, green, blue = (float(value) for value in values)
    return red, green, blue


def expose(
    amounts: Mapping[str, FloatArray], look: SlideLook, pixel_size_um: float, rng: Generator
) -> NDArray[np.uint8]:
    """Turn amounts of stain into what a scanner records.

    Stains add in optical density (Beer and Lambert); the lens mixes light, so that blur acts on
    the transmitted fraction and not on density; the camera adds noise that grows with light.

    Parameters
    ----------
    amounts : mapping
        Stain to its amount per pixel, shape (height, width); one unit is an optical density of 1
        along the stain's vector.
    look : SlideLook
        Vectors, white point, blur and noise of the slide.
    pixel_size_um : float
        Width of a pixel in um.
    rng : Generator
        Source of the camera's noise.

    Returns
    -------
    array
        Shape (height, width, 3), 8 bits.

    References
    ----------
    Ruifrok AC, Johnston DA. Anal Quant Cytol Histol 2001;23:291-9 (density is additive).
    """
    shape = next(iter(amounts.values())).shape
    picture = np.empty((*shape, 3), np.uint8)
    for channel in range(3):
        density = np.zeros(shape, np.float32)
        for stain, amount in amounts.items():
            density += np.float32(look.vectors[stain][channel]) * amount
        light = np.power(np.float32(10), -density)
        light = gaussian_filter(light, look.blur_um[channel] / pixel_size_um, truncate=3.0)
        noise = rng.standard_normal(shape, np.float32) * np.sqrt(light + np.float32(0.02))
        gray = look.white[channel] * light + np.float32(look.noise_gray) * noise
        picture[..., channel] = np.clip(np.rint(gray), 0, 255).astype(np.uint8)
    return picture


def make_noise(
    rng: Generator, shape: tuple[int, int], scale_px: float, coarse: int = 1
) -> FloatArray:
    """Make a smooth random field of mean 0 and standard deviation 1.

    Parameters
    ----------
    rng : Generator
        Source.
    shape : (height, width)
        In pixels.
    scale_px : float
        Standard deviation of the smoothing, in pixels.
    coarse : int, optional
        How many pixels share one draw before smoothing; more is faster for wide scales.

    Returns
    -------
    array
        Shape `shape`, single precision.
    """
    small = tuple(-(-side // coarse) + 1 for side in shape)
    field = gaussian_filter(rng.standard_normal(small, np.float32), scale_px / coarse, mode="wrap")
    if coarse > 1:
        field = _stretch(field, shape, coarse)
    field = field[: shape[0], : shape[1]]
    even: FloatArray = (field - field.mean()) / max(float(field.std()), 1e-9)
    return even


def _stretch(field: FloatArray, shape: tuple[int, int], factor: int) -> FloatArray:
    """Enlarge a field by linear interpolation, rows and then columns."""
    for axis in (0, 1):
        place = np.arange(shape[axis], dtype=np.float32) / factor
        low = np.minimum(place.astype(int), field.shape[axis] - 2)
        part = (place - low).reshape((-1, 1) if axis == 0 else (1, -1))
        field = field.take(low, axis) * (1 - part) + field.take(low + 1, axis) * part
    return field
