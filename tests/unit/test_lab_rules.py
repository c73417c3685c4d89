"""The rule language of laboratory criteria."""

import polars as pl
import pytest

from trialwright.derive.lab_rules import parse_condition

LISTS = {"high_indicator": ("HIGH", "HIGH HIGH"), "low_indicator": ("LOW",)}


def decide(text: str, **values: float | str | None) -> bool | None:
    row = {"AVAL": None, "ANRHI": None, "BASE": None, "BNRIND": None} | values
    types = {"AVAL": pl.Float64, "ANRHI": pl.Float64, "BASE": pl.Float64, "BNRIND": pl.String}
    return pl.DataFrame([row], schema=types).select(parse_condition(text, LISTS)).item()


def test_a_limit_belongs_to_its_grade_whatever_the_binary_fraction():
    assert 3 * 0.1 > 0.3
    assert decide("AVAL > (3 * ANRHI)", AVAL=0.3, ANRHI=0.1) is False
    assert decide("AVAL <= (3 * ANRHI)", AVAL=0.3, ANRHI=0.1) is True
    assert decide("AVAL > 0.3", AVAL=0.1 + 0.2) is False


def test_a_comparison_without_an_operand_is_unknown():
    assert decide("AVAL > (2.5 * ANRHI)", AVAL=1.0) is None
    assert decide("not AVAL > ANRHI", AVAL=1.0) is None


def test_logic_has_three_values():
    assert decide("(AVAL > 1 or AVAL > ANRHI)", AVAL=2.0) is True
    assert decide("(AVAL > 3 and AVAL > ANRHI)", AVAL=2.0) is False
    assert decide("(AVAL > 1 and AVAL > ANRHI)", AVAL=2.0) is None


def test_membership_is_decided_even_when_nothing_is_known():
    assert decide("BNRIND in high_indicator") is False
    assert decide("BNRIND not in high_indicator") is True
    assert decide("BNRIND in high_indicator", BNRIND="HIGH HIGH") is True


def test_and_binds_closer_than_or_and_not_closest():
    assert decide("AVAL > 5 or AVAL > 1 and not missing(AVAL)", AVAL=2.0) is True
    assert decide("(AVAL > 1 or AVAL > 0) and missing(AVAL)", AVAL=2.0) is False


def test_limits_may_be_raised_by_an_amount():
    assert decide("AVAL > (BASE + 40)", AVAL=141.0, BASE=100.0) is True


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("AVAL = 3", "a sign that the rule language lacks"),
        ("AVAL > 3 AVAL", "AVAL, expected its end"),
        ("AVAL >", "ends too early"),
        ("AVAL + 3", "expected a comparison"),
        ("(AVAL > 3", r"None, expected \)"),
        ("__import__('os')", "a sign that the rule language lacks"),
    ],
)
def test_anything_else_is_refused(text, message):
    with pytest.raises(ValueError, match=message):
        parse_condition(text, LISTS)
