"""Two-stage designs: exact evaluation, the proven search, and the exact single stage."""

from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

import numpy as np

from trialwright.core.errors import DesignError
from trialwright.stats.binomial import binomial_pmf, binomial_sf
from trialwright.stats.hypotheses import check_hypotheses, check_rate
from trialwright.stats.two_stage_search import LARGEST_N, Candidate, Frontier, find_frontier

ON_LINE = 1e-10  # expected patients; rounding errors are below 1e-12, real differences far above


@dataclass(frozen=True, slots=True)
class TwoStageDesign:
    """Stop after `n1` patients with at most `r1` successes; reject with more than `r` of `n`."""

    r1: int
    n1: int
    r: int
    n: int

    def __post_init__(self) -> None:
        if not (0 <= self.r1 < self.n1 < self.n and self.r1 <= self.r < self.n):
            raise DesignError(
                f"{self} is impossible, expected 0 <= r1 < n1 < n and r1 <= r < n. "
                "Write the largest counts that stop, not the smallest that continue."
            )


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """What a design does when the true success rate is `rate`."""

    rate: float
    prob_early_stop: float
    prob_reject: float
    expected_n: float


class Kind(Enum):
    """Why a design is offered."""

    OPTIMAL = "optimal"  # smallest expected size under p0
    MINIMAX = "minimax"  # smallest maximum size
    ADMISSIBLE = "admissible"  # best for some weighting of the two


@dataclass(frozen=True, slots=True)
class DesignChoice:
    """A design on the admissible hull, its exact errors, and the weights for which it is best.

    The weight w multiplies n, 1 - w the expected size under p0; the design has the smallest
    weighted sum for every w from `weight_low` to `weight_high`.
    """

    kinds: tuple[Kind, ...]
    design: TwoStageDesign
    expected_n_null: float
    prob_early_stop_null: float
    exact_alpha: float
    exact_power: float
    weight_low: float
    weight_high: float


@dataclass(frozen=True, slots=True)
class DesignSearch:
    """The admissible designs from minimax to optimal, and the certificate of their optimality.

    `frontier` holds, in order of n, every design that expects fewer patients than all smaller ones;
    those of `designs` are its convex hull. No test of fewer than `n_first` patients keeps both
    limits; every design from there to `n_last` - 1 was excluded or found; one of `n_last` or more
    patients expects at least `bound` patients under p0 (None when n_max ended the search before
    that was proven).
    """

    p0: float
    p1: float
    alpha: float
    power: float
    designs: tuple[DesignChoice, ...]
    frontier: tuple[Candidate, ...]
    proven: bool
    n_first: int
    n_last: int
    bound: float | None

    def choose(self, kind: Kind) -> DesignChoice:
        """Return the optimal or the minimax design."""
        return next(choice for choice in self.designs if kind in choice.kinds)


def evaluate_two_stage(design: TwoStageDesign, rate: float) -> OperatingPoint:
    """Compute the exact behavior of a two-stage design at one true success rate.

    Parameters
    ----------
    design : TwoStageDesign
        Stopping bounds and sample sizes, in patients.
    rate : float
        True probability of success for one patient, in [0, 1].

    Returns
    -------
    OperatingPoint
        Probabilities in [0, 1] and the expected sample size in patients.

    References
    ----------
    Simon R. Control Clin Trials 1989;10:1-10.

    Examples
    --------
    >>> null = evaluate_two_stage(TwoStageDesign(r1=3, n1=13, r=12, n=43), rate=0.20)
    >>> round(null.prob_early_stop, 3), round(null.prob_reject, 3), round(null.expected_n, 1)
    (0.747, 0.05, 20.6)
    """
    check_rate("rate", rate)
    n2 = design.n - design.n1
    stopping = np.arange(design.r1 + 1)
    continuing = np.arange(design.r1 + 1, design.n1 + 1)
    first = binomial_pmf(continuing, design.n1, rate)
    reject_given_first = binomial_sf(design.r - continuing, n2, rate)
    return OperatingPoint(
        rate=rate,
        prob_early_stop=float(binomial_pmf(stopping, design.n1, rate).sum()),
        prob_reject=float(first @ reject_given_first),
        expected_n=design.n1 + float(first.sum()) * n2,
    )


