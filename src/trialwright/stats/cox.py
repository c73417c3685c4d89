"""Hazard ratios by Cox's proportional hazards model."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from trialwright.core.arrays import FloatArray
from trialwright.core.errors import EstimateError
from trialwright.stats.confidence import normal_quantile
from trialwright.stats.cox_likelihood import (
    CoxTies,
    PartialLikelihood,
    Slope,
    build_likelihood,
    evaluate_likelihood,
    maximize,
    newton_step,
)

__all__ = ["CoxModel", "CoxTies", "HazardRatio", "code_groups", "estimate_cox"]

EVENTS_AT_ONCE = 256  # rows of the table of pairs that stays in memory
LONG_STEP = 1e-6  # in standard deviations of a covariate, after the last step
LEAST_INFORMATION = 1e-10  # per event


@dataclass(frozen=True, slots=True)
class HazardRatio:
    """One covariate: its coefficient (log hazard ratio) and the ratio with limits."""

    name: str
    coef: float
    std_error: float
    z: float
    p_value: float
    hazard_ratio: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, eq=False)
class CoxModel:
    """A fitted proportional hazards model.

    Attributes
    ----------
    terms : tuple of HazardRatio
        One for each covariate, in the given order.
    covariance : ndarray of shape (n_covariates, n_covariates)
        Inverse of the information at the estimates.
    n_subjects, n_event : int
        Subjects and events.
    log_likelihood_null, log_likelihood : float
        At coefficients of 0, and at the estimates.
    likelihood_ratio, wald, score : float
        Chi-square statistics that all coefficients are 0, with one degree of freedom for each.
    concordance : float
        Proportion of comparable pairs in which the higher risk has the earlier event; ties of
        risk count one half.
    ties, level : CoxTies, float
        Settings.
    """

    terms: tuple[HazardRatio, ...]
    covariance: FloatArray
    n_subjects: int
    n_event: int
    log_likelihood_null: float
    log_likelihood: float
    likelihood_ratio: float
    wald: float
    score: float
    concordance: float
    ties: CoxTies
    level: float

    @property
    def p_value(self) -> float:
        """P value of the likelihood ratio test of all covariates together."""
        return float(chdtrc(len(self.terms), self.likelihood_ratio))


def code_groups(
    group: ArrayLike, name: str, reference: str | None = None
) -> tuple[FloatArray, tuple[str, ...]]:
    """Code groups as columns of 0 and 1, one for each level but the reference.

    Parameters
    ----------
    group : array-like of shape (n_subjects,)
        Group of each subject, read as text.
    name : str
        What the columns' names begin with.
    reference : str, optional
        The level compared with; the first in sort order when omitted.

    Returns
    -------
    tuple
        Columns of shape (n_subjects, n_levels - 1) in sort order of the levels, and their names.

    Examples
    --------
    >>> code_groups(["M", "LA", "M"], "stage")[1]
    ('stageM',)
    """
    labels = np.asarray(group).astype(np.str_)
    levels = np.unique(labels).tolist()
    base = levels[0] if reference is None else reference
    if base not in levels:
        raise EstimateError(f"Reference {base} is no level of {name}, expected one of {levels}.")
    others = [level for level in levels if level != base]
    columns = np.array([labels == level for level in others], dtype=np.float64).T
    return columns.reshape(labels.size, len(others)), tuple(name + level for level in others)


def estimate_cox(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    ties: CoxTies = CoxTies.EFRON,
    level: float = 0.95,
) -> CoxModel:
    """Estimate hazard ratios by maximum partial likelihood.

    Parameters
    ----------
    time : array-like of shape (n_subjects,)
        Time to the event or to censoring, 0 or more.
    event : array-like of shape (n_subjects,)
        True or 1 where the event happened, False or 0 where the time is censored.
    covariates : array-like of shape (n_subjects, n_covariates)
        Numbers without missing values; groups are coded by `code_groups`.
    names : sequence of str, optional
        One name for each covariate; x1, x2, ... when omitted.
    ties : CoxTies
        How events at one time share its risk set.
    level : float
        Two-sided confidence level in (0, 1).

    Returns
    -------
    CoxModel
        With Wald limits of the hazard ratios.

    Raises
    ------
    EstimateError
        If data are unusable, there is no event, or a covariate separates those with an event from
        those without: its hazard ratio is then infinite, and `estimate_cox_firth` has an answer.

    References
    ----------
    Cox DR. J R Stat Soc B 1972;34:187-220. Efron B. J Am Stat Assoc 1977;72:557-565.
    Harrell FE, et al. JAMA 1982;247:2543-2546 (concordance).
    """
    z = normal_quantile(level)
    data = build_likelihood(time, event, covariates, names, ties)
    evaluate = partial(evaluate_likelihood, data)
    start = np.zeros(len(data.names))
    coef, at_maximum = maximize(evaluate, start, start == 0)
    null = evaluate(start)
    _refuse_infinite(data, null, at_maximum)
    return CoxModel(
        terms=describe_terms(data, coef, at_maximum.information, z),
        covariance=np.linalg.inv(at_maximum.information) / np.outer(data.scales, data.scales),
        n_subjects=len(data.index),
        n_event=data.n_event,
        log_likelihood_null=null.value,
        log_likelihood=at_maximum.value,
        likelihood_ratio=2 * (at_maximum.value - null.value),
        wald=float(coef @ at_maximum.information @ coef),
        score=float(null.score @ np.linalg.solve(null.information, null.score)),
        concordance=_measure_concordance(data, (data.covariates * coef).sum(axis=1)),
        ties=ties,
        level=level,
    )


def _refuse_infinite(data: PartialLikelihood, null: Slope, at_maximum: Slope) -> None:
    """Raise for coefficients that run to infinity: their last step is as long as any."""
    steps = np.abs(newton_step(at_maximum, np.ones(len(data.names), dtype=np.bool_)))
    # Covariates are standardized, so that an event adds information of order 1: what is left of
    # none is rounding, which must not be measured against itself.
    smallest = LEAST_INFORMATION * data.n_event
    if np.linalg.matrix_rank(null.information, tol=smallest, hermitian=True) < len(data.names):
        raise EstimateError(
            f"Covariates {', '.join(data.names)} do not differ among subjects at risk when events "
            "happen, expected some difference. Leave one out."
        )
    if steps.max() > LONG_STEP:
        raise EstimateError(
            f"The hazard ratio of {data.names[int(steps.argmax())]} is infinite or 0: it separates "
            f"the {data.n_event} events from the rest. Use estimate_cox_firth, or report counts."
        )


def describe_terms(
    data: PartialLikelihood, coef: FloatArray, information: FloatArray, z: float
) -> tuple[HazardRatio, ...]:
    """Bring standardized coefficients back to the covariates' units, with Wald limits."""
    errors = np.sqrt(np.diag(np.linalg.inv(information))) / data.scales
    terms = []
    for name, value, error in zip(data.names, coef / data.scales, errors, strict=True):
        statistic = float(value / error)
        with np.errstate(over="ignore"):
            ratio, lower, upper = np.exp([value, value - z * error, value + z * error]).tolist()
        p_value = float(chdtrc(1, statistic**2))
        terms.append(
            HazardRatio(name, float(value), float(error), statistic, p_value, ratio, lower, upper)
        )
    return tuple(terms)


def _measure_concordance(data: PartialLikelihood, risk: FloatArray) -> float:
    """Compare the risk of each event with that of all who are known to have had it later."""
    concordant = tied = comparable = 0
    events = np.flatnonzero(data.is_event)
    for start in range(0, events.size, EVENTS_AT_ONCE):
        some = events[start : start + EVENTS_AT_ONCE, np.newaxis]
        later = data.index > data.index[some]
        # Who is censored at the time of an event is known to have had it later.
        later |= (data.index == data.index[some]) & ~data.is_event
        concordant += int(np.count_nonzero(later & (risk < risk[some])))
        tied += int(np.count_nonzero(later & (risk == risk[some])))
        comparable += int(np.count_nonzero(later))
    return (concordant + tied / 2) / comparable if comparable else 0.5
