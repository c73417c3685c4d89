"""Predictive probability of a certain posterior: ph2bayes 0.0.2 predprob.

Lee JJ, Liu DD. Clin Trials 2008;5:93-106.
"""

import pytest
from design_cases import counts, numbers, read_cases

from trialwright.stats.predictive import BetaPrior, compute_predictive_posterior

EXACT = 1e-9


def test_predictive_probabilities_are_those_of_ph2bayes():
    for row in read_cases("predprob.csv"):
        threshold, certainty = numbers(row, "p_s", "theta_t")
        found = compute_predictive_posterior(
            counts(row, "y", "n", "nmax"), threshold, certainty, BetaPrior(*numbers(row, "a", "b"))
        )
        assert found == pytest.approx(float(row["predprob"]), abs=EXACT)
