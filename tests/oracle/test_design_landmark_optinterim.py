"""Two-stage designs on survival at a landmark: OptInterim 3.0.1.

Case LD, Morgan TM. BMC Med Res Methodol 2003;3:6. Huang B, Talukder E, Thomas N. Stat Biopharm Res
2010;2:498-511. OptInterim integrates numerically with R's default relative tolerance, 1.2e-4, and
stops its search of the interim time where the objective is flat; ours uses closed forms.
"""

import pytest
from design_cases import numbers, read_cases

from trialwright.stats.landmark_design import LandmarkGoal, evaluate_landmark, search_landmark

FILE = "reference_optinterim_tte.csv"
R_INTEGRATE = 1.3e-4


def goal_of(row):
    null, interest, landmark, alpha, beta, accrual = numbers(
        row, "S0", "S1", "landmark", "alpha", "beta", "accrual_per_month"
    )
    return LandmarkGoal(null, interest, landmark, alpha, 1 - beta, accrual)


def test_a_design_at_the_printed_interim_has_the_printed_characteristics():
    for row in read_cases(FILE):
        found = evaluate_landmark(goal_of(row), int(row["n"]), float(row["t1"]))
        assert (
            found.expected_accrual_months,
            found.expected_study_months,
            found.expected_n,
            found.prob_stop_null,
            found.prob_stop_interest,
            found.bound_interim,
            found.bound_final,
        ) == pytest.approx(
            numbers(row, "EDA", "ETSL", "ES", "pstopNull", "pstopAlt", "C1L", "C2"),
            rel=R_INTEGRATE,
        )
        assert found.accrual_months == pytest.approx(float(row["MDA"]))
        assert found.study_months == pytest.approx(float(row["MTSL"]))


def test_the_search_finds_the_sizes_and_the_expected_accrual():
    # With uniform accrual patients are in proportion to accrual: both targets have one answer.
    designs = {goal: search_landmark(goal) for goal in map(goal_of, read_cases(FILE))}
    for row in read_cases(FILE):
        design = designs[goal_of(row)]
        assert (design.n, design.n1) == (int(row["n"]), int(row["n1"]))
        assert design.expected_accrual_months == pytest.approx(float(row["EDA"]), rel=R_INTEGRATE)