def search_two_stage(
    p0: float, p1: float, alpha: float, power: float, n_max: int | None = None
) -> DesignSearch:
    """Find the optimal, the minimax and all admissible two-stage designs, with a proof.

    Both limits are strict: exact type I error < alpha, exact power > power. Among designs of equal
    expected size the one with the smallest n1 is taken, then the largest r1, then the largest r.

    Parameters
    ----------
    p0 : float
        Success rate of no interest, in (0, 1).
    p1 : float
        Success rate of interest, above p0.
    alpha : float
        Limit of the probability to declare activity under p0, in (0, 1).
    power : float
        Limit of the probability to declare activity under p1, in (alpha, 1).
    n_max : int, optional
        Largest n to consider. Without it the search goes on until the optimum is proven.

    Returns
    -------
    DesignSearch
        Designs on the lower convex hull of maximum and expected size, in order of n: the first is
        minimax, the last optimal.

    Raises
    ------
    DesignError
        When a number is impossible, or no design exists within n_max.

    References
    ----------
    Simon R. Control Clin Trials 1989;10:1-10. Jung SH, et al. Stat Med 2004;23:561-569 (admissible
    designs).

    Examples
    --------
    >>> found = search_two_stage(p0=0.20, p1=0.40, alpha=0.05, power=0.80)
    >>> [(c.design.r1, c.design.n1, c.design.r, c.design.n) for c in found.designs]
    [(4, 18, 10, 33), (3, 14, 11, 38), (3, 13, 12, 43)]
    >>> found.proven, found.n_last
    (True, 44)
    """
    check_hypotheses(p0, p1, alpha, power)
    if n_max is not None and n_max < 2:
        raise DesignError(f"n_max is {n_max}, expected 2 patients or more. Leave it out.")
    frontier = find_frontier(p0, p1, alpha, power, n_max)
    if not frontier.candidates:
        raise _none_found(frontier, (p0, p1, alpha, power), n_max)
    hull = _find_hull(frontier.candidates)
    weights = [_weight(left, right) for left, right in pairwise(hull)]
    designs = tuple(
        _describe(candidate, _kinds(index, len(hull)), (p0, p1), (low, high))
        for index, (candidate, low, high) in enumerate(
            zip(hull, [*weights, 0.0], [1.0, *weights], strict=True)
        )
    )
    return DesignSearch(
        p0=p0,
        p1=p1,
        alpha=alpha,
        power=power,
        designs=designs,
        frontier=frontier.candidates,
        proven=frontier.bound is not None,
        n_first=frontier.n_first,
        n_last=frontier.n_last,
        bound=frontier.bound,
    )


def _none_found(
    frontier: Frontier, setting: tuple[float, float, float, float], n_max: int | None
) -> DesignError:
    """Return the error for a search without an answer."""
    p0, p1, alpha, power = setting
    least = frontier.n_first
    if n_max is None:
        reason = f"needs more than {LARGEST_N} patients. Write rates that lie further apart."
        return DesignError(
            f"Telling {p0:g} from {p1:g} at alpha {alpha:g}, power {power:g} {reason}"
        )
    needed = f"no test needs fewer than {least}" if least else "every test needs more"
    return DesignError(
        f"No two-stage design of at most {n_max} patients tells {p0:g} from {p1:g} at alpha "
        f"{alpha:g}, power {power:g}: {needed}. Raise the largest n, or leave it out."
    )


def _find_hull(candidates: tuple[Candidate, ...]) -> list[Candidate]:
    """Keep the lower convex hull of (n, expected n) of candidates in order of n.

    A design on the line between two others is kept: it is as good as both at one weight.
    """
    hull: list[Candidate] = []
    for point in candidates:
        while len(hull) > 1 and _slope(hull[-2], hull[-1]) > _slope(hull[-1], point) + ON_LINE:
            hull.pop()
        hull.append(point)
    return hull


def _slope(left: Candidate, right: Candidate) -> float:
    """Return the change of expected size per patient more at most."""
    return (right.expected_n - left.expected_n) / (right.n - left.n)


def _weight(left: Candidate, right: Candidate) -> float:
    """Return the weight on n at which two neighbors of the hull are equally good."""
    saved = left.expected_n - right.expected_n
    return saved / (saved + right.n - left.n)


def _kinds(index: int, n_hull: int) -> tuple[Kind, ...]:
    """Return what a point of the hull is, from its place on it."""
    kinds = (*[Kind.MINIMAX] * (index == 0), *[Kind.OPTIMAL] * (index == n_hull - 1))
    return kinds or (Kind.ADMISSIBLE,)


def _describe(
    found: Candidate,
    kinds: tuple[Kind, ...],
    rates: tuple[float, float],
    weights: tuple[float, float],
) -> DesignChoice:
    """Return a design with its exact errors."""
    design = TwoStageDesign(found.r1, found.n1, found.r, found.n)
    null, interest = (evaluate_two_stage(design, rate) for rate in rates)
    return DesignChoice(
        kinds=kinds,
        design=design,
        expected_n_null=null.expected_n,
        prob_early_stop_null=null.prob_early_stop,
        exact_alpha=null.prob_reject,
        exact_power=interest.prob_reject,
        weight_low=weights[0],
        weight_high=weights[1],
    )
