"""Two-stage rules on two endpoints of the same patients, joined by "or" or by "and"."""

from dataclasses import dataclass
from enum import Enum
from math import sqrt

import numpy as np

from trialwright.core.arrays import FloatArray
from trialwright.core.errors import DesignError
from trialwright.stats.hypotheses import check_rate


class Join(Enum):
    """When a rule on two counts goes on."""

    EITHER = "either"  # one count above its bound is enough
    BOTH = "both"  # each count must be above its bound


@dataclass(frozen=True, slots=True)
class CountRule:
    """Go on when the counts of the endpoints are above `first` and `second`, as joined."""

    first: int
    second: int
    join: Join

    def passes(self, first: int, second: int) -> bool:
        """Return whether a pair of counts goes on."""
        above = first > self.first, second > self.second
        return any(above) if self.join is Join.EITHER else all(above)


@dataclass(frozen=True, slots=True)
class TwoEndpointDesign:
    """Stop after `n1` patients unless `stage_1` passes; conclude activity when `final` does."""

    n1: int
    n: int
    stage_1: CountRule
    final: CountRule

    def __post_init__(self) -> None:
        if not 0 < self.n1 < self.n:
            raise DesignError(
                f"{self} is impossible, expected 0 < n1 < n. Write the patients of stage 1, then "
                "those of both stages."
            )


@dataclass(frozen=True, slots=True)
class JointRates:
    """Probabilities for one patient: both endpoints, the first alone, the second alone."""

    both: float
    first_only: float
    second_only: float

    def __post_init__(self) -> None:
        parts = self.both, self.first_only, self.second_only
        if min(parts) < -1e-12 or sum(parts) > 1 + 1e-12:
            raise DesignError(
                f"{self} is impossible, expected parts of 0 or more that add to 1 at most. "
                "Write the share of patients with both, with the first alone, the second alone."
            )


@dataclass(frozen=True, slots=True)
class TwoEndpointPoint:
    """What a design does when the joint rates are true."""

    prob_early_stop: float
    prob_reject: float
    expected_n: float


def join_rates(first: float, second: float, odds_ratio: float = 1.0) -> JointRates:
    """Make joint rates from both rates and their odds ratio; 1 is independence.

    Parameters
    ----------
    first, second : float
        Rate of each endpoint, in [0, 1].
    odds_ratio : float
        Odds of the first endpoint with the second against without it, 0 or more.

    Returns
    -------
    JointRates
        The joint law with these margins (Plackett's).

    References
    ----------
    Plackett RL. J Am Stat Assoc 1965;60:516-522.
    """
    check_rate("first", first)
    check_rate("second", second)
    if odds_ratio < 0:
        raise DesignError(f"odds_ratio is {odds_ratio:g}, expected 0 or more. Write 1 for none.")
    both = first * second
    excess = odds_ratio - 1
    if abs(excess) > 1e-12:
        total = 1 + (first + second) * excess
        both = (total - sqrt(total**2 - 4 * odds_ratio * excess * first * second)) / (2 * excess)
    return JointRates(both, first - both, second - both)


def nest_rates(first: float, second: float) -> JointRates:
    """Make joint rates when whoever reaches the first endpoint reaches the second as well."""
    if first > second:
        raise DesignError(
            f"The rate {first:g} of the first endpoint is above {second:g} of the second that "
            "holds it. Write the narrower endpoint first."
        )
    return JointRates(first, 0.0, second - first)


def evaluate_two_endpoints(design: TwoEndpointDesign, rates: JointRates) -> TwoEndpointPoint:
    """Compute the exact behavior of a rule on two endpoints.

    Parameters
    ----------
    design : TwoEndpointDesign
        Sizes and rules of both stages.
    rates : JointRates
        True joint rates of one patient.

    Returns
    -------
    TwoEndpointPoint
        Probabilities of an early stop and of concluding activity, expected patients.

    References
    ----------
    Bryant J, Day R. Biometrics 1995;51:1372-1383 (rules joined by "and"). Toulmonde M, et al. JAMA
    Oncol 2018;4:93-97 (a rule joined by "or").

    Examples
    --------
    >>> stage_1 = CountRule(first=2, second=6, join=Join.EITHER)
    >>> design = TwoEndpointDesign(n1=20, n=40, stage_1=stage_1, final=stage_1)
    >>> point = evaluate_two_endpoints(design, join_rates(0.05, 0.20))
    >>> round(point.prob_early_stop, 3)
    0.844
    """
    running = _add_patients(np.ones((1, 1)), design.n1, rates)
    running = np.where(_passing(design.stage_1, design.n1), running, 0.0)
    prob_continue = float(running.sum())
    final = _add_patients(running, design.n - design.n1, rates)
    return TwoEndpointPoint(
        prob_early_stop=1 - prob_continue,
        prob_reject=float(final[_passing(design.final, design.n)].sum()),
        expected_n=design.n1 + prob_continue * (design.n - design.n1),
    )


def decide_two_endpoints(
    design: TwoEndpointDesign, stage: int, counts: tuple[int, int], n: int
) -> tuple[bool | None, str]:
    """Decide a stage from the successes of both endpoints, as soon as it is certain.

    Parameters
    ----------
    design : TwoEndpointDesign
        Sizes and rules.
    stage : int
        1 or 2.
    counts : tuple of int
        Successes of the first and of the second endpoint.
    n : int
        Patients so far, at most the planned number of the stage.

    Returns
    -------
    tuple
        Whether the rule passes (None: open) and the reason in one sentence.

    Examples
    --------
    >>> rule = CountRule(first=2, second=6, join=Join.EITHER)
    >>> design = TwoEndpointDesign(n1=20, n=40, stage_1=rule, final=rule)
    >>> decide_two_endpoints(design, 1, counts=(1, 3), n=19)[0]
    False
    """
    rule, planned = (design.stage_1, design.n1) if stage == 1 else (design.final, design.n)
    if not 0 <= min(counts) <= max(counts) <= n <= planned:
        raise DesignError(
            f"{counts[0]} and {counts[1]} successes of {n} are impossible in stage {stage}, "
            f"expected 0 to n and at most {planned} patients. Count the first {planned} by order."
        )
    missing = planned - n
    most = counts[0] + missing, counts[1] + missing
    word = "or" if rule.join is Join.EITHER else "and"
    reason = (
        f"{counts[0]} and {counts[1]} of {n} patients; the rule asks for more than {rule.first} "
        f"{word} more than {rule.second} of {planned}."
    )
    if rule.passes(*counts):
        return True, reason
    return (None if rule.passes(*most) else False), reason


def _passing(rule: CountRule, n: int) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Return, by both counts from 0 to n, whether the rule goes on."""
    first = np.arange(n + 1)[:, None] > rule.first
    second = np.arange(n + 1)[None, :] > rule.second
    return first | second if rule.join is Join.EITHER else first & second


def _add_patients(counts: FloatArray, n_more: int, rates: JointRates) -> FloatArray:
    """Return the law of both counts after more patients, one patient at a time."""
    neither = 1 - rates.both - rates.first_only - rates.second_only
    for _ in range(n_more):
        side = counts.shape[0]
        grown = np.zeros((side + 1, side + 1))
        grown[:-1, :-1] = neither * counts
        grown[1:, :-1] += rates.first_only * counts
        grown[:-1, 1:] += rates.second_only * counts
        grown[1:, 1:] += rates.both * counts
        counts = grown
    return counts
