"""Compare survival between groups: log-rank and Peto-Prentice tests."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from trialwright.core.arrays import FloatArray, IntArray
from trialwright.core.errors import EstimateError
from trialwright.stats.survival_counts import check_times, index_times


class SurvivalWeight(Enum):
    """How much each event time counts."""

    LOG_RANK = "logrank"  # all alike: strongest when hazards are proportional
    PETO_PRENTICE = "peto-prentice"  # by pooled survival just before: early events count more


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalTest:
    """Test of equal hazards, with what it compares in each group.

    Attributes
    ----------
    groups : tuple of str
        Groups in sort order; the arrays have one element for each.
    n_subjects, n_event : ndarray
        Subjects and events.
    observed, expected : ndarray
        Events observed, and expected if hazards were equal, weighted as the test is.
    chi_square, df, p_value : float, int, float
        The test.
    """

    groups: tuple[str, ...]
    n_subjects: IntArray
    n_event: IntArray
    observed: FloatArray
    expected: FloatArray
    chi_square: float
    df: int
    p_value: float


def compare_survival(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    weight: SurvivalWeight = SurvivalWeight.LOG_RANK,
) -> SurvivalTest:
    """Test whether groups have the same hazard.

    Parameters
    ----------
    time : array-like of shape (n_subjects,)
        Time to the event or to censoring, 0 or more.
    event : array-like of shape (n_subjects,)
        True or 1 where the event happened, False or 0 where the time is censored.
    group : array-like of shape (n_subjects,)
        Group of each subject, read as text; at least two different ones.
    weight : SurvivalWeight
        Weight of each event time.

    Returns
    -------
    SurvivalTest
        With one degree of freedom less than there are groups with an expected event; where
        nothing can differ (no events) chi-square is 0 and p is 1.

    Raises
    ------
    EstimateError
        If times or events are unusable, or there are fewer than two groups.

    References
    ----------
    Peto R, Peto J. J R Stat Soc A 1972;135:185-206. Prentice RL. Biometrika 1978;65:167-179.
    Harrington DP, Fleming TR. Biometrika 1982;69:553-566 (rho 0 and 1).

    Examples
    --------
    >>> test = compare_survival([1, 2, 3, 4], [1, 1, 1, 1], ["A", "A", "B", "B"])
    >>> round(test.chi_square, 3), test.df, round(test.p_value, 3)
    (2.882, 1, 0.09)
    """
    times, events = check_times(time, event)
    groups, members = _index_groups(group, times.size)
    n_at_risk, n_event = _tabulate(index_times(times)[1], events, members, len(groups))
    weights = _weigh_times(n_at_risk.sum(axis=1), n_event.sum(axis=1), weight)
    observed, expected, variance = _sum_differences(n_at_risk, n_event, weights)
    compared = np.flatnonzero(expected > 0)[1:]
    difference = (observed - expected)[compared]
    solution = np.linalg.lstsq(variance[np.ix_(compared, compared)], difference, rcond=None)[0]
    chi_square, df = max(float(difference @ solution), 0.0), compared.size
    return SurvivalTest(
        groups=groups,
        n_subjects=n_at_risk[0].astype(np.int64),
        n_event=n_event.sum(axis=0).astype(np.int64),
        observed=observed,
        expected=expected,
        chi_square=chi_square,
        df=df,
        p_value=float(chdtrc(df, chi_square)) if df else 1.0,
    )


def _index_groups(group: ArrayLike, n_subjects: int) -> tuple[tuple[str, ...], NDArray[np.intp]]:
    labels = np.asarray(group).astype(np.str_)
    if labels.shape != (n_subjects,):
        raise EstimateError(
            f"group has shape {labels.shape}, expected one group for each of {n_subjects} "
            "subjects. Give arrays of the same length."
        )
    groups, members = np.unique(labels, return_inverse=True)
    if groups.size < 2:
        raise EstimateError(
            f"All subjects are in group {groups[0]}, expected at least two groups to compare. "
            "Check the grouping variable."
        )
    return tuple(groups.tolist()), members


def _tabulate(
    index: IntArray, events: NDArray[np.bool_], members: NDArray[np.intp], n_groups: int
) -> tuple[FloatArray, FloatArray]:
    """Count subjects at risk and events, as times by groups."""
    n_times = int(index.max()) + 1
    cells = index * n_groups + members
    shape, size = (n_times, n_groups), n_times * n_groups
    n_leaving = np.bincount(cells, minlength=size).reshape(shape)
    n_event = np.bincount(cells[events], minlength=size).reshape(shape)
    n_at_risk = n_leaving[::-1].cumsum(axis=0)[::-1]
    return n_at_risk.astype(np.float64), n_event.astype(np.float64)


def _weigh_times(n_risk: FloatArray, n_event: FloatArray, weight: SurvivalWeight) -> FloatArray:
    if weight is SurvivalWeight.LOG_RANK:
        return np.ones(n_risk.size)
    survival_before: FloatArray = np.cumprod(np.append(1.0, 1 - n_event / n_risk))[:-1]
    return survival_before


def _sum_differences(
    n_at_risk: FloatArray, n_event: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Sum observed and expected events, and the hypergeometric covariance, over the times."""
    n_risk, n_events = n_at_risk.sum(axis=1), n_event.sum(axis=1)
    share = n_at_risk / n_risk[:, np.newaxis]
    observed = weights @ n_event
    expected = (weights * n_events) @ share
    # A single subject at risk has no variance: 0 / 0 is avoided, the factor n - d is 0.
    spread = weights**2 * n_events * (n_risk - n_events) / np.maximum(n_risk - 1, 1)
    variance = np.diag(spread @ share) - share.T @ (spread[:, np.newaxis] * share)
    return observed, expected, variance
