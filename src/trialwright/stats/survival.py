"""Kaplan-Meier curves, their quantiles, values at given times, and restricted means."""

import numpy as np
from numpy.typing import ArrayLike

from trialwright.core.arrays import FloatArray, IntArray
from trialwright.core.errors import EstimateError
from trialwright.stats.confidence import normal_quantile
from trialwright.stats.survival_counts import TIME_TOLERANCE, chunks, count_events, tie_tolerance
from trialwright.stats.survival_curve import (
    Beyond,
    Quantile,
    RestrictedMean,
    SurvivalAt,
    SurvivalCurve,
    TieOrder,
)
from trialwright.stats.survival_limits import ConfidenceType, LimitAtZero

__all__ = [
    "Beyond",
    "ConfidenceType",
    "LimitAtZero",
    "Quantile",
    "RestrictedMean",
    "SurvivalAt",
    "SurvivalCurve",
    "TieOrder",
    "estimate_at",
    "estimate_follow_up",
    "estimate_quantile",
    "estimate_restricted_mean",
    "estimate_survival",
]


def estimate_survival(
    time: ArrayLike,
    event: ArrayLike,
    *,
    conf_type: ConfidenceType = ConfidenceType.LOG_LOG,
    level: float = 0.95,
    at_zero: LimitAtZero = LimitAtZero.UNDEFINED,
) -> SurvivalCurve:
    """Estimate a survival curve by the product-limit method.

    Parameters
    ----------
    time : array-like of shape (n_subjects,)
        Time to the event or to censoring, 0 or more, in one unit; whole days are best.
    event : array-like of shape (n_subjects,)
        True or 1 where the event happened, False or 0 where the time is censored.
    conf_type : ConfidenceType
        Scale of the confidence limits: log-log is SAS's default, log is R's.
    level : float
        Two-sided confidence level in (0, 1).
    at_zero : LimitAtZero
        Limits where the estimate is 0: undefined (R, SAS) or 0 (lifelines, statsmodels).

    Returns
    -------
    SurvivalCurve
        One element per distinct time, ascending.

    Raises
    ------
    EstimateError
        If there is no subject, or a time is missing, infinite or negative.

    References
    ----------
    Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-481. Greenwood M. The natural duration of
    cancer. 1926.

    Examples
    --------
    >>> curve = estimate_survival([6, 6, 6, 7, 10], [1, 1, 0, 1, 0])
    >>> curve.survival.round(2).tolist(), curve.n_risk.tolist()
    ([0.6, 0.3, 0.3], [5, 2, 1])
    """
    normal_quantile(level)  # refuses an impossible level before any work
    counts = count_events(time, event)
    survival = _multiply_staying(counts.n_event, counts.n_risk)
    return SurvivalCurve(
        times=counts.times,
        n_risk=counts.n_risk,
        n_event=counts.n_event,
        n_exposed=counts.n_risk,
        survival=survival,
        conf_type=conf_type,
        level=level,
        at_zero=at_zero,
    )


def _multiply_staying(n_event: IntArray, n_exposed: IntArray) -> FloatArray:
    """Multiply the proportions who stay, in pieces that fit the cache of the processor."""
    survival, latest = np.empty(n_event.size), 1.0
    for part in chunks(n_event.size):
        staying = n_event[part] / n_exposed[part]
        np.subtract(1, staying, out=staying)
        staying[0] *= latest
        latest = np.cumprod(staying, out=survival[part])[-1]
    return survival


def estimate_follow_up(
    time: ArrayLike,
    event: ArrayLike,
    *,
    conf_type: ConfidenceType = ConfidenceType.LOG_LOG,
    level: float = 0.95,
    at_zero: LimitAtZero = LimitAtZero.UNDEFINED,
    ties: TieOrder = TieOrder.CENSORINGS_FIRST,
) -> SurvivalCurve:
    """Estimate the distribution of follow-up by the reverse Kaplan-Meier method.

    Being censored is the event; a death ends the observation of the follow-up.

    Parameters
    ----------
    time, event, conf_type, level, at_zero
        As in `estimate_survival`; `event` is the death, not the censoring.
    ties : TieOrder
        Who leaves first when a death and a censoring share a time: the censorings when the event
        is merely swapped (R, SAS), the deaths when the order of the survival curve is kept.

    Returns
    -------
    SurvivalCurve
        One element per distinct time, ascending: `n_event` counts censorings, `n_censored` deaths.

    Raises
    ------
    EstimateError
        If there is no subject, or a time is missing, infinite or negative.

    References
    ----------
    Schemper M, Smith TL. Control Clin Trials 1996;17:343-346.
    """
    normal_quantile(level)
    deaths = count_events(time, event)
    n_exposed = deaths.n_risk
    if ties is TieOrder.DEATHS_FIRST:
        n_exposed = n_exposed - deaths.n_event
    return SurvivalCurve(
        times=deaths.times,
        n_risk=deaths.n_risk,
        n_event=deaths.n_censored,
        n_exposed=n_exposed,
        survival=_multiply_staying(deaths.n_censored, np.maximum(n_exposed, 1)),
        conf_type=conf_type,
        level=level,
        at_zero=at_zero,
    )


