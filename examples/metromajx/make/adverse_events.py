"""AE: terms and grades of CTCAE 4.03, as the paper tells them; mostly fever and fatigue."""

from dataclasses import dataclass
from datetime import date, timedelta

from make.patients import Patient
from make.schedule import list_treatment_visits
from make.tables import Row

GENERAL = "General disorders and administration site conditions"
GASTROINTESTINAL = "Gastrointestinal disorders"
MUSCULOSKELETAL = "Musculoskeletal and connective tissue disorders"
SYSTEMS = {
    "Abdominal pain": GASTROINTESTINAL,
    "Anemia": "Blood and lymphatic system disorders",
    "Anorexia": "Metabolism and nutrition disorders",
    "Arthralgia": MUSCULOSKELETAL,
    "Aspartate aminotransferase increased": "Investigations",
    "Back pain": MUSCULOSKELETAL,
    "Chills": GENERAL,
    "Constipation": GASTROINTESTINAL,
    "Cough": "Respiratory, thoracic and mediastinal disorders",
    "Diarrhea": GASTROINTESTINAL,
    "Fatigue": GENERAL,
    "Fever": GENERAL,
    "Hypothyroidism": "Endocrine disorders",
    "Infusion related reaction": GENERAL,
    "Injection site reaction": GENERAL,
    "Lymphocyte count decreased": "Investigations",
    "Nausea": GASTROINTESTINAL,
    "Pruritus": "Skin and subcutaneous tissue disorders",
    "Rash pustular": "Infections and infestations",  # CTCAE 4.03 has no grade 1 of it
    "Tumor pain": "Neoplasms benign, malignant and unspecified (incl cysts and polyps)",
}

# term | grade | begins: a visit, or days after C1D1 | days, - when not resolved | letters:
# R related, N not related, S serious, I treatment interrupted
EVENTS_TEXT = {
    "MJX-01": """
        Fever | 1 | C1D1 | 2 | R
        Injection site reaction | 1 | C1D1 | 3 | R
        Fatigue | 1 | 4 | 25 | R
        Tumor pain | 3 | 30 | 10 | N S""",
    "MJX-02": """
        Nausea | 1 | -5 | 3 | R
        Fever | 2 | C1D15 | 1 | R
        Chills | 1 | C1D15 | 1 | R""",
    "MJX-03": """
        Fever | 1 | C1D1 | 1 | R
        Infusion related reaction | 2 | C1D15 | 1 | R I
        Fatigue | 2 | 20 | - | R
        Anemia | 1 | C2D1 | - | N""",
    "MJX-04": """
        Nausea | 1 | 8 | 6 | R
        Fatigue | 1 | 10 | 40 | R
        Injection site reaction | 1 | C1D15 | 4 | R""",
    "MJX-05": """
        Fatigue | 1 | 3 | - | R
        Fever | 1 | C1D15 | 2 | R
        Fever | 3 | C2D1 | 2 | R S I
        Anemia | 2 | C2D1 | - | N""",
    "MJX-06": """
        Constipation | 1 | -12 | 4 | N
        Fever | 1 | C1D1 | 2 | R
        Chills | 1 | C1D1 | 1 | R
        Injection site reaction | 2 | C2D1 | 16 | R I""",
    "MJX-07": """
        Fever | 1 | C1D15 | 1 | R
        Lymphocyte count decreased | 3 | C2D1 | 12 | R I
        Diarrhea | 1 | 33 | 3 | N""",
    "MJX-08": """
        Fever | 3 | C1D1 | 2 | R I
        Chills | 2 | C1D1 | 1 | R
        Fatigue | 1 | 2 | 18 | R
        Rash pustular | 2 | 6 | 9 | R
        Fever | 1 | C2D1 | 1 | R""",
    "MJX-09": """
        Fever | 1 | C1D1 | 2 | R
        Injection site reaction | 1 | C1D1 | 4 | R
        Fatigue | 1 | 12 | 70 | R
        Fever | 1 | C2D1 | 1 | R
        Hypothyroidism | 2 | C3D1 | - | R I
        Pruritus | 1 | 60 | 25 | R
        Arthralgia | 1 | 130 | 40 | R""",
    "MJX-10": """
        Fever | 2 | C1D1 | 1 | R
        Fatigue | 2 | C1D15 | - | R
        Nausea | 1 | 21 | 5 | R
        Lymphocyte count decreased | 2 | C2D1 | - | R
        Abdominal pain | 2 | 40 | - | N I""",
    "MJX-11": """
        Nausea | 1 | 9 | 4 | R
        Fever | 1 | C1D15 | 1 | R
        Fatigue | 1 | 20 | 60 | R
        Injection site reaction | 1 | C2D1 | 3 | R
        Cough | 1 | 50 | 20 | N
        Aspartate aminotransferase increased | 1 | C3D1 | 28 | R""",
    "MJX-12": """
        Chills | 1 | C1D1 | 1 | R
        Fatigue | 2 | 21 | - | R
        Anorexia | 1 | 24 | - | N
        Anemia | 1 | C2D1 | - | N""",
    "MJX-13": """
        Fever | 1 | C1D1 | 1 | R
        Fever | 3 | C2D1 | 2 | R I
        Chills | 1 | C2D1 | 1 | R
        Fatigue | 1 | 30 | 50 | R
        Rash pustular | 2 | 35 | 12 | R
        Diarrhea | 1 | 70 | 4 | R""",
    "MJX-14": """
        Fatigue | 1 | C1D15 | 60 | R
        Nausea | 2 | 22 | 5 | R
        Infusion related reaction | 2 | C2D1 | 1 | R I
        Anemia | 1 | C3D1 | - | N
        Back pain | 1 | 60 | - | N""",
    "MJX-15": """
        Nausea | 1 | -5 | 4 | R
        Fever | 1 | C1D1 | 2 | R
        Fatigue | 1 | 1 | 10 | R""",
}


