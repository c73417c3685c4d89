"""Estimates, p-values and limits after a two-stage trial.

UMVUE, stagewise p-value and exact limits of Jung & Kim (Stat Med 2004;23:881-896), the convention
of Koyama & Chen (Stat Med 2008;27:3145-3154) and Clopper-Pearson, by independent formulas; the
`clinfun_*` columns are what clinfun 1.1.5 twostage.inference prints, on a grid of 1e-4.
"""

import pytest
from design_cases import counts, numbers, read_cases, read_design

from trialwright.stats.two_stage_inference import infer_two_stage

EXACT = 1e-9
GRID = 1.01e-4  # clinfun's limits lie on a grid of 1e-4


def infer_row(row):
    stage, responses, n = counts(row, "stage", "x", "n_treated")
    p0, tail = numbers(row, "p0", "alpha_tail")
    return infer_two_stage(read_design(row), responses, n, p0, 1 - 2 * tail, stage)


def test_estimates_and_limits_agree_with_exact_formulas():
    for row in read_cases("inference.csv"):
        found = infer_row(row)
        values = {
            "umvue": found.umvue,
            "pvalue": found.p_value,
            "mle": found.mle,
            "kc_lcl": found.exact_stagewise.lower,
            "kc_ucl_median_conv": found.koyama_chen.upper,
            "jk_exact_ucl": found.exact_stagewise.upper,
            "cp_naive_lcl": found.clopper_pearson.lower,
            "cp_naive_ucl": found.clopper_pearson.upper,
        }
        for name, value in values.items():
            if row[name] in ("", "NA"):
                assert value is None, f"{row['case']} {name}"
            else:
                expected = pytest.approx(float(row[name]), abs=EXACT)
                assert value == expected, f"{row['case']} {name}"


def test_the_koyama_chen_limits_are_those_of_clinfun():
    for row in read_cases("inference.csv"):
        found = infer_row(row)
        assert found.umvue == pytest.approx(float(row["clinfun_umvue"]), abs=EXACT)
        assert found.p_value == pytest.approx(float(row["clinfun_pvalue"]), abs=EXACT)
        if row["clinfun_lcl"] not in ("", "NA"):
            limits = found.koyama_chen.lower, found.koyama_chen.upper
            assert limits == pytest.approx(numbers(row, "clinfun_lcl", "clinfun_ucl"), abs=GRID)
