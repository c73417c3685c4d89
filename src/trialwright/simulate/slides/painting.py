"""Paint nuclei, membranes, debris and ground as amounts of stain per pixel."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.random import Generator

from trialwright.simulate.slides.cells import BUILDS, Build, CellType
from trialwright.simulate.slides.optics import FloatArray, make_noise

RING_WIDTH_UM = 0.45  # standard deviation of the stained membrane across its outline
RING_OFFSET_UM = 0.75  # the membrane lies this far outside the nucleus of a lymphocyte
TEXTURE_UM = 0.55
TEXTURE_SIDE = 512
HARMONICS = np.arange(2, 7)


@dataclass
class Canvas:
    """Amounts of each stain over a field; everything painted adds up."""

    amounts: Mapping[str, FloatArray]
    pixel_size_um: float
    texture: FloatArray

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width = next(iter(self.amounts.values())).shape
        return height, width

    def add(self, stain: str, top: int, left: int, patch: FloatArray) -> None:
        """Add a patch whose corner may lie outside the field."""
        plane = self.amounts[stain]
        rows = slice(max(top, 0), min(top + patch.shape[0], plane.shape[0]))
        columns = slice(max(left, 0), min(left + patch.shape[1], plane.shape[1]))
        if rows.start < rows.stop and columns.start < columns.stop:
            inner = patch[rows.start - top : rows.stop - top, columns.start - left :]
            plane[rows, columns] += inner[:, : columns.stop - columns.start]


def make_canvas(
    rng: Generator, shape: tuple[int, int], pixel_size_um: float, stains: tuple[str, ...]
) -> Canvas:
    """Make an empty canvas with the chromatin texture that its nuclei share."""
    side = (TEXTURE_SIDE, TEXTURE_SIDE)
    fine = make_noise(rng, side, TEXTURE_UM / pixel_size_um)
    clumps = make_noise(rng, side, 2.2 * TEXTURE_UM / pixel_size_um)
    texture = (0.75 * fine + 0.65 * clumps).astype(np.float32)
    amounts = {stain: np.zeros(shape, np.float32) for stain in stains}
    return Canvas(amounts, pixel_size_um, texture)


def paint_cells(canvas: Canvas, cells: pl.DataFrame, rng: Generator, grain_degrees: float) -> None:
    """Paint every nucleus with its texture, and the ring of those that carry a marker.

    Parameters
    ----------
    canvas : Canvas
        Where to paint.
    cells : DataFrame
        Columns of `cells.CELL_COLUMNS`.
    rng : Generator
        Source of shapes and textures.
    grain_degrees : float
        Direction in which spindle cells run.
    """
    for cell in cells.iter_rows(named=True):
        cell_type = CellType(cell["type"])
        build = BUILDS[cell_type]
        spread = 18 if cell_type is CellType.SPINDLE else 180
        angle = np.radians(grain_degrees + rng.normal(0, spread))
        outline = _Outline(build, angle, rng)
        _paint_one(canvas, cell, build, outline, rng)


class _Outline:
    """A nucleus's closed outline: an ellipse with smooth irregularities."""

    def __init__(self, build: Build, angle: float, rng: Generator):
        self.long_um = max(rng.normal(*build.long_um), 0.6 * build.long_um[0])
        self.short_um = min(max(rng.normal(*build.short_um), 1.4), self.long_um)
        self.angle = angle
        self.waves = rng.normal(0, build.roughness, len(HARMONICS)) / (HARMONICS - 1)
        self.phases = rng.uniform(0, 2 * np.pi, len(HARMONICS))

    def measure(self, dx: FloatArray, dy: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the signed distance from the outline in um (inside negative) and the direction."""
        along = dx * np.cos(self.angle) + dy * np.sin(self.angle)
        across = dy * np.cos(self.angle) - dx * np.sin(self.angle)
        theta = np.arctan2(across / self.short_um, along / self.long_um)
        waves = self.waves[:, None, None] * np.cos(
            HARMONICS[:, None, None] * theta + self.phases[:, None, None]
        )
        radius = np.hypot(along / self.long_um, across / self.short_um) / (1 + waves.sum(0))
        # Of a stretched circle this distance is exact on its axes and close elsewhere.
        steep = np.hypot(along / self.long_um**2, across / self.short_um**2)
        scale = np.maximum(radius, 1e-3) / np.maximum(steep, 1e-3)
        return (radius - 1) * np.minimum(scale, self.long_um), theta


def _paint_one(
    canvas: Canvas, cell: Mapping[str, float], build: Build, outline: _Outline, rng: Generator
) -> None:
    size = canvas.pixel_size_um
    reach = int((outline.long_um * 1.15 + 2.6) / size) + 2
    column, row = int(cell["x_um"] / size), int(cell["y_um"] / size)
    offsets = np.arange(-reach, reach + 1, dtype=np.float32)
    dx = (column + offsets[None, :] + 0.5) * size - cell["x_um"]
    dy = (row + offsets[:, None] + 0.5) * size - cell["y_um"]
    distance, theta = outline.measure(dx, dy)
    body = 1 / (1 + np.exp(np.clip(distance / (0.22), -30, 30)))
    density = max(rng.normal(*build.density), 0.3)
    start = rng.integers(0, TEXTURE_SIDE - 2 * reach - 1, 2)
    side = 2 * reach + 1
    grain = canvas.texture[start[0] : start[0] + side, start[1] : start[1] + side]
    envelope = 0.22 * np.exp(-((distance + 0.5) ** 2) / 0.32)
    nucleus = density * body * np.clip(1 + 0.27 * grain + envelope, 0.25, None)
    canvas.add("hematoxylin", row - reach, column - reach, nucleus.astype(np.float32))
    if cell["marker"] is not None:
        ring = _paint_ring(distance, theta, float(cell["strength"]), rng)
        canvas.add(str(cell["marker"]), row - reach, column - reach, ring)


def _paint_ring(
    distance: FloatArray, theta: FloatArray, strength: float, rng: Generator
) -> FloatArray:
    """Return a stained membrane: uneven along its way, with gaps, a little over the nucleus."""
    turns = np.arange(1, 6)[:, None, None]
    phases = rng.uniform(0, 2 * np.pi, 5)[:, None, None]
    uneven = (np.cos(turns * theta + phases) * rng.normal(0, 0.33, 5)[:, None, None]).sum(0)
    along = np.clip(1 + uneven, 0.08, 1.7)
    across = np.exp(-0.5 * ((distance - RING_OFFSET_UM) / RING_WIDTH_UM) ** 2)
    # A section of 3.5 um holds caps of the membrane above and below the nucleus.
    caps = 0.13 / (1 + np.exp(np.clip(distance / 0.4, -30, 30)))
    ring: FloatArray = (strength * (along * across + caps)).astype(np.float32)
    return ring


def paint_ground(
    canvas: Canvas, tissue: FloatArray, rng: Generator, ground: Mapping[str, float]
) -> None:
    """Paint what lies between nuclei: fibers and haze of each stain, more or less by place.

    Parameters
    ----------
    canvas : Canvas
        Where to paint.
    tissue : array
        How much tissue there is, in [0, 1], of the canvas's shape.
    rng : Generator
        Source.
    ground : mapping
        Stain to its mean density between cells.
    """
    for stain, density in ground.items():
        wide = make_noise(rng, canvas.shape, 22 / canvas.pixel_size_um, coarse=8)
        fine = make_noise(rng, canvas.shape, 1.6 / canvas.pixel_size_um)
        mixed = np.clip(1 + 0.35 * wide + 0.22 * fine, 0, None)
        canvas.amounts[stain][...] += np.float32(density) * mixed * tissue


def paint_debris(canvas: Canvas, rng: Generator, n_per_mm2: float, stain: str | None) -> None:
    """Paint dark dust and specks of chromogen that belong to no cell.

    Parameters
    ----------
    canvas : Canvas
        Where to paint.
    rng : Generator
        Source.
    n_per_mm2 : float
        Expected number of specks per mm2.
    stain : str, optional
        The chromogen that precipitates; dust alone when omitted.
    """
    height, width = canvas.shape
    size = canvas.pixel_size_um
    n = rng.poisson(n_per_mm2 * height * width * size**2 / 1e6)
    for _ in range(n):
        radius_um = rng.uniform(0.4, 1.4)
        reach = int(3 * radius_um / size) + 2
        offsets = np.arange(-reach, reach + 1, dtype=np.float32) * size
        squared = offsets[None, :] ** 2 + (offsets[:, None] * rng.uniform(0.7, 1.4)) ** 2
        speck = (rng.uniform(0.3, 1.1) * np.exp(-0.5 * squared / radius_um**2)).astype(np.float32)
        top, left = int(rng.integers(0, height)) - reach, int(rng.integers(0, width)) - reach
        chosen = stain if stain and rng.random() < 0.6 else "hematoxylin"
        canvas.add(chosen, top, left, speck)


def paint_network(
    canvas: Canvas, stain: str, where: FloatArray, rng: Generator, density: float
) -> None:
    """Paint a meshwork of dendrites, as of follicular dendritic cells.

    Parameters
    ----------
    canvas : Canvas
        Where to paint.
    stain : str
        Its color.
    where : array
        How much of it there is, in [0, 1], of the canvas's shape.
    rng : Generator
        Source.
    density : float
        Optical density along a dendrite.
    """
    scale = 3.2 / canvas.pixel_size_um
    mesh = np.zeros(canvas.shape, np.float32)
    for _ in range(2):
        # Where a smooth field crosses zero, thin lines meet and part as dendrites do.
        field = make_noise(rng, canvas.shape, scale)
        mesh = np.maximum(mesh, np.exp(-0.5 * (field / 0.16) ** 2))
    patchy = np.clip(0.75 + 0.4 * make_noise(rng, canvas.shape, 4 * scale, coarse=2), 0, 1.4)
    canvas.amounts[stain][...] += np.float32(density) * mesh * patchy * where
