"""Designs of clinfun 1.1.5 ph2simon, and those that Simon 1989 printed.

Control Clin Trials 1989;10:1-10, Table 1. The oracle file has three decimals of the weights; all
other columns come from exact formulas.
"""

import pytest
from design_cases import counts, group_cases, numbers, read_cases, read_design

from trialwright.stats.two_stage import Kind, evaluate_two_stage, search_two_stage

EXACT = 1e-9
HALF_DIGIT_OF_WEIGHT = 0.00051
KINDS = {
    "Minimax": (Kind.MINIMAX,),
    "Admissible": (Kind.ADMISSIBLE,),
    "Optimal": (Kind.OPTIMAL,),
    "Minimax+Optimal": (Kind.MINIMAX, Kind.OPTIMAL),
}


@pytest.mark.parametrize("is_limited", [True, False], ids=["within nmax", "no nmax"])
def test_the_search_finds_every_admissible_design_of_clinfun(is_limited):
    for rows in group_cases("designs.csv", "case"):
        p0, p1, alpha, beta = numbers(rows[0], "p0", "p1", "alpha", "beta")
        n_max = int(rows[0]["nmax"]) if is_limited else None
        found = search_two_stage(p0, p1, alpha, 1 - beta, n_max)
        if found.designs[-1].design.n > int(rows[0]["nmax"]):
            continue  # the file's own limit hides the optimum
        assert [(choice.design, choice.kinds) for choice in found.designs] == [
            (read_design(row), KINDS[row["type"]]) for row in rows
        ], f"case {rows[0]['case']}"
        assert found.proven or is_limited
        for choice, row in zip(found.designs, rows, strict=True):
            expected = numbers(row, "EN_p0", "PET_p0", "exact_alpha", "exact_power")
            assert (
                choice.expected_n_null,
                choice.prob_early_stop_null,
                choice.exact_alpha,
                choice.exact_power,
            ) == pytest.approx(expected, abs=EXACT)
            assert (choice.weight_low, choice.weight_high) == pytest.approx(
                numbers(row, "qLo", "qHi"), abs=HALF_DIGIT_OF_WEIGHT
            )


def test_exact_operating_characteristics_equal_those_of_the_file():
    for row in read_cases("designs.csv"):
        design = read_design(row)
        null, interest = (evaluate_two_stage(design, rate) for rate in numbers(row, "p0", "p1"))
        assert null.expected_n == pytest.approx(float(row["EN_p0"]), abs=EXACT)
        assert null.prob_reject == pytest.approx(float(row["exact_alpha"]), abs=EXACT)
        assert interest.prob_reject == pytest.approx(float(row["exact_power"]), abs=EXACT)
        assert interest.prob_early_stop == pytest.approx(float(row["PET_p1"]), abs=EXACT)


def test_the_search_finds_the_designs_that_simon_printed():
    for row in read_cases("published_simon1989.csv"):
        p0, p1, alpha, beta = numbers(row, "p0", "p1", "alpha", "beta")
        kind = Kind(row["type"])
        chosen = search_two_stage(p0, p1, alpha, 1 - beta).choose(kind)
        if row["design_equals_clinfun"] == "TRUE":
            found = chosen.design
            assert (found.r1, found.n1, found.r, found.n) == counts(row, "r1", "n1", "r", "n")
        printed = evaluate_two_stage(read_design(row), p0)
        if row["EN_printed"] not in ("", "NA"):
            assert printed.expected_n == pytest.approx(float(row["EN_printed"]), abs=0.051)
        if row["PET_printed"] not in ("", "NA"):
            assert printed.prob_early_stop == pytest.approx(float(row["PET_printed"]), abs=0.0051)
