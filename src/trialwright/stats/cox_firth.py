"""Hazard ratios from few events: Firth's penalized partial likelihood."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from trialwright.core.arrays import FloatArray
from trialwright.stats.confidence import normal_quantile
from trialwright.stats.cox_likelihood import (
    CoxTies,
    PartialLikelihood,
    Slope,
    build_likelihood,
    evaluate_with_third,
    maximize,
)

LIMIT_TOLERANCE = 1e-9  # of a profile limit, in standard deviations of the covariate


@dataclass(frozen=True, slots=True)
class PenalizedRatio:
    """One covariate: penalized coefficient, hazard ratio with profile limits, and its test.

    `chi_square` is twice the loss of penalized log-likelihood when the coefficient is 0.
    """

    name: str
    coef: float
    std_error: float
    chi_square: float
    p_value: float
    hazard_ratio: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class FirthModel:
    """A proportional hazards model fitted by penalized likelihood.

    Attributes
    ----------
    terms : tuple of PenalizedRatio
        One for each covariate, in the given order.
    n_subjects, n_event : int
        Subjects and events.
    log_likelihood_null, log_likelihood : float
        Penalized, at coefficients of 0 and at the estimates.
    likelihood_ratio, p_value : float
        Penalized likelihood ratio test of all covariates together.
    ties, level : CoxTies, float
        Settings.
    """

    terms: tuple[PenalizedRatio, ...]
    n_subjects: int
    n_event: int
    log_likelihood_null: float
    log_likelihood: float
    likelihood_ratio: float
    p_value: float
    ties: CoxTies
    level: float


def estimate_cox_firth(
    time: ArrayLike,
    event: ArrayLike,
    covariates: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    ties: CoxTies = CoxTies.EFRON,
    level: float = 0.95,
) -> FirthModel:
    """Estimate hazard ratios that stay finite however few events there are.

    The partial likelihood is multiplied by the root of the determinant of its information
    (Jeffreys' prior), which takes away the first-order bias. Limits are where the profile of the
    penalized likelihood falls by half the chi-square quantile.

    Parameters
    ----------
    time, event, covariates, names, ties, level
        As in `estimate_cox`.

    Returns
    -------
    FirthModel
        With profile limits of the hazard ratios; a limit that is not reached is 0 or infinite.

    Raises
    ------
    EstimateError
        If data are unusable or there is no event.

    References
    ----------
    Firth D. Biometrika 1993;80:27-38. Heinze G, Schemper M. Biometrics 2001;57:114-119.
    """
    z = normal_quantile(level)
    data = build_likelihood(time, event, covariates, names, ties)
    evaluate = partial(_evaluate_penalized, data)
    start = np.zeros(len(data.names))
    free = np.ones(start.size, dtype=np.bool_)
    coef, at_maximum = maximize(evaluate, start, free)
    null = evaluate(start)
    errors = np.sqrt(np.diag(np.linalg.inv(at_maximum.information)))
    fit = _Fit(evaluate, coef, at_maximum.value, errors)
    likelihood_ratio = 2 * (at_maximum.value - null.value)
    return FirthModel(
        terms=tuple(_describe(fit, data, i, z**2) for i in range(start.size)),
        n_subjects=len(data.index),
        n_event=data.n_event,
        log_likelihood_null=null.value,
        log_likelihood=at_maximum.value,
        likelihood_ratio=likelihood_ratio,
        p_value=float(chdtrc(start.size, max(likelihood_ratio, 0.0))),
        ties=ties,
        level=level,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    evaluate: Callable[[FloatArray], Slope]
    coef: FloatArray
    value: float
    errors: FloatArray

    def loss(self, which: int, at: float) -> float:
        """Twice the loss of penalized log-likelihood when one coefficient is held."""
        start = self.coef.copy()
        start[which] = at
        free = np.arange(start.size) != which
        return 2 * (self.value - maximize(self.evaluate, start, free)[1].value)


def _evaluate_penalized(data: PartialLikelihood, coef: FloatArray) -> Slope:
    slope, third = evaluate_with_third(data, coef)
    sign, log_determinant = np.linalg.slogdet(slope.information)
    if not sign > 0:  # so far out that no information is left
        return Slope(-np.inf, slope.score, slope.information)
    penalty = np.tensordot(np.linalg.inv(slope.information), third, axes=2)
    return Slope(
        value=slope.value + float(log_determinant) / 2,
        score=slope.score + penalty / 2,
        information=slope.information,
    )


def _describe(fit: _Fit, data: PartialLikelihood, which: int, quantile: float) -> PenalizedRatio:
    scale = float(data.scales[which])
    chi_square = max(fit.loss(which, 0.0), 0.0)
    lower, upper = (_find_limit(fit, which, quantile, sign) / scale for sign in (-1, 1))
    coef = float(fit.coef[which]) / scale
    with np.errstate(over="ignore"):
        ratios = np.exp([coef, lower, upper]).tolist()
    return PenalizedRatio(
        data.names[which],
        coef,
        float(fit.errors[which]) / scale,
        chi_square,
        float(chdtrc(1, chi_square)),
        *ratios,
    )


def _find_limit(fit: _Fit, which: int, quantile: float, sign: int) -> float:
    """Find where the loss equals a quantile: walk out by standard errors, then bisect."""
    center, error = float(fit.coef[which]), float(fit.errors[which])
    near, far = 0.0, 2 * error
    while fit.loss(which, center + sign * far) < quantile:
        near, far = far, 2 * far
        if far > 1e3 * error:
            return sign * np.inf
    while far - near > LIMIT_TOLERANCE:
        middle = (near + far) / 2
        if fit.loss(which, center + sign * middle) < quantile:
            near = middle
        else:
            far = middle
    return center + sign * (near + far) / 2