def estimate_quantile(curve: SurvivalCurve, prob: float = 0.5) -> Quantile:
    """Estimate the time by which a proportion has had the event; 0.5 gives the median.

    The estimate is the first time at which the curve is at most 1 - prob. If it equals
    1 - prob, it is the midpoint between this time and the next step. The limits are found in the
    same way on the limits of the curve.

    Parameters
    ----------
    curve : SurvivalCurve
        From `estimate_survival` or `estimate_follow_up`.
    prob : float
        Proportion with the event, in (0, 1).

    Returns
    -------
    Quantile
        In the unit of the curve's times; None where a curve does not come down to 1 - prob.

    Raises
    ------
    EstimateError
        If `prob` is not between 0 and 1.

    References
    ----------
    Brookmeyer R, Crowley J. Biometrics 1982;38:29-41.

    Examples
    --------
    >>> estimate_quantile(estimate_survival([1, 2, 3, 4], [1, 1, 1, 1])).estimate
    2.5
    """
    if not 0 < prob < 1:
        raise EstimateError(f"prob is {prob}, expected between 0 and 1. Write 0.5 for the median.")
    lower, upper = curve.limits()
    return Quantile(
        prob=prob,
        estimate=_find_crossing(curve.times, curve.survival, 1 - prob),
        lower=_find_crossing(curve.times, lower, 1 - prob),
        upper=_find_crossing(curve.times, upper, 1 - prob),
    )


def _find_crossing(times: FloatArray, values: FloatArray, target: float) -> float | None:
    """Find the first time at which values reach down to the target, nan values left out."""
    reached = np.flatnonzero(values < target + TIME_TOLERANCE)
    if reached.size == 0:
        return None
    first = reached[0]
    if abs(values[first] - target) < TIME_TOLERANCE:
        lower = reached[values[reached] < values[first]]
        if lower.size:
            return float(times[first] + times[lower[0]]) / 2
    return float(times[first])


def estimate_at(
    curve: SurvivalCurve, times: ArrayLike, beyond: Beyond = Beyond.CARRY_FORWARD
) -> SurvivalAt:
    """Read a survival curve at given times.

    Parameters
    ----------
    curve : SurvivalCurve
        From `estimate_survival`.
    times : array-like of shape (n_times,)
        Where to read, in the unit of the curve, in any order.
    beyond : Beyond
        What to say after the last time, when that is censored: its value (R), or nothing (SAS).

    Returns
    -------
    SurvivalAt
        One element per given time, in their order. Before the first time survival is 1 with
        limits of 1; `n_risk` is counted just before each given time.
    """
    wanted = np.atleast_1d(np.asarray(times, dtype=np.float64))
    slack = tie_tolerance(float(curve.times.mean()))
    after = np.searchsorted(curve.times, wanted + slack, side="right")
    before = np.searchsorted(curve.times, wanted - slack, side="left")
    lower, upper = curve.limits()
    columns = [
        np.concatenate(([start], values))[after]
        for start, values in ((1, curve.survival), (0, curve.std_error), (1, lower), (1, upper))
    ]
    if beyond is Beyond.NOT_ESTIMABLE and curve.survival[-1] > 0:
        for column in columns:
            column[wanted > curve.times[-1] + slack] = np.nan
    return SurvivalAt(wanted, np.append(curve.n_risk, 0)[before], *columns)


def estimate_restricted_mean(
    curve: SurvivalCurve, tau: float, beyond: Beyond = Beyond.CARRY_FORWARD
) -> RestrictedMean:
    """Estimate the mean time without the event up to `tau`: the area under the curve.

    Parameters
    ----------
    curve : SurvivalCurve
        From `estimate_survival`.
    tau : float
        Where the mean is restricted, more than 0, in the unit of the curve.
    beyond : Beyond
        What the curve is between its last time, when that is censored, and `tau`.

    Returns
    -------
    RestrictedMean
        With limits estimate +- z standard errors at the level of the curve.

    Raises
    ------
    EstimateError
        If `tau` is not above 0.

    References
    ----------
    Irwin JO. J Hyg 1949;47:188-189. Royston P, Parmar MKB. BMC Med Res Methodol 2013;13:152.
    """
    if not 0 < tau < np.inf:
        raise EstimateError(f"tau is {tau}, expected a time above 0. Write it in the curve's unit.")
    is_open = curve.survival[-1] > 0 and tau > curve.times[-1]
    if is_open and beyond is Beyond.NOT_ESTIMABLE:
        return RestrictedMean(tau, None, None, None, None)
    edges = np.minimum(np.concatenate(([0.0], curve.times, [tau])), tau)
    areas = np.diff(edges) * np.concatenate(([1.0], curve.survival))
    remaining = np.cumsum(areas[::-1])[::-1][1:]  # area from each time to tau
    exposed = np.maximum(curve.n_exposed, 1)
    staying = exposed - curve.n_event
    # Where nobody stays, nothing remains to vary.
    terms = np.where(staying > 0, curve.n_event / (exposed * np.maximum(staying, 1.0)), 0)
    estimate, error = float(areas.sum()), float(np.sqrt(terms @ remaining**2))
    width = normal_quantile(curve.level) * error
    return RestrictedMean(tau, estimate, error, estimate - width, estimate + width)
