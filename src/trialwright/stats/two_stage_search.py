"""The proven search for two-stage designs: exact tables, bounds that prune, and when to stop."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf, sqrt
from statistics import NormalDist

import numpy as np

from trialwright.core.arrays import FloatArray, IntArray

LARGEST_N = 3000
"""Patients at which a search without an answer gives up; its tables need 300 MB there."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """The best rule found at one maximum size: bounds, sizes and expected size under p0."""

    r1: int
    n1: int
    r: int
    n: int
    expected_n: float


@dataclass(frozen=True, slots=True)
class Frontier:
    """Rules in order of n, each with a smaller expected size than all before it, and the proof.

    No test of fewer than `n_first` patients, not even a randomized one, keeps both error limits.
    Sizes from there to `n_last` - 1 were searched. `bound` is the least expected size that a design
    of `n_last` or more patients could have; None when the search ended before it was proven.
    """

    candidates: tuple[Candidate, ...]
    n_first: int
    n_last: int
    bound: float | None


@dataclass(frozen=True, slots=True)
class Tables:
    """Exact probabilities of x successes (`pmf`) and of x or more (`at_least`), by n and x.

    Index 0 of the first axis is p0, 1 is p1. `r1_max` is the largest first bound by n1 that p1
    passes with enough probability (-1: none).
    """

    pmf: FloatArray
    at_least: FloatArray
    r1_max: IntArray
    power_best: FloatArray

    @property
    def n_max(self) -> int:
        """Return the largest n of the tables."""
        return int(self.pmf.shape[1]) - 1


def make_tables(p0: float, p1: float, alpha: float, power: float, n_max: int) -> Tables:
    """Build the tables by Pascal's recurrence: sums of positive terms, no cancellation."""
    rates = np.array([[p0], [p1]])
    pmf = np.zeros((2, n_max + 1, n_max + 1))
    pmf[:, 0, 0] = 1.0
    for n in range(1, n_max + 1):
        before = pmf[:, n - 1, :n]
        pmf[:, n, :n] = (1 - rates) * before
        pmf[:, n, 1 : n + 1] += rates * before
    at_least = np.zeros((2, n_max + 1, n_max + 2))
    np.cumsum(pmf[:, :, ::-1], axis=2, out=at_least[:, :, n_max::-1])
    stops_too_often = 1 - at_least[1, :, 1:] >= 1 - power
    r1_max = np.argmax(stops_too_often, axis=1) - 1
    return Tables(pmf, at_least, r1_max, _best_power(pmf, at_least, alpha))


def _best_power(pmf: FloatArray, at_least: FloatArray, alpha: float) -> FloatArray:
    """Return, by n, the power of the best test of level alpha (Neyman-Pearson, randomized)."""
    rows = np.arange(pmf.shape[1])
    first = np.argmax(at_least[0] <= alpha, axis=1)  # smallest count that the level affords
    edge = first - 1
    share = (alpha - at_least[0, rows, first]) / pmf[0, rows, edge]
    best: FloatArray = at_least[1, rows, first] + share * pmf[1, rows, edge]
    return best


