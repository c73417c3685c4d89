"""A slide's own stain vectors and white point, estimated from a sample of its pixels."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialwright.imaging.stain import (
    DARKEST,
    REFERENCE_VECTORS,
    StainVectors,
    reference_stains,
    to_optical_density,
)

Floats = NDArray[np.float64]

GLASS_SHARE = 0.01  # the brightest hundredth is glass, a vessel or the palest tissue
PALEST_OD, DARKEST_OD = 0.20, 2.0  # below: noise; above: a camera that saw no more light
STRONG_OD = 0.35
CONE_DEGREES = 25.0  # a stain further from its reference is another stain
N_SAMPLE = 60_000
FEWEST_PIXELS = 200
BANDWIDTH_DEGREES = 2.5
PURE_SHARES = (0.70, 0.95)  # of a chromogen's pixels, from mixed with hematoxylin to noise
N_STEPS = 30


def estimate_white(pixels: NDArray[Any]) -> tuple[float, ...]:
    """Estimate the gray value of glass in each band.

    Parameters
    ----------
    pixels : array of shape (..., n_bands)
        A sample of the slide, glass included where there is any.

    Returns
    -------
    tuple of float
        Median of the brightest hundredth of the pixels.
    """
    flat = pixels.reshape(-1, pixels.shape[-1])
    light = flat.sum(axis=1, dtype=np.int64)
    bright = flat[light >= np.quantile(light, 1 - GLASS_SHARE)]
    return tuple(float(value) for value in np.maximum(np.median(bright, axis=0), DARKEST))


def estimate_stains(
    pixels: NDArray[Any],
    names: tuple[str, ...],
    white: tuple[float, ...] | None = None,
    references: Mapping[str, tuple[float, ...]] = REFERENCE_VECTORS,
) -> StainVectors:
    """Estimate the vectors of a slide's stains around their references.

    Hematoxylin is the commonest direction among pixels nearer to its reference than to any
    chromogen. A chromogen is the direction of the purest of its pixels, those furthest from the
    hematoxylin found, short of the last which noise has carried there. Too few pixels of a stain
    leave its reference, turned by nothing.

    Parameters
    ----------
    pixels : array of shape (..., 3)
        A sample of the slide's tissue, uint8.
    names : tuple of str
        Hematoxylin first, then the chromogens.
    white : tuple of float, optional
        Gray value of glass; estimated from the pixels when omitted.
    references : mapping
        Vector of each stain by name.

    Returns
    -------
    StainVectors
        In the order of `names`.

    References
    ----------
    Macenko M, et al. ISBI 2009:1107-1110 (angles of optical density and their percentiles).
    """
    glass = estimate_white(pixels) if white is None else white
    nominal = reference_stains(names, glass, references).matrix()
    directions, strength = _sample_directions(pixels, glass)
    nearest = np.argmax(directions @ nominal.T, axis=1) if len(directions) else np.zeros(0, int)
    found = [_find_mode(directions[nearest == 0], nominal[0])]
    for number in range(1, len(names)):
        own = directions[(nearest == number) & (strength > STRONG_OD)]
        found.append(_find_purest(own, found[0], nominal[number]))
    return StainVectors(names, tuple(tuple(float(part) for part in row) for row in found), glass)


def _sample_directions(pixels: NDArray[Any], white: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Return unit vectors of stained pixels, evenly drawn, and their optical density."""
    flat = pixels.reshape(-1, pixels.shape[-1])
    od = to_optical_density(flat, white).astype(float)
    strength = np.linalg.norm(od, axis=1)
    # A channel at its darkest says nothing about the ratio of the channels.
    is_stained = (strength > PALEST_OD) & (strength < DARKEST_OD) & (flat.min(axis=1) > DARKEST)
    od, strength = od[is_stained], strength[is_stained]
    step = max(1, len(od) // N_SAMPLE)
    od, strength = od[::step], strength[::step]
    return od / strength[:, None], strength


def _find_mode(directions: Floats, start: Floats) -> Floats:
    """Return the commonest direction within the cone around a reference, by mean shift."""
    near = directions[directions @ start > np.cos(np.radians(CONE_DEGREES))]
    if len(near) < FEWEST_PIXELS:
        return start
    at = _unit(np.median(near, axis=0))
    concentration = 1 / np.radians(BANDWIDTH_DEGREES) ** 2
    for _ in range(N_STEPS):
        weights = np.exp(concentration * (near @ at - 1))
        moved = _unit(weights @ near)
        if moved @ at > 1 - 1e-10:
            break
        at = moved
    return at


def _find_purest(directions: Floats, hematoxylin: Floats, start: Floats) -> Floats:
    """Return the direction of a chromogen's pixels that are least mixed with hematoxylin."""
    near = directions[directions @ start > np.cos(np.radians(CONE_DEGREES))]
    if len(near) < FEWEST_PIXELS:
        return start
    away = _unit(start - (start @ hematoxylin) * hematoxylin)
    angle = np.arctan2(near @ away, near @ hematoxylin)
    low, high = np.quantile(angle, PURE_SHARES)
    return _unit(np.median(near[(angle >= low) & (angle <= high)], axis=0))


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / np.linalg.norm(vector), dtype=float)
