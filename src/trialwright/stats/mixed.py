"""Mixed models with a random intercept: many measurements of the same samples at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import ArrayLike

from trialwright.core.arrays import BoolArray, FloatArray, IntArray
from trialwright.core.errors import EstimateError
from trialwright.stats.anova import check_samples, code_levels
from trialwright.stats.contrasts import as_matrix
from trialwright.stats.designs import check_design
from trialwright.stats.mixed_likelihood import (
    Profile,
    evaluate_profile,
    find_correlation,
    take_measurements,
)
from trialwright.stats.mixed_sums import GroupSums, sum_groups

MIN_GROUPS = 2
FIXED_GROUPS = 1e12  # a ratio of variances at which patients are as good as fixed
SMALLEST_WITHIN = 1e-10  # of all squares: less within patients is rounding


class Estimator(Enum):
    """Which likelihood is maximized."""

    REML = "REML"  # restricted: variances without bias from the coefficients
    ML = "ML"  # full; variances are too small in small samples


@dataclass(frozen=True, slots=True)
class RandomInterceptFit:
    """Random-intercept models, one per measurement; nan where none can be fitted.

    Attributes
    ----------
    coefficients : array of shape (n, p)
        nan for a column without samples.
    covariance, covariance_slope : array of shape (n, p, p)
        Of the coefficients, and its derivative by theta.
    parameter_covariance : array of shape (n, 2, 2)
        Of (theta, sigma), from the curvature of the deviance; theta counts as known where the
        estimate is 0.
    theta, sd_group, sd_residual : array of shape (n,)
        Standard deviation between groups over that within; the two themselves.
    deviance : array of shape (n,)
        -2 log likelihood, restricted for REML.
    is_singular : array of shape (n,)
        Whether no variance between groups was found.
    n_samples : array of shape (n,)
        Values that the model stands on.
    """

    estimator: Estimator
    coefficients: FloatArray
    covariance: FloatArray
    covariance_slope: FloatArray
    parameter_covariance: FloatArray
    theta: FloatArray
    sd_group: FloatArray
    sd_residual: FloatArray
    deviance: FloatArray
    is_singular: BoolArray
    n_samples: IntArray


def fit_random_intercept(
    values: ArrayLike,
    design: ArrayLike,
    groups: Sequence[str],
    estimator: Estimator = Estimator.REML,
) -> RandomInterceptFit:
    """Fit y = X b + u(group) + e to each measurement.

    Parameters
    ----------
    values : array of shape (n_measurements, n_samples)
        nan is missing; each measurement keeps the samples that it has.
    design : array of shape (n_samples, p)
        X, without missing values and of full rank.
    groups : sequence of str
        Group (patient) of each sample.
    estimator : Estimator
        REML, or ML for what earlier software printed.

    Returns
    -------
    RandomInterceptFit
        One model per measurement. nan where a measurement has fewer than two groups, no group
        with two samples, or no spread (at all, or within groups).

    Raises
    ------
    EstimateError
        If there is only one group, or shapes do not fit.

    References
    ----------
    Laird NM, Ware JH. Biometrics 1982;38:963-974. Bates D, et al. J Stat Softw 2015;67(1):1-48.

    Examples
    --------
    >>> fit = fit_random_intercept(
    ...     [[1.0, 2.0, 2.0, 3.5, 4.0, 5.0]], [[1, 0], [1, 1]] * 3, ["a", "a", "b", "b", "c", "c"]
    ... )
    >>> fit.coefficients.round(3).tolist(), round(fit.sd_group.item(), 3)
    ([[2.333, 1.167]], 1.5)
    """
    matrix = as_matrix(values)
    check_samples(matrix, groups)
    columns = check_design(design, matrix.shape[1])
    names, codes = code_levels(groups)
    if len(names) < MIN_GROUPS:
        raise EstimateError(
            f"all samples are of one patient ({', '.join(names)}), expected two or more: a random "
            "intercept needs patients to differ. Add patients."
        )
    sums = _require_spread_within(sum_groups(matrix, columns, codes))
    usable = take_measurements(sums, sums.is_usable)
    df = usable.n_samples.astype(float)
    is_restricted = estimator is Estimator.REML
    if is_restricted:
        df = df - (~usable.is_absent).sum(axis=1)
    rho = find_correlation(usable, df, is_restricted)
    ratio = rho / (1 - rho)
    profile = evaluate_profile(usable, ratio, is_restricted)
    return _spread(sums, _describe(usable, profile, ratio, df, estimator))


def _require_spread_within(sums: GroupSums) -> GroupSums:
    """Rule out measurements whose patients all change alike: no error is left to compare with."""
    usable = take_measurements(sums, sums.is_usable)
    nearly_fixed = np.full(len(usable.total), FIXED_GROUPS)
    within = evaluate_profile(usable, nearly_fixed, is_restricted=False).rest[:, 0]
    is_usable = sums.is_usable.copy()
    is_usable[is_usable] = within > SMALLEST_WITHIN * usable.total
    return replace(sums, is_usable=is_usable)


def _describe(
    sums: GroupSums, profile: Profile, ratio: FloatArray, df: FloatArray, estimator: Estimator
) -> RandomInterceptFit:
    """Turn the maximum of the likelihood into estimates, covariances and curvature."""
    variance = profile.rest[:, 0] / df
    sigma, theta = np.sqrt(variance), np.sqrt(ratio)
    deviance = profile.deviance(df)[:, 0] + df * (1 + np.log(2 * np.pi / df))
    absent = sums.is_absent
    known = ~(absent[:, :, None] | absent[:, None, :])
    scale = variance[:, None, None]
    slope = 2 * theta[:, None, None] * scale * profile.inverse_slope
    return RandomInterceptFit(
        estimator=estimator,
        coefficients=np.where(absent, np.nan, sums.start + profile.shift),
        covariance=np.where(known, scale * profile.inverse, np.nan),
        covariance_slope=np.where(known, slope, np.nan),
        parameter_covariance=_invert_curvature(profile, ratio, sigma, df),
        theta=theta,
        sd_group=theta * sigma,
        sd_residual=sigma,
        deviance=deviance,
        is_singular=ratio == 0,
        n_samples=sums.n_samples.astype(np.int64),
    )


def _invert_curvature(
    profile: Profile, ratio: FloatArray, sigma: FloatArray, df: FloatArray
) -> FloatArray:
    """Return the covariance of (theta, sigma): twice the inverse Hessian of the deviance."""
    theta = np.sqrt(ratio)
    _, rest_first, rest_second = profile.rest.T
    _, det_first, det_second = profile.log_det.T
    first = det_first + rest_first / sigma**2
    second = det_second + rest_second / sigma**2
    by_theta = 2 * first + 4 * ratio * second
    by_both = -4 * theta * rest_first / sigma**3
    by_sigma = 4 * df / sigma**2
    determinant = by_theta * by_sigma - by_both**2
    is_inner = (ratio > 0) & (by_theta > 0) & (determinant > 0)
    divisor = np.where(is_inner, determinant, 1.0)
    covariance = np.zeros((len(ratio), 2, 2))
    covariance[:, 0, 0] = np.where(is_inner, 2 * by_sigma / divisor, 0.0)
    covariance[:, 1, 1] = np.where(is_inner, 2 * by_theta / divisor, 2 / by_sigma)
    covariance[:, 0, 1] = covariance[:, 1, 0] = np.where(is_inner, -2 * by_both / divisor, 0.0)
    return covariance


def _spread(sums: GroupSums, fit: RandomInterceptFit) -> RandomInterceptFit:
    """Put fitted models back among the measurements that have none."""
    rows, n = sums.is_usable, len(sums.is_usable)

    def spread(part: FloatArray) -> FloatArray:
        whole = np.full((n, *part.shape[1:]), np.nan)
        whole[rows] = part
        return whole

    is_singular = np.zeros(n, dtype=bool)
    is_singular[rows] = fit.is_singular
    return RandomInterceptFit(
        fit.estimator,
        spread(fit.coefficients),
        spread(fit.covariance),
        spread(fit.covariance_slope),
        spread(fit.parameter_covariance),
        spread(fit.theta),
        spread(fit.sd_group),
        spread(fit.sd_residual),
        spread(fit.deviance),
        is_singular,
        sums.n_samples.astype(np.int64),
    )
