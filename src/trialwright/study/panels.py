"""Steps that put a patient's images side by side: slides as thumbnails, CT through its window."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from polars import col

from trialwright.core.trace import hash_text
from trialwright.datasets.typed import select_columns
from trialwright.protocol.biomarkers import ImagePanel
from trialwright.study.directory import IMAGES_FOLDER, NOT_IN_FOLDER, SLIDES_FOLDER
from trialwright.study.figures import safe_name, write_figure
from trialwright.study.images import hash_image
from trialwright.study.run import Step

PANEL = "panel."
COLUMNS: Mapping[str, pl.DataType] = {
    "USUBJID": pl.String(),
    "VISIT": pl.String(),
    "MODALITY": pl.String(),
    "FILE": pl.String(),
    "PIXELUM": pl.Float64(),
    "WINCENT": pl.Float64(),
    "WINWID": pl.Float64(),
    "LESX": pl.Float64(),
    "LESY": pl.Float64(),
    "LESMM": pl.Float64(),
    "LNKID": pl.String(),
    "folder": pl.String(),
}

Drawn = dict[str, dict[str, str]]


def list_panel_steps(
    panels: Sequence[ImagePanel],
    study: Path,
    manifests: Mapping[str, pl.DataFrame],
    drawn: Mapping[str, Any],
) -> list[Step]:
    """Return a step per panel of the protocol, where there are images.

    Parameters
    ----------
    panels : sequence of ImagePanel
        The protocol's panels.
    study : Path
        The study's folder, which holds slides/ and images/.
    manifests : mapping
        Recorded tables slides and images, those that there are.
    drawn : mapping
        results (folder), footer and tag, as the figures print them.
    """
    steps = []
    for panel in panels:
        images = list_images(panel, manifests)
        paths = [study / folder / file for folder, file in images.select("folder", "FILE").rows()]
        if not paths:
            continue
        hashes = [hash_image(path) if path.is_file() else NOT_IN_FOLDER for path in paths]
        settings = {"panel": panel, "images": images.to_dicts(), **drawn}
        name, title = f"figure.{PANEL}{panel.id}", "images of patients"
        steps.append(
            Step(name, title, draw_panels, {}, settings, stamp=hash_text(",".join(hashes)))
        )
    return steps


def list_images(panel: ImagePanel, manifests: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the images that a panel shows: slides by their stain, images by their modality.

    Parameters
    ----------
    panel : ImagePanel
        Kinds of image and visits.
    manifests : mapping
        Recorded tables slides and images.

    Returns
    -------
    DataFrame
        Columns of `COLUMNS`, the first image of each patient, kind and visit.
    """
    parts = [pl.DataFrame(schema=COLUMNS)]
    for name, kind, folder in (
        ("images", "MODALITY", IMAGES_FOLDER),
        ("slides", "STAIN", SLIDES_FOLDER),
    ):
        if name in manifests and kind in manifests[name].columns:
            frame = manifests[name].with_columns(
                col(kind).alias("MODALITY"), pl.lit(folder).alias("folder")
            )
            parts.append(select_columns(frame, COLUMNS))
    found = pl.concat(parts).filter(
        col("MODALITY").is_in(list(panel.of)) & col("VISIT").is_in(list(panel.visits))
    )
    keys = ["USUBJID", "MODALITY", "VISIT"]
    return found.unique(keys, keep="first", maintain_order=True).sort(keys)


def draw_panels(
    panel: ImagePanel,
    images: Sequence[Mapping[str, Any]],
    results: Path,
    footer: str,
    tag: str,
) -> Drawn:
    """Draw the panel of every patient who has an image; return files and text alternatives.

    Parameters
    ----------
    panel : ImagePanel
        Kinds of image in rows, visits in columns.
    images : sequence of mapping
        Rows of `list_images`.
    results : Path
        The results of the study, in its folder: a step is not keyed by where that folder is.
    footer, tag : str
        The quiet line below the drawing, and what is written into each picture.
    """
    from trialwright.figures.panel import describe_panel, draw_panel
    from trialwright.study.pictures import read_picture

    drawn: Drawn = {}
    for subject in sorted({str(image["USUBJID"]) for image in images}):
        mine = [image for image in images if image["USUBJID"] == subject]
        pictures = [read_picture(image, results.parent, tag) for image in mine]
        fig = draw_panel(pictures, panel.of, panel.visits)
        alt = describe_panel(subject, pictures, panel.of, panel.visits)
        # A folder each: of panel "a" and subject "b_c", or "a_b" and "c", one name would be made.
        name = f"panels/{safe_name(panel.id)}/{safe_name(subject)}"
        drawn[subject] = write_figure(fig, results, name, footer, alt)
    return drawn
