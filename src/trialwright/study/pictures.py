"""One image as it is shown beside others: a slide as a thumbnail, CT through its window."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from trialwright.core.errors import SlideError
from trialwright.figures.panel import Lesion, Picture
from trialwright.imaging.ct import CtSlice, apply_window, read_ct
from trialwright.imaging.slide import open_slide
from trialwright.study.directory import NOT_IN_FOLDER

CT = "CT"
SHOWN_PX = 420  # width of a tissue thumbnail in the figure
UM_PER_MM = 1000.0


def read_picture(image: Mapping[str, Any], study: Path, tag: str = "") -> Picture:
    """Read one image as it is shown; one that cannot be read gives its reason in its place."""
    place = (str(image["MODALITY"]), str(image["VISIT"]))
    path = study / str(image["folder"]) / str(image["FILE"])
    if not path.is_file():
        return Picture(*place, absence=f"{path.name}: {NOT_IN_FOLDER.format(image['folder'])}")
    try:
        if image["MODALITY"] == CT:
            return _show_ct(place, read_ct(path), image, tag)
        with open_slide(path, image["PIXELUM"]) as slide:
            pixels, downsample = slide.read_overview(SHOWN_PX)
            pixel_um = slide.pixel_size_um * downsample
    except SlideError as error:
        return Picture(*place, absence=str(error))
    step = max(1, pixels.shape[1] // SHOWN_PX)
    shown = _average(np.asarray(pixels, dtype=np.uint8), step)
    return Picture(*place, shown, pixel_um * step / UM_PER_MM, tag=tag)


def _show_ct(place: tuple[str, str], ct: CtSlice, image: Mapping[str, Any], tag: str) -> Picture:
    """Return a slice through its window, its lesion marked where the manifest has it."""
    center, width = ct.window
    if image["WINCENT"] is not None and image["WINWID"]:
        center, width = image["WINCENT"], image["WINWID"]
    lesion = None
    if image["LESX"] is not None and image["LESY"] is not None:
        millimeters = image["LESMM"] or 0.0
        size = f"{millimeters:g} mm" if millimeters else ""
        label = " ".join(part for part in (image["LNKID"] or "", size) if part)
        radius = millimeters / 2 / ct.pixel_mm[1]
        lesion = Lesion(image["LESX"], image["LESY"], radius, label)
    gray = apply_window(ct.values, center, width)
    return Picture(*place, gray, ct.pixel_mm[1], lesion, tag)


def _average(pixels: np.ndarray[Any, np.dtype[np.uint8]], step: int) -> Any:
    """Return a picture smaller by a whole number."""
    height, width = (side // step * step for side in pixels.shape[:2])
    blocks = pixels[:height, :width].reshape(height // step, step, width // step, step, -1)
    return np.rint(blocks.mean((1, 3))).astype(np.uint8)
