"""Check intervals and p-values: which method gives them, and whether any can."""

from fractions import Fraction
from functools import partial

import numpy as np

from trialwright.appraise.statements import ProportionLimits, SignedRank, SurvivalMedian
from trialwright.appraise.verdicts import (
    Finding,
    Verdict,
    contradict,
    hold,
    is_cut,
    is_printed,
    join_words,
    refuse_share,
    unit_of,
)
from trialwright.core.errors import EstimateError
from trialwright.core.table import round_half_up
from trialwright.stats.paired_differences import distribute_rank_sums
from trialwright.stats.proportion import ProportionInterval, estimate_proportion
from trialwright.stats.survival_feasibility import (
    FeasibleCurves,
    WantedMedian,
    find_feasible_curves,
)
from trialwright.stats.survival_limits import ConfidenceType, LimitAtZero

CONVENTIONS = [
    (conf_type, at_zero)
    for at_zero in LimitAtZero
    for conf_type in (ConfidenceType.LOG, ConfidenceType.LOG_LOG, ConfidenceType.PLAIN)
]


def check_limits(stated: ProportionLimits) -> Finding:
    """Find the method that gives the limits of a proportion; the exact one is asked first."""
    if stated.count > stated.of:
        return refuse_share(stated.count, stated.of)
    exact = _limits_of(stated, ProportionInterval.CLOPPER_PEARSON)
    computed = (
        f"{100 * stated.count / stated.of:.3f}%; Clopper-Pearson {float(exact[0]):.3f} to "
        f"{float(exact[1]):.3f}%"
    )
    printed = (stated.lower, stated.upper)
    for method in ProportionInterval:
        limits = _limits_of(stated, method)
        if all(is_printed(float(v), p) for v, p in zip(limits, printed, strict=True)):
            return hold(computed, f"{stated.lower} to {stated.upper} is {method.value}.")
    if all(is_cut(v, p) for v, p in zip(exact, printed, strict=True)):
        words = "The exact limits are cut off, not rounded."
        return Finding(Verdict.TRUNCATION, computed, words)
    shifts = [
        f"{side} limit {p}: {round_half_up(v, 2)} with the point one place on"
        for side, v, p in zip(("lower", "upper"), exact, printed, strict=True)
        if _is_shifted(v, p)
    ]
    words = f"No usual method gives {stated.lower} to {stated.upper}."
    return contradict(computed, f"{words} {'; '.join(shifts)}".strip())


def _limits_of(stated: ProportionLimits, method: ProportionInterval) -> tuple[Fraction, Fraction]:
    found = estimate_proportion(stated.count, stated.of, stated.level, method)
    return Fraction(100 * found.lower), Fraction(100 * found.upper)


def _is_shifted(value: Fraction, printed: str) -> bool:
    """Tell whether a limit was printed with its point moved by one place."""
    stays = is_printed(float(value), printed)
    return not stays and any(
        factor * value != value and is_printed(float(factor * value), printed)
        for factor in (10, Fraction(1, 10))
    )


def check_signed_rank(stated: SignedRank) -> Finding:
    """Find the rank sums that give a p-value, and how many pairs may then have fallen."""
    below = np.cumsum(distribute_rank_sums(np.arange(1.0, stated.n + 1))[::2])
    p_values = np.minimum(1.0, 2 * below)
    sums = [w for w, p in enumerate(p_values) if is_printed(float(p), stated.printed)]
    sums = [w for w in sums if w <= stated.n * (stated.n + 1) // 4]
    if not sums:
        nearest = int(np.abs(p_values - float(stated.printed)).argmin())
        computed = f"nearest exact p-value {p_values[nearest]:.4g} at a rank sum of {nearest}"
        words = f"No exact signed rank test of {stated.n} pairs gives {stated.printed}."
        return contradict(computed, f"{words} Another test may have been used.")
    computed = "; ".join(f"rank sum {w} gives P = {p_values[w]:.4g}" for w in sums)
    sizes = sorted({k for w in sums for k in _sizes_of(w, stated.n)})
    words = f"{stated.printed} means {join_words(sizes)} of {stated.n} in the other direction"
    if stated.decreases is None or stated.decreases in sizes:
        return hold(computed, f"{words}.")
    return contradict(computed, f"{words}, not {stated.decreases}.")


def _sizes_of(rank_sum: int, n: int) -> list[int]:
    """Return how many of the ranks 1 to n can add up to a rank sum."""
    return [k for k in range(n + 1) if k * (k + 1) // 2 <= rank_sum <= k * (2 * n - k + 1) // 2]


def check_survival(stated: SurvivalMedian) -> Finding:
    """Try under which conventions a median can have the limits that are printed."""
    ends = [printed for printed in (stated.lower, stated.median, stated.upper) if printed]
    if sorted(set(map(Fraction, ends))) != [Fraction(printed) for printed in ends]:
        return contradict(" < ".join(ends), "The median does not lie between its limits.")
    find = partial(
        find_feasible_curves, stated.n, stated.events, stated.level,
        wanted=WantedMedian(stated.upper is not None, _is_midway(stated)),
    )  # fmt: skip
    try:
        found = {how: find(*how) for how in CONVENTIONS}
    except EstimateError as error:
        return contradict(f"{stated.events} of {stated.n}", str(error))
    return _say_survival(stated, found)


def _is_midway(stated: SurvivalMedian) -> bool:
    """Tell whether a median as printed may lie midway between its limits."""
    if stated.upper is None:
        return True
    middle = (Fraction(stated.lower) + Fraction(stated.upper)) / 2
    return abs(middle - Fraction(stated.median)) <= unit_of(stated.median)


def _say_survival(
    stated: SurvivalMedian, found: dict[tuple[ConfidenceType, LimitAtZero], FeasibleCurves]
) -> Finding:
    """Say under which conventions curves were found."""
    first = next(iter(found.values()))
    tried = f"{first.n_tried} patterns of risk sets and ties" + (
        "" if first.is_complete else " drawn"
    )
    counts = "; ".join(
        f"{conf_type.value}{', limits 0 at S = 0' if at_zero is LimitAtZero.ZERO else ''} "
        f"{curves.n_feasible}"
        for (conf_type, at_zero), curves in found.items()
    )
    computed = f"n = {stated.n}, {stated.events} events, {tried}: {counts}"
    usual = (ConfidenceType.LOG, ConfidenceType.LOG_LOG)
    if any(found[conf, LimitAtZero.UNDEFINED].n_feasible for conf in usual):
        return hold(computed, "Such a median with such limits is possible.")
    if not first.is_complete:
        words = "No curve was found among those that were drawn; others were not tried."
        return Finding(Verdict.NOT_CHECKABLE, computed, words)
    words = (
        f"No curve of {stated.n} patients with {stated.events} events has these limits as R and "
        "SAS compute them (log, log-log)."
    )
    zero = [c for (_, at_zero), c in found.items() if at_zero is LimitAtZero.ZERO and c.n_feasible]
    if zero:
        words += " With limits of 0 where the curve is 0 some have"
        all_end = all(curves.n_to_zero == curves.n_feasible for curves in zero[:2])
        words += ", and each of those reaches 0." if all_end else "."
    return contradict(computed, f"{words} The curve may count events that the text does not.")
