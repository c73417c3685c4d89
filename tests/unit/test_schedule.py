"""The schedule: what is expected of a patient, and how far from it things were done."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from small_trial import adsl, metromajx_protocol, recorded

from trialwright.analyze.schedule import analyze_schedule
from trialwright.core.table import text_plain
from trialwright.derive.schedule.compliance import derive_schedule
from trialwright.derive.schedule.findings import find_schedule_deviations
from trialwright.protocol.model import Protocol
from trialwright.report.sentences.schedule import tell_schedule

PROTOCOL = metromajx_protocol()  # D-7 is the start of treatment, so C1D1 is a week later
C1D1 = "2021-03-08"


def on(day: str) -> Protocol:
    study = PROTOCOL.study.model_copy(update={"data_cut": date.fromisoformat(day)})
    return PROTOCOL.model_copy(update={"study": study})


def visits(**dates: str) -> pl.DataFrame:
    names = {"D7": "D-7"}
    rows: list[dict[str, Any]] = [
        {"USUBJID": "01", "VISIT": names.get(name, name), "SVSTDTC": day, "source_row": row}
        for row, (name, day) in enumerate(dates.items(), 2)
    ]
    return recorded(*rows, source_row=pl.Int64)


def scans(*dated: tuple[str, str]) -> pl.DataFrame:
    rows: list[dict[str, Any]] = [
        {"USUBJID": "01", "VISIT": name, "TRDTC": day, "TRSTAT": None, "source_row": row}
        for row, (name, day) in enumerate(dated, 2)
    ]
    return recorded(*rows, source_row=pl.Int64)


def status(day: str, kind: str = "VISIT", **more: Any) -> dict[str, str]:
    subject = more.pop("subject", {})
    found = derive_schedule(more, adsl(subject), None, on(day)).filter(pl.col("PARAMCD") == kind)
    return dict(found.select("VISIT", "AVALC").iter_rows())


ALL = {"SCREENING": "2021-02-15", "D7": "2021-03-01", "C1D1": C1D1, "C1D15": "2021-03-22"}


def test_visits_within_their_windows_are_on_time() -> None:
    found = status("2021-05-01", sv=visits(**ALL, C2D1="2021-04-07"))
    assert set(found.values()) == {"ON TIME"}


def test_a_visit_a_day_beyond_its_window_is_late_and_one_before_it_early() -> None:
    found = status("2021-05-01", sv=visits(**(ALL | {"C1D15": "2021-03-19"}), C2D1="2021-04-08"))
    assert (found["C1D15"], found["C2D1"]) == ("EARLY", "LATE")


def test_a_screening_visit_more_than_28_days_before_is_early() -> None:
    found = status("2021-05-01", sv=visits(**(ALL | {"SCREENING": "2021-02-07"})))
    assert found["SCREENING"] == "EARLY"


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2021-03-19", "PLANNED"),
        ("2021-03-20", "DUE"),
        ("2021-03-24", "DUE"),
        ("2021-03-25", "OVERDUE"),
    ],
)
def test_what_is_not_done_is_planned_due_or_overdue_by_its_window(day: str, expected: str) -> None:
    before = {name: day for name, day in ALL.items() if name != "C1D15"}
    assert status(day, sv=visits(**before))["C1D15"] == expected


def test_a_visit_is_missed_once_a_later_one_was_done() -> None:
    without = {name: day for name, day in ALL.items() if name != "C1D15"}
    assert status("2021-05-01", sv=visits(**without, C2D1="2021-04-05"))["C1D15"] == "MISSED"


def test_nothing_is_expected_after_treatment_ended() -> None:
    stopped = {"DCTDT": date(2021, 3, 20), "DCTREAS": "PROGRESSIVE DISEASE"}
    without = {name: day for name, day in ALL.items() if name != "C1D15"}
    found = status("2021-05-01", subject=stopped, sv=visits(**without))
    assert set(found) == {"SCREENING", "D-7", "C1D1"}


def test_visits_count_from_the_first_injection_as_it_was_given() -> None:
    later = ALL | {"C1D1": "2021-03-10", "C1D15": "2021-03-26"}
    assert status("2021-03-31", sv=visits(**later))["C1D15"] == "ON TIME"


def test_assessments_are_due_every_six_weeks_from_c1d1_until_progression() -> None:
    done = scans(("SCREENING", "2021-02-20"), ("WEEK 6", "2021-04-19"), ("WEEK 12", "2021-06-03"))
    found = status("2021-07-15", "SCAN", sv=visits(**ALL), tr=done)
    assert found == {"WEEK 6": "ON TIME", "WEEK 12": "ON TIME", "WEEK 18": "DUE"} | {
        "WEEK 24": "PLANNED"
    }
    progressed = {"DCTDT": date(2021, 6, 3), "DCTREAS": "PROGRESSIVE DISEASE"}
    found = status("2021-07-15", "SCAN", subject=progressed, sv=visits(**ALL), tr=done)
    assert set(found) == {"WEEK 6", "WEEK 12"}


def test_an_unscheduled_scan_counts_in_the_window_where_it_lies() -> None:
    done = scans(("UNSCHEDULED", "2021-04-17"))
    assert status("2021-05-01", "SCAN", sv=visits(**ALL), tr=done)["WEEK 6"] == "ON TIME"


def test_a_baseline_scan_that_is_too_old_is_early_and_a_finding() -> None:
    tables = {"sv": visits(**ALL), "tr": scans(("SCREENING", "2021-01-20"))}
    found = derive_schedule(tables, adsl({}), None, on("2021-03-30"))
    messages = [f.message for f in find_schedule_deviations(found, {"tr": "tr.csv"}, ["SCREENING"])]
    assert messages == [
        "tr.csv row 2, TRDTC (USUBJID 01, BASELINE): 2021-01-20, expected a baseline tumor "
        "assessment from 2021-02-01 to 2021-03-01. Correct the date, or report the deviation. "
        "[SCHEDULE-WINDOW]"
    ]


def test_a_missed_assessment_is_a_finding() -> None:
    tables = {"sv": visits(**ALL)}
    tables["tr"] = scans(("SCREENING", "2021-02-20"), ("WEEK 12", "2021-05-31"))
    found = derive_schedule(tables, adsl({}), None, on("2021-06-10"))
    messages = [f.message for f in find_schedule_deviations(found, {}, [])]
    assert messages == [
        "tr, TRDTC (USUBJID 01, WEEK 6): no tumor assessment, expected one from 2021-04-12 to "
        "2021-04-26. Record it, or report the deviation. [SCHEDULE-MISSED]"
    ]


def test_a_visit_before_the_one_it_follows_is_out_of_order() -> None:
    tables = {"sv": visits(**ALL, C2D1="2021-03-21")}
    found = derive_schedule(tables, adsl({}), None, on("2021-05-01"))
    assert found.filter(pl.col("ORDFL") == "Y")["VISIT"].to_list() == ["C2D1"]


def test_samples_are_due_with_their_visits() -> None:
    be = recorded(
        {"USUBJID": "01", "BECAT": "Plasma", "VISIT": "C1D1", "BEDTC": C1D1, "source_row": 2},
        source_row=pl.Int64,
    )
    found = status("2021-04-30", "PLASMA", sv=visits(**ALL), be=be)
    assert (found["D-7"], found["C1D1"], found["C1D15"]) == ("MISSED", "ON TIME", "OVERDUE")


def test_a_kind_that_the_study_did_not_record_is_left_out() -> None:
    assert derive_schedule({}, adsl({}), None, on("2021-04-30")).is_empty()


def test_the_classes_of_a_line_add_up_to_what_was_expected() -> None:
    tables = {"sv": visits(**(ALL | {"C1D15": "2021-03-19"})), "tr": scans(("W", "2021-02-20"))}
    result = analyze_schedule(derive_schedule(tables, adsl({}), None, on("2021-05-01")))
    for kind, name in result.lines:
        stem = f"{kind.lower()}.{name.lower().replace('-', '_').replace(' ', '_')}"
        parts = ("on_time", "early", "late", "missed", "overdue")
        assert sum(result.count(f"{stem}.{part}") for part in parts) == result.count(f"{stem}.n")
    assert text_plain(tell_schedule(result)) == (
        "On time were 3 of 5 visits and 0 of 1 tumor assessments. Overdue: 1 visit, "
        "1 tumor assessment."
    )
