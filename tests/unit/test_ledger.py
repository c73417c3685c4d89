"""Statistics with the rows behind them, arm by arm."""

import polars as pl
import pytest
from small_trial import ONE_ARM, TWO_ARMS, adsl

from trialwright.core.errors import EstimateError
from trialwright.core.ledger import Ledger, Stat, add_arm, make_groups, slug


def test_a_trial_of_one_arm_has_one_group_and_one_of_two_has_each_and_all() -> None:
    assert [(g.label, g.code) for g in make_groups(ONE_ARM)] == [("All", None)]
    assert [(g.label, g.code) for g in make_groups(TWO_ARMS)] == [
        ("Active", "A"),
        ("Control", "B"),
        ("All", None),
    ]


def test_ids_of_an_arm_end_with_its_code_and_those_of_everybody_do_not() -> None:
    active, _, everybody = make_groups(TWO_ARMS)
    assert (active.key("sex", "m"), everybody.key("sex", "m")) == ("sex.m.a", "sex.m")


def test_a_group_holds_its_own_rows_and_all_holds_an_unknown_arm_too() -> None:
    subjects = adsl({"ARMCD": "A"}, {"ARMCD": "B"}, {"ARMCD": "Z"}, {"ARMCD": None})
    assert [group.of(subjects).height for group in make_groups(TWO_ARMS)] == [1, 1, 4]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<1%", ">1%"),
        ("<1%", "<=1%"),
        ("≥3", "≤3"),
        ("+", "-"),
        ("HER2+", "HER2-"),
        ("発熱", "悪心"),
    ],
)
def test_values_that_differ_in_a_sign_have_ids_that_differ(one: str, other: str) -> None:
    assert slug(one) != slug(other)


def test_an_id_has_no_signs_and_is_never_empty() -> None:
    assert slug("JX-594 / avelumab") == "jx_594_avelumab"
    assert slug("...") == "none"


def test_two_statistics_never_share_an_id() -> None:
    ledger = Ledger()
    ledger.add(Stat("fever.n", 1, "n", "Fever"), "ADSL", adsl({}))
    with pytest.raises(EstimateError) as caught:
        ledger.add(Stat("fever.n", 2, "n", "FEVER"), "ADSL", adsl({}))
    assert str(caught.value) == (
        "Two statistics have the id 'fever.n' (FEVER), expected one. "
        "Write names that differ in more than case and punctuation."
    )


def test_a_statistic_of_an_arm_names_it_and_keeps_its_rows_in_order() -> None:
    ledger = Ledger()
    active = make_groups(TWO_ARMS)[0]
    ledger.add(Stat(active.key("n"), 2, "n", "N"), "ADSL", adsl({}, {}), "SAFFL", active)
    ledger.also("n.a", "ADEX", pl.DataFrame({"USUBJID": ["01"], "ASEQ": [3]}), None)
    assert ledger.data.select("group1", "group1_level", "stat").row(0) == ("ARMCD", "Active", 2)
    assert ledger.basis.select("dataset", "USUBJID", "ASEQ").rows() == [
        ("ADSL", "01", None),
        ("ADSL", "02", None),
        ("ADEX", "01", 3),
    ]


def test_rows_of_a_subject_that_adsl_lacks_have_no_arm_and_are_left_out() -> None:
    rows = pl.DataFrame({"USUBJID": ["02", "99", "01"], "AVAL": [1, 2, 3]})
    joined = add_arm(rows, adsl({"ARMCD": "A"}, {"ARMCD": "B"}))
    assert joined.select("USUBJID", "ARMCD").rows() == [("02", "B"), ("01", "A")]
