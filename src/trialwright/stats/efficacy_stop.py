"""Two-stage designs that may also stop early because the treatment works, and their search."""

from dataclasses import dataclass
from enum import Enum
from math import inf

import numpy as np

from trialwright.core.arrays import FloatArray, IntArray
from trialwright.core.errors import DesignError
from trialwright.stats.binomial import binomial_pmf, binomial_sf, prob_at_least
from trialwright.stats.hypotheses import Hypotheses, check_rate
from trialwright.stats.two_stage_search import LARGEST_N, Tables, guess_n, make_tables


class Expect(Enum):
    """Under which rate a search makes the expected size smallest."""

    NULL = "null"
    INTEREST = "interest"


@dataclass(frozen=True, slots=True)
class EfficacyStopDesign:
    """After n1 patients stop for futility with at most r1, for efficacy with e1 or more.

    Otherwise go on to n, and declare activity with more than r.
    """

    r1: int
    e1: int
    n1: int
    r: int
    n: int

    def __post_init__(self) -> None:
        if not (0 <= self.r1 < self.e1 <= self.n1 < self.n and self.r1 <= self.r < self.n):
            raise DesignError(
                f"{self} is impossible, expected 0 <= r1 < e1 <= n1 < n and r1 <= r < n. Write "
                "the largest count that stops for futility, the smallest that stops for efficacy."
            )


@dataclass(frozen=True, slots=True)
class EfficacyStopPoint:
    """What a design does when the true success rate is `rate`."""

    rate: float
    prob_futility_stop: float
    prob_efficacy_stop: float
    prob_reject: float
    expected_n: float


@dataclass(frozen=True, slots=True)
class EfficacyStopSearch:
    """The design found, its exact errors and expected sizes, and whether nothing better exists."""

    design: EfficacyStopDesign
    exact_alpha: float
    exact_power: float
    expected_n_null: float
    expected_n_interest: float
    proven: bool
    n_last: int


def evaluate_efficacy_stop(design: EfficacyStopDesign, rate: float) -> EfficacyStopPoint:
    """Compute the exact behavior of a design with two early stops at one true rate.

    Parameters
    ----------
    design : EfficacyStopDesign
        Bounds and sizes.
    rate : float
        True probability of success, in [0, 1].

    Returns
    -------
    EfficacyStopPoint
        `prob_reject` counts activity declared at either stage.

    References
    ----------
    Mander AP, Thompson SG. Contemp Clin Trials 2010;31:572-578.

    Examples
    --------
    >>> design = EfficacyStopDesign(r1=3, e1=8, n1=13, r=12, n=43)
    >>> round(evaluate_efficacy_stop(design, 0.40).prob_efficacy_stop, 3)
    0.098
    """
    check_rate("rate", rate)
    middle = np.arange(design.r1 + 1, design.e1)
    going_on = binomial_pmf(middle, design.n1, rate)
    n2 = design.n - design.n1
    efficacy = prob_at_least(design.e1, design.n1, rate)
    return EfficacyStopPoint(
        rate=rate,
        prob_futility_stop=1 - prob_at_least(design.r1 + 1, design.n1, rate),
        prob_efficacy_stop=efficacy,
        prob_reject=efficacy + float(going_on @ binomial_sf(design.r - middle, n2, rate)),
        expected_n=design.n1 + float(going_on.sum()) * n2,
    )


def search_efficacy_stop(
    hypotheses: Hypotheses, expect: Expect = Expect.NULL, n_max: int | None = None
) -> EfficacyStopSearch:
    """Find the design with both early stops that expects the fewest patients.

    Both limits are strict. The search ends with a proof when no n1 can lead to a smaller expected
    size: under p0 at most alpha of the trials stop for efficacy, under p1 at most beta for
    futility, so that the chance to go on is bounded from below for each n1.

    Parameters
    ----------
    hypotheses : Hypotheses
        Rates and limits.
    expect : Expect
        Whose expected size is made smallest.
    n_max : int, optional
        Largest n to try.

    Returns
    -------
    EfficacyStopSearch
        Of equal designs the one with the smallest n, then the smallest n1.

    Raises
    ------
    DesignError
        When no design of n_max patients exists.

    References
    ----------
    Mander AP, Thompson SG. Contemp Clin Trials 2010;31:572-578.

    Examples
    --------
    >>> found = search_efficacy_stop(Hypotheses(0.20, 0.40, 0.05, 0.80))
    >>> found.proven, found.expected_n_null < 20.58
    (True, True)
    """
    setting = hypotheses.p0, hypotheses.p1, hypotheses.alpha, hypotheses.power
    limit = LARGEST_N if n_max is None else n_max
    tables = make_tables(*setting, min(limit, guess_n(*setting)))
    best: EfficacyStopDesign | None = None
    least, n = inf, 2
    while n <= limit:
        if n > tables.n_max:
            tables = make_tables(*setting, min(limit, 2 * n))
        if tables.power_best[n] > hypotheses.power:
            sizes = np.arange(1, n)
            sizes = sizes[_bound_expected_n(tables, n, hypotheses, expect) < least]
            if best and not sizes.size:
                return _describe(best, hypotheses, n)
            for n1 in sizes:
                found = _search_sizes(tables, (int(n1), n), hypotheses, expect, least)
                if found:
                    least, best = found
        n += 1
    if best is None:
        raise DesignError(
            f"No design of at most {limit} patients keeps these limits. Raise the largest n or "
            "write rates that lie further apart."
        )
    return _describe(best, hypotheses, None)


