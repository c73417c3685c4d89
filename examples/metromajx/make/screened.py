"""Ten people who were screened and not enrolled. The paper does not tell of them: all invented."""

import random
from dataclasses import dataclass
from datetime import date

from make.disposition import COMMON, write_milestone
from make.history import make_diagnosis_supplement
from make.measurements import (
    TESTS,
    for_sex,
    write_performance,
    write_pregnancy_test,
    write_result,
)
from make.patients import SEED
from make.schedule import Screening, Visit, plan_screening
from make.specimens import write_biopsy, write_tls
from make.tables import Row


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion of eligibility as the case report form names it."""

    code: str
    text: str
    category: str = "INCLUSION"


CRITERIA = {
    "ecog": Criterion("INCL05", "ECOG performance status 0 or 1"),
    "tls": Criterion("INCL08", "Absence of tertiary lymphoid structures"),
    "injectable": Criterion("INCL09", "At least one injectable lesion of at least 10 mm"),
    "organs": Criterion("INCL11", "Adequate hematological, renal, metabolic, hepatic function"),
    "cyp2b6": Criterion("EXCL01", "Receives an inhibitor or inducer of CYP2B6", "EXCLUSION"),
}


@dataclass(frozen=True, slots=True)
class Screened:
    """One screened person; `criterion` is empty when it was not a criterion that failed."""

    subject: str
    would_start: date
    sex: str
    age: int
    ecog: int
    histology: str
    tls: str
    criterion: str
    reason: str


TLS_PRESENT = "Tertiary lymphoid structures present"
# subject | would have started | sex | age | ECOG | histology | TLS | criterion | reason
SCREENED_TEXT = f"""
    S01 | 2021-01-11 | F | 59 | 1 | Leiomyosarcoma | TLS | tls | {TLS_PRESENT}
    S02 | 2021-02-15 | M | 66 | 2 | Myxofibrosarcoma | NONE | ecog | ECOG performance status 2
    S03 | 2021-03-08 | F | 47 | 0 | Dedifferentiated liposarcoma | MATURE | tls | {TLS_PRESENT}
    S04 | 2021-03-29 | M | 54 | 1 | Solitary fibrous tumor | NONE | injectable | Not injectable
    S05 | 2021-04-26 | M | 72 | 1 | Undifferentiated pleomorphic sarcoma | TLS | tls | {TLS_PRESENT}
    S06 | 2021-05-17 | F | 69 | 1 | Leiomyosarcoma | NONE | cyp2b6 | Receives a CYP2B6 inhibitor
    S07 | 2021-06-14 | M | 61 | 0 | Dedifferentiated liposarcoma | MATURE | tls | {TLS_PRESENT}
    S08 | 2021-07-12 | F | 64 | 1 | Leiomyosarcoma | NONE | organs | Platelets below the limit
    S09 | 2021-08-16 | F | 51 | 1 | Myxofibrosarcoma | TLS | tls | {TLS_PRESENT}
    S10 | 2021-09-06 | F | 38 | 0 | Synovial sarcoma | NONE | | Consent withdrawn
