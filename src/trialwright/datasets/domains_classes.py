"""The general classes of SDTM: what every interventions, events or findings domain may hold.

The names and labels are those of the SDTM implementation guide 3.4; two dashes stand for the
two letters of the domain.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from trialwright.datasets.codelists import NOT_DONE, YES_NO, YES_NO_UNKNOWN, Codelist
from trialwright.datasets.schema import Dataset, Variable, VariableType

TEXT, INTEGER = VariableType.TEXT, VariableType.INTEGER
NUMBER, DATE, DAY = VariableType.NUMBER, VariableType.DATE, VariableType.DAY

IDENTIFIERS = (
    Variable("STUDYID", "Study Identifier"),
    Variable("DOMAIN", "Domain Abbreviation"),
    Variable("USUBJID", "Unique Subject Identifier", is_required=True),
)
RECORD = (
    Variable("--SEQ", "Sequence Number", INTEGER, is_required=True),
    Variable("--GRPID", "Group ID"),
    Variable("--REFID", "Reference ID"),
    Variable("--SPID", "Sponsor-Defined Identifier"),
    Variable("--LNKID", "Link ID"),
    Variable("--LNKGRP", "Link Group ID"),
)
TIMING = (
    Variable("VISITNUM", "Visit Number", NUMBER),
    Variable("VISIT", "Visit Name"),
    Variable("VISITDY", "Planned Study Day of Visit", NUMBER),
    Variable("TAETORD", "Planned Order of Element within Arm", INTEGER),
    Variable("EPOCH", "Epoch"),
    Variable("--DTC", "Date/Time of Collection", DATE),
    Variable("--STDTC", "Start Date/Time", DATE),
    Variable("--ENDTC", "End Date/Time", DATE),
    Variable("--DY", "Study Day of Collection", INTEGER),
    Variable("--STDY", "Study Day of Start", INTEGER),
    Variable("--ENDY", "Study Day of End", INTEGER),
    Variable("--ENRTPT", "End Relative to Reference Time Point"),
    Variable("--ENTPT", "End Reference Time Point"),
    Variable("--STRTPT", "Start Relative to Reference Time Point"),
    Variable("--STTPT", "Start Reference Time Point"),
    Variable("--ENRF", "End Relative to Reference Period"),
)
STATUS = (
    Variable("--STAT", "Completion Status", codelist=NOT_DONE),
    Variable("--REASND", "Reason Not Done"),
)
INTERVENTIONS = (
    Variable("--TRT", "Name of Treatment"),
    Variable("--MODIFY", "Modified Treatment Name"),
    Variable("--DECOD", "Standardized Treatment Name"),
    Variable("--CAT", "Category"),
    Variable("--SCAT", "Subcategory"),
    Variable("--PRESP", "Pre-Specified", codelist=YES_NO),
    Variable("--OCCUR", "Occurrence", codelist=YES_NO_UNKNOWN),
    *STATUS,
    Variable("--INDC", "Indication"),
    Variable("--CLAS", "Class"),
    Variable("--DOSE", "Dose", NUMBER),
    Variable("--DOSTXT", "Dose Description"),
    Variable("--DOSU", "Dose Units"),
    Variable("--DOSFRM", "Dose Form"),
    Variable("--DOSFRQ", "Dosing Frequency per Interval"),
    Variable("--ROUTE", "Route of Administration"),
    Variable("--LOC", "Location"),
    Variable("--LAT", "Laterality"),
    Variable("--ADJ", "Reason for Dose Adjustment"),
)
EVENTS = (
    Variable("--TERM", "Reported Term"),
    Variable("--MODIFY", "Modified Reported Term"),
    Variable("--LLT", "Lowest Level Term"),
    Variable("--DECOD", "Dictionary-Derived Term"),
    Variable("--HLT", "High Level Term"),
    Variable("--HLGT", "High Level Group Term"),
    Variable("--BODSYS", "Body System or Organ Class"),
    Variable("--SOC", "Primary System Organ Class"),
    Variable("--CAT", "Category"),
    Variable("--SCAT", "Subcategory"),
    Variable("--PRESP", "Pre-Specified", codelist=YES_NO),
    Variable("--OCCUR", "Occurrence", codelist=YES_NO_UNKNOWN),
    *STATUS,
    Variable("--SEV", "Severity"),
    Variable("--LOC", "Location"),
    Variable("--LAT", "Laterality"),
)
FINDINGS = (
    Variable("--TESTCD", "Test Short Name", is_required=True),
    Variable("--TEST", "Test Name"),
    Variable("--CAT", "Category"),
    Variable("--SCAT", "Subcategory"),
    Variable("--ORRES", "Result in Original Units"),
    Variable("--ORRESU", "Original Units"),
    Variable("--STRESC", "Result in Standard Format"),
    Variable("--STRESN", "Numeric Result in Standard Units", NUMBER),
    Variable("--STRESU", "Standard Units"),
    *STATUS,
    Variable("--NAM", "Vendor Name"),
    Variable("--SPEC", "Specimen Type"),
    Variable("--METHOD", "Method"),
    Variable("--LOC", "Location"),
    Variable("--LAT", "Laterality"),
    Variable("--BLFL", "Baseline Flag", codelist=YES_NO),
    Variable("--LOBXFL", "Last Observation before Exposure Flag", codelist=YES_NO),
    Variable("--EVAL", "Evaluator"),
    Variable("--EVALID", "Evaluator Identifier"),
    Variable("--ACPTFL", "Accepted Record Flag", codelist=YES_NO),
)


@dataclass(frozen=True, slots=True)
class Particulars:
    """How a domain differs from its class; names are written without the two dashes' letters."""

    required: tuple[str, ...] = ()
    expected: tuple[str, ...] = ()
    codelists: Mapping[str, Codelist] = field(default_factory=dict)
    extra: tuple[Variable, ...] = ()
    order: tuple[str, ...] = ()


def declare_domain(
    code: str, label: str, general_class: Iterable[Variable], particulars: Particulars
) -> Dataset:
    """Declare a domain of a general class.

    Parameters
    ----------
    code : str
        Two letters, such as "TR".
    label : str
        What a row is about.
    general_class : iterable of Variable
        `INTERVENTIONS`, `EVENTS` or `FINDINGS`.
    particulars : Particulars
        Names in it may start with two dashes, for the letters of the domain.

    Returns
    -------
    Dataset
        Identifiers, the class's variables, those of the domain alone, and times; identified by
        USUBJID and --SEQ.
    """
    general = {item.name: item for item in (*IDENTIFIERS, *RECORD, *general_class, *TIMING)}
    own = {item.name: item for item in particulars.extra}
    variables = tuple(
        _adapt(code, item, particulars)
        for item in (*(general[name] for name in general if name not in own), *own.values())
    )
    sequence = f"{code}SEQ"
    order = tuple(name.replace("--", code) for name in particulars.order) or ("USUBJID", sequence)
    return Dataset(code.lower(), label, ("USUBJID", sequence), variables, order)


def _adapt(code: str, item: Variable, particulars: Particulars) -> Variable:
    """Give a variable of a general class its domain's letters and particulars."""
    return replace(
        item,
        name=item.name.replace("--", code),
        codelist=particulars.codelists.get(item.name, item.codelist),
        is_required=item.is_required or item.name in particulars.required,
        is_expected=item.is_expected or item.name in particulars.expected,
    )
