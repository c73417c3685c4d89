"""Boundaries on a count that is watched while patients enter, with exact crossing probabilities."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from math import inf
from statistics import NormalDist

import numpy as np

from trialwright.core.arrays import FloatArray
from trialwright.core.errors import DesignError
from trialwright.stats.binomial import binomial_probabilities
from trialwright.stats.hypotheses import check_rate

NEVER_STOPS = -1  # a bound that no count of failures is at or under


class Side(Enum):
    """Which counts stop."""

    ABOVE = "above"  # more than the bound: toxicity
    AT_MOST = "at_most"  # the bound or fewer: futility


@dataclass(frozen=True, slots=True)
class Boundary:
    """Bounds of a count at `looks` (patients observed, ascending); `side` says which side stops."""

    looks: tuple[int, ...]
    bounds: tuple[int, ...]
    side: Side = Side.ABOVE

    def __post_init__(self) -> None:
        is_ascending = all(earlier < later for earlier, later in pairwise((0, *self.looks)))
        if not self.looks or not is_ascending or len(self.looks) != len(self.bounds):
            raise DesignError(
                f"{self} is impossible, expected ascending numbers of patients and one bound for "
                "each. Write looks such as 5, 10, 15 and the largest counts that are tolerated."
            )


@dataclass(frozen=True, slots=True)
class CrossingPoint:
    """What a boundary does at one true rate.

    `prob_stop` counts every look, `prob_stop_before_last` all but the last; `expected_n` patients
    are observed when a trial that never stops ends at the last look.
    """

    rate: float
    prob_stop: float
    prob_stop_before_last: float
    expected_n: float


@dataclass(frozen=True, slots=True)
class BoundarySearch:
    """The boundary found, and the next stricter one of its family (None at its end)."""

    boundary: Boundary
    next_stricter: Boundary | None


def evaluate_boundary(boundary: Boundary, rate: float) -> CrossingPoint:
    """Compute the exact probability to stop at each look, for one true rate.

    Parameters
    ----------
    boundary : Boundary
        Looks, bounds and side.
    rate : float
        True probability of the event for one patient, in [0, 1].

    Returns
    -------
    CrossingPoint
        Probability of stopping at any look and before the last, expected patients.

    References
    ----------
    Ivanova A, Qaqish BF, Schell MJ. Biometrics 2005;61:540-545, section 2.

    Examples
    --------
    >>> point = evaluate_boundary(Boundary((5, 10, 15, 20), (2, 3, 4, 5)), rate=0.1)
    >>> round(point.prob_stop, 4), round(point.expected_n, 2)
    (0.0277, 19.75)
    """
    check_rate("rate", rate)
    stops = prob_stop_by_look(boundary, rate)
    before_last = float(stops[:-1].sum())
    last = boundary.looks[-1]
    saved = last - np.array(boundary.looks)
    return CrossingPoint(
        rate=rate,
        prob_stop=float(stops.sum()),
        prob_stop_before_last=before_last,
        expected_n=last - float(stops @ saved),
    )


def prob_stop_by_look(boundary: Boundary, rate: float) -> FloatArray:
    """Compute the probability to stop first at each look.

    Returns
    -------
    ndarray of shape (n_looks,)
        Probabilities in the order of the looks.
    """
    stops = np.zeros(len(boundary.looks))
    running = np.ones(1)
    seen = 0
    for index, (look, bound) in enumerate(zip(boundary.looks, boundary.bounds, strict=True)):
        running = np.convolve(running, binomial_probabilities(look - seen, rate))
        cut = max(bound + 1, 0)
        beyond = slice(cut, None) if boundary.side is Side.ABOVE else slice(0, cut)
        stops[index] = running[beyond].sum()
        running[beyond] = 0.0
        seen = look
    return stops


def search_toxicity_boundary(
    looks: Sequence[int], rate: float, limit: float, shape: float = 0.0
) -> BoundarySearch:
    """Find the strictest boundary of its family that a tolerable rate crosses seldom enough.

    At a look with a share t of all patients, more events than the bound are as unlikely under
    `rate` as a normal variate above c t^-shape; the constant c is the smallest for which the
    probability to cross at any look is at most the limit. All boundaries of the family are
    considered, so that the answer is exact.

    Parameters
    ----------
    looks : sequence of int
        Patients observed at each look, ascending; every number from 1 on for continuous watching.
    rate : float
        Toxicity rate that is tolerable, in (0, 1).
    limit : float
        Largest probability to stop at that rate.
    shape : float
        0: the same level at every look (Pocock). 0.5: hardly any early stop (O'Brien-Fleming).

    Returns
    -------
    BoundarySearch
        Stop when the events exceed the bound.

    References
    ----------
    Ivanova A, Qaqish BF, Schell MJ. Biometrics 2005;61:540-545 (Pocock type). Wang SK, Tsiatis AA.
    Biometrics 1987;43:193-200 (shapes).

    Examples
    --------
    >>> search_toxicity_boundary([5, 10, 15, 20], rate=0.2, limit=0.1).boundary.bounds
    (2, 4, 6, 7)
    """
    for name, value in (("rate", rate), ("limit", limit)):
        check_rate(name, value)
    family = _family(looks, rate, shape)
    # Later boundaries of the family are laxer, and the last one stops nobody.
    index = bisect_left(
        family, True, key=lambda boundary: evaluate_boundary(boundary, rate).prob_stop <= limit
    )
    return BoundarySearch(family[index], family[index - 1] if index else None)


def search_sensitive_boundary(
    looks: Sequence[int], rate: float, harmful_rate: float, least: float, shape: float = 0.0
) -> BoundarySearch:
    """Find the laxest boundary of the same family that a harmful rate crosses often enough.

    Parameters
    ----------
    looks : sequence of int
        Patients observed at each look, ascending.
    rate : float
        Toxicity rate that is tolerable; it gives the family its levels.
    harmful_rate : float
        Toxicity rate that must be found.
    least : float
        Least probability to stop at the harmful rate.
    shape : float
        As in `search_toxicity_boundary`.

    Returns
    -------
    BoundarySearch
        The boundary with the next stricter one.

    Raises
    ------
    DesignError
        When even stopping at the first event is not sensitive enough.
    """
    for name, value in (("rate", rate), ("harmful_rate", harmful_rate), ("least", least)):
        check_rate(name, value)
    family = _family(looks, rate, shape)
    index = bisect_left(
        family, True, key=lambda b: evaluate_boundary(b, harmful_rate).prob_stop < least
    )
    if index == 0:
        raise DesignError(
            f"No boundary at {looks[-1]} patients stops a rate of {harmful_rate:g} with "
            f"probability {least:g}. Watch more patients or ask for less."
        )
    return BoundarySearch(family[index - 1], family[index - 2] if index > 1 else None)


def _family(looks: Sequence[int], rate: float, shape: float) -> list[Boundary]:
    """Return every boundary of the family, from the strictest to the one that stops nobody."""
    if not 0 < rate < 1:
        raise DesignError(f"rate is {rate:g}, expected between 0 and 1. Write a tolerable rate.")
    strictness = _strictness(Boundary(tuple(looks), tuple(looks)).looks, rate, shape)
    constants = np.unique(np.concatenate(strictness))
    allowed = np.array([np.searchsorted(by_bound, constants) for by_bound in strictness])
    # Events do not go away: what a later look cannot tolerate is not tolerated now.
    bounds = np.minimum.accumulate(allowed[::-1])[::-1]
    return [Boundary(tuple(looks), tuple(int(bound) for bound in column)) for column in bounds.T]


def _strictness(looks: Sequence[int], rate: float, shape: float) -> list[FloatArray]:
    """Return, by look and bound, the largest constant c for which the bound is allowed."""
    normal = NormalDist()
    constants = []
    for look in looks:
        tails = 1 - np.cumsum(binomial_probabilities(look, rate))
        scores = [
            normal.inv_cdf(1 - tail) if 0 < tail < 1 else (inf if tail <= 0 else -inf)
            for tail in tails[:-1]
        ]
        constants.append(np.array([*scores, inf]) * (look / looks[-1]) ** shape)
    return constants
