"""Time-point responses and ADRS: reasons in words, dates, sources."""

import polars as pl
import pytest
from tumor_records import mm, on_day, state, subjects, tr

from trialwright.derive.lesions import derive_lesion_measurements
from trialwright.derive.response import (
    derive_adrs,
    derive_best_response,
    derive_collected_responses,
    derive_time_point_responses,
)
from trialwright.derive.tumor_markers import derive_tumor_markers
from trialwright.protocol.endpoints import AnalysisRead, ProgressionDate, ResponseRules

READ = AnalysisRead.INVESTIGATOR


def respond(*rows, rules=None, who=None):
    rules, who = rules or ResponseRules(), subjects() if who is None else who
    lesions = derive_lesion_measurements({"tr": tr(*rows)}, who, READ)
    return derive_time_point_responses(lesions, rules)


def last(points):
    return points.select("OVRLRESP", "AREASON").row(-1)


def test_no_target_rule_decides_twice_and_each_says_why():
    base = mm("T01", 0, -7, 50.0)
    cases = {
        35.0: ("PR", "The sum of target diameters is at least 30% below baseline."),
        60.0: ("PD", "The sum of target diameters grew by at least 20% and 5 mm over its nadir."),
        59.9: (
            "SD",
            "The sum of target diameters is neither 30% below baseline nor 20% and 5 mm above "
            "its nadir.",
        ),
        0.0: ("CR", "All target lesions are gone (nodes below 10 mm); there were no others."),
    }
    for size, expected in cases.items():
        assert last(respond(base, mm("T01", 1, 42, size))) == expected


def test_growth_from_zero_needs_5_mm_only():
    rows = [
        mm("T01", 0, -7, 50.0),
        state("NT01", 0, -7, "PRESENT"),
        mm("T01", 1, 42, 0.0),
        state("NT01", 1, 42, "PRESENT"),
    ]
    assert last(respond(*rows, mm("T01", 2, 84, 4.9)))[0] == "PR"
    assert last(respond(*rows, mm("T01", 2, 84, 5.0))) == (
        "PD",
        "The sum of target diameters grew by at least 5 mm from a nadir of 0 mm.",
    )


def test_growth_stands_although_another_target_was_not_evaluated():
    points = respond(mm("T01", 0, -7, 20.0), mm("T02", 0, -7, 30.0), mm("T01", 1, 42, 80.0))
    assert points.select("TRGRESP", "AVAL").row(0) == ("PD", None)
    assert last(points)[1].startswith("The target lesions that were evaluated alone exceed")


def test_a_target_without_a_record_at_a_visit_is_not_evaluated():
    points = respond(mm("T01", 0, -7, 20.0), mm("T02", 0, -7, 30.0), mm("T01", 1, 42, 20.0))
    assert last(points) == ("NE", "Not all target lesions were evaluated.")


def test_a_lesion_of_baseline_that_returns_after_complete_response_is_progression():
    points = respond(mm("T01", 0, -7, 25.0), mm("T01", 1, 42, 0.0), mm("T01", 2, 84, 4.0))
    assert points["TRGRESP"].to_list() == ["CR", "PR"]
    assert last(points) == ("PD", "A lesion of baseline is seen again after complete response.")


def test_an_equivocal_lesion_counts_from_its_first_sighting_once_it_is_certain():
    rows = [mm("T01", visit, 42 * visit - 1, 50.0) for visit in range(4)]
    points = respond(
        *rows, state("NEW01", 1, 41, "EQUIVOCAL"), state("NEW01", 2, 83, "UNEQUIVOCAL")
    )
    assert points["OVRLREAD"].to_list() == ["SD", "PD", "PD"]
    assert points["OVRLRESP"].to_list() == ["PD", "PD", "PD"]
    assert [reason.split(" at ")[0].split(":")[0] for reason in points["AREASON"]] == [
        "A new lesion, equivocal",
        "An unequivocal new lesion.",
        "An unequivocal new lesion was seen before",
    ]


def test_a_subject_without_disease_at_baseline_has_none_until_a_new_lesion():
    points = respond(
        state("NEW01", 0, -7, "ABSENT"),
        state("NEW01", 1, 42, "ABSENT"),
        state("NEW01", 2, 84, "UNEQUIVOCAL"),
    )
    assert points["OVRLRESP"].to_list() == ["NED", "PD"]


def test_targets_that_lack_a_baseline_are_not_no_disease():
    points = respond(mm("T01", 1, 42, 30.0))
    assert last(points) == ("NE", "No target lesion has an evaluable baseline.")


@pytest.mark.parametrize(
    ("rule", "day"), [(ProgressionDate.SCAN, 42), (ProgressionDate.FIRST_DETECTION, 45)]
)
def test_progression_has_the_first_scan_or_the_last_target_scan_of_its_visit(rule, day):
    points = respond(
        mm("T01", 0, -7, 20.0),
        mm("T02", 0, -7, 20.0),
        mm("T01", 1, 42, 40.0),
        mm("T02", 1, 45, 40.0),
        rules=ResponseRules(progression_date=rule),
    )
    assert points["ADT"].to_list() == [on_day(day)]


