"""Findings in tumor data, by their full message."""

import polars as pl
import pytest
from tumor_records import mm, on_day, state, subjects, tr

from trialwright.core.errors import Severity
from trialwright.derive.lesions import derive_lesion_measurements
from trialwright.derive.response import derive_collected_responses, derive_time_point_responses
from trialwright.derive.response_findings import (
    find_response_differences,
    find_response_problems,
    find_rule_problems,
)
from trialwright.protocol.endpoints import AnalysisRead, ResponseRules

FILES = {"tr": "tr.csv", "tu": "tu.csv", "rs": "rs.csv"}
CENTRAL = {"TREVAL": "INDEPENDENT ASSESSOR", "TRACPTFL": "Y"}


def messages(*rows, **domains):
    recorded = {"tr": tr(*rows), **domains}
    return [found.message for found in find_response_problems(recorded, subjects(), FILES)]


def test_clean_records_have_no_finding():
    assert messages(mm("T01", 0, -7, 20.0), mm("T01", 1, 42, 22.0)) == []


def test_a_sum_instead_of_lesions_is_found():
    total = {"TRTESTCD": "SUMDIAM", "TRLNKID": None}
    assert messages(mm("", 1, 42, 86.0, **total)) == [
        "tr.csv row 2, TRTESTCD (USUBJID 01, VISITNUM 1): a sum of diameters (86.0 mm) without "
        "single lesions, expected one record per lesion. Enter the diameter of each lesion; the "
        "sum is calculated. [TR-SUMS]"
    ]


def test_a_sum_beside_its_lesions_is_not():
    total = {"TRTESTCD": "SUMDIAM", "TRLNKID": None}
    assert messages(mm("T01", 1, 42, 20.0), mm("", 1, 42, 20.0, **total)) == []


def test_centimeters_are_found():
    assert messages(mm("T01", 1, 42, 3.2, TRSTRESU="cm")) == [
        "tr.csv row 2, TRSTRESN (USUBJID 01, VISITNUM 1): 3.2 cm, expected millimeters. "
        "Write the diameter in mm. [TR-UNIT]"
    ]


def test_a_lesion_that_changes_its_class_is_found_where_it_changes():
    assert messages(
        mm("T01", 0, -7, 20.0),
        mm("T01", 1, 42, 22.0),
        mm("T01", 2, 84, 24.0, TRGRPID="NON-TARGET"),
    ) == [
        "tr.csv row 4, TRGRPID (USUBJID 01, VISITNUM 2): lesion T01 is NON-TARGET here and TARGET "
        "before, expected one class throughout. Keep the class of baseline, or give a new lesion "
        "an id of its own. [LESION-CLASS]"
    ]


def test_a_class_that_differs_from_tu_is_found():
    tu = pl.DataFrame([{"USUBJID": "01", "TULNKID": "L1", "TUSTRESC": "NON-TARGET"}])
    found = messages(mm("L1", 0, -7, 20.0), tu=tu)
    assert ["LESION-CLASS" in message for message in found] == [True]


def test_a_visit_out_of_order_is_found():
    assert messages(mm("T01", 1, 84, 20.0), mm("T01", 2, 42, 20.0)) == [
        f"tr.csv row 3, TRDTC (USUBJID 01, VISITNUM 2): {on_day(42)}, before a visit of a lower "
        f"number ({on_day(84)}), expected dates in the order of the visits. Correct the date or "
        "the visit; until then the dates decide. [VISIT-ORDER]"
    ]


def test_two_accepted_reads_at_one_time_point_are_found():
    assert messages(
        mm("T01", 1, 42, 20.0, TREVALID="RADIOLOGIST 1", **CENTRAL),
        mm("T01", 1, 42, 26.0, TREVALID="RADIOLOGIST 2", **CENTRAL),
    ) == [
        "tr.csv row 2, TRACPTFL (USUBJID 01, VISITNUM 1): the reads of RADIOLOGIST 1 and "
        "RADIOLOGIST 2 are both accepted, expected one accepted read a time point. Leave the flag "
        "on the read that the adjudicator chose. [READ-TWICE]"
    ]


def test_an_accepted_reader_who_changes_between_visits_is_found():
    found = messages(
        mm("T01", 0, -7, 20.0, TREVALID="RADIOLOGIST 1", **CENTRAL),
        mm("T01", 1, 42, 26.0, TREVALID="RADIOLOGIST 2", **CENTRAL),
    )
    assert len(found) == 1
    assert "the accepted read is that of RADIOLOGIST 2, before of RADIOLOGIST 1" in found[0]


def test_two_records_of_one_lesion_block_when_they_disagree():
    rows = [mm("T01", 1, 42, 20.0), mm("T01", 1, 42, 26.0)]
    found = find_response_problems({"tr": tr(*rows)}, subjects(), FILES)
    assert [(one.rule, one.severity, one.row) for one in found] == [
        ("LESION-CONFLICT", Severity.BLOCK, 3)
    ]
    same = find_response_problems({"tr": tr(rows[0], rows[0])}, subjects(), FILES)
    assert [(one.rule, one.severity) for one in same] == [("LESION-TWICE", Severity.WARN)]


