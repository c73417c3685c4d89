"""The stage monitor: accrual, when the stage can be read, pause and over-run."""

from datetime import date, timedelta

import polars as pl
import pytest
from small_trial import POPULATIONS, adsl, dataset, endpoint, metromajx_protocol

from trialwright.analyze.stage.analysis import analyze_stage
from trialwright.analyze.stage.monitor import MonitorResult, analyze_monitor
from trialwright.protocol.design import AccrualDuringInterim
from trialwright.protocol.endpoints import AnalysisRead

FIRST = date(2021, 1, 1)


def monitor(
    n: int,
    as_of: date,
    *,
    policy: AccrualDuringInterim = AccrualDuringInterim.PAUSE,
    known: int = 0,
) -> MonitorResult:
    """Return the monitor of n patients, enrolled a month apart; of some the failure is known."""
    days = [FIRST + timedelta(days=30 * place) for place in range(n)]
    subjects: pl.DataFrame = adsl(*({"ENRLDT": day, "TRTSDT": day} for day in days))
    rows = [
        {"USUBJID": f"{place:02d}", "ASEQ": 1, "PARAMCD": "NPR6", "PARQUAL": "CENTRAL",
         "AVALC": "FAILURE" if place <= known else "UNKNOWN"}
        for place in range(1, n + 1)
    ]  # fmt: skip
    design = metromajx_protocol().design[0].model_copy(update={"accrual_during_interim": policy})
    at, npr6 = (POPULATIONS, as_of, "A"), endpoint("npr6")
    adrs = dataset("ADRS", *rows)
    stage = analyze_stage(adrs, subjects, design, npr6, at, AnalysisRead.ADJUDICATED)
    return analyze_monitor(stage, subjects, design, npr6, ("EFFFL", as_of, "A"))


def test_while_patients_are_missing_the_dates_are_projected_from_the_rate_so_far() -> None:
    found = monitor(4, FIRST + timedelta(days=120))
    assert (found.state, found.count("to_enroll")) == ("enrolling", 9)
    assert found.value("per_month") == pytest.approx(4 / (120 / 30.4375))
    # Nine more at 4 in 120 days take 270 days; the last one's landmark comes six months later.
    assert found.dates["full_on"] == (FIRST + timedelta(days=390)).isoformat() == "2022-01-26"
    assert found.dates["readable_on"] == "2022-07-26"
    assert found.projected == ["full_on", "readable_on"]


def test_a_full_stage_waits_for_the_last_landmark_of_its_patients() -> None:
    found = monitor(13, FIRST + timedelta(days=365), known=5)
    assert (found.state, found.count("to_enroll"), found.projected) == ("waiting", 0, [])
    assert found.dates["full_on"] == "2021-12-27"
    assert found.dates["readable_on"] == "2022-06-27"
    # Four successes are needed; the landmarks of patients 8 to 13 are still to come.
    assert found.dates["continue_from"] == "2022-04-28"


def test_accrual_that_pauses_expects_nobody_beyond_and_one_that_goes_on_does() -> None:
    as_of = FIRST + timedelta(days=365)
    assert monitor(13, as_of, known=5).value("expected_beyond") == 0
    found = monitor(13, as_of, known=5, policy=AccrualDuringInterim.CONTINUE)
    months = (date(2022, 6, 27) - as_of).days / 30.4375
    assert found.value("expected_beyond") == pytest.approx(months * 13 / (365 / 30.4375))


def test_who_entered_after_the_stage_was_full_is_counted() -> None:
    found = monitor(15, FIRST + timedelta(days=430), known=5)
    assert (found.count("beyond"), found.count("evaluable")) == (2, 15)


def test_a_decided_stage_projects_nothing() -> None:
    found = monitor(13, FIRST + timedelta(days=365), known=13)
    assert (found.state, found.dates["continue_from"], found.projected) == ("decided", None, [])
    assert "settled" in found.table().to_text()


def test_before_the_first_patient_no_date_is_known() -> None:
    found = monitor(0, FIRST)
    assert found.value("per_month") is None
    assert set(found.dates.values()) == {None}
    assert "not known yet" in found.table().to_text()
