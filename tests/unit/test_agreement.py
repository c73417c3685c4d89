"""Agreement of readers at its edges."""

import pytest

from trialwright.core.errors import EstimateError
from trialwright.stats.agreement import KappaWeights, estimate_fleiss_kappa, estimate_kappa


def test_full_agreement_is_one_and_full_disagreement_is_below_zero():
    assert estimate_kappa(["a", "b"], ["a", "b"]).kappa == 1
    assert estimate_kappa(["a", "b"], ["b", "a"]).kappa == -1


@pytest.mark.parametrize("weights", KappaWeights)
def test_readers_who_use_one_category_only_have_no_kappa(weights):
    agreement = estimate_kappa(["SD", "SD"], ["SD", "SD"], weights=weights)
    assert (agreement.kappa, agreement.lower, agreement.observed) == (None, None, 1)
    assert estimate_fleiss_kappa([["SD"] * 3] * 2).kappa is None


def test_one_subject_has_no_limits():
    agreement = estimate_kappa(["a"], ["b"])
    assert (agreement.kappa, agreement.std_error, agreement.upper) == (0, None, None)


def test_a_category_nobody_used_changes_the_weights_only():
    first, second = ["PR", "SD", "SD"], ["SD", "SD", "PR"]
    declared = ["CR", "PR", "SD", "PD"]
    plain = estimate_kappa(first, second)
    assert estimate_kappa(first, second, categories=declared).kappa == pytest.approx(plain.kappa)
    assert plain.categories == ("PR", "SD")


def test_order_of_categories_matters_when_weighted():
    first, second = ["PR", "SD", "PD", "SD"], ["PR", "PD", "PD", "PR"]
    one, other = (
        estimate_kappa(first, second, categories=order, weights=KappaWeights.LINEAR).kappa
        for order in (["PR", "SD", "PD"], ["SD", "PR", "PD"])
    )
    assert one != pytest.approx(other)


def test_a_category_that_is_not_declared_is_an_error_in_words():
    with pytest.raises(EstimateError) as caught:
        estimate_kappa(["PR", "XX"], ["PR", "PR"], categories=["PR", "SD"])
    assert str(caught.value) == (
        "Category XX is read but not declared, expected one of ['PR', 'SD']. "
        "Declare it, or correct the reading."
    )


def test_readings_that_do_not_match_are_an_error_in_words():
    with pytest.raises(EstimateError, match=r"^2 readers with readings of shape"):
        estimate_kappa(["PR"], ["PR", "SD"])
    with pytest.raises(EstimateError, match=r"^1 readers with readings of shape"):
        estimate_fleiss_kappa([["PR"], ["SD"]])
    with pytest.raises(EstimateError, match=r"^2 readers with readings of shape \[\(0,\)\]"):
        estimate_kappa([], [])
