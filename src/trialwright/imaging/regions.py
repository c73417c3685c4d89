"""Kernels on labels: basins, splitting by distance, growth, numbering."""

import numpy as np
from numpy.typing import NDArray

from trialwright.imaging.compiled import compiled

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Mask = NDArray[np.bool_]
Places = NDArray[np.int64]

# Levels are ordered in steps much finer than the tolerance, which needs no comparisons.
STEPS_PER_TOLERANCE, N_STEPS = 128.0, 2**17


@compiled
def find_nearest(is_source: Mask, reach_px: float) -> tuple[Floats, Ints]:
    """Find the nearest source of each pixel.

    Parameters
    ----------
    is_source : array of shape (height, width)
        Where distance is 0.
    reach_px : float
        Beyond it the answer is reach_px + 1, and -1.

    Returns
    -------
    tuple of arrays of shape (height, width)
        Distance in pixels, and place in reading order of the nearest source.

    References
    ----------
    Meijster A, et al. Computational Imaging and Vision 2000;18:331-340.
    """
    height, width = is_source.shape
    far = int(reach_px) + 1
    gap, row = _find_in_column(is_source, far)
    distance = np.full((height, width), np.float32(reach_px + 1), np.float32)
    place = np.full((height, width), -1, np.int32)
    for y in range(height):
        for x in range(width):
            best, at = gap[y, x] * gap[y, x], x if row[y, x] >= 0 else -1
            step = 1
            while step * step < best and step < far:
                for side in (max(x - step, 0), min(x + step, width - 1)):
                    squared = (side - x) * (side - x) + gap[y, side] * gap[y, side]
                    if row[y, side] >= 0 and squared < best:
                        best, at = squared, side
                step += 1
            if at >= 0 and best <= reach_px * reach_px:
                distance[y, x] = np.sqrt(np.float32(best))
                place[y, x] = row[y, at] * width + at
    return distance, place


@compiled
def _find_in_column(is_source: Mask, far: int) -> tuple[Ints, Ints]:
    """Return the distance to the nearest source of the same column, and its row (-1: beyond)."""
    height, width = is_source.shape
    gap = np.full((height, width), far, np.int32)
    row = np.full((height, width), -1, np.int32)
    for y in range(height):
        for x in range(width):
            if is_source[y, x]:
                gap[y, x], row[y, x] = 0, y
            elif y > 0 and gap[y - 1, x] + 1 < far:
                gap[y, x], row[y, x] = gap[y - 1, x] + 1, row[y - 1, x]
    for y in range(height - 2, -1, -1):
        for x in range(width):
            if gap[y + 1, x] + 1 < gap[y, x]:
                gap[y, x], row[y, x] = gap[y + 1, x] + 1, row[y + 1, x]
    return gap, row


@compiled
def split_summits(height_map: Floats, mask: Mask, tolerance: float) -> Ints:
    """Label the summits of a height map that rise more than a tolerance above their saddles.

    Pixels are flooded from the highest down. Where two summits meet and the lower one stands less
    than the tolerance above the meeting place, they are one.

    Parameters
    ----------
    height_map : array of shape (height, width)
        Such as the distance to the border of the mask.
    mask : array of shape (height, width)
        What is labelled.
    tolerance : float
        In units of the height map, above 0; heights from 0 to 1024 times it are told apart.

    Returns
    -------
    array of shape (height, width)
        0 outside the mask; every pixel of the mask has a label.

    References
    ----------
    Beucher S, Meyer F. In: Mathematical Morphology in Image Processing, 1993:433-481.
    """
    levels = height_map.ravel()
    places = _order_from_top(levels, np.flatnonzero(mask.ravel()), STEPS_PER_TOLERANCE / tolerance)
    labels = np.zeros(height_map.size, np.int32)
    parent = np.zeros(len(places) + 1, np.int32)
    summit = np.zeros(len(places) + 1, np.float32)
    n_labels = 0
    for at in places:
        own = _join_neighbors(
            at, labels.reshape(height_map.shape), parent, summit, levels[at] + tolerance
        )
        if own == 0:
            n_labels += 1
            own = n_labels
            parent[own], summit[own] = own, levels[at]
        labels[at] = own
    for at in places:
        labels[at] = _find_root(parent, labels[at])
    return labels.reshape(height_map.shape)


