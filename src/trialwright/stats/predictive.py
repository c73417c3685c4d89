"""Bayesian monitoring of one rate: posterior and predictive probabilities under a Beta prior."""

from dataclasses import dataclass
from math import lgamma

import numpy as np
from scipy.special import betainc, betaln

from trialwright.core.arrays import FloatArray
from trialwright.core.errors import DesignError
from trialwright.stats.hypotheses import check_rate
from trialwright.stats.two_stage_inference import check_count


@dataclass(frozen=True, slots=True)
class BetaPrior:
    """Prior of a rate, worth `a` successes and `b` failures; (1, 1) is uniform."""

    a: float = 1.0
    b: float = 1.0

    def __post_init__(self) -> None:
        if not (self.a > 0 and self.b > 0):
            raise DesignError(f"{self} is impossible, expected both above 0. Write 1 and 1.")


UNIFORM = BetaPrior()


def compute_posterior(
    responses: int, n: int, threshold: float, prior: BetaPrior = UNIFORM
) -> float:
    """Compute the probability that the rate lies above a threshold, given the patients so far.

    Parameters
    ----------
    responses, n : int
        Successes and patients; n may be 0.
    threshold : float
        Rate in [0, 1].
    prior : BetaPrior
        Prior of the rate.

    Returns
    -------
    float
        P(rate > threshold | data).

    Examples
    --------
    >>> round(compute_posterior(1, 14, threshold=0.20), 3)
    0.167
    """
    check_rate("threshold", threshold)
    if n:
        check_count(responses, n)
    return 1 - float(betainc(prior.a + responses, prior.b + n - responses, threshold))


def compute_predictive(
    responses: int, n: int, n_total: int, more_than: int, prior: BetaPrior = UNIFORM
) -> float:
    """Compute the probability that a trial ends with more than a count of successes.

    Parameters
    ----------
    responses, n : int
        Successes and patients so far.
    n_total : int
        Patients at the end.
    more_than : int
        The final bound: success is a larger count.
    prior : BetaPrior
        Prior of the rate.

    Returns
    -------
    float
        Predictive probability, the rate integrated over its posterior.

    References
    ----------
    Lee JJ, Liu DD. Clin Trials 2008;5:93-106.

    Examples
    --------
    >>> round(compute_predictive(1, 14, n_total=43, more_than=12), 3)
    0.016
    """
    future = predict_successes(responses, n, n_total, prior)
    return float(future[max(more_than + 1 - responses, 0) :].sum())


def compute_predictive_posterior(
    counts: tuple[int, int, int], threshold: float, certainty: float, prior: BetaPrior = UNIFORM
) -> float:
    """Compute the probability that the final posterior will be certain enough.

    Parameters
    ----------
    counts : tuple of int
        Successes so far, patients so far, patients at the end.
    threshold : float
        Rate that must be exceeded.
    certainty : float
        The trial succeeds when P(rate > threshold | all patients) is above this.
    prior : BetaPrior
        Prior of the rate.

    Returns
    -------
    float
        Predictive probability of success.

    References
    ----------
    Lee JJ, Liu DD. Clin Trials 2008;5:93-106.
    """
    check_rate("threshold", threshold)
    check_rate("certainty", certainty)
    responses, n, n_total = counts
    future = predict_successes(responses, n, n_total, prior)
    final = responses + np.arange(future.size)
    posterior = 1 - betainc(prior.a + final, prior.b + n_total - final, threshold)
    return float(future[posterior > certainty].sum())


def predict_successes(responses: int, n: int, n_total: int, prior: BetaPrior) -> FloatArray:
    """Compute the Beta-binomial probabilities of 0, 1, ... successes among the patients to come."""
    if n:
        check_count(responses, n)
    if n_total < n:
        raise DesignError(
            f"n_total is {n_total}, expected at least the {n} patients so far. "
            "Write the patients at the end of the trial."
        )
    to_come = n_total - n
    successes = np.arange(to_come + 1)
    a, b = prior.a + responses, prior.b + n - responses
    ways = np.array(
        [lgamma(to_come + 1) - lgamma(x + 1) - lgamma(to_come - x + 1) for x in successes]
    )
    logs = ways + betaln(a + successes, b + to_come - successes) - betaln(a, b)
    probabilities = np.exp(logs)
    probabilities /= probabilities.sum()
    return np.asarray(probabilities, dtype=np.float64)
