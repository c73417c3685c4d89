"""Cox models at their edges."""

import math

import numpy as np
import pytest

from trialwright.core.errors import EstimateError
from trialwright.stats.cox import CoxTies, code_groups, estimate_cox
from trialwright.stats.cox_firth import estimate_cox_firth
from trialwright.stats.survival_tests import compare_survival

TIME = [1, 2, 3, 4, 5, 6, 7, 8]
EVENT = [1, 1, 1, 0, 1, 0, 1, 0]
ARM = [1, 0, 1, 1, 0, 0, 1, 0]


@pytest.mark.parametrize("estimate", [estimate_cox, estimate_cox_firth])
def test_no_event_is_an_error_in_words(estimate):
    with pytest.raises(EstimateError) as caught:
        estimate([1, 2], [0, 0], [0, 1])
    assert str(caught.value) == (
        "No event happened, expected at least one to estimate hazard ratios. "
        "Report the numbers at risk instead."
    )


def test_a_covariate_that_separates_the_events_is_an_error_that_names_it():
    with pytest.raises(EstimateError) as caught:
        estimate_cox([1, 2, 3, 4], [1, 1, 0, 0], [1, 1, 0, 0], names=["TLS"])
    assert str(caught.value) == (
        "The hazard ratio of TLS is infinite or 0: it separates the 2 events from the rest. "
        "Use estimate_cox_firth, or report counts."
    )


def test_a_constant_covariate_is_an_error_that_names_it():
    with pytest.raises(EstimateError, match=r"^Covariate sex is constant or determined by those"):
        estimate_cox(TIME, EVENT, [1] * 8, names=["sex"])


def test_a_covariate_that_repeats_another_is_an_error_that_names_it():
    twice = np.column_stack([ARM, 2 * np.array(ARM) + 1e6])
    with pytest.raises(EstimateError, match=r"^Covariate arm2 is constant or determined by those"):
        estimate_cox(TIME, EVENT, twice, names=["arm", "arm2"])


def test_a_covariate_without_information_at_the_events_is_an_error():
    # It differs only between two subjects censored before the first event.
    with pytest.raises(EstimateError, match=r"^Covariates x1 do not differ among subjects at risk"):
        estimate_cox([1, 1, 2, 3], [0, 0, 1, 0], [1, 0, 0, 0])


def test_a_missing_covariate_is_an_error_that_names_it():
    with pytest.raises(EstimateError, match=r"^Covariate age is missing for some subject"):
        estimate_cox([1, 2], [1, 1], [50, np.nan], names=["age"])


def test_covariates_of_another_length_and_missing_names_are_errors_in_words():
    with pytest.raises(EstimateError, match=r"^covariates has shape \(1, 1\), expected one row"):
        estimate_cox([1, 2], [1, 1], [50])
    with pytest.raises(EstimateError, match=r"^2 names for 1 covariates, expected one each"):
        estimate_cox([1, 2], [1, 1], [50, 60], names=["age", "sex"])


def test_groups_are_compared_with_the_named_reference():
    columns, names = code_groups(["b", "a", "c"], "arm", reference="b")
    assert names == ("arma", "armc")
    assert columns.tolist() == [[0, 0], [1, 0], [0, 1]]


def test_a_reference_that_is_no_level_is_an_error_in_words():
    with pytest.raises(EstimateError, match=r"^Reference d is no level of arm, expected one of"):
        code_groups(["a", "b"], "arm", reference="d")


def test_reversing_the_groups_inverts_the_hazard_ratio():
    one = estimate_cox(TIME, EVENT, ARM).terms[0]
    other = estimate_cox(TIME, EVENT, 1 - np.array(ARM)).terms[0]
    assert one.hazard_ratio == pytest.approx(1 / other.hazard_ratio)
    assert (one.lower, one.upper) == pytest.approx((1 / other.upper, 1 / other.lower))


def test_without_ties_the_score_test_is_the_log_rank_test():
    model = estimate_cox(TIME, EVENT, ARM)
    assert model.score == pytest.approx(compare_survival(TIME, EVENT, ARM).chi_square)
    assert model.p_value == pytest.approx(math.erfc(math.sqrt(model.likelihood_ratio / 2)))


def test_large_covariates_do_not_disturb_the_fit():
    small = estimate_cox(TIME, EVENT, np.arange(8) ** 2 % 5).terms[0]
    large = estimate_cox(TIME, EVENT, 1e6 + 1e3 * (np.arange(8) ** 2 % 5)).terms[0]
    assert large.coef * 1e3 == pytest.approx(small.coef, rel=1e-8)


def test_firth_of_one_event_in_two_subjects_is_the_closed_form():
    # The penalized likelihood is p^1.5 (1 - p)^0.5 with p = HR / (1 + HR): largest at HR = 3.
    model = estimate_cox_firth([1, 2], [1, 0], [1, 0])
    assert model.terms[0].hazard_ratio == pytest.approx(3, rel=1e-9)
    assert model.likelihood_ratio == pytest.approx(2 * np.log(0.75**1.5 * 0.25**0.5 * 4), rel=1e-9)


def test_firth_has_finite_limits_where_the_events_are_separated():
    term = estimate_cox_firth([1, 2, 3, 4], [1, 1, 0, 0], [1, 1, 0, 0]).terms[0]
    assert 0 < term.lower < term.hazard_ratio < term.upper < np.inf


def test_firth_and_cox_agree_when_there_are_many_events():
    rng = np.random.default_rng(1)
    group = rng.integers(0, 2, 800)
    time = np.ceil(rng.exponential(100 / np.exp(0.4 * group)))
    for ties in CoxTies:
        cox = estimate_cox(time, np.ones(800), group, ties=ties).terms[0]
        firth = estimate_cox_firth(time, np.ones(800), group, ties=ties).terms[0]
        assert firth.coef == pytest.approx(cox.coef, abs=0.002)
        assert (firth.lower, firth.upper) == pytest.approx((cox.lower, cox.upper), rel=0.005)
