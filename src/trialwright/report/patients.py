"""One patient's page: heading facts, time line, assessments and adverse events."""

from typing import Any

from trialwright.analyze.patients.result import PatientsResult
from trialwright.core.table import Text
from trialwright.report.blocks import Fact, FigureBlock, PatientBlock, TableBlock

HEADING = {
    "TRT01A": "Arm",
    "HIST": "Histology",
    "ENRLDT": "Enrolled",
    "TRTSDT": "Treatment start",
    "TRTEDT": "Last dose",
    "DCTREAS": "End of treatment",
    "LSTALVDT": "Last contact",
    "DTHDT": "Died",
    "DTHCAUS": "Cause of death",
}


def describe_patient(
    patients: PatientsResult, subject: str, figure: FigureBlock | None
) -> PatientBlock:
    """Return a patient's page."""
    record = patients.subjects.filter(patients.subjects["USUBJID"] == subject).row(0, named=True)
    facts = [
        Fact(label, _print(record, name)) for name, label in HEADING.items() if record.get(name)
    ]
    facts.insert(0, Fact("Age and sex", (_age_and_sex(record),)))
    tables = [patients.assessment_table(subject), patients.event_table(subject)]
    return PatientBlock(
        subject=subject,
        summary=_summary(record),
        facts=tuple(facts),
        figure=figure,
        tables=tuple(TableBlock(table) for table in tables if table.rows),
    )


def _print(record: dict[str, Any], name: str) -> Text:
    value = record[name]
    if name == "DCTREAS":
        day = record.get("DCTDT")
        return (f"{value.capitalize()}{f', {day.isoformat()}' if day else ''}",)
    return (value.isoformat() if hasattr(value, "isoformat") else str(value),)


def _age_and_sex(record: dict[str, Any]) -> str:
    age = record.get("AGE")
    parts = ["age not stated" if age is None else f"{age:g} years"]
    return ", ".join(
        [*parts, {"M": "male", "F": "female"}.get(record.get("SEX") or "", "sex not stated")]
    )


def _summary(record: dict[str, Any]) -> str:
    """Return the line that is read before the page is opened."""
    status = {"ONGOING": "on treatment", "DISCONTINUED": "off treatment", "COMPLETED": "completed"}
    status |= {"NOT TREATED": "not treated"}
    words = [str(record["HIST"])] if record.get("HIST") else []
    words.append(status.get(record.get("EOTSTT") or "", "treatment not recorded"))
    words.append("died" if record.get("DTHFL") == "Y" else "alive")
    return ", ".join(words)