def find_frontier(
    p0: float, p1: float, alpha: float, power: float, n_max: int | None, n1: int | None = None
) -> Frontier:
    """Search all two-stage rules, n ascending, until no larger one can expect fewer patients.

    A rule is feasible when P(reject | p0) < alpha and P(reject | p1) > power. For each n only rules
    whose expected size is below the least so far are tested. The search ends when every n1 below
    that least size L has n1 + P(X1 > largest admissible r1 | p0) (n - n1) >= L: this bound rises
    with n, so the optimum is proven without a guess of the largest n.

    Parameters
    ----------
    p0, p1 : float
        Success rates of no interest and of interest, p0 < p1.
    alpha, power : float
        Limits of both errors, strict.
    n_max : int or None
        Largest n to try; None searches until the proof.
    n1 : int, optional
        The only size of stage 1 to consider.

    Returns
    -------
    Frontier
        Rules by n, and the proof. Among equal expected sizes: smallest n1, then largest r1, then
        largest feasible r.

    References
    ----------
    Simon R. Control Clin Trials 1989;10:1-10.
    """
    limit = LARGEST_N if n_max is None else n_max
    tables = make_tables(p0, p1, alpha, power, min(limit, guess_n(p0, p1, alpha, power)))
    found: list[Candidate] = []
    least, n_first, n = inf, 0, 2 if n1 is None else n1 + 1
    while n <= limit:
        if n > tables.n_max:
            tables = make_tables(p0, p1, alpha, power, min(limit, n + n // 3))
        if tables.power_best[n] > power:
            n_first = n_first or n
            sizes = np.arange(1, n) if n1 is None else np.array([n1])
            bounds = _bound_expected_n(tables, n, sizes)
            stage_1 = sizes[bounds < least]
            if not stage_1.size and (found or n1 is not None):
                return Frontier(tuple(found), n_first, n, float(bounds.min()) if found else None)
            best = _search_n(tables, n, stage_1, least, (alpha, power))
            if best:
                found.append(best)
                least = best.expected_n
        n += 1
    return Frontier(tuple(found), n_first, n, None)


def guess_n(p0: float, p1: float, alpha: float, power: float) -> int:
    """Return a size for the first tables; a wrong guess costs time, never correctness."""
    spread = NormalDist().inv_cdf(1 - alpha) * sqrt(p0 * (1 - p0))
    spread += NormalDist().inv_cdf(power) * sqrt(p1 * (1 - p1))
    return int(1.55 * (spread / (p1 - p0)) ** 2) + 20


def _bound_expected_n(tables: Tables, n: int, n1: IntArray) -> FloatArray:
    """Return, by n1, the least expected size that n or more patients allow; inf without a bound."""
    r1_max = tables.r1_max[n1]
    bound = n1 + tables.at_least[0, n1, r1_max + 1] * (n - n1)
    return np.where(r1_max >= 0, bound, inf)


def _search_n(
    tables: Tables, n: int, n1: IntArray, least: float, limits: tuple[float, float]
) -> Candidate | None:
    """Return the rule of n patients with the smallest expected size below the least, if any."""
    if not n1.size:
        return None
    alpha, power = limits
    r1 = np.arange(tables.r1_max[n1].max() + 1)
    expected = n1[:, None] + tables.at_least[0, n1[:, None], r1 + 1] * (n - n1)[:, None]
    is_open = (expected < least) & (r1 <= tables.r1_max[n1][:, None])
    best = None
    for r in range(_first_final_bound(tables, n, limits), -1, -1):
        is_open &= r1 <= r
        if tables.at_least[0, n, r + 1] >= alpha:
            # A smaller r only raises alpha: what fails it here fails for good.
            is_open &= prob_reject_by_bound(tables, 0, (n, r), n1, r1.size) < alpha
        rows = is_open.any(axis=1)
        if not rows.any():
            break
        n1, expected, is_open = n1[rows], expected[rows], is_open[rows]
        has_power = is_open & (prob_reject_by_bound(tables, 1, (n, r), n1, r1.size) > power)
        if has_power.any():
            row, bound = divmod(int(np.argmin(np.where(has_power, expected, inf))), r1.size)
            best = Candidate(bound, int(n1[row]), r, n, float(expected[row, bound]))
            is_open &= expected < best.expected_n
    return best and _raise_final_bound(tables, best, power)


def _first_final_bound(tables: Tables, n: int, limits: tuple[float, float]) -> int:
    """Return the final bound from which to try downward.

    One stage of n patients keeps alpha from here on, hence two stages do as well; and no larger
    bound than that of `final_bounds` has the power.
    """
    alpha, power = limits
    keeps_alpha = int(np.argmax(tables.at_least[0, n, 1:] < alpha))
    return min(keeps_alpha, next(final_bounds(tables, n, power), -1))


def _raise_final_bound(tables: Tables, found: Candidate, power: float) -> Candidate:
    """Return the rule with the largest final bound that has the power."""
    n1, r = np.array([found.n1]), found.r
    n_bounds = found.r1 + 1
    while prob_reject_by_bound(tables, 1, (found.n, r + 1), n1, n_bounds)[0, found.r1] > power:
        r += 1
    return replace(found, r=r)


def final_bounds(tables: Tables, n: int, power: float) -> Iterator[int]:
    """Yield final bounds downward from the largest that one stage of n patients affords."""
    largest = int(np.count_nonzero(tables.at_least[1, n, 1 : n + 1] > power)) - 1
    return iter(range(largest, -1, -1))


def prob_reject_by_bound(
    tables: Tables, which: int, last: tuple[int, int], n1: IntArray, n_bounds: int
) -> FloatArray:
    """Return P(X1 > r1 and X > r) by n1 (rows) and r1 (columns 0 to n_bounds - 1)."""
    n, r = last
    at_least = tables.at_least[which]
    x = np.arange(min(n_bounds, r + 1))
    lost = tables.pmf[which, n1, : x.size] * at_least[(n - n1)[:, None], r + 1 - x]
    prob = np.empty((n1.size, n_bounds))
    prob[:, : x.size] = at_least[n, r + 1] - np.cumsum(lost, axis=1)
    prob[:, x.size :] = 1.0
    return prob
