"""Whether a slide can be trusted: what refuses it, what casts doubt on it, what is only said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.ndimage as ndi
from numpy.typing import NDArray

from trialwright.core.errors import SlideError
from trialwright.imaging.slide import Slide
from trialwright.imaging.stain import REFERENCE_VECTORS, StainVectors, to_optical_density
from trialwright.imaging.tissue import Overview, TissueMask, keep_large

Mask = NDArray[np.bool_]
Pixels = NDArray[Any]

SMALLEST_SIDE_UM = 20.0
DARKEST_GLASS = 100.0  # glass of a brightfield slide is light; that of fluorescence is black
LEAST_TISSUE_MM2 = 0.02
LARGEST_MISFIT_DEGREES = 5.0  # beyond it, one of three chromogens may be unmixed wrongly
DAB = "dab"  # the one color whose name is an abbreviation
OTHER_STAIN_DEGREES = 16.0  # hematoxylins differ by up to 15 degrees; eosin is further from DAB
LEAST_SHARPNESS = 0.17
LARGEST_CLIPPED_SHARE = 0.02
LARGEST_PEN_SHARE = 0.05
CLIPPED_BELOW = 3
PEN_OD, INK_OD = 0.35, 0.8  # ink of another color; ink as dark as no tissue is over its whole width
PEN_ANGLE_DEGREES = 16.0
SMOOTH_SHARE = 0.15  # ink is even, tissue is not
PEN_REACH_UM = 40.0
SMALLEST_PEN_UM2 = 20_000.0
FLUOROPHORES = ("dapi", "fitc", "cy3", "cy5", "opal", "texas", "alexa", "gfp", "hoechst")


@dataclass(frozen=True, slots=True)
class SlideQuality:
    """What was measured of a slide's quality, and what follows.

    `doubts` are reasons not to trust its numbers; `notes` are said but forbid nothing.
    """

    sharpness: float
    clipped_share: float
    pen_share: float
    tissue_mm2: float
    misfit_degrees: float
    doubts: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def is_trusted(self) -> bool:
        """Whether nothing speaks against the slide."""
        return not self.doubts


def refuse_unmeasurable(slide: Slide, white: tuple[float, ...], has_vectors: bool) -> None:
    """Refuse a slide that no stain can be measured on.

    Raises
    ------
    SlideError
        Too small; fluorescence; bands without known vectors.
    """
    name = slide.path.name
    side_um = min(slide.width, slide.height) * slide.pixel_size_um
    if side_um < SMALLEST_SIDE_UM:
        raise SlideError(
            f"{name}: {slide.width} x {slide.height} pixels, expected a field of at least "
            f"{SMALLEST_SIDE_UM:g} um a side. Give the whole slide. [SLIDE-SIZE]"
        )
    bands = slide.facts.bands
    is_fluorescence = any(word in band.lower() for band in bands for word in FLUOROPHORES)
    if is_fluorescence or float(np.mean(white)) < DARKEST_GLASS:
        raise SlideError(
            f"{name}: fluorescence or a dark ground ({', '.join(bands)}), expected stained tissue "
            "on light glass. Give the brightfield scan. [SLIDE-FLUORESCENCE]"
        )
    if not slide.facts.is_rgb and not has_vectors:
        raise SlideError(
            f"{name}: {len(bands)} bands ({', '.join(bands)}), expected red, green and blue, or "
            "the vector of each stain in every band. Give the vectors. [SLIDE-BANDS]"
        )


def refuse_blank(slide: Slide, tissue: TissueMask) -> None:
    """Refuse a slide without tissue.

    Raises
    ------
    SlideError
        The mask is empty.
    """
    if not tissue.mask.any():
        raise SlideError(
            f"{slide.path.name}: no tissue found, expected stained tissue on light glass. "
            "Look at the slide; scan it again if it is not blank. [SLIDE-BLANK]"
        )


def find_pen(overview: Overview, white: tuple[float, ...]) -> Mask:
    """Find ink of a pen: strong color that no stain has, or darkness without any texture.

    Parameters
    ----------
    overview : Overview
        Picture of the whole slide, in color.
    white : tuple of float
        Gray value of glass.

    Returns
    -------
    array of shape (height, width)
        Ink and what lies within 40 um of it.
    """
    um = overview.pixel_um
    od = to_optical_density(overview.pixels, white)
    mean = np.stack([ndi.uniform_filter(od[..., band], 5) for band in range(od.shape[2])], axis=-1)
    strength = np.linalg.norm(mean, axis=2)
    directions = mean / np.maximum(strength, 1e-6)[..., None]
    is_foreign = (strength > PEN_OD) & (_measure_angle(directions) > PEN_ANGLE_DEGREES)
    total = od.sum(axis=2)
    level = ndi.uniform_filter(total, 9)
    spread = np.sqrt(np.maximum(ndi.uniform_filter(total**2, 9) - level**2, 0))
    is_brown = directions @ _unit(REFERENCE_VECTORS["dab"]) > np.cos(np.radians(PEN_ANGLE_DEGREES))
    is_ink = (strength > INK_OD) & (spread < SMOOTH_SHARE * level) & ~is_brown
    pen = keep_large(is_foreign | is_ink, SMALLEST_PEN_UM2 / um**2)
    if not pen.any():
        return pen
    away: Any = ndi.distance_transform_edt(~pen)
    return np.asarray(away * um <= PEN_REACH_UM, dtype=np.bool_)


def measure_sharpness(patch: Pixels, white: tuple[float, ...]) -> float:
    """Measure how much of a picture's detail is as fine as its pixels.

    Parameters
    ----------
    patch : array of shape (height, width, 3)
        Tissue at the working resolution.
    white : tuple of float
        Gray value of glass.

    Returns
    -------
    float
        Detail of 1 pixel against detail of 2 to 4 pixels, 0.3 to 0.5 in focus.
    """
    od = to_optical_density(patch, white).sum(axis=2)
    fine, middle, coarse = (ndi.gaussian_filter(od, sigma) for sigma in (0.7, 1.4, 4.0))
    return float(np.std(fine - middle) / max(float(np.std(middle - coarse)), 1e-6))


def judge_quality(
    patches: list[Pixels],
    stains: StainVectors,
    tissue_mm2: float,
    pen_share: float,
    misfits: dict[str, float],
) -> SlideQuality:
    """Put a slide's quality in numbers and words.

    Parameters
    ----------
    patches : list of arrays of shape (height, width, 3)
        Tissue at the working resolution.
    stains : StainVectors
        Of the slide.
    tissue_mm2 : float
        Area of its tissue.
    pen_share : float
        Part of the stained area that is ink.
    misfits : dict
        Angle in degrees of each stain's vector to its reference.
    """
    sharpness = float(np.median([measure_sharpness(patch, stains.white) for patch in patches]))
    clipped = float(np.mean([(patch < CLIPPED_BELOW).any(axis=2).mean() for patch in patches]))
    doubts: list[str] = []
    notes: list[str] = []
    if tissue_mm2 < LEAST_TISSUE_MM2:
        doubts.append(f"{tissue_mm2:.3f} mm2 of tissue, expected at least {LEAST_TISSUE_MM2:g}")
    if sharpness < LEAST_SHARPNESS:
        doubts.append(f"out of focus: sharpness {sharpness:.2f}, expected {LEAST_SHARPNESS:g}")
    if clipped > LARGEST_CLIPPED_SHARE:
        doubts.append(f"{clipped:.1%} of the tissue is black in a color, expected at most 2%")
    if pen_share > LARGEST_PEN_SHARE:
        doubts.append(f"pen marks cover {pen_share:.0%} of what is stained; they were left out")
    elif pen_share > 0:
        notes.append("pen marks were found and left out")
    other, far = tell_misfits(misfits)
    doubts += other
    notes += far
    worst = max(misfits.values(), default=0.0)
    return SlideQuality(
        sharpness, clipped, pen_share, tissue_mm2, worst, tuple(doubts), tuple(notes)
    )


def tell_misfits(misfits: Mapping[str, float]) -> tuple[list[str], list[str]]:
    """Say what the angles of the stains mean, the same on every kind of slide.

    Parameters
    ----------
    misfits : mapping
        Angle in degrees of each stain's vector to its reference.

    Returns
    -------
    doubts, notes : lists of str
        Stains that must be another one, and those that are only further off than usual.
    """
    doubts, notes = [], []
    for stain, angle in misfits.items():
        name = stain.upper() if stain == DAB else stain
        words = f"{name} lies {angle:.1f} degrees from its reference"
        if angle > OTHER_STAIN_DEGREES:
            doubts.append(f"{words}: another stain")
        elif angle > LARGEST_MISFIT_DEGREES:
            notes.append(words)
    return doubts, notes


def _measure_angle(directions: NDArray[Any]) -> NDArray[Any]:
    """Return the angle in degrees of each direction to the nearest mixture of known stains."""
    hematoxylin = _unit(REFERENCE_VECTORS["hematoxylin"])
    cosine = np.full(directions.shape[:-1], -1, np.float32)
    for name in ("dab", "purple"):  # between them lie the pinks of eosin too
        for share in np.linspace(0, 1, 6):
            mixture = _unit(hematoxylin * (1 - share) + _unit(REFERENCE_VECTORS[name]) * share)
            # One mixture at a time: a large overview times all of them would not fit in memory.
            np.maximum(cosine, directions @ mixture.astype(np.float32), out=cosine)
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def _unit(vector: Any) -> NDArray[np.float64]:
    array = np.asarray(vector, dtype=float)
    return np.asarray(array / np.linalg.norm(array), dtype=float)
