"""Random-intercept models of lmerTest 3.1 and OlinkAnalyze 3.8.2 (ML) under R 4.2.

The REML files come from an optimizer with tight tolerance: estimates to 1e-6, P to 1e-5. The
files of OlinkAnalyze come from lmer's default optimizer, whose F is off by up to 2e-5 where it
stopped early; its P values are compared to 1e-5 absolutely.
"""

import re

import numpy as np
import polars as pl
import pytest
from plasma_cases import assert_near, find_files, load_panel, read_numbers
from scipy.optimize import brentq
from test_plasma_tests_olinkanalyze import assert_pairs_agree

from trialwright.stats.anova import adjust_tukey
from trialwright.stats.designs import (
    build_contrast,
    build_joint_contrasts,
    build_level_design,
    count_levels,
)
from trialwright.stats.mixed import Estimator, fit_random_intercept
from trialwright.stats.mixed_contrasts import compare_jointly, estimate_contrasts
from trialwright.stats.multiplicity import adjust_p_values

P_TOLERANCE = 1e-5
R_OPTIMIZER = 1e-4
R_QUANTILE = 1e-5  # of the studentized range, which R finds by a secant with tolerance
REFERENCE = "C1D1"


def in_order_of_time(visit):
    """A lead-in day is written with a minus; cycles and days count up; others by their numbers."""
    found = re.fullmatch(r"(?:C(\d+))?D(-?\d+)", visit)
    if found:
        return int(found[1] or 0), int(found[2]), ""
    return 0, int("".join(re.findall(r"\d", visit)) or 0), visit


def visits_from(panel, first=None):
    visits = sorted(set(panel.visits), key=in_order_of_time)
    return visits if first is None else [first, *(v for v in visits if v != first)]


def fit(panel, order, estimator=Estimator.REML):
    design = build_level_design(list(panel.visits), order)
    return fit_random_intercept(panel.values, design, panel.subjects, estimator)


def names_of(contrast):
    return tuple(name.strip("() ") for name in contrast.split(" - "))


@pytest.mark.parametrize(("prefix", "path"), find_files("lmerREML_varcomp.csv"))
def test_variances_and_restricted_likelihoods_agree(prefix, path):
    panel, expected = load_panel(prefix), read_numbers(path)
    found, rows = fit(panel, visits_from(panel)), panel.rows_of(expected)
    assert_near(found.sd_group[rows], expected["sd_subject"])
    assert_near(found.sd_residual[rows], expected["sd_resid"])
    assert_near(found.theta[rows], expected["theta"])
    assert_near(found.deviance[rows], expected["REMLcrit"])
    assert found.is_singular[rows].tolist() == expected["singular"].to_list()


@pytest.mark.parametrize(("prefix", "path"), find_files("lmerREML_fixef.csv"))
def test_coefficients_agree(prefix, path):
    panel, expected = load_panel(prefix), read_numbers(path)
    order = visits_from(panel, REFERENCE)
    found = fit(panel, order)
    for term in expected["term"].unique():
        lines = expected.filter(pl.col("term") == term)
        visit = term.removeprefix("Timepoint")
        weights = (
            np.eye(len(order))[0]
            if term == "(Intercept)"
            else build_contrast(order, visit, REFERENCE)
        )
        ours, rows = estimate_contrasts(found, weights), panel.rows_of(lines)
        assert_near(ours.estimate[rows, 0], lines["estimate"])
        assert_near(ours.std_error[rows, 0], lines["se"])
        assert_near(ours.df[rows, 0], lines["df"])
        assert_near(ours.statistic[rows, 0], lines["t"])
        assert_near(ours.p_value[rows, 0], lines["p"], P_TOLERANCE)


@pytest.mark.parametrize(("prefix", "path"), find_files("lmerREML_vs_*_BHpercontrast.csv"))
def test_contrasts_against_the_reference_visit_agree(prefix, path):
    panel, expected = load_panel(prefix), read_numbers(path)
    order = visits_from(panel)
    found = fit(panel, order)
    for contrast in expected["contrast"].unique():
        lines = expected.filter(pl.col("contrast") == contrast)
        ours = estimate_contrasts(found, build_contrast(order, *names_of(contrast)))
        rows = panel.rows_of(lines)
        assert_near(ours.estimate[rows, 0], lines["estimate"])
        assert_near(ours.std_error[rows, 0], lines["SE"])
        assert_near(ours.df[rows, 0], lines["df"])
        assert_near(ours.lower[rows, 0], lines["lower.CL"], 2e-6)  # 1e-7 beside a limit near 0
        assert_near(ours.upper[rows, 0], lines["upper.CL"], 2e-6)
        assert_near(ours.p_value[rows, 0], lines["p.value"], P_TOLERANCE)
        assert_near(adjust_p_values(ours.p_value[rows, 0]), lines["BH"], P_TOLERANCE)