"""
LOW_PLATELETS = 82.0


def list_screened() -> list[Screened]:
    """List the people who were screened and not enrolled.

    Returns
    -------
    list of Screened
        In order of date.
    """
    people = []
    for line in SCREENED_TEXT.strip().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        subject, start, sex, age, ecog, histology, tls, criterion, reason = cells
        person = Screened(
            f"MJX-{subject}",
            date.fromisoformat(start),
            sex,
            int(age),
            int(ecog),
            histology,
            tls,
            criterion,
            reason,
        )
        people.append(person)
    return people


def make_screened_tables(person: Screened) -> dict[str, list[Row]]:
    """Make the tables of one person who was not enrolled.

    Parameters
    ----------
    person : Screened
        The person.

    Returns
    -------
    dict
        Rows by domain: DM, IE, DS, MH, SUPPMH, LB, QS, BE, BS, CM, SV.
    """
    screening = plan_screening(person.would_start)
    visit, biopsy = screening.visit, Visit(1, "SCREENING", screening.biopsy)
    subject = person.subject
    return {
        "DM": [_make_demographics(person, screening)],
        "IE": _make_criteria(person, visit),
        "DS": _make_disposition(person, screening),
        "MH": [_make_diagnosis(person, screening)],
        "SUPPMH": make_diagnosis_supplement(subject, "Unknown", "Metastatic"),
        "LB": _make_laboratory(person, visit),
        "QS": [write_performance(subject, person.ecog, visit)],
        "BE": [write_biopsy(subject, biopsy)],
        "BS": [write_tls(subject, biopsy, person.tls)],
        "CM": _make_medications(person, screening),
        "SV": [_make_visit(subject, screening)],
    }


def _make_demographics(person: Screened, screening: Screening) -> Row:
    row = COMMON | {"USUBJID": person.subject, "SUBJID": person.subject[4:]}
    row |= {"RFICDTC": screening.consent.isoformat(), "RFPENDTC": screening.tests.isoformat()}
    return row | {"AGE": person.age, "SEX": person.sex, "ARMNRS": "SCREEN FAILURE"}


def _make_criteria(person: Screened, visit: Visit) -> list[Row]:
    if not person.criterion:
        return []
    criterion = CRITERIA[person.criterion]
    answer = "Y" if criterion.category == "EXCLUSION" else "N"
    row: Row = {"USUBJID": person.subject, "IETESTCD": criterion.code, "IETEST": criterion.text}
    row |= {"IECAT": criterion.category, "IEORRES": answer, "IESTRESC": answer}
    return [row | {"VISITNUM": 1, "VISIT": visit.name, "IEDTC": visit.day.isoformat()}]


def _make_disposition(person: Screened, screening: Screening) -> list[Row]:
    row: Row = {"USUBJID": person.subject, "DSTERM": person.reason, "DSDECOD": "SCREEN FAILURE"}
    row |= {"DSCAT": "DISPOSITION EVENT", "DSSCAT": "STUDY PARTICIPATION"}
    row |= {"DSSTDTC": screening.tests.isoformat()}
    return [write_milestone(person.subject, "INFORMED CONSENT OBTAINED", screening.consent), row]


def _make_diagnosis(person: Screened, screening: Screening) -> Row:
    rng = random.Random(f"{SEED} {person.subject} diagnosis")
    diagnosed = date.fromordinal(screening.consent.toordinal() - rng.randint(300, 1500))
    row: Row = {"USUBJID": person.subject, "MHTERM": person.histology}
    row |= {"MHDECOD": person.histology, "MHCAT": "PRIMARY DIAGNOSIS"}
    return row | {"MHDTC": screening.consent.isoformat(), "MHSTDTC": diagnosed.isoformat()}


def _make_laboratory(person: Screened, visit: Visit) -> list[Row]:
    rng = random.Random(f"{SEED} {person.subject} laboratory")
    rows = []
    for test in (for_sex(item, person.sex) for item in TESTS):
        value = rng.uniform(*test.usual)
        if test.code == "PLAT" and person.criterion == "organs":
            value = LOW_PLATELETS
        rows.append(write_result(person.subject, test, value, visit))
    if person.sex == "F" and person.age < 50:
        rows.append(write_pregnancy_test(person.subject, visit))
    return rows


def _make_medications(person: Screened, screening: Screening) -> list[Row]:
    if person.criterion != "cyp2b6":
        return []
    row: Row = {"USUBJID": person.subject, "CMTRT": "Clopidogrel", "CMDECOD": "CLOPIDOGREL"}
    row |= {"CMCAT": "CONCOMITANT MEDICATION", "CMINDC": "Coronary stent"}
    begun = date.fromordinal(screening.consent.toordinal() - 400)
    return [row | {"CMSTDTC": begun.isoformat()}]


def _make_visit(subject: str, screening: Screening) -> Row:
    row: Row = {"USUBJID": subject, "VISITNUM": 1, "VISIT": "SCREENING"}
    return row | {
        "SVSTDTC": screening.consent.isoformat(),
        "SVENDTC": screening.tests.isoformat(),
    }
