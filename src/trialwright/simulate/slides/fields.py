"""Render fields of immunohistochemistry with a known truth: CD8, TLS screening, HES.

Everything is drawn from the generator given; the same seed gives the same picture. What these
fields cannot show is said in docs/methods/rendered_slides.md: they hold what is modeled, no more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.random import Generator
from numpy.typing import NDArray

from trialwright.simulate.slides.cells import (
    CELL_COLUMNS,
    REACH_UM,
    CellType,
    draw_strengths,
    drop_crowded,
    make_cells,
    scatter,
)
from trialwright.simulate.slides.gatherings import (
    FOLLICLE_APART_UM,
    Chromogens,
    Gathering,
    Structure,
    fade,
    gather,
    list_structures,
    with_marker,
)
from trialwright.simulate.slides.optics import FloatArray, SlideLook, draw_look, expose, make_noise
from trialwright.simulate.slides.painting import (
    Canvas,
    make_canvas,
    paint_cells,
    paint_debris,
    paint_ground,
    paint_network,
)
from trialwright.simulate.slides.sections import Field, Section, cut_section

SPINDLE_SHARE = 0.45
PLAIN_LYMPHOCYTES = 0.05  # lymphocytes without the marker, as a share of the other cells


@dataclass(frozen=True, slots=True)
class RenderedSlide:
    """A picture and the truth behind it.

    `pixels` has shape (height, width, 3); `cells` the columns of `cells.CELL_COLUMNS`, only those
    whose center lies in the field; `structures` one row per gathering; `tissue_mm2` the area cut.
    """

    pixels: NDArray[np.uint8]
    pixel_size_um: float
    cells: pl.DataFrame
    structures: pl.DataFrame
    tissue_mm2: float
    look: SlideLook

    @property
    def positive_percent(self) -> float:
        """Percent of all nucleated cells whose membrane carries a marker."""
        n = self.cells.height
        n_positive = n - self.cells["marker"].null_count()
        return 100 * n_positive / n if n else float("nan")


def render_cd8(rng: Generator, field: Field, positive_percent: float) -> RenderedSlide:
    """Render a CD8 slide (DAB on membranes, hematoxylin) with a given percent of positive cells.

    Parameters
    ----------
    rng : Generator
        Source of everything.
    field : Field
        Size, pixel and cellularity.
    positive_percent : float
        Percent of all nucleated cells that are CD8-positive, 0 to 60; met to the nearest cell.

    Returns
    -------
    RenderedSlide
        Positive cells have the marker "dab".
    """
    if not 0 <= positive_percent <= 60:
        raise ValueError(f"positive_percent is {positive_percent}, expected 0 to 60.")
    section = cut_section(field, rng)
    n = round(field.cells_per_mm2 * section.area_mm2)
    n_positive = round(n * positive_percent / 100)
    lymphocytes = _place_lymphocytes(rng, field, section, n_positive, _crowd(rng, field))
    plain = _place_lymphocytes(rng, field, section, round(PLAIN_LYMPHOCYTES * n), None)
    plain = drop_crowded(plain, lymphocytes, 2 * REACH_UM[CellType.LYMPHOCYTE])
    strengths = draw_strengths(rng, lymphocytes.height, 0.85)
    positive = lymphocytes.with_columns(
        pl.lit("dab").alias("marker"), pl.Series("strength", strengths)
    )
    small = pl.concat([positive, plain])
    others = _place_others(rng, field, section, n - small.height, small)
    canvas = make_canvas(rng, field.shape, field.pixel_size_um, ("hematoxylin", "dab"))
    ground = {"hematoxylin": rng.uniform(0.03, 0.06), "dab": rng.uniform(0.008, 0.025)}
    return _finish(canvas, field, section, pl.concat([small, others]), (ground, "dab"), rng)


def render_tls(
    rng: Generator, field: Field, gatherings: Sequence[Gathering], chromogens: Chromogens
) -> RenderedSlide:
    """Render a TLS screening slide: CD3, CD20 and CD23 in three colors, hematoxylin.

    Parameters
    ----------
    rng : Generator
        Source of everything.
    field : Field
        Size, pixel and cellularity.
    gatherings : sequence of Gathering
        What lies in it; empty for tissue without any structure, which still has single T and B
        cells.
    chromogens : Chromogens
        The stain of each cell's marker.

    Returns
    -------
    RenderedSlide
        `cells` with the stain of CD3 or CD20 as marker; `structures` as given.
    """
    section = cut_section(field, rng)
    n = round(field.cells_per_mm2 * section.area_mm2)
    gathered = [gather(rng, gathering, chromogens) for gathering in gatherings]
    t_cells = _place_lymphocytes(rng, field, section, round(0.035 * n), None)
    b_cells = _place_lymphocytes(rng, field, section, round(0.008 * n), None)
    loose = [
        with_marker(rng, t_cells, chromogens.t_cells),
        with_marker(rng, b_cells, chromogens.b_cells),
    ]
    small = pl.DataFrame(schema=CELL_COLUMNS)
    for group in (*gathered, *loose):
        small = pl.concat([small, drop_crowded(group, small, FOLLICLE_APART_UM)])
    small = _keep_inside(small, field, section)
    others = _place_others(rng, field, section, n, small)
    for gathering in gatherings:  # tumor cells hardly enter a gathering of lymphocytes
        centers = others.select("x_um", "y_um").to_numpy()
        away = np.hypot(*(centers - [gathering.x_um, gathering.y_um]).T)
        is_free = (away > 0.85 * gathering.radius_um) | (rng.random(len(away)) < 0.1)
        others = others.filter(pl.Series(is_free))
    stains = ("hematoxylin", *(chromogens.t_cells, chromogens.b_cells, chromogens.dendritic))
    canvas = make_canvas(rng, field.shape, field.pixel_size_um, stains)
    for gathering in gatherings:
        if gathering.kind is Structure.MATURE:
            center = fade(field, gathering, 0.45)
            paint_network(canvas, chromogens.dendritic, center, rng, rng.uniform(0.7, 1.0))
    ground = {"hematoxylin": 0.04, **{stain: rng.uniform(0.004, 0.015) for stain in stains[1:]}}
    cells = pl.concat([small, others])
    slide = _finish(canvas, field, section, cells, (ground, chromogens.dendritic), rng)
    return replace(slide, structures=list_structures(gatherings))


def render_hes(rng: Generator, field: Field, lymphocyte_percent: float) -> RenderedSlide:
    """Render a field of hematoxylin, eosin and saffron.

    Parameters
    ----------
    rng : Generator
        Source of everything.
    field : Field
        Size, pixel and cellularity.
    lymphocyte_percent : float
        Percent of nuclei that are lymphocytes, 0 to 60.
    """
    section = cut_section(field, rng)
    n = round(field.cells_per_mm2 * section.area_mm2)
    n_small = round(n * lymphocyte_percent / 100)
    small = _place_lymphocytes(rng, field, section, n_small, _crowd(rng, field))
    others = _place_others(rng, field, section, n - small.height, small)
    canvas = make_canvas(rng, field.shape, field.pixel_size_um, ("hematoxylin", "eosin", "saffron"))
    strands = make_noise(rng, field.shape, 7 / field.pixel_size_um, coarse=2)
    fibers = np.exp(-0.5 * (strands / 0.3) ** 2) * _fibrous(rng, field)
    canvas.amounts["saffron"][...] += 0.17 * fibers * section.tissue
    ground = {"hematoxylin": 0.045, "eosin": rng.uniform(0.17, 0.22), "saffron": 0.03}
    return _finish(canvas, field, section, pl.concat([small, others]), (ground, None), rng)


def _crowd(rng: Generator, field: Field) -> FloatArray:
    """Return how crowded lymphocytes are where, around 1."""
    noise = make_noise(rng, field.shape, 45 / field.pixel_size_um, coarse=8)
    crowd: FloatArray = np.exp(0.8 * noise).astype(np.float32)
    return crowd


def _fibrous(rng: Generator, field: Field) -> FloatArray:
    """Return where collagen is plenty, in [0, 1]."""
    wide = make_noise(rng, field.shape, 40 / field.pixel_size_um, coarse=8)
    plenty: FloatArray = np.clip(0.5 + 0.5 * wide, 0, 1)
    return plenty


def _finish(
    canvas: Canvas,
    field: Field,
    section: Section,
    cells: pl.DataFrame,
    ground: tuple[Mapping[str, float], str | None],
    rng: Generator,
) -> RenderedSlide:
    """Paint ground, cells and debris, and expose the picture."""
    densities, precipitate = ground
    paint_ground(canvas, section.tissue, rng, densities)
    paint_cells(canvas, cells, rng, grain_degrees=float(rng.uniform(0, 180)))
    paint_debris(canvas, rng, 25, precipitate)
    look = draw_look(rng)
    # Neither microtome nor stainer is even over a section.
    thickness = 1 + 0.06 * make_noise(rng, field.shape, 90 / field.pixel_size_um, coarse=16)
    amounts = {stain: amount * thickness for stain, amount in canvas.amounts.items()}
    pixels = expose(amounts, look, field.pixel_size_um, rng)
    structures = list_structures([])
    return RenderedSlide(pixels, field.pixel_size_um, cells, structures, section.area_mm2, look)


def _place_lymphocytes(
    rng: Generator, field: Field, section: Section, n: int, crowd: FloatArray | None
) -> pl.DataFrame:
    apart = 2 * REACH_UM[CellType.LYMPHOCYTE]
    points = scatter(rng, n, section.inside, field.pixel_size_um, apart, crowd)
    return make_cells(points, CellType.LYMPHOCYTE)


def _place_others(
    rng: Generator, field: Field, section: Section, n: int, small: pl.DataFrame
) -> pl.DataFrame:
    """Place tumor and spindle cells where lymphocytes leave room, `n` together."""
    apart = 2 * REACH_UM[CellType.TUMOR]
    points = scatter(rng, round(1.25 * n) + 8, section.inside, field.pixel_size_um, apart)
    free = drop_crowded(make_cells(points, CellType.TUMOR), small, 0.85 * apart).head(n)
    kinds = np.where(rng.random(free.height) < SPINDLE_SHARE, "spindle", "tumor")
    return free.with_columns(pl.Series("type", kinds, dtype=pl.String))


def _keep_inside(cells: pl.DataFrame, field: Field, section: Section) -> pl.DataFrame:
    """Keep cells whose center lies on tissue of the field."""
    column = (cells["x_um"].to_numpy() / field.pixel_size_um).astype(int)
    row = (cells["y_um"].to_numpy() / field.pixel_size_um).astype(int)
    height, width = field.shape
    is_in = (column >= 0) & (row >= 0) & (column < width) & (row < height)
    is_in[is_in] = section.inside[row[is_in], column[is_in]]
    return cells.filter(pl.Series(is_in))
