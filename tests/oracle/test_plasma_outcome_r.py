"""Proteins before treatment against outcome: survival 3.5-3, wilcox.test, cor.test of R 4.2.

Estimates to 1e-6, P values to 1e-5. Cox: progression-free survival in months; Wilcoxon: best
response SD or PR against PD; Spearman: with the months themselves.
"""

import numpy as np
import polars as pl
import pytest
from plasma_cases import PLASMA, assert_near, find_files, load_panel, read_numbers

from trialwright.stats.multiplicity import adjust_p_values
from trialwright.stats.outcome import correlate_ranks, screen_hazards
from trialwright.stats.rank_tests import estimate_rank_sum_shift

P_TOLERANCE = 1e-5
BEFORE_TREATMENT = "C1D1"


@pytest.mark.parametrize(("prefix", "path"), find_files("baseline_outcome_assoc.csv"))
def test_associations_with_outcome_agree(prefix, path):
    outcome_path = PLASMA / f"{prefix}_outcome.csv"
    if not outcome_path.exists():
        pytest.skip(f"oracle file {outcome_path.name} is absent")
    panel, expected = load_panel(prefix), read_numbers(path)
    rows = panel.rows_of(expected)
    outcome = pl.read_csv(outcome_path).sort("Subject")
    values = panel.wide(BEFORE_TREATMENT)[rows]
    values = values[:, [sorted(set(panel.subjects)).index(s) for s in outcome["Subject"]]]
    time, event = outcome["PFS_months"].to_numpy(), outcome["PFS_event"].to_numpy()
    hazards = screen_hazards(values, time, event)
    assert hazards.n.tolist() == expected["n"].to_list()
    assert_near(hazards.coef, expected["loghr"], 1e-6, 1e-7)
    assert_near(hazards.std_error, expected["se"])
    assert_near(hazards.lower, expected["hr_lo"])
    assert_near(hazards.upper, expected["hr_hi"])
    assert_near(hazards.concordance, expected["cindex"])
    assert_near(hazards.p_wald, expected["p_wald"], P_TOLERANCE)
    assert_near(hazards.p_likelihood_ratio, expected["p_lrt"], P_TOLERANCE)
    assert_near(hazards.p_score, expected["p_score"], P_TOLERANCE)
    assert_near(adjust_p_values(hazards.p_likelihood_ratio), expected["BH_lrt"], P_TOLERANCE)
    is_progressing = (outcome["BOR"] == "PD").to_numpy()
    groups = estimate_rank_sum_shift(values[:, ~is_progressing], values[:, is_progressing])
    assert_near(groups.statistic, expected["W"])
    assert_near(groups.p_value, expected["p_wilcox"], P_TOLERANCE)
    assert_near(adjust_p_values(groups.p_value), expected["BH_wilcox"], P_TOLERANCE)
    ranks = correlate_ranks(values, time)
    assert_near(ranks.coefficient, expected["rho"])
    assert_near(ranks.p_value, expected["p_spearman"], P_TOLERANCE)
    assert np.isfinite(ranks.p_value).all()
