"""A weight that comes after the dose does not convert it."""

import polars as pl

from trialwright.datasets.validate import AgentFacts, StudyFacts, find_data_findings

FACTS = StudyFacts(agents=(AgentFacts("Avelumab", "mg/kg"),), severities={"FILE-MISSING": "off"})


def found(unit: str, weighed: str) -> list[str]:
    dose = {"USUBJID": "01", "EXSEQ": "1", "EXTRT": "Avelumab", "EXDOSE": "800", "EXDOSU": unit,
            "EXSTDTC": "2021-03-22", "source_row": 2}  # fmt: skip
    weight = {"USUBJID": "01", "VSSEQ": "1", "VSTESTCD": "WEIGHT", "VSSTRESN": "80",
              "VSSTRESU": "kg", "VSDTC": weighed, "source_row": 2}  # fmt: skip
    tables = {"ex": pl.DataFrame([dose]), "vs": pl.DataFrame([weight])}
    findings = find_data_findings(tables, {"ex": "ex.csv", "vs": "vs.csv"}, FACTS)
    return [finding.message for finding in findings if finding.rule == "EX-WEIGHT"]


def test_a_dose_in_mg_needs_a_weight_on_or_before_its_day() -> None:
    assert found("mg", "2021-03-22") == []
    assert found("mg", "2021-03-23") == [
        "ex.csv row 2, EXDOSE (USUBJID 01): Avelumab in mg, first weighed on 2021-03-23, expected "
        "a WEIGHT on or before the day of the dose. Record WEIGHT in VS, in kg. [EX-WEIGHT]"
    ]


def test_a_dose_in_mg_per_kg_needs_no_conversion() -> None:
    assert found("mg/kg", "2021-03-23") == []
