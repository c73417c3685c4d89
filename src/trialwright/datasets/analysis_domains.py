"""Every analysis dataset and variable, declared once (ADaM names with ADaM meanings)."""

from collections.abc import Mapping

from trialwright.datasets.analysis_biomarkers import ADBM, TISSUE_PARAMETERS
from trialwright.datasets.analysis_conduct import ADELIG, ADEXDEV, ADSCHED
from trialwright.datasets.analysis_labs import ADLB
from trialwright.datasets.codelists import YES_NO
from trialwright.datasets.schema import Dataset, Variable, VariableType

TEXT, INTEGER = VariableType.TEXT, VariableType.INTEGER
NUMBER, DAY = VariableType.NUMBER, VariableType.DAY

SUBJECT = Variable("USUBJID", "Unique Subject Identifier", is_required=True)
SEQUENCE = Variable("ASEQ", "Analysis Sequence Number", INTEGER, is_required=True)
SOURCE = (
    Variable("SRCDOM", "Source Data"),
    Variable("SRCVAR", "Source Variable"),
    Variable("SRCSEQ", "Source Sequence Number", INTEGER),
)
PARAMETER = (
    Variable("PARQUAL", "Whose read: CENTRAL, INVESTIGATOR, RADIOLOGIST 1, RADIOLOGIST 2"),
    Variable("PARAMCD", "Parameter Code", is_required=True),
    Variable("PARAM", "Parameter"),
)
VISIT = (
    Variable("VISITNUM", "Visit Number", NUMBER),
    Variable("VISIT", "Visit Name"),
)


def _flag(name: str, label: str) -> Variable:
    """Declare a flag: Y, N or empty."""
    return Variable(name, label, codelist=YES_NO)


