"""Tertiary lymphoid structures of a slide: from its pixels to the rule's proposal."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from trialwright.core.arrays import FloatArray
from trialwright.imaging.blocks import Grid, lay_grid
from trialwright.imaging.quality import LARGEST_MISFIT_DEGREES, refuse_unmeasurable
from trialwright.imaging.slide import Slide
from trialwright.imaging.stain import (
    StainVectors,
    measure_misfit,
    reference_stains,
)
from trialwright.imaging.stain_estimate import estimate_white
from trialwright.imaging.tissue import Overview, find_tissue, read_overview
from trialwright.imaging.tls import TlsCall, find_tls, tabulate_sensitivity
from trialwright.imaging.tls_cells import Progress, measure_cell_colors, sample_stains
from trialwright.imaging.tls_colors import Chromogens, call_lymphocytes
from trialwright.imaging.tls_network import find_network
from trialwright.protocol.tls import TlsRule

PIXEL_UM = 0.5


@dataclass(frozen=True, slots=True)
class TlsSlide:
    """What a slide shows: the proposal, the cells and the stains behind it.

    `cells` has x_um, y_um, area_um2 (of the nucleus), kind ("B", "T", "other"), departure_od and
    angle_degrees (color off hematoxylin); `cd23` the pieces of network; `misfit_degrees` the angle
    of each estimated stain vector to its reference.
    """

    call: TlsCall
    cells: pl.DataFrame
    cd23: FloatArray | None
    stains: StainVectors
    misfit_degrees: Mapping[str, float]
    cut_od: float
    overview: Overview
    pixel_size_um: float

    @property
    def warnings(self) -> tuple[str, ...]:
        """What speaks against trusting the proposal."""
        return tuple(
            f"{name}: {angle:.1f} degrees from its reference, expected at most "
            f"{LARGEST_MISFIT_DEGREES:g}. Look at the overlay, or give the stain's vector. "
            "[TLS-MISFIT]"
            for name, angle in self.misfit_degrees.items()
            if angle > LARGEST_MISFIT_DEGREES
        )

    def tabulate_sensitivity(self) -> pl.DataFrame:
        """Tabulate the proposal under other parameters, one changed at a time."""
        call = self.call
        return tabulate_sensitivity(self.cells, self.cd23, call.tissue_mm2, call.rule)


def find_slide_tls(
    slide: Slide,
    rule: TlsRule | None = None,
    chromogens: Chromogens | None = None,
    is_biopsy: bool = False,
    progress: Progress | None = None,
) -> TlsSlide:
    """Find the tertiary lymphoid structures of a slide stained for CD3, CD20 and CD23.

    Parameters
    ----------
    slide : Slide
        Open slide, in color.
    rule : TlsRule, optional
        From the protocol; its defaults when left out.
    chromogens : Chromogens, optional
        Which color marks what: CD3 green, CD20 purple, CD23 DAB when left out.
    is_biopsy : bool
        Whether the specimen is a biopsy.
    progress : callable, optional
        Called with tiles done and tiles in all.

    Returns
    -------
    TlsSlide
        The proposal and what it rests on.

    Raises
    ------
    SlideError
        If the slide is too small, fluorescent, or not in color.
    """
    chromogens = chromogens or Chromogens()
    overview = read_overview(slide)
    white = estimate_white(overview.pixels)
    refuse_unmeasurable(slide, white, has_vectors=False)
    tissue = find_tissue(overview, white)
    grid = lay_grid(slide, PIXEL_UM)
    nominal = reference_stains(chromogens.stains, white)
    stains = sample_stains(slide, grid, tissue, overview, nominal)
    colors = measure_cell_colors(slide, grid, tissue, stains, progress)
    called = call_lymphocytes(colors.cell_od, colors.nucleus_od, stains, chromogens)
    cells = colors.cells.with_columns(
        kind=pl.Series(called.kinds),
        departure_od=pl.Series(called.departure),
        angle_degrees=pl.Series(called.angle_degrees),
    )
    rule = rule or TlsRule()
    groups = find_tls(cells, None, tissue.area_mm2, rule)
    cd23 = _look_for_network(slide, grid, stains, chromogens, groups)
    return TlsSlide(
        call=find_tls(cells, cd23, tissue.area_mm2, rule, is_biopsy),
        cells=cells,
        cd23=cd23,
        stains=stains,
        misfit_degrees=measure_misfit(stains, nominal),
        cut_od=called.cut_od,
        overview=overview,
        pixel_size_um=slide.pixel_size_um,
    )


def _look_for_network(
    slide: Slide, grid: Grid, stains: StainVectors, chromogens: Chromogens, groups: TlsCall
) -> FloatArray | None:
    """Look for CD23 in every group of lymphocytes; None without that stain."""
    if chromogens.cd23 is None:
        return None
    found = groups.structures + groups.aggregates
    return find_network(slide, grid, stains, chromogens.cd23, found)
