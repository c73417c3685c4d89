"""Check counts: percentages, sums, flows, medians and means that counts allow."""

import math
from collections.abc import Iterator
from fractions import Fraction

from trialwright.appraise.statements import (
    Ceiling,
    CountPercentage,
    CountsSum,
    Flow,
    MeanRange,
    MedianDistribution,
    PercentagesSum,
    SumMedianRange,
)
from trialwright.appraise.verdicts import (
    EXACT_DIGITS,
    Finding,
    Verdict,
    contradict,
    count_decimals,
    find_rounding,
    hold,
    is_cut,
    join_words,
    refuse_share,
    truncate,
    unit_of,
)
from trialwright.core.table import round_half_up


def check_percentage(stated: CountPercentage) -> Finding:
    """Compare a percentage with its count: rounded, cut off, filled up to 100, or another one."""
    if stated.count > stated.of:
        return refuse_share(stated.count, stated.of)
    exact = Fraction(100 * stated.count, stated.of)
    decimals = count_decimals(stated.printed)
    computed = (
        f"{stated.count}/{stated.of} = {round_half_up(exact, EXACT_DIGITS)}; "
        f"half up {round_half_up(exact, decimals)}; truncated {truncate(exact, decimals)}"
    )
    rule = find_rounding(exact, stated.printed)
    if rule is not None:
        return hold(computed, f"{stated.printed} is {stated.count} of {stated.of}, rounded {rule}.")
    if is_cut(exact, stated.printed):
        words = f"{stated.printed} is cut off; rounded it is {round_half_up(exact, decimals)}."
        return Finding(Verdict.TRUNCATION, computed, words)
    printed, beside = Fraction(stated.printed), [Fraction(other) for other in stated.beside]
    if beside and printed == 100 - sum(beside):
        words = f"{stated.printed} fills {join_words(stated.beside)} up to 100."
        return Finding(Verdict.ROUNDING, computed, words)
    if abs(printed - exact) <= unit_of(stated.printed):
        words = (
            f"{stated.printed} is off by its last digit; it is {round_half_up(exact, decimals)}."
        )
        return Finding(Verdict.ROUNDING, computed, words)
    reasons = join_words(_find_reasons(stated))
    shown = round_half_up(exact, decimals)
    words = f"{stated.count} of {stated.of} is {shown}, not {stated.printed}."
    return contradict(computed, f"{words} {reasons}".strip())


def _find_reasons(stated: CountPercentage) -> Iterator[str]:
    """Yield the mildest ways in which another percentage may have come about."""
    for other in stated.denominators:
        exact = Fraction(100 * stated.count, other)
        was_cut = is_cut(exact, stated.printed)
        if was_cut or find_rounding(exact, stated.printed):
            how = "cut off" if was_cut else "rounded"
            yield f"It is {stated.count} of {other}, {how}: the denominator may have been {other}."
    for count in range(stated.of + 1):
        if count != stated.count and find_rounding(
            Fraction(100 * count, stated.of), stated.printed
        ):
            yield f"It would be {count} of {stated.of}."
            break


def check_sum(stated: CountsSum) -> Finding:
    """Add counts up."""
    found = sum(stated.counts)
    computed = f"{'+'.join(map(str, stated.counts))} = {found}"
    if found == stated.total:
        return hold(computed)
    return contradict(computed, f"The categories add up to {found}, not {stated.total}.")


def check_percentages(stated: PercentagesSum) -> Finding:
    """Add percentages up; each may be off by a unit of its last digit."""
    total = sum(map(Fraction, stated.printed), Fraction(0))
    slack = sum(map(unit_of, stated.printed), Fraction(0))
    decimals = max(count_decimals(printed) for printed in stated.printed)
    computed = round_half_up(total, decimals)
    if abs(total - 100) <= slack:
        words = f"{computed} lies within {float(slack):g} of 100: a unit of each last digit."
        return hold(computed, words)
    return contradict(computed, f"The categories add up to {computed}, not 100.")


