"""The finding of a laboratory unit in which CTCAE has no criterion."""

import polars as pl
import pytest

from trialwright.core.errors import Finding
from trialwright.datasets.validate import StudyFacts, find_data_findings


def find(version: str | None, **row: str) -> list[Finding]:
    record = {
        "USUBJID": "01",
        "LBSEQ": "1",
        "LBTESTCD": "HGB",
        "LBSTRESN": "7.4",
        "LBSTRESU": "g/L",
    }
    lb = pl.DataFrame([{**record, **row, "source_row": 7}])
    found = find_data_findings({"lb": lb}, {"lb": "lb.csv"}, StudyFacts(ctcae_version=version))
    return [item for item in found if item.rule == "LB-CTCAE"]


def test_a_unit_without_a_criterion_is_found_with_the_units_that_have_one():
    (finding,) = find("4.0", LBSTRESU="mmol/L")
    assert finding.message == (
        "lb.csv row 7, LBSTRESU (USUBJID 01, LBTESTCD HGB): 'mmol/L', expected g/L or g/dL. "
        "Convert the value and its limits, and write the criterion's unit in LBSTRESU. [LB-CTCAE]"
    )


@pytest.mark.parametrize(
    "row",
    [
        {"LBSTRESU": "G/DL"},
        {"LBTESTCD": "ALT", "LBSTRESU": "ukat/L"},
        {"LBTESTCD": "GLUC", "LBSTRESU": "mg/d", "LBSPEC": "URINE"},
        {"LBTESTCD": "HCG", "LBSTRESU": "IU"},
    ],
)
def test_units_that_can_be_graded_or_need_not_be_are_fine(row):
    assert find("5.0", **row) == []


def test_nothing_is_expected_of_a_trial_that_does_not_grade_by_ctcae():
    assert find(None, LBSTRESU="%") == []
