"""Distribution of the studentized range, for arrays of statistics and degrees of freedom."""

import numpy as np
from scipy.special import chdtri, gammaln, ndtr

from trialwright.core.arrays import FloatArray

# The integrand over z is analytic and falls like a normal density: the trapezoid rule with this
# step is exact to the last digits of a double.
Z_LIMIT, Z_STEP = 8.5, 0.1
N_NODES = 64  # Gauss-Legendre over the scale s = root(chi2 / df)
TAIL = 1e-17  # of chi2, cut off at both ends
BLOCK = 64  # statistics at a time, so that memory stays small
MAX_STEPS = 60
PRECISION = 1e-11


def range_probability(statistic: FloatArray, n_means: FloatArray, df: FloatArray) -> FloatArray:
    """Compute P(range of n means / standard error < statistic).

    Parameters
    ----------
    statistic, n_means, df : array
        Of shapes that broadcast; `n_means` at least 2, `df` positive (infinite allowed). For a
        pairwise t statistic the studentized range is |t| root 2. nan gives nan.

    Returns
    -------
    ndarray
        Probabilities, of the common shape, to about 1e-12.

    References
    ----------
    Tukey JW. The problem of multiple comparisons (1953). Copenhaver MD, Holland B. J Stat Comput
    Simul 1988;30:1-15.

    Examples
    --------
    >>> range_probability(np.array([3.877]), np.array([3.0]), np.array([10.0])).round(4).item()
    0.95
    """
    parts = np.broadcast_arrays(
        *(np.asarray(part, dtype=float) for part in (statistic, n_means, df))
    )
    q, k, nu = (part.ravel() for part in parts)
    result = np.full(q.shape, np.nan)
    known = np.flatnonzero(np.isfinite(q) & ~np.isnan(nu) & (nu > 0) & (k > 1))
    for start in range(0, len(known), BLOCK):
        rows = known[start : start + BLOCK]
        result[rows] = _integrate_scale(q[rows], k[rows], nu[rows])
    probability: FloatArray = np.clip(result, 0.0, 1.0).reshape(parts[0].shape)
    return probability


def _integrate_scale(q: FloatArray, k: FloatArray, nu: FloatArray) -> FloatArray:
    """Average the probability for a known standard error over its estimate."""
    nodes, weights = np.polynomial.legendre.leggauss(N_NODES)
    freedom = np.minimum(nu, 1e8)[:, None]  # beyond, the estimate is the truth to 1e-8
    low = np.sqrt(chdtri(freedom, 1 - TAIL) / freedom)
    high = np.sqrt(chdtri(freedom, TAIL) / freedom)
    scale = (low + high) / 2 + (high - low) / 2 * nodes
    log_density = (
        np.log(2.0)
        + freedom / 2 * np.log(freedom / 2)
        - gammaln(freedom / 2)
        + (freedom - 1) * np.log(scale)
        - freedom * scale**2 / 2
    )
    mass = np.exp(log_density) * weights
    known_error = _integrate_normal(q[:, None] * scale, k[:, None])
    averaged: FloatArray = (mass * known_error).sum(axis=1) / mass.sum(axis=1)
    return averaged


def _integrate_normal(width: FloatArray, k: FloatArray) -> FloatArray:
    """Compute the probability that k standard normal values lie within a width."""
    z = np.arange(-Z_LIMIT, Z_LIMIT + Z_STEP / 2, Z_STEP)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    inside = ndtr(z) - ndtr(z - width[..., None])
    with np.errstate(invalid="ignore"):
        powered = np.power(np.maximum(inside, 0.0), k[..., None] - 1)
    total: FloatArray = k * (powered @ density) * Z_STEP
    return total


def range_quantile(prob: float, n_means: FloatArray, df: FloatArray) -> FloatArray:
    """Find the studentized range that is not reached with probability `prob`.

    Parameters
    ----------
    prob : float
        In (0, 1).
    n_means, df : array
        Of one shape.

    Returns
    -------
    ndarray
        Quantiles, of the same shape; nan where a parameter is.

    Examples
    --------
    >>> range_quantile(0.95, np.array([3.0, 4.0]), np.array([10.0, 36.0])).round(3).tolist()
    [3.877, 3.809]
    """
    k, nu = np.broadcast_arrays(np.asarray(n_means, dtype=float), np.asarray(df, dtype=float))
    pairs, place = np.unique(np.stack([k.ravel(), nu.ravel()]), axis=1, return_inverse=True)
    roots = _solve_range(prob, pairs[0], pairs[1])
    return roots[np.ravel(place)].reshape(k.shape)


def _solve_range(prob: float, k: FloatArray, nu: FloatArray) -> FloatArray:
    """Solve for quantiles by secants kept inside a shrinking bracket (the Illinois rule)."""
    low, high = np.zeros_like(nu), np.full_like(nu, 4.0)
    below, above = np.full_like(nu, -prob), range_probability(high, k, nu) - prob
    while np.any(above < 0):
        high = np.where(above < 0, high * 2, high)
        above = range_probability(high, k, nu) - prob
    side = np.zeros_like(nu)
    middle = high
    for _ in range(MAX_STEPS):
        middle = (low * above - high * below) / (above - below)
        value = range_probability(middle, k, nu) - prob
        is_low = value < 0
        below, above = (
            np.where(is_low, value, np.where(side > 0, below / 2, below)),
            np.where(is_low, np.where(side < 0, above / 2, above), value),
        )
        low, high = np.where(is_low, middle, low), np.where(is_low, high, middle)
        side = np.where(is_low, -1.0, 1.0)
        if np.all((np.abs(value) < PRECISION) | np.isnan(value)):
            break
    return middle
