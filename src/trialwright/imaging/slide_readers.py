"""The door to the engines that read image files: tifffile, openslide, imagecodecs.

A reader has `facts`, `levels`, `read(level, x, y, width, height)` within the image, and `close`.
"""

import logging
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import SlideError
from trialwright.imaging import slide_facts
from trialwright.imaging.slide_facts import RGB, Facts, Level

Pixels = NDArray[Any]

CACHE_BYTES = 96 * 2**20
SAME_SHAPE_WITHIN = 0.02
WHITE = 255
TRAILING_BYTES = 4096  # some programs write a little after the end of a picture


class ArrayReader:
    """A flat picture, held whole."""

    def __init__(self, pixels: Pixels):
        self.pixels = pixels
        self.facts = Facts("flat", None, RGB)
        self.levels: tuple[Level, ...] = (Level(pixels.shape[1], pixels.shape[0], 1.0),)

    def read(self, level: int, x: int, y: int, width: int, height: int) -> Pixels:  # noqa: ARG002
        """Return pixels of a level; the rectangle lies within the image."""
        return self.pixels[y : y + height, x : x + width]

    def close(self) -> None:
        """Let go of the file."""
        self.pixels = self.pixels[:0]


class OpenSlideReader:
    """NDPI, MRXS, DICOM and others, through openslide."""

    def __init__(self, file: Path):
        try:
            import openslide
        except ImportError as error:
            raise SlideError(
                f"{file.name}: needs openslide, which is not installed. "
                "Run pip install 'trialwright[imaging]'. [SLIDE-OPENSLIDE]"
            ) from error
        try:
            self.slide = openslide.OpenSlide(file)
        except openslide.OpenSlideError as error:
            reason = str(error).replace(f"{file}", file.name)
            raise SlideError(
                f"{file.name}: openslide cannot read it ({reason}), expected a whole slide image. "
                "Export it again from the scanner, or as OME-TIFF. [SLIDE-OPENSLIDE]"
            ) from error
        sizes = [self.slide.properties.get(f"openslide.mpp-{axis}") for axis in "xy"]
        size = sum(float(side) for side in sizes if side) / 2 if all(sizes) else None
        self.facts = Facts(str(self.slide.properties.get("openslide.vendor")), size, RGB)
        shapes = zip(self.slide.level_dimensions, self.slide.level_downsamples, strict=True)
        self.levels = tuple(Level(w, h, float(scale)) for (w, h), scale in shapes)

    def read(self, level: int, x: int, y: int, width: int, height: int) -> Pixels:
        """Return pixels of a level; the rectangle lies within the image."""
        scale = self.levels[level].downsample
        place = (round(x * scale), round(y * scale))
        return _flatten(np.asarray(self.slide.read_region(place, level, (width, height))))

    def close(self) -> None:
        """Let go of the file."""
        self.slide.close()


