"""Which Kaplan-Meier curves of a given size have a median with finite confidence limits."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import comb

import numpy as np

from trialwright.core.arrays import BoolArray, IntArray
from trialwright.core.errors import EstimateError
from trialwright.stats.survival_batch import find_crossings
from trialwright.stats.survival_limits import ConfidenceType, LimitAtZero, limit_survival

MOST_PATTERNS = 200_000
MOST_DRAWN = 2_000_000  # times of all drawn curves together
HALF = 0.5
NEAR = 1e-9


@dataclass(frozen=True, slots=True)
class FeasibleCurves:
    """How many patterns of risk sets and ties were tried, and which have such a median.

    `n_risk` and `n_event` are those of one that has, None when there is none. `is_complete` says
    that every pattern was tried. `n_to_zero` of the feasible ones reach a survival of 0.
    """

    n_tried: int
    n_feasible: int
    n_to_zero: int
    is_complete: bool
    n_risk: IntArray | None
    n_event: IntArray | None


@dataclass(frozen=True, slots=True)
class WantedMedian:
    """What is known of a median.

    `has_upper`: its upper limit is reached; without it, it must not be. `is_midway`: it may lie
    midway between its limits, as that of a curve that stands at one half between two events does.
    """

    has_upper: bool = True
    is_midway: bool = True


ANY_MEDIAN = WantedMedian()


def count_patterns(n: int, n_events: int) -> int:
    """Count the patterns of numbers at risk and tied events that a curve can have.

    Examples
    --------
    >>> count_patterns(14, 5)
    6412
    """
    return sum(
        comb(n_events - 1, m - 1) * comb(n - n_events + m, m) for m in range(1, n_events + 1)
    )


def find_feasible_curves(
    n: int,
    n_events: int,
    level: float = 0.95,
    conf_type: ConfidenceType = ConfidenceType.LOG,
    at_zero: LimitAtZero = LimitAtZero.UNDEFINED,
    wanted: WantedMedian = ANY_MEDIAN,
) -> FeasibleCurves:
    """Try which curves have a median strictly between the limits of its confidence interval.

    The limits are where those of the curve cross one half (Brookmeyer-Crowley). Up to
    `MOST_PATTERNS` patterns all are tried; beyond that some are drawn with a fixed seed, and one
    that fits still proves that the median is possible.

    Parameters
    ----------
    n : int
        Subjects.
    n_events : int
        Events, at least 1 and at most n.
    level : float
        Two-sided confidence level in (0, 1).
    conf_type : ConfidenceType
        Scale of the limits.
    at_zero : LimitAtZero
        Convention where the curve is 0.
    wanted : WantedMedian
        What is known of the median beside the order of the three.

    Returns
    -------
    FeasibleCurves
        How many fit, and one that does.

    Raises
    ------
    EstimateError
        When there are no events, or more than subjects.

    References
    ----------
    Brookmeyer R, Crowley J. Biometrics 1982;38:29-41.

    Examples
    --------
    >>> find_feasible_curves(14, 5).n_feasible
    0
    >>> find_feasible_curves(14, 5, conf_type=ConfidenceType.PLAIN).n_feasible
    26
    """
    if not 1 <= n_events <= n:
        raise EstimateError(
            f"{n_events} events of {n} subjects, expected 1 to {n} events. Correct the counts."
        )
    is_complete = count_patterns(n, n_events) <= MOST_PATTERNS
    n_risk, n_event = (_lay_out if is_complete else _draw_patterns)(n, n_events)
    judged = _Judged(n_risk, n_event, level, (conf_type, at_zero))
    fits, reaches_zero = judged.fit(wanted), judged.reaches_zero
    found = np.flatnonzero(fits)
    used = n_event[found[0]] > 0 if found.size else None
    return FeasibleCurves(
        n_tried=len(n_risk),
        n_feasible=int(found.size),
        n_to_zero=int((fits & reaches_zero).sum()),
        is_complete=is_complete,
        n_risk=n_risk[found[0]][used] if found.size else None,
        n_event=n_event[found[0]][used] if found.size else None,
    )


@lru_cache(maxsize=1)
def _lay_out(n: int, n_events: int) -> tuple[IntArray, IntArray]:
    """Return every pattern, one a row, zeros after its last time; kept for other conventions."""
    patterns = list(_list_patterns(n, n_events))
    n_risk, n_event = (
        np.array([part[k] + (0,) * (n_events - len(part[k])) for part in patterns]) for k in (0, 1)
    )
    return n_risk, n_event


def _list_patterns(n: int, n_events: int) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Yield numbers at risk and of events at each distinct time."""
    if n_events == 0:
        yield (), ()
        return
    for risk in range(n_events, n + 1):
        for events in range(1, n_events + 1):
            for later_risk, later in _list_patterns(risk - events, n_events - events):
                yield (risk, *later_risk), (events, *later)


@lru_cache(maxsize=1)
def _draw_patterns(n: int, n_events: int) -> tuple[IntArray, IntArray]:
    """Draw curves without ties: which of the n subjects in order of time have the event."""
    rng = np.random.default_rng(n * 100_003 + n_events)
    n_curves = MOST_DRAWN // n
    order = rng.permuted(np.tile(np.arange(n), (n_curves, 1)), axis=1)[:, :n_events]
    n_risk = n - np.sort(order, axis=1)
    return n_risk, np.ones_like(n_risk)


class _Judged:
    """Where the curve of each pattern, and its limits, fall to one half."""

    def __init__(
        self,
        n_risk: IntArray,
        n_event: IntArray,
        level: float,
        how: tuple[ConfidenceType, LimitAtZero],
    ):
        used = n_event > 0
        at_risk = np.where(used, n_risk, 1)
        steps = np.where(used, 1 - n_event / at_risk, 1.0)
        survival = np.cumprod(steps, axis=1, dtype=np.float64)
        survival[np.abs(survival) < NEAR] = 0.0
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = np.where(used, n_event / (at_risk * (at_risk - n_event)), 0.0)
        error = np.sqrt(np.cumsum(terms, axis=1, dtype=np.float64))
        flat = limit_survival(survival.ravel(), error.ravel(), how[0], level, how[1])
        lower, upper = (limits.reshape(survival.shape) for limits in flat)
        self.reaches_zero: BoolArray = (survival == 0).any(axis=1)
        places = np.broadcast_to(np.arange(float(used.shape[1])), used.shape)
        self.median, self.low, self.high = (
            find_crossings(places, np.where(used, band, np.nan), HALF)
            for band in (survival, lower, upper)
        )

    def fit(self, wanted: WantedMedian) -> BoolArray:
        """Tell of each pattern whether its median lies between its limits."""
        is_between: BoolArray = self.low < self.median  # nan, where one is not reached, never is
        if not wanted.has_upper:
            return is_between & np.isnan(self.high)
        fits = is_between & (self.high > self.median)
        touches = (self.low == self.median - HALF) & (self.high == self.median + HALF)
        return fits if wanted.is_midway else fits & ~touches
