"""Kernels on gray images: resampling, minimum in a disk, opening by reconstruction."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trialwright.imaging.compiled import compiled

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


@compiled
def average_pixels(
    pixels: NDArray[Any],
    out: NDArray[Any],
    first: tuple[int, int],
    scale: float,
    offset: tuple[int, int],
) -> None:
    """Fill `out` with the area means of `pixels`, weighting what is covered in part.

    Parameters
    ----------
    pixels : array of shape (height, width, n_bands)
        A part of the source.
    out : array of shape (height_out, width_out, n_bands)
        One pixel covers `scale` of the source on each side.
    first : (row, column)
        Of the first pixel of `out`, among the pixels of that size of the whole source.
    scale : float
        At least 1.
    offset : (row, column)
        Of the first of `pixels` in the whole source.
    """
    height, width, bands = pixels.shape
    totals = np.zeros(bands, np.float64)
    for i in range(out.shape[0]):
        # The edges are reckoned in the whole source, so that a pixel never depends on the part.
        y0, y1 = (first[0] + i) * scale, (first[0] + i + 1) * scale
        rows = range(max(int(y0), offset[0]), min(int(np.ceil(y1 - 1e-9)), offset[0] + height))
        for j in range(out.shape[1]):
            x0, x1 = (first[1] + j) * scale, (first[1] + j + 1) * scale
            right = min(int(np.ceil(x1 - 1e-9)), offset[1] + width)
            totals[:] = 0.0
            weight = 0.0
            for y in rows:
                share_y = min(y + 1.0, y1) - max(float(y), y0)
                for x in range(max(int(x0), offset[1]), right):
                    share = share_y * (min(x + 1.0, x1) - max(float(x), x0))
                    weight += share
                    for band in range(bands):
                        totals[band] += share * pixels[y - offset[0], x - offset[1], band]
            for band in range(bands):
                out[i, j, band] = totals[band] / weight + 0.5


@compiled
def average_whole_pixels(pixels: NDArray[Any], out: NDArray[Any], scale: int) -> None:
    """Fill `out` with the means of squares of `scale` pixels a side, rounded half up."""
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for band in range(out.shape[2]):
                total = 0
                for y in range(i * scale, (i + 1) * scale):
                    for x in range(j * scale, (j + 1) * scale):
                        total += pixels[y, x, band]
                out[i, j, band] = (2 * total + scale * scale) // (2 * scale * scale)


@compiled
def find_disk_minimum(image: Floats, radius_px: float) -> Floats:
    """Return the minimum within a disk around each pixel; the image ends at its border.

    Each row is first reduced to minima of runs of 1, 2, 4, 8 ... pixels, of which any chord of the
    disk is the smaller of two.
    """
    height, width = image.shape
    reach = int(radius_px)
    runs = _reduce_runs(image, 2 * reach + 1)
    out = np.full((height, width), np.float32(np.inf), np.float32)
    for dy in range(-reach, reach + 1):
        chord = int(np.sqrt(radius_px * radius_px - dy * dy + 1e-9))
        for x in range(width):
            first, last = max(x - chord, 0), min(x + chord, width - 1)
            power = int(np.log2(last - first + 1) + 1e-9)
            second = last - (1 << power) + 1
            for y in range(max(0, -dy), min(height, height - dy)):
                lowest = min(runs[power, first, y + dy], runs[power, second, y + dy])
                out[y, x] = min(out[y, x], lowest)
    return out


@compiled
def _reduce_runs(image: Floats, longest: int) -> Floats:
    """Return minima of runs of 1, 2, 4 ... pixels from each pixel on: (n_powers, width, height)."""
    height, width = image.shape
    n_powers = int(np.log2(longest) + 1e-9) + 1
    runs = np.empty((n_powers, width, height), np.float32)
    for x in range(width):  # one by one: assigning a whole array takes three seconds to compile
        for y in range(height):
            runs[0, x, y] = image[y, x]
    for power in range(1, n_powers):
        half = 1 << (power - 1)
        for x in range(width):
            other = min(x + half, width - 1)
            for y in range(height):
                runs[power, x, y] = min(runs[power - 1, x, y], runs[power - 1, other, y])
    return runs


def reconstruct(marker: Floats, mask: Floats) -> Floats:
    """Raise `marker` as far as it connects under `mask` (8 neighbors).

    Parameters
    ----------
    marker, mask : array of shape (height, width)
        marker <= mask everywhere.

    Returns
    -------
    array of shape (height, width)
        The reconstruction by dilation.

    References
    ----------
    Vincent L. IEEE Trans Image Process 1993;2:176-201, the hybrid algorithm.

    Examples
    --------
    >>> marker = np.array([[0, 2, 0, 0]], np.float32)
    >>> reconstruct(marker, np.array([[3, 3, 1, 4]], np.float32)).tolist()
    [[2.0, 2.0, 1.0, 1.0]]
    """
    lowest = np.float32(-np.inf)  # a frame that raises nothing spares every look at the border
    out = np.pad(marker.astype(np.float32), 1, constant_values=lowest)
    limit = np.pad(mask.astype(np.float32), 1, constant_values=lowest)
    _sweep_down(out, limit)
    queue = np.empty(out.size + 1, np.int32)
    n_queued = _sweep_up(out, limit, queue)
    _raise_from_queue(out, limit, queue, n_queued)
    return out[1:-1, 1:-1]


@compiled
def _sweep_down(out: Floats, limit: Floats) -> None:
    """Raise each pixel to its neighbors before it in reading order."""
    for y in range(1, out.shape[0] - 1):
        for x in range(1, out.shape[1] - 1):
            best = max(out[y, x], out[y, x - 1])
            best = max(best, out[y - 1, x - 1], out[y - 1, x], out[y - 1, x + 1])
            out[y, x] = min(best, limit[y, x])


@compiled
def _sweep_up(out: Floats, limit: Floats, queue: Ints) -> int:
    """Raise each pixel to its neighbors after it; queue those that could still raise one."""
    n_queued = 0
    width = out.shape[1]
    for y in range(out.shape[0] - 2, 0, -1):
        for x in range(width - 2, 0, -1):
            best = max(out[y, x], out[y, x + 1])
            best = max(best, out[y + 1, x - 1], out[y + 1, x], out[y + 1, x + 1])
            best = min(best, limit[y, x])
            out[y, x] = best
            is_open = _is_below(out, limit, y, x + 1, best) or _is_below(out, limit, y + 1, x, best)
            is_open = is_open or _is_below(out, limit, y + 1, x - 1, best)
            if is_open or _is_below(out, limit, y + 1, x + 1, best):
                queue[n_queued] = y * width + x
                n_queued += 1
    return n_queued


@compiled
def _is_below(out: Floats, limit: Floats, y: int, x: int, value: float) -> bool:
    return bool(out[y, x] < value and out[y, x] < limit[y, x])


@compiled
def _raise_from_queue(out: Floats, limit: Floats, queue: Ints, n_queued: int) -> None:
    """Let raised pixels raise their neighbors until nothing changes; the queue is a ring."""
    width, size = out.shape[1], len(queue)
    waiting = np.zeros(out.size, np.bool_)
    waiting[queue[:n_queued]] = True
    first, last = 0, n_queued % size
    while first != last:
        at = queue[first]
        first = (first + 1) % size
        waiting[at] = False
        y, x = at // width, at % width
        value = out[y, x]
        for i in range(y - 1, y + 2):
            for j in range(x - 1, x + 2):
                if not _is_below(out, limit, i, j, value):
                    continue
                out[i, j] = min(value, limit[i, j])
                neighbor = i * width + j
                if not waiting[neighbor]:
                    waiting[neighbor] = True
                    queue[last] = neighbor
                    last = (last + 1) % size


def open_by_reconstruction(image: Floats, radius_px: float) -> Floats:
    """Return the image without what is brighter than its surroundings and fits into a disk."""
    return reconstruct(find_disk_minimum(image, radius_px), image)
