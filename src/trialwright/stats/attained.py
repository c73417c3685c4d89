"""Sizes that differ from the plan: the kept rule, adapted rules, inference with a new stage 2."""

from dataclasses import dataclass
from enum import Enum
from math import inf

import numpy as np

from trialwright.core.errors import DesignError
from trialwright.stats.binomial import (
    binomial_pmf,
    binomial_sf,
    find_rate,
    prob_at_least,
    prob_at_most,
)
from trialwright.stats.hypotheses import Hypotheses, check_rate
from trialwright.stats.two_stage import TwoStageDesign, evaluate_two_stage
from trialwright.stats.two_stage_search import find_frontier

STAGE_1_LEVEL = 0.02  # Green & Dahlberg: stage 1 tests the rate of interest at this level
FINAL_LEVEL = 0.055  # and the end the rate of no interest at this one
LARGEST_EXTENSION = 4  # a re-optimized design has at most so many times the planned patients


class Adaptation(Enum):
    """How a rule answers a size that is off plan."""

    KEPT = "kept"  # the planned bounds, applied to the patients at hand
    SAME_TOTAL = "same_total"  # the planned total; r1 keeps the planned chance of an early stop
    REOPTIMIZED = "reoptimized"  # bounds and total anew, smallest expected size under p0
    GREEN_DAHLBERG = "green_dahlberg"  # p1 tested at .02 in stage 1, p0 at .055 at the end


@dataclass(frozen=True, slots=True)
class AttainedRule:
    """A rule for the attained sizes with its exact errors; `r1` is -1 when it never stops early."""

    adaptation: Adaptation
    r1: int
    n1: int
    r: int
    n: int
    exact_alpha: float
    exact_power: float
    prob_early_stop_null: float
    expected_n_null: float
    exceeds_alpha: bool


def adapt_stage_1(
    design: TwoStageDesign, n1: int, hypotheses: Hypotheses
) -> tuple[AttainedRule, ...]:
    """Give every rule for a stage 1 that counts n1 patients instead of the planned number.

    Parameters
    ----------
    design : TwoStageDesign
        The design as planned.
    n1 : int
        Evaluable patients of stage 1, fewer than the planned total.
    hypotheses : Hypotheses
        Rates and error limits of the plan.

    Returns
    -------
    tuple of AttainedRule
        In the order of `Adaptation`; one that does not exist at n1 is left out.

    References
    ----------
    Green SJ, Dahlberg S. Stat Med 1992;11:853-862.

    Examples
    --------
    >>> plan = TwoStageDesign(3, 13, 12, 43)
    >>> kept = adapt_stage_1(plan, 14, Hypotheses(0.20, 0.40, 0.05, 0.80))[0]
    >>> round(kept.exact_alpha, 4), round(kept.exact_power, 3), kept.exceeds_alpha
    (0.0549, 0.839, True)
    """
    if not 1 <= n1 < design.n:
        raise DesignError(
            f"n1 is {n1}, expected 1 to {design.n - 1}, fewer than the planned total. "
            "Write the evaluable patients of stage 1."
        )
    rules: list[tuple[Adaptation, Rule | None]] = [
        (Adaptation.KEPT, (min(design.r1, n1), n1, design.r, design.n)),
        (Adaptation.SAME_TOTAL, _same_total(design, n1, hypotheses)),
        (Adaptation.REOPTIMIZED, _reoptimize(design, n1, hypotheses)),
        (Adaptation.GREEN_DAHLBERG, _green_dahlberg(n1, design.n, hypotheses)),
    ]
    return tuple(_measure(name, rule, hypotheses) for name, rule in rules if rule is not None)


def adapt_stage_2(
    design: TwoStageDesign, n: int, hypotheses: Hypotheses
) -> tuple[AttainedRule, ...]:
    """Give every rule for a trial that ends with n patients instead of the planned number.

    Parameters
    ----------
    design : TwoStageDesign
        The design as planned; its stage 1 was held as planned.
    n : int
        Evaluable patients at the end, more than the design's n1.
    hypotheses : Hypotheses
        Rates and error limits of the plan.

    Returns
    -------
    tuple of AttainedRule
        Kept, re-optimized (smallest final bound that keeps alpha) and Green-Dahlberg.

    References
    ----------
    Green SJ, Dahlberg S. Stat Med 1992;11:853-862.
    """
    if n <= design.n1:
        raise DesignError(
            f"n is {n}, expected more than the {design.n1} patients of stage 1. "
            "Write all evaluable patients of the trial."
        )
    green_dahlberg = _green_dahlberg(design.n1, n, hypotheses)
    rules = [
        (Adaptation.KEPT, (design.r1, design.n1, min(design.r, n), n)),
        (Adaptation.REOPTIMIZED, _final_bound(design.r1, design.n1, n, hypotheses)),
        (Adaptation.GREEN_DAHLBERG, (design.r1, design.n1, green_dahlberg[2], n)),
    ]
    return tuple(_measure(name, rule, hypotheses) for name, rule in rules)


