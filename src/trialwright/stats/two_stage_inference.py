"""Inference after a two-stage trial: estimates, stagewise p-value and intervals that keep level."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import comb

import numpy as np

from trialwright.core.errors import DesignError
from trialwright.stats.binomial import (
    binomial_pmf,
    binomial_probabilities,
    binomial_sf,
    find_rate,
    prob_at_least,
    prob_at_most,
)
from trialwright.stats.hypotheses import check_rate
from trialwright.stats.two_stage import TwoStageDesign

NEGLIGIBLE = 1e-280  # below it a conditional expectation is taken at its limit


@dataclass(frozen=True, slots=True)
class Interval:
    """Two limits of a rate; None where the method defines none."""

    lower: float
    upper: float | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a trial ended: at `stage`, with `responses` of `n`, under the bounds of its design.

    The sizes are those attained: `n1` the patients of stage 1, `n` all patients analyzed.
    """

    stage: int
    responses: int
    n: int
    r1: int
    n1: int

    def prob_at_least(self, rate: float) -> float:
        """Return the probability of this outcome or a better one, stage by stage."""
        if self.stage == 1:
            return prob_at_least(self.responses, self.n, rate)
        passing = np.arange(self.r1 + 1, self.n1 + 1)
        first = binomial_pmf(passing, self.n1, rate)
        return float(first @ binomial_sf(self.responses - 1 - passing, self.n - self.n1, rate))

    def prob_at_most(self, rate: float) -> float:
        """Return the probability of this outcome or a worse one; every early stop is worse."""
        if self.stage == 1:
            return prob_at_most(self.responses, self.n, rate)
        passing = np.arange(self.r1 + 1, self.n1 + 1)
        first = binomial_pmf(passing, self.n1, rate)
        beyond = binomial_sf(self.responses - passing, self.n - self.n1, rate)
        return prob_at_most(self.r1, self.n1, rate) + float(first @ (1 - beyond))


@dataclass(frozen=True, slots=True)
class TwoStageInference:
    """What a finished two-stage trial says about its rate.

    `exact_stagewise` is the interval to report: its coverage is never under its level.
    `koyama_chen` (its upper limit solves P(this or better) = 1 - tail) and `clopper_pearson`
    (which ignores the first stage) are not exact after an interim look. `p_value` is None
    without a null rate.
    """

    stage: int
    responses: int
    n: int
    level: float
    mle: float
    umvue: float
    median_unbiased: float
    conditional_mle: float
    p_value: float | None
    exact_stagewise: Interval
    koyama_chen: Interval
    clopper_pearson: Interval


def infer_two_stage(
    design: TwoStageDesign,
    responses: int,
    n: int | None = None,
    p0: float | None = None,
    level: float = 0.95,
    stage: int | None = None,
) -> TwoStageInference:
    """Estimate the success rate after a two-stage trial that has ended.

    Outcomes are ordered by stage, then by successes: an early stop is worse than any end of stage
    2. Sizes off plan enter as attained: n patients at an early stop, n - n1 in stage 2, as if
    planned so (their choice must not depend on the outcomes).

    Parameters
    ----------
    design : TwoStageDesign
        The design as planned.
    responses : int
        Successes among all patients analyzed.
    n : int, optional
        Patients analyzed; the planned size of the stage when omitted.
    p0 : float, optional
        Null rate of the p-value.
    level : float
        Two-sided level: (1 - level) / 2 in each tail.
    stage : int, optional
        Stage at which the trial ended. When omitted, 1 if n is below the planned total and there
        are at most r1 successes.

    Returns
    -------
    TwoStageInference
        Maximum likelihood, unbiased (UMVUE), median-unbiased and conditional estimates, the
        stagewise p-value and three intervals.

    Raises
    ------
    DesignError
        When no trial under this design ends so.

    References
    ----------
    Jung SH, Kim KM. Stat Med 2004;23:881-896 (UMVUE, ordering, exact limits). Koyama T, Chen H.
    Stat Med 2008;27:3145-3154 (p-value, median estimate, their interval).

    Examples
    --------
    >>> ended = infer_two_stage(TwoStageDesign(3, 13, 12, 43), responses=1, n=13, p0=0.20)
    >>> round(ended.umvue, 3), round(ended.p_value, 3)
    (0.077, 0.945)
    >>> round(ended.exact_stagewise.lower, 3), round(ended.exact_stagewise.upper, 3)
    (0.002, 0.36)
    """
    outcome = find_outcome(design, responses, n, stage)
    if not 0 < level < 1:
        raise DesignError(f"level is {level:g}, expected between 0 and 1. Write 0.95 for 95%.")
    if p0 is not None:
        check_rate("p0", p0)
    tail = (1 - level) / 2
    exact = _interval(outcome.prob_at_least, outcome.prob_at_most, tail)
    naive = Outcome(1, outcome.responses, outcome.n, outcome.r1, outcome.n)
    return TwoStageInference(
        stage=outcome.stage,
        responses=outcome.responses,
        n=outcome.n,
        level=level,
        mle=outcome.responses / outcome.n,
        umvue=estimate_umvue(outcome),
        median_unbiased=_solve_better(outcome, 0.5) or 0.0,
        conditional_mle=estimate_conditional_mle(outcome),
        p_value=None if p0 is None else outcome.prob_at_least(p0),
        exact_stagewise=exact,
        koyama_chen=Interval(exact.lower, _solve_better(outcome, 1 - tail)),
        clopper_pearson=_interval(naive.prob_at_least, naive.prob_at_most, tail),
    )