def _bound_expected_n(tables: Tables, n: int, hypotheses: Hypotheses, expect: Expect) -> FloatArray:
    """Return, by n1, the least expected size that n or more patients allow."""
    n1 = np.arange(1, n)
    r1_max = tables.r1_max[1:n]
    if expect is Expect.NULL:
        going_on = tables.at_least[0, n1, r1_max + 1] - hypotheses.alpha
    else:
        first_efficacy = np.argmax(tables.at_least[0, 1:n] < hypotheses.alpha, axis=1)
        going_on = hypotheses.power - tables.at_least[1, n1, first_efficacy]
    bound = n1 + (n - n1) * np.maximum(going_on, 0)
    return np.where(r1_max >= 0, bound, inf)


def _search_sizes(
    tables: Tables,
    sizes: tuple[int, int],
    hypotheses: Hypotheses,
    expect: Expect,
    least: float,
) -> tuple[float, EfficacyStopDesign] | None:
    """Return the best bounds of one n1 and n, if their expected size is below the least."""
    n1, n = sizes
    r1 = np.arange(int(tables.r1_max[n1]) + 1)
    lowest = int(np.argmax(tables.at_least[0, n1] < hypotheses.alpha))
    e1 = np.arange(lowest, n1 + 1)
    at_e1, above_r1 = tables.at_least[:, n1, e1], tables.at_least[:, n1, r1 + 1]
    which = 0 if expect is Expect.NULL else 1
    going_on = above_r1[which][:, None] - at_e1[which]
    expected = np.where(e1 > r1[:, None], n1 + (n - n1) * going_on, inf)
    is_open = expected < least
    found = None
    for r in range(n - 1, -1, -1):
        is_open &= r1[:, None] <= r
        alpha, power = (_prob_reject(tables, rate, (n1, n, r), r1, e1) for rate in (0, 1))
        is_open &= alpha < hypotheses.alpha
        if not is_open.any():
            break
        has_power = is_open & (power > hypotheses.power)
        if has_power.any():
            row, column = np.unravel_index(
                int(np.argmin(np.where(has_power, expected, inf))), expected.shape
            )
            least = float(expected[row, column])
            found = least, EfficacyStopDesign(int(r1[row]), int(e1[column]), n1, r, n)
            is_open &= expected < least
    return found


def _prob_reject(
    tables: Tables, which: int, last: tuple[int, int, int], r1: IntArray, e1: IntArray
) -> FloatArray:
    """Return the probability to declare activity by r1 (rows) and e1 (columns)."""
    n1, n, r = last
    x = np.arange(n1 + 1)
    later = tables.at_least[which, n - n1, np.maximum(r + 1 - x, 0)]
    mass = np.concatenate(([0.0], np.cumsum(tables.pmf[which, n1, : n1 + 1] * later)))
    going_on = np.maximum(mass[e1] - mass[r1 + 1][:, None], 0)
    prob: FloatArray = tables.at_least[which, n1, e1] + going_on
    return prob


def _describe(
    design: EfficacyStopDesign, hypotheses: Hypotheses, n_last: int | None
) -> EfficacyStopSearch:
    """Return the design with its exact characteristics."""
    null, interest = (
        evaluate_efficacy_stop(design, rate) for rate in (hypotheses.p0, hypotheses.p1)
    )
    return EfficacyStopSearch(
        design=design,
        exact_alpha=null.prob_reject,
        exact_power=interest.prob_reject,
        expected_n_null=null.expected_n,
        expected_n_interest=interest.expected_n,
        proven=n_last is not None,
        n_last=n_last or 0,
    )
