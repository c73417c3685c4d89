"""Sums within groups from which random-intercept models are fitted, many models at once.

With y = X b + Z u + e, u ~ N(0, lambda sigma^2), e ~ N(0, sigma^2), the inverse of I + lambda ZZ'
is I less w = lambda / (1 + n lambda) within a group of n samples. So all that is needed of the
data are sums within groups, added up over groups of the same size.
"""

from dataclasses import dataclass

import numpy as np

from trialwright.core.arrays import BoolArray, FloatArray, IntArray

RANK_TOLERANCE = 1e-10  # of the eigenvalues of a scaled cross product
NOISE = 1e-13  # a spread below this share of the values is rounding


@dataclass(frozen=True, slots=True)
class GroupSums:
    """Sums of many measurements; a first axis has length 1 where all measurements share it.

    `cross`, `mixed` and `squares` are sums, over the groups of each size, of s s', s t and t t:
    s and t are a group's sums of X and of y, and y the residuals of ordinary least squares, whose
    coefficients are `start`. A column of X without samples counts as absent: its coefficient is 0.
    """

    sizes: FloatArray  # (n_sizes,) distinct group sizes
    n_groups: FloatArray  # (1 or n, n_sizes)
    gram: FloatArray  # X'X: (1 or n, p, p)
    cross: FloatArray  # (1 or n, n_sizes, p, p)
    mixed: FloatArray  # (n, n_sizes, p)
    squares: FloatArray  # (n, n_sizes)
    total: FloatArray  # y'y: (n,)
    start: FloatArray  # (n, p)
    n_samples: FloatArray  # (n,)
    is_absent: BoolArray  # (n, p)
    is_fitted: BoolArray  # (n,) whether coefficients and a residual variance can be estimated
    is_usable: BoolArray  # (n,) whether a variance between groups can be, too


def sum_groups(values: FloatArray, design: FloatArray, codes: IntArray) -> GroupSums:
    """Add up samples within groups, then groups of one size.

    Parameters
    ----------
    values : array of shape (n, n_samples)
        nan is missing.
    design : array of shape (n_samples, p)
        Of full rank while nothing is missing.
    codes : array of shape (n_samples,)
        Group of each sample, from 0.

    Returns
    -------
    GroupSums
        What the likelihood needs.
    """
    is_there = ~np.isnan(values)
    mask = np.ones((1, values.shape[1])) if is_there.all() else is_there.astype(float)
    gram, is_absent, is_regular = _multiply_design(mask, design)
    filled = np.where(is_there, values, 0.0)
    start = np.asarray(np.linalg.solve(gram, (filled @ design)[:, :, None])[:, :, 0], dtype=float)
    residuals = (filled - start @ design.T) * mask
    member = np.eye(int(codes.max()) + 1)[codes]
    counts = mask @ member
    in_groups = np.stack([(mask * column) @ member for column in design.T], axis=2)
    totals = residuals @ member
    sizes = np.unique(counts[counts > 0])
    has_size = [(counts == size).astype(float) for size in sizes]
    n_samples = counts.sum(axis=1)
    n_groups = np.stack([has.sum(axis=1) for has in has_size], axis=1)
    total = (residuals**2).sum(axis=1)
    # One sample per group leaves nothing to part the two variances with; one group, no variance.
    n_free = n_samples - (~is_absent).sum(axis=1)
    is_parted = (n_samples > n_groups.sum(axis=1)) & (n_groups.sum(axis=1) > 1)
    has_spread = total > NOISE**2 * (filled**2).sum(axis=1)
    is_fitted = (n_free > 0) & is_regular & has_spread
    return GroupSums(
        sizes=sizes,
        n_groups=n_groups,
        gram=gram,
        cross=np.stack(
            [np.einsum("ag,agi,agj->aij", has, in_groups, in_groups) for has in has_size], axis=1
        ),
        mixed=np.stack(
            [np.einsum("ag,agi->ai", totals * has, in_groups) for has in has_size], axis=1
        ),
        squares=np.stack([(totals**2 * has).sum(axis=1) for has in has_size], axis=1),
        total=total,
        start=start,
        n_samples=np.broadcast_to(n_samples, total.shape),
        is_absent=np.broadcast_to(is_absent, start.shape),
        is_fitted=is_fitted,
        is_usable=is_parted & is_fitted,
    )


def _multiply_design(
    mask: FloatArray, design: FloatArray
) -> tuple[FloatArray, BoolArray, BoolArray]:
    """Return X'X of the samples that are there, columns without any, and where it is regular."""
    n_columns = design.shape[1]
    products = (design[:, :, None] * design[:, None, :]).reshape(len(design), -1)
    gram = (mask @ products).reshape(-1, n_columns, n_columns)
    is_absent: BoolArray = (mask @ np.abs(design)) == 0
    gram = gram + np.eye(n_columns) * is_absent[:, :, None]
    scale = np.sqrt(np.einsum("aii->ai", gram))
    spread = np.linalg.eigvalsh(gram / scale[:, :, None] / scale[:, None, :])
    is_regular = spread[:, 0] > RANK_TOLERANCE
    return np.where(is_regular[:, None, None], gram, np.eye(n_columns)), is_absent, is_regular
