"""Many measurements against one outcome: proportional hazards and rank correlation for each."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc, ndtr, stdtr

from trialwright.core.arrays import FloatArray, IntArray
from trialwright.core.errors import EstimateError
from trialwright.stats.contrasts import as_matrix
from trialwright.stats.cox import estimate_cox
from trialwright.stats.ranks import rank_middle

MIN_SUBJECTS = 3
N_EXACT = 9  # subjects up to which all orders are counted
# Coefficients of the series of Best and Roberts (AS 89), for larger samples.
SERIES_ODD = (0.2274, 0.2531, 0.1745)
SERIES_SQUARE = (0.0758, 0.1033, 0.3932)
SERIES_HIGH = (0.0879, 0.0151, 0.0072, 0.0831, 0.0131, 4.6e-4)


@dataclass(frozen=True, slots=True)
class HazardScreen:
    """Log hazard ratios per unit, one per measurement; nan where none is finite."""

    n: IntArray
    coef: FloatArray
    std_error: FloatArray
    lower: FloatArray  # of the hazard ratio
    upper: FloatArray
    p_wald: FloatArray
    p_likelihood_ratio: FloatArray
    p_score: FloatArray
    concordance: FloatArray


@dataclass(frozen=True, slots=True)
class CorrelationScreen:
    """Spearman's correlations with two-sided P values, one per measurement."""

    n: IntArray
    coefficient: FloatArray
    p_value: FloatArray


def screen_hazards(
    values: ArrayLike, time: ArrayLike, event: ArrayLike, level: float = 0.95
) -> HazardScreen:
    """Estimate the hazard ratio of each measurement alone.

    Parameters
    ----------
    values : array of shape (n_measurements, n_subjects)
        nan is missing. Values taken after time 0 need a landmark: see `take_landmark`.
    time, event : array of shape (n_subjects,)
        Time to the event or censoring, and whether it happened.
    level : float
        Two-sided confidence level in (0, 1).

    Returns
    -------
    HazardScreen
        With the P values of the Wald, likelihood ratio and score tests. With few events use the
        likelihood ratio, or `permute_hazards`.

    References
    ----------
    Cox DR. J R Stat Soc B 1972;34:187-220.
    """
    matrix = as_matrix(values)
    times, events = np.asarray(time, dtype=float), np.asarray(event, dtype=bool)
    if times.shape != (matrix.shape[1],) or events.shape != times.shape:
        raise EstimateError(
            f"{matrix.shape[1]} subjects have values, {times.size} a time and {events.size} an "
            "event, expected one of each."
        )
    found = np.full((len(matrix), 8), np.nan)
    n = np.zeros(len(matrix), dtype=np.int64)
    for row, line in enumerate(matrix):
        known = ~np.isnan(line) & ~np.isnan(times)
        n[row] = known.sum()
        try:
            model = estimate_cox(times[known], events[known], line[known][:, None], level=level)
        except EstimateError:  # no event, no spread, or separation: the row stays nan
            continue
        term = model.terms[0]
        likelihood_ratio, score = model.likelihood_ratio, model.score
        found[row] = (
            term.coef, term.std_error, term.lower, term.upper, term.p_value,
            chdtrc(1, likelihood_ratio), chdtrc(1, score), model.concordance,
        )  # fmt: skip
    return HazardScreen(n, *found.T)


def take_landmark(time: ArrayLike, landmark: float) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return times from a landmark on, and who was still under observation then.

    A value measured at the landmark says nothing of those who had their event before: they are
    left out, lest survival until the measurement be credited to it.

    References
    ----------
    Anderson JR, Cain KC, Gelber RD. J Clin Oncol 1983;1:710-719.

    Examples
    --------
    >>> later, is_kept = take_landmark([1.0, 4.0], 2.0)
    >>> later.tolist(), is_kept.tolist()
    ([-1.0, 2.0], [False, True])
    """
    later = np.asarray(time, dtype=float) - landmark
    return later, later > 0


def correlate_ranks(values: ArrayLike, other: ArrayLike) -> CorrelationScreen:
    """Correlate each measurement with another by ranks.

    Parameters
    ----------
    values : array of shape (n_measurements, n_subjects)
        nan is missing.
    other : array of shape (n_subjects,)
        What each is correlated with, such as a change of CD8 density; nan is missing.

    Returns
    -------
    CorrelationScreen
        P by counting all orders up to 9 subjects, by the series of AS 89 above, as R does;
        by t where values are tied.

    References
    ----------
    Spearman C. Am J Psychol 1904;15:72-101. Best DJ, Roberts DE. Appl Stat 1975;24:377-379.

    Examples
    --------
    >>> found = correlate_ranks([[1.0, 2.0, 3.0, 4.0, 5.0]], [2.0, 1.0, 4.0, 3.0, 5.0])
    >>> round(found.coefficient.item(), 3), round(found.p_value.item(), 4)
    (0.8, 0.1333)
    """
    matrix, second = as_matrix(values), np.asarray(other, dtype=float)
    if second.shape != (matrix.shape[1],):
        raise EstimateError(
            f"values has {matrix.shape[1]} subjects and other {second.size}, expected the same."
        )
    n = np.zeros(len(matrix), dtype=np.int64)
    coefficient, p_value = np.full((2, len(matrix)), np.nan)
    for row, line in enumerate(matrix):
        known = ~np.isnan(line) & ~np.isnan(second)
        n[row] = known.sum()
        if n[row] >= MIN_SUBJECTS and np.ptp(line[known]) > 0 and np.ptp(second[known]) > 0:
            coefficient[row], p_value[row] = _correlate(line[known], second[known])
    return CorrelationScreen(n, coefficient, p_value)


def _correlate(first: FloatArray, second: FloatArray) -> tuple[float, float]:
    """Return Spearman's coefficient and its P value."""
    n = len(first)
    ranks = rank_middle(first), rank_middle(second)
    rho = float(np.corrcoef(*ranks)[0, 1])
    if len(np.unique(first)) < n or len(np.unique(second)) < n:
        with np.errstate(divide="ignore"):
            t = abs(rho) * np.sqrt((n - 2) / max(1 - rho**2, 0.0))
        return rho, float(2 * stdtr(n - 2, -t))
    distance = float(((ranks[0] - ranks[1]) ** 2).sum())
    middle = (n**3 - n) / 6
    # The distribution is symmetric: the upper tail of the distance mirrored serves both sides.
    tail = _upper_tail(n, max(distance, 2 * middle - distance))
    return rho, min(1.0, 2 * tail)


