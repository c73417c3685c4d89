"""Every recorded dataset and variable, declared once; what is not declared here is not used."""

from collections.abc import Mapping

from trialwright.datasets import codelists as lists
from trialwright.datasets.analysis_domains import ANALYSIS
from trialwright.datasets.domains_classes import (
    DATE,
    EVENTS,
    FINDINGS,
    IDENTIFIERS,
    INTEGER,
    INTERVENTIONS,
    NUMBER,
    TIMING,
    Particulars,
    declare_domain,
)
from trialwright.datasets.schema import Dataset, Variable

__all__ = ["ANALYSIS", "DOMAINS", "NOT_USED", "find_dataset"]

DEMOGRAPHICS = Dataset(
    "dm",
    "Demographics",
    keys=("USUBJID",),
    variables=(
        *IDENTIFIERS,
        Variable("SUBJID", "Subject Identifier for the Study"),
        Variable("RFSTDTC", "Subject Reference Start Date/Time", DATE),
        Variable("RFENDTC", "Subject Reference End Date/Time", DATE),
        Variable("RFXSTDTC", "Date/Time of First Study Treatment", DATE),
        Variable("RFXENDTC", "Date/Time of Last Study Treatment", DATE),
        Variable("RFICDTC", "Date/Time of Informed Consent", DATE),
        Variable("RFPENDTC", "Date/Time of End of Participation", DATE),
        Variable("DTHDTC", "Date/Time of Death", DATE),
        Variable("DTHFL", "Subject Death Flag", codelist=lists.YES_NO),
        Variable("SITEID", "Study Site Identifier"),
        Variable("INVID", "Investigator Identifier"),
        Variable("INVNAM", "Investigator Name"),
        Variable("BRTHDTC", "Date/Time of Birth", DATE),
        Variable("AGE", "Age", INTEGER),
        Variable("AGEU", "Age Units", codelist=lists.AGE_UNIT),
        Variable("SEX", "Sex", codelist=lists.SEX),
        Variable("RACE", "Race"),
        Variable("ETHNIC", "Ethnicity"),
        Variable("ARMCD", "Planned Arm Code"),
        Variable("ARM", "Description of Planned Arm"),
        Variable("ACTARMCD", "Actual Arm Code"),
        Variable("ACTARM", "Description of Actual Arm"),
        Variable("ARMNRS", "Reason Arm and/or Actual Arm is Null"),
        Variable("ACTARMUD", "Description of Unplanned Actual Arm"),
        Variable("COUNTRY", "Country"),
        Variable("DMDTC", "Date/Time of Collection", DATE),
        Variable("DMDY", "Study Day of Collection", INTEGER),
    ),
    order=("USUBJID",),
)
VISITS = Dataset(
    "sv",
    "Subject Visits",
    keys=("USUBJID", "VISITNUM"),
    variables=(
        *IDENTIFIERS,
        Variable("SVSEQ", "Sequence Number", INTEGER),
        Variable("VISITNUM", "Visit Number", NUMBER, is_required=True),
        *(item for item in TIMING if item.name in ("VISIT", "VISITDY", "TAETORD", "EPOCH")),
        Variable("SVPRESP", "Pre-specified", codelist=lists.YES_NO),
        Variable("SVOCCUR", "Occurrence", codelist=lists.YES_NO_UNKNOWN),
        Variable("SVREASOC", "Reason for Occur Value"),
        Variable("SVCNTMOD", "Contact Mode"),
        Variable("SVSTDTC", "Start Date/Time of Observation", DATE, is_expected=True),
        Variable("SVENDTC", "End Date/Time of Observation", DATE),
        Variable("SVSTDY", "Study Day of Start of Observation", INTEGER),
        Variable("SVENDY", "Study Day of End of Observation", INTEGER),
        Variable("SVUPDES", "Description of Unplanned Visit"),
    ),
    order=("USUBJID", "VISITNUM"),
)
SUPPLEMENTAL = (
    IDENTIFIERS[0],
    Variable("RDOMAIN", "Related Domain Abbreviation", is_required=True),
    IDENTIFIERS[2],
    Variable("IDVAR", "Identifying Variable", is_expected=True),
    Variable("IDVARVAL", "Identifying Variable Value", is_expected=True),
    Variable("QNAM", "Qualifier Variable Name", is_required=True),
    Variable("QLABEL", "Qualifier Variable Label"),
    Variable("QVAL", "Data Value", is_expected=True),
    Variable("QORIG", "Origin"),
    Variable("QEVAL", "Evaluator"),
)
SLIDES = Dataset(
    "slides",
    "Slides of tissue, one row per image file",
    keys=("FILE",),
    variables=(
        IDENTIFIERS[0],
        IDENTIFIERS[2],
        Variable("VISIT", "Visit Name", is_required=True),
        Variable("STAIN", "Stain: CD8, TLS, HES or another of the protocol", is_required=True),
        Variable("FILE", "Image file in the folder slides", is_required=True),
        Variable("PIXELUM", "Width of a pixel", NUMBER, unit="um"),
        Variable("SPECIMEN", "How the tissue was taken", codelist=lists.SPECIMEN),
        Variable("LNKID", "Lesion, as in TULNKID"),
    ),
    order=("USUBJID", "VISIT", "STAIN", "FILE"),
)
IMAGES = Dataset(
    "images",
    "Images shown of patients, one row per file",
    keys=("FILE",),
    variables=(
        IDENTIFIERS[0],
        IDENTIFIERS[2],
        Variable("VISIT", "Visit Name", is_required=True),
        Variable("MODALITY", "Kind of image: CT, or a picture such as HES", is_required=True),
        Variable("FILE", "Image file in the folder images", is_required=True),
        Variable("LNKID", "Lesion, as in TULNKID"),
        Variable("PIXELUM", "Width of a pixel, of pictures", NUMBER, unit="um"),
        Variable("WINCENT", "Middle of the window, of CT", NUMBER, unit="HU"),
        Variable("WINWID", "Width of the window, of CT", NUMBER, unit="HU"),
        Variable("LESX", "Middle of the lesion from the left edge", NUMBER, unit="pixels"),
        Variable("LESY", "Middle of the lesion from the upper edge", NUMBER, unit="pixels"),
        Variable("LESMM", "Diameter of the lesion", NUMBER, unit="mm"),
    ),
    order=("USUBJID", "VISIT", "MODALITY", "FILE"),
)
PLASMA = Dataset(
    "plasma",
    "Plasma proteins, one row per sample and assay",
    keys=("SAMPLEID", "OLINKID"),
    variables=(
        Variable("USUBJID", "Unique Subject Identifier"),
        Variable("VISIT", "Visit Name"),
        Variable("SAMPLEID", "Sample Identifier"),
        Variable("OLINKID", "Olink Assay Identifier"),
        Variable("UNIPROT", "UniProt Accession"),
        Variable("ASSAY", "Assay Name"),
        Variable("PANEL", "Panel"),
        Variable("PLATEID", "Plate Identifier"),
        Variable("QCWARN", "Quality Control Warning"),
        Variable("NPX", "Normalized Protein Expression (log2)", NUMBER),
        Variable("LOD", "Limit of Detection (log2 NPX)", NUMBER),
        Variable("PLSEQ", "Sequence Number", INTEGER),
    ),
    order=("USUBJID", "VISIT", "OLINKID"),
)

