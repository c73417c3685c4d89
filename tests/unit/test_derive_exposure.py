"""Doses given, with their cycles, and what they add up to."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from small_trial import CUT, adsl, metromajx_protocol, recorded

from trialwright.derive.exposure import derive_adex
from trialwright.derive.exposure_summary import derive_exposure_summary

ARMS = metromajx_protocol().arms
DOSE = {"USUBJID": "01", "EXTRT": "JX-594", "EXDOSE": 1e9, "EXDOSU": "pfu", "EXDOSFRQ": "ONCE"}
PILL = {"EXTRT": "Cyclophosphamide", "EXDOSE": 50.0, "EXDOSU": "mg", "EXDOSFRQ": "BID"}
DRIP = {"EXTRT": "Avelumab", "EXDOSE": 700.0, "EXDOSU": "mg"}


def ex(*rows: dict[str, Any]) -> pl.DataFrame:
    filled = [
        DOSE | {"EXSEQ": n, "EXSTDTC": "2021-03-08", "EXENDTC": None} | row
        for n, row in enumerate(rows, 1)
    ]
    return recorded(*filled, EXDOSE=pl.Float64, EXSEQ=pl.Int64)


def weights(*rows: tuple[str, float | None]) -> pl.DataFrame:
    filled = [
        {"USUBJID": "01", "VSTESTCD": "WEIGHT", "VSDTC": day, "VSSTRESN": kg} for day, kg in rows
    ]
    return recorded(*filled, VSSTRESN=pl.Float64)


def adex(*rows: dict[str, Any], vs: pl.DataFrame | None = None) -> pl.DataFrame:
    return derive_adex(ex(*rows), ARMS, CUT, vs)


def summary(doses: pl.DataFrame, **subject: Any) -> dict[tuple[str, str | None], float]:
    found = derive_exposure_summary(doses, adsl(subject), metromajx_protocol())
    return {(code, agent): value for _, _, code, agent, value, _ in found.iter_rows()}


def test_a_dose_without_an_end_lasts_the_day_on_which_it_began() -> None:
    found = adex({})
    assert found.select("ASTDT", "AENDT", "NADMIN").row(0) == (
        date(2021, 3, 8),
        date(2021, 3, 8),
        1,
    )


def test_a_dose_that_ends_before_it_begins_is_one_administration_and_never_fewer() -> None:
    found = adex(PILL | {"EXENDTC": "2021-03-01"})
    assert found.select("AENDT", "NADMIN").row(0) == (date(2021, 3, 8), 2)


def test_a_week_of_tablets_twice_a_day_is_fourteen_administrations_in_any_spelling() -> None:
    week = PILL | {"EXENDTC": "2021-03-14"}
    assert adex(week, week | {"EXDOSFRQ": "bid"})["NADMIN"].to_list() == [14, 14]


def test_an_agent_is_known_whatever_its_case_and_takes_the_protocols_spelling() -> None:
    assert adex({"EXTRT": "jx-594"}, {"EXTRT": "JX-594"})["EXTRT"].to_list() == ["JX-594"] * 2


def test_an_agent_that_no_arm_names_is_kept_without_a_cycle() -> None:
    found = adex({"EXTRT": "Aspirin"})
    assert found.select("EXTRT", "ACYCLE").row(0) == ("Aspirin", None)


@pytest.mark.parametrize("row", [{"EXDOSE": 0.0}, {"EXDOSE": None}, {"EXSTDTC": None}])
def test_what_was_not_given_or_nobody_knows_when_is_no_dose(row: dict[str, Any]) -> None:
    assert adex(row).is_empty()


def test_a_placebo_of_dose_zero_was_given() -> None:
    assert adex({"EXTRT": "Placebo", "EXDOSE": 0.0}).height == 1


def test_doses_after_the_cut_are_left_out_and_a_longer_one_ends_on_it() -> None:
    found = adex(
        PILL | {"EXSTDTC": "2022-02-27", "EXENDTC": "2022-03-05"}, {"EXSTDTC": "2022-03-01"}
    )
    assert found["AENDT"].to_list() == [CUT]
    assert found["NADMIN"].to_list() == [4]


def test_cycles_count_from_the_anchor_and_a_lead_in_belongs_to_the_first() -> None:
    days = ["2021-03-01", "2021-03-08", "2021-04-04", "2021-04-05"]
    rows = [(PILL if n == 0 else {}) | {"EXSTDTC": day} for n, day in enumerate(days)]
    assert adex(*rows)["ACYCLE"].to_list() == [1, 1, 1, 2]


def test_a_dose_in_mg_is_divided_by_the_last_weight_before_it() -> None:
    vs = weights(("2021-03-01", 70.0), ("2021-03-08", 100.0), ("2021-03-09", 50.0))
    assert adex(DRIP, vs=vs).select("ADOSE", "ADOSEU").row(0) == (7.0, "mg/kg")


@pytest.mark.parametrize("vs", [None, weights(("2021-03-09", 70.0)), weights(("2021-03-01", None))])
def test_without_a_weight_before_it_a_dose_per_kg_is_unknown(vs: pl.DataFrame | None) -> None:
    assert adex(DRIP, vs=vs)["ADOSE"].to_list() == [None]


def test_one_unknown_dose_leaves_total_and_intensity_unknown_and_not_too_small() -> None:
    vs = weights(("2021-03-20", 70.0))
    found = summary(adex(DRIP, DRIP | {"EXSTDTC": "2021-03-22"}, vs=vs))
    assert found["NADMIN", "Avelumab"] == 2
    assert ("TOTDOSE", "Avelumab") not in found
    assert ("RDI", "Avelumab") not in found


def test_a_header_alone_gives_no_doses_and_no_summary() -> None:
    nothing = adex({}).clear()
    assert adex({"EXDOSE": None}).schema == nothing.schema
    assert summary(nothing) == {}


def test_every_planned_dose_given_is_an_intensity_of_one_hundred() -> None:
    injections = [{"EXSTDTC": day} for day in ("2021-03-08", "2021-03-22", "2021-04-05")]
    found = summary(adex(*injections), DCTDT=date(2021, 4, 10))
    assert found["RDI", "JX-594"] == 100
    assert found["TRTDUR", None] == 29
    assert found["NCYC", None] == 2


def test_a_missed_dose_lowers_the_intensity_and_a_repeated_row_raises_it() -> None:
    two = [{"EXSTDTC": day} for day in ("2021-03-08", "2021-04-05")]
    missed = summary(adex(*two), DCTDT=date(2021, 4, 10))
    assert missed["RDI", "JX-594"] == pytest.approx(200 / 3)
    repeated = summary(adex(*two, *two), DCTDT=date(2021, 4, 10))
    assert repeated["RDI", "JX-594"] == pytest.approx(400 / 3)


def test_who_is_in_an_arm_that_the_protocol_lacks_has_doses_and_no_intensity() -> None:
    found = summary(adex({}), ARMCD="Z")
    assert found["TOTDOSE", "JX-594"] == 1e9
    assert ("RDI", "JX-594") not in found
