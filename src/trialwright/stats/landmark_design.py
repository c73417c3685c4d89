"""Two-stage designs on survival at a landmark, with accrual: the interim uses partial follow-up.

The estimate of the cumulative hazard at the landmark is compared with its null value on the log
scale. At the interim, patients who have not reached the landmark contribute the time they were
watched, so that accrual need not wait for them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from math import ceil, exp, log, sqrt
from statistics import NormalDist

import numpy as np
from scipy.special import exp1, ndtr

from trialwright.core.errors import DesignError
from trialwright.stats.binomial import find_rate
from trialwright.stats.hypotheses import check_hypotheses

NORMAL = NormalDist()
NODES, WEIGHTS = np.polynomial.legendre.leggauss(96)
FAR_TAIL = 9.0  # standard deviations: what lies beyond is below 1e-18
FIRST_SHARE, N_STEPS = 0.001, 120  # grid of interim times between the landmark and full accrual
GOLDEN = (sqrt(5) - 1) / 2
TIME_TOLERANCE = 1e-9  # months
LARGEST_N = 2000


class Target(Enum):
    """What a search makes smallest, expected under the null survival."""

    ACCRUAL = "accrual"  # duration of accrual; with uniform accrual also the number of patients
    STUDY = "study"  # until the last decision


@dataclass(frozen=True, slots=True)
class LandmarkGoal:
    """Shares event-free at the landmark, error limits, and accrual; hazards are constant."""

    survival_null: float
    survival_interest: float
    landmark_months: float
    alpha: float
    power: float
    accrual_per_month: float

    def __post_init__(self) -> None:
        check_hypotheses(self.survival_null, self.survival_interest, self.alpha, self.power)
        if not (self.landmark_months > 0 and self.accrual_per_month > 0):
            raise DesignError(
                f"landmark_months is {self.landmark_months:g} and accrual_per_month "
                f"{self.accrual_per_month:g}, expected both above 0. Write months and patients."
            )


@dataclass(frozen=True, slots=True)
class LandmarkDesign:
    """A design with an interim at a calendar time.

    Stop at `interim_months` when the statistic is at most `bound_interim`; declare activity when
    the final one is above `bound_final`. `n1` patients have entered by the interim. Probabilities
    and expectations are those of large samples.
    """

    n: int
    n1: int
    interim_months: float
    bound_interim: float
    bound_final: float
    prob_stop_null: float
    prob_stop_interest: float
    accrual_months: float
    study_months: float
    expected_accrual_months: float
    expected_study_months: float
    expected_n: float


def search_landmark(goal: LandmarkGoal, target: Target = Target.ACCRUAL) -> LandmarkDesign:
    """Find the interim time and size that make the expected duration under the null smallest.

    For every n the interim bound is the largest that keeps the power; the final bound is that of
    one stage, so that ignoring the interim keeps alpha too.

    Parameters
    ----------
    goal : LandmarkGoal
        Survival, limits and accrual.
    target : Target
        Which duration is made smallest.

    Returns
    -------
    LandmarkDesign
        The best design over n and the interim time.

    Raises
    ------
    DesignError
        When more than 2000 patients are needed, or accrual ends before anyone reaches the landmark.

    References
    ----------
    Case LD, Morgan TM. BMC Med Res Methodol 2003;3:6. Huang B, Talukder E, Thomas N. Stat Biopharm
    Res 2010;2:498-511.

    Examples
    --------
    >>> found = search_landmark(LandmarkGoal(0.20, 0.40, 6, 0.05, 0.80, accrual_per_month=2))
    >>> found.n, found.n1, round(found.interim_months, 1)
    (40, 21, 10.5)
    """
    n_single = _single_stage_n(goal)
    if n_single > LARGEST_N:
        raise DesignError(
            f"These rates need {n_single} patients in one stage. Write rates that lie further "
            "apart."
        )
    best: LandmarkDesign | None = None
    # Beyond twice the single stage the second stage alone outweighs what an interim can save.
    for n in range(n_single, 2 * n_single + 1):
        found = _best_of_size(goal, n, target)
        if found and (best is None or _value(found, target) < _value(best, target)):
            best = found
    if best is None:
        raise DesignError(
            f"{2 * n_single} patients enter before the landmark of {goal.landmark_months:g} months "
            "is reached by anyone. Slow accrual down or plan one stage."
        )
    return best


def _value(design: LandmarkDesign, target: Target) -> float:
    """Return what the search makes smallest."""
    if target is Target.ACCRUAL:
        return design.expected_accrual_months
    return design.expected_study_months


def _single_stage_n(goal: LandmarkGoal) -> int:
    """Return the patients that one stage needs."""
    needed = NORMAL.inv_cdf(1 - goal.alpha) + NORMAL.inv_cdf(goal.power)
    return ceil((needed / _drift(goal, 1, None)) ** 2)


def _best_of_size(goal: LandmarkGoal, n: int, target: Target) -> LandmarkDesign | None:
    """Return the best interim time for n patients: a grid, then golden sections around its best."""
    last = n / goal.accrual_per_month
    room = last - goal.landmark_months
    if room <= 0:
        return None
    times = goal.landmark_months + room * np.linspace(FIRST_SHARE, 1, N_STEPS)

    def value(time: float) -> float:
        return _value(evaluate_landmark(goal, n, time), target)

    values = [value(float(time)) for time in times]
    index = int(np.argmin(values))
    low, high = times[max(index - 1, 0)], times[min(index + 1, N_STEPS - 1)]
    return evaluate_landmark(goal, n, _minimize(value, float(low), float(high)))


def _minimize(value: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function with one minimum between two points is smallest."""
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = value(left), value(right)
    while high - low > TIME_TOLERANCE:
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = value(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = value(right)
    return (low + high) / 2


def evaluate_landmark(goal: LandmarkGoal, n: int, interim_months: float) -> LandmarkDesign:
    """Compute the design of n patients with an interim at a time and the highest bound for it.

    Parameters
    ----------
    goal : LandmarkGoal
        Survival, limits and accrual.
    n : int
        Patients of both stages, enough for the power in one stage.
    interim_months : float
        Calendar time of the interim from the first patient on, after the landmark and not after
        the end of accrual.

    Returns
    -------
    LandmarkDesign
        Bounds, probabilities and expectations.

    References
    ----------
    Case LD, Morgan TM. BMC Med Res Methodol 2003;3:6.
    """
    last = n / goal.accrual_per_month
    if not goal.landmark_months < interim_months <= last + TIME_TOLERANCE:
        raise DesignError(
            f"interim_months is {interim_months:g}, expected after the landmark "
            f"({goal.landmark_months:g}) and until the end of accrual ({last:g})."
        )
    first, final = _drift(goal, n, interim_months), _drift(goal, n, None)
    bound_final = NORMAL.inv_cdf(1 - goal.alpha)
    # The share of the final information that the interim has, under the rate of interest.
    correlation = first / final

    def lacking(share: float) -> float:
        bound = FAR_TAIL * (2 * share - 1)
        return goal.power - _both_above(bound - first, bound_final - final, correlation)

    if lacking(0) >= 0:
        raise DesignError(
            f"{n} patients are too few for power {goal.power:g}, expected {_single_stage_n(goal)} "
            "or more."
        )
    bound = FAR_TAIL * (2 * find_rate(lacking) - 1)
    stop = NORMAL.cdf(bound)
    study = last + goal.landmark_months
    accrual = stop * interim_months + (1 - stop) * last
    return LandmarkDesign(
        n=n,
        n1=min(n, ceil(goal.accrual_per_month * interim_months - TIME_TOLERANCE)),
        interim_months=interim_months,
        bound_interim=bound,
        bound_final=bound_final,
        prob_stop_null=stop,
        prob_stop_interest=NORMAL.cdf(bound - first),
        accrual_months=last,
        study_months=study,
        expected_accrual_months=accrual,
        expected_study_months=stop * interim_months + (1 - stop) * study,
        expected_n=goal.accrual_per_month * accrual,
    )


def _drift(goal: LandmarkGoal, n: int, interim_months: float | None) -> float:
    """Return the mean of the statistic under the survival of interest (None: at the end)."""
    null, interest = -log(goal.survival_null), -log(goal.survival_interest)
    hazard = interest / goal.landmark_months
    variance = exp(interest) - 1
    if interim_months is not None:
        # Patients entered at a constant rate: a share (t - u) / accrual was watched beyond u.
        last = n / goal.accrual_per_month
        since = exp1(hazard * (interim_months - goal.landmark_months))
        variance = last * hazard * exp(hazard * interim_months)
        variance *= float(since - exp1(hazard * interim_months))
    return log(null / interest) * interest * sqrt(n / variance)


def _both_above(first: float, second: float, correlation: float) -> float:
    """Return the probability that two standard normal variates exceed their bounds."""
    low = max(first, -FAR_TAIL)
    if low >= FAR_TAIL:
        return 0.0
    half = (FAR_TAIL - low) / 2
    z = low + half * (NODES + 1)
    rest = sqrt(max(1 - correlation**2, 1e-15))
    density = np.exp(-(z**2) / 2) / sqrt(2 * np.pi)
    return float(half * (WEIGHTS @ (density * ndtr((correlation * z - second) / rest))))
