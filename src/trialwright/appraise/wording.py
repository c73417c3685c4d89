"""Check what is said twice, in order, on time, from a source, or not at all."""

from fractions import Fraction
from itertools import pairwise

from trialwright.appraise.statements import (
    Citations,
    Dates,
    ForReader,
    Lattice,
    Order,
    ReferenceRate,
    Reported,
    Same,
)
from trialwright.appraise.verdicts import (
    Finding,
    Verdict,
    contradict,
    hold,
    join_words,
    refuse_share,
    unit_of,
)
from trialwright.core.table import open_sentence
from trialwright.core.units import DAYS_PER_MONTH, DAYS_PER_WEEK
from trialwright.stats.proportion import estimate_proportion


def check_same(stated: Same) -> Finding:
    """Compare what several places say of one fact."""
    said = {place: " ".join(value.split()) for place, value in stated.values.items()}
    computed = "; ".join(f"{place}: {value}" for place, value in said.items())
    if len({value.casefold() for value in said.values()}) == 1:
        return hold(computed, open_sentence(f"{' and '.join(said)} agree."))
    words = open_sentence(f"{' and '.join(said)} do not say the same.")
    return contradict(computed, words)


def check_order(stated: Order) -> Finding:
    """Look whether numbers rise."""
    computed = " < ".join(stated.printed)
    if all(Fraction(low) < Fraction(high) for low, high in pairwise(stated.printed)):
        return hold(computed)
    return contradict(computed, "The numbers do not rise in the order in which they must.")


def check_dates(stated: Dates) -> Finding:
    """Look whether dates follow one another; the same day twice is in order."""
    computed = " <= ".join(day.isoformat() for day in stated.dates)
    if all(first <= second for first, second in pairwise(stated.dates)):
        return hold(computed)
    return contradict(computed, "A date stands before one that it should follow.")


def check_lattice(stated: Lattice) -> Finding:
    """Look whether times can be those of planned assessments."""
    step = stated.every_weeks * DAYS_PER_WEEK
    missed, said = [], []
    for printed in stated.printed:
        half = float(unit_of(printed)) / 2
        low, high = (
            (float(printed) + sign * half) * DAYS_PER_MONTH - stated.lead_in_days
            for sign in (-1, 1)
        )
        nearest = max(1, round((low + high) / 2 / step))
        planned = nearest * step
        is_near = low <= planned + stated.window_days and high >= planned - stated.window_days
        days = float(printed) * DAYS_PER_MONTH
        said.append(f"{printed} months = {days:.0f} days, planned {planned + stated.lead_in_days}")
        if not is_near:
            missed.append(printed)
    computed = "; ".join(said)
    if not missed:
        return hold(computed, f"Within {stated.window_days} days of a planned assessment.")
    words = f"{join_words(missed)} months are no planned assessment ({stated.window_days} days)."
    return contradict(computed, f"{words} Assessments may have been late, or counted otherwise.")


def check_reported(stated: Reported) -> Finding:
    """Say that an item is missing, and what it would be where that can be computed."""
    computed = ""
    if stated.count is not None and stated.of is not None:
        if stated.count > stated.of:
            return refuse_share(stated.count, stated.of)
        rate = estimate_proportion(stated.count, stated.of)
        low, high = 100 * rate.lower, 100 * rate.upper
        computed = (
            f"{stated.count}/{stated.of} = {100 * rate.estimate:.1f}%; Clopper-Pearson 95% CI "
            f"{low:.1f} to {high:.1f}%"
        )
    if stated.is_given:
        return hold(computed, f"Given: {stated.item}.")
    return Finding(Verdict.OMISSION, computed, f"Not given: {stated.item}.")


def check_reference(stated: ReferenceRate) -> Finding:
    """Compare what a reference rate is used for with what it was measured for."""
    other = [
        f"{facet}: used for {value}, measured for {stated.source[facet]}"
        for facet, value in stated.used.items()
        if facet in stated.source and stated.source[facet] != value
    ]
    unknown = [facet for facet in stated.used if facet not in stated.source]
    computed = "; ".join(other) or join_words(f"{k} {v}" for k, v in stated.used.items())
    if other:
        return contradict(computed, "The reference rate was measured for something else.")
    if unknown:
        words = f"The source does not say: {join_words(unknown)}."
        return Finding(Verdict.NOT_CHECKABLE, computed, words)
    return hold(computed, "The reference rate is used for what it was measured for.")


def check_citations(stated: Citations) -> Finding:
    """Compare the numbers cited with the list of references."""
    cited = set(stated.cited)
    missing = sorted(set(range(1, stated.listed + 1)) - cited)
    beyond = sorted(number for number in cited if number > stated.listed)
    computed = f"{len(cited)} numbers cited, {stated.listed} references listed"
    if not missing and not beyond:
        return hold(computed, "Every reference is cited, and no other.")
    parts = [f"not cited: {join_words(missing)}"] if missing else []
    parts += [f"not in the list: {join_words(beyond)}"] if beyond else []
    return contradict(computed, f"References {'; '.join(parts)}.")


def leave_to_reader(stated: ForReader) -> Finding:
    """Return what no arithmetic can tell."""
    return Finding(Verdict.NOT_CHECKABLE, "", f"For a reader: {stated.note}")
