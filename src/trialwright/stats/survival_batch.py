"""Survival quantiles of many simulated trials at once, by the rules of a single curve."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trialwright.core.arrays import BoolArray, FloatArray
from trialwright.core.errors import EstimateError
from trialwright.stats.survival_counts import TIME_TOLERANCE, check_events, check_numbers
from trialwright.stats.survival_limits import ConfidenceType, LimitAtZero, limit_survival

CELLS_AT_ONCE = 32_768  # subjects of all trials together that stay in the processor's cache


@dataclass(frozen=True, slots=True, eq=False)
class QuantileBatch:
    """One quantile of each curve with its limits, in the order given; nan where not estimable."""

    prob: float
    estimate: FloatArray
    lower: FloatArray
    upper: FloatArray


def estimate_quantiles(
    time: ArrayLike,
    event: ArrayLike,
    prob: float = 0.5,
    *,
    conf_type: ConfidenceType = ConfidenceType.LOG_LOG,
    level: float = 0.95,
    at_zero: LimitAtZero = LimitAtZero.UNDEFINED,
) -> QuantileBatch:
    """Estimate a quantile of each of many survival curves of equal size.

    The numbers are those of `estimate_quantile(estimate_survival(...))` on each row.

    Parameters
    ----------
    time : array-like of shape (n_curves, n_subjects)
        Time to the event or to censoring, 0 or more.
    event : array-like of shape (n_curves, n_subjects)
        True or 1 where the event happened, False or 0 where the time is censored.
    prob : float
        Proportion with the event, in (0, 1).
    conf_type, level, at_zero
        As in `estimate_survival`.

    Returns
    -------
    QuantileBatch
        Arrays of shape (n_curves,).

    Raises
    ------
    EstimateError
        If there is no subject, or a time is missing, infinite or negative.

    References
    ----------
    Brookmeyer R, Crowley J. Biometrics 1982;38:29-41.

    Examples
    --------
    >>> estimate_quantiles([[1, 2, 3, 4], [5, 6, 7, 8]], [[1, 1, 1, 1], [0, 1, 0, 0]]).estimate
    array([2.5, nan])
    """
    times, events = np.asarray(time), np.asarray(event)
    if times.ndim != 2 or times.shape != events.shape or times.size == 0:
        raise EstimateError(
            f"time has shape {times.shape} and event {events.shape}, expected one row of subjects "
            "for each curve. Give two matrices of the same shape."
        )
    if not 0 < prob < 1:
        raise EstimateError(f"prob is {prob}, expected between 0 and 1. Write 0.5 for the median.")
    times, events = check_numbers(times), check_events(events)
    found = np.empty((3, len(times)))
    rows = max(1, CELLS_AT_ONCE // times.shape[1])
    for start in range(0, len(times), rows):
        part = slice(start, start + rows)
        ordered, curves = _estimate_curves(times[part], events[part])
        survival, log_error = curves
        limits = limit_survival(survival.ravel(), log_error.ravel(), conf_type, level, at_zero)
        bands = [survival, *(limit.reshape(survival.shape) for limit in limits)]
        for row, values in zip(found, bands, strict=True):
            row[part] = find_crossings(ordered, values, 1 - prob)
    return QuantileBatch(prob, *found)


def _estimate_curves(
    times: NDArray[np.generic], events: BoolArray
) -> tuple[FloatArray, tuple[FloatArray, FloatArray]]:
    """Return ordered times, and survival with the error of its logarithm after each subject.

    Subjects of one time are taken one after the other, events first: the product over d of them
    is 1 - d/n, and the sum of Greenwood's terms is d / (n (n - d)), as if they were taken
    together. Only the last of them stands for the time; the others are nan.
    """
    ordered, happened, is_tied = _sort_subjects(times, events)
    n_risk = np.arange(ordered.shape[1], 0, -1.0)
    with np.errstate(divide="ignore"):
        variances = np.cumsum(np.where(happened, 1 / (n_risk * (n_risk - 1)), 0.0), axis=1)
    staying = np.where(happened, (n_risk - 1) / n_risk, 1.0)
    survival = np.cumprod(staying, axis=1, dtype=np.float64)
    survival[:, :-1][is_tied] = np.nan
    return ordered, (survival, np.sqrt(variances))


def _sort_subjects(
    times: NDArray[np.generic], events: BoolArray
) -> tuple[FloatArray, BoolArray, BoolArray]:
    """Sort each row by time, events first; tell who happened, and who has the next one's time."""
    one = np.uint64(1)
    keys = np.ascontiguousarray(times, dtype=np.float64).view(np.uint64) << one
    keys |= ~events
    keys.sort(axis=1)
    ordered = (keys >> one).view(np.float64)
    gaps = np.diff(ordered, axis=1)
    is_tied = gaps <= TIME_TOLERANCE * np.maximum(ordered.mean(axis=1, keepdims=True), 1.0)
    if (gaps[is_tied] > 0).any():
        # Near-equal times are the earliest of them, and their events come first again.
        ordered[:, 1:][is_tied] = -np.inf
        np.maximum.accumulate(ordered, axis=1, out=ordered)
        keys = (ordered.view(np.uint64) << one) | (keys & one)
        keys.sort(axis=1)
    return ordered, (keys & one) == 0, is_tied


def find_crossings(ordered: FloatArray, values: FloatArray, target: float) -> FloatArray:
    """Find the first time of each row at which values reach down to the target.

    Times and values have one row a curve; nan among the values is passed. A row that stands on the
    target has it half way to its first lower value; one that never gets there has nan.
    """
    reached = values < target + TIME_TOLERANCE
    rows, first = np.arange(len(values)), reached.argmax(axis=1)
    crossings: FloatArray = ordered[rows, first]
    crossings[~reached[rows, first]] = np.nan
    level = values[rows, first]
    # On the target exactly: half way to the first lower value, if there is one.
    flat = np.flatnonzero(reached[rows, first] & (np.abs(level - target) < TIME_TOLERANCE))
    lower = reached[flat] & (values[flat] < level[flat, np.newaxis])
    following = lower.argmax(axis=1)
    has_following = lower[np.arange(flat.size), following]
    flat, following = flat[has_following], following[has_following]
    crossings[flat] = (crossings[flat] + ordered[flat, following]) / 2
    return crossings
