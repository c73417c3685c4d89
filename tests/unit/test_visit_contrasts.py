from statistics import NormalDist

import numpy as np
import pytest

from trialwright.core.errors import EstimateError
from trialwright.stats.clustering import build_breaks, cluster_rows, cut_tree
from trialwright.stats.designs import build_level_design, check_design
from trialwright.stats.distances import Distance
from trialwright.stats.linear import estimate_block_correlation, fit_correlated, fit_linear
from trialwright.stats.mixed import fit_random_intercept
from trialwright.stats.mixed_contrasts import estimate_contrasts
from trialwright.stats.moderated import estimate_variance_prior
from trialwright.stats.outcome import correlate_ranks, permute_hazards, screen_hazards
from trialwright.stats.principal_components import find_components
from trialwright.stats.rank_tests import estimate_signed_rank_shift
from trialwright.stats.visit_contrasts import VisitModel, compare_visits

PATIENTS = ["a", "a", "b", "b", "c", "c"]
VISITS = ["C1D1", "C2D1"] * 3
PAIR = [("C2D1", "C1D1")]
ROW = [1.0, 2.0, 2.0, 3.5, 4.0, 5.0]


@pytest.mark.parametrize("model", VisitModel)
def test_one_patient_is_refused_in_one_sentence(model):
    with pytest.raises(EstimateError) as refused:
        compare_visits([[1.0, 2.0]], ["a", "a"], ["C1D1", "C2D1"], PAIR, model)
    assert str(refused.value) == (
        "all samples are of one patient (a), expected two or more. Add patients."
    )


def test_a_visit_without_samples_is_refused():
    with pytest.raises(EstimateError) as refused:
        compare_visits([ROW], PATIENTS, VISITS, [("C3D1", "C1D1")])
    assert str(refused.value) == (
        "contrast C3D1:C1D1: no sample is of C3D1, expected two of C1D1, C2D1."
    )


def test_a_patient_twice_at_a_visit_is_refused():
    with pytest.raises(EstimateError, match=r"^a has two samples of C1D1, expected one"):
        compare_visits([[1.0, 2.0, 3.0]], ["a", "a", "b"], ["C1D1", "C1D1", "C2D1"], PAIR)


@pytest.mark.parametrize("model", VisitModel)
def test_a_protein_without_values_or_spread_has_no_p_value_and_spoils_no_other(model):
    nothing, same = [np.nan] * 6, [2.0] * 6
    [alone] = compare_visits([ROW, ROW[::-1]], PATIENTS, VISITS, PAIR, model)
    [found] = compare_visits([ROW, nothing, same, ROW[::-1]], PATIENTS, VISITS, PAIR, model)
    assert np.isnan(found.contrast.p_value[[1, 2]]).all()
    assert np.isnan(found.p_adjusted[[1, 2]]).all()
    np.testing.assert_allclose(found.contrast.p_value[[0, 3]], alone.contrast.p_value, rtol=1e-9)
    np.testing.assert_allclose(found.p_adjusted[[0, 3]], alone.p_adjusted, rtol=1e-9)
    assert found.n_pairs.tolist() == [3, 0, 3, 3]


@pytest.mark.parametrize("model", [VisitModel.MIXED, VisitModel.MIXED_ML, VisitModel.PAIRED_T])
def test_patients_who_all_change_alike_leave_no_error_to_compare_with(model):
    alike = [1.0, 1.5, 4.0, 4.5, 9.0, 9.5]
    [found] = compare_visits([alike, ROW], PATIENTS, VISITS, PAIR, model)
    assert np.isnan(found.contrast.p_value[0])
    assert found.contrast.p_value[1] < 0.2


def test_a_visit_that_one_protein_lacks_leaves_its_other_contrasts():
    visits = ["C1D1", "C2D1", "C3D1"] * 3
    patients = [p for p in "abc" for _ in range(3)]
    rng = np.random.default_rng(1)
    values = rng.normal(size=(2, 9))
    values[1, np.array(visits) == "C3D1"] = np.nan
    design = build_level_design(visits, ["C1D1", "C2D1", "C3D1"])
    fit = fit_random_intercept(values, design, patients)
    found = estimate_contrasts(fit, [[-1, 1, 0], [-1, 0, 1]])
    here = np.array(visits) != "C3D1"
    fewer = fit_random_intercept(
        values[1, here], design[here][:, :2], np.array(patients)[here].tolist()
    )
    expected = estimate_contrasts(fewer, [[-1, 1]])
    assert np.isnan(found.p_value[1, 1])
    assert found.p_value[1, 0] == pytest.approx(expected.p_value[0, 0], rel=1e-8)
    assert found.df[1, 0] == pytest.approx(expected.df[0, 0], rel=1e-8)


