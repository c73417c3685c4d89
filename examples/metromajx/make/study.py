"""Put all tables together and write them."""

from collections import defaultdict
from pathlib import Path

from make.adverse_events import make_adverse_events
from make.disposition import (
    make_contacts,
    make_death,
    make_demographics,
    make_disposition,
    make_visits,
)
from make.doses import make_doses
from make.history import (
    make_diagnosis_supplement,
    make_history,
    make_medications,
    make_procedures,
)
from make.measurements import make_laboratory, make_performance, make_vital_signs
from make.patients import Patient, read_patients
from make.scans import write_scan_manifest
from make.screened import list_screened, make_screened_tables
from make.slides import write_manifest
from make.specimens import make_specimens
from make.tables import COLUMNS, write_domain, write_supplement
from make.tumors import make_tumor_tables
from trialwright.simulate.rows import Tables, number_rows, take_injected


def write_study(reconstruction: Path, folder: Path) -> None:
    """Write all recorded tables of the synthetic trial.

    Parameters
    ----------
    reconstruction : Path
        The table of patients.
    folder : Path
        Where the CSV files go; existing ones are replaced.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tables = make_study(reconstruction)
    for domain in COLUMNS:
        write_domain(folder, domain, tables[domain])
    for domain in ("MH", "TU"):
        write_supplement(folder, domain, tables[f"SUPP{domain}"])
    write_manifest(reconstruction, folder)
    write_scan_manifest(folder)


def make_study(reconstruction: Path) -> Tables:
    """Make all recorded tables of the synthetic trial.

    Parameters
    ----------
    reconstruction : Path
        The table of patients.

    Returns
    -------
    dict
        Rows by domain, numbered, subject by subject: the treated first, then the screened.
    """
    tables: Tables = defaultdict(list)
    for patient in read_patients(reconstruction):
        for domain, rows in make_patient(patient).items():
            tables[domain] += rows
    for person in list_screened():
        for domain, rows in make_screened_tables(person).items():
            tables[domain] += rows
    tables |= {domain: number_rows(domain, tables[domain]) for domain in COLUMNS}
    tables["SUPPTU"] = take_injected(tables["TU"])
    return tables


def make_patient(patient: Patient) -> Tables:
    """Make all recorded tables of one treated patient.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    dict
        Rows by domain, not yet numbered.
    """
    tables: Tables = {
        "DM": [make_demographics(patient)],
        "EX": make_doses(patient),
        "DS": make_disposition(patient),
        "AE": make_adverse_events(patient),
        "LB": make_laboratory(patient),
        "VS": make_vital_signs(patient),
        "MH": make_history(patient),
        "SUPPMH": make_diagnosis_supplement(patient.subject, patient.grade, patient.stage),
        "CM": make_medications(patient),
        "PR": make_procedures(patient),
        "SV": make_visits(patient),
        "QS": make_performance(patient),
        "SS": make_contacts(patient),
        "DD": make_death(patient),
    }
    return tables | make_tumor_tables(patient) | make_specimens(patient)
