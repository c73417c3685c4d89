"""The decision of the two-stage design: who counts and who is still awaited."""

from datetime import date, timedelta
from typing import Any

from small_trial import CUT, POPULATIONS, START, adsl, dataset, endpoint, metromajx_protocol

from trialwright.analyze.stage.analysis import analyze_stage
from trialwright.analyze.stage.result import StageResult
from trialwright.core.table import text_plain
from trialwright.protocol.endpoints import AnalysisRead
from trialwright.report.sentences.efficacy import tell_estimate, tell_stage


def decide(*statuses: str | None, cut: date = CUT, **subject: Any) -> StageResult:
    rows = [
        {"USUBJID": f"{n:02d}", "ASEQ": 1, "PARAMCD": "NPR6", "PARQUAL": "CENTRAL", "AVALC": word}
        for n, word in enumerate(statuses, 1)
        if word is not None
    ]
    design = metromajx_protocol().design[0]
    who = adsl(*([subject] * len(statuses)))
    at = (POPULATIONS, cut, "A")
    read = AnalysisRead.ADJUDICATED
    return analyze_stage(dataset("ADRS", *rows), who, design, endpoint("npr6"), at, read)


def test_three_successes_of_thirteen_stop_and_four_go_on() -> None:
    assert decide(*["SUCCESS"] * 3, *["FAILURE"] * 10).decision == "stop"
    assert decide(*["SUCCESS"] * 4, *["FAILURE"] * 9).decision == "continue"


def test_a_patient_beyond_the_plan_does_not_change_the_planned_decision() -> None:
    found = decide(*["FAILURE"] * 10, *["SUCCESS"] * 4)
    assert (found.decision, found.count("first_successes"), found.count("over_run")) == (
        "stop",
        3,
        1,
    )
    assert found.decisions["all"]["decision"] == "continue"
    assert any("1 more patient was evaluable" in text_plain(text) for text in tell_stage(found))


def test_a_trial_that_went_on_although_its_first_stage_said_stop_is_decided_by_that_stage() -> None:
    found = decide(*["FAILURE"] * 40, *["SUCCESS"] * 3)
    assert (found.decision, found.count("first_n"), found.count("over_run")) == ("stop", 13, 30)
    assert found.value("mle") == 0.0
    assert found.decisions["all"]["decision"] == "not_active"


def test_both_stages_decide_together_once_the_first_was_passed() -> None:
    found = decide(*["SUCCESS"] * 13, *["FAILURE"] * 30)
    assert (found.decision, found.count("first_n"), found.count("over_run")) == ("active", 43, 0)


def test_an_early_trial_decides_nothing_and_says_so() -> None:
    found = decide()
    assert found.decision == "open"
    printed = found.table().to_text()
    assert "not settled yet" in printed
    assert "not certain yet" not in printed
    assert "Estimate after the decision" not in printed
    assert text_plain(tell_estimate(found)) == "No estimate yet: the stage has not ended."
    assert found.describe()


def test_a_patient_whose_landmark_lies_after_the_cut_is_awaited_unless_gone() -> None:
    early = START + timedelta(100)
    assert decide("UNKNOWN", cut=early).count("all_n") == 0
    assert decide("FAILURE", cut=early).count("all_n") == 1
    assert decide("UNKNOWN", cut=early, DCTREAS="LOST TO FOLLOW-UP").count("all_n") == 1


def test_nobody_stands_in_for_an_awaited_patient_of_the_first_stage() -> None:
    statuses = ["FAILURE"] * 9 + ["UNKNOWN"] + ["SUCCESS"] * 3 + ["SUCCESS"]
    found = decide(*statuses, cut=START + timedelta(100))
    numbers = [found.count(key) for key in ("first_n", "first_successes", "over_run", "awaited")]
    assert numbers == [12, 3, 1, 1]  # the fourteenth would be a fourth success, and is beyond
    assert found.decision == "open"
    assert found.rules.is_empty()
    assert text_plain(tell_stage(found)[0]).startswith(
        "The outcome of 1 evaluable patient is awaited; of 12 whose outcome is known"
    )


def test_an_unknown_status_after_the_landmark_is_no_success() -> None:
    found = decide("UNKNOWN", None)
    assert (found.count("all_n"), found.count("all_successes")) == (2, 0)
    assert found.path["AVALC"].to_list() == ["FAILURE", "FAILURE"]


def test_patients_of_another_arm_do_not_count() -> None:
    assert decide("SUCCESS", ARMCD="B").count("all_n") == 0
