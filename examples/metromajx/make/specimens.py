"""BE and BS: tumor biopsies of a non-injected lesion and plasma samples, and what they gave."""

from make.lesions import Lesion, read_lesions
from make.patients import Patient
from make.schedule import Visit, list_treatment_visits, plan_screening
from make.tables import Row

PLASMA_VISITS = ("D-7", "C1D1", "C1D15", "C2D1")
# Why there is no pair of CD8 percentages: before treatment, at C2D1; was there a second biopsy?
NO_SECOND = "No second biopsy to pair with"
UNPAIRED = {
    "MJX-01": (NO_SECOND, "Patient declined the second biopsy", False),
    "MJX-03": ("Second biopsy without tumor cells", "Insufficient tumor cells", True),
    "MJX-10": (NO_SECOND, "Bleeding risk, biopsy not attempted", False),
    "MJX-15": (NO_SECOND, "Treatment stopped before C2D1", False),
}


def make_specimens(patient: Patient) -> dict[str, list[Row]]:
    """Make the specimens of one patient and their results.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    dict
        Rows of BE (one per specimen taken) and BS (tertiary lymphoid structures at screening,
        percent of CD8-positive cells, plasma volume), by domain.
    """
    screening = plan_screening(patient.start)
    visits = {visit.name: visit for visit in list_treatment_visits(patient)}
    first = Visit(1, "SCREENING", screening.biopsy)
    has_second = UNPAIRED.get(patient.subject, ("", "", True))[2]
    biopsies = [first, *([visits["C2D1"]] if has_second else [])]
    plasma = [visits[name] for name in PLASMA_VISITS if name in visits]
    lesion = _biopsied_lesion(patient)
    collected = [write_biopsy(patient.subject, visit, lesion) for visit in biopsies]
    collected += [_write_plasma(patient, visit) for visit in plasma]
    results = [write_tls(patient.subject, first, "NONE")]
    results += _write_cd8(patient, first, visits.get("C2D1"))
    return {"BE": sorted(collected, key=lambda row: str(row["BESTDTC"])), "BS": results}


def write_biopsy(subject: str, visit: Visit, lesion: Lesion | None = None) -> Row:
    """Write the taking of one biopsy.

    Parameters
    ----------
    subject : str
        USUBJID.
    visit : Visit
        When.
    lesion : Lesion, optional
        Where, when lesions were listed.

    Returns
    -------
    dict
        A row of BE.
    """
    row = _at(subject, "BE", visit) | {"BEREFID": _tissue(subject, visit)}
    row |= {"BETERM": "Tumor biopsy", "BEDECOD": "COLLECTING", "BECAT": "TISSUE"}
    row |= {"BESTDTC": visit.day.isoformat()}
    if lesion:
        row |= {"BELNKID": lesion.identifier("INV"), "BELOC": lesion.location}
        row |= {"BELAT": lesion.laterality}
    return row


def write_tls(subject: str, visit: Visit, status: str) -> Row:
    """Write the status of tertiary lymphoid structures.

    Parameters
    ----------
    subject : str
        USUBJID.
    visit : Visit
        When the biopsy was taken.
    status : str
        NONE, TLS or MATURE.

    Returns
    -------
    dict
        A row of BS.
    """
    row = _at(subject, "BS", visit) | {"BSREFID": _tissue(subject, visit)}
    row |= {"BSTESTCD": "TLS", "BSTEST": "Tertiary Lymphoid Structures"}
    row |= {"BSCAT": "TLS SCREENING", "BSORRES": status, "BSSTRESC": status}
    return row | {"BSSPEC": "TISSUE", "BSMETHOD": "IHC CD3 CD20 CD23"}


def _write_cd8(patient: Patient, first: Visit, second: Visit | None) -> list[Row]:
    common = {"BSTESTCD": "CD8PCT", "BSTEST": "CD8 Positive Cells", "BSCAT": "CD8 DENSITY"}
    common |= {"BSSPEC": "TISSUE", "BSMETHOD": "IHC CD8"}
    rows = []
    for index, visit in enumerate([first, second]):
        if visit is None:
            continue
        row: Row = _at(patient.subject, "BS", visit) | common
        if patient.cd8_percent:
            text = f"{patient.cd8_percent[index]:g}"
            row |= {"BSREFID": _tissue(patient.subject, visit), "BSORRES": text, "BSORRESU": "%"}
            row |= {"BSSTRESC": text, "BSSTRESN": text, "BSSTRESU": "%"}
        else:
            row |= {"BSSTAT": "NOT DONE", "BSREASND": UNPAIRED[patient.subject][index]}
        rows.append(row)
    return rows


def _write_plasma(patient: Patient, visit: Visit) -> Row:
    row = _at(patient.subject, "BE", visit) | {"BEREFID": f"{patient.subject}_{visit.name}"}
    row |= {"BETERM": "Plasma sample", "BEDECOD": "COLLECTING", "BECAT": "PLASMA"}
    return row | {"BESTDTC": visit.day.isoformat()}


def _biopsied_lesion(patient: Patient) -> Lesion:
    """Choose the largest lesion that was not injected."""
    lesions = [lesion for lesion in read_lesions(patient.subject) if not lesion.is_injected]
    return max(lesions, key=lambda lesion: lesion.size_mm)


def _tissue(subject: str, visit: Visit) -> str:
    return f"{subject}_{visit.name}_BIOPSY"


def _at(subject: str, domain: str, visit: Visit) -> Row:
    row: Row = {"USUBJID": subject, "VISITNUM": f"{visit.number:g}", "VISIT": visit.name}
    return row | {f"{domain}DTC": visit.day.isoformat()}
