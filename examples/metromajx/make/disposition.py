"""DM, DS, SS, DD and SV: who they are, what became of them, when they were seen."""

from datetime import date, timedelta

from make.doses import last_dose
from make.patients import SITE, Patient, workday
from make.schedule import list_visits, plan_screening
from make.tables import Row

CONTACT_EVERY_DAYS = 56
TREATMENT_ENDS = {
    "PD": ("Progressive disease (RECIST 1.1)", "PROGRESSIVE DISEASE"),
    "patient decision": ("Patient's decision", "WITHDRAWAL BY SUBJECT"),
    "refused to complete cycle 1": (
        "Refused to complete the first cycle",
        "WITHDRAWAL BY SUBJECT",
    ),
}
# MJX-14 was treated on hold until the investigator saw progression one scan later.
STOPPED_DAYS_AFTER_C1D1 = {"MJX-14": 107, "MJX-15": 11}
COMMON: Row = {
    "SITEID": SITE,
    "AGEU": "YEARS",
    "RACE": "NOT REPORTED",
    "ETHNIC": "NOT REPORTED",
    "COUNTRY": "FRA",
}
ARM: Row = {"ARMCD": "A", "ACTARMCD": "A"}
ARM |= dict.fromkeys(("ARM", "ACTARM"), "JX-594 + avelumab + cyclophosphamide")


def make_demographics(patient: Patient) -> Row:
    """Make the demographics of one patient.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    dict
        A row of DM.
    """
    final = last_dose(patient).isoformat()
    row: Row = COMMON | ARM | {"USUBJID": patient.subject, "SUBJID": patient.subject[4:]}
    row |= {"RFSTDTC": patient.start.isoformat(), "RFXSTDTC": patient.start.isoformat()}
    row |= {"RFENDTC": final, "RFXENDTC": final, "RFPENDTC": patient.last_date.isoformat()}
    row |= {"RFICDTC": plan_screening(patient.start).consent.isoformat()}
    row |= {"AGE": patient.age, "SEX": patient.sex}
    if patient.died:
        row |= {"DTHDTC": patient.last_date.isoformat(), "DTHFL": "Y"}
    return row


def make_disposition(patient: Patient) -> list[Row]:
    """Make the disposition of one patient.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    list of dict
        Rows of DS in order of date.
    """
    consent = plan_screening(patient.start).consent
    rows = [
        write_milestone(patient.subject, "INFORMED CONSENT OBTAINED", consent),
        write_milestone(patient.subject, "ENROLLED", patient.enrolled),
    ]
    common: Row = {"USUBJID": patient.subject, "DSCAT": "DISPOSITION EVENT"}
    if patient.discontinuation in TREATMENT_ENDS:
        term, reason = TREATMENT_ENDS[patient.discontinuation]
        row = common | {"DSSCAT": "STUDY TREATMENT", "DSTERM": term, "DSDECOD": reason}
        rows.append(row | {"DSSTDTC": _stopped(patient).isoformat()})
    last = {"DSSCAT": "STUDY PARTICIPATION", "DSSTDTC": patient.last_date.isoformat()}
    if patient.died:
        rows.append(common | last | {"DSTERM": "Death", "DSDECOD": "DEATH"})
    elif patient.discontinuation.startswith("refused"):
        term = "Withdrew from the study"
        rows.append(common | last | {"DSTERM": term, "DSDECOD": "WITHDRAWAL BY SUBJECT"})
    return rows


def make_contacts(patient: Patient) -> list[Row]:
    """Make the contacts after treatment of one patient.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    list of dict
        Rows of SS every eight weeks, the last one at the last contact or death.
    """
    days = []
    day = _stopped(patient) + timedelta(days=CONTACT_EVERY_DAYS)
    while workday(day) < patient.last_date - timedelta(days=14):
        days.append((workday(day), "ALIVE"))
        day += timedelta(days=CONTACT_EVERY_DAYS)
    days.append((patient.last_date, "DEAD" if patient.died else "ALIVE"))
    return [
        {
            "USUBJID": patient.subject,
            "SSTESTCD": "SURVSTAT",
            "SSTEST": "Survival Status",
            "SSORRES": status,
            "SSSTRESC": status,
            "SSDTC": when.isoformat(),
        }
        for when, status in days
    ]


def make_death(patient: Patient) -> list[Row]:
    """Make the details of a death.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    list of dict
        One row of DD, or none.
    """
    if not patient.died:
        return []
    cause = "DISEASE PROGRESSION"
    row: Row = {"USUBJID": patient.subject, "DDTESTCD": "PRCDTH"}
    row |= {"DDTEST": "Primary Cause of Death", "DDORRES": cause, "DDSTRESC": cause}
    return [row | {"DDDTC": patient.last_date.isoformat()}]


def make_visits(patient: Patient) -> list[Row]:
    """Make the visits of one patient.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    list of dict
        Rows of SV in order of date; the screening lasts from consent to its tests.
    """
    rows: list[Row] = []
    for visit in list_visits(patient):
        consent = plan_screening(patient.start).consent
        start = consent if visit.name == "SCREENING" else visit.day
        row: Row = {"USUBJID": patient.subject, "VISITNUM": f"{visit.number:g}"}
        row |= {"VISIT": visit.name, "SVSTDTC": start.isoformat()}
        rows.append(row | {"SVENDTC": visit.day.isoformat(), "SVUPDES": visit.reason})
    return rows


def write_milestone(subject: str, milestone: str, day: date) -> Row:
    """Write a milestone of the protocol.

    Parameters
    ----------
    subject : str
        USUBJID.
    milestone : str
        As in DSDECOD.
    day : date
        When.

    Returns
    -------
    dict
        A row of DS.
    """
    row: Row = {"USUBJID": subject, "DSTERM": milestone.capitalize(), "DSDECOD": milestone}
    return row | {"DSCAT": "PROTOCOL MILESTONE", "DSSTDTC": day.isoformat()}


def _stopped(patient: Patient) -> date:
    """Return the day treatment was given up for good; a progression is told within three days."""
    if patient.subject in STOPPED_DAYS_AFTER_C1D1:
        return patient.c1d1 + timedelta(days=STOPPED_DAYS_AFTER_C1D1[patient.subject])
    if patient.discontinuation == "patient decision":
        return patient.treatment_end
    return patient.decisive_date + timedelta(days=3 if patient.pfs_event else 0)
