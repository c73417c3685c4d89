"""What the header of a slide says: pixel size, bands, and which pictures are no tissue."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from trialwright.core.errors import SlideError

SMALLEST_UM, LARGEST_UM = 0.02, 5.0  # a TIFF resolution outside is that of a screen or a printer
SQUARE_WITHIN = 0.05
TO_UM = {"nm": 1e-3, "\u00b5m": 1.0, "\u03bcm": 1.0, "um": 1.0, "micron": 1.0, "mm": 1e3, "cm": 1e4}
NOT_TISSUE = ("label", "macro", "thumbnail", "overview", "slide")  # "slide": a photo of the glass


@dataclass(frozen=True, slots=True)
class Level:
    """One resolution of a slide; `downsample` is how many pixels of level 0 make one of it."""

    width: int
    height: int
    downsample: float


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file says of itself."""

    format: str
    pixel_size_um: float | None
    bands: tuple[str, ...]  # ("red", "green", "blue"), or the names of the channels

    @property
    def is_rgb(self) -> bool:
        """Whether the bands are the three of a color camera."""
        return self.bands == RGB


RGB = ("red", "green", "blue")


def is_tissue_name(name: str) -> bool:
    """Whether a series may hold tissue: labels show who the patient is and are never opened."""
    return not any(re.search(rf"\b{word}\b", name.lower()) for word in NOT_TISSUE)


def find_svs_pixel_size(description: str) -> float | None:
    """Return the pixel size in um that Aperio's image description gives."""
    found = re.search(r"\|\s*MPP\s*=\s*([0-9.]+)", description)
    return _plausible(float(found[1]), None) if found else None


def find_ome_pixel_size(text: str, index: int = 0) -> float | None:
    """Return the pixel size in um of one image of an OME header."""
    try:
        root = ElementTree.fromstring(text)  # a file of the user's own; nothing is fetched
    except ElementTree.ParseError:
        return None
    found = [item for item in root.iter() if item.tag.endswith("}Pixels") or item.tag == "Pixels"]
    if index >= len(found):
        return None
    sizes = []
    for axis in ("X", "Y"):
        value = found[index].get(f"PhysicalSize{axis}")
        scale = TO_UM.get(found[index].get(f"PhysicalSize{axis}Unit", "\u00b5m"))
        sizes.append(float(value) * scale if value and scale else None)
    return _plausible(*sizes)


def find_tag_pixel_size(tags: Mapping[str, object]) -> float | None:
    """Return the pixel size in um of TIFF resolution tags; None for that of a printer."""
    unit = int(getattr(tags.get("ResolutionUnit"), "value", 0) or 0)
    um = {2: 25400.0, 3: 10000.0}.get(unit)
    sizes = []
    for name in ("XResolution", "YResolution"):
        value = tags.get(name)
        if um is None or not isinstance(value, Sequence) or not value[0]:
            return None
        sizes.append(um * float(value[1]) / float(value[0]))
    return _plausible(*sizes)


def name_channels(descriptions: Sequence[str]) -> tuple[str, ...]:
    """Return the channel name of each page of an Akoya file; "band N" where there is none."""
    names = [re.search(r"<Name>([^<]+)</Name>", text) for text in descriptions]
    return tuple(found[1] if found else f"band {n + 1}" for n, found in enumerate(names))


def number_bands(n_bands: int) -> tuple[str, ...]:
    """Return names for bands that have none."""
    return tuple(f"band {n + 1}" for n in range(n_bands))


def choose_pixel_size(file: str, own: float | None, given: float | None) -> float:
    """Return the pixel size in um: the one given, else the file's own; refuse to guess.

    Raises
    ------
    SlideError
        Neither is there, or the one given is none.
    """
    chosen = own if given is None else given
    if chosen is None:
        raise SlideError(
            f"{file}: no pixel size, expected one in the file. Give it in um: --pixel-size-um, or "
            "PIXELUM in slides.csv. [SLIDE-PIXEL-SIZE]"
        )
    if not SMALLEST_UM <= chosen <= LARGEST_UM:
        raise SlideError(
            f"{file}: a pixel of {chosen:g} um, expected {SMALLEST_UM:g} to {LARGEST_UM:g}. "
            "Write micrometres per pixel, such as 0.25 for a 40x scan. [SLIDE-PIXEL-SIZE]"
        )
    return chosen


def _plausible(x_um: float | None, y_um: float | None) -> float | None:
    """Return the mean of the two sides where they can be those of a pixel of a slide."""
    if x_um is None:
        return None
    y_um = x_um if y_um is None else y_um
    if not all(SMALLEST_UM <= side <= LARGEST_UM for side in (x_um, y_um)):
        return None
    if abs(x_um / y_um - 1) > SQUARE_WITHIN:
        return None
    return (x_um + y_um) / 2
