"""Who was enrolled, why others were not, who died and when they were last seen."""

from datetime import date

import polars as pl
from small_trial import CUT, recorded

from trialwright.derive.subjects import (
    derive_deaths,
    derive_enrollment,
    derive_last_contact,
    derive_new_therapy,
    derive_screening_reasons,
    derive_unmet_criteria,
)
from trialwright.protocol.model import DateImputation

FIRST = DateImputation.FIRST_DAY


def dm(*rows: dict[str, str | None]) -> pl.DataFrame:
    filled = [{"USUBJID": f"{n:02d}", "ARMCD": "A"} | row for n, row in enumerate(rows, 1)]
    return recorded(*filled)


def one_death(**row: str | None) -> dict[str, object]:
    rule = row.pop("rule", DateImputation.NONE)
    contacts = row.pop("contacts", None)
    tables = {"dm": dm(row)} | ({"vs": contacts} if contacts is not None else {})
    found = derive_deaths(tables, CUT, rule)
    return found.row(0, named=True) if found.height else {}


def test_an_arm_makes_a_subject_enrolled_and_the_codes_of_failures_do_not() -> None:
    codes = ["A", None, "SCRNFAIL", "Scrnfail", "NOTASSGN", "B"]
    found = derive_enrollment({"dm": dm(*({"ARMCD": code} for code in codes))})
    assert found["ENRLFL"].to_list() == ["Y", "N", "N", "N", "N", "Y"]
    assert found["SCRFREAS"].to_list() == [None, *["Not stated"] * 4, None]


def test_without_arm_codes_nobody_is_known_to_be_enrolled() -> None:
    found = derive_enrollment({"dm": recorded({"USUBJID": "01"})})
    assert found.select("ENRLFL", "SCRFFL", "ENRLNUM").rows() == [("N", "Y", None)]


def test_a_table_of_subjects_without_rows_gives_none() -> None:
    assert derive_enrollment({"dm": dm({}).clear()}).is_empty()


def test_inclusion_is_numbered_by_the_day_of_enrollment_and_then_by_name() -> None:
    ds = recorded(
        *(
            {"USUBJID": who, "DSDECOD": "ENROLLED", "DSSTDTC": day}
            for who, day in (("01", "2021-05-02"), ("02", "2021-05-01"), ("03", "2021-05-01"))
        )
    )
    found = derive_enrollment({"dm": dm({}, {}, {}, {}), "ds": ds})
    # Without any date a subject is last.
    assert found["ENRLNUM"].to_list() == [3, 1, 2, 4]


def test_the_day_of_enrollment_falls_back_on_the_reference_start_and_on_consent() -> None:
    rows = ({"RFSTDTC": "2021-05-02", "RFICDTC": "2021-05-01"}, {"RFICDTC": "2021-05-01"})
    found = derive_enrollment({"dm": dm(*rows)})
    assert found["ENRLDT"].to_list() == [date(2021, 5, 2), date(2021, 5, 1)]


def test_unmet_criteria_are_named_once_in_order_of_their_codes() -> None:
    ie = recorded(
        {"USUBJID": "01", "IETESTCD": "INCL02", "IETEST": "ECOG 0 or 1", "IECAT": "INCLUSION"},
        {"USUBJID": "01", "IETESTCD": "EXCL01", "IETEST": "Pregnancy", "IECAT": "EXCLUSION"},
        {"USUBJID": "01", "IETESTCD": "INCL01", "IETEST": "Age of 18", "IECAT": "INCLUSION"},
        {"USUBJID": "01", "IETESTCD": "EXCL01", "IETEST": "Pregnancy", "IECAT": "EXCLUSION"},
    )
    found = derive_unmet_criteria({"ie": ie})
    assert found["unmet"].to_list() == ["Pregnancy; Not met: age of 18; Not met: ECOG 0 or 1"]


def test_a_failure_without_a_criterion_is_explained_by_its_term() -> None:
    ds = recorded(
        {"USUBJID": "01", "DSSEQ": "2", "DSDECOD": "SCREEN FAILURE", "DSTERM": "Later"},
        {"USUBJID": "01", "DSSEQ": "1", "DSDECOD": "SCREEN FAILURE", "DSTERM": "Moved away"},
        {"USUBJID": "02", "DSSEQ": "1", "DSDECOD": "DEATH", "DSTERM": "Died"},
    )
    assert derive_screening_reasons({"ds": ds}).rows() == [("01", "Moved away")]