def _upper_tail(n: int, distance: float) -> float:
    """Return P(sum of squared rank differences >= distance)."""
    if n <= N_EXACT:
        return float((_all_distances(n) >= distance - 0.5).mean())
    share = 1 / n
    x = (6 * (distance - 1) * share / (n**2 - 1) - 1) * np.sqrt(n - 1)
    y = x * x
    c = SERIES_HIGH
    high = c[0] + c[1] * share - y * (c[2] - c[3] * share + y * share * (c[4] - c[5] * y))
    square = -SERIES_SQUARE[0] + share * (SERIES_SQUARE[1] + SERIES_SQUARE[2] * share)
    odd = SERIES_ODD[0] + share * (SERIES_ODD[1] + SERIES_ODD[2] * share)
    series = x * share * (odd + y * (square - y * share * high))
    return float(np.clip(series / np.exp(y / 2) + ndtr(-x), 0.0, 1.0))


@lru_cache(maxsize=N_EXACT)
def _all_distances(n: int) -> IntArray:
    """Return the sum of squared rank differences of every order of n subjects."""
    orders = np.array(list(permutations(range(n))), dtype=np.int8)
    distances: IntArray = ((orders - np.arange(n)).astype(np.int64) ** 2).sum(axis=1)
    return distances


def permute_hazards(
    values: ArrayLike,
    time: ArrayLike,
    event: ArrayLike,
    rng: np.random.Generator,
    n_permutations: int = 1000,
) -> FloatArray:
    """Test each measurement against survival by permuting subjects, by the score statistic.

    Parameters
    ----------
    values : array of shape (n_measurements, n_subjects)
        Subjects with a missing value keep it, wherever the permutation carries them.
    time, event : array of shape (n_subjects,)
        Time to the event or censoring, and whether it happened.
    rng : numpy.random.Generator
        Source of the permutations, the same ones for all measurements.
    n_permutations : int
        How many.

    Returns
    -------
    ndarray of shape (n_measurements,)
        P values, (1 + permutations as extreme) / (1 + permutations); nan without spread.

    References
    ----------
    Phipson B, Smyth GK. Stat Appl Genet Mol Biol 2010;9:39.
    """
    matrix = as_matrix(values)
    residuals = _null_residuals(np.asarray(time, dtype=float), np.asarray(event, dtype=bool))
    is_there = ~np.isnan(matrix)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(is_there, matrix, 0.0).sum(axis=1) / is_there.sum(axis=1)
    centered = np.where(is_there, matrix - mean[:, None], 0.0)
    observed = np.abs(centered @ residuals)
    as_extreme = np.zeros(len(matrix))
    for _ in range(n_permutations):
        as_extreme += np.abs(centered @ rng.permutation(residuals)) >= observed * (1 - 1e-12)
    varies = (np.abs(centered) > 0).any(axis=1)
    return np.where(varies, (1 + as_extreme) / (1 + n_permutations), np.nan)


def _null_residuals(time: FloatArray, event: NDArray[np.bool_]) -> FloatArray:
    """Return martingale residuals without covariates: event less Nelson-Aalen hazard."""
    at_risk = (time[:, None] <= time[None, :]).sum(axis=1)  # those still there at each time
    steps = np.where(event, 1 / at_risk, 0.0)
    hazard = ((time[None, :] <= time[:, None]) * steps[None, :]).sum(axis=1)
    residuals: FloatArray = event - hazard
    return residuals
