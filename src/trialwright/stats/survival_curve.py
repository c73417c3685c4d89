"""What survival estimates hold: a curve, its quantiles, its values at given times, its mean."""

from dataclasses import dataclass
from enum import Enum

import numpy as np

from trialwright.core.arrays import FloatArray, IntArray
from trialwright.stats.survival_counts import chunks, count_leaving
from trialwright.stats.survival_limits import ConfidenceType, LimitAtZero, limit_survival


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalCurve:
    """A Kaplan-Meier curve: one element per distinct time, ascending, events or not.

    Standard errors and limits are computed from the stored counts when they are asked for.

    Attributes
    ----------
    times : ndarray
        Distinct times, in the unit of the input.
    n_risk, n_event : ndarray
        Subjects at risk just before the time, and events at it.
    n_exposed : ndarray
        Subjects at risk when the events of the time happen: `n_risk`, except in a reverse curve
        with deaths first, where the dead of that time have left.
    survival : ndarray
        Estimated proportion without the event just after the time, in [0, 1].
    conf_type, level, at_zero : ConfidenceType, float, LimitAtZero
        How the limits are computed.
    """

    times: FloatArray
    n_risk: IntArray
    n_event: IntArray
    n_exposed: IntArray
    survival: FloatArray
    conf_type: ConfidenceType
    level: float
    at_zero: LimitAtZero

    @property
    def n_censored(self) -> IntArray:
        """Subjects who leave at each time without the event."""
        return count_leaving(self.n_risk, self.n_event)

    @property
    def cumulative_hazard(self) -> FloatArray:
        """Nelson-Aalen estimate just after each time."""
        hazard = self.n_event / np.maximum(self.n_exposed, 1)
        return np.cumsum(hazard, out=hazard)

    @property
    def log_error(self) -> FloatArray:
        """Standard error of the logarithm of survival (Greenwood); infinite at survival 0."""
        terms = np.empty(self.times.size)
        with np.errstate(divide="ignore"):
            for part in chunks(terms.size):
                exposed = np.maximum(self.n_exposed[part], 1)
                np.divide(self.n_event[part], exposed, out=terms[part])
                terms[part] /= exposed - self.n_event[part]
        np.cumsum(terms, out=terms)
        return np.sqrt(terms, out=terms)

    @property
    def std_error(self) -> FloatArray:
        """Standard error of survival (Greenwood); nan where survival is 0."""
        with np.errstate(invalid="ignore"):
            return self.survival * self.log_error

    def limits(self) -> tuple[FloatArray, FloatArray]:
        """Compute lower and upper limits of survival together; nan where undefined."""
        return limit_survival(
            self.survival, self.log_error, self.conf_type, self.level, self.at_zero
        )

    @property
    def lower(self) -> FloatArray:
        """Lower confidence limits of survival; nan where undefined."""
        return self.limits()[0]

    @property
    def upper(self) -> FloatArray:
        """Upper confidence limits of survival; nan where undefined."""
        return self.limits()[1]


@dataclass(frozen=True, slots=True)
class Quantile:
    """Time by which a proportion `prob` has had the event; None where it is not estimable."""

    prob: float
    estimate: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True, eq=False)
class SurvivalAt:
    """A survival curve read at given times, in their order; nan where not estimable."""

    times: FloatArray
    n_risk: IntArray
    survival: FloatArray
    std_error: FloatArray
    lower: FloatArray
    upper: FloatArray


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """Mean time without the event up to `tau`; None where it is not estimable."""

    tau: float
    estimate: float | None
    std_error: float | None
    lower: float | None
    upper: float | None


class Beyond(Enum):
    """What a curve says after its last time, when that time is censored."""

    CARRY_FORWARD = "carry forward"  # R: the last value
    NOT_ESTIMABLE = "not estimable"  # SAS: NE


class TieOrder(Enum):
    """In reverse Kaplan-Meier: who leaves first when a death and a censoring share a time."""

    CENSORINGS_FIRST = "censorings first"  # the event is merely swapped, as R and SAS users do
    DEATHS_FIRST = "deaths first"  # the order of the survival curve itself is kept
