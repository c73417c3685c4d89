"""Analysis datasets of the conduct of a trial: eligibility and the schedule."""

from trialwright.datasets.codelists import YES_NO, YES_NO_UNKNOWN
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
