"""Times to events as results: what has no value is None, and prints NR (not reached) or NE."""

from typing import Any

import polars as pl
from small_trial import ONE_ARM, POPULATIONS, TWO_ARMS, adsl, dataset, endpoint

from trialwright.analyze.survival.analysis import analyze_follow_up, analyze_time_to_event
from trialwright.analyze.survival.result import SurvivalResult, risk_times
from trialwright.core.table import text_plain
from trialwright.protocol.endpoints import AnalysisRead
from trialwright.report.sentences.efficacy import tell_survival

READ = AnalysisRead.ADJUDICATED


def times(*rows: tuple[float | None, int]) -> pl.DataFrame:
    filled = [
        {"USUBJID": f"{n:02d}", "ASEQ": 1, "PARAMCD": "OS", "AVAL": days, "CNSR": censored}
        for n, (days, censored) in enumerate(rows, 1)
    ]
    return dataset("ADTTE", *filled)


def survival(*rows: Any, subjects=None, arms=ONE_ARM, ask=analyze_time_to_event) -> SurvivalResult:
    name = "os" if ask is analyze_time_to_event else "follow_up"
    chosen = endpoint(name).model_copy(update={"sensitivity": ()})
    who = adsl(*(subjects or [{}] * len(rows)))
    return ask(times(*rows), who, chosen, arms, POPULATIONS, READ)


def test_with_everybody_censored_the_median_is_not_reached() -> None:
    found = survival((100.0, 1), (200.0, 1))
    assert (found.count("events"), found.value("median")) == (0, None)
    assert found.print_median().text == "NR"
    told = text_plain(tell_survival(found)[0])
    assert told == "Median overall survival was not reached (0 events in 2 patients)."
    assert found.describe()


def test_a_limit_that_the_follow_up_did_not_reach_is_nr_and_nobody_is_ne() -> None:
    found = survival(*[(30.4375 * month, month % 2) for month in range(1, 10)], (400.0, 1))
    assert found.value("median") is not None
    assert found.value("upper") is None
    assert found.print_median().text.endswith("\N{EN DASH}NR)")
    assert "NR)" in text_plain(tell_survival(found)[0]).replace("; ", ") ")
    assert survival().print_median().text == "NE"
    assert "NE, not estimable; NR, not reached." in found.table().footnotes[0]


def test_a_limit_of_a_curve_that_ends_at_zero_is_not_estimable() -> None:
    """Where the curve is zero its limits do not exist (R, SAS); no follow-up would reach them."""
    found = survival((30.4375, 0), (60.875, 0))
    assert found.value("last") == 0
    assert found.value("upper") is None
    assert found.print_median().text.endswith("\N{EN DASH}NE)")


def test_nobody_has_no_curve_and_no_numbers() -> None:
    found = survival()
    assert found.curve.is_empty()
    assert found.value("at_12m") is None
    assert risk_times(found.curve) == [0.0, 1.0]
    assert "nan" not in found.table().to_text().lower()


def test_one_patient_with_an_event_has_the_median_of_that_event() -> None:
    found = survival((365.25, 0))
    assert found.value("median") == 12.0
    assert text_plain(tell_survival(found)[0]).endswith("1 event in 1 patient).")


def test_a_time_that_is_not_known_is_left_out_and_not_zero() -> None:
    assert survival((None, 1), (100.0, 0)).count("n") == 1


def test_in_follow_up_the_living_are_the_events() -> None:
    found = survival((100.0, 0), (200.0, 1), ask=analyze_follow_up)
    assert (found.is_follow_up, found.count("events")) == (True, 1)


def test_arms_add_up_and_an_arm_without_patients_is_not_estimable() -> None:
    subjects = [{"ARMCD": "A"}, {"ARMCD": "A"}]
    found = survival((100.0, 0), (200.0, 1), subjects=subjects, arms=TWO_ARMS)
    assert [found.count(f"n{arm}") for arm in (".a", ".b", "")] == [2, 0, 2]
    assert found.value("median.b") is None
    assert found.curve["stratum"].unique().to_list() == ["Active"]
