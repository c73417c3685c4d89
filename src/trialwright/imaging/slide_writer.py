"""The door to the engines that write image files: pyramids for slides, PNG for overlays."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
ReadRegion = Callable[[int, int, int, int, int], Pixels]

TILE_PX = 512
SMALLEST_LEVEL_PX = 1024
JPEG_QUALITY = 85
UM_PER_CM = 1e4


def write_slide(
    path: Path, image: Pixels, pixel_size_um: float, quality: int = JPEG_QUALITY, note: str = ""
) -> None:
    """Write an image as a tiled JPEG pyramid that slide viewers open.

    Parameters
    ----------
    path : Path
        File to write, ending in .tif or .tiff. The same image gives the same bytes.
    image : array of shape (height, width, 3)
        uint8.
    pixel_size_um : float
        Side of a pixel, written as the resolution.
    quality : int
        Of the JPEG compression, 1 to 100.
    note : str
        Description kept in the file, such as "synthetic".
    """
    levels = [image]
    while max(levels[-1].shape[:2]) > SMALLEST_LEVEL_PX:
        levels.append(halve(levels[-1]))

    def read(level: int, x: int, y: int, width: int, height: int) -> Pixels:
        return levels[level][y : y + height, x : x + width]

    shapes = [(level.shape[0], level.shape[1]) for level in levels]
    write_levels(path, read, shapes, pixel_size_um, quality, note)


def write_levels(
    path: Path,
    read: ReadRegion,
    shapes: list[tuple[int, int]],
    pixel_size_um: float,
    quality: int = JPEG_QUALITY,
    note: str = "",
) -> None:
    """Write a pyramid of which no level needs to fit in memory.

    Parameters
    ----------
    path : Path
        File to write.
    read : callable
        Takes level, x, y, width, height; returns (height, width, 3) uint8, cut at the border.
    shapes : list of (height, width)
        Of each level, largest first.
    pixel_size_um, quality, note
        As for `write_slide`.
    """
    import tifffile

    is_big = sum(height * width for height, width in shapes) > 2**32
    with tifffile.TiffWriter(path, bigtiff=is_big) as file:
        for number, (height, width) in enumerate(shapes):
            scale = shapes[0][1] / width
            file.write(
                _encode_tiles(read, number, (height, width), quality),
                shape=(height, width, 3),
                dtype=np.uint8,
                tile=(TILE_PX, TILE_PX),
                photometric="ycbcr",
                subsampling=(1, 1),
                compression="jpeg",
                resolution=(UM_PER_CM / pixel_size_um / scale,) * 2,
                resolutionunit="CENTIMETER",
                subfiletype=1 if number else 0,
                description=note if number == 0 and note else None,
                software=False,
                metadata=None,
            )


def _encode_tiles(
    read: ReadRegion, level: int, shape: tuple[int, int], quality: int
) -> Iterator[bytes]:
    """Yield each tile of a level as JPEG, row by row; the last ones repeat their border."""
    import imagecodecs

    for y in range(0, shape[0], TILE_PX):
        for x in range(0, shape[1], TILE_PX):
            pixels = read(level, x, y, min(TILE_PX, shape[1] - x), min(TILE_PX, shape[0] - y))
            missing = [(0, TILE_PX - side) for side in pixels.shape[:2]]
            # A border of another color would ring through the compression.
            pixels = np.pad(pixels, (*missing, (0, 0)), mode="edge")
            whole_tile = np.ascontiguousarray(pixels)
            yield bytes(imagecodecs.jpeg8_encode(whole_tile, level=quality, subsampling="444"))


def halve(image: Pixels) -> Pixels:
    """Return an image of half the size, each pixel the mean of four."""
    height, width = image.shape[0] // 2, image.shape[1] // 2
    whole = image[: 2 * height, : 2 * width].astype(np.uint16)
    parts = whole.reshape(height, 2, width, 2, image.shape[2])
    return np.asarray((parts.sum(axis=(1, 3)) + 2) // 4, dtype=np.uint8)


def write_picture(path: Path, image: Pixels) -> None:
    """Write an array of shape (height, width, 3), uint8, as PNG or, by its suffix, as JPEG."""
    import imagecodecs

    pixels: Any = np.ascontiguousarray(image)
    if path.suffix.lower() in (".jpg", ".jpeg"):
        path.write_bytes(imagecodecs.jpeg8_encode(pixels, level=90))
    else:
        path.write_bytes(imagecodecs.png_encode(pixels, level=6))