class TiffReader:
    """SVS, OME-TIFF, QPTIFF and generic pyramids, segment by segment."""

    def __init__(self, file: Path):
        import tifffile

        logging.getLogger("tifffile").setLevel(logging.CRITICAL)  # its errors come as exceptions
        self._cache: OrderedDict[tuple[int, int, int], Pixels] = OrderedDict()
        self._cached_bytes = 0
        self._stream = file.open("rb")
        try:
            self.file = tifffile.TiffFile(self._stream, name=file.name)
            series = _choose_series(self.file, file.name)
            self.pages = [list(level.pages) for level in _list_levels(self.file, series)]
            shapes = [(pages[0].imagewidth, pages[0].imagelength) for pages in self.pages]
            self.levels = tuple(Level(w, h, shapes[0][0] / w) for w, h in shapes)
            self.facts = _read_facts(self.file, series, self.pages[0])
            _refuse_cut_file(self.pages, file.stat().st_size)
        except BaseException:
            self._stream.close()
            raise

    def read(self, level: int, x: int, y: int, width: int, height: int) -> Pixels:
        """Return pixels of a level; the rectangle lies within the image."""
        planes = [
            self._read_page(level, n, x, y, width, height) for n in range(len(self.pages[level]))
        ]
        pixels = planes[0] if len(planes) == 1 else np.concatenate(planes, axis=2)
        return _flatten(pixels) if self.facts.is_rgb else pixels

    def _read_page(self, level: int, plane: int, x: int, y: int, width: int, height: int) -> Pixels:
        page = self.pages[level][plane]
        tall, wide = page.chunks[0], page.chunks[1]
        per_row = -(-page.imagewidth // wide)
        out = np.full((height, width, page.samplesperpixel), WHITE, page.dtype)
        for row in range(y // tall, (y + height - 1) // tall + 1):
            for column in range(x // wide, (x + width - 1) // wide + 1):
                segment = self._segment(level, plane, row * per_row + column)
                if segment is None:
                    continue
                top, left = row * tall, column * wide
                y0, y1 = max(y, top), min(y + height, top + segment.shape[0])
                x0, x1 = max(x, left), min(x + width, left + segment.shape[1])
                out[y0 - y : y1 - y, x0 - x : x1 - x] = segment[
                    y0 - top : y1 - top, x0 - left : x1 - left
                ]
        return out

    def _segment(self, level: int, plane: int, index: int) -> Pixels | None:
        """Return one decoded tile or strip; None where the file leaves it out as blank."""
        key = (level, plane, index)
        if key in self._cache:
            self._cache.move_to_end(key)
            return self._cache[key]
        page = self.pages[level][plane]
        n_bytes = page.databytecounts[index]
        if n_bytes == 0:
            return None
        self.file.filehandle.seek(page.dataoffsets[index])
        data = self.file.filehandle.read(n_bytes)
        decoded = page.decode(data, index, jpegtables=page.jpegtables)[0]
        if decoded is None:
            return None
        segment: Pixels = decoded[0]
        self._cache[key] = segment
        self._cached_bytes += segment.nbytes
        while self._cached_bytes > CACHE_BYTES and len(self._cache) > 1:
            self._cached_bytes -= self._cache.popitem(last=False)[1].nbytes
        return segment

    def close(self) -> None:
        """Let go of the file."""
        self._cache.clear()
        self.file.close()
        self._stream.close()


def _choose_series(file: Any, name: str) -> Any:
    """Return the largest series of one plane that is no label, macro image or thumbnail."""
    fits = [
        series
        for series in file.series
        if slide_facts.is_tissue_name(series.name) and set(series.axes) <= set("YXSCI")
    ]
    if not fits:
        kinds = ", ".join(f"{series.name} {series.axes}" for series in file.series) or "nothing"
        raise SlideError(
            f"{name}: {kinds}, expected one plane of tissue. "
            "Export one focal plane and time point. [SLIDE-FORMAT]"
        )
    return max(fits, key=lambda series: series.pages[0].imagewidth * series.pages[0].imagelength)


def _refuse_cut_file(levels: list[list[Any]], n_bytes: int) -> None:
    """Raise where a file ends before its last tile."""
    for page in (page for pages in levels for page in pages):
        ends = np.add(page.dataoffsets, page.databytecounts)
        if ends.size and ends.max() > n_bytes:
            raise ValueError(f"it has {n_bytes} bytes of {int(ends.max())}: it was cut short")


def _list_levels(file: Any, series: Any) -> list[Any]:
    """Return the levels of a pyramid, largest first, also where they stand as separate series."""
    levels = list(series.levels)
    first = series.pages[0]
    if len(levels) == 1 and not (file.is_ome or file.is_svs or file.is_qpi):
        shape = first.imagewidth / first.imagelength
        levels += [
            other
            for other in file.series
            if other is not series
            and other.pages[0].imagewidth < first.imagewidth
            and abs(other.pages[0].imagewidth / other.pages[0].imagelength / shape - 1)
            < SAME_SHAPE_WITHIN
            and len(other.pages) == len(series.pages)
        ]
    return sorted(levels, key=lambda level: -int(level.pages[0].imagewidth))


def _read_facts(file: Any, series: Any, pages: list[Any]) -> Facts:
    """Return format, pixel size and bands of a TIFF."""
    first = pages[0]
    tags = {tag.name: tag.value for tag in first.tags.values()}
    size = slide_facts.find_tag_pixel_size(tags)
    kind = "tiff"
    if file.is_svs:
        kind, size = "svs", slide_facts.find_svs_pixel_size(first.description) or size
    elif file.is_ome:
        own = slide_facts.find_ome_pixel_size(file.ome_metadata or "", file.series.index(series))
        kind, size = "ome-tiff", own or size
    elif file.is_qpi:
        kind = "qptiff"
    n_bands = len(pages) * first.samplesperpixel
    if len(pages) == 1 and n_bands in (3, 4) and first.dtype == np.uint8:
        return Facts(kind, size, RGB)
    names = slide_facts.name_channels([page.description for page in pages])
    return Facts(kind, size, names if len(names) == n_bands else slide_facts.number_bands(n_bands))


def _flatten(pixels: Pixels) -> Pixels:
    """Return three bands: transparent pixels lie on white glass."""
    if pixels.shape[2] == len(RGB):
        return pixels
    share = pixels[:, :, 3:].astype(np.uint16)
    over = pixels[:, :, :3] * share + WHITE * (WHITE - share) + WHITE // 2
    return (over // WHITE).astype(np.uint8)


def read_picture(file: Path) -> Pixels:
    """Read a PNG or JPEG as an array of shape (height, width, 3), uint8.

    Raises
    ------
    SlideError
        The picture has no colors, and so no stains.
    """
    import imagecodecs

    data = file.read_bytes()
    is_whole = any(end in data[-TRAILING_BYTES:] for end in (b"\xff\xd9", b"IEND"))
    if not is_whole:  # a decoder of JPEG fills what is missing with gray
        raise ValueError("its end is missing")
    if data[:3] == b"\xff\xd8\xff":
        pixels = imagecodecs.jpeg8_decode(data)
    else:
        pixels = imagecodecs.png_decode(data)
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    if pixels.ndim != len(RGB) or pixels.shape[2] not in (3, 4):
        raise SlideError(
            f"{file.name}: a picture without colors, expected red, green and blue. "
            "Export the slide in color. [SLIDE-COLOR]"
        )
    return _flatten(pixels)
