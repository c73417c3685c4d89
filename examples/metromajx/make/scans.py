"""CT: two SYNTHETIC slices of the responder's chest, with the nodule that the readers measured."""

import csv
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from make.patients import SEED
from make.slides import RESPONDER
from trialwright.simulate.ct import PIXEL_MM, SIDE_PX, render_chest

COLUMNS = ("USUBJID", "VISIT", "MODALITY", "FILE", "LNKID", "PIXELUM", "WINCENT", "WINWID")
PLACES = ("LESX", "LESY", "LESMM")
LESION = "T03"  # in the right lung
WHERE_MM = (-80.0, -30.0)  # the patient's right is at the left of the picture
WINDOW = (-500, 1500)
# Diameters of the accepted reading at screening and at the scan next to C2D1 (TR, T03).
SCANS = (("SCREENING", 14.0, "20210604"), ("C2D1", 10.4, "20210719"))


def write_scan_manifest(folder: Path) -> None:
    """Write images.csv.

    Parameters
    ----------
    folder : Path
        Where it goes.
    """
    with (folder / "images.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*COLUMNS, *PLACES])
        writer.writerows(_list_rows())


def _list_rows() -> Iterator[tuple[object, ...]]:
    x, y = (round(SIDE_PX / 2 + part / PIXEL_MM, 1) for part in WHERE_MM)
    for visit, millimeters, _ in SCANS:
        file = f"{RESPONDER}_{visit}_CT.dcm"
        yield (RESPONDER, visit, "CT", file, LESION, "", *WINDOW, x, y, millimeters)


def render_scans(folder: Path) -> None:
    """Render the slices and write them as DICOM.

    Parameters
    ----------
    folder : Path
        Where the files go; existing ones are replaced.
    """
    from trialwright.imaging.ct import CtSlice, write_ct

    folder.mkdir(parents=True, exist_ok=True)
    for visit, millimeters, day in SCANS:
        # One seed for both: the same chest, another nodule.
        seed = random.Random(f"{SEED} {RESPONDER} CT").getrandbits(64)
        values = render_chest(np.random.default_rng(seed), millimeters, WHERE_MM)
        ct = CtSlice(values, (PIXEL_MM, PIXEL_MM), WINDOW, "SYNTHETIC: rendered, nobody's chest")
        write_ct(folder / f"{RESPONDER}_{visit}_CT.dcm", ct, RESPONDER, day)
