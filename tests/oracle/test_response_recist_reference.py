"""RECIST 1.1 from single lesions to endpoints, against an independent reference evaluator.

Source: synthetic patients with what they must give, in `recist_public.json`; its `meta` states
every convention. Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247.
"""

import json
from functools import cache
from typing import Any

import polars as pl
import pytest
from oracle_data import find_oracle
from recist_cases import MARKER, record_patients

from trialwright.derive.landmark import derive_landmark
from trialwright.derive.lesions import derive_lesion_measurements
from trialwright.derive.response import derive_adrs, derive_time_point_responses
from trialwright.derive.time_to_event import derive_adtte
from trialwright.derive.tumor_burden import derive_depth_of_response
from trialwright.derive.tumor_markers import derive_tumor_markers
from trialwright.protocol.endpoints import (
    AnalysisRead,
    CensoringScheme,
    LandmarkRule,
    ResponseRules,
)

PRINTED_PERCENT = 0.5e-6  # the file has six decimals


def load() -> dict[str, Any]:
    return json.loads(find_oracle("response/recist_public.json").read_text())


def rules_of(settings: dict[str, int], *, pr_persists: bool) -> ResponseRules:
    return ResponseRules(
        pr_persists=pr_persists,
        sd_minimum_days=settings["sd_min_days"],
        confirmation_days=settings["confirm_days"],
        max_ne_between=settings["max_ne_between"],
        assessment_interval_days=settings["interval_days"],
        assessment_window_days=settings["window_days"],
        missing_as_ne=True,
        tumor_markers=(MARKER,),
    )


@cache
def derive(pr_persists: bool) -> dict[str, pl.DataFrame]:
    oracle = load()
    rules = rules_of(oracle["meta"]["settings"], pr_persists=pr_persists)
    recorded, subjects = record_patients(oracle["patients"])
    lesions = derive_lesion_measurements(recorded, subjects, AnalysisRead.INVESTIGATOR)
    markers = derive_tumor_markers(recorded, subjects, rules)
    points = derive_time_point_responses(lesions, rules, markers)
    adrs = derive_adrs(points, subjects, rules, lesions)
    adtte = derive_adtte(adrs, subjects, rules, CensoringScheme.FDA_A)
    landmark = LandmarkRule(days=oracle["meta"]["settings"]["landmark_days"])
    return {
        "points": points,
        "adrs": adrs,
        "adtte": adtte,
        "landmark": derive_landmark(adtte, adrs, subjects, landmark),
        "depth": derive_depth_of_response(points, adrs),
    }


def iso(values: pl.Series) -> list[str | None]:
    return values.cast(pl.Date).dt.to_string("%Y-%m-%d").to_list()


def found_by_subject(frame: pl.DataFrame, paramcd: str) -> dict[str, dict[str, Any]]:
    rows = frame.filter(pl.col("PARAMCD") == paramcd)
    return {row["USUBJID"]: row for row in rows.iter_rows(named=True)}


def expected_points(key: str) -> list[Any]:
    found = [
        (patient["id"], point["date"], point[key])
        for patient in load()["patients"]
        for point in patient["expected"]["timepoints"]
    ]
    return sorted(found, key=lambda row: row[:2])


POINT_COLUMNS = {
    "target": "TRGRESP",
    "nontarget": "NTRGRESP",
    "overall": "OVRLRESP",
    "overall_as_read": "OVRLREAD",
}


@pytest.mark.parametrize(("key", "column"), POINT_COLUMNS.items())
def test_each_time_point_has_the_reference_response(key, column):
    points = derive(False)["points"]
    found = list(zip(points["USUBJID"], iso(points["ADT"]), points[column], strict=True))
    assert found == expected_points(key)


def test_each_time_point_says_whether_a_new_lesion_counts():
    points = derive(False)["points"]
    is_new = [value == "Y" for value in points["NEWLPROG"]]
    found = list(zip(points["USUBJID"], iso(points["ADT"]), is_new, strict=True))
    assert found == expected_points("new_lesion")


def test_partial_response_persists_when_the_protocol_says_so():
    points = derive(True)["points"]
    found = list(zip(points["USUBJID"], iso(points["ADT"]), points["OVRLRESP"], strict=True))
    assert found == expected_points("overall_pr_persists")


