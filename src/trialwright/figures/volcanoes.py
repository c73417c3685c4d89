"""Several contrasts beside one another, on axes that compare."""

from collections.abc import Sequence

import polars as pl
from matplotlib.axes import Axes

from trialwright.figures.layout import make_panels
from trialwright.figures.style import PAGE_MM
from trialwright.figures.volcano import ALPHA, draw_volcano, find_volcano_limits

ACROSS, PANEL_MM = 2, 88.0


def draw_volcanoes(contrasts: Sequence[tuple[pl.DataFrame, str]], alpha: float = ALPHA) -> Axes:
    """Draw a volcano per contrast, two in a row; one alone is a figure of its own size.

    Parameters
    ----------
    contrasts : sequence of (DataFrame, str)
        Points as for `draw_volcano`, and what the difference is.
    alpha : float
        Limit of the adjusted P value.

    Returns
    -------
    Axes
        The first panel.
    """
    if len(contrasts) == 1:
        [(points, words)] = contrasts
        return draw_volcano(points, None, words, alpha)
    down = -(-len(contrasts) // ACROSS)
    panels = make_panels(PAGE_MM, PANEL_MM * down, ACROSS, down)
    found = [find_volcano_limits(points) for points, _ in contrasts]
    limits = max(reach for reach, _ in found), max(top for _, top in found)
    for panel, (points, words) in zip(panels, contrasts, strict=False):
        draw_volcano(points, panel, words, alpha, limits)
    for panel in panels[len(contrasts) :]:
        panel.remove()
    return panels[0]
