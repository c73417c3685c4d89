"""Moderated t and F tests: variances of many measurements borrow strength from one another."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import digamma, fdtrc, polygamma, stdtr, stdtrit

from trialwright.core.arrays import BoolArray, FloatArray
from trialwright.core.errors import EstimateError
from trialwright.stats.contrasts import Contrasts, JointTests, describe_contrasts
from trialwright.stats.designs import as_weights
from trialwright.stats.linear import LinearFit

SMALLEST_SHARE = 1e-5  # of the median: smaller variances count as this, lest a log be infinite
MAX_NEWTON = 50
CONVERGED = 1e-10
PROPORTION = 0.01  # of measurements taken to differ, for the log odds
SPREAD_LIMITS = (0.1, 4.0)  # of the standard deviation of true differences, in log2 units
MANY_DF = 1e6  # beyond, the prior is as good as known


@dataclass(frozen=True, slots=True)
class VariancePrior:
    """The distribution that variances are taken to come from: scaled inverse chi-squared."""

    df: float  # infinite when the variances do not differ more than by chance
    variance: float


@dataclass(frozen=True, slots=True)
class ModeratedTests:
    """Contrasts by moderated t, and all of them at once by moderated F.

    Arrays of `contrast` and `log_odds` have shape (n_measurements, n_contrasts). `log_odds` is
    the natural logarithm of the odds that a measurement truly differs, 1% doing so a priori.
    """

    contrast: Contrasts
    log_odds: FloatArray
    joint: JointTests
    prior: VariancePrior
    variance: FloatArray


def estimate_variance_prior(variance: ArrayLike, df: ArrayLike) -> VariancePrior:
    """Estimate the common distribution of residual variances from the moments of their logarithms.

    Parameters
    ----------
    variance, df : array of shape (n_measurements,)
        Residual variances and their degrees of freedom; nan is left out.

    Returns
    -------
    VariancePrior
        Prior degrees of freedom (0 with one variance only) and variance.

    Raises
    ------
    EstimateError
        If no variance is known or all are zero.

    References
    ----------
    Smyth GK. Stat Appl Genet Mol Biol 2004;3:3, section 6.2.
    """
    values = np.asarray(variance, dtype=float)
    freedom = np.asarray(df, dtype=float)
    known = np.isfinite(values) & np.isfinite(freedom) & (freedom > 0)
    values, freedom = values[known], freedom[known]
    if not len(values) or not values.max() > 0:
        raise EstimateError("no measurement has a residual variance. Add samples or patients.")
    if len(values) == 1:
        return VariancePrior(0.0, float(values[0]))
    middle = float(np.median(values)) or 1.0
    values = np.maximum(values, SMALLEST_SHARE * middle)
    centered = np.log(values) - digamma(freedom / 2) + np.log(freedom / 2)
    excess = float(centered.var(ddof=1) - polygamma(1, freedom / 2).mean())
    if excess <= 0:
        return VariancePrior(float("inf"), float(values.mean()))
    prior_df = 2 * invert_trigamma(excess)
    log_variance = centered.mean() + digamma(prior_df / 2) - np.log(prior_df / 2)
    return VariancePrior(prior_df, float(np.exp(log_variance)))


def invert_trigamma(value: float) -> float:
    """Return the number whose trigamma function is `value`, by Newton steps on its reciprocal.

    References
    ----------
    Smyth GK. Stat Appl Genet Mol Biol 2004;3:3, appendix.

    Examples
    --------
    >>> round(invert_trigamma(1.6449340668482264), 9)
    1.0
    """
    guess = 0.5 + 1 / value
    for _ in range(MAX_NEWTON):
        trigamma = float(polygamma(1, guess))
        step = trigamma * (1 - trigamma / value) / float(polygamma(2, guess))
        guess += step
        if abs(step) < CONVERGED * guess:
            break
    return guess


def moderate(fit: LinearFit, weights: ArrayLike, level: float = 0.95) -> ModeratedTests:
    """Test contrasts with residual variances that are drawn towards their common value.

    Parameters
    ----------
    fit : LinearFit
        Models of all measurements, from `linear.fit_linear` or `linear.fit_correlated`.
    weights : array of shape (n_contrasts, p)
        One weight per column of the design.
    level : float
        Two-sided confidence level in (0, 1).

    Returns
    -------
    ModeratedTests
        nan where a model, or a coefficient that a contrast weighs, is not estimated. Covariances
        are exact for each measurement, also with missing values.

    Raises
    ------
    EstimateError
        If weights do not fit the design, or no variance is known.

    References
    ----------
    Smyth GK. Stat Appl Genet Mol Biol 2004;3:3. Ritchie ME, et al. Nucleic Acids Res 2015;43:e47.
    """
    rows = as_weights(weights, fit.coefficients.shape[1])
    prior = estimate_variance_prior(fit.variance, fit.df)
    variance = squeeze_variances(fit, prior)
    total_df = np.minimum(fit.df + prior.df, np.nansum(fit.df))
    unknown = (np.isnan(fit.coefficients) @ (rows != 0).T.astype(float)) > 0
    filled = np.nan_to_num(fit.covariance)
    estimate = np.where(unknown, np.nan, np.nan_to_num(fit.coefficients) @ rows.T)
    crossed = np.einsum("qi,nij,rj->nqr", rows, filled, rows)
    unscaled = np.where(unknown, np.nan, np.sqrt(np.einsum("nqq->nq", crossed)))
    std_error = unscaled * np.sqrt(variance)[:, None]
    contrast = describe_contrasts(estimate, std_error, total_df[:, None], level)
    return ModeratedTests(
        contrast=contrast,
        log_odds=_compute_log_odds(contrast, unscaled, prior),
        joint=_compare_jointly(estimate, crossed, variance, total_df),
        prior=prior,
        variance=variance,
    )


def squeeze_variances(fit: LinearFit, prior: VariancePrior) -> FloatArray:
    """Return residual variances drawn towards the prior's: (n_measurements,)."""
    if np.isinf(prior.df):
        return np.where(np.isnan(fit.variance), np.nan, prior.variance)
    pooled: FloatArray = fit.df * fit.variance + prior.df * prior.variance
    return pooled / (fit.df + prior.df)