def find_outcome(
    design: TwoStageDesign, responses: int, n: int | None, stage: int | None
) -> Outcome:
    """Return how the trial ended, or raise when it cannot have ended so."""
    if stage not in (None, 1, 2):
        raise DesignError(
            f"stage is {stage}, expected 1 or 2. Write the stage that ended the trial."
        )
    if n is None:
        n = design.n1 if stage == 1 else design.n
    if stage is None:
        stage = 1 if n <= design.n1 or (n < design.n and responses <= design.r1) else 2
    check_count(responses, n)
    if stage == 1:
        _check_early_stop(design, responses, n)
        return Outcome(1, responses, n, design.r1, n)
    if n <= design.n1 or responses <= design.r1:
        raise DesignError(
            f"Stage 2 with {responses} of {n} is impossible, expected more than "
            f"{design.n1} patients and more than {design.r1} successes. Write stage 1."
        )
    return Outcome(2, responses, n, design.r1, design.n1)


def _check_early_stop(design: TwoStageDesign, responses: int, n: int) -> None:
    """Raise when stage 1 did not end the trial."""
    if responses > design.r1:
        raise DesignError(
            f"{responses} of {n} continues beyond stage 1 (more than {design.r1}), expected the "
            "count at which the trial ended. Write the successes and patients of its end."
        )
    if n >= design.n:
        raise DesignError(
            f"Stage 1 with {n} patients is impossible, expected fewer than the {design.n} of the "
            "whole design. Write stage 2."
        )


def check_count(responses: int, n: int) -> None:
    """Raise when successes and patients cannot belong together."""
    if n < 1:
        raise DesignError(f"n is {n}, expected 1 or more. Write the number of evaluable patients.")
    if not 0 <= responses <= n:
        raise DesignError(
            f"responses is {responses}, expected 0 to n ({n}). Write successes, then patients."
        )


def estimate_umvue(outcome: Outcome) -> float:
    """Compute the uniformly minimum variance unbiased estimate, in exact integers.

    References
    ----------
    Jung SH, Kim KM. Stat Med 2004;23:881-896, section 3.
    """
    if outcome.stage == 1:
        return outcome.responses / outcome.n
    n1, n2, total = outcome.n1, outcome.n - outcome.n1, outcome.responses
    first = range(max(outcome.r1 + 1, total - n2), min(n1, total) + 1)
    success_first = sum(comb(n1 - 1, x - 1) * comb(n2, total - x) for x in first)
    paths = sum(comb(n1, x) * comb(n2, total - x) for x in first)
    return float(Fraction(success_first, paths))


def estimate_conditional_mle(outcome: Outcome) -> float:
    """Compute the estimate of largest likelihood given the stage that was reached.

    It makes the expected successes, given that stage, equal to those seen; at the ends of their
    range it is 0 or 1.
    """
    least, most = (0, outcome.r1) if outcome.stage == 1 else (outcome.r1 + 1, outcome.n)
    if outcome.responses in (least, most):
        return float(outcome.responses == most and most > least)
    x = np.arange(outcome.n1 + 1)
    reached = (x <= outcome.r1) if outcome.stage == 1 else (x > outcome.r1)
    limits = (0, outcome.r1) if outcome.stage == 1 else (outcome.r1 + 1, outcome.n1)

    def excess(rate: float) -> float:
        weights = binomial_probabilities(outcome.n1, rate) * reached
        total = float(weights.sum())
        first = float(weights @ x) / total if total > NEGLIGIBLE else limits[rate > 0.5]
        return first + (outcome.n - outcome.n1) * rate - outcome.responses

    return find_rate(excess)


def _solve_better(outcome: Outcome, probability: float) -> float | None:
    """Return the rate at which this outcome or a better one has the probability; None if none."""
    if outcome.responses == 0:
        return None
    return find_rate(lambda rate: outcome.prob_at_least(rate) - probability)


def _interval(
    at_least: Callable[[float], float], at_most: Callable[[float], float], tail: float
) -> Interval:
    """Invert both one-sided tests; a tail that no rate can empty leaves the limit at 0 or 1."""
    lower = 0.0 if at_least(0.0) >= 1 else find_rate(lambda rate: at_least(rate) - tail)
    upper = 1.0 if at_most(1.0) >= 1 else find_rate(lambda rate: tail - at_most(rate))
    return Interval(lower, upper)
