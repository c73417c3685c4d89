"""The piece of tissue on a simulated slide: its outline, its holes, how crowded it is where."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from trialwright.simulate.slides.optics import FloatArray, make_noise

EDGE_UM = 1.2


@dataclass(frozen=True, slots=True)
class Field:
    """What part of a slide is rendered.

    `width_um` and `height_um` are its sides, `pixel_size_um` the width of a pixel; a needle core
    lies across it with `margin_um` of empty glass above and below (0: tissue everywhere);
    `cells_per_mm2` counts nuclei of tumor and stroma per mm2 of tissue; `n_holes` are vessels and
    tears.
    """

    width_um: float = 600.0
    height_um: float = 600.0
    pixel_size_um: float = 0.5
    margin_um: float = 0.0
    cells_per_mm2: float = 3600.0
    n_holes: int = 2

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return (
            round(self.height_um / self.pixel_size_um),
            round(self.width_um / self.pixel_size_um),
        )


@dataclass(frozen=True, slots=True)
class Section:
    """Where tissue is: `tissue` in [0, 1] per pixel, `inside` where cells may lie."""

    tissue: FloatArray
    inside: NDArray[np.bool_]
    area_mm2: float


def cut_section(field: Field, rng: Generator) -> Section:
    """Cut a piece of tissue with ragged edges and holes.

    Parameters
    ----------
    field : Field
        Size, margin and holes.
    rng : Generator
        Source.
    """
    shape, size = field.shape, field.pixel_size_um
    rows = (np.arange(shape[0], dtype=np.float32)[:, None] + 0.5) * size
    distance = np.full(shape, 1e3, np.float32)
    if field.margin_um > 0:
        ragged = 14 * make_noise(rng, shape, 60 / size, coarse=16)
        ragged += 2.5 * make_noise(rng, shape, 7 / size, coarse=2)
        half_um = field.height_um / 2 - field.margin_um
        distance = half_um - np.abs(rows - field.height_um / 2) + ragged
    columns = (np.arange(shape[1], dtype=np.float32)[None, :] + 0.5) * size
    for _ in range(field.n_holes):
        distance = np.minimum(distance, _cut_hole(field, rows, columns, rng))
    tissue = gaussian_filter((distance > 0).astype(np.float32), EDGE_UM / size)
    area_mm2 = float((distance > 0).mean()) * field.width_um * field.height_um / 1e6
    return Section(tissue, distance > 2.0, area_mm2)


def _cut_hole(
    field: Field, rows: FloatArray, columns: FloatArray, rng: Generator
) -> NDArray[np.float32]:
    """Return the distance from an oval hole, about, in um; negative inside it."""
    x, y = rng.uniform(0.1, 0.9) * field.width_um, rng.uniform(0.2, 0.8) * field.height_um
    long_um, short_um = rng.uniform(14, 32), rng.uniform(6, 16)
    angle = rng.uniform(0, np.pi)
    along = (columns - x) * np.cos(angle) + (rows - y) * np.sin(angle)
    across = (rows - y) * np.cos(angle) - (columns - x) * np.sin(angle)
    away: NDArray[np.float32] = (np.hypot(along / long_um, across / short_um) - 1) * short_um
    return away
