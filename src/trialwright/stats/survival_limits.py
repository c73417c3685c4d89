"""Confidence limits of a survival curve on five scales, from one Greenwood sum."""

from collections.abc import Callable
from enum import Enum

import numpy as np

from trialwright.core.arrays import FloatArray
from trialwright.stats.confidence import normal_quantile
from trialwright.stats.survival_counts import chunks


class ConfidenceType(Enum):
    """The scale on which the interval is symmetric."""

    LOG = "log"  # R's default
    LOG_LOG = "log-log"  # SAS's default
    PLAIN = "plain"
    LOGIT = "logit"
    ARCSIN = "arcsin"


class LimitAtZero(Enum):
    """What the limits are where nobody is left and the estimate is 0."""

    UNDEFINED = "undefined"  # R, SAS: the variance cannot be estimated there
    ZERO = "zero"  # lifelines, statsmodels: both limits are 0


def limit_survival(
    survival: FloatArray,
    log_error: FloatArray,
    conf_type: ConfidenceType,
    level: float,
    at_zero: LimitAtZero,
) -> tuple[FloatArray, FloatArray]:
    """Compute pointwise limits of a survival curve.

    Parameters
    ----------
    survival : ndarray
        Estimates in [0, 1].
    log_error : ndarray
        Standard errors of the logarithm of the estimates: the root of Greenwood's sum.
    conf_type : ConfidenceType
        Scale of the interval.
    level : float
        Two-sided confidence level in (0, 1).
    at_zero : LimitAtZero
        Convention where the estimate is 0.

    Returns
    -------
    tuple
        Lower and upper limits in [0, 1], nan where undefined: at an estimate of 0 by convention,
        at an estimate of 1 on every scale but log and plain (there both limits are 1).

    References
    ----------
    Kalbfleisch JD, Prentice RL. The statistical analysis of failure time data. 2nd ed. 2002, 1.4.
    Borgan O, Liestol K. Scand J Stat 1990;17:35-41.
    """
    z = normal_quantile(level)
    limits = np.empty((2, survival.size))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for part in chunks(survival.size):
            lower, upper = SCALES[conf_type](survival[part], z * log_error[part])
            limits[0, part], limits[1, part] = lower, upper
    value = 0.0 if at_zero is LimitAtZero.ZERO else np.nan
    for row in limits:
        row[np.flatnonzero(survival == 0)] = value
    return limits[0], limits[1]


def _limit_log(survival: FloatArray, width: FloatArray) -> tuple[FloatArray, FloatArray]:
    return survival * np.exp(-width), np.minimum(survival * np.exp(width), 1)


def _limit_log_log(survival: FloatArray, width: FloatArray) -> tuple[FloatArray, FloatArray]:
    logarithm = np.log(survival)
    # At an estimate of 1 this is 0 / 0: nan, as it should be.
    power = np.exp(width / logarithm)
    return np.exp(logarithm / power), np.exp(logarithm * power)


def _limit_plain(survival: FloatArray, width: FloatArray) -> tuple[FloatArray, FloatArray]:
    width = survival * width
    return np.maximum(survival - width, 0), np.minimum(survival + width, 1)


def _limit_logit(survival: FloatArray, width: FloatArray) -> tuple[FloatArray, FloatArray]:
    failing = 1 - survival
    logit, width = np.log(survival / failing), width / failing
    return 1 / (1 + np.exp(width - logit)), 1 / (1 + np.exp(-width - logit))


def _limit_arcsin(survival: FloatArray, width: FloatArray) -> tuple[FloatArray, FloatArray]:
    angle = np.arcsin(np.sqrt(survival))
    width = 0.5 * width * np.sqrt(survival / (1 - survival))
    lower, upper = np.maximum(angle - width, 0), np.minimum(angle + width, np.pi / 2)
    return np.sin(lower) ** 2, np.sin(upper) ** 2


SCALES: dict[ConfidenceType, Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]] = {
    ConfidenceType.LOG: _limit_log,
    ConfidenceType.LOG_LOG: _limit_log_log,
    ConfidenceType.PLAIN: _limit_plain,
    ConfidenceType.LOGIT: _limit_logit,
    ConfidenceType.ARCSIN: _limit_arcsin,
}
