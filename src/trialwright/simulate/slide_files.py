"""The slides of a virtual study: an image for every CD8 percentage and TLS status recorded."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from trialwright.imaging.slide_writer import write_slide
from trialwright.simulate.rows import Row
from trialwright.simulate.slides.fields import RenderedSlide, render_cd8
from trialwright.simulate.slides.screening import render_screening
from trialwright.simulate.slides.sections import Field

STREAMS = {"CD8PCT": 8, "TLS": 9}
STAINS = {"CD8PCT": "CD8", "TLS": "TLS"}
PROB_AGGREGATE = 0.12  # lymphocytes that gather and are no tertiary lymphoid structure
NOTE = "SYNTHETIC slide of a virtual trial, nobody's tissue"


def write_slides(results: Sequence[Row], seed: int, folder: Path) -> list[Row]:
    """Write a slide for each percentage of CD8-positive cells and each status of structures.

    Parameters
    ----------
    results : sequence of dict
        Rows of BS.
    seed : int
        Of the study; slide and table show the same percentage up to the count of cells, and the
        same status.
    folder : Path
        The study's folder; images go into its folder slides.

    Returns
    -------
    list of dict
        Rows of the slide manifest.
    """
    (folder / "slides").mkdir(parents=True, exist_ok=True)
    manifest: list[Row] = []
    for test, stain in STAINS.items():
        measured = [row for row in results if row["BSTESTCD"] == test and row.get("BSSTRESC")]
        for place, row in enumerate(measured):
            rng = np.random.default_rng([seed, STREAMS[test], place])
            slide = _render(rng, row)
            name = f"{row['USUBJID']}_{row['VISIT']}_{stain}.tif"
            write_slide(folder / "slides" / name, slide.pixels, slide.pixel_size_um, note=NOTE)
            item: Row = {"USUBJID": row["USUBJID"], "VISIT": row["VISIT"], "STAIN": stain}
            item |= {"FILE": name, "PIXELUM": slide.pixel_size_um, "SPECIMEN": "biopsy"}
            manifest.append(item)
    return manifest


def _render(rng: np.random.Generator, row: Row) -> RenderedSlide:
    """Render what one row of BS says."""
    if row["BSTESTCD"] == "CD8PCT":
        return render_cd8(rng, Field(), float(str(row["BSSTRESN"])))
    has_aggregate = bool(rng.random() < PROB_AGGREGATE)
    return render_screening(rng, str(row["BSSTRESC"]), has_aggregate=has_aggregate)
