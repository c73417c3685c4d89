"""EX: what was given, with the delays and omissions of ordinary practice."""

from collections.abc import Iterator
from datetime import date, timedelta

from make.lesions import Lesion, read_lesions
from make.patients import Patient
from make.schedule import Visit, list_treatment_visits
from make.tables import Row

INJECTIONS_AT_MOST = 4
WEEK_ON_DAYS = 7
# Visits at which an agent was left out; the injection that was missed could be made up later.
MISSED = {
    "JX-594": {"MJX-06": {"C2D15"}, "MJX-08": {"C1D15"}, "MJX-10": {"C2D15"}},
    "Avelumab": {
        "MJX-05": {"C2D15"},
        "MJX-09": {"C3D15", "C6D15"},
        "MJX-11": {"C4D15"},
        "MJX-13": {"C2D15"},
    },
}
INTERRUPTED_INFUSIONS = {("MJX-03", "C1D15"): "6", ("MJX-14", "C2D1"): "7.5"}  # mg/kg given
MISSED_WEEKS = {"MJX-05": {4}, "MJX-07": {4}, "MJX-09": {7, 12}, "MJX-13": {5}}  # 1 is the lead-in
SHORTENED_WEEKS = {("MJX-08", 3): 5, ("MJX-10", 2): 4, ("MJX-11", 6): 6}  # days taken
VOLUME_ML = {0: "2", 25: "4", 50: "8"}  # by the longest diameter in mm, from


def make_doses(patient: Patient) -> list[Row]:
    """Make the exposure of one patient.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    list of dict
        Rows of EX in order of date: one per injection, infusion or week on cyclophosphamide.
    """
    rows = [*_make_weeks(patient), *_make_injections(patient), *_make_infusions(patient)]
    return sorted(rows, key=lambda row: (str(row["EXSTDTC"]), str(row["EXTRT"])))


def injected_lesion(patient: Patient) -> Lesion:
    """Find the lesion that was injected.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    Lesion
        The same one at every injection.
    """
    return next(lesion for lesion in read_lesions(patient.subject) if lesion.is_injected)


def last_dose(patient: Patient) -> date:
    """Find the day of the last dose of any agent.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    date
        The latest end of a record of EX.
    """
    return date.fromisoformat(max(str(row["EXENDTC"]) for row in make_doses(patient)))


def _make_weeks(patient: Patient) -> Iterator[Row]:
    """Give cyclophosphamide on days -7 to -1, 8 to 14, 22 to 28 and so on, until treatment ends."""
    missed = MISSED_WEEKS.get(patient.subject, set())
    cycles_end = patient.c1d1 + timedelta(days=28 * patient.cycles)
    start, week = patient.start, 1
    while start < min(patient.treatment_end, cycles_end):
        days = SHORTENED_WEEKS.get((patient.subject, week), WEEK_ON_DAYS)
        end = min(
            start + timedelta(days=days - 1),
            patient.treatment_end - timedelta(days=1),
            patient.last_date,
        )
        if week not in missed:
            dose: Row = {"EXDOSE": "50", "EXDOSU": "mg", "EXDOSFRM": "TABLET", "EXDOSFRQ": "BID"}
            yield _record(patient, "Cyclophosphamide", start, end) | dose | {"EXROUTE": "ORAL"}
        start, week = start + timedelta(days=2 * WEEK_ON_DAYS), week + 1


def _make_injections(patient: Patient) -> list[Row]:
    lesion = injected_lesion(patient)
    volume = next(ml for size, ml in reversed(VOLUME_ML.items()) if lesion.size_mm >= size)
    place: Row = {
        "EXLNKID": lesion.identifier("INV"),
        "EXLOC": lesion.location,
        "EXLAT": lesion.laterality,
        "EXVAMT": volume,
        "EXVAMTU": "mL",
        "EXDOSE": "1000000000",
        "EXDOSU": "pfu",
        "EXDOSFRM": "INJECTION",
        "EXDOSFRQ": "ONCE",
        "EXROUTE": "INTRATUMOR",
    }
    visits = _visits_with(patient, "JX-594")[:INJECTIONS_AT_MOST]
    return [_record(patient, "JX-594", visit.day, visit.day) | place for visit in visits]


def _make_infusions(patient: Patient) -> Iterator[Row]:
    for visit in _visits_with(patient, "Avelumab"):
        if visit.name == "C1D1":
            continue
        given = INTERRUPTED_INFUSIONS.get((patient.subject, visit.name))
        dose: Row = {"EXDOSE": given or "10", "EXDOSU": "mg/kg", "EXDOSFRM": "SOLUTION"}
        dose |= {"EXDOSFRQ": "ONCE", "EXROUTE": "INTRAVENOUS", "EXVAMT": "250", "EXVAMTU": "mL"}
        if given:
            dose |= {"EXADJ": "INFUSION RELATED REACTION", "EXVAMT": f"{25 * float(given):g}"}
        yield _record(patient, "Avelumab", visit.day, visit.day) | dose


def _visits_with(patient: Patient, agent: str) -> list[Visit]:
    missed = MISSED[agent].get(patient.subject, set())
    visits = list_treatment_visits(patient)[1:]
    return [visit for visit in visits if visit.name not in missed]


def _record(patient: Patient, agent: str, start: date, end: date) -> Row:
    return {
        "USUBJID": patient.subject,
        "EXTRT": agent,
        "EXSTDTC": start.isoformat(),
        "EXENDTC": end.isoformat(),
    }
