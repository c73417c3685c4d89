"""Slides and pictures, whatever their file format.

SVS, OME-TIFF, QPTIFF and generic pyramids are read by tifffile; NDPI, MRXS and DICOM by openslide,
an extra; PNG and JPEG whole, by imagecodecs. Labels and macro images are never opened.
"""

import struct
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import SlideError
from trialwright.imaging.slide_facts import Facts, Level, choose_pixel_size
from trialwright.imaging.slide_readers import ArrayReader, OpenSlideReader, TiffReader, read_picture

Pixels = NDArray[Any]

OPENSLIDE_SUFFIXES = (".ndpi", ".mrxs", ".dcm", ".vms", ".vmu", ".scn", ".bif")
# What decoders raise on a damaged file; imagecodecs' errors are RuntimeErrors.
DAMAGED = (ValueError, RuntimeError, OSError, struct.error, IndexError, KeyError, TypeError,
           AttributeError, AssertionError)  # fmt: skip


class _Reader(Protocol):
    facts: Facts
    levels: tuple[Level, ...]

    def read(self, level: int, x: int, y: int, width: int, height: int) -> Pixels: ...

    def close(self) -> None: ...


class Slide:
    """An open slide: its levels, pixel size and pixels; use it in a `with` statement."""

    def __init__(self, path: Path, reader: _Reader, pixel_size_um: float):
        self.path, self.pixel_size_um = path, pixel_size_um
        self._reader = reader
        self.levels, self.facts = reader.levels, reader.facts

    @property
    def width(self) -> int:
        """Pixels of level 0 across."""
        return self.levels[0].width

    @property
    def height(self) -> int:
        """Pixels of level 0 down."""
        return self.levels[0].height

    def read_region(self, x: int, y: int, width: int, height: int, level: int = 0) -> Pixels:
        """Read pixels of a level; what lies outside the image is cut off.

        Parameters
        ----------
        x, y, width, height : int
            Region in pixels of that level.
        level : int
            Which of `levels`.

        Returns
        -------
        array of shape (height, width, n_bands)
            uint8 for color images.

        Raises
        ------
        SlideError
            The file is damaged there.
        """
        shape = self.levels[level]
        left, top = max(x, 0), max(y, 0)
        right, bottom = min(x + width, shape.width), min(y + height, shape.height)
        if right <= left or bottom <= top:
            return np.zeros((0, 0, len(self.facts.bands)), np.uint8)
        try:
            return self._reader.read(level, left, top, right - left, bottom - top)
        except DAMAGED as error:
            raise _damaged(self.path, error) from error

    def read_overview(self, at_least_px: int = 1024) -> tuple[Pixels, float]:
        """Return the smallest level of at least that many pixels a side, and its downsample."""
        fits = [n for n, it in enumerate(self.levels) if max(it.width, it.height) >= at_least_px]
        level = fits[-1] if fits else 0
        shape = self.levels[level]
        return self.read_region(0, 0, shape.width, shape.height, level), shape.downsample

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()


def open_slide(path: Path | str, pixel_size_um: float | None = None) -> Slide:
    """Open a slide or a flat picture.

    Parameters
    ----------
    path : Path
        SVS, OME-TIFF, QPTIFF, tiled TIFF, PNG, JPEG; NDPI, MRXS, DICOM with the extra `imaging`.
    pixel_size_um : float, optional
        Side of a pixel of level 0, where the file does not say it or says it wrongly.

    Raises
    ------
    SlideError
        The file is absent, damaged, of no known kind, or its pixel size is unknown.
    """
    file = Path(path)
    if not file.is_file():
        raise SlideError(f"{file}: no such file, expected an image. Correct the name. [SLIDE-FILE]")
    try:
        reader = _choose_reader(file)
    except DAMAGED as error:
        raise _damaged(file, error) from error
    try:
        size = choose_pixel_size(file.name, reader.facts.pixel_size_um, pixel_size_um)
    except SlideError:
        reader.close()
        raise
    return Slide(file, reader, size)


def _choose_reader(file: Path) -> _Reader:
    with file.open("rb") as stream:
        head = stream.read(132)
    if file.suffix.lower() in OPENSLIDE_SUFFIXES or head[128:] == b"DICM":
        return OpenSlideReader(file)
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return TiffReader(file)
    if head[:8] == b"\x89PNG\r\n\x1a\n" or head[:3] == b"\xff\xd8\xff":
        return ArrayReader(read_picture(file))
    raise SlideError(
        f"{file.name}: no image of a known kind, expected SVS, OME-TIFF, QPTIFF, TIFF, NDPI, MRXS, "
        "DICOM, PNG or JPEG. Export the slide as OME-TIFF. [SLIDE-FORMAT]"
    )


def _damaged(file: Path, error: BaseException) -> SlideError:
    reason = " ".join(str(error).split())[:120] or type(error).__name__
    return SlideError(
        f"{file.name}: cannot be read ({reason}), expected a whole image. "
        "Copy the file again from the scanner. [SLIDE-DAMAGED]"
    )
