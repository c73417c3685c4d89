"""Laws of agreement: symmetry, two readers by both methods, errors beside the jackknife."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.stats.agreement import KappaWeights, estimate_fleiss_kappa, estimate_kappa

readings = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=40
)
weightings = st.sampled_from(list(KappaWeights))


def split(rows):
    return [first for first, _ in rows], [second for _, second in rows]


@given(readings, weightings)
def test_readers_can_be_exchanged(rows, weights):
    first, second = split(rows)
    one = estimate_kappa(first, second, weights=weights)
    other = estimate_kappa(second, first, weights=weights)
    assert one.kappa == pytest.approx(other.kappa)
    assert one.std_error == pytest.approx(other.std_error)


@given(readings)
def test_kappa_is_observed_agreement_beyond_chance_counted_plainly(rows):
    first, second = split(rows)
    observed = sum(a == b for a, b in rows) / len(rows)
    expected = sum(first.count(c) * second.count(c) for c in "abc") / len(rows) ** 2
    agreement = estimate_kappa(first, second)
    assert agreement.observed == pytest.approx(observed)
    if agreement.kappa is not None:
        assert agreement.kappa == pytest.approx((observed - expected) / (1 - expected))
        assert agreement.lower <= agreement.kappa <= agreement.upper


@given(st.lists(st.sampled_from("abcd"), min_size=2, max_size=60), weightings)
def test_full_agreement_is_exactly_one_with_no_error(rows, weights):
    pair = estimate_kappa(rows, rows, weights=weights)
    three = estimate_fleiss_kappa(np.array([rows] * 3).T)
    assert pair.observed == three.observed == 1
    for found in (pair, three):
        told = (found.kappa, found.std_error, found.lower, found.upper)
        assert told == ((1, 0, 1, 1) if len(set(rows)) > 1 else (None,) * 4)


@given(readings, weightings)
def test_kappa_and_its_limits_lie_between_minus_one_and_one(rows, weights):
    for found in (estimate_kappa(*split(rows), weights=weights), estimate_fleiss_kappa(rows)):
        if found.kappa is not None:
            assert -1 <= found.lower <= found.kappa <= found.upper <= 1


def jackknife(estimate, subjects: np.ndarray) -> float:
    n = len(subjects)
    parts = np.array([estimate(np.delete(subjects, i, axis=0)) for i in range(n)])
    return float(np.sqrt((n - 1) / n * ((parts - parts.mean()) ** 2).sum()))


def draw_readings() -> np.ndarray:
    rng = np.random.default_rng(3)
    truth = rng.choice(4, size=250, p=[0.1, 0.2, 0.4, 0.3])
    errors = rng.random((250, 3)) < 0.3
    return np.where(errors, rng.choice(4, size=(250, 3)), truth[:, np.newaxis])


@pytest.mark.parametrize("weights", KappaWeights)
def test_the_error_of_two_readers_is_near_the_jackknifes(weights):
    subjects = draw_readings()[:, :2]
    ours = estimate_kappa(*subjects.T, weights=weights).std_error
    theirs = jackknife(lambda s: estimate_kappa(*s.T, weights=weights).kappa, subjects)
    assert ours == pytest.approx(theirs, rel=0.03)


def test_the_error_of_three_readers_is_near_the_jackknifes():
    subjects = draw_readings()
    ours = estimate_fleiss_kappa(subjects).std_error
    theirs = jackknife(lambda s: estimate_fleiss_kappa(s).kappa, subjects)
    assert ours == pytest.approx(theirs, rel=0.03)
