"""Lymphoid structures on a picture of the slide, for the pathologist who decides."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.patches import Polygon, Rectangle
from numpy.typing import NDArray

from trialwright.figures.layout import canvas_of, require_columns
from trialwright.figures.measure import SMALL
from trialwright.figures.style import INK, PAGE_MM, PAPER, STRATA, figure, styled

COLUMNS = ("number", "kind", "x_um", "y_um")
# Line and word double the color.
LOOKS: Mapping[str, tuple[str, Any, str]] = {
    "mature tls": (STRATA[0], "-", "mature TLS"),
    "tls": (STRATA[5], (0, (5, 1.5)), "TLS"),
    "aggregate": (INK, (0, (1, 1.5)), "aggregate"),
}
OUTLINE_POINTS, HALO_POINTS = 1.6, 3.2
BAR_SHARE, BAR_STEPS_UM = 0.2, (50, 100, 200, 500, 1000, 2000, 5000)
TALLEST_OVER_WIDE = 1.25
OVERLAY_DPI = 220
LABEL_BOX = {"facecolor": PAPER, "edgecolor": "none", "alpha": 0.85, "pad": 1.2}


@styled
def draw_tls(
    picture: NDArray[np.uint8], pixel_um: float, outlines: pl.DataFrame, ax: Axes | None = None
) -> Axes:
    """Draw the outlines of lymphoid structures on a picture of the slide.

    Parameters
    ----------
    picture : array, shape (height, width, 3)
        The slide, made small.
    pixel_um : float
        Side of a pixel of the picture.
    outlines : DataFrame
        One row per corner, in order: number (of the structure, from 1), kind ("mature tls",
        "tls", "aggregate"), x_um, y_um.
    ax : Axes, optional
        Where to draw; a new figure of page width when left out.

    Returns
    -------
    Axes
        The axes drawn on.
    """
    require_columns(outlines, "draw_tls", COLUMNS)
    height_um, width_um = (side * pixel_um for side in picture.shape[:2])
    if ax is None:
        share = min(height_um / width_um, TALLEST_OVER_WIDE)
        ax = figure(PAGE_MM, PAGE_MM * share).add_axes((0, 0, 1, 1))
    ax.imshow(picture, extent=(0, width_um, height_um, 0), interpolation="antialiased")
    ax.set_axis_off()
    for structure in outlines.partition_by("number", maintain_order=True):
        _draw_structure(ax, structure, width_um)
    _draw_bar(ax, width_um, height_um)
    ax.set(xlim=(0, width_um), ylim=(height_um, 0))
    return ax


def write_overlay(ax: Axes, path: Path, footer: str) -> None:
    """Write the overlay as PNG with a footer on it; a drawing would only hold the same pixels."""
    ax.annotate(
        footer,
        (1, 0),
        xycoords="axes fraction",
        xytext=(-4, 4),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=SMALL,
        color=INK,
        bbox=LABEL_BOX,
    )
    quick = {"compress_level": 3}
    canvas_of(ax).savefig(path, dpi=OVERLAY_DPI, metadata={"Software": None}, pil_kwargs=quick)


def _draw_structure(ax: Axes, corners: pl.DataFrame, width_um: float) -> None:
    """Draw one outline on a pale halo, and its number and kind beside it."""
    color, dashes, words = LOOKS[corners["kind"][0]]
    places = corners.select("x_um", "y_um").to_numpy()
    ax.add_patch(Polygon(places, fill=False, edgecolor=PAPER, linewidth=HALO_POINTS, alpha=0.8))
    ax.add_patch(
        Polygon(places, fill=False, edgecolor=color, linewidth=OUTLINE_POINTS, linestyle=dashes)
    )
    top = places[np.argmin(places[:, 1])]
    is_right = top[0] > 0.8 * width_um
    ax.annotate(
        f"{corners['number'][0]}  {words}",
        tuple(top),
        xytext=(0, 3 if top[1] > 0.05 * width_um else -14),
        textcoords="offset points",
        ha="right" if is_right else "center" if top[0] > 0.1 * width_um else "left",
        va="bottom",
        fontsize=SMALL,
        color=color,
        bbox=LABEL_BOX,
        annotation_clip=False,
    )


def _draw_bar(ax: Axes, width_um: float, height_um: float) -> None:
    """Draw a bar of a round length, with its length on it."""
    fits = [step for step in BAR_STEPS_UM if step <= BAR_SHARE * width_um]
    length = fits[-1] if fits else BAR_STEPS_UM[0]
    left, bottom = 0.02 * width_um, height_um - 0.02 * width_um
    thick = 0.006 * width_um
    ax.add_patch(Rectangle((left, bottom - thick), length, thick, facecolor=INK, edgecolor=PAPER))
    ax.annotate(
        f"{length} µm",
        (left, bottom - thick),
        xytext=(0, 2),
        textcoords="offset points",
        va="bottom",
        fontsize=SMALL,
        color=INK,
        bbox=LABEL_BOX,
    )
