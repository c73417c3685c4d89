"""Seven intervals of a proportion, R 4.2.2 (binom.test, prop.test and formulas), 95 and 90 %.

Newcombe's own table is in Stat Med 1998;17:857-872, Table I.
"""

import csv

import pytest
from oracle_data import find_oracle

from trialwright.stats.proportion import ProportionInterval, estimate_proportion


def test_every_interval_equals_r():
    wrong = []
    with find_oracle("survival/binomial_ci.csv").open() as file:
        for row in csv.DictReader(file):
            estimate = estimate_proportion(
                int(row["x"]), int(row["n"]), float(row["conf"]), ProportionInterval(row["method"])
            )
            ours, theirs = (estimate.lower, estimate.upper), (row["lower"], row["upper"])
            if ours != pytest.approx([float(text) for text in theirs], rel=0, abs=1e-10):
                wrong.append((row, ours))
    assert wrong == []


@pytest.mark.parametrize(
    ("successes", "n", "method", "lower", "upper"),
    [
        (81, 263, ProportionInterval.WILSON, 0.2553, 0.3662),
        (81, 263, ProportionInterval.NEWCOMBE, 0.2535, 0.3682),
        (15, 148, ProportionInterval.NEWCOMBE, 0.0598, 0.1644),
        (15, 148, ProportionInterval.CLOPPER_PEARSON, 0.0578, 0.1617),
        (15, 148, ProportionInterval.MID_P, 0.0601, 0.1581),
        (0, 20, ProportionInterval.NEWCOMBE, 0.0000, 0.2005),
        (1, 29, ProportionInterval.NEWCOMBE, 0.0018, 0.1963),
        (1, 29, ProportionInterval.MID_P, 0.0017, 0.1585),
    ],
)
def test_intervals_equal_newcombes_table(successes, n, method, lower, upper):
    estimate = estimate_proportion(successes, n, method=method)
    assert (estimate.lower, estimate.upper) == pytest.approx((lower, upper), abs=0.00005)
