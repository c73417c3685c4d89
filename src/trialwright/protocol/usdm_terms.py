"""Controlled terms of CDISC that a protocol written as USDM needs; what has none is not coded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CODE_SYSTEM = "http://www.cdisc.org"
CODE_SYSTEM_VERSION = "2024-09-27"

Term = tuple[str, str]
"""NCI concept code and preferred term."""

ROUTES: Mapping[str, Term] = {
    "oral": ("C38288", "Oral Route of Administration"),
    "intravenous": ("C38276", "Intravenous Route of Administration"),
    "intratumoral": ("C38269", "Intratumor Route of Administration"),
    "intratumor": ("C38269", "Intratumor Route of Administration"),
    "subcutaneous": ("C38299", "Subcutaneous Route of Administration"),
    "intramuscular": ("C28161", "Intramuscular Route of Administration"),
}
UNITS: Mapping[str, Term] = {
    "mg": ("C28253", "Milligram"),
    "mg/kg": ("C67401", "Milligram per Kilogram"),
    "g": ("C48155", "Gram"),
}
FREQUENCIES: Mapping[str, Term] = {
    "once daily": ("C25473", "Daily"),
    "twice daily": ("C64496", "Twice Daily"),
    "three times daily": ("C64527", "Three Times Daily"),
}
PHASES: Mapping[str, Term] = {
    "1": ("C15600", "Phase I Trial"),
    "1/2": ("C15693", "Phase I/II Trial"),
    "2": ("C15601", "Phase II Trial"),
    "2/3": ("C15694", "Phase II/III Trial"),
    "3": ("C15602", "Phase III Trial"),
}
INTERVENTIONAL: Term = ("C98388", "Interventional Study")
SINGLE_GROUP: Term = ("C82640", "Single Group Study")
PARALLEL: Term = ("C82639", "Parallel Study")
INVESTIGATIONAL_ARM: Term = ("C174266", "Investigational Arm")
OWN_DATA: Term = ("C188866", "Data Generated Within Study")
TREATMENT_EPOCH: Term = ("C101526", "Treatment Epoch")
SCREENING_EPOCH: Term = ("C48262", "Trial Screening")
VISIT: Term = ("C25716", "Visit")
BEFORE: Term = ("C201357", "Before Timing Type")
AFTER: Term = ("C201356", "After Timing Type")
FIXED: Term = ("C201358", "Fixed Reference Timing Type")
START_TO_START: Term = ("C201355", "Start to Start")
OBJECTIVES: Mapping[bool, Term] = {
    True: ("C85826", "Trial Primary Objective"),
    False: ("C85827", "Trial Secondary Objective"),
}
ENDPOINTS: Mapping[bool, Term] = {
    True: ("C94496", "Primary Endpoint"),
    False: ("C139173", "Secondary Endpoint"),
}
INCLUSION: Term = ("C25532", "Inclusion Criteria")
EXCLUSION: Term = ("C25370", "Exclusion Criteria")
PROTOCOL_AGENT: Term = ("C41161", "Protocol Agent")
PHARMACOLOGIC: Term = ("C1909", "Pharmacologic Substance")
BRIEF_TITLE: Term = ("C207615", "Brief Study Title")
OFFICIAL_TITLE: Term = ("C207616", "Official Study Title")
YEAR: Term = ("C29848", "Year")
SPONSOR: Term = ("C54149", "Pharmaceutical Company")
REGISTRY: Term = ("C93453", "Clinical Study Registry")


@dataclass
class Objects:
    """Makes the objects of one USDM document, each under an id of its own; notes what has no term.

    `uncoded` says in words what the document leaves out because no controlled term fits.
    """

    uncoded: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def make(self, kind: str, **values: Any) -> dict[str, Any]:
        """Return an object of a class of USDM, numbered within its class."""
        self.counts[kind] = self.counts.get(kind, 0) + 1
        number = f"{kind}_{self.counts[kind]}"
        return {"id": number, "extensionAttributes": [], **values, "instanceType": kind}

    def code(self, term: Term) -> dict[str, Any]:
        """Return a controlled term."""
        code, decode = term
        return self.make(
            "Code",
            code=code,
            codeSystem=CODE_SYSTEM,
            codeSystemVersion=CODE_SYSTEM_VERSION,
            decode=decode,
        )

    def alias(self, term: Term) -> dict[str, Any]:
        """Return a controlled term that may have other names."""
        return self.make("AliasCode", standardCode=self.code(term), standardCodeAliases=[])

    def find(self, terms: Mapping[str, Term], words: str | None, what: str) -> Any:
        """Return the term of some words as an alias code; None, with a note, where none fits."""
        if words is None:
            return None
        term = terms.get(words.strip().lower())
        if term is None:
            self.uncoded.append(f"{what}: '{words}' has no controlled term here and is left out")
            return None
        return self.alias(term)
