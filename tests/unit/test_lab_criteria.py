"""The packaged laboratory criteria and the tests that they grade."""

import itertools

import pytest

from trialwright.core.errors import StudyError
from trialwright.datasets.ctcae import read_ctcae
from trialwright.datasets.lab_criteria import (
    CtcaeVersion,
    UnitSystem,
    find_ctcae_version,
    list_lab_tests,
    read_lab_criteria,
)
from trialwright.derive.lab_criteria import ASSUMED_GRADES, WORST_CASE
from trialwright.derive.lab_rules import parse_condition

ALL = list(itertools.product(CtcaeVersion, UnitSystem))
LISTS = {"high_indicator": ("HIGH",), "low_indicator": ("LOW",)}


@pytest.mark.parametrize(("version", "units"), ALL)
def test_every_rule_is_of_the_language_and_of_known_variables(version, units):
    for criterion in read_lab_criteria(version, units):
        names = set()
        for rule in criterion.rules:
            names |= set(parse_condition(rule.when, LISTS).meta.root_names())
        assert names == criterion.variables, criterion.term


@pytest.mark.parametrize(("version", "units"), ALL)
def test_rules_go_from_the_worst_grade_to_none(version, units):
    for criterion in read_lab_criteria(version, units):
        grades = [rule.grade for rule in criterion.rules if rule.grade is not None]
        assert grades == sorted(grades, reverse=True), criterion.term
        assert (criterion.rules[-1].when, criterion.rules[-1].grade) == ("TRUE", 0)


@pytest.mark.parametrize(("version", "units"), ALL)
def test_every_assumed_symptom_names_the_grades_that_rest_on_it(version, units):
    assumed = {
        item.term
        for item in read_lab_criteria(version, units)
        if WORST_CASE in (item.comment or "")
    }
    assert assumed <= set(ASSUMED_GRADES)


@pytest.mark.parametrize(("version", "number"), [(CtcaeVersion.V4_03, "4.03"),
                                                 (CtcaeVersion.V5_0, "5.0")])  # fmt: skip
def test_the_grade_texts_are_those_of_the_terms(version, number):
    texts = {item.term: item.grades for item in read_ctcae(number)}
    wrong = []
    for criterion in read_lab_criteria(version, UnitSystem.SI):
        ours = texts[criterion.term.split(" (")[0]]
        wrong += [
            criterion.term
            for rule in criterion.rules
            if rule.grade and not ours[rule.grade - 1]
        ]  # fmt: skip
    assert wrong == []


@pytest.mark.parametrize("version", CtcaeVersion)
def test_every_criterion_is_reached_from_a_test(version):
    terms = {item.term for item in read_lab_criteria(version, UnitSystem.SI)}
    tests = list_lab_tests(version)
    reached = {
        term
        for test in tests
        for term in (test.low_term, test.high_term, test.high_term_fasting)
        if term
    }
    assert terms <= reached
    assert len({test.code for test in tests}) == len(tests)


def test_a_protocol_of_version_4_0_is_graded_with_4_03():
    assert find_ctcae_version("v4.0") is CtcaeVersion.V4_03


def test_a_version_without_criteria_is_refused():
    with pytest.raises(StudyError, match="CTCAE version '3' has no laboratory criteria"):
        find_ctcae_version("3")
