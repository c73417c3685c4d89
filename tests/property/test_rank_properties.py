"""Laws of the rank tests, of the studentized range and of clustering, by brute force."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.stats import friedmanchisquare, kruskal, studentized_range

from trialwright.stats.clustering import (
    Linkage,
    Scaling,
    cluster_rows,
    cut_tree,
    scale_matrix,
)
from trialwright.stats.distances import Distance
from trialwright.stats.rank_distributions import rank_sum_cumulative, signed_rank_cumulative
from trialwright.stats.rank_groups import compare_levels_by_rank, compare_visits_by_rank
from trialwright.stats.rank_tests import estimate_rank_sum_shift, estimate_signed_rank_shift
from trialwright.stats.studentized_range import range_probability, range_quantile

SEEDS = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize("n", range(1, 11))
def test_signed_rank_probabilities_count_every_sign(n):
    ranks = np.arange(1, n + 1)
    sums = np.array([ranks @ np.array(signs) for signs in product((0, 1), repeat=n)])
    expected = [(sums <= k).mean() for k in range(n * (n + 1) // 2 + 1)]
    np.testing.assert_allclose(signed_rank_cumulative(n), expected, atol=1e-14)


@pytest.mark.parametrize(("n", "m"), [(1, 5), (3, 4), (5, 5), (6, 2)])
def test_rank_sum_probabilities_count_every_division(n, m):
    sums = np.array([sum(chosen) for chosen in combinations(range(n + m), n)]) - n * (n - 1) // 2
    expected = [(sums <= k).mean() for k in range(n * m + 1)]
    np.testing.assert_allclose(rank_sum_cumulative(n, m), expected, atol=1e-14)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(2, 40), st.booleans())
def test_a_shift_moves_the_estimate_and_its_limits_alone(seed, n, has_ties):
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(2, 1, n))
    if has_ties:  # on a grid of halves, so that sums are exact and stay tied
        first, second = np.round(first * 2) / 2, np.round(second * 2) / 2
    plain, moved = (estimate_rank_sum_shift(x, second) for x in (first, first + 4.0))
    for name in ("estimate", "lower", "upper"):
        one, other = getattr(plain, name)[0], getattr(moved, name)[0]
        if np.isfinite(one) and np.isfinite(other):
            assert other == pytest.approx(one + 4.0, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.integers(2, 60))
def test_the_two_orders_of_a_pair_mirror_each_other(seed, n):
    first, second = np.random.default_rng(seed).normal(size=(2, 3, n))
    one, other = (
        estimate_signed_rank_shift(first, second),
        estimate_signed_rank_shift(second, first),
    )
    np.testing.assert_allclose(one.p_value, other.p_value, atol=1e-12)
    np.testing.assert_allclose(one.estimate, -other.estimate, atol=1e-9)
    np.testing.assert_allclose(one.lower, -other.upper, atol=1e-9)
    assert (one.lower <= one.estimate).all()
    assert (one.estimate <= one.upper).all()


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.booleans())
def test_rank_tests_of_groups_are_those_of_scipy(seed, has_ties):
    rng = np.random.default_rng(seed)
    cube = rng.normal(size=(1, 9, 4))
    cube = np.round(cube * 2) / 2 if has_ties else cube
    friedman = compare_visits_by_rank(cube)
    theirs = friedmanchisquare(*cube[0].T)
    np.testing.assert_allclose(friedman.statistic[0], theirs.statistic, rtol=1e-9)
    levels = np.tile(list("abcd"), 9)
    ours = compare_levels_by_rank(cube.reshape(1, -1), list(levels))
    expected = kruskal(*(cube.ravel()[levels == level] for level in "abcd"))
    np.testing.assert_allclose(ours.p_value[0], expected.pvalue, rtol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.2, 9.0), st.integers(2, 10), st.floats(2.0, 150.0))
def test_the_studentized_range_is_that_of_scipy(q, k, df):
    found = range_probability(np.array([q]), np.array([float(k)]), np.array([df]))[0]
    assert found == pytest.approx(studentized_range.cdf(q, k, df), abs=1e-7)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([0.5, 0.9, 0.95, 0.99]), st.integers(2, 12), st.floats(1.5, 500.0))
def test_a_quantile_of_the_range_has_its_probability(prob, k, df):
    quantile = range_quantile(prob, np.array([float(k)]), np.array([df]))
    assert range_probability(quantile, np.array([float(k)]), np.array([df]))[0] == pytest.approx(
        prob, abs=1e-9
    )


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(2, 25), st.sampled_from(Distance), st.sampled_from(Linkage))
def test_a_tree_holds_every_row_once_and_heights_ascend(seed, n, distance, rule):
    tree = cluster_rows(np.random.default_rng(seed).normal(size=(n, 6)), distance, rule)
    assert sorted(tree.order.tolist()) == list(range(n))
    assert (np.diff(tree.heights) >= -1e-12).all()
    for n_clusters in range(1, n + 1):
        cut = cut_tree(tree, n_clusters)
        assert len(set(cut)) == n_clusters
        assert cut[0] == 1


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.integers(4, 20), st.integers(2, 4))
def test_a_cut_is_that_of_scipy(seed, n, n_clusters):
    values = np.random.default_rng(seed).normal(size=(n, 5))
    ours = cut_tree(cluster_rows(values, linkage_rule=Linkage.AVERAGE), n_clusters)
    theirs = fcluster(linkage(values, "average"), n_clusters, "maxclust")
    assert ((ours[:, None] == ours) == (theirs[:, None] == theirs)).all()


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.sampled_from(Distance))
def test_missing_columns_are_made_up_for_in_number(seed, distance):
    """A column that both rows lack changes nothing but the scale that R's dist restores."""
    values = np.random.default_rng(seed).normal(size=(5, 6))
    gapped = np.hstack([values, np.full((5, 3), np.nan)])
    factor = {Distance.EUCLIDEAN: np.sqrt(9 / 6), Distance.MANHATTAN: 9 / 6}.get(distance, 1.0)
    whole, holed = (cluster_rows(part, distance) for part in (values, gapped))
    np.testing.assert_allclose(holed.heights, whole.heights * factor, rtol=1e-9)


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_scaled_rows_have_mean_0_and_deviation_1(seed):
    values = np.random.default_rng(seed).normal(3, 2, size=(4, 7))
    values[0, 0] = np.nan
    scaled = scale_matrix(values, Scaling.ROW)
    np.testing.assert_allclose(np.nanmean(scaled, axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(np.nanstd(scaled, axis=1, ddof=1), 1, rtol=1e-12)
