"""MH, SUPPMH, CM and PR: diagnosis, earlier treatments, other illnesses, later treatments."""

from datetime import date, timedelta

from make.adverse_events import list_events
from make.lesions import read_lesions
from make.patients import Patient, workday
from make.schedule import list_treatment_visits, plan_screening
from make.tables import Row

# Lines of earlier systemic treatment, the first line first; + joins the agents of one line.
PRIOR_LINES = {
    "MJX-01": "Doxorubicin; Trabectedin; Eribulin",
    "MJX-02": "Doxorubicin + Ifosfamide",
    "MJX-03": "Doxorubicin + Dacarbazine; Trabectedin; Gemcitabine + Docetaxel; Pazopanib",
    "MJX-04": "Doxorubicin",
    "MJX-05": "Doxorubicin; Gemcitabine + Docetaxel; Pazopanib",
    "MJX-06": "Doxorubicin; Trabectedin; Gemcitabine",
    "MJX-07": "Doxorubicin + Ifosfamide; Trabectedin; Gemcitabine + Docetaxel; Pazopanib; "
    "Dacarbazine; Eribulin; Gemcitabine; Temozolomide",
    "MJX-08": "Doxorubicin + Ifosfamide",
    "MJX-09": "Paclitaxel; Doxorubicin",
    "MJX-10": "Doxorubicin + Trabectedin; Gemcitabine + Docetaxel; Pazopanib; Dacarbazine; "
    "Eribulin",
    "MJX-11": "Doxorubicin",
    "MJX-12": "Doxorubicin; Trabectedin; Gemcitabine",
    "MJX-13": "Paclitaxel",
    "MJX-14": "Doxorubicin; Trabectedin; Pazopanib; Dacarbazine",
    "MJX-15": "Doxorubicin; Trabectedin; Pazopanib",
}
# Agent and days after the progression.
SUBSEQUENT = {
    "MJX-02": ("Trabectedin", 28),
    "MJX-03": ("Eribulin", 24),
    "MJX-04": ("Trabectedin", 21),
    "MJX-05": ("Trabectedin", 35),
    "MJX-06": ("Pazopanib", 30),
    "MJX-07": ("Ifosfamide", 26),
    "MJX-08": ("Gemcitabine", 33),
    "MJX-10": ("Temozolomide", 40),
    "MJX-12": ("Pazopanib", 27),
    "MJX-13": ("Pazopanib", 31),
    "MJX-14": ("Gemcitabine", 45),
}
COMORBIDITIES = {
    "MJX-01": (("Hypertension", "Amlodipine"), ("Type 2 diabetes mellitus", "Metformin")),
    "MJX-04": (("Hypertension", "Ramipril"),),
    "MJX-05": (("Hypertension", "Candesartan"), ("Atrial fibrillation", "Bisoprolol")),
    "MJX-09": (("Hypercholesterolemia", "Atorvastatin"),),
    "MJX-10": (("Hypertension", "Amlodipine"),),
    "MJX-12": (("Osteoporosis", "Calcium and vitamin D"),),
    "MJX-13": (("Gout", "Allopurinol"),),
    "MJX-14": (("Hypertension", "Ramipril"), ("Osteoarthritis", "")),
}
RADIOTHERAPY = {"MJX-02": 420, "MJX-05": 300, "MJX-07": 380, "MJX-09": 510}  # days before consent
TREATED_SYMPTOMS = {
    "Fever": "Paracetamol",
    "Nausea": "Ondansetron",
    "Chills": "Paracetamol",
    "Tumor pain": "Morphine",
    "Hypothyroidism": "Levothyroxine",
    "Diarrhea": "Racecadotril",
    "Rash pustular": "Fusidic acid",
}


def make_history(patient: Patient) -> list[Row]:
    """Make the medical history of one patient.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    list of dict
        Rows of MH; the primary diagnosis comes first.
    """
    screening = plan_screening(patient.start)
    first_line = min(str(row["CMSTDTC"]) for row in _make_prior_lines(patient))
    diagnosed = date.fromisoformat(first_line) - timedelta(days=60)
    histology = patient.histology
    entries = [
        (histology, "PRIMARY DIAGNOSIS", diagnosed),
        ("Documented disease progression", "DISEASE HISTORY", screening.consent - _days(6)),
    ]
    for index, (illness, _) in enumerate(COMORBIDITIES.get(patient.subject, ())):
        entries.append((illness, "MEDICAL HISTORY", diagnosed - _days(900 + 400 * index)))
    return [
        {
            "USUBJID": patient.subject,
            "MHTERM": term,
            "MHDECOD": term,
            "MHCAT": category,
            "MHDTC": screening.consent.isoformat(),
            "MHSTDTC": begun.isoformat(),
        }
        for term, category, begun in entries
    ]


