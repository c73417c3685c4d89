"""Censoring schemes: which event counts, where the time ends, and why."""

import polars as pl
import pytest
from tumor_records import mm, on_day, subjects, tr

from trialwright.derive.lesions import derive_lesion_measurements
from trialwright.derive.response import derive_adrs, derive_time_point_responses
from trialwright.derive.time_to_event import derive_adtte
from trialwright.protocol.endpoints import AnalysisRead, CensoringScheme, ResponseRules

PAPER, FDA, EMA = (
    CensoringScheme.PAPER,
    CensoringScheme.FDA_A,
    CensoringScheme.EMA_ALL_EVENTS,
)


def follow(sizes, scheme, rules=None, **dates):
    """Return ADTTE of one subject; `sizes` are diameters by day, baseline 50 mm."""
    rules, who = rules or ResponseRules(), subjects(**dates)
    rows = [mm("T01", 0, -7, 50.0)]
    rows += [mm("T01", n, day, size) for n, (day, size) in enumerate(sizes.items(), 1)]
    lesions = derive_lesion_measurements({"tr": tr(*rows)}, who, AnalysisRead.INVESTIGATOR)
    adrs = derive_adrs(derive_time_point_responses(lesions, rules), who, rules)
    return derive_adtte(adrs, who, rules, scheme)


def free(*args, **dates):
    row = follow(*args, **dates).filter(pl.col("PARAMCD") == "PFS").row(0, named=True)
    return row["CNSR"], row["AVAL"], row["CNSDTDSC"] or row["EVNTDESC"]


def test_a_progression_on_time_is_an_event_under_every_scheme():
    for scheme in CensoringScheme:
        assert free({42: 50.0, 84: 70.0}, scheme) == (0, 85.0, "Progressive disease")


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        (FDA, (1, 43.0, "Event after two or more missed assessments; last adequate assessment "
                        "before them")),
        (PAPER, (0, 141.0, "Progressive disease")),
        (EMA, (0, 141.0, "Progressive disease")),
    ],
)  # fmt: skip
def test_a_gap_of_missed_visits_censors_under_fda_a_only(scheme, expected):
    assert free({42: 50.0, 140: 70.0}, scheme) == expected


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        (FDA, (1, 43.0, "New anticancer therapy before any event; last adequate assessment "
                        "before it")),
        (PAPER, (1, 43.0, "New anticancer therapy before any event; last adequate assessment "
                          "before it")),
        (EMA, (0, 85.0, "Progressive disease")),
    ],
)  # fmt: skip
def test_a_new_therapy_before_progression_censors_but_under_ema(scheme, expected):
    assert free({42: 50.0, 84: 70.0}, scheme, NACTDT=on_day(60)) == expected


def test_a_new_therapy_on_the_day_of_progression_counts_by_the_protocol():
    same_day = {"NACTDT": on_day(84)}
    assert free({42: 50.0, 84: 70.0}, FDA, **same_day)[0] == 1
    rules = ResponseRules(use_new_therapy_day=True)
    assert free({42: 50.0, 84: 70.0}, FDA, rules, **same_day)[:2] == (0, 85.0)


def test_a_patient_without_assessment_is_censored_on_day_1():
    assert free({}, PAPER) == (
        1,
        1.0,
        "No adequate assessment after the start of treatment; start of treatment",
    )


@pytest.mark.parametrize(("days", "event"), [(91, True), (92, False)])
def test_a_death_without_assessment_is_an_event_within_the_gap(days, event):
    expected = (0, days + 1.0, "Death") if event else (1, 1.0)
    assert free({}, FDA, DTHDT=on_day(days))[: len(expected)] == expected


def test_an_assessment_that_is_not_evaluable_is_not_the_last():
    assert free({42: 50.0, 84: None}, PAPER)[1] == 43.0
    as_template = ResponseRules(censor_at_unevaluable=True)
    assert free({42: 50.0, 84: None}, PAPER, as_template)[1] == 85.0


def test_progression_and_death_on_one_day_is_progression():
    assert free({42: 70.0}, PAPER, DTHDT=on_day(42)) == (0, 43.0, "Progressive disease")


def test_survival_without_contact_after_the_start_is_censored_on_day_1():
    adtte = follow({}, PAPER, LSTALVDT=on_day(-3)).filter(pl.col("PARAMCD") == "OS")
    assert adtte.select("CNSR", "AVAL", "SRCVAR").row(0) == (1, 1.0, "TRTSDT")


def test_a_response_has_a_duration_and_a_time():
    adtte = follow({42: 30.0, 84: 30.0, 126: 60.0}, PAPER)
    found = {row["PARAMCD"]: row for row in adtte.iter_rows(named=True)}
    assert (found["TTR"]["AVAL"], found["TTR"]["EVNTDESC"]) == (43.0, "Response")
    assert (found["RSD"]["STARTDT"], found["RSD"]["AVAL"]) == (on_day(42), 85.0)
    assert found["CRSD"]["AVAL"] == 85.0
    assert adtte["ASEQ"].to_list() == [1, 2, 3, 4, 5, 6]


def test_subjects_who_never_started_have_no_row():
    assert follow({}, PAPER, TRTSDT=None).height == 0