EXPOSURE = Particulars(
    required=("--TRT", "--STDTC"),
    expected=("--DOSE",),
    codelists={"--DOSU": lists.DOSE_UNIT},
    extra=(
        Variable("EXVAMT", "Treatment Vehicle Amount", NUMBER),
        Variable("EXVAMTU", "Treatment Vehicle Amount Units"),
        Variable("EXTRTV", "Treatment Vehicle"),
    ),
    order=("USUBJID", "--STDTC", "--TRT", "--SEQ"),
)
DISPOSITION = Particulars(required=("--DECOD",), expected=("--CAT", "--STDTC"))
NOT_MET = Particulars(required=("--TESTCD",), codelists={"--CAT": lists.IE_CATEGORY})
ADVERSE_EVENTS = Particulars(
    required=("--DECOD",),
    expected=("--STDTC",),
    codelists={"--SEV": lists.SEVERITY},
    extra=(
        Variable("AELLTCD", "Lowest Level Term Code", INTEGER),
        Variable("AEPTCD", "Preferred Term Code", INTEGER),
        Variable("AEHLTCD", "High Level Term Code", INTEGER),
        Variable("AEHLGTCD", "High Level Group Term Code", INTEGER),
        Variable("AEBDSYCD", "Body System or Organ Class Code", INTEGER),
        Variable("AESOCCD", "Primary System Organ Class Code", INTEGER),
        Variable("AESER", "Serious Event", codelist=lists.YES_NO),
        Variable("AEACN", "Action Taken with Study Treatment", codelist=lists.ACTION_TAKEN),
        Variable("AEACNOTH", "Other Action Taken"),
        Variable("AEREL", "Causality"),
        Variable("AERELNST", "Relationship to Non-Study Treatment"),
        Variable("AEPATT", "Pattern of Adverse Event"),
        Variable("AEOUT", "Outcome of Adverse Event", codelist=lists.OUTCOME),
        Variable("AESCAN", "Involves Cancer", codelist=lists.YES_NO),
        Variable("AESCONG", "Congenital Anomaly or Birth Defect", codelist=lists.YES_NO),
        Variable("AESDISAB", "Significant Disability", codelist=lists.YES_NO),
        Variable("AESDTH", "Results in Death", codelist=lists.YES_NO),
        Variable("AESHOSP", "Hospitalization", codelist=lists.YES_NO),
        Variable("AESLIFE", "Is Life Threatening", codelist=lists.YES_NO),
        Variable("AESOD", "Occurred with Overdose", codelist=lists.YES_NO),
        Variable("AESMIE", "Other Medically Important Event", codelist=lists.YES_NO),
        Variable("AECONTRT", "Concomitant Treatment Given", codelist=lists.YES_NO),
        Variable("AETOXGR", "Toxicity Grade", codelist=lists.GRADE),
    ),
    order=("USUBJID", "--STDTC", "--DECOD", "--SEQ"),
)
LABORATORY = Particulars(
    expected=("--STRESN", "--DTC"),
    extra=(
        Variable("LBORNRLO", "Reference Range Lower Limit in Original Units"),
        Variable("LBORNRHI", "Reference Range Upper Limit in Original Units"),
        Variable("LBSTNRLO", "Reference Range Lower Limit in Standard Units", NUMBER),
        Variable("LBSTNRHI", "Reference Range Upper Limit in Standard Units", NUMBER),
        Variable("LBNRIND", "Reference Range Indicator"),
        Variable("LBTOX", "Toxicity"),
        Variable("LBTOXGR", "Toxicity Grade"),
        Variable("LBFAST", "Fasting Status", codelist=lists.YES_NO_UNKNOWN),
    ),
)
LESIONS = Particulars(
    required=("--LNKID", "--STRESC"),
    codelists={"--STRESC": lists.LESION_CLASS, "--EVAL": lists.EVALUATOR},
)
MEASUREMENTS = Particulars(
    expected=("--GRPID", "--LNKID", "--STRESN", "--STRESU", "--DTC"),
    codelists={
        "--GRPID": lists.LESION_CLASS,
        "--TESTCD": lists.LESION_TEST,
        "--EVAL": lists.EVALUATOR,
    },
    extra=(
        Variable("VISITNUM", "Visit Number", NUMBER, is_expected=True),
        Variable("TRREPNUM", "Repetition Number", INTEGER),
    ),
)
RESPONSES = Particulars(
    expected=("--STRESC", "--DTC"),
    codelists={"--TESTCD": lists.RESPONSE_TEST, "--EVAL": lists.EVALUATOR},
)
RESULT = Particulars(expected=("--STRESC",))
DATED_RESULT = Particulars(expected=("--STRESC", "--DTC"))
NUMBER_RESULT = Particulars(expected=("--STRESN", "--DTC"))

