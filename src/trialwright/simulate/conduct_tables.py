"""DM, DS, SS, DD, SV, EX, VS, QS, MH, SUPPMH and CM: who came, and what was given."""

from datetime import date, timedelta

import numpy as np

from trialwright.simulate.patients import CYCLE_DAYS, Patient
from trialwright.simulate.rows import Row, Tables

ARM_NAME = "JX-594 + avelumab + cyclophosphamide"
SITE: Row = {
    "SITEID": "01",
    "AGEU": "YEARS",
    "RACE": "NOT REPORTED",
    "ETHNIC": "NOT REPORTED",
    "COUNTRY": "FRA",
}
CONSENT_DAYS, BIOPSY_DAYS, TESTS_DAYS = 19, 15, 5  # before the start of treatment
CONTACT_EVERY_DAYS = 56
INJECTIONS_AT_MOST = 4
WEEK_DAYS = 7
DEMOGRAPHY, HISTORY, VITAL_SIGNS = 0, 1, 6  # topics of random streams
HISTOLOGIES = (
    "Leiomyosarcoma", "Dedifferentiated liposarcoma", "Angiosarcoma", "Myxofibrosarcoma",
    "Undifferentiated pleomorphic sarcoma", "Synovial sarcoma",
)  # fmt: skip
LINES = (("Doxorubicin",), ("Trabectedin",), ("Pazopanib",), ("Eribulin",))


def make_conduct_tables(patient: Patient, seed: int) -> Tables:
    """Make the tables of conduct, exposure and history of one patient.

    Parameters
    ----------
    patient : Patient
        The patient.
    seed : int
        Of the study.

    Returns
    -------
    dict
        Rows by domain, in order of date.
    """
    rng = patient.rng(HISTORY, seed)
    consent = patient.after(-CONSENT_DAYS)
    history = make_history(patient.subject, consent, rng)
    doses = make_doses(patient)
    return {
        "DM": [_make_demographics(patient, doses, seed)],
        "DS": _make_disposition(patient),
        "SS": _make_contacts(patient),
        "DD": _make_death(patient),
        "SV": _make_visits(patient),
        "EX": doses,
        "VS": _make_weights(patient, patient.rng(VITAL_SIGNS, seed)),
        "QS": _make_performance(patient, int(rng.integers(0, 2))),
        **history,
    }


def _make_demographics(patient: Patient, doses: list[Row], seed: int) -> Row:
    last = max(str(row["EXENDTC"]) for row in doses)
    row: Row = {"USUBJID": patient.subject, "SUBJID": f"{patient.number:03d}"}
    row |= dict.fromkeys(("RFSTDTC", "RFXSTDTC"), patient.start)
    row |= dict.fromkeys(("RFENDTC", "RFXENDTC"), last)
    row |= {"RFICDTC": patient.after(-CONSENT_DAYS), "RFPENDTC": patient.last_date}
    row |= {"DTHDTC": patient.last_date, "DTHFL": "Y"} if patient.died else {}
    row |= draw_person(patient.rng(DEMOGRAPHY, seed)) | SITE
    arm = dict.fromkeys(("ARMCD", "ACTARMCD"), "A") | dict.fromkeys(("ARM", "ACTARM"), ARM_NAME)
    return row | arm


def draw_person(rng: np.random.Generator) -> Row:
    """Draw age and sex."""
    age = int(np.clip(rng.normal(58, 12), 19, 84))
    return {"AGE": age, "SEX": "F" if rng.random() < 0.5 else "M"}


def write_milestone(subject: str, milestone: str, day: date) -> Row:
    """Write a milestone of the protocol into DS."""
    row: Row = {"USUBJID": subject, "DSTERM": milestone.capitalize(), "DSDECOD": milestone}
    return row | {"DSCAT": "PROTOCOL MILESTONE", "DSSTDTC": day}


