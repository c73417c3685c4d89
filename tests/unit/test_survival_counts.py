"""Counting at distinct times, by value and by sorted keys, in one piece and in many."""

import numpy as np
import pytest

from trialwright.core.errors import EstimateError
from trialwright.stats import survival_counts
from trialwright.stats.survival_counts import count_events, index_times


@pytest.mark.parametrize("chunk_rows", [1, 2, 3, 7])
def test_times_and_ties_across_pieces_are_counted_as_in_one_piece(monkeypatch, chunk_rows):
    rng = np.random.default_rng(5)
    time, event = rng.integers(0, 12, 60) / 7, rng.random(60) < 0.5
    whole = count_events(time, event)
    monkeypatch.setattr(survival_counts, "CHUNK_ROWS", chunk_rows)
    pieces = count_events(time, event)
    np.testing.assert_array_equal(pieces.times, whole.times)
    np.testing.assert_array_equal(pieces.n_risk, whole.n_risk)
    np.testing.assert_array_equal(pieces.n_event, whole.n_event)


def test_the_input_is_left_as_it_was():
    time, event = np.array([2.5, 1.5, 2.5]), np.array([True, False, True])
    count_events(time, event)
    assert time.tolist() == [2.5, 1.5, 2.5]
    assert event.tolist() == [True, False, True]


@pytest.mark.parametrize("dtype", [np.int16, np.uint8, np.float32, np.float64])
def test_every_type_of_number_is_counted_alike(dtype):
    counts = count_events(np.array([5, 2, 2, 200], dtype=dtype), [1, 1, 0, 0])
    assert counts.times.tolist() == [2, 5, 200]
    assert counts.n_event.tolist() == [1, 1, 0]
    assert counts.n_censored.tolist() == [1, 0, 1]


def test_a_time_that_is_not_a_number_is_an_error_in_words():
    with pytest.raises(EstimateError, match=r"^time holds something that is not a number"):
        count_events(["3 days", "1 day"], [1, 1])


def test_a_time_of_none_is_missing():
    with pytest.raises(EstimateError, match=r"^A time is missing"):
        count_events([3, None], [1, 1])


def test_a_chain_of_near_equal_times_is_one_time():
    # Each is within 1.5e-8 of the one before it, the last is not within it of the first.
    counts = count_events([0.5, 0.5 + 1e-8, 0.5 + 2e-8, 0.5 + 3e-8, 0.6], [1, 1, 1, 1, 1])
    assert counts.times.tolist() == [0.5, 0.6]
    assert counts.n_event.tolist() == [4, 1]


def test_long_times_are_merged_relative_to_their_mean():
    counts = count_events([1e6 + 0.5, 1e6 + 0.51, 1e6 + 0.7], [1, 1, 1])
    assert counts.n_event.tolist() == [2, 1]


def test_subjects_find_their_distinct_time():
    times, index = index_times([0.3, 0.5, 0.1 + 0.2])
    assert times.tolist() == [0.3, 0.5]
    assert index.tolist() == [0, 1, 0]