@pytest.mark.parametrize(("prefix", "path"), find_files("lmerREML_type3.csv"))
def test_joint_tests_agree(prefix, path):
    panel, expected = load_panel(prefix), read_numbers(path)
    order = visits_from(panel, REFERENCE)
    design = build_level_design(list(panel.visits), order)
    weights = build_joint_contrasts(count_levels(panel.values, design))
    found, rows = compare_jointly(fit(panel, order), weights), panel.rows_of(expected)
    assert_near(found.df_numerator[rows], expected["NumDF"])
    assert_near(found.df_denominator[rows], expected["DenDF"])
    assert_near(found.statistic[rows], expected["F"])
    assert_near(found.p_value[rows], expected["p"], P_TOLERANCE)
    assert_near(adjust_p_values(found.p_value[rows]), expected["BH"], P_TOLERANCE)


@pytest.mark.parametrize(("prefix", "path"), find_files("lmer_type3_ML_satterthwaite.csv"))
def test_joint_tests_by_full_likelihood_agree(prefix, path):
    panel, expected = load_panel(prefix), read_numbers(path)
    order = visits_from(panel)
    design = build_level_design(list(panel.visits), order)
    model = fit(panel, order, Estimator.ML)
    found = compare_jointly(model, build_joint_contrasts(count_levels(panel.values, design)))
    rows = panel.rows_of(expected)
    mean_square = found.statistic * model.sd_residual**2
    assert_near(mean_square[rows], expected["meansq"], R_OPTIMIZER)
    assert_near((mean_square * found.df_numerator)[rows], expected["sumsq"], R_OPTIMIZER)
    assert_near(found.df_denominator[rows], expected["DenDF"], R_OPTIMIZER)
    assert_near(found.statistic[rows], expected["statistic"], R_OPTIMIZER)
    assert_near(found.p_value[rows], expected["p.value"], P_TOLERANCE, P_TOLERANCE)
    assert_near(
        adjust_p_values(found.p_value[rows]), expected["Adjusted_pval"], P_TOLERANCE, P_TOLERANCE
    )


@pytest.mark.parametrize(("prefix", "path"), find_files("lmer_posthoc_tukey.csv"))
def test_tukey_comparisons_by_full_likelihood_agree(prefix, path):
    panel, expected = load_panel(prefix), read_numbers(path)
    order = visits_from(panel)
    pairs = [(a, b) for i, a in enumerate(order) for b in order[i + 1 :]]
    weights = np.array([build_contrast(order, a, b) for a, b in pairs])
    contrast = estimate_contrasts(fit(panel, order, Estimator.ML), weights)
    found = adjust_tukey(contrast, float(len(order)))
    assert_pairs_agree(panel, expected, pairs, found, R_QUANTILE)


def profile_by_hand(values, design, people, theta):
    """Deviance by full likelihood and F of the visits at one theta, with whole matrices."""
    same = np.equal.outer(people, people)
    inverse = np.linalg.inv(np.eye(len(values)) + theta**2 * same)
    information = design.T @ inverse @ design
    beta = np.linalg.solve(information, design.T @ inverse @ values)
    rest = values - design @ beta
    variance = float(rest @ inverse @ rest) / len(values)
    deviance = len(values) * np.log(variance) - np.linalg.slogdet(inverse)[1]
    q = design.shape[1] - 1
    joint = np.linalg.inv(np.linalg.inv(information)[1:, 1:]) @ beta[1:]
    return deviance, float(beta[1:] @ joint) / (variance * q)


@pytest.mark.parametrize(("prefix", "path"), find_files("lmer_type3_ML_satterthwaite.csv"))
def test_an_f_that_is_not_r_s_to_1e_6_has_the_higher_likelihood(prefix, path):
    """Prove who is right where the files' optimizer stopped early.

    F moves with theta. Where ours differs, the theta that gives the file's F is found with whole
    matrices: its likelihood is lower than at ours, and ours is a maximum (lower on both sides).
    """
    panel, expected = load_panel(prefix), read_numbers(path)
    order = visits_from(panel)
    design = build_level_design(list(panel.visits), order)
    # A constant and a column per visit but the first, so that the visits are the columns after it.
    columns = np.column_stack([np.ones(len(design)), design[:, 1:]])
    model = fit(panel, order, Estimator.ML)
    found = compare_jointly(model, build_joint_contrasts(count_levels(panel.values, design)))
    theirs = dict(zip(panel.rows_of(expected), expected["statistic"], strict=True))
    apart = [row for row, f in theirs.items() if abs(found.statistic[row] / f - 1) > 1e-6]
    agreeing = sorted(set(theirs) - set(apart))
    assert_near(found.statistic[agreeing], [theirs[row] for row in agreeing])
    assert len(apart) <= 0.05 * len(theirs)
    for row in apart:
        here = ~np.isnan(panel.values[row])
        parts = panel.values[row, here], columns[here], panel.subjects[here]
        theta = model.theta[row]
        deviance, statistic = profile_by_hand(*parts, theta)
        assert statistic == pytest.approx(found.statistic[row], rel=1e-9)
        theirs_at = brentq(
            lambda t, parts=parts, f=theirs[row]: profile_by_hand(*parts, t)[1] - f,
            0.98 * theta,
            1.02 * theta,
            xtol=1e-14,
        )
        assert profile_by_hand(*parts, theirs_at)[0] > deviance
        for step in (-1e-5, 1e-5):
            assert profile_by_hand(*parts, theta * (1 + step))[0] >= deviance
