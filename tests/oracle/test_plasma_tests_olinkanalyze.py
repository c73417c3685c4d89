"""t, Wilcoxon, ANOVA, Tukey, Kruskal and Friedman tests of OlinkAnalyze 3.8.2 under R 4.2.

Estimates to 1e-6, P values to 1e-5 (tolerances of the issue; the files print 12 digits). Where R
finds a limit by a root finder, its own tolerance of 1e-4 stands.
"""

import re

import numpy as np
import pytest
from plasma_cases import (
    assert_near,
    find_files,
    load_panel,
    read_numbers,
    split_contrast,
)

from trialwright.stats.anova import compare_levels, compare_pairs
from trialwright.stats.mean_tests import estimate_mean_difference, estimate_paired_difference
from trialwright.stats.multiplicity import adjust_p_values
from trialwright.stats.rank_groups import compare_levels_by_rank, compare_visits_by_rank
from trialwright.stats.rank_tests import estimate_rank_sum_shift, estimate_signed_rank_shift

P_TOLERANCE = 1e-5
R_ROOT = 1e-4


def pair_of(panel, path):
    first, second = (panel.visit_called(name) for name in split_contrast(path))
    return panel.wide(first), panel.wide(second)


@pytest.mark.parametrize(("prefix", "path"), find_files("ttest_*vs*.csv"))
def test_t_tests_agree(prefix, path):
    panel, expected = load_panel(prefix), read_numbers(path)
    test = estimate_paired_difference if "_paired_" in path.name else estimate_mean_difference
    found = test(*pair_of(panel, path)).contrast
    rows = panel.rows_of(expected)
    assert_near(found.estimate[rows], expected["estimate"])
    assert_near(found.statistic[rows], expected["statistic"])
    assert_near(found.df[rows], expected["parameter"])
    assert_near(found.lower[rows], expected["conf.low"])
    assert_near(found.upper[rows], expected["conf.high"])
    assert_near(found.p_value[rows], expected["p.value"], P_TOLERANCE)
    assert_near(adjust_p_values(found.p_value[rows]), expected["Adjusted_pval"], P_TOLERANCE)


@pytest.mark.parametrize(("prefix", "path"), find_files("wilcox_*vs*.csv"))
def test_wilcoxon_tests_agree(prefix, path):
    panel, expected = load_panel(prefix), read_numbers(path)
    is_paired = "_paired_" in path.name
    test = estimate_signed_rank_shift if is_paired else estimate_rank_sum_shift
    found = test(*pair_of(panel, path))
    rows = panel.rows_of(expected)
    is_exact = np.array(["exact" in method for method in expected["method"]])
    assert found.is_exact[rows].tolist() == is_exact.tolist()
    assert_near(found.statistic[rows], expected["statistic"])
    assert_near(found.p_value[rows], expected["p.value"], P_TOLERANCE)
    assert_near(adjust_p_values(found.p_value[rows]), expected["Adjusted_pval"], P_TOLERANCE)
    for ours, theirs in (("estimate", "estimate"), ("lower", "conf.low"), ("upper", "conf.high")):
        values, wanted = getattr(found, ours)[rows], expected[theirs].to_numpy()
        assert_near(values[is_exact], wanted[is_exact])
        assert_near(values[~is_exact], wanted[~is_exact], absolute=R_ROOT)


@pytest.mark.parametrize(("prefix", "path"), find_files("anova_type3.csv"))
def test_analyses_of_variance_agree(prefix, path):
    panel, expected = load_panel(prefix), read_numbers(path)
    found = compare_levels(panel.values, panel.visits)
    rows = panel.rows_of(expected)
    assert_near(found.sum_squares[rows], expected["sumsq"])
    assert_near(found.mean_square[rows], expected["meansq"])
    assert_near(found.test.df_numerator[rows], expected["df"])
    assert_near(found.test.statistic[rows], expected["statistic"])
    assert_near(found.test.p_value[rows], expected["p.value"], P_TOLERANCE)
    assert_near(adjust_p_values(found.test.p_value[rows]), expected["Adjusted_pval"], P_TOLERANCE)


def assert_pairs_agree(panel, expected, pairs, contrast, limit_tolerance=1e-6):
    """Compare Tukey's pairs under either order of the two names."""
    column = {pair: place for place, pair in enumerate(pairs)}
    for row, line in zip(panel.rows_of(expected), expected.iter_rows(named=True), strict=True):
        first, second = (
            panel.visit_called(re.sub(r"[() ]", "", name)) for name in line["contrast"].split(" - ")
        )
        sign = 1 if (first, second) in column else -1
        at = row, column[(first, second) if sign == 1 else (second, first)]
        limits = sorted((sign * contrast.lower[at], sign * contrast.upper[at]))
        assert_near(sign * contrast.estimate[at], line["estimate"], absolute=1e-6)
        assert_near(limits, (line["conf.low"], line["conf.high"]), limit_tolerance, limit_tolerance)
        assert_near(contrast.p_value[at], line["Adjusted_pval"], P_TOLERANCE, P_TOLERANCE)


@pytest.mark.parametrize(("prefix", "path"), find_files("anova_posthoc_tukey.csv"))
def test_tukey_comparisons_agree(prefix, path):
    panel, expected = load_panel(prefix), read_numbers(path)
    found = compare_pairs(compare_levels(panel.values, panel.visits))
    assert_pairs_agree(panel, expected, found.pairs, found.contrast)


def assert_rank_tests_agree(panel, expected, found):
    rows = panel.rows_of(expected)
    assert_near(found.statistic[rows], expected["statistic"])
    assert_near(found.df[rows], expected["df"])
    assert_near(found.p_value[rows], expected["p.value"], P_TOLERANCE)
    assert_near(adjust_p_values(found.p_value[rows]), expected["Adjusted_pval"], P_TOLERANCE)


@pytest.mark.parametrize(("prefix", "path"), find_files("kruskal.csv"))
def test_kruskal_wallis_tests_agree(prefix, path):
    panel, expected = load_panel(prefix), read_numbers(path)
    assert_rank_tests_agree(panel, expected, compare_levels_by_rank(panel.values, panel.visits))


@pytest.mark.parametrize(("prefix", "path"), find_files("friedman_complete_cases.csv"))
def test_friedman_tests_agree(prefix, path):
    panel, expected = load_panel(prefix), read_numbers(path)
    visits = sorted(set(panel.visits))
    cube = np.stack([panel.wide(visit) for visit in visits], axis=2)
    assert_rank_tests_agree(panel, expected, compare_visits_by_rank(cube))
