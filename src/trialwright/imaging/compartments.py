"""Kernels that sum stain over the parts of each cell: nucleus, ring and its sectors, cell."""

import numpy as np
from numpy.typing import NDArray

from trialwright.imaging.compiled import compiled

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Mask = NDArray[np.bool_]

N_SECTORS = 8


@compiled
def sum_compartments(
    nuclei: Ints,
    measured: Mask,
    cells: Ints,
    distance: Floats,
    amounts: Floats,
    ring_px: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum amounts of stain over nucleus, ring and cell of each label.

    Parameters
    ----------
    nuclei, cells : array of shape (height, width)
        Labels 1 to n; a cell holds its nucleus.
    measured : array of shape (height, width)
        Pixels of nuclei that are measured; those at a rounded corner are not.
    distance : array of shape (height, width)
        To the nucleus, 0 inside, in pixels.
    amounts : array of shape (height, width, n_stains)
        What is summed.
    ring_px : float
        The ring is 0 < distance <= ring_px.

    Returns
    -------
    tuple of arrays
        Shape (n, 6): pixels of the nucleus, sums of its rows and columns, pixels measured in
        nucleus, ring and cell. Shape (n, 3, n_stains): sums of amounts in nucleus, ring and cell.
    """
    n_cells = nuclei.max()
    n_stains = amounts.shape[2]
    shape = np.zeros((n_cells, 6), np.float64)
    sums = np.zeros((n_cells, 3, n_stains), np.float64)
    for y in range(nuclei.shape[0]):
        for x in range(nuclei.shape[1]):
            cell = cells[y, x] - 1
            if cell < 0:
                continue
            shape[cell, 5] += 1
            is_nucleus = nuclei[y, x] > 0
            if is_nucleus:
                shape[cell, 0] += 1
                shape[cell, 1] += y
                shape[cell, 2] += x
            is_measured = is_nucleus and measured[y, x]
            is_ring = not is_nucleus and distance[y, x] <= ring_px
            shape[cell, 3] += is_measured
            shape[cell, 4] += is_ring
            for stain in range(n_stains):
                amount = amounts[y, x, stain]
                sums[cell, 2, stain] += amount
                if is_measured:
                    sums[cell, 0, stain] += amount
                if is_ring:
                    sums[cell, 1, stain] += amount
    return shape, sums


@compiled
def sum_sectors(
    cells: Ints, distance: Floats, amounts: Floats, centers: NDArray[np.float64], outer_px: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sum amounts of stain over eight sectors of the ring of each cell.

    Parameters
    ----------
    cells : array of shape (height, width)
        Labels 1 to n.
    distance : array of shape (height, width)
        To the nucleus, 0 inside, in pixels.
    amounts : array of shape (height, width, n_stains)
        What is summed.
    centers : array of shape (n, 2)
        Row and column of each nucleus, around which the sectors lie.
    outer_px : float
        The ring is 0 < distance <= outer_px.

    Returns
    -------
    tuple of arrays
        Number of pixels, shape (n, 8), and sums, shape (n, 8, n_stains).
    """
    counts = np.zeros((len(centers), N_SECTORS), np.float64)
    sums = np.zeros((len(centers), N_SECTORS, amounts.shape[2]), np.float64)
    for y in range(cells.shape[0]):
        for x in range(cells.shape[1]):
            cell = cells[y, x] - 1
            if cell < 0 or not 0 < distance[y, x] <= outer_px:
                continue
            down, right = y - centers[cell, 0], x - centers[cell, 1]
            sector = 4 * (down > 0) + 2 * (right > 0) + (abs(down) > abs(right))
            counts[cell, sector] += 1
            for stain in range(amounts.shape[2]):
                sums[cell, sector, stain] += amounts[y, x, stain]
    return counts, sums
