"""Stains: optical density, reference vectors, and how an image is split into its stains."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialwright.core.errors import SlideError
from trialwright.imaging.unmixing import fit_best_pairs

FloatArray = NDArray[np.floating[Any]]

HEMATOXYLIN, DAB_NAME = "hematoxylin", "dab"
# Hematoxylin and DAB are QuPath's defaults. Purple and green are nominal colors of Ventana's
# Discovery chromogens; a protocol gives its own, and every slide's are estimated.
REFERENCE_VECTORS: Mapping[str, tuple[float, float, float]] = {
    HEMATOXYLIN: (0.65, 0.70, 0.29),
    DAB_NAME: (0.27, 0.57, 0.78),
    "purple": (0.37, 0.87, 0.33),
    "green": (0.83, 0.43, 0.36),
}
DARKEST = 1  # the logarithm of a black pixel
N_COLORS = 3


@dataclass(frozen=True, slots=True)
class StainVectors:
    """The stains of one slide: a unit vector of optical density each, and the color of glass."""

    names: tuple[str, ...]
    vectors: tuple[tuple[float, ...], ...]  # one row per stain, one column per band
    white: tuple[float, ...]  # gray value of glass in each band

    def matrix(self) -> NDArray[np.float64]:
        """Return the vectors as an array of shape (n_stains, n_bands), each of length 1."""
        rows = np.asarray(self.vectors, dtype=float)
        unit: NDArray[np.float64] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return unit

    def as_dict(self) -> dict[str, list[float]]:
        """Return the unit vector of each stain."""
        return {
            name: [float(part) for part in row]
            for name, row in zip(self.names, self.matrix(), strict=True)
        }


def reference_stains(
    names: tuple[str, ...] = (HEMATOXYLIN, DAB_NAME),
    white: tuple[float, ...] = (255.0, 255.0, 255.0),
    references: Mapping[str, tuple[float, ...]] = REFERENCE_VECTORS,
) -> StainVectors:
    """Return the reference vectors of stains by name.

    Examples
    --------
    >>> [round(part, 3) for part in reference_stains().as_dict()["dab"]]
    [0.269, 0.568, 0.778]
    """
    unknown = [name for name in names if name not in references]
    if unknown:
        raise SlideError(
            f"stain {unknown[0]}: no vector is known, expected one of {', '.join(references)}. "
            "Give its optical density in red, green and blue. [STAIN-UNKNOWN]"
        )
    return StainVectors(names, tuple(references[name] for name in names), white)


def to_optical_density(pixels: NDArray[Any], white: ArrayLike) -> FloatArray:
    """Return the optical density of gray values: -log10(max(value, 1) / white), at least 0.

    Parameters
    ----------
    pixels : array of shape (..., n_bands)
        Gray values from 0 to 255 (or to the white point of another depth).
    white : array of shape (n_bands,)
        Gray value of glass in each band.

    Examples
    --------
    >>> to_optical_density(np.array([[255, 26, 0]]), [255, 255, 255]).round(2)
    array([[0.  , 0.99, 2.41]], dtype=float32)
    """
    glass = np.asarray(white, dtype=np.float32)
    if pixels.dtype == np.uint8:  # 256 logarithms instead of one per pixel
        values = np.maximum(np.arange(256, dtype=np.float32), DARKEST)
        table = np.maximum(np.log10(glass[:, None] / values), 0).astype(np.float32)
        return np.stack([table[n][pixels[..., n]] for n in range(len(glass))], axis=-1)
    density = np.log10(glass / np.maximum(pixels.astype(np.float32), DARKEST))
    return np.maximum(density, 0).astype(np.float32)


def complete_matrix(stains: StainVectors) -> NDArray[np.float64]:
    """Return two stains and their residual, which stands at right angles to both, as three rows."""
    first, second = stains.matrix()
    residual = np.cross(first, second)
    return np.stack([first, second, residual / np.linalg.norm(residual)])


def unmix_two(od: FloatArray, stains: StainVectors) -> FloatArray:
    """Split optical density into two stains and a residual.

    Parameters
    ----------
    od : array of shape (..., 3)
        Optical density in red, green, blue.
    stains : StainVectors
        Two stains.

    Returns
    -------
    array of shape (..., 3)
        First stain, second stain, residual; may be negative.

    References
    ----------
    Ruifrok AC, Johnston DA. Anal Quant Cytol Histol 2001;23:291-299.
    """
    inverse = np.linalg.inv(complete_matrix(stains)).astype(np.float32)
    return np.asarray(od @ inverse, dtype=np.float32)


def unmix_best_single(od: FloatArray, stains: StainVectors) -> FloatArray:
    """Split into hematoxylin and, in each pixel, the one chromogen that explains most.

    Parameters
    ----------
    od : array of shape (..., 3)
        Optical density.
    stains : StainVectors
        Hematoxylin first, then the chromogens; more stains than bands are allowed.

    Returns
    -------
    array of shape (..., n_stains)
        Amounts, at least 0, at most two of them above 0 in a pixel.
    """
    pairs = [(0, other) for other in range(1, len(stains.names))]
    return _unmix_best(od, stains, pairs)


def unmix_best_pair(od: FloatArray, stains: StainVectors) -> FloatArray:
    """Split into the two stains that explain most in each pixel, whichever they are.

    Takes and returns what `unmix_best_single` does.
    """
    return _unmix_best(od, stains, list(combinations(range(len(stains.names)), 2)))


def unmix_pseudo_inverse(od: FloatArray, stains: StainVectors) -> FloatArray:
    """Split by the pseudo-inverse: of all exact mixtures the smallest, negative parts set to 0.

    Takes and returns what `unmix_best_single` does, but all stains may be above 0.
    """
    inverse = np.linalg.pinv(stains.matrix()).astype(np.float32)
    return np.asarray(np.maximum(od @ inverse, 0), dtype=np.float32)


def unmix_least_squares(od: FloatArray, stains: StainVectors) -> FloatArray:
    """Split a multispectral image by least squares; it needs at least as many bands as stains.

    Parameters
    ----------
    od : array of shape (..., n_bands)
        Optical density in each band.
    stains : StainVectors
        At most n_bands stains, vectors of n_bands.

    Returns
    -------
    array of shape (..., n_stains)
        Amounts, negative parts set to 0.

    Raises
    ------
    SlideError
        More stains than bands, which three colors of a camera cannot tell apart exactly.
    """
    matrix = stains.matrix()
    if matrix.shape[0] > matrix.shape[1]:
        raise SlideError(
            f"{matrix.shape[0]} stains in {matrix.shape[1]} bands, expected at most as many stains "
            "as bands. Unmix by the best single chromogen. [STAIN-BANDS]"
        )
    return unmix_pseudo_inverse(od, stains)


def _unmix_best(od: FloatArray, stains: StainVectors, pairs: list[tuple[int, int]]) -> FloatArray:
    """Fit each pair of stains without negative parts; keep the best fit of each pixel."""
    matrix = stains.matrix().astype(np.float32)
    flat = np.ascontiguousarray(od.reshape(-1, od.shape[-1]), dtype=np.float32)
    out = np.zeros((len(flat), len(matrix)), np.float32)
    fit_best_pairs(flat, matrix, np.array(pairs, dtype=np.int64), out)
    return out.reshape(*od.shape[:-1], len(matrix))


def measure_misfit(stains: StainVectors, reference: StainVectors) -> dict[str, float]:
    """Return the angle in degrees between each stain's vector and its reference.

    Examples
    --------
    >>> tilted = StainVectors(("dab",), ((0.27, 0.57, 0.60),), (255.0,) * 3)
    >>> round(measure_misfit(tilted, reference_stains(("dab",)))["dab"], 1)
    7.5
    """
    cosines = (stains.matrix() * reference.matrix()).sum(axis=1)
    angles = np.degrees(np.arccos(np.clip(cosines, -1, 1)))
    return dict(zip(stains.names, (float(angle) for angle in angles), strict=True))