def check_flow(stated: Flow) -> Finding:
    """Take those who leave from those who came."""
    left = stated.start - sum(stated.less)
    computed = f"{stated.start}{''.join(f'-{count}' for count in stated.less)} = {left}"
    if left == stated.leaves:
        return hold(computed)
    return contradict(computed, f"{left} are left, not {stated.leaves}.")


def check_median(stated: MedianDistribution) -> Finding:
    """Find between what the median of the categories can lie."""
    ordered = sorted(stated.categories, key=lambda category: category.least)
    values = [
        (category.least, math.inf if category.most is None else category.most)
        for category in ordered
        for _ in range(category.count)
    ]
    if not values:
        return Finding(Verdict.NOT_CHECKABLE, "0 patients", "Nobody is counted.")
    n = len(values)
    middle = values[(n - 1) // 2], values[n // 2]
    low, high = ((middle[0][end] + middle[1][end]) / 2 for end in (0, 1))
    places = str(n // 2 + 1) if n % 2 else f"{n // 2} and {n // 2 + 1}"
    reach = f"at least {low:g}" if math.isinf(high) else f"{low:g} to {high:g}"
    computed = f"n = {n}: values {places} in order give a median of {reach}"
    half = float(unit_of(stated.printed)) / 2
    if low - half <= float(stated.printed) <= high + half:
        return hold(computed, f"A median of {stated.printed} is possible.")
    return contradict(computed, f"A median of {stated.printed} is impossible with these counts.")


def check_total(stated: SumMedianRange) -> Finding:
    """Find the sums that whole numbers of this median, least and most can have."""
    low, high = _bound_sum(stated)
    computed = f"possible sums {low} to {high}"
    is_ordered = stated.least <= stated.median <= stated.most
    if is_ordered and low <= stated.total <= high:
        return hold(computed, f"A sum of {stated.total} is possible: {computed[9:]}.")
    words = f"{stated.n} whole numbers of this median, least and most cannot add up to"
    return contradict(computed, f"{words} {stated.total}.")


def _bound_sum(stated: SumMedianRange) -> tuple[int, int]:
    """Return the smallest and the largest sum of numbers with a given median and range."""
    n, least, most = stated.n, stated.least, stated.most
    half = (n - 1) // 2
    below, above = math.floor(stated.median), math.ceil(stated.median)
    if n == 1:
        return least, most
    if n % 2:
        low = half * least + below + (half - 1) * below + most
        return low, least + (half - 1) * above + above + half * most
    pair = round(2 * stated.median)
    if n == 2:
        return pair, pair
    low = half * least + (pair - above) + above + (half - 1) * above + most
    return low, least + (half - 1) * below + below + (pair - below) + half * most


def check_mean(stated: MeanRange) -> Finding:
    """Find the means that numbers of this least and most can have."""
    half = unit_of(stated.printed) / 2
    slack = {edge: unit_of(edge) / 2 for edge in (stated.least, stated.most)}
    least = (Fraction(stated.least) - slack[stated.least], Fraction(stated.least) + half)
    most = (Fraction(stated.most) - half, Fraction(stated.most) + slack[stated.most])
    low = ((stated.n - 1) * least[0] + most[0]) / stated.n
    high = (least[1] + (stated.n - 1) * most[1]) / stated.n
    computed = f"possible means {float(low):.4g} to {float(high):.4g}"
    mean = Fraction(stated.printed)
    if low <= mean + half and mean - half <= high and least[0] <= most[1]:
        return hold(computed, f"A mean of {stated.printed} is possible.")
    return contradict(computed, f"{stated.n} such numbers cannot have a mean of {stated.printed}.")


def check_ceiling(stated: Ceiling) -> Finding:
    """Compare a total with the most that the protocol allows."""
    most = stated.n * stated.each_at_most
    computed = f"at most {stated.n} x {stated.each_at_most} = {most}"
    if stated.total > most:
        words = f"{stated.total} is more than the protocol allows {stated.n} patients ({most})."
        return contradict(computed, f"{words} The word may mean something else here.")
    if stated.most is not None and stated.most > stated.each_at_most:
        words = f"One patient has {stated.most}, the protocol allows {stated.each_at_most}."
        return contradict(computed, words)
    return hold(computed, f"{stated.total} is within what the protocol allows ({most}).")
