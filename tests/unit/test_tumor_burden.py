"""ADTR: sums per visit, their changes and flags, and the depth of response."""

import polars as pl
import pytest
from tumor_records import mm, subjects, tr

from trialwright.derive.lesions import derive_adtr, derive_lesion_measurements
from trialwright.derive.response import derive_adrs, derive_time_point_responses
from trialwright.derive.tumor_burden import derive_depth_of_response
from trialwright.protocol.endpoints import AnalysisRead, ResponseRules


def derive(*rows, rules=None):
    rules, who = rules or ResponseRules(), subjects()
    lesions = derive_lesion_measurements({"tr": tr(*rows)}, who, AnalysisRead.INVESTIGATOR)
    points = derive_time_point_responses(lesions, rules)
    adrs = derive_adrs(points, who, rules)
    return derive_adtr(lesions, adrs, rules), derive_depth_of_response(points, adrs)


def sums(adtr, *columns):
    return adtr.filter(pl.col("PARAMCD") == "SDIAM").select(columns).rows()


ROWS = [
    mm("T01", 0, -7, 30.0), mm("T02", 0, -7, 20.0),
    mm("T01", 1, 42, 20.0), mm("T02", 1, 42, 10.0),
    mm("T01", 2, 84, 18.0), mm("T02", 2, 84, None),
    mm("T01", 3, 126, 30.0), mm("T02", 3, 126, 10.0),
]  # fmt: skip


def test_sums_have_their_changes_from_baseline_and_nadir():
    columns = ["VISITNUM", "AVAL", "BASE", "CHG", "NADIR", "CHGNAD", "ABLFL", "ANL01FL", "PDFL"]
    assert sums(derive(*ROWS)[0], *columns) == [
        (0.0, 50.0, 50.0, 0.0, None, None, "Y", "Y", None),
        (1.0, 30.0, 50.0, -20.0, 50.0, -20.0, None, "Y", None),
        (2.0, 18.0, 50.0, -32.0, 30.0, -12.0, None, None, None),
        (3.0, 40.0, 50.0, -10.0, 30.0, 10.0, None, "Y", "Y"),
    ]


def test_the_best_change_is_flagged_among_complete_sums_and_the_rest_before_progression():
    assert sums(derive(*ROWS)[0], "ANL02FL", "ANL03FL", "ANL04FL") == [
        (None, "Y", "Y"),
        ("Y", "Y", "Y"),
        (None, None, None),
        (None, None, "Y"),
    ]


def test_the_depth_of_response_is_the_best_complete_sum_up_to_progression():
    depth = derive(*ROWS)[1]
    assert depth.select("USUBJID", "PARAMCD", "VISITNUM", "AVAL").row(0) == (
        "01",
        "BPCHG",
        1.0,
        pytest.approx(-40.0),
    )


@pytest.mark.parametrize(("as_template", "total"), [(False, None), (True, 0.0)])
def test_a_visit_without_any_evaluated_target_has_no_sum(as_template, total):
    rules = ResponseRules(sum_every_record=as_template)
    adtr, _ = derive(mm("T01", 0, -7, 30.0), mm("T01", 1, 42, None), rules=rules)
    assert sums(adtr, "AVAL", "ANL01FL")[1] == (total, None)


@pytest.mark.parametrize(
    ("as_template", "totals"), [(False, [30.0, 20.0, 25.0]), (True, [30.0, 45.0])]
)
def test_two_assessments_under_one_visit_number_are_two_sums(as_template, totals):
    rules = ResponseRules(sum_every_record=as_template)
    rows = [mm("T01", 0, -7, 30.0), mm("T01", 9.2, 42, 20.0), mm("T01", 9.2, 84, 25.0)]
    assert [total for (total,) in sums(derive(*rows, rules=rules)[0], "AVAL")] == totals


def test_single_lesions_are_numbered_by_their_id():
    adtr, _ = derive(*ROWS[:2])
    assert adtr.select("PARAMCD", "TRLNKID", "AVAL", "SRCSEQ", "ASEQ").rows() == [
        ("LDIAM1", "T01", 30.0, 1, 1),
        ("LDIAM2", "T02", 20.0, 2, 2),
        ("SDIAM", None, 50.0, None, 3),
    ]


def test_lesions_with_baselines_at_different_visits_have_one_baseline_sum():
    adtr, _ = derive(mm("T01", 0, -20, 30.0), mm("T02", 0.1, -7, 20.0), mm("T01", 1, 42, 30.0))
    columns = ["VISITNUM", "AVAL", "BASE", "ABLFL", "ANL01FL"]
    assert sums(adtr, *columns) == [
        (0.0, 30.0, 50.0, None, None),
        (0.1, 50.0, 50.0, "Y", "Y"),
        (1.0, 30.0, 50.0, None, None),
    ]