def _make_disposition(patient: Patient) -> list[Row]:
    rows = [
        write_milestone(patient.subject, "INFORMED CONSENT OBTAINED", patient.after(-CONSENT_DAYS)),
        write_milestone(patient.subject, "ENROLLED", patient.after(-1)),
    ]
    event: Row = {"USUBJID": patient.subject, "DSCAT": "DISPOSITION EVENT"}
    stopped = patient.stopped
    if stopped is not None and stopped <= patient.last_date:
        reasons = ("Progressive disease (RECIST 1.1)", "PROGRESSIVE DISEASE")
        if not patient.is_evaluable:
            reasons = ("Refused to complete the first cycle", "WITHDRAWAL BY SUBJECT")
        why = {"DSTERM": reasons[0], "DSDECOD": reasons[1], "DSSCAT": "STUDY TREATMENT"}
        rows.append(event | why | {"DSSTDTC": stopped})
    last: Row = {"DSSCAT": "STUDY PARTICIPATION", "DSSTDTC": patient.last_date}
    if patient.died:
        rows.append(event | last | {"DSTERM": "Death", "DSDECOD": "DEATH"})
    elif not patient.is_evaluable:
        term = "Withdrew from the study"
        rows.append(event | last | {"DSTERM": term, "DSDECOD": "WITHDRAWAL BY SUBJECT"})
    elif patient.last_date < patient.cut:
        rows.append(event | last | {"DSTERM": "Lost to follow-up", "DSDECOD": "LOST TO FOLLOW-UP"})
    return rows


def _make_contacts(patient: Patient) -> list[Row]:
    """Write a contact every eight weeks after treatment, the last one at death or last contact."""
    days = []
    day = patient.treatment_end + timedelta(days=CONTACT_EVERY_DAYS)
    while day < patient.last_date - timedelta(days=14):
        days.append((day, "ALIVE"))
        day += timedelta(days=CONTACT_EVERY_DAYS)
    days.append((patient.last_date, "DEAD" if patient.died else "ALIVE"))
    common: Row = {"USUBJID": patient.subject, "SSTESTCD": "SURVSTAT", "SSTEST": "Survival Status"}
    return [common | {"SSORRES": what, "SSSTRESC": what, "SSDTC": when} for when, what in days]


def _make_death(patient: Patient) -> list[Row]:
    if not patient.died:
        return []
    cause = "DISEASE PROGRESSION"
    row: Row = {
        "USUBJID": patient.subject,
        "DDTESTCD": "PRCDTH",
        "DDTEST": "Primary Cause of Death",
    }
    return [row | {"DDORRES": cause, "DDSTRESC": cause, "DDDTC": patient.last_date}]


def _make_visits(patient: Patient) -> list[Row]:
    visits = [visit for _, visit in patient.list_scans()] + patient.list_treatment_visits()
    common: Row = {"USUBJID": patient.subject}
    first = {"VISITNUM": 1, "VISIT": "SCREENING", "SVSTDTC": patient.after(-CONSENT_DAYS)}
    rows = [common | first | {"SVENDTC": patient.after(-TESTS_DAYS)}]
    for visit in sorted(visits, key=lambda item: (item.day, item.number)):
        row = {"VISITNUM": visit.number, "VISIT": visit.name}
        rows.append(common | row | {"SVSTDTC": visit.day, "SVENDTC": visit.day})
    return rows


def make_doses(patient: Patient) -> list[Row]:
    """Make EX: weeks on cyclophosphamide, at most four injections, infusions of avelumab."""
    rows = []
    day, last = patient.start, min(patient.treatment_end - timedelta(days=1), patient.last_date)
    last = max(day, last)  # who is treated has taken the first dose, even who is lost that day
    while day <= last:
        end = min(day + timedelta(days=WEEK_DAYS - 1), last)
        dose: Row = {"EXDOSE": 50, "EXDOSU": "mg", "EXDOSFRM": "TABLET", "EXDOSFRQ": "BID"}
        rows.append(_give(patient, "Cyclophosphamide", day, end) | dose | {"EXROUTE": "ORAL"})
        day += timedelta(days=2 * WEEK_DAYS)
    visits = [visit for visit in patient.list_treatment_visits() if visit.name.startswith("C")]
    for visit in visits[:INJECTIONS_AT_MOST]:
        virus: Row = {"EXLNKID": "T01", "EXLOC": "THIGH", "EXLAT": "LEFT", "EXVAMT": 4}
        virus |= {"EXVAMTU": "mL", "EXDOSE": "1000000000", "EXDOSU": "pfu"}
        virus |= {"EXDOSFRM": "INJECTION", "EXDOSFRQ": "ONCE", "EXROUTE": "INTRATUMOR"}
        rows.append(_give(patient, "JX-594", visit.day, visit.day) | virus)
    for visit in visits[1:]:
        given: Row = {"EXDOSE": 10, "EXDOSU": "mg/kg", "EXDOSFRM": "SOLUTION", "EXDOSFRQ": "ONCE"}
        given |= {"EXROUTE": "INTRAVENOUS", "EXVAMT": 250, "EXVAMTU": "mL"}
        rows.append(_give(patient, "Avelumab", visit.day, visit.day) | given)
    return sorted(rows, key=lambda row: (str(row["EXSTDTC"]), str(row["EXTRT"])))