def _compare_jointly(
    estimate: FloatArray, crossed: FloatArray, variance: FloatArray, df: FloatArray
) -> JointTests:
    """Test all contrasts at once; one that follows from the others counts no degree of freedom."""
    is_known: BoolArray = np.logical_not(np.isnan(estimate).any(axis=1))
    safe = np.where(is_known[:, None, None], crossed, np.eye(crossed.shape[1]))
    values, vectors = np.linalg.eigh(safe)
    is_kept = values > 1e-10 * values[:, -1:]
    along = np.einsum("nqr,nq->nr", vectors, np.nan_to_num(estimate))
    n_kept = np.where(is_known, is_kept.sum(axis=1), np.nan)
    squares = np.where(is_kept, along**2 / np.where(is_kept, values, 1.0), 0.0).sum(axis=1)
    statistic = np.where(is_known, squares / n_kept / variance, np.nan)
    return JointTests(n_kept, df, statistic, fdtrc(n_kept, df, statistic))


def _compute_log_odds(
    contrast: Contrasts, unscaled: FloatArray, prior: VariancePrior
) -> FloatArray:
    """Return the log odds that each contrast is truly not zero: (n, n_contrasts)."""
    odds = np.full(unscaled.shape, np.nan)
    limits = [limit**2 / prior.variance for limit in SPREAD_LIMITS]
    for place in range(unscaled.shape[1]):
        statistic, df = contrast.statistic[:, place], contrast.df[:, place]
        scale = unscaled[:, place] ** 2
        known = np.isfinite(statistic)
        if not known.any():
            continue
        spread = _estimate_spread(statistic[known], scale[known], df[known], limits)
        ratio = scale / (scale + spread)
        if prior.df > MANY_DF:
            kernel = statistic**2 * (1 - ratio) / 2
        else:
            squares = statistic**2
            kernel = (1 + df) / 2 * np.log((squares + df) / (squares * ratio + df))
        odds[:, place] = np.log(PROPORTION / (1 - PROPORTION)) + np.log(ratio) / 2 + kernel
    return odds


def _estimate_spread(
    statistic: FloatArray, scale: FloatArray, df: FloatArray, limits: list[float]
) -> float:
    """Estimate the variance of true differences, unscaled, from the largest t statistics.

    Smyth 2004, section 6.3: the upper statistics are set against the quantiles that they would
    have if 1% of all measurements differed.
    """
    n = len(statistic)
    n_top = int(np.ceil(PROPORTION / 2 * n))
    share = max(n_top / n, PROPORTION)
    largest = float(df.max())
    tail = stdtr(df, -np.abs(statistic))
    size = np.where(df < largest, -stdtrit(largest, np.maximum(tail, 1e-300)), np.abs(statistic))
    top = np.argsort(-size, kind="stable")[:n_top]
    null = 2 * stdtr(largest, -size[top])
    target = ((np.arange(1, n_top + 1) - 0.5) / n - (1 - share) * null) / share
    is_larger = target > null
    expected = -stdtrit(largest, np.where(is_larger, target, 0.5) / 2)
    spread = np.where(is_larger, scale[top] * ((size[top] / expected) ** 2 - 1), 0.0)
    lowest, highest = limits
    return float(np.clip(spread, lowest, highest).mean())