@dataclass(frozen=True, slots=True)
class Event:
    """One adverse event; no end when it had not resolved at the last contact."""

    term: str
    grade: int
    start: date
    end: date | None
    letters: str


def list_events(patient: Patient) -> list[Event]:
    """List the adverse events of one patient.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    list of Event
        In order of their beginning.
    """
    visits = {visit.name: visit.day for visit in list_treatment_visits(patient)}
    events = []
    for line in EVENTS_TEXT[patient.subject].strip().splitlines():
        term, grade, begins, days, letters = (cell.strip() for cell in line.split("|"))
        start = visits.get(begins) or patient.c1d1 + timedelta(days=int(begins))
        end = None if days == "-" else start + timedelta(days=int(days) - 1)
        if end and end > patient.last_date:
            end = None
        events.append(Event(term, int(grade), start, end, letters))
    return sorted(events, key=lambda event: (event.start, event.term))


def make_adverse_events(patient: Patient) -> list[Row]:
    """Make the adverse events of one patient.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    list of dict
        Rows of AE in order of date.
    """
    return [_make_row(patient, event) for event in list_events(patient)]


def _make_row(patient: Patient, event: Event) -> Row:
    is_related, is_serious = "R" in event.letters, "S" in event.letters
    action = "DRUG INTERRUPTED" if "I" in event.letters else "DOSE NOT CHANGED"
    return {
        "USUBJID": patient.subject,
        "AETERM": event.term,
        "AEDECOD": event.term,
        "AEBODSYS": SYSTEMS[event.term],
        "AESER": "Y" if is_serious else "N",
        "AEACN": "NOT APPLICABLE" if event.start < patient.start else action,
        "AEREL": "RELATED" if is_related else "NOT RELATED",
        "AERELNST": "" if is_related else "DISEASE UNDER STUDY",
        "AEOUT": "RECOVERED/RESOLVED" if event.end else "NOT RECOVERED/NOT RESOLVED",
        "AESDTH": "N",
        "AESHOSP": "Y" if is_serious else "N",
        "AETOXGR": event.grade,
        "AESTDTC": event.start.isoformat(),
        "AEENDTC": event.end.isoformat() if event.end else "",
    }