@compiled
def _order_from_top(levels: Floats, places: Places, steps_per_unit: float) -> Places:
    """Return places from the highest level down, in reading order where they share a step."""
    step = np.empty(len(places), np.int32)
    counts = np.zeros(N_STEPS + 1, np.int64)
    for k in range(len(places)):
        step[k] = N_STEPS - 1 - min(int(levels[places[k]] * steps_per_unit), N_STEPS - 1)
        counts[step[k] + 1] += 1
    start = np.cumsum(counts)
    ordered = np.empty_like(places)
    for k in range(len(places)):
        ordered[start[step[k]]] = places[k]
        start[step[k]] += 1
    return ordered


@compiled
def _join_neighbors(
    at: int, labels: Ints, parent: Ints, summit: Floats, lowest_summit: float
) -> int:
    """Return the label that the neighbors of a pixel give it, merging them where it joins them."""
    height, width = labels.shape
    y, x = at // width, at % width
    own = 0
    for i in range(max(y - 1, 0), min(y + 2, height)):
        for j in range(max(x - 1, 0), min(x + 2, width)):
            if labels[i, j] != 0:
                other = _find_root(parent, labels[i, j])
                own = _meet(parent, summit, own, other, lowest_summit)
    return own


@compiled
def _find_root(parent: Ints, label: int) -> int:
    """Return the label that a label was merged into."""
    while parent[label] != label:
        parent[label] = parent[parent[label]]
        label = parent[label]
    return label


@compiled
def _meet(parent: Ints, summit: Floats, own: int, other: int, lowest_summit: float) -> int:
    """Return the label of a pixel between two labels; merge them where one hardly rises."""
    if other == own:
        return own
    if own == 0:
        return other
    high, low = (own, other) if summit[own] >= summit[other] else (other, own)
    if summit[low] < lowest_summit:
        parent[low] = high
        return high
    return own


@compiled
def grow_labels(labels: Ints, reach_px: float) -> tuple[Ints, Floats]:
    """Give each pixel within reach the label nearest to it; return the labels and the distance."""
    distance, place = find_nearest(labels > 0, reach_px)
    grown = np.zeros(labels.shape, np.int32)
    flat = labels.ravel()
    for y in range(labels.shape[0]):
        for x in range(labels.shape[1]):
            if place[y, x] >= 0:
                grown[y, x] = flat[place[y, x]]
    return grown, distance


@compiled
def clear_borders(labels: Ints) -> Ints:
    """Return labels without the pixels that touch a smaller label, so that none touch."""
    height, width = labels.shape
    out = labels.copy()
    for y in range(height):
        for x in range(width):
            own = labels[y, x]
            if own == 0:
                continue
            for i in range(max(y - 1, 0), min(y + 2, height)):
                for j in range(max(x - 1, 0), min(x + 2, width)):
                    if 0 < labels[i, j] < own:
                        out[y, x] = 0
    return out


@compiled
def count_alike(labels: Ints) -> NDArray[np.uint8]:
    """Count, of the 9 pixels around and at each pixel, those with its label; 0 outside labels."""
    height, width = labels.shape
    out = np.zeros(labels.shape, np.uint8)
    for y in range(height):
        for x in range(width):
            own = labels[y, x]
            if own == 0:
                continue
            n_alike = 0
            for i in range(max(y - 1, 0), min(y + 2, height)):
                for j in range(max(x - 1, 0), min(x + 2, width)):
                    if labels[i, j] == own:
                        n_alike += 1
            out[y, x] = n_alike
    return out


@compiled
def number_regions(labels: Ints, is_kept: Mask) -> Ints:
    """Give the labels that are kept new numbers from 1, in order; the others become 0."""
    new = np.zeros(len(is_kept), np.int32)
    n_kept = 0
    for label in range(1, len(is_kept)):
        if is_kept[label]:
            n_kept += 1
            new[label] = n_kept
    out = np.zeros(labels.shape, np.int32)
    for y in range(labels.shape[0]):
        for x in range(labels.shape[1]):
            out[y, x] = new[labels[y, x]]
    return out
