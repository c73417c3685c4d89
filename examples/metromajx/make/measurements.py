"""LB, VS and QS: laboratory, vital signs and performance status at the visits."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from make.adverse_events import list_events
from make.patients import Patient
from make.schedule import Visit, list_treatment_visits, plan_screening
from make.tables import Row


@dataclass(frozen=True, slots=True)
class Test:
    """A laboratory test: the normal range, and the range of the values made for it."""

    code: str
    name: str
    category: str
    unit: str
    normal: tuple[float, float]
    usual: tuple[float, float]
    decimals: int = 0


CHEMISTRY, HEMATOLOGY = "CHEMISTRY", "HEMATOLOGY"
CELLS = "10^9/L"
TESTS = (
    Test("HGB", "Hemoglobin", HEMATOLOGY, "g/L", (115, 155), (119, 142)),
    Test("NEUT", "Neutrophils", HEMATOLOGY, CELLS, (1.8, 7.5), (2.6, 5.6), 1),
    Test("LYM", "Lymphocytes", HEMATOLOGY, CELLS, (1.0, 4.0), (1.1, 2.3), 2),
    Test("PLAT", "Platelets", HEMATOLOGY, CELLS, (150, 400), (175, 330)),
    Test("CREAT", "Creatinine", CHEMISTRY, "umol/L", (45, 105), (58, 88)),
    Test("ALT", "Alanine Aminotransferase", CHEMISTRY, "U/L", (7, 45), (13, 34)),
    Test("AST", "Aspartate Aminotransferase", CHEMISTRY, "U/L", (10, 40), (15, 33)),
    Test("ALP", "Alkaline Phosphatase", CHEMISTRY, "U/L", (35, 120), (52, 104)),
    Test("BILI", "Bilirubin", CHEMISTRY, "umol/L", (3, 20), (5, 14)),
    Test("ALB", "Albumin", CHEMISTRY, "g/L", (35, 50), (37, 44)),
    Test("SODIUM", "Sodium", CHEMISTRY, "mmol/L", (136, 145), (137, 143)),
    Test("K", "Potassium", CHEMISTRY, "mmol/L", (3.5, 5.0), (3.8, 4.6), 1),
)
HEMOGLOBIN_MEN = ((130, 170), (133, 158))
VISIT_SPREAD = 0.03  # of a patient's own value, from visit to visit
# The value that an adverse event of this grade had in the laboratory.
LABORATORY_EVENTS = {
    "Anemia": ("HGB", {1: 106.0, 2: 94.0}),
    "Lymphocyte count decreased": ("LYM", {2: 0.7, 3: 0.42}),
    "Aspartate aminotransferase increased": ("AST", {1: 68.0}),
}
VITAL_SIGNS = {
    "WEIGHT": ("Weight", "kg"),
    "TEMP": ("Temperature", "C"),
    "PULSE": ("Pulse Rate", "beats/min"),
    "SYSBP": ("Systolic Blood Pressure", "mmHg"),
    "DIABP": ("Diastolic Blood Pressure", "mmHg"),
}
TESTED_FOR_PREGNANCY = ("MJX-07",)  # the only treated woman who could still have been


def make_laboratory(patient: Patient) -> list[Row]:
    """Make the laboratory results of one patient.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    list of dict
        Rows of LB: every test at screening, C1D1, C1D15 and the first day of each later cycle;
        out of the normal range only where an adverse event says so.
    """
    screening = plan_screening(patient.start).visit
    later = [visit for visit in list_treatment_visits(patient) if _has_laboratory(visit)]
    rng = patient.rng("laboratory")
    own = {test.code: rng.uniform(*for_sex(test, patient.sex).usual) for test in TESTS}
    rows = []
    for visit in (screening, *later):
        events = _laboratory_events(patient, visit.day)
        for test in TESTS:
            sexed = for_sex(test, patient.sex)
            value = _keep_within(own[test.code] * (1 + rng.gauss(0, VISIT_SPREAD)), sexed.usual)
            rows.append(write_result(patient.subject, sexed, events.get(test.code, value), visit))
        if visit is screening and patient.subject in TESTED_FOR_PREGNANCY:
            rows.append(write_pregnancy_test(patient.subject, visit))
    return rows


def make_vital_signs(patient: Patient) -> list[Row]:
    """Make the vital signs of one patient.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    list of dict
        Rows of VS: height at screening, the rest there and at every treatment visit.
    """
    screening = plan_screening(patient.start).visit
    rng = patient.rng("vital signs")
    height = rng.gauss(176 if patient.sex == "M" else 163, 6)
    weight = rng.uniform(21, 28) * (height / 100) ** 2
    rows = [_write_vital(patient.subject, ("HEIGHT", "Height", "cm"), f"{height:.0f}", screening)]
    for visit in (screening, *list_treatment_visits(patient)):
        weight += rng.gauss(-0.15, 0.3)
        values = {
            "WEIGHT": f"{weight:.1f}",
            "TEMP": f"{rng.uniform(36.3, 37.2):.1f}",
            "PULSE": f"{rng.uniform(62, 92):.0f}",
            "SYSBP": f"{rng.uniform(112, 142):.0f}",
            "DIABP": f"{rng.uniform(64, 86):.0f}",
        }
        for code, value in values.items():
            rows.append(_write_vital(patient.subject, (code, *VITAL_SIGNS[code]), value, visit))
    return rows


def make_performance(patient: Patient) -> list[Row]:
    """Make the ECOG performance status of one patient.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    list of dict
        Rows of QS at screening and on the first day of each cycle.
    """
    days = [visit for visit in list_treatment_visits(patient) if visit.name.endswith("D1")]
    visits = [plan_screening(patient.start).visit, *days]
    return [write_performance(patient.subject, patient.ecog, visit) for visit in visits]


def write_result(subject: str, test: Test, value: float, visit: Visit) -> Row:
    """Write one laboratory result.

    Parameters
    ----------
    subject : str
        USUBJID.
    test : Test
        The test, with the normal range of the person's sex.
    value : float
        In the unit of the test.
    visit : Visit
        When.

    Returns
    -------
    dict
        A row of LB.
    """
    text = f"{value:.{test.decimals}f}"
    low, high = (f"{limit:g}" for limit in test.normal)
    indicator = "LOW" if value < test.normal[0] else "NORMAL"
    row = _at(subject, "LB", visit)
    row |= {"LBTESTCD": test.code, "LBTEST": test.name, "LBCAT": test.category}
    row |= {"LBORRES": text, "LBORRESU": test.unit, "LBORNRLO": low, "LBORNRHI": high}
    row |= {"LBSTRESC": text, "LBSTRESN": text, "LBSTRESU": test.unit}
    row |= {"LBSTNRLO": low, "LBSTNRHI": high}
    return row | {"LBNRIND": "HIGH" if value > test.normal[1] else indicator}


def write_pregnancy_test(subject: str, visit: Visit) -> Row:
    """Write a negative serum pregnancy test.

    Parameters
    ----------
    subject : str
        USUBJID.
    visit : Visit
        When.

    Returns
    -------
    dict
        A row of LB.
    """
    test: Row = {"LBTESTCD": "HCG", "LBTEST": "Choriogonadotropin Beta", "LBCAT": CHEMISTRY}
    return _at(subject, "LB", visit) | test | {"LBORRES": "NEGATIVE", "LBSTRESC": "NEGATIVE"}


def write_performance(subject: str, ecog: int, visit: Visit) -> Row:
    """Write one ECOG performance status.

    Parameters
    ----------
    subject : str
        USUBJID.
    ecog : int
        0 to 4.
    visit : Visit
        When.

    Returns
    -------
    dict
        A row of QS.
    """
    test: Row = {"QSTESTCD": "ECOG101", "QSTEST": "ECOG1-Performance Status", "QSCAT": "ECOG"}
    row = _at(subject, "QS", visit) | test
    return row | {"QSORRES": ecog, "QSSTRESC": ecog, "QSSTRESN": ecog}


def _has_laboratory(visit: Visit) -> bool:
    return visit.name == "C1D15" or visit.name.endswith("D1")


def for_sex(test: Test, sex: str) -> Test:
    """Give a test the normal range of one sex.

    Parameters
    ----------
    test : Test
        With the range of women.
    sex : str
        F or M.

    Returns
    -------
    Test
        Hemoglobin differs; the others are the same.
    """
    if test.code != "HGB" or sex == "F":
        return test
    normal, usual = HEMOGLOBIN_MEN
    return replace(test, normal=normal, usual=usual)


def _laboratory_events(patient: Patient, day: date) -> dict[str, float]:
    return dict(_find_laboratory_events(patient, day))


def _find_laboratory_events(patient: Patient, day: date) -> Iterator[tuple[str, float]]:
    for event in list_events(patient):
        is_open = event.start <= day <= (event.end or date.max)
        if is_open and event.term in LABORATORY_EVENTS:
            code, values = LABORATORY_EVENTS[event.term]
            yield code, values[event.grade]


def _keep_within(value: float, limits: tuple[float, float]) -> float:
    return min(max(value, limits[0]), limits[1])


def _write_vital(subject: str, test: tuple[str, str, str], value: str, visit: Visit) -> Row:
    code, name, unit = test
    row = _at(subject, "VS", visit) | {"VSTESTCD": code, "VSTEST": name}
    row |= {"VSORRES": value, "VSORRESU": unit}
    return row | {"VSSTRESC": value, "VSSTRESN": value, "VSSTRESU": unit}


def _at(subject: str, domain: str, visit: Visit) -> Row:
    row: Row = {"USUBJID": subject, "VISITNUM": f"{visit.number:g}", "VISIT": visit.name}
    return row | {f"{domain}DTC": visit.day.isoformat()}