def test_one_sample_a_patient_leaves_no_variance_to_part():
    fit = fit_random_intercept([[1.0, 2.0, 4.0]], np.ones((3, 1)), ["a", "b", "c"])
    assert np.isnan(fit.theta[0])
    assert np.isnan(fit.coefficients[0]).all()


def test_no_difference_between_patients_is_found_as_such():
    """Patients alternate, so the variance between them is estimated as zero and df are n - p."""
    fit = fit_random_intercept([[1.0, 4.0, 4.1, 1.1, 1.2, 3.9]], np.ones((6, 1)), PATIENTS)
    assert fit.is_singular[0]
    assert fit.sd_group[0] == 0
    assert estimate_contrasts(fit, [[1.0]]).df[0, 0] == pytest.approx(5)


def test_a_design_with_a_column_too_many_is_refused():
    with pytest.raises(EstimateError, match=r"^design has columns that follow from others"):
        check_design(np.ones((4, 2)), 4)


def test_a_correlation_that_cannot_be_is_refused():
    with pytest.raises(
        EstimateError, match=r"^correlation is -1.0, expected between -1 and 1 with"
    ):
        fit_correlated([ROW], np.ones((6, 1)), PATIENTS, -1.0)


def test_blocks_of_one_sample_say_nothing_of_correlation():
    with pytest.raises(EstimateError, match=r"^no patient has two samples"):
        estimate_block_correlation([[1.0, 2.0, 4.0]], np.ones((3, 1)), ["a", "b", "c"])


def test_without_a_residual_variance_there_is_no_prior():
    with pytest.raises(EstimateError, match=r"^no measurement has a residual variance"):
        estimate_variance_prior([np.nan], [np.nan])
    assert np.isnan(fit_linear([[1.0, 1.0]], np.ones((2, 1))).variance[0])


def test_equal_variances_have_a_prior_without_limit():
    prior = estimate_variance_prior([1.0, 1.0, 1.0], [4.0, 4.0, 4.0])
    assert prior.df == np.inf
    assert prior.variance == 1.0


def test_zeros_and_ties_call_for_the_corrected_normal_approximation():
    """Five differences are left, two alike: variance 5 x 6 x 11 / 24 - 6 / 48, center 7.5."""
    found = estimate_signed_rank_shift([[1.0, 2, 2, 3, 0, 4]], [[0.0] * 6])
    assert not found.is_exact[0]
    assert found.statistic[0] == 15
    z = (7.5 - 0.5) / (5 * 6 * 11 / 24 - 6 / 48) ** 0.5
    assert found.p_value[0] == pytest.approx(2 * NormalDist().cdf(-z), rel=1e-12)


def test_a_separated_outcome_has_no_finite_hazard_ratio():
    found = screen_hazards([[1.0, 2.0, 3.0, 4.0]], [1.0, 2.0, 3.0, 4.0], [1, 1, 1, 1])
    assert np.isnan(found.coef[0])


def test_permutation_finds_what_goes_with_survival_and_not_what_does_not():
    rng = np.random.default_rng(7)
    time = rng.exponential(size=40)
    values = np.stack([-time, rng.normal(size=40), np.ones(40)])
    found = permute_hazards(values, time, np.ones(40, dtype=bool), rng, 400)
    assert found[0] == pytest.approx(1 / 401)
    assert 0.05 < found[1] <= 1
    assert np.isnan(found[2])


def test_ranks_of_nine_are_counted_and_of_ten_approximated_alike():
    order = np.arange(10.0)
    other = order[[1, 0, 3, 2, 5, 4, 7, 6, 9, 8]]
    small, large = (correlate_ranks([order[:n]], other[:n]) for n in (8, 10))
    assert small.coefficient[0] == pytest.approx(1 - 6 * 8 / (8 * 63))
    assert small.p_value[0] == pytest.approx(0.0046, abs=5e-5)  # printed in tables for 0.905
    assert large.p_value[0] < small.p_value[0]


def test_one_row_and_rows_without_spread_make_no_tree():
    with pytest.raises(EstimateError, match=r"^one row cannot be clustered"):
        cluster_rows([[1.0, 2.0]])
    with pytest.raises(EstimateError, match=r"^the correlation distance of some rows is unknown"):
        cluster_rows([[1.0, np.nan], [np.nan, 2.0]], Distance.CORRELATION)
    with pytest.raises(EstimateError, match=r"^4 clusters, expected from 1 to 3"):
        cut_tree(cluster_rows([[0.0], [1.0], [5.0]]), 4)
    with pytest.raises(EstimateError, match=r"^0 colors for 1 values"):
        build_breaks([[1.0]], 0)


def test_components_need_samples():
    with pytest.raises(EstimateError, match=r"^2 components of 2 measurements and 2 samples"):
        find_components([[1.0, 2.0], [2.0, 5.0]], 2)
