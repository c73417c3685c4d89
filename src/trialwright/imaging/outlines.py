"""Outlines about groups of cells, as polygons."""

import numpy as np
from scipy import ndimage

from trialwright.core.arrays import BoolArray, FloatArray, IntArray
from trialwright.stats.spatial_windows import Window, make_window, measure_ring

STEP_UM = 4.0
RIM_UM = 8.0  # about the outermost cell centers: half a lymphocyte, and what smoothing takes off
SMOOTH_STEPS = 2.0
TOLERANCE_UM = 1.5


def outline_cells(points_um: FloatArray, reach_um: float) -> Window:
    """Draw an outline about cells.

    Parameters
    ----------
    points_um : array, shape (n, 2)
        Cell centers, one or more.
    reach_um : float
        Gaps narrower than twice this are closed.

    Returns
    -------
    Window
        One ring about the largest part, some 5 um beyond the outermost centers, holes filled.
    """
    low, mask = _cover(points_um, reach_um)
    parts, n_parts = ndimage.label(mask)
    if n_parts > 1:
        sizes = np.bincount(parts.ravel())[1:]
        mask = parts == 1 + int(np.argmax(sizes))
    rings = [ring * STEP_UM + low for ring in trace_mask(mask)]
    largest = max(rings, key=lambda ring: abs(measure_ring(ring)))
    smooth = ndimage.gaussian_filter1d(largest, SMOOTH_STEPS, axis=0, mode="wrap")
    return make_window([_simplify(smooth, TOLERANCE_UM)])


def _cover(points_um: FloatArray, reach_um: float) -> tuple[FloatArray, BoolArray]:
    """Cover cells on a grid: all within reach, drawn in to a rim. Returns low corner and mask."""
    margin = reach_um + 3 * STEP_UM
    low = points_um.min(axis=0) - margin
    shape = np.ceil((points_um.max(axis=0) + margin - low) / STEP_UM).astype(int)
    empty = np.ones((shape[1], shape[0]), dtype=bool)
    column, row = ((points_um - low) / STEP_UM).astype(int).T
    empty[row, column] = False
    near = ndimage.distance_transform_edt(empty) * STEP_UM <= reach_um
    inner = ndimage.distance_transform_edt(near) * STEP_UM > max(reach_um - RIM_UM, 0.0)
    covered: BoolArray = ndimage.binary_fill_holes(inner | ~empty)
    return low, covered


def trace_mask(mask: BoolArray) -> list[FloatArray]:
    """Trace the borders of a mask along the edges of its squares.

    Returns
    -------
    list of array, shape (n, 2)
        Rings of x and y, in squares; outer borders turn one way, holes the other. Squares that
        touch at a corner only are separate.
    """
    padded: BoolArray = np.pad(mask, 1)
    edges: dict[tuple[int, int], list[tuple[int, int]]] = {}
    # Each border edge, with the mask on its right hand.
    for rows, columns, start, end in _list_edges(padded):
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            key = (column + start[0], row + start[1])
            edges.setdefault(key, []).append((column + end[0], row + end[1]))
    rings = []
    while edges:
        rings.append(_follow(edges))
    return [np.array(ring, dtype=float) - 1 for ring in rings]


def _list_edges(
    inside: BoolArray,
) -> list[tuple[IntArray, IntArray, tuple[int, int], tuple[int, int]]]:
    """Return rows, columns, start and end corner of each kind of border edge."""
    found = []
    for shift, start, end in (
        ((1, 0), (0, 0), (1, 0)),  # nothing above: along x
        ((0, -1), (1, 0), (1, 1)),  # nothing to the right: along y
        ((-1, 0), (1, 1), (0, 1)),  # nothing below: against x
        ((0, 1), (0, 1), (0, 0)),  # nothing to the left: against y
    ):
        neighbor = np.roll(inside, shift, axis=(0, 1))
        rows, columns = np.nonzero(inside & ~neighbor)
        found.append((rows, columns, start, end))
    return found


def _follow(edges: dict[tuple[int, int], list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """Follow edges from the first until it closes; take them out."""
    start = next(iter(edges))
    ring, place, came = [start], start, (0, 0)
    while True:
        ends = edges[place]
        # Where four edges meet, turn right, so that corners do not join two parts.
        right = (-came[1], came[0])
        turned = [end for end in ends if (end[0] - place[0], end[1] - place[1]) == right]
        end = turned[0] if turned else ends[0]
        ends.remove(end)
        if not ends:
            del edges[place]
        came, place = (end[0] - place[0], end[1] - place[1]), end
        if place == start:
            return ring
        ring.append(place)


def _simplify(ring: FloatArray, tolerance: float) -> FloatArray:
    """Leave out corners that lie within a tolerance of the line without them.

    References
    ----------
    Douglas DH, Peucker TK. Cartographica 1973;10:112-122.
    """
    far = int(np.argmax(((ring - ring[0]) ** 2).sum(axis=1)))
    closed = np.concatenate([ring, ring[:1]])
    keep = np.zeros(len(closed), dtype=bool)
    keep[[0, far, -1]] = True
    spans = [(0, far), (far, len(closed) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        start, step = closed[first], closed[last] - closed[first]
        off = closed[first + 1 : last] - start
        gaps = np.abs(off[:, 0] * step[1] - off[:, 1] * step[0]) / max(
            float(np.hypot(*step)), np.finfo(float).tiny
        )
        middle = int(np.argmax(gaps))
        if gaps[middle] > tolerance:
            keep[first + 1 + middle] = True
            spans += [(first, first + 1 + middle), (first + 1 + middle, last)]
    simple: FloatArray = closed[:-1][keep[:-1]]
    return simple if len(simple) >= 3 else ring