DOMAINS: Mapping[str, Dataset] = {
    item.name: item
    for item in (
        DEMOGRAPHICS,
        declare_domain("IE", "Inclusion/Exclusion Criteria Not Met", FINDINGS, NOT_MET),
        declare_domain("EX", "Exposure", INTERVENTIONS, EXPOSURE),
        declare_domain("DS", "Disposition", EVENTS, DISPOSITION),
        declare_domain("AE", "Adverse Events", EVENTS, ADVERSE_EVENTS),
        declare_domain("LB", "Laboratory Test Results", FINDINGS, LABORATORY),
        declare_domain("VS", "Vital Signs", FINDINGS, NUMBER_RESULT),
        declare_domain("MH", "Medical History", EVENTS, Particulars(required=("--TERM",))),
        declare_domain("CM", "Medications", INTERVENTIONS, Particulars(required=("--TRT",))),
        VISITS,
        declare_domain("TU", "Tumor/Lesion Identification", FINDINGS, LESIONS),
        declare_domain("TR", "Tumor/Lesion Results", FINDINGS, MEASUREMENTS),
        declare_domain("RS", "Disease Response", FINDINGS, RESPONSES),
        declare_domain("DD", "Death Details", FINDINGS, RESULT),
        declare_domain("QS", "Questionnaires", FINDINGS, DATED_RESULT),
        declare_domain("PR", "Procedures", INTERVENTIONS, Particulars(required=("--TRT",))),
        declare_domain("SS", "Subject Status", FINDINGS, DATED_RESULT),
        declare_domain("BE", "Biospecimen Events", EVENTS, Particulars(required=("--REFID",))),
        declare_domain("BS", "Biospecimen Findings", FINDINGS, RESULT),
        SLIDES,
        IMAGES,
        PLASMA,
    )
}
"""Recorded datasets by lower-case name; those of supp-- are found by `find_dataset`."""

