"""Neighbors, windows, cross functions and zones on places that can be checked by hand."""

import numpy as np
import pytest

from trialwright.core.errors import EstimateError
from trialwright.stats.spatial import count_neighbors, count_within, list_pairs, measure_nearest
from trialwright.stats.spatial_density import Zone, assign_zones, map_density, measure_zones
from trialwright.stats.spatial_functions import (
    estimate_cross_g,
    estimate_cross_k_border,
    estimate_cross_k_translation,
)
from trialwright.stats.spatial_windows import (
    find_inside,
    make_rectangle,
    make_window,
    measure_to_border,
)

FIELD = make_rectangle(0, 0, 100, 100)
# An L of 300 by 300 without its upper right quarter, a hole in it.
L_SHAPE = make_window(
    [
        np.array([[0, 0], [300, 0], [300, 150], [150, 150], [150, 300], [0, 300]]),
        np.array([[40, 40], [100, 40], [100, 100], [40, 100], [40, 40]]),
    ]
)


def random_places(seed: int, n: int, size: float = 300.0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, size, (n, 2))


def brute_distances(starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    return np.hypot(*(starts[:, None] - ends[None]).transpose(2, 0, 1))


def test_a_neighbor_exactly_at_the_radius_counts() -> None:
    assert count_neighbors(np.array([[0.0, 0.0]]), 25, np.array([[7.0, 24.0]])).tolist() == [1]


def test_a_cell_is_not_its_own_neighbor_but_one_at_the_same_place_is() -> None:
    cells = np.array([[1.0, 1.0], [1.0, 1.0], [9.0, 9.0]])
    assert count_neighbors(cells, 2).tolist() == [1, 1, 0]
    assert measure_nearest(cells)[:2].tolist() == [0, 0]


def test_nobody_there_is_counted_as_nobody() -> None:
    none, one = np.empty((0, 2)), np.array([[1.0, 1.0]])
    assert count_within(none, one, [5])[0].n_from_with == 0
    assert np.isnan(count_within(none, one, [5])[0].mean_within)
    assert count_within(one, none, [5])[0].mean_within == 0
    assert measure_nearest(one, none).tolist() == [np.inf]
    assert measure_nearest(one).tolist() == [np.inf]
    assert list(list_pairs(none, one, 5)) == []


@pytest.mark.parametrize("radius", [0, -1, float("nan")])
def test_a_radius_that_is_not_positive_is_refused(radius: float) -> None:
    with pytest.raises(EstimateError, match="expected more than 0"):
        count_neighbors(np.zeros((1, 2)), radius)


def test_places_that_are_not_finite_are_counted_and_refused() -> None:
    with pytest.raises(EstimateError, match="1 of 2 places are not finite"):
        measure_nearest(np.array([[0.0, np.nan], [1.0, 1.0]]))
    with pytest.raises(EstimateError, match=r"shape \(3,\), expected \(n, 2\)"):
        measure_nearest(np.zeros(3))


def test_pairs_in_parts_are_all_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trialwright.stats.spatial.PAIRS_AT_ONCE", 500)
    starts, ends = random_places(1, 400), random_places(2, 300)
    found = {(i, j) for rows in list_pairs(starts, ends, 30) for i, j in zip(*rows[:2])}  # noqa: B905
    expected = set(zip(*np.nonzero(brute_distances(starts, ends) <= 30), strict=True))
    assert found == expected


def test_a_window_with_a_hole_has_its_area_and_its_inside() -> None:
    assert L_SHAPE.area == 300 * 300 - 150 * 150 - 60 * 60
    places = np.array([[20, 20], [70, 70], [200, 200], [200, 100], [-1, 5]], dtype=float)
    assert find_inside(places, L_SHAPE).tolist() == [True, False, False, True, False]
    assert not L_SHAPE.is_rectangle
    assert FIELD.is_rectangle


def test_the_distance_to_a_border_is_negative_inside_and_sees_holes() -> None:
    places = np.array([[20, 70], [70, 70], [160, 160], [200, 100], [303, 154]], dtype=float)
    assert measure_to_border(places, L_SHAPE).tolist() == [-20, 30, 10, -50, 5]


def test_many_places_get_the_same_distance_as_one_alone() -> None:
    places = random_places(3, 3000, 400) - 50
    together = measure_to_border(places, L_SHAPE)
    alone = [float(measure_to_border(place[None], L_SHAPE)[0]) for place in places[::37]]
    assert together[::37].tolist() == pytest.approx(alone, abs=1e-9)


def test_a_ring_without_area_is_refused() -> None:
    with pytest.raises(EstimateError, match="a ring has 2 corners"):
        make_window([np.array([[0, 0], [1, 1], [0, 0]])])
    with pytest.raises(EstimateError, match="no ring"):
        make_window([])


def test_cross_k_with_the_border_correction_is_its_definition() -> None:
    starts, ends, radii = random_places(4, 200), random_places(5, 150), [5.0, 20.0, 40.0]
    starts = starts[find_inside(starts, L_SHAPE)]
    ends = ends[find_inside(ends, L_SHAPE)]
    found = estimate_cross_k_border(starts, ends, L_SHAPE, radii)
    distances, border = brute_distances(starts, ends), -measure_to_border(starts, L_SHAPE)
    for radius, value in zip(radii, found.value, strict=True):
        is_far = border >= radius
        expected = (distances[is_far] <= radius).sum() / is_far.sum() * L_SHAPE.area / len(ends)
        assert value == pytest.approx(expected, rel=1e-12)


def test_cross_k_with_the_translation_correction_is_its_definition() -> None:
    starts, ends, radii = random_places(6, 80, 100), random_places(7, 90, 100), [0.0, 10.0, 30.0]
    found = estimate_cross_k_translation(starts, ends, FIELD, radii)
    moves = np.abs(ends[None] - starts[:, None])
    weights = 1 / ((100 - moves[..., 0]) * (100 - moves[..., 1]))
    distances = brute_distances(starts, ends)
    expected = [weights[distances <= r].sum() * 1e8 / (80 * 90) for r in radii]
    assert found.value.tolist() == pytest.approx(expected, rel=1e-12)
    assert found.expected.tolist() == [np.pi * r**2 for r in radii]


def test_the_translation_correction_of_a_polygon_is_that_of_the_same_rectangle() -> None:
    starts, ends = random_places(8, 80, 100), random_places(9, 90, 100)
    in_five = make_window([np.array([[0, 0], [50, 0], [100, 0], [100, 100], [0, 100]])])
    exact = estimate_cross_k_translation(starts, ends, FIELD, [20.0]).value
    gridded = estimate_cross_k_translation(starts, ends, in_five, [20.0]).value
    assert gridded.tolist() == pytest.approx(exact.tolist(), rel=1e-3)  # a grid of 512 steps


@pytest.mark.parametrize("estimate", [estimate_cross_k_border, estimate_cross_k_translation])
def test_independent_kinds_have_the_k_of_independence_on_average(estimate) -> None:
    ratios, field = [], make_rectangle(0, 0, 300, 300)
    for seed in range(30):
        found = estimate(
            random_places(100 + seed, 150), random_places(500 + seed, 150), field, [25.0]
        )
        ratios.append(found.value[0] / found.expected[0])
    error = np.std(ratios) / np.sqrt(len(ratios))
    assert abs(np.mean(ratios) - 1) < 4 * error
    assert error < 0.02


def test_cross_g_is_kaplan_and_meiers_with_the_border_as_censoring() -> None:
    # Distances 1, 2 and 4; the cell with 4 stands 3 from the border, so it is censored at 3.
    starts = np.array([[50.0, 50.0], [50.0, 20.0], [97.0, 50.0]])
    ends = np.array([[51.0, 50.0], [50.0, 22.0], [97.0, 54.0]])
    found = estimate_cross_g(starts, ends, FIELD, [0.5, 1, 2, 3, 3.5])
    assert found.value[:4].tolist() == pytest.approx([0, 1 / 3, 2 / 3, 2 / 3])
    assert np.isnan(found.value[4])


def test_a_kind_without_cells_in_the_window_is_refused() -> None:
    with pytest.raises(EstimateError, match="1 and 0 cells lie in the window"):
        estimate_cross_g(np.array([[5.0, 5.0]]), np.array([[500.0, 5.0]]), FIELD, [1.0])
    with pytest.raises(EstimateError, match="expected ascending numbers"):
        estimate_cross_g(np.array([[5.0, 5.0]]), np.array([[5.0, 5.0]]), FIELD, [2.0, 1.0])


def test_zones_have_the_areas_of_geometry_and_their_cells() -> None:
    tissue = make_rectangle(0, 0, 4000, 4000)
    tumor = make_rectangle(1000, 1000, 3000, 3000)
    cells = np.array([[2000, 2000], [1100, 2000], [800, 2000], [100, 100], [9000, 0]], dtype=float)
    zones, distance = measure_zones(cells, tumor, tissue)
    assert [zones[zone].n_cells for zone in Zone] == [1, 2, 1]
    core, margin = 1.0, 4 - 1 + 4 * 2 * 0.5 + np.pi * 0.5**2
    areas = [zones[zone].area_mm2 for zone in Zone]
    assert areas == pytest.approx([core, margin, 16 - core - margin], rel=2e-3)  # a 10 um grid
    assert distance.tolist() == pytest.approx([-1000, -100, 200, 900 * np.sqrt(2)])
    assert assign_zones(distance) == [Zone.CORE, Zone.MARGIN, Zone.MARGIN, Zone.STROMA]


def test_a_map_of_even_cells_is_even_up_to_the_border() -> None:
    lattice = np.stack(np.meshgrid(np.arange(5, 1000, 10), np.arange(5, 1000, 10)), axis=-1)
    window = make_rectangle(0, 0, 1000, 1000)
    found = map_density(lattice.reshape(-1, 2).astype(float), window, 20, 50)
    assert found.density_per_mm2.shape == (50, 50)
    assert found.density_per_mm2 == pytest.approx(np.full((50, 50), 10_000.0), rel=1e-9)


def test_a_map_is_unknown_outside_the_window() -> None:
    found = map_density(random_places(10, 50), L_SHAPE, 10, 20)
    assert np.isnan(found.density_per_mm2[7, 7])
    assert np.isfinite(found.density_per_mm2[1, 1])
    with pytest.raises(EstimateError, match="expected at most"):
        map_density(random_places(10, 50), L_SHAPE, 0.01, 20)