def estimate_koyama_chen_p(
    design: TwoStageDesign, first: int, second: int, n2: int, p0: float
) -> float:
    """Compute the p-value when stage 2 has n2 patients instead of the planned number.

    The conditional p-value of the new stage 2 is carried to the planned one: at the rate at which
    the planned stage 2 would reject with that probability after `first` successes, all first
    stages that continue are weighed by their probability under p0.

    Parameters
    ----------
    design : TwoStageDesign
        The design as planned.
    first, second : int
        Successes in stage 1 (more than r1) and in stage 2.
    n2 : int
        Patients of stage 2 as attained.
    p0 : float
        Null rate.

    Returns
    -------
    float
        The p-value.

    References
    ----------
    Koyama T, Chen H. Stat Med 2008;27:3145-3154, section 4.
    """
    check_rate("p0", p0)
    _check_koyama_chen(design, first, second, n2)
    passing = np.arange(design.r1 + 1, design.n1 + 1)
    weights = binomial_pmf(passing, design.n1, p0)
    conditional = prob_at_least(second, n2, p0)
    needed, planned_n2 = design.r - first + 1, design.n - design.n1
    if conditional >= 1:
        rate = 1.0
    else:
        rate = find_rate(lambda rate: prob_at_least(needed, planned_n2, rate) - conditional)
    return float(weights @ binomial_sf(design.r - passing, planned_n2, rate))


def _check_koyama_chen(design: TwoStageDesign, first: int, second: int, n2: int) -> None:
    """Raise when the method has no answer."""
    if not (design.r1 < first <= design.n1 and 0 <= second <= n2 and n2 > 0):
        raise DesignError(
            f"{first} successes in stage 1 and {second} of {n2} in stage 2 are impossible, "
            f"expected {design.r1 + 1} to {design.n1}, then 0 to n2. Write them stage by stage."
        )
    if not 1 <= design.r - first + 1 <= design.n - design.n1:
        raise DesignError(
            f"{first} successes in stage 1 settle the planned design, whatever stage 2 shows; the "
            "method of Koyama and Chen has no answer. Report the stagewise p-value."
        )


Rule = tuple[int, int, int, int]
"""r1, n1, r, n; r1 is -1 for a rule that never stops early."""


def _measure(adaptation: Adaptation, rule: Rule, hypotheses: Hypotheses) -> AttainedRule:
    """Return a rule with its exact errors."""
    r1, n1, r, n = rule
    stop = prob_at_most(r1, n1, hypotheses.p0)
    exact_alpha = _prob_reject(rule, hypotheses.p0)
    return AttainedRule(
        adaptation=adaptation,
        r1=r1,
        n1=n1,
        r=r,
        n=n,
        exact_alpha=exact_alpha,
        exact_power=_prob_reject(rule, hypotheses.p1),
        prob_early_stop_null=stop,
        expected_n_null=n1 + (1 - stop) * (n - n1),
        exceeds_alpha=exact_alpha > hypotheses.alpha,
    )


def _prob_reject(rule: Rule, rate: float) -> float:
    """Return the probability to declare activity."""
    r1, n1, r, n = rule
    passing = np.arange(r1 + 1, n1 + 1)
    return float(binomial_pmf(passing, n1, rate) @ binomial_sf(r - passing, n - n1, rate))


def _same_total(design: TwoStageDesign, n1: int, hypotheses: Hypotheses) -> Rule:
    """Return the rule with the planned total and the nearest chance of an early stop.

    Of two bounds that are equally near the larger one stops more trials and is taken.
    """
    planned = evaluate_two_stage(design, hypotheses.p0).prob_early_stop
    nearest, distance = 0, inf
    for r1 in range(n1):
        away = abs(prob_at_most(r1, n1, hypotheses.p0) - planned)
        if away <= distance + 1e-12:
            nearest, distance = r1, away
    return _final_bound(nearest, n1, design.n, hypotheses)


def _final_bound(r1: int, n1: int, n: int, hypotheses: Hypotheses) -> Rule:
    """Return the rule with the smallest final bound that keeps alpha."""
    r = r1
    while _prob_reject((r1, n1, r, n), hypotheses.p0) >= hypotheses.alpha:
        r += 1
    return r1, n1, r, n


def _reoptimize(design: TwoStageDesign, n1: int, hypotheses: Hypotheses) -> Rule | None:
    """Return the rule with this n1 and the smallest expected size that keeps both limits."""
    limit = LARGEST_EXTENSION * design.n
    setting = hypotheses.p0, hypotheses.p1, hypotheses.alpha, hypotheses.power
    found = find_frontier(*setting, n_max=limit, n1=n1).candidates
    return (found[-1].r1, n1, found[-1].r, found[-1].n) if found else None


def _green_dahlberg(n1: int, n: int, hypotheses: Hypotheses) -> Rule:
    """Return the rule that tests p1 at .02 after stage 1 and p0 at .055 at the end."""
    r1 = -1
    while prob_at_most(r1 + 1, n1, hypotheses.p1) <= STAGE_1_LEVEL:
        r1 += 1
    r = max(r1, 0)
    while prob_at_least(r + 1, n, hypotheses.p0) > FINAL_LEVEL:
        r += 1
    return r1, n1, r, n
