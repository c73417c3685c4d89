"""Grades of laboratory values: units, limits, reasons, review."""

import polars as pl
import pytest

from trialwright.datasets.lab_criteria import CtcaeVersion, UnitSystem
from trialwright.derive.lab_grades import grade_labs

V4, V5, V6 = CtcaeVersion.V4_03, CtcaeVersion.V5_0, CtcaeVersion.V6_0
TYPES = {"AVAL": pl.Float64, "ANRLO": pl.Float64, "ANRHI": pl.Float64, "BASE": pl.Float64}


def grade(version: CtcaeVersion, units: UnitSystem = UnitSystem.SI, **value: object) -> dict:
    types = {name: dtype for name, dtype in TYPES.items() if name in value}
    return grade_labs(pl.DataFrame([value], schema_overrides=types), version, units).to_dicts()[0]


def test_a_value_is_graded_on_either_side_and_low_is_negative():
    low = grade(V5, PARAMCD="K", AVAL=2.4, AVALU="mmol/L", ANRLO=3.5, ANRHI=5.1)
    assert (low["ATOXGRL"], low["ATOXGRH"], low["ATOXGR"]) == (4, 0, -4)
    high = grade(V5, PARAMCD="K", AVAL=6.6, AVALU="mmol/L", ANRLO=3.5, ANRHI=5.1)
    assert (high["ATOXGRL"], high["ATOXGRH"], high["ATOXGR"]) == (0, 3, 3)
    assert (high["ATOXDSCL"], high["ATOXDSCH"]) == ("Hypokalemia", "Hyperkalemia")


@pytest.mark.parametrize("unit", ["g/dL", "mmol/L", "g /L", "g/L ", "%", None, " "])
def test_a_unit_slip_has_no_grade_and_is_reported(unit):
    graded = grade(V5, PARAMCD="HGB", AVAL=75.0, AVALU=unit, ANRLO=130.0, ANRHI=170.0)
    found = "unit missing" if unit in (None, " ") else f"unit '{unit}'"
    assert graded["ATOXGR"] is None
    assert graded["ATOXRSNL"] == graded["ATOXRSNH"] == f"{found}, expected g/L"


def test_units_are_compared_without_case():
    assert grade(V5, PARAMCD="HGB", AVAL=75.0, AVALU="G/l", ANRLO=130.0)["ATOXGRL"] == 3


def test_the_system_of_units_decides_which_units_are_right():
    hemoglobin = {"PARAMCD": "HGB", "AVAL": 7.5, "AVALU": "g/dL", "ANRLO": 13.0, "ANRHI": 17.0}
    assert grade(V5, UnitSystem.US, **hemoglobin)["ATOXGR"] == -3
    assert grade(V5, UnitSystem.SI, **hemoglobin)["ATOXGR"] is None


def test_a_criterion_with_two_units_names_both():
    graded = grade(V5, UnitSystem.US, PARAMCD="NEUT", AVAL=0.4, AVALU="10^9/L", ANRLO=1.8)
    assert graded["ATOXRSNL"] == "unit '10^9/L', expected 10^3/uL or 10^3/mL"


def test_a_multiple_of_the_limit_is_not_graded_when_the_unit_is_not_the_baselines():
    value = {"PARAMCD": "BILI", "AVAL": 1.9, "AVALU": "mg/dL", "ANRHI": 20.0, "BASE": 12.0}
    assert grade(V4, **value, BASEU="umol/L")["ATOXRSNH"] == (
        "unit 'mg/dL', but the baseline's is 'umol/L'"
    )
    assert grade(V4, **value, BASEU="MG/DL")["ATOXGRH"] == 0


def test_an_absolute_limit_fires_without_limits_of_normal_and_nothing_else_does():
    assert grade(V5, PARAMCD="PLAT", AVAL=40.0, AVALU="10^9/L")["ATOXGR"] == -3
    unknown = grade(V5, PARAMCD="PLAT", AVAL=140.0, AVALU="10^9/L")
    assert unknown["ATOXGR"] is None
    assert unknown["ATOXRSNL"] == "lower limit of normal missing"


def test_every_missing_operand_is_named():
    unknown = grade(V4, PARAMCD="CREAT", AVAL=80.0, AVALU="umol/L")
    assert unknown["ATOXRSNH"] == "upper limit of normal missing, baseline missing"


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_a_value_that_is_not_a_number_has_no_grade(value):
    graded = grade(V5, PARAMCD="K", AVAL=value, AVALU="mmol/L", ANRLO=3.5, ANRHI=5.1)
    assert (graded["ATOXGR"], graded["ATOXRSNL"]) == (None, "value missing")


def test_normal_needs_both_sides():
    graded = grade(V5, PARAMCD="SODIUM", AVAL=140.0, AVALU="mmol/L", ANRLO=135.0)
    assert (graded["ATOXGRL"], graded["ATOXGRH"], graded["ATOXGR"]) == (0, None, None)


def test_a_term_without_criteria_is_ungraded_with_its_version():
    graded = grade(V5, PARAMCD="GLUC", AVAL=20.0, AVALU="mmol/L", ANRLO=3.9, ANRHI=5.5)
    assert graded["ATOXGRH"] is None
    assert graded["ATOXRSNH"] == "CTCAE 5.0 has no laboratory criterion for this term"
    assert graded["ATOXGRL"] == 0


