"""TU, SUPPTU, TR and RS: lesions, their measurements and the collected responses."""

from make.courses import COURSES, NewLesion
from make.lesions import Lesion
from make.patients import Patient
from make.reads import Reading, make_readings
from make.schedule import Visit, list_scans, plan_screening
from make.tables import Row

READER_NAMES = {
    "INV": ("INVESTIGATOR", ""),
    "R1": ("INDEPENDENT ASSESSOR", "RADIOLOGIST 1"),
    "R2": ("INDEPENDENT ASSESSOR", "RADIOLOGIST 2"),
}
GROUPS = {"T": "TARGET", "N": "NON-TARGET"}
TESTS = {"LDIAM": "Longest Diameter", "LPERP": "Longest Perpendicular", "TUMSTATE": "Tumor State"}
RESPONSES = {
    "TRGRESP": "Target Response",
    "NTRGRESP": "Non-target Response",
    "NEWLPROG": "New Lesion Progression",
    "OVRLRESP": "Overall Response",
}
TOO_SMALL_TENTHS = 50  # a lesion too small to measure counts 5 mm


def make_tumor_tables(patient: Patient) -> dict[str, list[Row]]:
    """Make the tumor tables of one patient.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    dict
        Rows of TU, TR and RS by domain, reader by reader and visit by visit; a TU row has the
        key `injected`, to be taken out for SUPPTU.
    """
    tables: dict[str, list[Row]] = {"TU": [], "TR": [], "RS": []}
    screening = Visit(1, "SCREENING", plan_screening(patient.start).scan)
    visits = [screening, *list_scans(patient)]
    for reading in make_readings(patient):
        for index, visit in enumerate(visits):
            tables["TU"] += _identify(patient, reading, visit, index)
            tables["TR"] += _measure(patient, reading, visit, index)
            tables["RS"] += _respond(patient, reading, visit, index)
    return tables


def _frame(domain: str, patient: Patient, reading: Reading, visit: Visit) -> Row:
    """Give what every row of one reading and visit has in common."""
    evaluator, name = READER_NAMES[reading.reader]
    return {
        "USUBJID": patient.subject,
        f"{domain}EVAL": evaluator,
        f"{domain}EVALID": name,
        f"{domain}ACPTFL": "Y" if reading.is_accepted else "",
        "VISITNUM": f"{visit.number:g}",
        "VISIT": visit.name,
        f"{domain}DTC": visit.day.isoformat(),
    }


def _new_lesions(patient: Patient, reading: Reading, index: int) -> list[tuple[NewLesion, bool]]:
    """List the new lesions that the reader sees at a scan, and whether it is the first time."""
    course = COURSES[patient.subject]
    seen = [(new, new.seen.get(reading.reader, 99)) for new in course.new]
    return [(new, first == index) for new, first in seen if 0 < first <= index]


def _identify(patient: Patient, reading: Reading, visit: Visit, index: int) -> list[Row]:
    common = _frame("TU", patient, reading, visit)
    common |= {"TUTESTCD": "TUMIDENT", "TUTEST": "Tumor Identification", "TUMETHOD": "CT SCAN"}
    rows = []
    if index == 0:
        for role, group in GROUPS.items():
            for lesion in reading.list_lesions(role):
                row: Row = {"TULNKID": lesion.identifier(reading.reader)}
                row |= {"TUORRES": group, "TUSTRESC": group}
                row |= {"TULOC": lesion.location, "TULAT": lesion.laterality}
                rows.append(common | row | {"injected": lesion.is_injected})
    for new, is_first in _new_lesions(patient, reading, index):
        if is_first:
            row = {"TULNKID": f"NEW{new.number:02d}", "TUORRES": "NEW", "TUSTRESC": "NEW"}
            row |= {"TULOC": new.location, "TULAT": new.laterality}
            rows.append(common | row | {"injected": False})
    return rows


def _measure(patient: Patient, reading: Reading, visit: Visit, index: int) -> list[Row]:
    common = _frame("TR", patient, reading, visit) | {"TRMETHOD": "CT SCAN"}
    course = COURSES[patient.subject]
    rows = []
    for lesion in reading.list_lesions("T"):
        why = course.unread.get(reading.reader, (0, 0, ""))[2]
        diameter = _write_diameter(lesion, reading.tenths[lesion.number][index], reading, why)
        rows.append(common | _name(lesion, "T", reading) | diameter)
    growing, since = course.growing.get(reading.reader, (0, 99))
    for lesion in reading.list_lesions("N"):
        has_grown = lesion.number == growing and index >= since
        state = "UNEQUIVOCAL PROGRESSION" if has_grown else "PRESENT"
        rows.append(common | _name(lesion, "N", reading) | _write_state(state))
    for new, _ in _new_lesions(patient, reading, index):
        state = "EQUIVOCAL" if new.is_equivocal else "UNEQUIVOCAL"
        row = {"TRLNKID": f"NEW{new.number:02d}", "TRGRPID": "NEW"}
        rows.append(common | row | _write_state(state))
    return rows


def _name(lesion: Lesion, role: str, reading: Reading) -> Row:
    return {"TRLNKID": lesion.identifier(reading.reader), "TRGRPID": GROUPS[role]}


def _write_state(state: str) -> Row:
    return {
        "TRTESTCD": "TUMSTATE",
        "TRTEST": TESTS["TUMSTATE"],
        "TRORRES": state,
        "TRSTRESC": state,
    }


def _write_diameter(lesion: Lesion, tenths: int | None, reading: Reading, why: str) -> Row:
    """Write a diameter as its reader did: whole millimeters, or one decimal."""
    test = "LPERP" if lesion.is_node else "LDIAM"
    row: Row = {"TRTESTCD": test, "TRTEST": TESTS[test]}
    if tenths is None:
        return row | {"TRSTAT": "NOT DONE", "TRREASND": why}
    if tenths == TOO_SMALL_TENTHS:
        value = {"TRSTRESC": "5", "TRSTRESN": "5", "TRSTRESU": "mm"}
        return row | {"TRORRES": "TOO SMALL TO MEASURE"} | value
    text = f"{tenths // 10}" if reading.reader == "INV" else f"{tenths / 10:.1f}"
    row |= {"TRORRES": text, "TRORRESU": "mm"}
    number = f"{tenths / 10:g}"
    return row | {"TRSTRESC": number, "TRSTRESN": number, "TRSTRESU": "mm"}


def _respond(patient: Patient, reading: Reading, visit: Visit, index: int) -> list[Row]:
    if index == 0:
        return []
    common = _frame("RS", patient, reading, visit) | {"RSCAT": "RECIST 1.1"}
    response = reading.responses[index - 1]
    new = [item for item, _ in _new_lesions(patient, reading, index)]
    results = {"TRGRESP": response.target, "NTRGRESP": response.non_target, "NEWLPROG": ""}
    if new:
        is_certain = any(not item.is_equivocal for item in new)
        results["NEWLPROG"] = "UNEQUIVOCAL" if is_certain else "EQUIVOCAL"
    results["OVRLRESP"] = response.overall
    return [
        common
        | {"RSTESTCD": test, "RSTEST": RESPONSES[test], "RSORRES": result, "RSSTRESC": result}
        for test, result in results.items()
        if result
    ]
