"""Change of the target sum, and the course of each patient."""

from datetime import timedelta
from typing import Any

import polars as pl
from small_trial import CUT, START, adsl, dataset

from trialwright.analyze.course import analyze_course
from trialwright.analyze.patients.analysis import analyze_patients
from trialwright.analyze.tumor_change import analyze_best_change, analyze_change_over_time
from trialwright.protocol.endpoints import AnalysisRead
from trialwright.report.patients import describe_patient

READ = AnalysisRead.ADJUDICATED
SUM = {"USUBJID": "01", "PARQUAL": "CENTRAL", "PARAMCD": "SDIAM", "ANL01FL": "Y", "VISIT": "W"}
PD = {"USUBJID": "01", "ASEQ": 1, "PARQUAL": "CENTRAL", "PARAMCD": "PD", "AVALC": "Y"}


def sums(*changes: tuple[int, float], **more: Any) -> pl.DataFrame:
    rows = [
        SUM | {"ASEQ": n, "ADT": START + timedelta(day), "PCHG": change, "AVAL": 1.0} | more
        for n, (day, change) in enumerate(changes, 1)
    ]
    return dataset("ADTR", *rows)


def best(adtr: pl.DataFrame, *responses: dict[str, Any], **subject: Any) -> float | None:
    adrs = dataset("ADRS", *responses)
    return analyze_best_change(adtr, adrs, adsl(subject), "EFFFL", READ).value("01")


def test_the_best_change_is_the_smallest_up_to_progression() -> None:
    adtr = sums((42, -10.0), (84, 25.0), (126, -40.0))
    assert best(adtr) == -40.0
    assert best(adtr, PD | {"ADT": START + timedelta(84)}) == -10.0


def test_a_change_under_a_new_therapy_is_not_the_treatments() -> None:
    assert best(sums((42, -10.0), (84, -40.0)), NACTDT=START + timedelta(60)) == -10.0


def test_who_was_never_scanned_again_has_no_change_and_is_still_listed() -> None:
    found = analyze_best_change(sums(), dataset("ADRS"), adsl({}), "EFFFL", READ)
    assert found.value("01") is None
    assert found.table().rows[0].cells[2].text == "NE"
    assert found.describe()


def test_without_patients_nothing_is_listed_and_the_figure_still_describes_itself() -> None:
    for analyze in (analyze_best_change, analyze_change_over_time):
        found = analyze(sums(), dataset("ADRS"), adsl(), "EFFFL", READ)
        assert found.data.is_empty()
        assert found.describe()


def test_months_of_a_change_count_from_treatment_and_a_baseline_before_it_is_at_zero() -> None:
    found = analyze_change_over_time(
        sums((-7, 0.0), (61, -5.0)), dataset("ADRS"), adsl({}), "EFFFL", READ
    )
    assert [round(m, 2) for m in found.changes["time_months"]] == [0.0, 2.0]


def test_a_bar_goes_on_while_treatment_does_and_ends_with_it() -> None:
    ended = {"EOTSTT": "DISCONTINUED", "DCTDT": START + timedelta(61), "DCTREAS": "DEATH"}
    found = analyze_course(adsl({}, ended), None, "SAFFL", READ, CUT)
    bars = {
        row["USUBJID"]: row for row in found.bars.iter_rows(named=True) if row["part"][0] == "O"
    }
    assert bars["01"]["is_ongoing"]
    assert not bars["02"]["is_ongoing"]
    assert round(bars["02"]["end_months"], 2) == 2.0
    assert found.events.select("kind", "text").row(0) == ("discontinuation", "Death")


def test_a_course_without_anybody_treated_is_empty() -> None:
    found = analyze_course(adsl({"TRTSDT": None}), None, "SAFFL", READ, CUT)
    assert found.table().rows == ()
    assert found.describe()


def test_a_patient_page_is_made_from_subjects_alone() -> None:
    who = adsl({"EOTSTT": None, "TRTSDT": None, "AGE": None, "SEX": None})
    pages = analyze_patients(who, READ)
    block = describe_patient(pages, "01", None)
    assert block.summary == "treatment not recorded, alive"
    assert block.facts[0].text == ("age not stated, sex not stated",)
    assert block.tables == ()
    assert pages.describe_patient("01")


def test_a_patient_page_lists_events_without_grade_or_date() -> None:
    event = {"USUBJID": "01", "ASEQ": 1, "AEDECOD": "Fever"}
    pages = analyze_patients(adsl({}), READ, adae=dataset("ADAE", event))
    printed = [cell.text for cell in pages.event_table("01").rows[0].cells]
    assert printed == ["Fever", "", "not stated", "not stated", "not stated"]
    assert pages.describe_patient("01")