ADSL = Dataset(
    "ADSL",
    "Subjects",
    keys=("USUBJID",),
    variables=(
        SUBJECT,
        Variable("STUDYID", "Study Identifier"),
        Variable("SUBJID", "Subject Identifier for the Study"),
        Variable("SITEID", "Study Site Identifier"),
        Variable("ARM", "Description of Planned Arm"),
        Variable("ARMCD", "Planned Arm Code"),
        Variable("TRT01A", "Actual Treatment for Period 01"),
        Variable("TRT01P", "Planned Treatment for Period 01"),
        Variable("AGE", "Age", NUMBER),
        Variable("AGEU", "Age Units"),
        Variable("SEX", "Sex"),
        Variable("RACE", "Race"),
        Variable("RFICDT", "Date of Informed Consent", DAY),
        Variable("RFSTDT", "Subject Reference Start Date", DAY),
        Variable("ENRLDT", "Date of Enrollment", DAY),
        Variable("ENRLNUM", "Order of Inclusion, from 1", INTEGER),
        Variable("RANDDT", "Date of Randomization", DAY),
        Variable("TRTSDT", "Date of First Exposure to Treatment", DAY),
        Variable("TRTEDT", "Date of Last Exposure to Treatment", DAY),
        _flag("SCRFFL", "Screen Failure Flag"),
        Variable("SCRFREAS", "Reason for Screen Failure"),
        _flag("ENRLFL", "Enrolled Population Flag"),
        _flag("SAFFL", "Safety Population Flag"),
        _flag("ELIGFL", "Eligible: All Criteria Met Flag"),
        _flag("EFFFL", "Efficacy Evaluable Population Flag"),
        Variable("EFFREAS", "Reason for not being Evaluable"),
        _flag("DTHFL", "Subject Death Flag"),
        Variable("DTHDT", "Date of Death", DAY),
        Variable("DTHCAUS", "Cause of Death"),
        Variable("LSTALVDT", "Date Last Known Alive", DAY),
        Variable("NACTDT", "Date of New Anticancer Therapy", DAY),
        Variable("EOTSTT", "End of Treatment: ONGOING, DISCONTINUED, COMPLETED or NOT TREATED"),
        Variable("DCTREAS", "Reason for Discontinuation of Treatment"),
        Variable("DCTTERM", "Discontinuation as Recorded"),
        Variable("DCTDT", "Date of Discontinuation of Treatment", DAY),
        Variable("HIST", "Histology"),
        Variable("ECOGBL", "ECOG Performance Status at Baseline", INTEGER),
        Variable("TUMGRADE", "Tumor Grade"),
        Variable("STAGE", "Stage"),
        Variable("NPRIOR", "Number of Prior Lines of Anticancer Therapy", INTEGER),
        Variable("WEIGHTBL", "Weight at Baseline", NUMBER, unit="kg"),
        Variable("TLSBL", "Tertiary Lymphoid Structures at Screening"),
    ),
    order=("USUBJID",),
)
ADEX = Dataset(
    "ADEX",
    "Doses",
    keys=("USUBJID", "ASEQ"),
    variables=(
        SUBJECT,
        SEQUENCE,
        Variable("EXTRT", "Name of Treatment", is_required=True),
        Variable("ASTDT", "Analysis Start Date", DAY),
        Variable("AENDT", "Analysis End Date", DAY),
        Variable("ASTDY", "Analysis Start Day", INTEGER),
        Variable("ADOSE", "Dose", NUMBER),
        Variable("ADOSEU", "Analysis Dose Units"),
        Variable("NADMIN", "Administrations of the Record", INTEGER),
        Variable("EXDOSU", "Dose Units"),
        Variable("ACYCLE", "Cycle", INTEGER),
        Variable("EXLNKID", "Lesion Injected"),
        Variable("EXVAMT", "Treatment Vehicle Amount", NUMBER),
        Variable("EXVAMTU", "Treatment Vehicle Amount Units"),
        *SOURCE,
    ),
    order=("USUBJID", "ASTDT", "EXTRT", "ASEQ"),
)
ADEXSUM = Dataset(
    "ADEXSUM",
    "Exposure by Subject",
    keys=("USUBJID", "PARAMCD", "EXTRT"),
    variables=(
        SUBJECT,
        SEQUENCE,
        *PARAMETER[1:],
        Variable("EXTRT", "Name of Treatment; empty for all together"),
        Variable("AVAL", "Analysis Value", NUMBER),
        Variable("AVALU", "Analysis Value Unit"),
    ),
    order=("USUBJID", "PARAMCD", "EXTRT"),
)
ADTR = Dataset(
    "ADTR",
    "Lesion Diameters and Their Sums",
    keys=("USUBJID", "ASEQ"),
    variables=(
        SUBJECT,
        SEQUENCE,
        *PARAMETER,
        Variable("TRLNKID", "Lesion"),
        Variable("TULOC", "Location"),
        Variable("TULOCGR1", "Location Group: NODAL or NON-NODAL"),
        *VISIT,
        Variable("TRREPNUM", "Assessment of the Visit, from 1", INTEGER),
        Variable("ADT", "Analysis Date", DAY),
        Variable("ADTF", "What of the Date was Imputed: D day, M month and day"),
        Variable("ADY", "Analysis Relative Day", INTEGER),
        Variable("AVAL", "Analysis Value", NUMBER, unit="mm"),
        Variable("BASE", "Baseline Value", NUMBER, unit="mm"),
        Variable("CHG", "Change from Baseline", NUMBER, unit="mm"),
        Variable("PCHG", "Percent Change from Baseline", NUMBER),
        Variable("NADIR", "Smallest Earlier Value", NUMBER, unit="mm"),
        Variable("CHGNAD", "Change from Nadir", NUMBER, unit="mm"),
        Variable("PCHGNAD", "Percent Change from Nadir", NUMBER),
        _flag("ABLFL", "Baseline Record Flag"),
        _flag("ANL01FL", "All Baseline Lesions Assessed"),
        _flag("ANL02FL", "Best Percent Change after Baseline"),
        _flag("ANL03FL", "Before the First Progression"),
        _flag("ANL04FL", "ANL01FL or PDFL"),
        _flag("PDFL", "Progression at the Same Date"),
        Variable("LSEXP", "Lesions Expected", INTEGER),
        Variable("LSASS", "Lesions Assessed", INTEGER),
        *SOURCE,
    ),
    order=("USUBJID", "PARQUAL", "PARAMCD", "TRLNKID", "ADT", "ASEQ"),
)
ADRS = Dataset(
    "ADRS",
    "Response",
    keys=("USUBJID", "ASEQ"),
    variables=(
        SUBJECT,
        SEQUENCE,
        *PARAMETER,
        *VISIT,
        Variable("ADT", "Analysis Date", DAY),
        Variable("ADTF", "What of the Date was Imputed: D day, M month and day"),
        Variable("ADY", "Analysis Relative Day", INTEGER),
        Variable("AVALC", "Analysis Value"),
        Variable("AVAL", "Analysis Value, Numeric", NUMBER),
        _flag("ANL01FL", "Worst Record of the Date"),
        _flag("ANL02FL", "Up to and Including the First Progression"),
        Variable("AREASON", "The Rule that Decided, in Words"),
        Variable("PDBLKDT", "First iUPD of the Block (iRECIST)", DAY),
        *SOURCE,
    ),
    order=("USUBJID", "PARQUAL", "PARAMCD", "ADT", "ASEQ"),
)
ADTTE = Dataset(
    "ADTTE",
    "Time to Event",
    keys=("USUBJID", "PARQUAL", "PARAMCD"),
    variables=(
        SUBJECT,
        SEQUENCE,
        *PARAMETER,
        Variable("STARTDT", "Time to Event Origin Date", DAY),
        Variable("ADT", "Date of Event or Censoring", DAY),
        Variable("AVAL", "Time, ADT - STARTDT + 1", NUMBER, unit="days"),
        Variable("CNSR", "Censored: 1, event: 0", INTEGER),
        Variable("EVNTDESC", "Event or Censoring Description"),
        Variable("CNSDTDSC", "Censor Date Description"),
        Variable("IBOR", "Best Overall Response (iRECIST)"),
        Variable("IBORDT", "Date of Best Overall Response (iRECIST)", DAY),
        *SOURCE,
    ),
    order=("USUBJID", "PARQUAL", "PARAMCD"),
)
ADAE = Dataset(
    "ADAE",
    "Adverse Events",
    keys=("USUBJID", "ASEQ"),
    variables=(
        SUBJECT,
        SEQUENCE,
        Variable("AETERM", "Reported Term"),
        Variable("AEDECOD", "CTCAE Term", is_required=True),
        Variable("AEBODSYS", "System Organ Class"),
        Variable("ASTDT", "Analysis Start Date", DAY),
        Variable("ASTDTF", "What of the Start Date was Imputed"),
        Variable("AENDT", "Analysis End Date", DAY),
        Variable("AENDTF", "What of the End Date was Imputed"),
        Variable("ADURN", "Duration", INTEGER, unit="days"),
        Variable("ATOXGR", "Toxicity Grade", INTEGER),
        Variable("AREL", "Relation to Treatment"),
        Variable("RELAGENT", "Agents Related, where Recorded by Agent"),
        _flag("AESER", "Serious Event"),
        Variable("AEACN", "Action Taken with Study Treatment"),
        Variable("AEOUT", "Outcome"),
        _flag("AESDTH", "Results in Death"),
        _flag("TRTEMFL", "Treatment Emergent Flag"),
        _flag("AOCCFL", "First Occurrence within Subject"),
        _flag("AOCCPFL", "Worst Grade of the Term, Once per Subject"),
        *SOURCE,
    ),
    order=("USUBJID", "ASTDT", "AEDECOD", "ASEQ"),
)

