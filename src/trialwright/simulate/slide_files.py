"""The slides of a virtual study: an image for every CD8 percentage that was recorded."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from trialwright.imaging.slide_writer import write_slide
from trialwright.simulate.rows import Row
from trialwright.simulate.slides.fields import render_cd8
from trialwright.simulate.slides.sections import Field

STREAM = 8
NOTE = "SYNTHETIC slide of a virtual trial, nobody's tissue"


def write_slides(results: Sequence[Row], seed: int, folder: Path) -> list[Row]:
    """Write a slide for each measured percentage of CD8-positive cells.

    Parameters
    ----------
    results : sequence of dict
        Rows of BS.
    seed : int
        Of the study; slide and table show the same percentage up to the count of cells.
    folder : Path
        The study's folder; images go into its folder slides.

    Returns
    -------
    list of dict
        Rows of the slide manifest.
    """
    (folder / "slides").mkdir(parents=True, exist_ok=True)
    manifest: list[Row] = []
    measured = [row for row in results if row["BSTESTCD"] == "CD8PCT" and row.get("BSSTRESN")]
    for place, row in enumerate(measured):
        rng = np.random.default_rng([seed, STREAM, place])
        slide = render_cd8(rng, Field(), float(str(row["BSSTRESN"])))
        name = f"{row['USUBJID']}_{row['VISIT']}_CD8.tif"
        write_slide(folder / "slides" / name, slide.pixels, slide.pixel_size_um, note=NOTE)
        item: Row = {"USUBJID": row["USUBJID"], "VISIT": row["VISIT"], "STAIN": "CD8"}
        item |= {"FILE": name, "PIXELUM": slide.pixel_size_um, "SPECIMEN": "biopsy"}
        manifest.append(item)
    return manifest
