"""Kinds of lymphocyte from the colors of cells: how far, and whither, each departs from blue."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialwright.core.arrays import FloatArray
from trialwright.core.errors import EstimateError
from trialwright.imaging.stain import DAB_NAME, HEMATOXYLIN, StainVectors

NUCLEUS, CD3, CD20, CD23 = "nucleus", "CD3", "CD20", "CD23"
OTHER_CELL = "other"
NUCLEI_BANDWIDTH_DEGREES, CELLS_BANDWIDTH_DEGREES = 2.5, 1.0
PIXELS_TO_NUCLEI_DEGREES = 12.0  # how far hematoxylin may turn when it is refined
NUCLEI_TO_CELLS_DEGREES = 4.0  # whose rims are paler; most stained cells lie beyond
LOWEST_CUT_OD, HIGHEST_CUT_OD = 0.012, 0.05
SPREADS_ABOVE = 5.0  # of an unstained cell: one in 300,000
LOW_QUANTILE = 0.2
RAYLEIGH_LOW = 0.668  # that quantile of the length of a normal vector in a plane, in sigmas
FEWEST_CELLS = 30
MIDDLE_SHARES = (0.25, 0.75)  # of the way from CD20 to CD3: where CD23 may part them
N_STEPS = 50


@dataclass(frozen=True, slots=True)
class Chromogens:
    """Which stain marks what; `cd23` is None where the panel has none."""

    nucleus: str = HEMATOXYLIN
    cd3: str = "green"
    cd20: str = "purple"
    cd23: str | None = DAB_NAME

    @property
    def stains(self) -> tuple[str, ...]:
        """Stains in the order of unmixing, the nuclear one first."""
        marks = (self.nucleus, self.cd20, self.cd3, self.cd23)
        return tuple(name for name in marks if name is not None)


def read_chromogens(given: Mapping[str, str]) -> Chromogens:
    """Read which color marks which protein, as the protocol writes it.

    Raises
    ------
    EstimateError
        If CD3 or CD20 has no color, or two of them have the same.

    Examples
    --------
    >>> read_chromogens({"CD3": "green", "CD20": "purple", "CD23": "DAB"}).stains
    ('hematoxylin', 'purple', 'green', 'dab')
    """
    colors = {marker.strip().upper(): color.strip().lower() for marker, color in given.items()}
    missing = [marker for marker in (CD3, CD20) if marker not in colors]
    if missing:
        raise EstimateError(
            f"the stain has no color for {' and '.join(missing)}, expected one for CD3 and CD20. "
            "Write chromogens: {nucleus: hematoxylin, CD3: green, CD20: purple, CD23: DAB}."
        )
    found = Chromogens(
        colors.get(NUCLEUS.upper(), HEMATOXYLIN), colors[CD3], colors[CD20], colors.get(CD23)
    )
    if len(set(found.stains)) < len(found.stains):
        raise EstimateError(
            f"the stain has colors {', '.join(found.stains)}, expected each once. "
            "Give every marker a color of its own."
        )
    return found


@dataclass(frozen=True, slots=True)
class LymphocyteCalls:
    """What each cell was called, and by which colors.

    `kinds` has "B", "T" or "other" for each cell; `departure` is the length of its color off
    hematoxylin, `angle_degrees` its direction about hematoxylin, counted from CD20 towards CD3.
    """

    kinds: NDArray[np.str_]
    departure: FloatArray
    angle_degrees: FloatArray
    cut_od: float
    border_degrees: float
    hematoxylin: FloatArray


def call_lymphocytes(
    cell_od: FloatArray, nucleus_od: FloatArray, stains: StainVectors, chromogens: Chromogens
) -> LymphocyteCalls:
    """Call B and T cells by the direction in which their color departs from hematoxylin.

    The commonest color of nuclei is that of hematoxylin alone, whatever the membranes about them
    bear; that of unstained cells is near to it. What is left of a cell's color at right angles to
    it lies in a plane, where every chromogen has a direction: its length says whether the cell is
    stained, its direction by what. No chromogen's strength has to be known, and vectors that are
    wrong by some degrees turn the direction little.

    Parameters
    ----------
    cell_od : array, shape (n_cells, 3)
        Mean optical density of each cell, membrane included.
    nucleus_od : array, shape (n_cells, 3)
        Mean optical density of each nucleus.
    stains : StainVectors
        Of the slide, as estimated from its pixels.
    chromogens : Chromogens
        Which stain marks what.

    Returns
    -------
    LymphocyteCalls
        In the order of the cells.
    """
    vectors = dict(zip(stains.names, stains.matrix(), strict=True))
    nuclear = _find_commonest(
        nucleus_od, vectors[chromogens.nucleus], PIXELS_TO_NUCLEI_DEGREES, NUCLEI_BANDWIDTH_DEGREES
    )
    hematoxylin = _find_commonest(
        cell_od, nuclear, NUCLEI_TO_CELLS_DEGREES, CELLS_BANDWIDTH_DEGREES
    )
    first, second = _lay_plane(hematoxylin, vectors[chromogens.cd20], vectors[chromogens.cd3])
    across = np.stack([cell_od @ first, cell_od @ second])
    departure, angle = np.hypot(*across), np.degrees(np.arctan2(across[1], across[0]))
    cut_od = _find_cut(departure)
    is_stained = departure > cut_od
    toward_t = _angle_of(vectors[chromogens.cd3], first, second)
    border = toward_t / 2
    if chromogens.cd23 is not None:
        between = _angle_of(vectors[chromogens.cd23], first, second) / toward_t
        border = toward_t * float(np.clip(between, *MIDDLE_SHARES))
    # The far side of the circle is split opposite to the middle of the two chromogens.
    turned = (angle - toward_t / 2 + 180) % 360 - 180 + toward_t / 2
    kinds = np.where(is_stained, np.where(turned > border, "T", "B"), OTHER_CELL)
    return LymphocyteCalls(kinds, departure, turned, cut_od, border, hematoxylin)


def _find_commonest(
    colors: FloatArray, start: FloatArray, turn_degrees: float, bandwidth_degrees: float
) -> FloatArray:
    """Return the commonest direction of colors within some degrees of another, by mean shift."""
    lengths = np.linalg.norm(colors, axis=1)
    directions = colors[lengths > 0] / lengths[lengths > 0, None]
    near = directions[directions @ start > np.cos(np.radians(turn_degrees))]
    if len(near) < FEWEST_CELLS:
        return start
    concentration = 1 / np.radians(bandwidth_degrees) ** 2
    at = start
    for _ in range(N_STEPS):
        moved = np.exp(concentration * (near @ at - 1)) @ near
        moved /= np.linalg.norm(moved)
        is_still = moved @ at > 1 - 1e-12
        at = moved
        if is_still:
            break
    return np.asarray(at, dtype=float)


def _lay_plane(
    hematoxylin: FloatArray, cd20: FloatArray, cd3: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return two axes at right angles to hematoxylin: towards CD20, and on the side of CD3."""
    first = cd20 - (cd20 @ hematoxylin) * hematoxylin
    first /= np.linalg.norm(first)
    second = np.cross(hematoxylin, first)
    return first, second if cd3 @ second >= 0 else -second


def _angle_of(vector: FloatArray, first: FloatArray, second: FloatArray) -> float:
    """Return the direction of a vector in the plane, in degrees from the first axis."""
    return float(np.degrees(np.arctan2(vector @ second, vector @ first)))


def _find_cut(departure: FloatArray) -> float:
    """Return the least departure of a stained cell, from the spread of those that are not."""
    if len(departure) < FEWEST_CELLS:
        return LOWEST_CUT_OD
    sigma = float(np.quantile(departure, LOW_QUANTILE)) / RAYLEIGH_LOW
    return float(np.clip(SPREADS_ABOVE * sigma, LOWEST_CUT_OD, HIGHEST_CUT_OD))
