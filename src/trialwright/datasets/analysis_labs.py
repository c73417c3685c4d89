"""ADLB, the analysis dataset of laboratory values, declared."""

from trialwright.datasets.codelists import YES_NO
from trialwright.datasets.schema import Dataset, Variable, VariableType

INTEGER, NUMBER, DAY = VariableType.INTEGER, VariableType.NUMBER, VariableType.DAY


def _flag(name: str, label: str) -> Variable:
    """Declare a flag: Y, N or empty."""
    return Variable(name, label, codelist=YES_NO)


ADLB = Dataset(
    "ADLB",
    "Laboratory Values",
    keys=("USUBJID", "ASEQ"),
    variables=(
        Variable("USUBJID", "Unique Subject Identifier", is_required=True),
        Variable("ASEQ", "Analysis Sequence Number", INTEGER, is_required=True),
        Variable("PARAMCD", "Parameter Code", is_required=True),
        Variable("PARAM", "Parameter"),
        Variable("LBCAT", "Category for Lab Test"),
        Variable("LBSPEC", "Specimen Type"),
        Variable("VISITNUM", "Visit Number", NUMBER),
        Variable("VISIT", "Visit Name"),
        Variable("ADT", "Analysis Date", DAY),
        Variable("ADY", "Analysis Relative Day", INTEGER),
        Variable("AVAL", "Analysis Value", NUMBER),
        Variable("AVALC", "Analysis Value (C)"),
        Variable("AVALU", "Analysis Value Unit"),
        Variable("ANRLO", "Analysis Normal Range Lower Limit", NUMBER),
        Variable("ANRHI", "Analysis Normal Range Upper Limit", NUMBER),
        Variable("ANRIND", "Analysis Reference Range Indicator"),
        _flag("ABLFL", "Baseline Record Flag"),
        Variable("BASE", "Baseline Value", NUMBER),
        Variable("BASEU", "Unit of the Baseline Value"),
        Variable("BNRIND", "Baseline Reference Range Indicator"),
        Variable("CHG", "Change from Baseline", NUMBER),
        Variable("PCHG", "Percent Change from Baseline", NUMBER),
        _flag("ONTRTFL", "On Treatment Record Flag"),
        Variable("ATOXDSCL", "Analysis Toxicity Description Low"),
        Variable("ATOXDSCH", "Analysis Toxicity Description High"),
        Variable("ATOXGRL", "Analysis Toxicity Grade Low", INTEGER),
        Variable("ATOXGRH", "Analysis Toxicity Grade High", INTEGER),
        Variable("ATOXGR", "Analysis Toxicity Grade; negative: low", INTEGER),
        Variable("BTOXGRL", "Baseline Toxicity Grade Low", INTEGER),
        Variable("BTOXGRH", "Baseline Toxicity Grade High", INTEGER),
        Variable("BTOXGR", "Baseline Toxicity Grade; negative: low", INTEGER),
        Variable("ATOXRSNL", "Why the Low Value has no Grade"),
        Variable("ATOXRSNH", "Why the High Value has no Grade"),
        _flag("ATOXRVFL", "For Review by a Clinician"),
        Variable("ATOXRVRS", "What the Clinician is Asked"),
        _flag("WORSTLFL", "Worst Low Grade on Treatment, Once per Subject and Term"),
        _flag("WORSTHFL", "Worst High Grade on Treatment, Once per Subject and Term"),
        Variable("SRCDOM", "Source Data"),
        Variable("SRCVAR", "Source Variable"),
        Variable("SRCSEQ", "Source Sequence Number", INTEGER),
    ),
    order=("USUBJID", "ASEQ"),
)
