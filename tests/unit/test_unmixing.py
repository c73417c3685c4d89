"""The best pair of stains in each pixel is what trying them one by one would choose."""

import numpy as np
import pytest

from trialwright.imaging.stain import reference_stains, unmix_best_pair, unmix_best_single

STAINS = reference_stains(("hematoxylin", "purple", "green", "dab"))


@pytest.mark.parametrize("marker", [1, 2, 3])
def test_a_mixture_of_hematoxylin_and_one_chromogen_is_found_again(marker: int) -> None:
    generator = np.random.default_rng(marker)
    amounts = np.zeros((200, 4), np.float32)
    amounts[:, 0] = generator.uniform(0.1, 1, 200)
    amounts[:, marker] = generator.uniform(0.1, 1, 200)
    od = (amounts @ STAINS.matrix()).astype(np.float32)
    assert unmix_best_single(od, STAINS) == pytest.approx(amounts, abs=1e-3)


@pytest.mark.parametrize("unmix", [unmix_best_single, unmix_best_pair])
def test_no_other_pair_explains_more_and_nothing_is_negative(unmix) -> None:
    od = np.random.default_rng(5).uniform(0, 1, (50, 3)).astype(np.float32)
    found, matrix = unmix(od, STAINS), STAINS.matrix()
    assert (found >= 0).all()
    assert ((found > 0).sum(axis=1) <= 2).all()
    error = ((od - found @ matrix) ** 2).sum(axis=1)
    seconds = range(1, 4)
    for first in (0,) if unmix is unmix_best_single else range(4):
        for second in seconds:
            if first != second:
                pair = matrix[[first, second]]
                fit = np.linalg.lstsq(pair.T, od.T.astype(float), rcond=None)[0]
                other = ((od.T - pair.T @ fit) ** 2).sum(axis=0)
                is_whole = (fit >= 0).all(axis=0)
                assert (error[is_whole] <= other[is_whole] + 1e-5).all()


def test_glass_has_no_stain() -> None:
    assert not unmix_best_single(np.zeros((3, 4, 3), np.float32), STAINS).any()
