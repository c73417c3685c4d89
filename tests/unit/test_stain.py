"""Stains are split exactly where they can be, and their vectors found where they are tilted."""

import numpy as np
import pytest

from trialwright.core.errors import SlideError
from trialwright.imaging.stain import (
    StainVectors,
    measure_misfit,
    reference_stains,
    to_optical_density,
    unmix_best_pair,
    unmix_best_single,
    unmix_least_squares,
    unmix_pseudo_inverse,
    unmix_two,
)
from trialwright.imaging.stain_estimate import estimate_stains, estimate_white

FOUR = reference_stains(("hematoxylin", "dab", "purple", "green"))


def mix(stains: StainVectors, *amounts: tuple[float, ...]) -> np.ndarray:
    return (np.array(amounts) @ stains.matrix()).astype(np.float32)


def test_optical_density_is_never_negative_nor_infinite() -> None:
    od = to_optical_density(np.array([[0, 240, 255]], np.uint8), (240, 240, 240))
    assert od == pytest.approx(np.array([[np.log10(240), 0, 0]]), abs=1e-6)
    assert to_optical_density(np.array([[1000.0]]), [2000.0]) == pytest.approx(np.log10(2))


def test_two_stains_are_split_exactly() -> None:
    stains = reference_stains()
    assert unmix_two(mix(stains, (0.3, 0.8)), stains) == pytest.approx(
        np.array([[0.3, 0.8, 0.0]]), abs=1e-6
    )


@pytest.mark.parametrize("chromogen", [1, 2, 3])
def test_hematoxylin_and_one_chromogen_are_told_apart(chromogen: int) -> None:
    amounts = [0.4, 0.0, 0.0, 0.0]
    amounts[chromogen] = 0.7
    found = unmix_best_single(mix(FOUR, tuple(amounts)), FOUR)
    assert found == pytest.approx(np.array([amounts]), abs=1e-5)


def test_the_best_pair_may_be_two_chromogens() -> None:
    found = unmix_best_pair(mix(FOUR, (0.0, 0.6, 0.0, 0.5)), FOUR)
    assert found == pytest.approx(np.array([[0.0, 0.6, 0.0, 0.5]]), abs=1e-5)


def test_no_method_gives_negative_amounts() -> None:
    od = np.random.default_rng(1).uniform(0, 1, (500, 3)).astype(np.float32)
    for unmix in (unmix_best_single, unmix_best_pair, unmix_pseudo_inverse):
        found = unmix(od, FOUR)
        assert found.shape == (500, 4)
        assert (found >= 0).all()


def test_the_best_fit_leaves_no_more_than_a_single_stain_would() -> None:
    od = np.random.default_rng(2).uniform(0, 1, (500, 3)).astype(np.float32)
    left = np.linalg.norm(od - unmix_best_single(od, FOUR) @ FOUR.matrix(), axis=1)
    alone = np.maximum(od @ FOUR.matrix().T, 0)
    left_alone = np.sqrt(np.maximum((od**2).sum(axis=1)[:, None] - alone**2, 0)).min(axis=1)
    assert (left <= left_alone + 1e-4).all()


def test_as_many_bands_as_stains_make_it_exact() -> None:
    rng = np.random.default_rng(3)
    rows = tuple(tuple(row) for row in rng.uniform(0.1, 1, (4, 6)))
    stains = StainVectors(("a", "b", "c", "d"), rows, (255.0,) * 6)
    amounts = (0.2, 0.5, 0.1, 0.9)
    found = unmix_least_squares(mix(stains, amounts), stains)
    assert found == pytest.approx(np.array([amounts]), abs=1e-4)
    with pytest.raises(SlideError, match="STAIN-BANDS"):
        unmix_least_squares(mix(FOUR, amounts), FOUR)


def test_a_stain_without_a_vector_is_refused() -> None:
    with pytest.raises(SlideError, match=r"^stain azure: no vector is known"):
        reference_stains(("hematoxylin", "azure"))


@pytest.mark.parametrize("white", [(255.0, 255.0, 255.0), (214.0, 205.0, 226.0)])
def test_tilted_vectors_are_found(white: tuple[float, ...]) -> None:
    rng = np.random.default_rng(4)
    true = StainVectors(("hematoxylin", "dab"), ((0.75, 0.58, 0.32), (0.38, 0.58, 0.72)), white)
    n = 40_000
    amounts = np.zeros((n, 2))
    amounts[: n // 2, 0] = rng.gamma(4, 0.12, n // 2)
    amounts[n // 2 : n // 2 + 2000] = rng.gamma(4, 0.15, (2000, 2)) * [0.1, 1.0]
    light = 10 ** -(amounts @ true.matrix()) * np.array(white)
    pixels = np.clip(light + rng.normal(0, 1, light.shape), 0, 255).astype(np.uint8)
    found = estimate_stains(pixels, ("hematoxylin", "dab"))
    assert estimate_white(pixels) == pytest.approx(white, abs=2.5)
    misfit = measure_misfit(found, true)
    assert misfit["hematoxylin"] < 2
    assert misfit["dab"] < 4
    assert measure_misfit(true, reference_stains())["hematoxylin"] > 5


def test_a_slide_without_brown_keeps_the_reference_of_brown() -> None:
    amounts = np.random.default_rng(5).gamma(4, 0.12, (5000, 1))
    od = amounts @ reference_stains(("hematoxylin",)).matrix()
    pixels = (10**-od * 240).astype(np.uint8)
    found = estimate_stains(pixels, ("hematoxylin", "dab"))
    assert measure_misfit(found, reference_stains())["dab"] == pytest.approx(0, abs=1e-4)
