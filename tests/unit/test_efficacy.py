"""The primary proportion: counted, never read off a curve."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from small_trial import CUT, ONE_ARM, POPULATIONS, START, TWO_ARMS, adsl, dataset, endpoint

from trialwright.analyze.efficacy import LandmarkResult, analyze_landmark
from trialwright.core.table import text_plain
from trialwright.protocol.endpoints import AnalysisRead
from trialwright.protocol.estimands import Unknown
from trialwright.report.sentences.efficacy import tell_landmark

NPR6 = endpoint("npr6").model_copy(update={"sensitivity": ()})


def proportion(
    *statuses: str | None, arms=ONE_ARM, subjects=None, cut=CUT, **update: Any
) -> LandmarkResult:
    rows = [
        {"USUBJID": f"{n:02d}", "ASEQ": 1, "PARAMCD": "NPR6", "PARQUAL": "CENTRAL", "AVALC": word}
        for n, word in enumerate(statuses, 1)
        if word is not None
    ]
    frame = adsl(*(subjects or [{}] * len(statuses)))
    chosen = NPR6.model_copy(update=update)
    read = AnalysisRead.ADJUDICATED
    return analyze_landmark(dataset("ADRS", *rows), frame, chosen, (arms, POPULATIONS, cut), read)


def test_a_member_without_a_row_is_unknown_and_counts_as_failure() -> None:
    found = proportion("SUCCESS", "FAILURE", "UNKNOWN", None)
    assert [found.count(key) for key in ("n", "successes", "failures", "unknown")] == [4, 1, 3, 2]
    assert found.value("rate") == 0.25


def test_the_unknown_can_be_left_out_of_the_denominator() -> None:
    found = proportion("SUCCESS", "FAILURE", "UNKNOWN", unknown=Unknown.EXCLUDED)
    assert [found.count(key) for key in ("n", "successes", "unknown")] == [2, 1, 1]


def test_who_had_no_time_to_reach_the_landmark_is_awaited_and_no_failure() -> None:
    found = proportion("FAILURE", "UNKNOWN", None, cut=START + timedelta(100))
    assert [found.count(key) for key in ("n", "failures", "unknown", "awaited")] == [1, 1, 0, 2]
    assert text_plain(tell_landmark(found)[0]).endswith(
        "progression-free at 6 months; the outcome of 2 more patients is awaited at the data cut."
    )
    assert "Awaited" in found.table().to_text()
    gone = proportion(
        "UNKNOWN", cut=START + timedelta(100), subjects=[{"DCTREAS": "LOST TO FOLLOW-UP"}]
    )
    assert [gone.count(key) for key in ("n", "unknown", "awaited")] == [1, 1, 0]


def test_nobody_evaluable_has_no_proportion_and_no_interval() -> None:
    found = proportion()
    assert found.value("rate") is None
    assert text_plain(tell_landmark(found)[0]).startswith(
        "0 of 0 patients (NE%; 95% CI NE\N{EN DASH}NE; 90% CI NE\N{EN DASH}NE) were"
    )


@pytest.mark.parametrize(("status", "side"), [("SUCCESS", "high_95"), ("FAILURE", "low_95")])
def test_one_patient_has_an_exact_interval_that_reaches_the_end(status: str, side: str) -> None:
    found = proportion(status)
    assert found.value(side) == (1.0 if status == "SUCCESS" else 0.0)
    # Clopper-Pearson of 1 of 1: the lower limit is alpha / 2, of 0 of 1 the upper 1 - alpha / 2.
    other = {"SUCCESS": ("low_95", 0.025), "FAILURE": ("high_95", 0.975)}[status]
    assert found.value(other[0]) == pytest.approx(other[1])


def test_arms_add_up_and_each_has_its_sentence() -> None:
    subjects = [{"ARMCD": arm} for arm in "AAB"]
    found = proportion("SUCCESS", "FAILURE", "SUCCESS", arms=TWO_ARMS, subjects=subjects)
    assert [found.count(f"successes{arm}") for arm in (".a", ".b", "")] == [1, 1, 2]
    told = [text_plain(text) for text in tell_landmark(found)]
    assert [text.split(":")[0] for text in told] == ["Active", "Control"]
    assert "1 of 1 patient (100.0%" in told[1]


def test_what_is_drawn_is_what_is_counted() -> None:
    drawn = proportion("SUCCESS", "FAILURE")._drawn()
    assert drawn["estimate"].unique().to_list() == [0.5]
    assert replace(proportion("FAILURE"), reference_rates={"p0": 0.2}).describe()