NOT_USED = frozenset(
    (
        *("ag", "ce", "co", "cv", "da", "dv", "ec", "eg", "er", "fa", "ft"),
        *("gf", "ho", "is", "mb", "mi", "mk", "ml", "mo", "ms", "nv", "oa"),
        *("oe", "pc", "pe", "pp", "re", "relrec", "relspec", "relsub", "rp", "sc", "se"),
        *("sm", "sr", "ta", "td", "te", "ti", "tm", "ts", "tt", "tv", "ur"),
    )
)
"""Standard tables that no analysis reads; they may lie beside the others."""


def find_dataset(name: str) -> Dataset | None:
    """Return the declaration of a recorded dataset by its lower-case name.

    Examples
    --------
    >>> find_dataset("supptu").keys
    ('RDOMAIN', 'USUBJID', 'IDVAR', 'IDVARVAL', 'QNAM')
    """
    parent = DOMAINS.get(name.removeprefix("supp"))
    if name.startswith("supp") and parent is not None:
        keys = ("RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM")
        return Dataset(
            name, f"Supplemental Qualifiers for {parent.label}", keys, SUPPLEMENTAL, keys
        )
    return DOMAINS.get(name)


def find_variable(domain: str, name: str) -> Variable | None:
    """Return the declaration of a variable of a recorded dataset; None when there is none."""
    dataset = find_dataset(domain)
    return None if dataset is None else dataset.find_variable(name)
