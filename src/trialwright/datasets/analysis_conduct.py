"""Analysis datasets of the conduct of a trial: eligibility and the schedule."""

from trialwright.datasets.codelists import YES_NO, YES_NO_UNKNOWN, Codelist
from trialwright.datasets.schema import Dataset, Variable, VariableType

TEXT, INTEGER = VariableType.TEXT, VariableType.INTEGER
NUMBER, DAY = VariableType.NUMBER, VariableType.DAY

KEYS = (
    Variable("USUBJID", "Unique Subject Identifier", is_required=True),
    Variable("ASEQ", "Analysis Sequence Number", INTEGER, is_required=True),
)
READ_ROW = (
    Variable("SRCDOM", "Source Data"),
    Variable("SRCVAR", "Source Variable"),
    Variable("SRCROW", "Row of the Source File", INTEGER),
    Variable("SRCVAL", "Value that was Read"),
)

ADELIG = Dataset(
    "ADELIG",
    "Eligibility by Criterion",
    keys=("USUBJID", "ASEQ"),
    variables=(
        *KEYS,
        Variable("CRIT", "Rule of the Protocol"),
        Variable("PARAM", "Criterion in Words"),
        Variable("IETESTCD", "Criterion Short Name"),
        Variable("IETEST", "Criterion as IE Records it"),
        Variable("IECAT", "Inclusion or Exclusion, as IE Records it"),
        Variable("AVALC", "Met by the Data", codelist=YES_NO_UNKNOWN),
        Variable("AREASON", "Reason in Words"),
        *READ_ROW,
        Variable("IEMET", "Met as the Site Recorded", codelist=YES_NO),
        Variable("IEROW", "Row of IE", INTEGER),
        Variable("CRITFL", "Met, the Data and the Site Together", codelist=YES_NO_UNKNOWN),
    ),
    order=("USUBJID", "ASEQ"),
)

STATUS = Codelist(
    "schedule status", ("ON TIME", "EARLY", "LATE", "MISSED", "OVERDUE", "DUE", "PLANNED")
)
ADSCHED = Dataset(
    "ADSCHED",
    "Schedule Compliance",
    keys=("USUBJID", "ASEQ"),
    variables=(
        *KEYS,
        Variable("PARAMCD", "What is due: VISIT, BASELINE, SCAN, PLASMA or TISSUE"),
        Variable("VISIT", "Planned Visit, or Week of the Assessment"),
        Variable("DUEDT", "Planned Date", DAY),
        Variable("WINSDT", "First Day of the Window", DAY),
        Variable("WINEDT", "Last Day of the Window", DAY),
        Variable("WINFL", "The Protocol States a Window", codelist=YES_NO),
        Variable("ADT", "Date on which it was Done", DAY),
        Variable("ADIFF", "Days Outside the Window, Negative when Early", INTEGER),
        Variable("AVALC", "Status", codelist=STATUS),
        Variable("ORDFL", "Before what should Precede it", codelist=YES_NO),
        *READ_ROW[:1],
        Variable("SRCROW", "Row of the Source File", INTEGER),
    ),
    order=("USUBJID", "ASEQ"),
)

ADEXDEV = Dataset(
    "ADEXDEV",
    "Dosing Occasions",
    keys=("USUBJID", "ASEQ"),
    variables=(
        *KEYS,
        Variable("EXTRT", "Name of Treatment", is_required=True),
        Variable("AOCC", "Occasion, from 1", INTEGER),
        Variable("DUEDT", "Planned Date", DAY),
        Variable("ADT", "Date of the First Dose", DAY),
        Variable("ADIFF", "Days Late", INTEGER),
        Variable("ADOSE", "Dose", NUMBER),
        Variable("PLANDOSE", "Planned Dose of One Administration", NUMBER),
        Variable("MISSFL", "Missed", codelist=YES_NO),
        Variable("DELAYFL", "Delayed", codelist=YES_NO),
        Variable("REDUCFL", "Reduced or Shortened", codelist=YES_NO),
        Variable("SRCSEQ", "Source Sequence Number", INTEGER),
    ),
    order=("USUBJID", "ASEQ"),
)