def _give(patient: Patient, agent: str, start: date, end: date) -> Row:
    return {"USUBJID": patient.subject, "EXTRT": agent, "EXSTDTC": start, "EXENDTC": end}


def _make_performance(patient: Patient, ecog: int) -> list[Row]:
    days = [(1, "SCREENING", patient.after(-TESTS_DAYS))]
    days += [
        (visit.number, visit.name, visit.day)
        for visit in patient.list_treatment_visits()
        if visit.number % CYCLE_DAYS == 101 % CYCLE_DAYS
    ]
    return [write_performance(patient.subject, ecog, *visit) for visit in days]


def _make_weights(patient: Patient, rng: np.random.Generator) -> list[Row]:
    """Write the weight at screening and at every treatment visit: doses are given by it."""
    days = [(1, "SCREENING", patient.after(-TESTS_DAYS))]
    days += [(visit.number, visit.name, visit.day) for visit in patient.list_treatment_visits()]
    weight = float(rng.uniform(52, 95))
    rows = []
    for number, name, day in days:
        weight += rng.normal(-0.15, 0.3)
        text = f"{weight:.1f}"
        row: Row = {"USUBJID": patient.subject, "VSTESTCD": "WEIGHT", "VSTEST": "Weight"}
        row |= {"VSORRES": text, "VSORRESU": "kg", "VSSTRESC": text, "VSSTRESN": text}
        row |= {"VSSTRESU": "kg", "VISITNUM": number, "VISIT": name, "VSDTC": day}
        rows.append(row)
    return rows


def write_performance(subject: str, ecog: int, number: int, name: str, day: date) -> Row:
    """Write one ECOG performance status into QS."""
    row: Row = {"USUBJID": subject, "QSTESTCD": "ECOG101", "QSTEST": "ECOG1-Performance Status"}
    row |= {"QSCAT": "ECOG", "QSORRES": ecog, "QSSTRESC": ecog, "QSSTRESN": ecog}
    return row | {"VISITNUM": number, "VISIT": name, "QSDTC": day}


def make_history(subject: str, consent: date, rng: np.random.Generator) -> Tables:
    """Make MH, SUPPMH and CM: diagnosis, and the lines of treatment before the trial."""
    histology = HISTOLOGIES[int(rng.integers(len(HISTOLOGIES)))]
    n_lines = int(rng.integers(1, len(LINES) + 1))
    diagnosed = consent - timedelta(days=200 * n_lines + int(rng.integers(60, 600)))
    entries = (
        (histology, "PRIMARY DIAGNOSIS", diagnosed),
        ("Documented disease progression", "DISEASE HISTORY", consent - timedelta(days=6)),
    )
    common: Row = {"USUBJID": subject}
    history = [
        common | {"MHTERM": t, "MHDECOD": t, "MHCAT": c, "MHDTC": consent, "MHSTDTC": begun}
        for t, c, begun in entries
    ]
    medications = []
    for line in range(n_lines):
        start = consent - timedelta(days=200 * (n_lines - line) - 10)
        row = common | {"CMGRPID": f"LINE {line + 1}", "CMTRT": LINES[line][0]}
        row |= {"CMDECOD": LINES[line][0].upper(), "CMCAT": "PRIOR ANTICANCER THERAPY"}
        end = start + timedelta(days=120)
        medications.append(row | {"CMINDC": histology, "CMSTDTC": start, "CMENDTC": end})
    qualifier = common | {"IDVAR": "MHSEQ", "IDVARVAL": "1", "QORIG": "CRF"}
    grade, stage = str(rng.integers(2, 4)), "Metastatic"
    supplement = [
        qualifier | {"QNAM": "TUMGRADE", "QLABEL": "Tumor Grade", "QVAL": grade},
        qualifier | {"QNAM": "STAGE", "QLABEL": "Disease Stage", "QVAL": stage},
    ]
    return {"MH": history, "SUPPMH": supplement, "CM": medications}
