"""Contrasts and F tests of mixed models, with Satterthwaite's degrees of freedom."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtrc

from trialwright.core.arrays import FloatArray
from trialwright.stats.contrasts import Contrasts, JointTests, describe_contrasts
from trialwright.stats.designs import as_weights
from trialwright.stats.mixed import RandomInterceptFit

SAME_DF = 1e-8  # relative: then their common value is the denominator's
SMALLEST_DF = 2.0  # a term with no more has no expected square
RANK_TOLERANCE = 1e-10  # of eigenvalues, beside the largest


def estimate_contrasts(
    fit: RandomInterceptFit, weights: ArrayLike, level: float = 0.95
) -> Contrasts:
    """Estimate linear combinations of the coefficients.

    Parameters
    ----------
    fit : RandomInterceptFit
        From `fit_random_intercept`.
    weights : array of shape (n_contrasts, p)
        One weight per column of the design.
    level : float
        Two-sided confidence level in (0, 1).

    Returns
    -------
    Contrasts
        Arrays of shape (n_measurements, n_contrasts); nan where the model, or a coefficient that
        the contrast weighs, is not estimated.

    References
    ----------
    Satterthwaite FE. Biometrics Bull 1946;2:110-114. Kuznetsova A, et al. J Stat Softw
    2017;82(13):1-26.
    """
    rows = as_weights(weights, fit.coefficients.shape[1])
    repeated = np.broadcast_to(rows, (len(fit.theta), *rows.shape))
    estimate = np.where(_weighs_unknown(fit, rows), np.nan, _known(fit.coefficients) @ rows.T)
    variance, df = _satterthwaite(fit, repeated)
    return describe_contrasts(estimate, np.sqrt(variance), df, level)


def _known(part: FloatArray) -> FloatArray:
    return np.nan_to_num(part, nan=0.0)


def _weighs_unknown(fit: RandomInterceptFit, rows: FloatArray) -> NDArray[np.bool_]:
    """Find contrasts with weight on a coefficient that is not estimated: (n, n_contrasts)."""
    unknown: NDArray[np.bool_] = (np.isnan(fit.coefficients) @ (rows != 0).T.astype(float)) > 0
    return unknown


def _satterthwaite(fit: RandomInterceptFit, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return variances and degrees of freedom of contrasts given per measurement: (n, q, p)."""
    variance = np.einsum("nqi,nij,nqj->nq", weights, _known(fit.covariance), weights)
    by_theta = np.einsum("nqi,nij,nqj->nq", weights, _known(fit.covariance_slope), weights)
    by_sigma = 2 * variance / fit.sd_residual[:, None]
    spread = (
        by_theta**2 * fit.parameter_covariance[:, None, 0, 0]
        + 2 * by_theta * by_sigma * fit.parameter_covariance[:, None, 0, 1]
        + by_sigma**2 * fit.parameter_covariance[:, None, 1, 1]
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return variance, 2 * variance**2 / spread


def compare_jointly(fit: RandomInterceptFit, weights: ArrayLike) -> JointTests:
    """Test that several contrasts are all zero, by F.

    Parameters
    ----------
    fit : RandomInterceptFit
        From `fit_random_intercept`.
    weights : array of shape (n_contrasts, p) or (n_measurements, n_contrasts, p)
        Contrasts, the same for all measurements or not; `designs.build_joint_contrasts` makes
        those that compare all levels. A contrast that follows from the others counts no degree
        of freedom.

    Returns
    -------
    JointTests
        One per measurement; nan where a contrast is not estimable.

    References
    ----------
    Kuznetsova A, et al. J Stat Softw 2017;82(13):1-26 (denominator by moments of F).
    """
    rows = np.asarray(weights, dtype=float)
    if rows.ndim < 3:
        rows = np.broadcast_to(
            as_weights(rows, fit.coefficients.shape[1]),
            (len(fit.theta), *as_weights(rows, fit.coefficients.shape[1]).shape),
        )
    unknown = (np.isnan(fit.coefficients)[:, None, :] & (rows != 0)).any(axis=(1, 2))
    is_known = ~np.isnan(fit.theta) & ~unknown
    crossed = np.einsum("nqi,nij,nrj->nqr", rows, _known(fit.covariance), rows)
    values, vectors = np.linalg.eigh(crossed)
    turned = np.swapaxes(vectors, 1, 2) @ rows
    is_kept = values > RANK_TOLERANCE * values[:, -1:]
    n_kept = is_kept.sum(axis=1)
    is_known &= n_kept > 0
    _, nu = _satterthwaite(fit, turned)
    along = np.einsum("nqp,np->nq", turned, _known(fit.coefficients))
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = np.where(is_kept, along**2 / values, 0.0).sum(axis=1)
        statistic = np.where(is_known, squares / n_kept, np.nan)
    denominator = np.where(is_known, _pool_df(nu, is_kept), np.nan)
    numerator = np.where(is_known, n_kept, np.nan)
    return JointTests(numerator, denominator, statistic, fdtrc(numerator, denominator, statistic))


def _pool_df(nu: FloatArray, is_kept: NDArray[np.bool_]) -> FloatArray:
    """Return the denominator whose F has the mean of a sum of squared t: (n, q) to (n,)."""
    q = is_kept.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.where(is_kept, nu / (nu - SMALLEST_DF), 0.0).sum(axis=1)
        pooled = np.where(expected > q, 2 * expected / (expected - q), np.inf)
    pooled = np.where((nu > SMALLEST_DF).all(axis=1, where=is_kept), pooled, SMALLEST_DF)
    low = nu.min(axis=1, where=is_kept, initial=np.inf)
    high = nu.max(axis=1, where=is_kept, initial=0.0)
    return np.where(high - low <= SAME_DF * high, high, pooled)