@pytest.mark.parametrize(
    ("key", "column", "tolerance"),
    [
        ("sum_mm", "AVAL", 1e-9),
        ("nadir_before_mm", "NADIR", 1e-9),
        ("pct_from_baseline", "PCHG", PRINTED_PERCENT),
        ("pct_from_nadir", "PCHGNAD", PRINTED_PERCENT),
    ],
)
def test_sums_nadirs_and_changes_are_those_of_the_reference(key, column, tolerance):
    expected = [row[2] for row in expected_points(key)]
    found = derive(False)["points"][column].to_list()
    assert [value is None for value in found] == [value is None for value in expected]
    numbers = [(a, b) for a, b in zip(found, expected, strict=True) if b is not None]
    assert all(a == pytest.approx(b, abs=tolerance) for a, b in numbers)


def test_every_time_point_says_which_rule_decided():
    assert derive(False)["points"]["AREASON"].null_count() == 0


@pytest.mark.parametrize("pr_persists", [False, True], ids=["literal", "pr_persists"])
@pytest.mark.parametrize("paramcd", ["BOR", "CBOR"])
def test_best_response_is_that_of_the_reference(paramcd, pr_persists):
    suffix = "_pr_persists" if pr_persists else ""
    found = found_by_subject(derive(pr_persists)["adrs"], paramcd)
    for patient in load()["patients"]:
        row, expected = found[patient["id"]], patient["expected"]
        date = row["ADT"].isoformat() if row["ADT"] else None
        assert (patient["id"], row["AVALC"], date) == (
            patient["id"],
            expected[paramcd + suffix],
            expected[f"{paramcd}_date{suffix}"],
        )


@pytest.mark.parametrize(
    ("paramcd", "key"), [("RSP", "response_date"), ("CRSP", "confirmed_response_date")]
)
def test_response_begins_on_the_day_of_the_reference(paramcd, key):
    found = found_by_subject(derive(False)["adrs"], paramcd)
    for patient in load()["patients"]:
        day = found[patient["id"]]["ADT"]
        assert (day.isoformat() if day else None) == patient["expected"][key], patient["id"]


@pytest.mark.parametrize(
    ("paramcd", "key"),
    [("PFS", "PFS"), ("OS", "OS"), ("RSD", "DOR"), ("CRSD", "DOR_confirmed")],
)
def test_time_to_event_is_that_of_the_reference(paramcd, key):
    found = found_by_subject(derive(False)["adtte"], paramcd)
    for patient in load()["patients"]:
        expected, row = patient["expected"][key], found.get(patient["id"])
        if expected is None:
            assert row is None, patient["id"]
            continue
        assert row is not None, patient["id"]
        assert (1 - row["CNSR"], row["ADT"].isoformat(), row["AVAL"]) == (
            expected["event"],
            expected["date"],
            expected["days"],
        ), patient["id"]


REASONS = {
    "PD": "Progressive disease",
    "DEATH": "Death",
    "NO_EVENT": "No event",
    "NO_POSTBASELINE_ASSESSMENT": "No adequate assessment",
    "NEW_ANTICANCER_THERAPY": "New anticancer therapy",
    "EVENT_AFTER_MISSED_VISITS": "Event after two or more missed",
}


@pytest.mark.parametrize(("paramcd", "key"), [("PFS", "PFS"), ("RSD", "DOR")])
def test_events_and_censorings_have_the_reason_of_the_reference(paramcd, key):
    found = found_by_subject(derive(False)["adtte"], paramcd)
    for patient in load()["patients"]:
        if expected := patient["expected"][key]:
            row = found[patient["id"]]
            words = row["CNSDTDSC"] or row["EVNTDESC"]
            assert words.startswith(REASONS[expected["reason"]]), patient["id"]


def test_time_to_response_is_that_of_the_reference():
    found = found_by_subject(derive(False)["adtte"], "TTR")
    for patient in load()["patients"]:
        row = found.get(patient["id"])
        assert (row and row["AVAL"]) == patient["expected"]["TTR_days"], patient["id"]


def test_landmark_by_dates_is_that_of_the_reference():
    found = found_by_subject(derive(False)["landmark"], "NPRD")
    for patient in load()["patients"]:
        assert found[patient["id"]]["AVALC"] == patient["expected"]["landmark"], patient["id"]


def test_best_change_is_that_of_the_reference():
    found = {row["USUBJID"]: row["AVAL"] for row in derive(False)["depth"].iter_rows(named=True)}
    for patient in load()["patients"]:
        expected = patient["expected"]["best_pct_change"]
        assert found.get(patient["id"]) == (
            None if expected is None else pytest.approx(expected, abs=PRINTED_PERCENT)
        ), patient["id"]
