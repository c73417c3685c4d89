"""Sentences about a design, ready for a protocol."""

from trialwright.core.table import Text, round_half_up
from trialwright.stats.two_stage import DesignChoice, DesignSearch, Kind


def say_design(choice: DesignChoice, search: DesignSearch) -> Text:
    """Say what a design does, with its exact errors, as a protocol states it.

    Examples
    --------
    >>> from trialwright.stats.two_stage import search_two_stage
    >>> found = search_two_stage(0.20, 0.40, 0.05, 0.80)
    >>> say_design(found.choose(Kind.OPTIMAL), found)[0].split(": ")[0]
    'Optimal Simon two-stage design (p0 = 20%, p1 = 40%, one-sided alpha 5%, power 80%)'
    """
    design = choice.design
    name = " and ".join(kind.value for kind in choice.kinds)
    limits = f"one-sided alpha {_percent(search.alpha)}, power {_percent(search.power)}"
    return (
        f"{name.capitalize()} Simon two-stage design (p0 = {_percent(search.p0)}, "
        f"p1 = {_percent(search.p1)}, {limits}): {_patients(design.n1, 'evaluable')} "
        f"stage 1. With {_or_fewer(design.r1)} the trial stops; with {design.r1 + 1} or more, "
        f"{_patients(design.n - design.n1, 'further')}, {design.n} in all, and activity is "
        f"concluded with {design.r + 1} or more successes. The exact type I error is "
        f"{_percent(choice.exact_alpha, 2)} and the exact power {_percent(choice.exact_power, 2)}; "
        f"at the rate p0 the trial stops early with probability "
        f"{round_half_up(choice.prob_early_stop_null, 3)} and "
        f"{round_half_up(choice.expected_n_null, 1)} patients are expected.",
    )


def say_proof(search: DesignSearch) -> Text:
    """Say what was searched and why nothing better exists."""
    optimal = search.choose(Kind.OPTIMAL)
    begin = f"No test of fewer than {search.n_first} patients keeps both error limits"
    if search.bound is None:
        return (f"{begin}; not proven: the search was ended at {search.n_last - 1} patients.",)
    return (
        f"{begin}, and every design of {search.n_first} to {search.n_last - 1} patients was "
        f"searched. One of {search.n_last} or more expects at least "
        f"{round_half_up(search.bound, 2)} patients under p0, the optimal design "
        f"{round_half_up(optimal.expected_n_null, 2)}: proven.",
    )


def _percent(rate: float, digits: int = 4) -> str:
    """Print a rate in percent without trailing zeros, or with fixed digits."""
    text = round_half_up(100 * rate, digits)
    return f"{text.rstrip('0').rstrip('.') if digits > 2 else text}%"


def _or_fewer(count: int) -> str:
    """Print the counts that stop."""
    return "no success" if count == 0 else f"{count} or fewer successes"


def _patients(count: int, which: str) -> str:
    """Print how many patients enter."""
    return f"{count} {which} patient enters" if count == 1 else f"{count} {which} patients enter"
