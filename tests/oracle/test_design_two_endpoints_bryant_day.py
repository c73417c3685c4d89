"""Designs on response and toxicity: exact characteristics under independence.

Bryant J, Day R. Biometrics 1995;51:1372-1383; the file's numbers come from a direct enumeration.
"""

import pytest
from design_cases import counts, numbers, read_cases

from trialwright.stats.bryant_day import BryantDayDesign, evaluate_bryant_day

EXACT = 1e-9


def test_exact_characteristics_equal_those_of_the_file():
    for row in read_cases("bryant_day_oc.csv"):
        n1, n, r1, r, t1, t = counts(
            row, "n1", "n", "resp_stop_le_1", "resp_accept_gt", "tox_ok_le_1", "tox_ok_le"
        )
        design = BryantDayDesign(r1=r1, t1=t1, n1=n1, r=r, t=t, n=n)
        poor, good, high, low = numbers(row, "pr0", "pr1", "pt0", "pt1")
        both_poor = evaluate_bryant_day(design, poor, high)
        both_good = evaluate_bryant_day(design, good, low)
        found = (
            evaluate_bryant_day(design, poor, low).prob_reject,
            evaluate_bryant_day(design, good, high).prob_reject,
            both_poor.prob_reject,
            both_good.prob_reject,
            both_poor.prob_early_stop,
            both_good.prob_early_stop,
            both_poor.expected_n,
        )
        names = "alpha_R", "alpha_T", "alpha_RT", "power", "PET00", "PET11", "EN00"
        assert found == pytest.approx(numbers(row, *names), abs=EXACT)
