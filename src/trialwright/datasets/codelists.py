"""Controlled terms: the values that a variable may have, and the terms of CTCAE."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Codelist:
    """Values of a variable; an extensible list warns of a value that it does not hold."""

    name: str
    values: tuple[str, ...]
    is_extensible: bool = False


SUBSEQUENT_THERAPY = "SUBSEQUENT ANTICANCER THERAPY"  # CM.CMCAT
YES_NO = Codelist("NY", ("Y", "N"))
YES_NO_UNKNOWN = Codelist("NY", ("Y", "N", "U", "NA"))
YES_ONLY = Codelist("NY (Y or empty)", ("Y", "N"))
SEX = Codelist("SEX", ("F", "M", "U", "UNDIFFERENTIATED", "INTERSEX"))
AGE_UNIT = Codelist("AGEU", ("YEARS", "MONTHS", "WEEKS", "DAYS", "HOURS"))
GRADE = Codelist("CTCAE grade", ("1", "2", "3", "4", "5"))
SEVERITY = Codelist("AESEV", ("MILD", "MODERATE", "SEVERE"), is_extensible=True)
NOT_DONE = Codelist("ND", ("NOT DONE",))
IE_CATEGORY = Codelist("IECAT", ("INCLUSION", "EXCLUSION"))

ACTION_TAKEN = Codelist(
    "ACN",
    (
        "DOSE NOT CHANGED",
        "DOSE REDUCED",
        "DOSE INCREASED",
        "DOSE RATE REDUCED",
        "DRUG INTERRUPTED",
        "DRUG WITHDRAWN",
        "MULTIPLE",
        "NOT APPLICABLE",
        "NOT EVALUABLE",
        "UNKNOWN",
    ),
    is_extensible=True,
)
OUTCOME = Codelist(
    "OUT",
    (
        "RECOVERED/RESOLVED",
        "RECOVERED/RESOLVED WITH SEQUELAE",
        "RECOVERING/RESOLVING",
        "NOT RECOVERED/NOT RESOLVED",
        "FATAL",
        "UNKNOWN",
    ),
    is_extensible=True,
)

MILESTONE = Codelist(
    "PROTMLST",
    (
        "INFORMED CONSENT OBTAINED",
        "ELIGIBILITY CRITERIA MET",
        "ENROLLED",
        "RANDOMIZED",
        "ENTERED INTO TRIAL",
    ),
    is_extensible=True,
)
DISPOSITION = Codelist(
    "NCOMPLT",
    (
        "ADVERSE EVENT",
        "COMPLETED",
        "DEATH",
        "DISEASE RELAPSE",
        "FAILURE TO MEET RANDOMIZATION CRITERIA",
        "LACK OF EFFICACY",
        "LOST TO FOLLOW-UP",
        "NON-COMPLIANCE WITH STUDY DRUG",
        "OTHER",
        "PHYSICIAN DECISION",
        "PREGNANCY",
        "PROGRESSIVE DISEASE",
        "PROTOCOL DEVIATION",
        "PROTOCOL VIOLATION",
        "RECOVERY",
        "SCREEN FAILURE",
        "SITE TERMINATED BY SPONSOR",
        "STUDY TERMINATED BY SPONSOR",
        "SYMPTOMATIC DETERIORATION",
        "TECHNICAL PROBLEMS",
        "WITHDRAWAL BY PARENT/GUARDIAN",
        "WITHDRAWAL BY SUBJECT",
    ),
    is_extensible=True,
)

LESION_CLASS = Codelist("TUIDRS", ("TARGET", "NON-TARGET", "NEW"))
LESION_TEST = Codelist(
    "TRTESTCD",
    ("LDIAM", "LPERP", "TUMSTATE", "DIAMETER", "SUMDIAM", "SUMLDIAM", "SUMLPERP"),
    is_extensible=True,
)
EVALUATOR = Codelist(
    "EVAL",
    ("INVESTIGATOR", "INDEPENDENT ASSESSOR", "ADJUDICATION COMMITTEE", "ADJUDICATOR"),
    is_extensible=True,
)
RESPONSE_TEST = Codelist(
    "RSTESTCD", ("TRGRESP", "NTRGRESP", "NEWLPROG", "OVRLRESP", "BESTRESP"), is_extensible=True
)
TARGET_RESPONSE = Codelist("RECIST target response", ("CR", "PR", "SD", "PD", "NE", "NA"))
NON_TARGET_RESPONSE = Codelist(
    "RECIST non-target response", ("CR", "NON-CR/NON-PD", "PD", "NE", "NA")
)
NEW_LESION = Codelist("new lesion", ("EQUIVOCAL", "UNEQUIVOCAL", "Y", "N", "PD", "NE", "NA"))
OVERALL_RESPONSE = Codelist(
    "RECIST overall response", ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "NA", "NED")
)
IRECIST_RESPONSE = Codelist(
    "iRECIST response",
    ("iCR", "iPR", "iSD", "NON-iCR/NON-iUPD", "iUPD", "iCPD", "NE", "NA", "NED"),
)
TLS_STATUS = Codelist("TLS status", ("NONE", "TLS", "MATURE"))
SURVIVAL_STATUS = Codelist("survival status", ("ALIVE", "DEAD", "UNKNOWN", "LOST TO FOLLOW-UP"))
SPECIMEN = Codelist("specimen", ("archival", "biopsy", "surgical"))
DOSE_UNIT = Codelist(
    "dose unit",
    (
        *("g", "mg", "ug", "ng", "mL", "mg/kg", "ug/kg", "mg/m2", "g/m2", "U", "IU", "MIU", "AUC"),
        *("pfu", "PFU", "TCID50", "CELLS", "CELLS/kg", "Gy", "cGy", "mCi", "MBq", "GBq"),
        *("TABLET", "CAPSULE", "VIAL", "gtt", "%", "PATCH"),
    ),
    is_extensible=True,
)

CONDITIONAL: Mapping[str, tuple[str, Mapping[str, Codelist]]] = {
    "DSDECOD": ("DSCAT", {"PROTOCOL MILESTONE": MILESTONE, "DISPOSITION EVENT": DISPOSITION}),
    "BSSTRESC": ("BSTESTCD", {"TLS": TLS_STATUS}),
    "SSSTRESC": ("SSTESTCD", {"SURVSTAT": SURVIVAL_STATUS}),
}
"""Variables whose codelist depends on another variable of the row: its name, value to list."""

RESPONSES: Mapping[str, Codelist] = {
    "TRGRESP": TARGET_RESPONSE,
    "NTRGRESP": NON_TARGET_RESPONSE,
    "NEWLPROG": NEW_LESION,
    "OVRLRESP": OVERALL_RESPONSE,
    "BESTRESP": OVERALL_RESPONSE,
}
"""RECIST 1.1 values of RSSTRESC by RSTESTCD; under iRECIST those of IRECIST_RESPONSE count too."""

CTCAE_FILES: Mapping[str, str] = {
    "4.0": "ctcae_v4_03.csv",  # graded with its maintained text
    "4.03": "ctcae_v4_03.csv",
    "5": "ctcae_v5_0.csv",
    "5.0": "ctcae_v5_0.csv",
}
MIN_SIMILARITY = 0.6  # of difflib: below it an offered term has nothing to do with what was written


@cache
def ctcae_terms(version: str) -> Mapping[str, tuple[str, str]]:
    """Return the adverse event terms of a CTCAE version.

    Parameters
    ----------
    version : str
        A key of `CTCAE_FILES`; version 4.0 is read as 4.03.

    Returns
    -------
    mapping
        Term in lower case to (term, system organ class); empty for a version that is not held.

    References
    ----------
    National Cancer Institute. Common Terminology Criteria for Adverse Events, v4.03 (2010) and
    v5.0 (2017).

    Examples
    --------
    >>> ctcae_terms("4.0")["fever"]
    ('Fever', 'General disorders and administration site conditions')
    """
    name = CTCAE_FILES.get(version)
    if name is None:
        return {}
    source = files("trialwright.datasets") / "data" / name
    rows = list(csv.DictReader(source.read_text("utf-8").splitlines()))
    return {row["term"].lower(): (row["term"], row["soc"]) for row in rows}


def find_nearest(written: str, known: tuple[str, ...], n_offered: int = 3) -> tuple[str, ...]:
    """Return the known words that look most like a written one, the nearest first.

    Examples
    --------
    >>> find_nearest("JX594", ("JX-594", "Avelumab"))
    ('JX-594',)
    """
    by_lower = {word.lower(): word for word in known}
    close = get_close_matches(written.lower(), list(by_lower), n_offered, MIN_SIMILARITY)
    return tuple(by_lower[word] for word in close)
