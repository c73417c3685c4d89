"""The proven search for two-stage designs on response and toxicity."""

from dataclasses import dataclass
from math import inf

import numpy as np

from trialwright.core.arrays import FloatArray, IntArray
from trialwright.core.errors import DesignError
from trialwright.stats.bryant_day import BryantDayDesign, evaluate_bryant_day
from trialwright.stats.hypotheses import check_hypotheses, check_rate
from trialwright.stats.two_stage_search import (
    Tables,
    final_bounds,
    guess_n,
    make_tables,
    prob_reject_by_bound,
)

LARGEST_N = 400


@dataclass(frozen=True, slots=True)
class BryantDayGoal:
    """What a design must tell apart.

    Response rates of no interest and of interest, toxicity rates that are too high and acceptable;
    the largest probabilities to accept a treatment that responds too seldom (`alpha_response`) or
    harms too often (`alpha_toxicity`), and the least to accept one that is good in both.
    """

    response_poor: float
    response_good: float
    toxicity_high: float
    toxicity_low: float
    alpha_response: float
    alpha_toxicity: float
    power: float

    def __post_init__(self) -> None:
        check_rate("toxicity_high", self.toxicity_high)
        check_rate("toxicity_low", self.toxicity_low)
        if not 0 < self.toxicity_low < self.toxicity_high < 1:
            raise DesignError(
                f"toxicity_low is {self.toxicity_low:g}, expected above 0 and below toxicity_high "
                f"({self.toxicity_high:g}). Write the acceptable rate as toxicity_low."
            )
        response, free = self.margins()
        check_hypotheses(*response, self.alpha_response, self.power)
        check_hypotheses(*free, self.alpha_toxicity, self.power)

    def margins(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return the poor and the good rate of response, and of freedom from toxicity."""
        free = 1 - self.toxicity_high, 1 - self.toxicity_low
        return (self.response_poor, self.response_good), free


@dataclass(frozen=True, slots=True)
class BryantDaySearch:
    """The design found with its exact characteristics.

    `expected_n` is the larger of both expected sizes. `proven` says that no design of any size has
    a smaller one; `n_last` is the first size that needed no search.
    """

    design: BryantDayDesign
    expected_n: float
    alpha_response: float
    alpha_toxicity: float
    power: float
    proven: bool
    n_last: int


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of one endpoint at one n1 and n, one per index.

    `accept` and `go_on` hold probabilities for the poor (row 0) and the good rate (row 1).
    """

    first: IntArray
    final: IntArray
    accept: FloatArray
    go_on: FloatArray


def search_bryant_day(goal: BryantDayGoal, n_max: int = LARGEST_N) -> BryantDaySearch:
    """Find the design whose larger expected size is smallest, endpoints taken as independent.

    The two expected sizes are those of a treatment that responds poorly with acceptable toxicity
    and of one that responds well with high toxicity. For each n1 both are bounded from below by
    the largest first bounds that the power allows; this bound rises with n, so that the search
    ends with a proof.

    Parameters
    ----------
    goal : BryantDayGoal
        Rates and limits; the limits may be met with equality.
    n_max : int
        Largest n to try.

    Returns
    -------
    BryantDaySearch
        Of equal designs the one with the smallest n, then the smallest n1.

    Raises
    ------
    DesignError
        When no design of n_max patients exists.

    References
    ----------
    Bryant J, Day R. Biometrics 1995;51:1372-1383.

    Examples
    --------
    >>> goal = BryantDayGoal(0.10, 0.30, 0.40, 0.20, 0.10, 0.10, 0.80)
    >>> found = search_bryant_day(goal)
    >>> found.design.n1 < found.design.n, found.proven
    (True, True)
    """
    tables = _make_both(goal, min(n_max, _guess_both(goal)))
    best: BryantDayDesign | None = None
    least, n = inf, 2
    while n <= n_max:
        if n > tables[0].n_max:
            tables = _make_both(goal, min(n_max, 2 * n))
        n1 = np.arange(1, n)
        n1 = n1[_bound_expected_n(tables, n, n1, goal.power) < least]
        if best and not n1.size:
            return _describe(best, least, goal, n)
        found = _search_n(tables, n, n1, goal, least)
        if found:
            least, best = found
        n += 1
    if best is None:
        raise DesignError(
            f"No design of at most {n_max} patients keeps these limits. Write rates that lie "
            "further apart, or larger limits."
        )
    return _describe(best, least, goal, None)


def _guess_both(goal: BryantDayGoal) -> int:
    """Return a size for the first tables."""
    response, free = goal.margins()
    return max(
        guess_n(*response, goal.alpha_response, goal.power),
        guess_n(*free, goal.alpha_toxicity, goal.power),
    )


def _make_both(goal: BryantDayGoal, n_max: int) -> tuple[Tables, Tables]:
    """Build the tables of response and of freedom from toxicity."""
    response, free = goal.margins()
    return (
        make_tables(*response, goal.alpha_response, goal.power, n_max),
        make_tables(*free, goal.alpha_toxicity, goal.power, n_max),
    )


def _bound_expected_n(
    tables: tuple[Tables, Tables], n: int, n1: IntArray, power: float
) -> FloatArray:
    """Return, by n1, the least that the larger expected size can be for n or more patients."""
    poor = [table.at_least[0, n1, table.r1_max[n1] + 1] for table in tables]
    is_possible = (tables[0].r1_max[n1] >= 0) & (tables[1].r1_max[n1] >= 0)
    # The endpoint that is good goes on at least as often as the whole design accepts.
    return np.where(is_possible, n1 + (n - n1) * power * np.maximum(*poor), inf)


def _search_n(
    tables: tuple[Tables, Tables], n: int, n1: IntArray, goal: BryantDayGoal, least: float
) -> tuple[float, BryantDayDesign] | None:
    """Return the best design of n patients with an expected size below the least, if any."""
    found = None
    response = _list_rules(tables[0], n, n1, goal.alpha_response, goal.power)
    free = _list_rules(tables[1], n, n1, goal.alpha_toxicity, goal.power)
    for size, of_response, of_free in zip(n1, response, free, strict=True):
        pair = _best_pair(of_response, of_free, goal, (int(size), n), least)
        if pair:
            found, least = pair, pair[0]
    return found


def _list_rules(table: Tables, n: int, n1: IntArray, alpha: float, power: float) -> list[Rules]:
    """Return, by n1, every rule of one endpoint that may be part of a design.

    The other endpoint is accepted with probability `power` at least, so that a rule which accepts
    a poor rate with more than alpha / power cannot keep alpha.
    """
    n_bounds = int(table.r1_max[n1].max(initial=-1)) + 1
    finals, accepts = [], []
    for r in final_bounds(table, n, power):
        both = [prob_reject_by_bound(table, which, (n, r), n1, n_bounds) for which in (0, 1)]
        if not n_bounds or not (both[0] <= alpha / power).any():
            break
        finals.append(r)
        accepts.append(both)
    if not finals:
        return [Rules(*(np.empty(0, int),) * 2, *(np.empty((2, 0)),) * 2) for _ in n1]
    accept = np.array(accepts)  # final bound, rate, n1, first bound
    first = np.arange(n_bounds)
    is_rule = (accept[:, 0] <= alpha / power) & (accept[:, 1] >= power)
    is_rule &= first <= np.array(finals)[:, None, None]
    rules = []
    for index, size in enumerate(n1):
        final, bound = np.nonzero(is_rule[:, index])
        go_on = table.at_least[:, size, bound + 1]
        rules.append(Rules(bound, np.array(finals)[final], accept[final, :, index, bound].T, go_on))
    return rules


def _best_pair(
    response: Rules, free: Rules, goal: BryantDayGoal, sizes: tuple[int, int], least: float
) -> tuple[float, BryantDayDesign] | None:
    """Return the best pair of rules at one n1, if its larger expected size is below the least."""
    if not response.first.size or not free.first.size:
        return None
    n1, n = sizes
    keeps = np.outer(response.accept[0], free.accept[1]) <= goal.alpha_response
    keeps &= np.outer(response.accept[1], free.accept[0]) <= goal.alpha_toxicity
    keeps &= np.outer(response.accept[1], free.accept[1]) >= goal.power
    go_on = np.maximum(
        np.outer(response.go_on[0], free.go_on[1]), np.outer(response.go_on[1], free.go_on[0])
    )
    expected = np.where(keeps, n1 + (n - n1) * go_on, inf)
    row, column = np.unravel_index(int(np.argmin(expected)), expected.shape)
    if not expected[row, column] < least:
        return None
    design = BryantDayDesign(
        r1=int(response.first[row]),
        t1=n1 - 1 - int(free.first[column]),
        n1=n1,
        r=int(response.final[row]),
        t=n - 1 - int(free.final[column]),
        n=n,
    )
    return float(expected[row, column]), design


def _describe(
    design: BryantDayDesign, expected_n: float, goal: BryantDayGoal, n_last: int | None
) -> BryantDaySearch:
    """Return the design with its exact characteristics."""
    good, poor = goal.response_good, goal.response_poor
    low, high = goal.toxicity_low, goal.toxicity_high
    return BryantDaySearch(
        design=design,
        expected_n=expected_n,
        alpha_response=evaluate_bryant_day(design, poor, low).prob_reject,
        alpha_toxicity=evaluate_bryant_day(design, good, high).prob_reject,
        power=evaluate_bryant_day(design, good, low).prob_reject,
        proven=n_last is not None,
        n_last=n_last or 0,
    )
