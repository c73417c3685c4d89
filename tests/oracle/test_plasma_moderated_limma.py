"""Moderated t and F tests of limma 3.54 under R 4.2: fixed patients, paired differences, blocks.

All to 1e-6. Correlations of single proteins come from limma's approximate solver, which leaves up
to 4e-4; their consensus agrees to 1e-6, and so do estimates, t and P. The log odds, which multiply
what the solver left by ten, are compared at limma's own consensus.
"""

import json

import numpy as np
import polars as pl
import pytest
from plasma_cases import PLASMA, assert_near, bare, find_files, load_panel, read_numbers

from trialwright.stats.designs import build_contrast, build_level_design
from trialwright.stats.linear import estimate_block_correlation, fit_correlated, fit_linear
from trialwright.stats.moderated import moderate
from trialwright.stats.multiplicity import adjust_p_values
from trialwright.stats.within import fit_within

REFERENCE = "C1D1"
LIMMA_SOLVER = 1e-3


def contrasts_of(panel, expected):
    """Contrast names of the file with the two visits that R's names spell."""
    found = {}
    for name in expected["contrast"].unique(maintain_order=True):
        first, second = name.replace(" ", "").split("-")
        found[name] = panel.visit_called(bare(first)), panel.visit_called(bare(second))
    return found


def designs_of(panel):
    visits = sorted(set(panel.visits))
    patients = sorted(set(panel.subjects))
    blocks = build_level_design(list(panel.subjects), patients)[:, 1:]
    return visits, build_level_design(list(panel.visits), visits), blocks


def assert_contrast_agrees(panel, lines, found, place):
    rows, contrast = panel.rows_of(lines), found.contrast
    assert_near(contrast.estimate[rows, place], lines["logFC"], 1e-6, 1e-7)
    assert_near(contrast.lower[rows, place], lines["CI.L"], 1e-6, 1e-6)
    assert_near(contrast.upper[rows, place], lines["CI.R"], 1e-6, 1e-6)
    assert_near(contrast.statistic[rows, place], lines["t"], 1e-6, 1e-6)
    assert_near(contrast.p_value[rows, place], lines["P.Value"], 1e-5)
    assert_near(adjust_p_values(contrast.p_value[rows, place]), lines["adj.P.Val"], 1e-5)


def assert_log_odds_agree(panel, lines, found, place):
    assert_near(found.log_odds[panel.rows_of(lines), place], lines["B"], 1e-6, 1e-6)


def hyperparameters(prefix):
    path = PLASMA / f"{prefix}_limma_hyper.json"
    return json.loads(path.read_text()) if path.exists() else None


def fit_columns(panel, design, blocks):
    return fit_linear(panel.values, np.hstack([design, blocks]))


def fit_levels(panel, design, _):
    return fit_within(panel.values, design[:, 1:], panel.subjects)


@pytest.mark.parametrize("fit", [fit_columns, fit_levels])
@pytest.mark.parametrize(("prefix", "path"), find_files("limma_subjectfixed.csv"))
def test_moderated_tests_with_fixed_patients_agree(prefix, path, fit):
    panel, expected = load_panel(prefix), read_numbers(path)
    visits, design, blocks = designs_of(panel)
    pairs = contrasts_of(panel, expected)
    weights = np.array([build_contrast(visits, *pair) for pair in pairs.values()])
    padded = np.hstack([weights, np.zeros((len(weights), blocks.shape[1]))])
    found = moderate(fit(panel, design, blocks), padded if fit is fit_columns else weights[:, 1:])
    for place, name in enumerate(pairs):
        lines = expected.filter(pl.col("contrast") == name)
        assert_contrast_agrees(panel, lines, found, place)
        assert_log_odds_agree(panel, lines, found, place)
        assert_near(np.nanmean(panel.values, axis=1)[panel.rows_of(lines)], lines["AveExpr"])
    if hyper := hyperparameters(prefix):
        assert_near(found.prior.df, hyper["df_prior_subj"])
        assert_near(found.prior.variance, hyper["s2_prior_subj"])


@pytest.mark.parametrize(("prefix", "path"), find_files("limma_paireddiff_*.csv"))
def test_moderated_tests_of_paired_differences_agree(prefix, path):
    panel, expected = load_panel(prefix), read_numbers(path)
    first, second = (panel.visit_called(name) for name in path.stem.rsplit("_", 2)[1:])
    differences = panel.wide(first) - panel.wide(second)
    differences = differences[:, ~np.isnan(differences).all(axis=0)]
    fit = fit_linear(differences, np.ones((differences.shape[1], 1)))
    assert_contrast_agrees(panel, expected, moderate(fit, [[1.0]]), 0)
    assert_log_odds_agree(panel, expected, moderate(fit, [[1.0]]), 0)
    rows = panel.rows_of(expected)
    assert (~np.isnan(differences)).sum(axis=1)[rows].tolist() == expected["n"].to_list()


@pytest.mark.parametrize(("prefix", "path"), find_files("limma_dupcor.csv"))
def test_moderated_tests_with_correlated_samples_agree(prefix, path):
    panel, expected = load_panel(prefix), read_numbers(path)
    visits, design, _ = designs_of(panel)
    blocks = estimate_block_correlation(panel.values, design, panel.subjects)
    pairs = contrasts_of(panel, expected)
    weights = [build_contrast(visits, *pair) for pair in pairs.values()]
    fit = fit_correlated(panel.values, design, panel.subjects, blocks.consensus)
    found = moderate(fit, weights)
    for place, name in enumerate(pairs):
        lines = expected.filter(pl.col("contrast") == name)
        assert_contrast_agrees(panel, lines, found, place)
    if hyper := hyperparameters(prefix):
        assert_near(blocks.consensus, hyper["consensus"])
        assert_near(np.arctanh(blocks.correlation), hyper["atanh_cor"], 0, LIMMA_SOLVER)
        assert_near(found.prior.df, hyper["df_prior"])
        assert_near(found.prior.variance, hyper["s2_prior"])
        at_limma = fit_correlated(panel.values, design, panel.subjects, hyper["consensus"])
        for place, name in enumerate(pairs):
            lines = expected.filter(pl.col("contrast") == name)
            assert_log_odds_agree(panel, lines, moderate(at_limma, weights), place)
    path = PLASMA / f"{prefix}_limma_dupcor_Ftest.csv"
    if path.exists():
        lines = read_numbers(path)
        rows = panel.rows_of(lines)
        assert_near(found.joint.statistic[rows], lines["F"])
        assert_near(found.joint.p_value[rows], lines["P.Value"], 1e-5)
        assert_near(adjust_p_values(found.joint.p_value[rows]), lines["adj.P.Val"], 1e-5)