def test_a_death_without_a_date_is_a_death() -> None:
    assert one_death(DTHFL="Y")["DTHFL"] == "Y"
    assert one_death(DTHFL="Y")["DTHDT"] is None


def test_a_partial_death_date_is_a_death_even_where_no_rule_completes_it() -> None:
    found = one_death(DTHDTC="2021-05")
    assert (found["DTHFL"], found["DTHDT"]) == ("Y", None)


def test_a_partial_death_date_is_completed_by_the_protocols_rule() -> None:
    assert one_death(DTHDTC="2021-05", rule=FIRST)["DTHDT"] == date(2021, 5, 1)


def test_an_imputed_death_is_not_before_a_contact_that_it_may_have_followed() -> None:
    seen = recorded({"USUBJID": "01", "VSDTC": "2021-05-20"})
    assert one_death(DTHDTC="2021-05", rule=FIRST, contacts=seen)["DTHDT"] == date(2021, 5, 20)
    complete = one_death(DTHDTC="2021-05-03", rule=FIRST, contacts=seen)
    assert complete["DTHDT"] == date(2021, 5, 3)  # a recorded day is not moved


def test_a_death_after_the_cut_has_not_happened_yet() -> None:
    assert one_death(DTHFL="Y", DTHDTC="2022-03-01") == {}
    assert one_death(DTHFL="Y", DTHDTC="2022-03") == {}
    assert one_death(DTHFL="Y", DTHDTC="2022-02")["DTHFL"] == "Y"


def test_the_cause_of_death_is_the_first_that_is_stated() -> None:
    dd = recorded(
        {"USUBJID": "01", "DDSEQ": "2", "DDTESTCD": "PRCDTH", "DDSTRESC": "SEPSIS"},
        {"USUBJID": "01", "DDSEQ": "1", "DDTESTCD": "PRCDTH", "DDSTRESC": None},
        {"USUBJID": "01", "DDSEQ": "0", "DDTESTCD": "LOCDTH", "DDSTRESC": "HOME"},
    )
    found = derive_deaths({"dm": dm({"DTHFL": "Y"}), "dd": dd}, CUT)
    assert found["DTHCAUS"].to_list() == ["SEPSIS"]


def test_the_last_contact_is_the_latest_visit_up_to_the_cut() -> None:
    tables = {
        "dm": dm({}, {}),
        "vs": recorded({"USUBJID": "01", "VSDTC": "2021-05-20"}),
        "lb": recorded({"USUBJID": "01", "LBDTC": "2022-03-20"}),
        "qs": recorded({"USUBJID": "01", "QSDTC": "2021-06"}),
    }
    found = dict(derive_last_contact(tables, CUT).iter_rows())
    assert found == {"01": date(2021, 5, 20), "02": None}


def test_learning_of_a_death_is_no_contact() -> None:
    ss = recorded(
        {"USUBJID": "01", "SSSTRESC": "ALIVE", "SSDTC": "2021-05-20"},
        {"USUBJID": "01", "SSSTRESC": "DEAD", "SSDTC": "2021-07-01"},
    )
    ds = recorded({"USUBJID": "01", "DSDECOD": "DEATH", "DSSTDTC": "2021-07-02"})
    found = derive_last_contact({"dm": dm({}), "ss": ss, "ds": ds}, CUT)
    assert found.row(0) == ("01", date(2021, 5, 20))


def test_only_a_later_cancer_therapy_is_a_new_one() -> None:
    cm = recorded(
        {"USUBJID": "01", "CMCAT": "PRIOR ANTICANCER THERAPY", "CMSTDTC": "2019-01-01"},
        {"USUBJID": "01", "CMCAT": "Subsequent anticancer therapy", "CMSTDTC": "2021-09-01"},
        {"USUBJID": "01", "CMCAT": "SUBSEQUENT ANTICANCER THERAPY", "CMSTDTC": "2021-08"},
    )
    assert derive_new_therapy({"cm": cm})["NACTDT"].to_list() == [date(2021, 9, 1)]
    assert derive_new_therapy({"cm": cm}, FIRST)["NACTDT"].to_list() == [date(2021, 8, 1)]
    assert derive_new_therapy({}).is_empty()
