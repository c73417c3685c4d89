"""Render a screening slide, CD3, CD20 and CD23 on one section, that shows a given status."""

from numpy.random import Generator

from trialwright.simulate.slides.fields import RenderedSlide, render_tls
from trialwright.simulate.slides.gatherings import Chromogens, Gathering, Structure
from trialwright.simulate.slides.sections import Field

PIXEL_UM = 0.5
PLAIN = Field(512, 480, PIXEL_UM, margin_um=30, cells_per_mm2=3000)
WITH_STRUCTURE = Field(620, 512, PIXEL_UM, margin_um=15, cells_per_mm2=3000, n_holes=0)


def render_screening(rng: Generator, status: str, *, has_aggregate: bool = False) -> RenderedSlide:
    """Render a biopsy with the tertiary lymphoid structures that its status names.

    Parameters
    ----------
    rng : Generator
        Source.
    status : str
        MATURE: a mature structure and an immature one; TLS: an immature one; NONE.
    has_aggregate : bool
        Whether lymphocytes gather without follicle and T zone where the status is NONE.

    Returns
    -------
    RenderedSlide
        The picture and every cell in it.
    """
    gatherings = _place_structures(rng, status, has_aggregate)
    return render_tls(rng, WITH_STRUCTURE if gatherings else PLAIN, gatherings, Chromogens())


def _place_structures(rng: Generator, status: str, has_aggregate: bool) -> list[Gathering]:
    """Place what a status needs."""
    middle = (rng.uniform(200, 225), rng.uniform(240, 272))
    if status == "MATURE":
        return [
            Gathering(Structure.MATURE, *middle, rng.uniform(135, 155)),
            Gathering(Structure.IMMATURE, 490, middle[1] - 10, rng.uniform(88, 96)),
        ]
    if status == "TLS":
        return [Gathering(Structure.IMMATURE, *middle, rng.uniform(120, 145))]
    if has_aggregate:
        return [Gathering(Structure.AGGREGATE, *middle, rng.uniform(65, 85))]
    return []
