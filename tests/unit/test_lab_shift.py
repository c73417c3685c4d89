"""The shift from the grade at baseline to the worst grade."""

from datetime import date

import polars as pl
import pytest

from trialwright.analyze.lab_grading import analyze_lab_grading
from trialwright.analyze.lab_shift import LEVELS, TOTAL, LabShift, analyze_lab_shift
from trialwright.datasets.lab_criteria import CtcaeVersion
from trialwright.derive.lab_values import derive_adlb

ONE_ARM, TWO_ARMS = [("A", "Drug")], [("A", "Drug"), ("B", "Control")]
SUBJECTS = ["01", "02", "03", "04"]
ADSL = pl.DataFrame(
    {
        "USUBJID": SUBJECTS,
        "ARMCD": ["A", "A", "B", "A"],
        "SAFFL": ["Y", "Y", "Y", "N"],
        "TRTSDT": [date(2021, 3, 10)] * 4,
        "TRTEDT": [date(2021, 4, 10)] * 4,
    }
)
DAYS = {"2021-03-01": (200.0, 140.0, None, 20.0), "2021-03-20": (40.0, 200.0, 90.0, 20.0)}


def make_adlb(unit_of_last: str = "10^9/L") -> pl.DataFrame:
    rows = [
        {
            "USUBJID": subject, "LBSEQ": number, "LBTESTCD": "PLAT", "LBSTRESN": value,
            "LBSTRESC": str(value), "LBSTRESU": unit_of_last if subject == "03" else "10^9/L",
            "LBSTNRLO": 150.0, "LBSTNRHI": 400.0, "LBDTC": day,
        }
        for number, (day, values) in enumerate(DAYS.items(), start=1)
        for subject, value in zip(SUBJECTS, values, strict=True)
        if value is not None
    ]  # fmt: skip
    return derive_adlb(pl.DataFrame(rows), ADSL, CtcaeVersion.V5_0)


def shift(start: str, end: str) -> str:
    return f"shift.platelet_count_decreased.from_{start}.{end}"


def test_each_subject_of_the_safety_population_moves_once():
    result = analyze_lab_shift(make_adlb(), ADSL, ONE_ARM, "CTCAE 5.0")
    moved = {
        (start, end): result.count(shift(start, end))
        for start in LEVELS
        for end in LEVELS
        if result.count(shift(start, end))
    }
    assert moved == {("0", "3"): 1, ("1", "0"): 1, ("unknown", "1"): 1}
    assert result.count(shift(TOTAL, TOTAL)) == result.count("n") == 3


def test_a_unit_slip_is_unknown_and_never_grade_0():
    result = analyze_lab_shift(make_adlb("g/L"), ADSL, ONE_ARM, "CTCAE 5.0")
    assert result.count(shift("unknown", "unknown")) == 1
    assert result.count(shift(TOTAL, TOTAL)) == 3


def test_the_table_has_the_grades_that_occur_and_their_total():
    table = analyze_lab_shift(make_adlb(), ADSL, ONE_ARM, "CTCAE 5.0").table()
    printed = [[cell.text for cell in row.cells] for row in table.rows]
    assert printed == [
        ["Platelet count decreased"],
        ["0", "0", "0", "0", "1", "0", "0", "1"],
        ["1", "1", "0", "0", "0", "0", "0", "1"],
        ["Unknown", "0", "1", "0", "0", "0", "0", "1"],
        ["Total", "1", "1", "0", "1", "0", "0", "3"],
    ]
    assert table.footnotes[0].endswith("CTCAE 5.0.")


def test_arms_have_blocks_of_their_own_that_add_up():
    result = analyze_lab_shift(make_adlb(), ADSL, TWO_ARMS, "CTCAE 5.0")
    headings = [row.cells[0].text for row in result.table().rows if row.is_heading]
    assert headings == [f"Platelet count decreased: {arm}" for arm in ("Drug", "Control", "All")]
    sizes = [result.count(f"{shift(TOTAL, TOTAL)}{arm}") for arm in (".a", ".b", "")]
    assert sizes == [2, 1, 3]


def test_a_number_leads_to_both_values_behind_it():
    result = analyze_lab_shift(make_adlb(), ADSL, ONE_ARM, "CTCAE 5.0")
    rows = result.basis.filter(pl.col("stat_id") == shift("0", "3"))
    assert rows.select("dataset", "USUBJID", "ASEQ").rows() == [
        ("ADLB", "01", 1),
        ("ADLB", "01", 2),
    ]


def test_a_result_can_be_stored_and_read_back():
    result = analyze_lab_shift(make_adlb(), ADSL, ONE_ARM, "CTCAE 5.0")
    assert LabShift.unpack(*result.pack()).table() == result.table()


def test_without_values_the_table_says_so():
    result = analyze_lab_shift(make_adlb().clear(), ADSL, ONE_ARM, "CTCAE 5.0")
    assert [row.cells[0].text for row in result.table().rows] == ["No laboratory value was graded."]


@pytest.mark.parametrize("unit", ["g/L", "10^3/uL"])
def test_a_unit_slip_is_reported_with_its_value(unit):
    result = analyze_lab_grading(make_adlb(unit), "CTCAE 5.0")
    reason = f"unit '{unit}', expected 10^9/L"
    listed = result.listing.select("kind", "USUBJID", "PARAMCD", "term", "reason", "AVAL")
    assert listed.rows() == [
        ("ungraded", "03", "PLAT", "Platelet count decreased", reason, 90.0)
    ]  # fmt: skip
    printed = [[cell.text for cell in row.cells] for row in result.table().rows]
    assert [f"PLAT: {reason}", "1", "1"] in printed
    assert (result.count("n_expected"), result.count("n_graded")) == (7, 6)


def test_units_that_differ_in_a_sign_are_two_reasons():
    adlb = pl.concat([make_adlb("g/L"), make_adlb("g-L").with_columns(USUBJID=pl.lit("02"))])
    result = analyze_lab_grading(adlb, "CTCAE 5.0")
    counts = [
        (row.cells[1].text, row.cells[2].text) for row in result.table().rows[1:3]
    ]  # fmt: skip
    assert counts == [("1", "1"), ("1", "1")]


def test_nothing_to_report_is_said():
    table = analyze_lab_grading(make_adlb(), "CTCAE 5.0").table()
    assert [row.cells[0].text for row in table.rows] == [
        "Without a grade", "None", "For review by a clinician", "None",
    ]  # fmt: skip
