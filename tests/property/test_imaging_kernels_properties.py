"""The kernels of imaging do what their slow definitions say."""

import numpy as np
import scipy.ndimage as ndi
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from trialwright.imaging.morphology import (
    average_pixels,
    average_whole_pixels,
    find_disk_minimum,
    reconstruct,
)
from trialwright.imaging.regions import find_nearest, grow_labels, split_summits

IMAGES = hnp.arrays(
    np.float32,
    hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=14),
    elements=st.integers(0, 40).map(lambda value: value / 8),
)
MASKS = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=14))
FEW = settings(deadline=None, max_examples=40)  # the first example compiles


@FEW
@given(IMAGES, st.integers(1, 5))
def test_the_minimum_in_a_disk_is_that_of_its_pixels(image: np.ndarray, radius: int) -> None:
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    slow = ndi.minimum_filter(
        image, footprint=np.hypot(y, x) <= radius, mode="constant", cval=np.inf
    )
    assert (find_disk_minimum(image, float(radius)) == slow).all()


@FEW
@given(IMAGES, st.integers(1, 6))
def test_reconstruction_is_dilation_under_the_mask_until_nothing_changes(
    mask: np.ndarray, drop: int
) -> None:
    marker = np.maximum(mask - drop / 2, 0).astype(np.float32)
    marker[mask < mask.max()] = 0
    slow = np.minimum(marker, mask)
    while True:
        raised = np.minimum(ndi.maximum_filter(slow, 3), mask)
        if (raised == slow).all():
            break
        slow = raised
    assert (reconstruct(np.minimum(marker, mask), mask) == slow).all()


@FEW
@given(MASKS)
def test_the_nearest_source_is_at_the_euclidean_distance(is_source: np.ndarray) -> None:
    distance, place = find_nearest(is_source, 6.0)
    if not is_source.any():
        assert (place == -1).all()
        return
    exact = ndi.distance_transform_edt(~is_source)
    is_near = exact <= 6
    assert np.allclose(distance[is_near], exact[is_near], atol=1e-5)
    assert (place[~is_near] == -1).all()
    rows, columns = np.divmod(place[is_near], is_source.shape[1])
    assert is_source[rows, columns].all()


@FEW
@given(MASKS)
def test_every_pixel_of_a_mask_has_a_label_and_no_other_has(mask: np.ndarray) -> None:
    height = ndi.distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1].astype(np.float32)
    labels = split_summits(height, mask, 0.5)
    assert ((labels > 0) == mask).all()
    parts = ndi.label(mask, np.ones((3, 3)))[0]
    for label in np.unique(labels[labels > 0]):
        assert len(np.unique(parts[labels == label])) == 1


def test_two_disks_that_touch_are_two() -> None:
    y, x = np.mgrid[:30, :50]
    mask = (np.hypot(y - 15, x - 15) < 10) | (np.hypot(y - 15, x - 33) < 10)
    distance, _ = find_nearest(~mask, 30.0)
    assert len(np.unique(split_summits(distance, mask, 1.0))) - 1 == 2
    assert len(np.unique(split_summits(distance, mask, 20.0))) - 1 == 1


def test_labels_grow_to_the_nearest() -> None:
    labels = np.zeros((1, 9), np.int32)
    labels[0, 1], labels[0, 7] = 1, 2
    grown, distance = grow_labels(labels, 2.0)
    assert grown.tolist() == [[1, 1, 1, 1, 0, 2, 2, 2, 2]]
    assert distance[0, 3] == 2


def test_a_part_of_a_picture_is_averaged_as_the_whole_is() -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (90, 110, 3)).astype(np.uint8)
    whole = np.empty((41, 50, 3), np.uint8)
    average_pixels(pixels, whole, (0, 0), 2.19, (0, 0))
    part = np.empty((10, 12, 3), np.uint8)
    average_pixels(pixels[40:75, 60:100], part, (20, 30), 2.19, (40, 60))
    assert (part == whole[20:30, 30:42]).all()


def test_whole_pixels_are_averaged_as_any_are() -> None:
    pixels = np.random.default_rng(2).integers(0, 255, (60, 90, 3)).astype(np.uint8)
    one, other = np.empty((20, 30, 3), np.uint8), np.empty((20, 30, 3), np.uint8)
    average_pixels(pixels, one, (0, 0), 3.0, (0, 0))
    average_whole_pixels(pixels, other, 3)
    assert (one == other).all()
