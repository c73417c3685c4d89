"""Tests between groups at their edges."""

import pytest

from trialwright.core.errors import EstimateError
from trialwright.stats.survival_tests import SurvivalWeight, compare_survival


@pytest.mark.parametrize("weight", SurvivalWeight)
def test_without_events_nothing_differs(weight):
    test = compare_survival([1, 2, 3], [0, 0, 0], ["A", "B", "B"], weight)
    assert (test.chi_square, test.df, test.p_value) == (0, 0, 1)
    assert test.expected.tolist() == [0, 0]


def test_a_group_that_left_before_the_first_event_is_not_compared():
    test = compare_survival([1, 5, 6, 7, 8], [0, 1, 1, 1, 0], ["A", "B", "C", "B", "C"])
    two = compare_survival([5, 6, 7, 8], [1, 1, 1, 0], ["B", "C", "B", "C"])
    assert test.df == 1
    assert test.chi_square == pytest.approx(two.chi_square)


def test_events_of_everyone_at_one_time_tell_nothing():
    test = compare_survival([4, 4, 4], [1, 1, 1], ["A", "A", "B"])
    assert (test.chi_square, test.p_value) == (0, 1)


def test_subjects_and_events_are_counted_by_group_in_sort_order():
    test = compare_survival([1, 2, 3], [1, 0, 1], ["b", "a", "b"])
    assert test.groups == ("a", "b")
    assert (test.n_subjects.tolist(), test.n_event.tolist()) == ([1, 2], [0, 2])


def test_one_group_is_an_error_in_words():
    with pytest.raises(EstimateError) as caught:
        compare_survival([1, 2], [1, 1], ["A", "A"])
    assert str(caught.value) == (
        "All subjects are in group A, expected at least two groups to compare. "
        "Check the grouping variable."
    )


def test_groups_of_another_length_are_an_error_in_words():
    with pytest.raises(EstimateError, match=r"^group has shape \(1,\), expected one group"):
        compare_survival([1, 2], [1, 1], ["A"])
