"""Sizes off plan: exact errors of kept rules, ClinSimon's adapted rules, Koyama & Chen 2008.

`keep_rules_*` and the bound of Green & Dahlberg (Stat Med 1992;11:853-862) are exact formulas. The
columns `ats_*` and `atss_*` were printed with three decimals by ClinSimon, which searches up to
100 patients; they inform, and what contradicts them must be better. The p-values with another
stage 2 follow Koyama & Chen, Stat Med 2008;27:3145-3154, section 4.
"""

import pytest
from design_cases import counts, numbers, read_cases, read_design

from trialwright.stats.attained import Adaptation, adapt_stage_1, estimate_koyama_chen_p
from trialwright.stats.hypotheses import Hypotheses

EXACT = 1e-9
HALF_DIGIT = 0.00051


def rules_of(row):
    p0, p1, alpha, beta = numbers(row, "p0", "p1", "alpha", "beta")
    found = adapt_stage_1(
        read_design(row), int(row["n1_attained"]), Hypotheses(p0, p1, alpha, 1 - beta)
    )
    return {rule.adaptation: rule for rule in found}


def test_a_kept_rule_has_the_exact_errors_of_the_file():
    for row in read_cases("attained_n1.csv"):
        kept = rules_of(row)[Adaptation.KEPT]
        assert (kept.exact_alpha, kept.exact_power, kept.prob_early_stop_null) == pytest.approx(
            numbers(row, "keep_rules_alpha", "keep_rules_power", "keep_rules_PET0"), abs=EXACT
        )
        assert kept.exceeds_alpha == (float(row["keep_rules_alpha"]) > float(row["alpha"]))


def test_the_first_bound_of_green_and_dahlberg_is_that_of_the_file():
    for row in read_cases("attained_n1.csv"):
        rule = rules_of(row)[Adaptation.GREEN_DAHLBERG]
        assert rule.r1 == int(row["gd_stage1_stop_p1_02"])


def test_the_rule_with_the_same_total_is_that_of_clinsimon():
    """Its rule is inferred from its numbers, so that a few cases may differ; none here does."""
    rows = read_cases("attained_n1.csv")
    differing = []
    for row in rows:
        rule = rules_of(row)[Adaptation.SAME_TOTAL]
        if (rule.r1, rule.r) != counts(row, "ats_r1", "ats_r"):
            differing.append((row, rule))
            continue
        assert (
            rule.exact_alpha,
            rule.exact_power,
            rule.expected_n_null,
            rule.prob_early_stop_null,
        ) == pytest.approx(
            numbers(row, "ats_alpha", "ats_power", "ats_EN0", "ats_PET0"), abs=HALF_DIGIT
        )
    assert len(differing) <= len(rows) / 20, differing


def test_the_reoptimized_rule_is_that_of_clinsimon_or_expects_fewer_patients():
    for row in read_cases("attained_n1.csv"):
        if row["atss_n"] in ("", "NA"):
            continue
        rule = rules_of(row)[Adaptation.REOPTIMIZED]
        assert rule.expected_n_null <= float(row["atss_EN0"]) + HALF_DIGIT
        assert rule.exact_alpha < float(row["alpha"])
        assert rule.exact_power > 1 - float(row["beta"])


def test_the_p_value_with_another_stage_2_is_that_of_koyama_and_chen():
    for row in read_cases("koyama_chen_attained_n2.csv"):
        first, second, n2 = counts(row, "x1", "x2", "m2")
        found = estimate_koyama_chen_p(read_design(row), first, second, n2, float(row["p0"]))
        assert found == pytest.approx(float(row["pvalue"]), abs=EXACT)
