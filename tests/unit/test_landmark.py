"""The landmark: only a scan proves that somebody was free of progression."""

from datetime import date

import pytest
from tumor_records import START, mm, on_day, subjects, tr

from trialwright.core.errors import EstimateError
from trialwright.derive.landmark import derive_landmark
from trialwright.derive.lesions import derive_lesion_measurements
from trialwright.derive.response import derive_adrs, derive_time_point_responses
from trialwright.derive.time_to_event import derive_adtte
from trialwright.protocol.endpoints import (
    AnalysisRead,
    CensoringScheme,
    LandmarkRule,
    ResponseRules,
)

SIX_MONTHS = LandmarkRule(months=6)  # START + 6 months is day 184 after it


def ask(sizes, rule=SIX_MONTHS, scheme=CensoringScheme.PAPER, **dates):
    """Return {PARAMCD: row}; `sizes` are diameters by day after the start, baseline 50 mm."""
    who, rules = subjects(**dates), ResponseRules()
    rows = [mm("T01", 0, -7, 50.0)]
    rows += [mm("T01", n, day, size) for n, (day, size) in enumerate(sizes.items(), 1)]
    lesions = derive_lesion_measurements({"tr": tr(*rows)}, who, AnalysisRead.INVESTIGATOR)
    adrs = derive_adrs(derive_time_point_responses(lesions, rules), who, rules)
    adtte = derive_adtte(adrs, who, rules, scheme)
    found = derive_landmark(adtte, adrs, who, rule, "NPR6")
    return {row["PARAMCD"]: row for row in found.iter_rows(named=True)}


def status(*args, **dates):
    found = ask(*args, **dates)
    return found["NPR6"]["AVALC"], found["NPR6D"]["AVALC"]


def test_a_contact_at_day_301_makes_no_success_of_a_patient_censored_at_day_150():
    found = ask({42: 50.0, 149: 50.0}, LSTALVDT=on_day(300))
    assert (found["NPR6"]["AVALC"], found["NPR6D"]["AVALC"]) == ("UNKNOWN", "UNKNOWN")
    assert found["NPR6"]["AREASON"].startswith("The last assessment is more than 14 days before")
    assert found["NPR6"]["ADT"] == on_day(149)
    assert found["NPR6"]["AVAL"] is None


@pytest.mark.parametrize(("day", "verified"), [(169, "UNKNOWN"), (170, "SUCCESS")])
def test_a_scan_proves_success_from_14_days_before_the_landmark_on(day, verified):
    assert status({42: 50.0, day: 50.0}) == (verified, "UNKNOWN")


def test_a_scan_in_the_window_that_is_not_evaluable_proves_nothing():
    assert status({42: 50.0, 180: None})[0] == "UNKNOWN"


def test_progression_on_the_day_of_the_landmark_is_a_failure():
    found = ask({42: 50.0, 184: 70.0})
    assert (found["NPR6"]["AVALC"], found["NPR6D"]["AVALC"]) == ("FAILURE", "FAILURE")
    assert found["NPR6"]["ADT"] == on_day(184)
    assert found["NPR6"]["AREASON"] == "Progression on or before the landmark."


def test_progression_after_the_landmark_without_a_scan_around_it_is_unknown():
    found = ask({42: 50.0, 220: 70.0})
    assert (found["NPR6"]["AVALC"], found["NPR6D"]["AVALC"]) == ("UNKNOWN", "SUCCESS")
    assert found["NPR6"]["AREASON"].startswith("Event after the landmark, but no scan")


def test_progression_after_a_proving_scan_is_a_success():
    assert status({175: 50.0, 220: 70.0}) == ("SUCCESS", "SUCCESS")


def test_death_before_the_landmark_is_a_failure_even_when_the_scheme_censors_it():
    found = ask({42: 50.0}, scheme=CensoringScheme.FDA_A, DTHDT=on_day(170))
    assert (found["NPR6"]["AVALC"], found["NPR6D"]["AVALC"]) == ("FAILURE", "UNKNOWN")
    assert found["NPR6"]["AREASON"] == "Death on or before the landmark."


def test_a_new_therapy_before_the_landmark_is_a_failure_if_the_protocol_says_so():
    assert status({42: 50.0, 84: 50.0}, NACTDT=on_day(100))[0] == "FAILURE"
    lenient = LandmarkRule(months=6, new_therapy_is_failure=False)
    assert status({42: 50.0, 84: 50.0}, lenient, NACTDT=on_day(100))[0] == "UNKNOWN"


def test_months_are_calendar_months_that_end_with_a_shorter_month():
    late = {"TRTSDT": date(2021, 8, 31)}
    day = (date(2022, 2, 28) - START).days
    assert status({200: 50.0, day: 70.0}, **late) == ("FAILURE", "FAILURE")
    assert status({200: 50.0, day + 1: 70.0}, **late)[1] == "SUCCESS"


def test_a_patient_without_assessment_is_unknown():
    assert ask({})["NPR6"]["AREASON"] == "No assessment after the start of treatment."


def test_a_rule_with_both_days_and_months_is_refused():
    expected = "The landmark has days 182 and months 6, expected exactly one. "
    with pytest.raises(EstimateError, match=expected):
        ask({}, LandmarkRule(days=182, months=6))
