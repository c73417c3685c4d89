"""Laws of the models of many measurements: brute force, missing values, order, units."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.stats.designs import (
    build_contrast,
    build_joint_contrasts,
    build_level_design,
    count_levels,
)
from trialwright.stats.linear import fit_correlated, fit_linear
from trialwright.stats.mixed import Estimator, fit_random_intercept
from trialwright.stats.mixed_contrasts import compare_jointly, estimate_contrasts
from trialwright.stats.moderated import estimate_variance_prior, moderate
from trialwright.stats.visit_contrasts import VisitModel, compare_visits
from trialwright.stats.within import fit_within

VISITS = ["C1D1", "C1D15", "C2D1"]
SEEDS = st.integers(0, 2**32 - 1)
GRID = np.concatenate([[0.0], np.geomspace(1e-2, 30, 60)])


def make_trial(seed, n_patients=7, n_proteins=3, missing=0.15):
    rng = np.random.default_rng(seed)
    patients = np.repeat([f"P{i}" for i in range(n_patients)], len(VISITS))
    visits = np.tile(VISITS, n_patients)
    between = rng.uniform(0, 2, (n_proteins, 1)) * rng.normal(size=(n_proteins, n_patients))
    values = np.repeat(between, len(VISITS), axis=1) + rng.normal(size=(n_proteins, len(visits)))
    values[rng.random(values.shape) < missing] = np.nan
    return values + 8, patients, visits, build_level_design(list(visits), VISITS)


def dense_deviance(y, design, patients, theta, is_restricted):
    """Deviance, coefficients and their covariance with the whole matrix written out."""
    same = (patients[:, None] == patients[None, :]).astype(float)
    inverse = np.linalg.inv(np.eye(len(y)) + theta**2 * same)
    information = design.T @ inverse @ design
    coef = np.linalg.solve(information, design.T @ inverse @ y)
    df = len(y) - (design.shape[1] if is_restricted else 0)
    variance = (y - design @ coef) @ inverse @ (y - design @ coef) / df
    deviance = -np.linalg.slogdet(inverse)[1] + df * (1 + np.log(2 * np.pi * variance))
    if is_restricted:
        deviance += np.linalg.slogdet(information)[1]
    return deviance, coef, variance * np.linalg.inv(information)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.sampled_from(Estimator))
def test_no_other_ratio_of_variances_has_a_larger_likelihood(seed, estimator):
    values, patients, _, design = make_trial(seed)
    fit = fit_random_intercept(values, design, patients, estimator)
    is_restricted = estimator is Estimator.REML
    for row, y in enumerate(values):
        here = ~np.isnan(y)
        if np.isnan(fit.theta[row]):
            continue
        data = y[here], design[here], patients[here]
        deviance, coef, covariance = dense_deviance(*data, fit.theta[row], is_restricted)
        assert fit.deviance[row] == pytest.approx(deviance, abs=1e-8)
        np.testing.assert_allclose(fit.coefficients[row], coef, atol=1e-8)
        np.testing.assert_allclose(fit.covariance[row], covariance, atol=1e-8)
        others = [dense_deviance(*data, theta, is_restricted)[0] for theta in GRID]
        assert deviance <= min(others) + 1e-8


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_each_protein_is_fitted_as_if_it_were_alone(seed):
    values, patients, _, design = make_trial(seed)
    together = fit_random_intercept(values, design, patients)
    weights = build_contrast(VISITS, "C2D1", "C1D1")
    contrasts = estimate_contrasts(together, weights)
    for row, y in enumerate(values):
        here = ~np.isnan(y)
        if np.isnan(together.theta[row]):
            continue
        alone = fit_random_intercept(y[here], design[here], patients[here])
        single = estimate_contrasts(alone, weights)
        for name in ("estimate", "std_error", "df", "p_value"):
            assert getattr(contrasts, name)[row, 0] == pytest.approx(
                getattr(single, name)[0, 0], rel=1e-6
            )


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.sampled_from(VisitModel))
def test_the_order_of_samples_does_not_matter(seed, model):
    values, patients, visits, _ = make_trial(seed, n_proteins=4, missing=0.1)
    order = np.random.default_rng(seed).permutation(len(visits))
    pairs = [("C2D1", "C1D1"), ("C1D15", "C1D1")]
    first = compare_visits(values, list(patients), list(visits), pairs, model)
    second = compare_visits(
        values[:, order], list(patients[order]), list(visits[order]), pairs, model
    )
    for one, other in zip(first, second, strict=True):
        np.testing.assert_allclose(one.contrast.estimate, other.contrast.estimate, atol=1e-8)
        np.testing.assert_allclose(one.contrast.p_value, other.contrast.p_value, atol=1e-6)
        assert one.n_pairs.tolist() == other.n_pairs.tolist()


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.floats(-50, 50), st.floats(0.1, 20))
def test_a_shift_and_a_unit_change_no_p_value(seed, shift, unit):
    values, patients, visits, _ = make_trial(seed)
    arguments = list(patients), list(visits), [("C2D1", "C1D1")]
    [one] = compare_visits(values, *arguments)
    [other] = compare_visits(values * unit + shift, *arguments)
    np.testing.assert_allclose(one.contrast.p_value, other.contrast.p_value, atol=1e-6)
    np.testing.assert_allclose(one.contrast.estimate * unit, other.contrast.estimate, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_in_complete_balanced_data_the_mixed_model_is_the_analysis_of_variance(seed):
    """Where patients differ: contrasts within patients have (v - 1)(p - 1) degrees of freedom."""
    values, patients, _, design = make_trial(seed, missing=0.0)
    fit = fit_random_intercept(values, design, patients)
    inner = ~fit.is_singular
    contrast = estimate_contrasts(fit, build_contrast(VISITS, "C2D1", "C1D1"))
    n_patients = len(set(patients))
    np.testing.assert_allclose(
        contrast.df[inner, 0], (len(VISITS) - 1) * (n_patients - 1), rtol=1e-6
    )
    weights = build_joint_contrasts(count_levels(values, design))
    joint = compare_jointly(fit, weights)
    blocks = build_level_design(list(patients), sorted(set(patients)))[:, 1:]
    fixed = fit_linear(values, np.hstack([design, blocks]))
    np.testing.assert_allclose(fit.sd_residual[inner] ** 2, fixed.variance[inner], rtol=1e-6)
    assert (joint.df_numerator[inner] == len(VISITS) - 1).all()


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_without_correlation_the_correlated_fit_is_least_squares(seed):
    values, patients, _, design = make_trial(seed)
    plain, correlated = fit_linear(values, design), fit_correlated(values, design, patients, 0.0)
    np.testing.assert_allclose(plain.coefficients, correlated.coefficients, atol=1e-9)
    np.testing.assert_allclose(plain.variance, correlated.variance, rtol=1e-9)
    for row, y in enumerate(values):
        here = ~np.isnan(y)
        coef, *_ = np.linalg.lstsq(design[here], y[here], rcond=None)
        np.testing.assert_allclose(plain.coefficients[row], coef, atol=1e-9)


@settings(max_examples=30, deadline=None)
@given(SEEDS, st.floats(2.0, 30.0))
def test_the_prior_of_variances_is_found_again(seed, prior_df):
    rng = np.random.default_rng(seed)
    true = 0.3 * prior_df / rng.chisquare(prior_df, 20_000)
    found = estimate_variance_prior(true * rng.chisquare(10, 20_000) / 10, np.full(20_000, 10.0))
    assert found.variance == pytest.approx(0.3, rel=0.1)
    assert found.df == pytest.approx(prior_df, rel=0.35)


@settings(max_examples=20, deadline=None)
@given(SEEDS)
def test_moderated_variances_lie_between_their_own_and_the_common_one(seed):
    values, _, _, design = make_trial(seed, n_proteins=12)
    fit = fit_linear(values, design)
    found = moderate(fit, [build_contrast(VISITS, "C2D1", "C1D1")])
    low = np.minimum(fit.variance, found.prior.variance)
    high = np.maximum(fit.variance, found.prior.variance)
    assert ((found.variance >= low - 1e-12) & (found.variance <= high + 1e-12)).all()


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_a_level_for_each_patient_is_the_same_as_a_column_for_each(seed):
    values, patients, _, design = make_trial(seed, n_proteins=5)
    blocks = build_level_design(list(patients), sorted(set(patients)))
    columns = fit_linear(values, np.hstack([design[:, 1:], blocks]))
    within = fit_within(values, design[:, 1:], list(patients))
    known = ~np.isnan(within.variance)
    assert (known == ~np.isnan(columns.variance)).all()
    np.testing.assert_allclose(
        within.coefficients[known], columns.coefficients[known, :2], atol=1e-9
    )
    np.testing.assert_allclose(
        within.covariance[known], columns.covariance[known, :2, :2], atol=1e-9
    )
    np.testing.assert_allclose(within.variance[known], columns.variance[known], rtol=1e-8)
    assert within.df[known].tolist() == columns.df[known].tolist()
