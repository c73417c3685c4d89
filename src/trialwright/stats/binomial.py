"""Binomial probabilities by sums of positive terms, without scipy: a design call starts fast."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

EPSILON = float(np.finfo(float).eps)
ROOT_ABSOLUTE = 1e-16  # a rate is known to machine precision, also near 0


def binomial_probabilities(n: int, rate: float) -> FloatArray:
    """Compute the probability of each count of successes among n.

    Parameters
    ----------
    n : int
        Number of patients, 0 or more.
    rate : float
        Probability of success, in [0, 1].

    Returns
    -------
    ndarray of shape (n + 1,)
        Probabilities of 0, 1, ..., n successes. Ratios of neighbors are multiplied outwards from
        the mode and scaled to a sum of one, so that each has a relative error of a few n epsilon.

    Examples
    --------
    >>> binomial_probabilities(2, 0.5).tolist()
    [0.25, 0.5, 0.25]
    """
    probabilities = np.zeros(n + 1)
    if rate in (0, 1):
        probabilities[n if rate else 0] = 1.0
        return probabilities
    odds = rate / (1 - rate)
    mode = min(n, int((n + 1) * rate))
    above = np.arange(mode, n)
    below = np.arange(mode, 0, -1)
    probabilities[mode] = 1.0
    probabilities[mode + 1 :] = np.cumprod((n - above) / (above + 1) * odds)
    probabilities[:mode] = np.cumprod(below / ((n - below + 1) * odds))[::-1]
    probabilities /= probabilities.sum()
    return probabilities


def binomial_pmf(counts: IntArray, n: int, rate: float) -> FloatArray:
    """Compute P(X = count) for an array of counts; 0 outside 0 to n."""
    inside = np.clip(counts, 0, n)
    return np.where(counts == inside, binomial_probabilities(n, rate)[inside], 0.0)


def binomial_sf(counts: IntArray, n: int, rate: float) -> FloatArray:
    """Compute P(X > count) for an array of counts; 1 below zero, 0 from n on."""
    at_least = np.zeros(n + 2)
    at_least[:-1] = np.cumsum(binomial_probabilities(n, rate)[::-1])[::-1]
    at_least[0] = 1.0
    return at_least[np.clip(counts + 1, 0, n + 1)]


def binomial_cdf(counts: IntArray, n: int, rate: float) -> FloatArray:
    """Compute P(X <= count) for an array of counts; 0 below zero, 1 from n on."""
    at_most = np.zeros(n + 2)
    at_most[1:] = np.cumsum(binomial_probabilities(n, rate))
    at_most[-1] = 1.0
    return at_most[np.clip(counts + 1, 0, n + 1)]


def prob_at_most(count: int, n: int, rate: float) -> float:
    """Compute P(X <= count) for one count."""
    return float(binomial_probabilities(n, rate)[: count + 1].sum()) if count >= 0 else 0.0


def prob_at_least(count: int, n: int, rate: float) -> float:
    """Compute P(X >= count) for one count."""
    return float(binomial_probabilities(n, rate)[count:].sum()) if count > 0 else 1.0


def find_rate(excess: Callable[[float], float]) -> float:
    """Find the rate in [0, 1] at which a monotone function of it is zero.

    Parameters
    ----------
    excess : callable
        Continuous function of a rate with opposite signs at 0 and 1.

    Returns
    -------
    float
        The root, to machine precision.

    References
    ----------
    Chandrupatla TR. Adv Eng Softw 1997;28:145-149: inverse quadratic steps where they are safe,
    halving elsewhere.
    """
    a, b, t = 0.0, 1.0, 0.5
    at_a, at_b = excess(a), excess(b)
    while True:
        x = a + t * (b - a)
        at_x = excess(x)
        if (at_x > 0) == (at_a > 0):
            c, at_c = a, at_a
        else:
            c, at_c, b, at_b = b, at_b, a, at_a
        a, at_a = x, at_x
        best, at_best = (a, at_a) if abs(at_a) < abs(at_b) else (b, at_b)
        smallest = (2 * EPSILON * abs(best) + ROOT_ABSOLUTE) / abs(b - a)
        if at_best == 0 or smallest > 0.5:
            return best
        t = min(1 - smallest, max(smallest, _next_step(a, b, c, at_a, at_b, at_c)))


def _next_step(a: float, b: float, c: float, at_a: float, at_b: float, at_c: float) -> float:
    """Return the next step from a towards b, as a share of their distance."""
    where, height = (a - b) / (c - b), (at_a - at_b) / (at_c - at_b)
    if not (height**2 < where and (1 - height) ** 2 < 1 - where):
        return 0.5
    first = at_a / (at_b - at_a) * at_c / (at_b - at_c)
    return first + (c - a) / (b - a) * at_a / (at_c - at_a) * at_b / (at_c - at_b)