def make_diagnosis_supplement(subject: str, grade: str, stage: str) -> list[Row]:
    """Make the supplemental qualifiers of a primary diagnosis.

    Parameters
    ----------
    subject : str
        USUBJID.
    grade, stage : str
        Tumor grade and stage, as in the reconstruction.

    Returns
    -------
    list of dict
        Rows of SUPPMH, which belong to the first row of MH.
    """
    common: Row = {"USUBJID": subject, "IDVAR": "MHSEQ", "IDVARVAL": "1"}
    return [
        common | {"QNAM": "TUMGRADE", "QLABEL": "Tumor Grade", "QVAL": grade},
        common | {"QNAM": "STAGE", "QLABEL": "Disease Stage", "QVAL": stage},
    ]


def make_medications(patient: Patient) -> list[Row]:
    """Make the medications of one patient.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    list of dict
        Rows of CM: prior lines, concomitant medication, subsequent treatment.
    """
    rows = [*_make_prior_lines(patient), *_make_concomitant(patient)]
    if patient.subject in SUBSEQUENT:
        agent, days = SUBSEQUENT[patient.subject]
        begun = patient.decisive_date + _days(days)
        if begun > patient.last_date:
            raise ValueError(f"{patient.subject}: treated on {begun}, last seen before")
        category = "SUBSEQUENT ANTICANCER THERAPY"
        rows.append(_medicate(patient, agent, category, patient.histology) | _dates(begun))
    return rows


def make_procedures(patient: Patient) -> list[Row]:
    """Make the procedures of one patient.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    list of dict
        Rows of PR: earlier surgery and radiotherapy, the biopsies of the study.
    """
    lesion = read_lesions(patient.subject)[0]
    history = make_history(patient)[0]
    operated = date.fromisoformat(str(history["MHSTDTC"])) + _days(30)
    screening = plan_screening(patient.start)
    rows = [_operate(patient, "Resection of primary tumor", "PRIOR SURGERY", operated)]
    if patient.subject in RADIOTHERAPY:
        begun = screening.consent - _days(RADIOTHERAPY[patient.subject])
        row = _operate(patient, "External beam radiotherapy", "PRIOR RADIOTHERAPY", begun)
        row |= {"PRENDTC": (begun + _days(35)).isoformat(), "PRLOC": lesion.location}
        rows.append(row)
    rows.append(_operate(patient, "Tumor biopsy", "STUDY BIOPSY", screening.biopsy))
    second = [visit for visit in list_treatment_visits(patient) if visit.name == "C2D1"]
    if second and patient.subject not in ("MJX-01", "MJX-10"):
        rows.append(_operate(patient, "Tumor biopsy", "STUDY BIOPSY", second[0].day))
    return rows


def _make_prior_lines(patient: Patient) -> list[Row]:
    lines = PRIOR_LINES[patient.subject].split("; ")
    if len(lines) != patient.prior_lines:
        raise ValueError(f"{patient.subject}: {len(lines)} lines, not {patient.prior_lines}")
    rng = patient.rng("prior lines")
    rows: list[Row] = []
    end = plan_screening(patient.start).consent - _days(rng.randint(14, 40))
    for number in range(len(lines), 0, -1):
        begun = workday(end - _days(rng.randint(63, 168)))
        line = [
            _medicate(patient, agent, "PRIOR ANTICANCER THERAPY", patient.histology)
            | {"CMGRPID": f"LINE {number}"}
            | _dates(begun, end)
            for agent in lines[number - 1].split(" + ")
        ]
        rows = line + rows
        end = begun - _days(rng.randint(21, 90))
    return rows


def _make_concomitant(patient: Patient) -> list[Row]:
    rows = []
    consent = plan_screening(patient.start).consent
    for illness, agent in COMORBIDITIES.get(patient.subject, ()):
        if agent:
            row = _medicate(patient, agent, "CONCOMITANT MEDICATION", illness)
            rows.append(row | _dates(consent - _days(500)))
    for event in list_events(patient):
        if event.term in TREATED_SYMPTOMS and (event.grade > 1 or event.term == "Fever"):
            agent = TREATED_SYMPTOMS[event.term]
            row = _medicate(patient, agent, "CONCOMITANT MEDICATION", event.term)
            rows.append(row | _dates(event.start, event.end))
    return rows


def _medicate(patient: Patient, agent: str, category: str, why: str) -> Row:
    return {
        "USUBJID": patient.subject,
        "CMTRT": agent,
        "CMDECOD": agent.upper(),
        "CMCAT": category,
        "CMINDC": why,
    }


def _operate(patient: Patient, name: str, category: str, day: date) -> Row:
    row = {"USUBJID": patient.subject, "PRTRT": name, "PRCAT": category}
    return row | {"PRSTDTC": day.isoformat(), "PRENDTC": day.isoformat()}


def _dates(start: date, end: date | None = None) -> Row:
    return {"CMSTDTC": start.isoformat(), "CMENDTC": end.isoformat() if end else ""}


def _days(number: int) -> timedelta:
    return timedelta(days=number)
