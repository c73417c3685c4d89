"""Log-rank and Peto-Prentice tests (rho 0 and 1) of R 4.2.2, survival 3.5-3, `survdiff`."""

import pytest
from survival_inputs import read_columns, read_rows

from trialwright.stats.survival_tests import SurvivalWeight, compare_survival


def test_every_test_equals_survdiff():
    for row in read_rows("km_tests.csv"):
        weight = SurvivalWeight(row["test"].partition("(")[0])
        test = compare_survival(*read_columns(read_rows(f"inputs/{row['dataset']}.csv")), weight)
        assert test.chi_square == pytest.approx(float(row["chisq"]), rel=1e-10), row
        assert test.df == int(row["df"]), row
        assert test.p_value == pytest.approx(float(row["p"]), rel=1e-10), row
