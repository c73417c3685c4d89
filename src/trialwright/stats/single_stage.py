"""Exact single-stage designs, the smallest ones and the size from which every larger one holds."""

from dataclasses import dataclass
from math import ceil, log

import numpy as np

from trialwright.core.errors import DesignError
from trialwright.stats.binomial import binomial_probabilities, find_rate
from trialwright.stats.hypotheses import check_hypotheses

LARGEST_N = 6000
"""Patients up to which sizes are computed one by one."""


@dataclass(frozen=True, slots=True)
class SingleStageDesign:
    """Declare activity with more than `r` successes of `n`; with its exact errors."""

    r: int
    n: int
    exact_alpha: float
    exact_power: float


@dataclass(frozen=True, slots=True)
class SingleStageSearch:
    """The designs with the fewest patients, and the size from which power never falls again.

    Exact power saws up and down with n. `n_conservative` is proven: beyond `n_proven` Chernoff's
    bound keeps both errors for every n, and all sizes up to there were computed.
    """

    designs: tuple[SingleStageDesign, ...]
    n_conservative: int
    n_proven: int


def search_single_stage(
    p0: float, p1: float, alpha: float, power: float, n_designs: int = 3
) -> SingleStageSearch:
    """Find the smallest exact single-stage designs; both limits may be met with equality.

    Parameters
    ----------
    p0, p1 : float
        Success rates of no interest and of interest, 0 < p0 < p1 < 1.
    alpha, power : float
        Largest type I error and least power.
    n_designs : int
        How many designs to return, in order of n.

    Returns
    -------
    SingleStageSearch
        For each n the smallest bound r that keeps alpha.

    Raises
    ------
    DesignError
        When a number is impossible, or the proof would need more than 6000 patients.

    References
    ----------
    A'Hern RP. Stat Med 2001;20:859-866. Chernoff H. Ann Math Stat 1952;23:493-507.

    Examples
    --------
    >>> smallest = search_single_stage(0.20, 0.40, 0.05, 0.80).designs[0]
    >>> smallest.n, smallest.r
    (35, 11)
    """
    check_hypotheses(p0, p1, alpha, power)
    n_proven = _chernoff_n(p0, p1, alpha, 1 - power)
    if n_proven > LARGEST_N:
        raise DesignError(
            f"Telling {p0:g} from {p1:g} at alpha {alpha:g}, power {power:g} takes thousands of "
            "patients. Write rates that lie further apart."
        )
    designs: list[SingleStageDesign] = []
    last_failing = n = 0
    while n < n_proven or len(designs) < n_designs:
        n += 1
        design = evaluate_single_stage(n, p0, p1, alpha)
        if design.exact_power < power:
            last_failing = n
        elif len(designs) < n_designs:
            designs.append(design)
    return SingleStageSearch(tuple(designs), last_failing + 1, n_proven)


def evaluate_single_stage(n: int, p0: float, p1: float, alpha: float) -> SingleStageDesign:
    """Return the most powerful design of n patients that keeps alpha."""
    at_least = np.cumsum(binomial_probabilities(n, p0)[::-1])[::-1]
    smallest_count = int(np.count_nonzero(at_least > alpha))
    exact_alpha = float(at_least[smallest_count]) if smallest_count <= n else 0.0
    exact_power = float(binomial_probabilities(n, p1)[smallest_count:].sum())
    return SingleStageDesign(smallest_count - 1, n, exact_alpha, exact_power)


def _chernoff_n(p0: float, p1: float, alpha: float, beta: float) -> int:
    """Return a size from which some bound keeps both errors, whatever the rounding.

    With the bound at a share t of n, P(X > tn | p0) <= exp(-n KL(t, p0)) and
    P(X <= tn | p1) <= exp(-n KL(t, p1)); t is set where both need the same n.
    """

    def excess(way: float) -> float:
        share = p0 + way * (p1 - p0)
        return log(alpha) * _divergence(share, p1) - log(beta) * _divergence(share, p0)

    share = p0 + find_rate(excess) * (p1 - p0)
    return ceil(max(-log(alpha) / _divergence(share, p0), -log(beta) / _divergence(share, p1)))


def _divergence(share: float, rate: float) -> float:
    """Return the Kullback-Leibler divergence of one Bernoulli law from another."""
    return share * log(share / rate) + (1 - share) * log((1 - share) / (1 - rate))
