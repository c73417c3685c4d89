"""ADSL: who belongs to which population, and why others do not."""

from datetime import date
from typing import Any

import polars as pl
from small_trial import CUT, metromajx_protocol, recorded

from trialwright.derive.exposure import derive_adex
from trialwright.derive.populations import derive_adsl, population_flag, population_reason

PROTOCOL = metromajx_protocol()
AGENTS = ("JX-594", "Avelumab", "Cyclophosphamide")


def subjects(*rows: dict[str, str | None]) -> pl.DataFrame:
    return recorded(*({"USUBJID": f"{n:02d}", "ARMCD": "A"} | row for n, row in enumerate(rows, 1)))


def doses(*given: tuple[str, str]) -> pl.DataFrame:
    rows: list[dict[str, Any]] = [
        {
            "USUBJID": who,
            "EXTRT": agent,
            "EXDOSE": 1.0,
            "EXDOSU": "mg/kg",
            "EXSTDTC": "2021-03-08",
            "EXSEQ": n,
        }
        for n, (who, agent) in enumerate(given, 1)
    ]
    ex = recorded(*rows, EXDOSE=pl.Float64, EXSEQ=pl.Int64)
    return derive_adex(ex, PROTOCOL.arms, CUT)


def make(dm: pl.DataFrame, adex: pl.DataFrame | None = None, **more: pl.DataFrame) -> pl.DataFrame:
    return derive_adsl({"dm": dm, **more}, adex, PROTOCOL)


def all_agents(who: str) -> list[tuple[str, str]]:
    return [(who, agent) for agent in AGENTS]


def test_every_population_has_a_flag_and_a_reason_of_cdisc_length() -> None:
    assert [population_flag(name) for name in ("enrolled", "safety", "evaluable")] == [
        "ENRLFL",
        "SAFFL",
        "EFFFL",
    ]
    assert population_flag("per_protocol") == "PERPROFL"
    assert population_reason("safety") == "SAFREAS"


def test_a_subject_with_every_agent_is_treated_and_evaluable() -> None:
    found = make(subjects({}), doses(*all_agents("01")))
    assert found.select("SAFFL", "EFFFL", "EFFREAS", "EOTSTT").row(0) == ("Y", "Y", None, "ONGOING")


def test_the_agents_that_a_subject_never_had_are_named() -> None:
    found = make(subjects({}), doses(("01", "JX-594")))
    reason = found["EFFREAS"].item()
    assert found.select("SAFFL", "EFFFL").row(0) == ("Y", "N")
    assert set(reason.removeprefix("No dose of ").split(" and ")) == {
        "Avelumab",
        "Cyclophosphamide",
    }


def test_an_unmet_criterion_takes_a_subject_out_of_the_evaluable_alone() -> None:
    ie = recorded(
        {"USUBJID": "01", "IETESTCD": "EXCL01", "IETEST": "Pregnancy", "IECAT": "EXCLUSION"}
    )
    found = make(subjects({}), doses(*all_agents("01")), ie=ie)
    assert found.select("ENRLFL", "SAFFL", "EFFFL", "EFFREAS").row(0) == (
        "Y",
        "Y",
        "N",
        "Pregnancy",
    )


def test_without_any_recorded_dose_nobody_knows_who_was_treated() -> None:
    found = make(subjects({}, {}))
    assert found["SAFFL"].to_list() == [None, None]
    assert found["SAFREAS"].to_list() == [None, None]
    assert found["ENRLFL"].to_list() == ["Y", "Y"]


def test_a_subject_who_was_not_enrolled_is_in_no_population_whatever_was_given() -> None:
    found = make(subjects({"ARMCD": None}), doses(*all_agents("01")))
    assert found.select("ENRLFL", "SAFFL", "EFFFL").row(0) == ("N", "N", "N")
    assert found["TRTSDT"].item() is None


def test_a_subject_of_an_arm_that_the_protocol_lacks_is_enrolled_but_not_dosed_by_default() -> None:
    found = make(subjects({"ARMCD": "Z"}, {"ARMCD": "Z"}), doses(("02", "JX-594")))
    assert found["ENRLFL"].to_list() == ["Y", "Y"]
    assert found["SAFFL"].to_list() == found["EFFFL"].to_list() == ["N", "Y"]


def test_treatment_of_the_dead_does_not_go_on() -> None:
    dm = subjects({"DTHFL": "Y", "DTHDTC": "2021-05-01"}, {})
    found = make(dm, doses(("01", "JX-594"), ("02", "JX-594")))
    assert found["EOTSTT"].to_list() == ["DISCONTINUED", "ONGOING"]


def test_the_dead_were_last_known_alive_on_the_day_of_their_death() -> None:
    dm = subjects({"DTHFL": "Y", "DTHDTC": "2021-05-01"})
    late = recorded({"USUBJID": "01", "LBDTC": "2021-05-03"})
    early = recorded({"USUBJID": "01", "LBDTC": "2021-04-03"})
    for lb in (late, early):
        assert make(dm, lb=lb)["LSTALVDT"].item() == date(2021, 5, 1)


def test_who_came_after_the_cut_is_not_counted() -> None:
    rows = ({"RFICDTC": "2022-03-01"}, {"RFICDTC": "2022-03-01", "ARMCD": None}, {})
    assert make(subjects(*rows))["USUBJID"].to_list() == ["03"]


def test_an_empty_table_of_subjects_gives_an_empty_adsl_with_its_columns() -> None:
    found = make(subjects({}).clear())
    assert found.is_empty()
    assert {"SAFFL", "EFFFL", "EFFREAS", "HIST", "NPRIOR"} <= set(found.columns)


def test_whose_screening_ended_after_the_cut_is_in_screening_on_it() -> None:
    dm = subjects(
        {"RFICDTC": "2022-02-20"},
        {"RFICDTC": "2022-02-20", "ARMCD": None},
        {"RFICDTC": "2022-02-01", "ARMCD": None},
        {"RFICDTC": "2022-03-02"},
    )
    ds = recorded(
        {"USUBJID": "01", "DSDECOD": "ENROLLED", "DSSTDTC": "2022-03-01"},
        {"USUBJID": "02", "DSDECOD": "SCREEN FAILURE", "DSTERM": "Age", "DSSTDTC": "2022-03-05"},
        {"USUBJID": "03", "DSDECOD": "SCREEN FAILURE", "DSTERM": "Age", "DSSTDTC": "2022-02-10"},
    )
    found = make(dm, ds=ds).select("USUBJID", "ENRLFL", "SCRFFL", "SCRFREAS", "ARMCD", "ENRLNUM")
    assert found.rows() == [
        ("01", "N", "N", "In screening", None, None),
        ("02", "N", "N", "In screening", None, None),
        ("03", "N", "Y", "Age", None, None),
    ]
