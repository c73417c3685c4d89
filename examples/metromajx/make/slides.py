"""Slides: which were scanned, of what, and the SYNTHETIC pictures of them.

The rows of slides.csv need no picture; `render_slides` draws the pictures, which takes a minute.
"""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from make.lesions import read_lesions
from make.patients import SEED, Patient, read_patients
from make.screened import list_screened
from trialwright.imaging.slide_writer import write_slide
from trialwright.simulate.slides.fields import RenderedSlide, render_cd8, render_hes
from trialwright.simulate.slides.screening import render_screening
from trialwright.simulate.slides.sections import Field

COLUMNS = ("USUBJID", "VISIT", "STAIN", "FILE", "PIXELUM", "SPECIMEN", "LNKID")
PIXEL_UM = 0.5
QUALITY = 65
NOTE = "SYNTHETIC: rendered, nobody's tissue"
BIOPSY = Field(600, 512, PIXEL_UM, margin_um=25, cells_per_mm2=4600)
THUMBNAIL = Field(512, 384, PIXEL_UM, cells_per_mm2=4200)
RESPONDER = "MJX-09"  # whose pictures the panel shows
# Lymphocytes gathered without follicle and T zone are no tertiary lymphoid structure.
WITH_AGGREGATE = ("MJX-06", "MJX-13", "MJX-S08")


@dataclass(frozen=True, slots=True)
class Slide:
    """One slide; `truth` is the percent of CD8-positive cells or the state of the structures."""

    subject: str
    visit: str
    stain: str
    truth: float | str
    lesion: str = ""

    @property
    def file(self) -> str:
        """Return the name of the image file."""
        return f"{self.subject}_{self.visit}_{self.stain}.tif"

    def row(self) -> dict[str, object]:
        """Return the row of slides.csv."""
        values = (self.subject, self.visit, self.stain, self.file, PIXEL_UM, "biopsy", self.lesion)
        return dict(zip(COLUMNS, values, strict=True))


def list_slides(reconstruction: Path) -> list[Slide]:
    """List every slide: the screening panel of all, CD8 of the pairs, HES of the responder.

    Parameters
    ----------
    reconstruction : Path
        The table of patients.

    Returns
    -------
    list of Slide
        By subject, the treated first.
    """
    slides = [slide for patient in read_patients(reconstruction) for slide in _of_patient(patient)]
    return slides + [
        Slide(person.subject, "SCREENING", "TLS", person.tls) for person in list_screened()
    ]


def _of_patient(patient: Patient) -> Iterator[Slide]:
    lesions = [lesion for lesion in read_lesions(patient.subject) if not lesion.is_injected]
    lesion = max(lesions, key=lambda item: item.size_mm).identifier("INV")
    yield Slide(patient.subject, "SCREENING", "TLS", "NONE", lesion)
    for visit, percent in zip(("SCREENING", "C2D1"), patient.cd8_percent or (), strict=False):
        yield Slide(patient.subject, visit, "CD8", percent, lesion)
    if patient.subject == RESPONDER and patient.cd8_percent:
        for visit, percent in zip(("SCREENING", "C2D1"), patient.cd8_percent, strict=True):
            yield Slide(patient.subject, visit, "HES", percent, lesion)


def write_manifest(reconstruction: Path, folder: Path) -> None:
    """Write slides.csv.

    Parameters
    ----------
    reconstruction : Path
        The table of patients.
    folder : Path
        Where it goes.
    """
    with (folder / "slides.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(slide.row() for slide in list_slides(reconstruction))


def render_slides(reconstruction: Path, folder: Path) -> None:
    """Render every slide and write it as a tiled JPEG pyramid with its pixel size.

    Parameters
    ----------
    reconstruction : Path
        The table of patients.
    folder : Path
        Where the files go; existing ones are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for slide in list_slides(reconstruction):
        picture = render(slide)
        write_slide(folder / slide.file, picture.pixels, PIXEL_UM, QUALITY, NOTE)


def render(slide: Slide) -> RenderedSlide:
    """Render one slide from its own seed.

    Parameters
    ----------
    slide : Slide
        What to render.

    Returns
    -------
    RenderedSlide
        The picture and every cell in it.
    """
    seed = random.Random(f"{SEED} {slide.file}").getrandbits(64)
    rng = np.random.default_rng(seed)
    if slide.stain == "CD8":
        return render_cd8(rng, BIOPSY, float(slide.truth))
    if slide.stain == "HES":
        return render_hes(rng, THUMBNAIL, 6 + 1.6 * float(slide.truth))
    return render_screening(rng, str(slide.truth), has_aggregate=slide.subject in WITH_AGGREGATE)