ANALYSIS: Mapping[str, Dataset] = {
    item.name: item
    for item in (ADSL, ADELIG, ADSCHED, ADEX, ADEXDEV, ADEXSUM, ADTR, ADRS, ADTTE, ADAE, ADBM, ADLB)
}
"""Analysis datasets by upper-case name. ADSL also admits characteristics that a protocol names."""

PARAMETERS: Mapping[str, tuple[str, ...]] = {
    "ADSCHED": ("VISIT", "BASELINE", "SCAN", "PLASMA", "TISSUE"),
    "ADEXSUM": ("NADMIN", "NCYC", "PLANDOSE", "RDI", "TOTDOSE", "TRTDUR"),
    "ADTR": ("BPCHG", "LDIAM", "NLDIAM", "SDIAM", "SDIAMI", "SDIAMN"),
    "ADRS": (
        *("TRGRESP", "NTRGRESP", "NEWLPROG", "OVR", "OVRLRESP", "OVRLREAD", "PD", "RSP", "CB"),
        *("BOR", "BCP", "CBOR", "CRSP", "CCB", "CBCP", "DEATH", "LSTA", "MDIS", "NPR"),
        *("IOVR", "IBOR"),
    ),
    "ADTTE": ("PFS", "IPFS", "OS", "RSD", "CRSD", "TTR", "CTTR", "TTP"),
    "ADBM": TISSUE_PARAMETERS,
}
"""Parameter codes (PARAMCD) of the analysis datasets; a lesion or a landmark adds its number."""