def test_fasting_glucose_has_its_own_criterion():
    value = {"PARAMCD": "GLUC", "AVAL": 9.0, "AVALU": "mmol/L", "ANRLO": 3.9, "ANRHI": 5.5}
    assert grade(V4, **value, LBFAST="Y")["ATOXGRH"] == 2
    assert grade(V4, **value, LBFAST="N")["ATOXDSCH"] == "Hyperglycemia"


def test_a_test_that_ctcae_does_not_grade_has_neither_grade_nor_reason():
    graded = grade(V5, PARAMCD="HCG", AVAL=1.0, AVALU="IU/L")
    assert [graded[name] for name in ("ATOXGR", "ATOXRSNL", "ATOXRSNH", "ATOXRVFL")] == [None] * 4


@pytest.mark.parametrize(
    ("code", "specimen", "category", "is_graded"),
    [
        ("GLUC", "URINE", None, False),
        ("GLUC", None, "URINALYSIS", False),
        ("GLUC", "SERUM OR PLASMA", "CHEMISTRY", True),
        ("GLUC", None, None, True),
        ("PH", None, None, False),
        ("PH", "BLOOD, VENOUS", None, False),
        ("PH", "BLOOD, ARTERIAL", None, True),
    ],
)
def test_only_blood_is_graded_and_ph_only_when_it_is_arterial(code, specimen, category, is_graded):
    value = {"PARAMCD": code, "AVAL": 2.0, "AVALU": "mmol/L", "LBSPEC": specimen}
    graded = grade(V4, **value, LBCAT=category, ANRLO=3.0, ANRHI=5.0)
    assert (graded["ATOXGR"] is not None) == is_graded


@pytest.mark.parametrize(
    ("version", "code", "value", "unit", "expected", "is_flagged"),
    [
        (V4, "INR", 1.3, None, 1, True),
        (V4, "INR", 0.9, None, 0, False),
        (V4, "URATE", 450.0, "umol/L", 3, True),
        (V4, "URATE", 700.0, "umol/L", 4, False),
        (V4, "K", 3.2, "mmol/L", -2, True),
        (V4, "K", 2.7, "mmol/L", -3, False),
        (V5, "LIPASET", 250.0, "U/L", 3, True),
        (V5, "LIPASET", 170.0, "U/L", 2, False),
        (V4, "LIPASET", 250.0, "U/L", 3, False),
        (V5, "AMYLASE", 600.0, "U/L", 4, True),
        (V5, "SODIUM", 127.0, "mmol/L", -3, True),
        (V5, "SODIUM", 119.0, "mmol/L", -4, False),
        (V4, "SODIUM", 127.0, "mmol/L", -3, False),
    ],
)
def test_a_grade_that_rests_on_a_symptom_is_flagged(
    version, code, value, unit, expected, is_flagged
):
    limits = {"INR": (0.8, 1.2), "URATE": (200.0, 400.0), "K": (3.5, 5.1), "SODIUM": (135.0, 145.0)}
    low, high = limits.get(code, (10.0, 100.0))
    row = {"PARAMCD": code, "AVAL": value, "AVALU": unit, "ANRLO": low, "ANRHI": high}
    graded = grade(version, **row, BASE=value, BNRIND="NORMAL", BASEU=unit)
    assert (graded["ATOXGR"], graded["ATOXRVFL"] == "Y") == (expected, is_flagged)
    assert (graded["ATOXRVRS"] is not None) == is_flagged


def test_a_clearance_below_ten_is_reported_under_another_term():
    graded = grade(V6, PARAMCD="CREATCLR", AVAL=9.0, AVALU="mL/min")
    assert graded["ATOXGR"] is None
    assert graded["ATOXRVFL"] == "Y"
    assert "Acute kidney injury" in graded["ATOXRSNL"]


def test_an_abnormal_baseline_that_is_missing_hides_no_grade():
    row = {"PARAMCD": "ALT", "AVAL": 400.0, "AVALU": "U/L", "ANRHI": 40.0, "BASE": None}
    graded = grade(V5, **row, BNRIND="HIGH")
    assert graded["ATOXGRH"] == 0
    assert graded["ATOXRVRS"] == (
        "A higher grade is not excluded: the baseline is abnormal but missing"
    )
    assert grade(V5, **{**row, "BASE": 300.0}, BNRIND="HIGH")["ATOXRVFL"] is None


def test_columns_of_the_caller_stay_and_no_working_column_does():
    rows = pl.DataFrame({"mine": [1], "PARAMCD": ["K"], "AVAL": [4.0], "AVALU": ["mmol/L"]})
    graded = grade_labs(rows, V5)
    assert graded.columns == [
        "mine", "PARAMCD", "AVAL", "AVALU", "ATOXDSCL", "ATOXDSCH", "ATOXGRL", "ATOXGRH",
        "ATOXGR", "ATOXRSNL", "ATOXRSNH", "ATOXRVFL", "ATOXRVRS",
    ]  # fmt: skip


def test_no_rows_give_no_rows():
    rows = pl.DataFrame(schema={"PARAMCD": pl.String, "AVAL": pl.Float64, "AVALU": pl.String})
    graded = grade_labs(rows, V5)
    assert graded.height == 0
    assert graded.schema["ATOXGR"] == pl.Int64
