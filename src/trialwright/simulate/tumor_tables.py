"""TU, SUPPTU, TR and RS of a virtual study: every lesion of every reader at every scan."""

from datetime import timedelta

from trialwright.simulate.patients import Patient, Visit, chosen_reader, count_lesions
from trialwright.simulate.rows import Row, Tables
from trialwright.simulate.scans import TOO_SMALL_MM
from trialwright.simulate.truth import (
    DAY,
    LOCAL,
    N_READERS,
    NON_TARGET,
    NOT_DONE,
    SEES_NEW,
)

READERS = (
    ("INDEPENDENT ASSESSOR", "RADIOLOGIST 1"),
    ("INDEPENDENT ASSESSOR", "RADIOLOGIST 2"),
    ("INVESTIGATOR", ""),
)
LOCATIONS = (
    ("THIGH", "LEFT"), ("LUNG", "RIGHT"), ("LIVER", ""), ("PERITONEUM", ""), ("LUNG", "LEFT"),
)  # fmt: skip
NON_TARGET_LOCATION, NEW_LOCATION = "PLEURA", "BONE"
SCREENING_SCAN_DAYS_BEFORE = 10


def make_tumor_tables(patient: Patient) -> Tables:
    """Make the tumor tables of one patient.

    Every patient has one non-target lesion that persists; the first target is the injected one.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    dict
        Rows of TU, TR and SUPPTU by domain, reader by reader and scan by scan.
    """
    baseline = patient.start - timedelta(days=SCREENING_SCAN_DAYS_BEFORE)
    visits = [(0, Visit(1, "SCREENING", baseline)), *patient.list_scans()]
    tables: Tables = {"TU": [], "TR": []}
    for reader in (LOCAL, *range(N_READERS - 1)):
        seen_new = False
        for row, visit in visits:
            sees_new = row > 0 and bool(patient.course.scans[row, SEES_NEW + reader])
            if row == 0:
                tables["TU"] += _identify_targets(patient, reader, visit)
            elif sees_new and not seen_new:
                tables["TU"].append(_identify_new(patient, reader, visit))
            seen_new = seen_new or sees_new
            tables["TR"] += _measure(patient, reader, (row, visit), sees_new=seen_new)
    return tables


def _frame(domain: str, patient: Patient, reader: int, visit: Visit) -> Row:
    """Give what every row of one reading and visit has in common."""
    evaluator, name = READERS[reader]
    return {
        "USUBJID": patient.subject,
        f"{domain}EVAL": evaluator,
        f"{domain}EVALID": name,
        f"{domain}ACPTFL": "Y" if reader == chosen_reader(patient) else "",
        "VISITNUM": visit.number,
        "VISIT": visit.name,
        f"{domain}DTC": visit.day.isoformat(),
    }


def _identify(patient: Patient, reader: int, visit: Visit) -> Row:
    common = _frame("TU", patient, reader, visit)
    common |= {"TUTESTCD": "TUMIDENT", "TUTEST": "Tumor Identification"}
    return common | {"TUMETHOD": "CT SCAN"}


def _identify_targets(patient: Patient, reader: int, visit: Visit) -> list[Row]:
    common = _identify(patient, reader, visit)
    rows = []
    for lesion in range(count_lesions(patient)):
        place, side = LOCATIONS[lesion]
        row = {"TULNKID": f"T{lesion + 1:02d}", "TUORRES": "TARGET", "TUSTRESC": "TARGET"}
        row |= {"TULOC": place, "TULAT": side}
        rows.append(common | row | {"injected": lesion == 0})
    other = {"TULNKID": "NT01", "TUORRES": "NON-TARGET", "TUSTRESC": "NON-TARGET"}
    return [*rows, common | other | {"TULOC": NON_TARGET_LOCATION, "injected": False}]


def _identify_new(patient: Patient, reader: int, visit: Visit) -> Row:
    row = {"TULNKID": "NEW01", "TUORRES": "NEW", "TUSTRESC": "NEW", "TULOC": NEW_LOCATION}
    return _identify(patient, reader, visit) | row | {"injected": False}


def _measure(
    patient: Patient, reader: int, scan: tuple[int, Visit], *, sees_new: bool
) -> list[Row]:
    """Write the diameters of the targets, and the states of the other lesions."""
    row, visit = scan
    common = _frame("TR", patient, reader, visit) | {"TRMETHOD": "CT SCAN"}
    rows = []
    for lesion in range(count_lesions(patient)):
        diameter = _write_diameter(int(patient.course.mm[row, lesion, reader]))
        rows.append(common | {"TRLNKID": f"T{lesion + 1:02d}", "TRGRPID": "TARGET"} | diameter)
    has_grown = row > 0 and patient.course.times[NON_TARGET] <= patient.course.scans[row, DAY]
    state = "UNEQUIVOCAL PROGRESSION" if has_grown else "PRESENT"
    rows.append(common | {"TRLNKID": "NT01", "TRGRPID": "NON-TARGET"} | _write_state(state))
    if sees_new:
        new = {"TRLNKID": "NEW01", "TRGRPID": "NEW"}
        rows.append(common | new | _write_state("UNEQUIVOCAL"))
    return rows


def _write_state(state: str) -> Row:
    row: Row = {"TRTESTCD": "TUMSTATE", "TRTEST": "Tumor State"}
    return row | {"TRORRES": state, "TRSTRESC": state}


def _write_diameter(size_mm: int) -> Row:
    """Write a diameter as its reader did: whole mm, too small, absent or not done."""
    row: Row = {"TRTESTCD": "LDIAM", "TRTEST": "Longest Diameter"}
    if size_mm == NOT_DONE:
        return row | {"TRSTAT": "NOT DONE", "TRREASND": "NOT EVALUABLE"}
    number = {"TRSTRESC": f"{size_mm}", "TRSTRESN": size_mm, "TRSTRESU": "mm"}
    if size_mm == TOO_SMALL_MM:
        return row | {"TRORRES": "TOO SMALL TO MEASURE"} | number
    return row | {"TRORRES": f"{size_mm}", "TRORRESU": "mm"} | number