def test_a_response_without_progression_has_the_last_scan_of_its_visit():
    points = respond(
        mm("T01", 0, -7, 20.0), mm("T02", 0, -7, 20.0), mm("T01", 1, 42, 20.0), mm("T02", 1, 45, 20)
    )
    assert points["ADT"].to_list() == [on_day(45)]


def test_a_marker_that_is_not_normal_blocks_complete_response():
    rules = ResponseRules(tumor_markers=("CA125",))
    row = {"USUBJID": "01", "LBTESTCD": "CA125"}
    lb = pl.DataFrame(
        [
            row | {"LBNRIND": "HIGH", "VISITNUM": 0.0, "LBDTC": on_day(-7).isoformat()},
            row | {"LBNRIND": "NORMAL", "VISITNUM": 2.0, "LBDTC": on_day(84).isoformat()},
        ]
    )
    rows = tr(mm("T01", 0, -7, 20.0), mm("T01", 1, 42, 0.0), mm("T01", 2, 84, 0.0))
    lesions = derive_lesion_measurements({"tr": rows}, subjects(), READ)
    markers = derive_tumor_markers({"lb": lb}, subjects(), rules)
    points = derive_time_point_responses(lesions, rules, markers)
    assert points["OVRLRESP"].to_list() == ["PR", "CR"]
    assert points["AREASON"][0].endswith("but a tumor marker is not normal.")


def test_every_parameter_names_the_response_it_was_taken_from():
    rows = [mm("T01", 0, -7, 50.0), mm("T01", 1, 42, 30.0), mm("T01", 2, 84, 70.0)]
    who = subjects(DTHDT=on_day(120))
    adrs = derive_adrs(respond(*rows), who, ResponseRules())
    overall = dict(adrs.filter(pl.col("PARAMCD") == "OVR").select("ADT", "ASEQ").rows())
    sources = {
        row["PARAMCD"]: (row["AVALC"], row["SRCDOM"], row["SRCVAR"], row["SRCSEQ"])
        for row in adrs.iter_rows(named=True)
    }
    assert sources["BOR"] == ("PR", "ADRS", "AVALC", overall[on_day(42)])
    assert sources["PD"] == ("Y", "ADRS", "AVALC", overall[on_day(84)])
    assert sources["DEATH"] == ("Y", "ADSL", "DTHDT", None)
    assert adrs["ASEQ"].to_list() == list(range(1, adrs.height + 1))


def test_a_subject_without_assessment_is_missing_or_ne_as_the_protocol_says():
    points = respond(mm("T01", 0, -7, 50.0))
    for is_ne, answer in ((False, "MISSING"), (True, "NE")):
        adrs = derive_adrs(points, subjects(), ResponseRules(missing_as_ne=is_ne))
        row = adrs.filter(pl.col("PARAMCD") == "BOR").row(0, named=True)
        assert (row["AVALC"], row["AREASON"]) == (
            answer,
            "No assessment after the start of treatment.",
        )


def test_assessments_on_the_day_of_a_new_therapy_count_only_if_the_protocol_says_so():
    points = respond(mm("T01", 0, -7, 50.0), mm("T01", 1, 42, 30.0))
    who = subjects(NACTDT=on_day(42))
    for counts, answer in ((False, "MISSING"), (True, "PR")):
        best = derive_best_response(points, who, ResponseRules(use_new_therapy_day=counts))
        assert best.filter(pl.col("PARAMCD") == "BOR")["AVALC"].item() == answer


def test_collected_responses_are_those_of_the_read_with_their_records():
    row = {"USUBJID": "01", "VISITNUM": 1.0, "VISIT": "WEEK 6", "RSEVAL": "INVESTIGATOR"}
    rs = pl.DataFrame(
        [
            row | {"RSSEQ": 1, "RSTESTCD": "OVRLRESP", "RSSTRESC": "PD", "RSDTC": "2021-04-12"},
            row | {"RSSEQ": 2, "RSTESTCD": "TRGRESP", "RSSTRESC": "SD", "RSDTC": "2021-04-12"},
            row | {"RSSEQ": 3, "RSTESTCD": "NEWLPROG", "RSSTRESC": "UNEQUIVOCAL"}
            | {"RSDTC": "2021-04-12"},
            row | {"RSSEQ": 4, "RSTESTCD": "OVRLRESP", "RSSTRESC": "SD", "RSDTC": "2021-04-12"}
            | {"RSEVAL": "INDEPENDENT ASSESSOR"},
        ]
    )  # fmt: skip
    found = derive_collected_responses({"rs": rs}, READ, ResponseRules())
    columns = ["OVRLRESP", "TRGRESP", "NTRGRESP", "NEWLPROG", "SRCDOM", "SRCSEQ"]
    assert found.select(columns).rows() == [("PD", "SD", None, "Y", "RS", 1)]
