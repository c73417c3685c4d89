"""Dosing occasions: what is missed, delayed and reduced in rhythms of every kind."""

from datetime import date, timedelta
from typing import Any

import polars as pl
from small_trial import CUT, ONE_ARM, adsl, metromajx_protocol, recorded

from trialwright.analyze.dosing import analyze_dosing
from trialwright.derive.dose_occasions import derive_dose_occasions, find_doses_above_cap
from trialwright.derive.exposure import derive_adex
from trialwright.derive.exposure_summary import derive_exposure_summary

PROTOCOL = metromajx_protocol()
FIRST = date(2021, 3, 1)
STOPPED = {"DCTDT": date(2021, 6, 1), "DCTREAS": "PROGRESSIVE DISEASE", "EOTSTT": "DISCONTINUED"}
CAPS = {"Cyclophosphamide": None, "JX-594": 4, "Avelumab": None}
UNITS = {"Avelumab": (10.0, "mg/kg"), "JX-594": (1e9, "pfu"), "Cyclophosphamide": (50.0, "mg")}


def doses(agent: str, *days: int, **more: Any) -> list[dict[str, Any]]:
    """Return a dose on each day from the first; a week of tablets lasts seven days."""
    amount, unit = UNITS[agent]
    lasts = 6 if agent == "Cyclophosphamide" else 0
    return [
        {
            "USUBJID": "01", "EXTRT": agent, "EXDOSE": amount, "EXDOSU": unit, "EXSEQ": seq,
            "EXDOSFRQ": "BID" if lasts else "ONCE",
            "EXSTDTC": (FIRST + timedelta(day)).isoformat(),
            "EXENDTC": (FIRST + timedelta(day + lasts)).isoformat(),
        } | more
        for seq, day in enumerate(days, 1)
    ]  # fmt: skip


def occasions(
    rows: list[dict[str, Any]], **subject: Any
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    types = {"EXDOSE": pl.Float64, "EXSEQ": pl.Int64, "EXVAMT": pl.Float64}
    adex = derive_adex(recorded(*rows, **types), PROTOCOL.arms, CUT)
    who = adsl(STOPPED | subject)
    return derive_dose_occasions(adex, who, PROTOCOL), adex, who


def flagged(frame: pl.DataFrame, flag: str) -> list[int]:
    return frame.filter(pl.col(flag) == "Y")["AOCC"].to_list()


def test_an_infusion_that_was_left_out_is_missed_and_those_around_it_are_not() -> None:
    found, *_ = occasions(doses("Avelumab", 0, 14, 42, 56, 70, 84))
    assert (found.height, flagged(found, "MISSFL")) == (7, [3])
    assert flagged(found, "DELAYFL") == flagged(found, "REDUCFL") == []


def test_a_dose_is_delayed_beyond_the_window_of_its_visit() -> None:
    found, *_ = occasions(doses("Avelumab", 0, 16, 31, 42, 56, 70, 84))
    assert flagged(found, "DELAYFL") == [3]  # two days are within the window of [-2, 2]
    assert found["ADIFF"].to_list() == [0, 2, 3, 0, 0, 0, 0]


def test_a_dose_below_95_percent_of_the_plan_is_reduced() -> None:
    rows = [*doses("Avelumab", 0), *doses("Avelumab", 14, EXDOSE=9.6)]
    rows += doses("Avelumab", 28, EXDOSE=6.0)
    found, *_ = occasions(rows, DCTDT=date(2021, 4, 5))
    assert flagged(found, "REDUCFL") == [3]


def test_an_agent_with_a_cap_has_no_occasion_after_it() -> None:
    found, *_ = occasions(doses("JX-594", 0, 14, 42, 56))
    assert (found.height, flagged(found, "MISSFL")) == (5, [3])  # the third was made up for


def test_a_week_on_is_one_occasion_and_a_shortened_week_is_reduced() -> None:
    week = doses("Cyclophosphamide", 0, 14, 42)
    week[1]["EXENDTC"] = (FIRST + timedelta(18)).isoformat()
    found, *_ = occasions(week, DCTDT=FIRST + timedelta(50))
    assert (found.height, flagged(found, "MISSFL"), flagged(found, "REDUCFL")) == (4, [3], [2])


def test_what_was_due_when_treatment_ended_is_not_missed() -> None:
    found, *_ = occasions(doses("Avelumab", 0, 14), DCTDT=FIRST + timedelta(29))
    assert flagged(found, "MISSFL") == []


def test_ends_by_agent_lesions_and_volume_are_counted() -> None:
    injected = {"EXLNKID": "T01", "EXVAMT": 4.0, "EXVAMTU": "mL"}
    rows = [*doses("JX-594", 0, 14, 28, 42, **injected), *doses("Avelumab", 0)]
    found, adex, who = occasions(rows)
    ds = recorded({"USUBJID": "01", "DSSCAT": "AVELUMAB", "DSDECOD": "ADVERSE EVENT"})
    result = analyze_dosing(found, adex, who, ONE_ARM, CAPS, {"ds": ds})
    assert result.ends == [["JX-594", "Planned number given"], ["Avelumab", "Adverse event"]]
    assert (result.count("jx_594.lesions"), result.value("jx_594.volume")) == (1, 16.0)
    assert "Planned number given   1 (100.0)" in result.ends_table().to_text()
    plain = analyze_dosing(found, adex, who, ONE_ARM, CAPS, {})
    assert ["Avelumab", "Progressive disease"] in plain.ends


def test_more_injections_than_the_protocol_allows_are_found() -> None:
    _, adex, who = occasions(doses("JX-594", 0, 14, 28, 42, 56))
    summary = derive_exposure_summary(adex, who, PROTOCOL)
    assert find_doses_above_cap(summary, PROTOCOL) == [("01", "JX-594", 5, 4)]