def test_one_visit_number_on_two_days_is_found():
    found = messages(mm("T01", 9.2, 42, 20.0), mm("T01", 9.2, 130, 26.0))
    assert ["[VISIT-REPEATED]" in message for message in found] == [True]


def test_an_absent_lesion_with_a_diameter_is_found():
    found = messages(mm("T01", 1, 42, 12.0), state("T01", 1, 42, "ABSENT", TRGRPID="TARGET"))
    assert found[0].startswith("tr.csv row 2, TRSTRESN (USUBJID 01, VISITNUM 1): 12.0 mm in a")


def test_a_lesion_without_class_and_a_record_without_date_are_found():
    found = messages(mm("L9", 1, 42, 12.0, TRGRPID=None, TRDTC="2021"))
    assert [message.split("[")[1] for message in found] == ["TR-DATE]", "LESION-UNKNOWN]"]


def test_a_word_that_is_no_response_is_found():
    row = {"USUBJID": "01", "RSTESTCD": "OVRLRESP", "RSSTRESC": "CHECK", "VISITNUM": 9.2}
    assert messages(rs=pl.DataFrame([row])) == [
        "rs.csv row 1, RSSTRESC (USUBJID 01, VISITNUM 9.2): 'CHECK', expected CR, PR, SD, "
        "NON-CR/NON-PD, PD, NE, NED. Write the response of the reader; until then it is not used. "
        "[RS-CODE]"
    ]


def targets(*lesions):
    return pl.DataFrame(
        [
            {"USUBJID": "01", "TULNKID": lesion, "TUSTRESC": "TARGET", "TULOC": organ}
            for lesion, organ in lesions
        ]
    )


def rules_of(*rows, tu):
    recorded = {"tr": tr(*rows), "tu": tu}
    return [
        (found.rule, found.severity)
        for found in find_response_problems(recorded, subjects(), FILES)
    ]


def test_targets_that_are_small_many_or_without_baseline_warn():
    small = [mm("T1", 0, -7, 9.9), mm("T2", 0, -7, 14.9, TRTESTCD="LPERP")]
    tu = targets(("T1", "LIVER"), ("T2", "LYMPH NODE"), ("T3", "LUNG"))
    assert rules_of(*small, tu=tu) == [
        ("TARGET-BASELINE", Severity.WARN),
        ("TARGET-SIZE", Severity.WARN),
        ("TARGET-SIZE", Severity.WARN),
    ]


def test_too_many_targets_in_all_or_in_one_organ_warn():
    organs = ["LIVER", "LIVER", "LIVER", "LUNG", "LUNG", "BONE"]
    tu = targets(*[(f"T{n}", organ) for n, organ in enumerate(organs, 1)])
    rows = [mm(f"T{n}", 0, -7, 20.0) for n in range(1, 7)]
    assert rules_of(*rows, tu=tu) == [
        ("TARGET-COUNT", Severity.WARN),
        ("TARGET-ORGAN", Severity.WARN),
    ]


def test_a_collected_response_that_differs_from_the_lesions_says_why():
    recorded = {
        "tr": tr(mm("T01", 0, -7, 50.0), mm("T01", 1, 42, 60.0)),
        "rs": pl.DataFrame(
            [
                {"USUBJID": "01", "RSSEQ": 7, "RSTESTCD": "OVRLRESP", "RSSTRESC": "SD"}
                | {"VISITNUM": 1.0, "RSDTC": on_day(42).isoformat()}
            ]
        ),
    }
    read, rules = AnalysisRead.INVESTIGATOR, ResponseRules()
    derived = derive_time_point_responses(
        derive_lesion_measurements(recorded, subjects(), read), rules
    )
    collected = derive_collected_responses(recorded, read, rules)
    found = find_response_differences(collected, derived, FILES)
    assert [one.message for one in found] == [
        "rs.csv, RSSTRESC (USUBJID 01, RSSEQ 7): SD by INVESTIGATOR, but the lesions give PD, "
        "expected the same (The sum of target diameters grew by at least 20% and 5 mm over its "
        "nadir). Ask the reader which of the two is right. [RS-DERIVED]"
    ]


@pytest.mark.parametrize(("minimum", "n"), [(35, 0), (36, 1)])
def test_a_stable_disease_minimum_that_a_planned_scan_misses_is_found(minimum, n):
    rules = ResponseRules(sd_minimum_days=minimum)
    found = find_rule_problems(rules)
    assert len(found) == n
    if n:
        assert found[0].message == (
            "protocol.yaml, sd_minimum_days: 36 days, expected at most 35, the earliest planned "
            "scan (42 - 7 days). Write 35, or stable disease at a scan in its window is not "
            "evaluable. [SD-MINIMUM]"
        )
