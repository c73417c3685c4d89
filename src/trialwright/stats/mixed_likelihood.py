"""Likelihood of random-intercept models, profiled on the ratio of variances, many at once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trialwright.core.arrays import BoolArray, FloatArray
from trialwright.stats.mixed_sums import GroupSums

MAX_STEPS = 60
CONVERGED = 1e-11  # of the correlation within groups; the last step squares what is left
LARGEST_CORRELATION = 1 - 1e-9
GRID = np.concatenate([np.linspace(0.0, 0.9, 10), [0.95, 0.98, 0.995, 0.9995]])


@dataclass(frozen=True, slots=True)
class Profile:
    """The deviance and its parts at one ratio of variances per measurement.

    `log_det` is log|V|, plus log|X'V^-1 X| when restricted; `rest` the residual sum of squares;
    the last axis holds value, first and second derivative by the ratio.
    """

    log_det: FloatArray  # (n, 3)
    rest: FloatArray  # (n, 3)
    shift: FloatArray  # coefficients less those of least squares: (n, p)
    inverse: FloatArray  # (X'V^-1 X)^-1: (n, p, p)
    inverse_slope: FloatArray  # its derivative: (n, p, p)

    def deviance(self, df: FloatArray) -> FloatArray:
        """Return log_det + df log(rest) with its two derivatives: (n, 3)."""
        value, first, second = self.rest.T
        parts = np.stack([np.log(value), first / value, second / value - (first / value) ** 2])
        deviance: FloatArray = self.log_det + (df * parts).T
        return deviance


def evaluate_profile(sums: GroupSums, ratio: FloatArray, is_restricted: bool) -> Profile:
    """Evaluate the likelihood at variance ratios, one per measurement.

    Parameters
    ----------
    sums : GroupSums
        Sums of the measurements.
    ratio : array of shape (n,)
        Variance between groups over variance within; above -1 / (largest group).
    is_restricted : bool
        Whether the likelihood is the restricted one (REML).

    Returns
    -------
    Profile
        Values and derivatives.
    """
    stretch = 1 + ratio[:, None] * sums.sizes
    weight = np.stack(
        [ratio[:, None] / stretch, 1 / stretch**2, -2 * sums.sizes / stretch**3]
    )  # w and its derivatives: (3, n, n_sizes)
    cross = -np.einsum("dnr,nrij->dnij", weight, sums.cross)
    inverse = np.linalg.inv(sums.gram + cross[0])
    right = -np.einsum("nr,nri->ni", weight[0], sums.mixed)
    shift = np.einsum("nij,nj->ni", inverse, right)
    curved = np.einsum(
        "nrij,nj->nri", np.broadcast_to(sums.cross, (len(ratio), *sums.cross.shape[1:])), shift
    )
    group_squares = sums.squares + np.einsum("nri,ni->nr", curved - 2 * sums.mixed, shift)
    score = np.einsum("nr,nri->ni", weight[1], sums.mixed - curved)
    rest = np.stack(
        [
            sums.total - (weight[0] * sums.squares).sum(axis=1) - (right * shift).sum(axis=1),
            -(weight[1] * group_squares).sum(axis=1),
            -(weight[2] * group_squares).sum(axis=1)
            - 2 * np.einsum("ni,nij,nj->n", score, inverse, score),
        ],
        axis=1,
    )
    share = sums.sizes / stretch
    log_det = np.stack(
        [(sums.n_groups * part).sum(axis=1) for part in (np.log(stretch), share, -(share**2))],
        axis=1,
    )
    first, second = inverse @ cross[1], inverse @ cross[2]
    if is_restricted:
        log_det = log_det + np.stack(
            [
                -np.linalg.slogdet(inverse)[1],
                np.einsum("nii->n", first),
                np.einsum("nii->n", second) - np.einsum("nij,nji->n", first, first),
            ],
            axis=1,
        )
    return Profile(log_det, rest, shift, inverse, -first @ inverse)


def find_correlation(
    sums: GroupSums, df: FloatArray, is_restricted: bool, smallest: float = 0.0
) -> FloatArray:
    """Find the correlation within groups at which the likelihood is largest.

    The whole range is scanned first, so that a local maximum is not taken for the answer; Newton
    steps by the exact derivatives follow, kept within the bracket.

    Parameters
    ----------
    sums : GroupSums
        Sums of the measurements.
    df : array of shape (n,)
        Samples, less columns when restricted.
    is_restricted : bool
        Whether the likelihood is the restricted one.
    smallest : float
        Lower limit: 0 for a variance, below for a correlation that may be negative.

    Returns
    -------
    ndarray of shape (n,)
        Correlations; the ratio of variances is rho / (1 - rho).
    """
    grid = np.concatenate([np.linspace(smallest, 0.0, 5)[:-1] if smallest < 0 else [], GRID])
    deviance = np.stack(
        [
            evaluate_profile(sums, np.full(len(df), rho / (1 - rho)), is_restricted).deviance(df)[
                :, 0
            ]
            for rho in grid
        ]
    )
    best = np.argmin(deviance, axis=0)
    bounds = np.concatenate([[smallest], grid, [LARGEST_CORRELATION]])
    low, high = bounds[best], bounds[best + 2]
    rho: FloatArray = grid[best]
    for _ in range(MAX_STEPS):
        slope, curvature = _differentiate(sums, df, is_restricted, rho)
        low, high = np.where(slope < 0, rho, low), np.where(slope < 0, high, rho)
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = rho - slope / curvature
        # The last steps are rounding, which may point out of a bracket that has closed.
        is_last = (np.abs(newton - rho) <= CONVERGED) & (newton >= smallest)
        is_safe = (curvature > 0) & (is_last | ((newton > low) & (newton < high)))
        step = np.where(is_safe, newton, (low + high) / 2)
        # At the limit with the deviance rising, the limit itself is the answer.
        step = np.where((rho == smallest) & (slope >= 0), smallest, step)
        change = np.abs(step - rho)
        rho = step
        if np.all(change <= CONVERGED):
            break
    return rho


def _differentiate(
    sums: GroupSums, df: FloatArray, is_restricted: bool, rho: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return first and second derivative of the deviance by the correlation."""
    stretch = 1 / (1 - rho)  # d ratio / d rho is its square
    _, first, second = evaluate_profile(sums, rho * stretch, is_restricted).deviance(df).T
    slope: FloatArray = first * stretch**2
    return slope, second * stretch**4 + 2 * slope * stretch


def take_measurements(sums: GroupSums, rows: BoolArray | NDArray[np.int64]) -> GroupSums:
    """Return the sums of some of the measurements."""

    def take(part: FloatArray) -> FloatArray:
        taken: FloatArray = part if len(part) == 1 and len(sums.total) != 1 else part[rows]
        return taken

    return GroupSums(
        sums.sizes,
        take(sums.n_groups),
        take(sums.gram),
        take(sums.cross),
        sums.mixed[rows],
        sums.squares[rows],
        sums.total[rows],
        sums.start[rows],
        sums.n_samples[rows],
        sums.is_absent[rows],
        sums.is_fitted[rows],
        sums.is_usable[rows],
    )
