"""ADLB: baseline, change, reference range, treatment, grades at baseline and worst grades."""

from datetime import date

import polars as pl
import pytest

from trialwright.datasets.analysis_labs import ADLB
from trialwright.datasets.lab_criteria import CtcaeVersion
from trialwright.derive.lab_values import derive_adlb

ADSL = pl.DataFrame(
    {
        "USUBJID": ["01", "02"],
        "TRTSDT": [date(2021, 3, 10), None],
        "TRTEDT": [date(2021, 4, 10), None],
    },
    schema_overrides={"TRTSDT": pl.Date, "TRTEDT": pl.Date},
)


def record(day: str | None, value: float | None, code: str = "PLAT", **other: object) -> dict:
    units = {"PLAT": "10^9/L", "ALT": "U/L", "K": "mmol/L"}
    return {
        "USUBJID": "01", "LBTESTCD": code, "LBSTRESN": value, "LBSTRESU": units.get(code),
        "LBSTRESC": None if value is None else str(value), "LBSTNRLO": 150.0, "LBSTNRHI": 400.0,
        "LBDTC": day,
    } | other  # fmt: skip


def derive(*records: dict, **settings: object) -> pl.DataFrame:
    rows = [{"LBSEQ": number, **row} for number, row in enumerate(records, start=1)]
    types = {"LBSTRESN": pl.Float64, "LBSTRESU": pl.String, "LBDTC": pl.String}
    lb = pl.DataFrame(rows, schema_overrides=types, infer_schema_length=None)
    version = settings.pop("version", CtcaeVersion.V5_0)
    return derive_adlb(lb, ADSL, version, **settings)


def test_the_dataset_is_the_declared_one():
    adlb = derive(record("2021-03-01", 200.0))
    assert adlb.schema == pl.Schema(ADLB.polars_schema())


def test_the_baseline_is_the_last_value_until_the_day_of_the_first_dose():
    adlb = derive(
        record("2021-03-01", 210.0),
        record("2021-03-10", 200.0),
        record("2021-03-11", 150.0),
        record("2021-03-10", None, LBORRES="clotted"),
    )
    assert adlb.filter(pl.col("ABLFL") == "Y")["AVAL"].to_list() == [200.0]
    assert adlb["BASE"].unique().to_list() == [200.0]
    by_day = dict(adlb.select("AVAL", "PCHG").rows())
    assert by_day[210.0] is None
    assert (by_day[200.0], by_day[150.0]) == (0.0, -25.0)


def test_of_two_values_of_one_day_the_later_hour_is_the_baseline():
    adlb = derive(record("2021-03-09T16:00", 180.0), record("2021-03-09T08:00", 200.0))
    assert adlb.filter(pl.col("ABLFL") == "Y")["AVAL"].to_list() == [180.0]


def test_a_subject_who_was_not_treated_is_graded_without_a_baseline():
    adlb = derive(record("2021-03-01", 40.0, USUBJID="02"))
    assert adlb.select("ATOXGR", "ABLFL", "BASE", "ONTRTFL").row(0) == (-3, None, None, None)


def test_a_value_that_may_be_on_treatment_counts():
    days = {"2021-02": 200.0, "2021-03": 90.0, None: 60.0, "2021-03-09": 1.0}
    adlb = derive(*(record(day, value) for day, value in days.items()))
    on_treatment = dict(adlb.select("AVAL", "ONTRTFL").rows())
    assert on_treatment == {200.0: None, 90.0: "Y", 60.0: "Y", 1.0: None}


def test_a_window_ends_the_time_on_treatment():
    days = [record("2021-05-10", 90.0), record("2021-05-11", 40.0)]
    adlb = derive(*days, on_treatment_until_days_after=30)
    assert adlb["ONTRTFL"].to_list() == ["Y", None]
    assert adlb.filter(pl.col("WORSTLFL") == "Y")["AVAL"].to_list() == [90.0]
    assert derive(*days)["ONTRTFL"].to_list() == ["Y", "Y"]


def test_the_worst_grade_is_flagged_once_at_its_first_value_after_the_first_dose():
    adlb = derive(
        record("2021-03-01", 20.0),
        record("2021-03-12", 70.0),
        record("2021-03-20", 60.0),
        record("2021-03-30", 140.0),
    )
    worst = adlb.filter(pl.col("WORSTLFL") == "Y")
    assert worst.select("AVAL", "ATOXGRL", "BTOXGRL", "ADY").rows() == [(70.0, 2, 4, 3)]
    assert adlb["WORSTHFL"].is_null().all()


