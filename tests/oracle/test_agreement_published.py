"""Kappas as printed: SAS PROC FREQ (skin condition example), Fleiss et al. 1969, Fleiss 1971.

The weighted kappas of the SAS table and all standard errors of two readers were also computed with
statsmodels 0.15 (`cohens_kappa`), to all digits.
"""

import numpy as np
import pytest

from trialwright.stats.agreement import KappaWeights, estimate_fleiss_kappa, estimate_kappa

SKIN = ["terrible", "poor", "marginal", "clear"]
SKIN_COUNTS = [[10, 4, 1, 0], [5, 10, 12, 2], [2, 4, 12, 5], [0, 2, 6, 13]]


def read_table(labels: list[str], counts: list[list[int]]) -> tuple[list[str], list[str]]:
    pairs = [
        (labels[i], labels[j])
        for i, row in enumerate(counts)
        for j, count in enumerate(row)
        for _ in range(count)
    ]
    return [first for first, _ in pairs], [second for _, second in pairs]


def test_simple_kappa_error_and_limits_are_those_of_proc_freq():
    agreement = estimate_kappa(*read_table(SKIN, SKIN_COUNTS), categories=SKIN)
    printed = (0.3449, 0.0724, 0.2030, 0.4868)
    ours = (agreement.kappa, agreement.std_error, agreement.lower, agreement.upper)
    assert ours == pytest.approx(printed, abs=0.00005)


@pytest.mark.parametrize(
    ("weights", "kappa", "error"),
    [
        (KappaWeights.LINEAR, 0.5081600715403533, 0.06550838103476848),
        (KappaWeights.QUADRATIC, 0.6607228915662655, 0.06164283241699986),
    ],
)
def test_weighted_kappas_are_those_of_statsmodels(weights, kappa, error):
    agreement = estimate_kappa(*read_table(SKIN, SKIN_COUNTS), categories=SKIN, weights=weights)
    assert (agreement.kappa, agreement.std_error) == pytest.approx((kappa, error), rel=1e-12)


def test_kappa_of_fleiss_cohen_and_everitt_is_as_printed():
    counts = [[106, 10, 4], [22, 28, 10], [2, 12, 6]]
    assert estimate_kappa(*read_table(["a", "b", "c"], counts)).kappa == pytest.approx(
        0.429, abs=0.0005
    )


def test_kappa_of_fourteen_readers_is_as_in_the_example_after_fleiss():
    counts = np.array(
        [
            [0, 0, 0, 0, 14],
            [0, 2, 6, 4, 2],
            [0, 0, 3, 5, 6],
            [0, 3, 9, 2, 0],
            [2, 2, 8, 1, 1],
            [7, 7, 0, 0, 0],
            [3, 2, 6, 3, 0],
            [2, 5, 3, 2, 2],
            [6, 5, 2, 1, 0],
            [0, 2, 2, 3, 7],
        ]
    )
    readings = [np.repeat(np.arange(5), row) for row in counts]
    agreement = estimate_fleiss_kappa(readings)
    assert agreement.kappa == pytest.approx(0.210, abs=0.0005)
    assert agreement.observed == pytest.approx(0.378, abs=0.0005)
    assert agreement.expected == pytest.approx(0.213, abs=0.0005)