def test_every_ungraded_value_is_kept_with_its_reason():
    adlb = derive(
        record("2021-03-01", 200.0),
        record("2021-03-12", 90.0, LBSTRESU="10^3/uL"),
        record("2021-03-13", 90.0, LBSTRESU=None),
        record("2021-03-14", None, LBSTRESC="<5"),
        record("2021-03-15", None, LBSTRESC=None, LBSTAT="NOT DONE"),
    )
    assert adlb["ATOXRSNL"].to_list() == [
        None,
        "unit '10^3/uL', expected 10^9/L",
        "unit missing, expected 10^9/L",
        "value missing",
    ]
    assert adlb["ATOXGR"].to_list() == [0, None, None, None]


def test_a_multiple_of_normal_in_another_unit_than_the_baseline_is_not_graded():
    adlb = derive(
        record("2021-03-01", 30.0, "ALT", LBSTNRLO=10.0, LBSTNRHI=40.0),
        record("2021-03-12", 5.0, "ALT", LBSTRESU="ukat/L", LBSTNRLO=10.0, LBSTNRHI=40.0),
    )
    slip = adlb.filter(pl.col("AVAL") == 5.0).row(0, named=True)
    assert slip["ATOXRSNH"] == "unit 'ukat/L', but the baseline's is 'U/L'"
    assert (slip["ATOXGR"], slip["CHG"], slip["PCHG"]) == (None, None, None)


def test_an_abnormal_baseline_is_what_version_5_compares_with():
    limits = {"LBSTNRLO": 10.0, "LBSTNRHI": 40.0}
    days = [
        record("2021-03-01", 100.0, "ALT", **limits),
        record("2021-03-12", 310.0, "ALT", **limits),
    ]
    version_5 = derive(*days)
    assert version_5["BNRIND"].to_list() == ["HIGH", "HIGH"]
    assert version_5["ATOXGRH"].to_list() == [0, 2]
    assert derive(*days, version=CtcaeVersion.V4_03)["ATOXGRH"].to_list() == [1, 3]


@pytest.mark.parametrize(
    ("value", "low", "high", "recorded", "indicator"),
    [
        (149.9, 150.0, 400.0, None, "LOW"),
        (150.0, 150.0, 400.0, "LOW", "NORMAL"),
        (401.0, 150.0, 400.0, None, "HIGH"),
        (401.0, None, 400.0, None, "HIGH"),
        (10.0, None, None, "low", "LOW"),
        (10.0, None, None, None, None),
    ],
)
def test_the_range_indicator_follows_the_limits(value, low, high, recorded, indicator):
    row = record("2021-03-01", value, LBSTNRLO=low, LBSTNRHI=high, LBNRIND=recorded)
    assert derive(row)["ANRIND"].to_list() == [indicator]


def test_urine_and_blood_have_their_own_baselines():
    adlb = derive(
        record("2021-03-01", 200.0, LBSPEC="BLOOD"), record("2021-03-02", 9.0, LBSPEC="URINE")
    )
    assert dict(adlb.select("LBSPEC", "BASE").rows()) == {"BLOOD": 200.0, "URINE": 9.0}
    assert dict(adlb.select("LBSPEC", "ATOXDSCL").rows())["URINE"] is None


def test_calcium_that_was_not_corrected_is_for_review_when_it_is_toxic():
    row = record("2021-03-01", 1.9, "CA", LBSTRESU="mmol/L", LBSTNRLO=2.15, LBSTNRHI=2.55)
    adlb = derive(row, row | {"LBDTC": "2021-03-12", "LBSTRESN": 2.3})
    assert adlb["ATOXGR"].to_list() == [-2, 0]
    assert adlb["ATOXRVFL"].to_list() == ["Y", None]
    assert adlb["ATOXRVRS"][0] == "The criterion is for calcium corrected for albumin"


def test_every_value_leads_back_to_its_record():
    adlb = derive(record("2021-03-12", 1.0), record("2021-03-01", 2.0, "K"))
    assert adlb.select("PARAMCD", "ASEQ", "SRCDOM", "SRCVAR", "SRCSEQ").rows() == [
        ("K", 1, "LB", "LBSTRESN", 2),
        ("PLAT", 2, "LB", "LBSTRESN", 1),
    ]
