"""AE, BE and BS of a virtual study: adverse events, biopsies, CD8-positive cells, TLS, plasma."""

from datetime import date, timedelta

import numpy as np

from trialwright.simulate.conduct_tables import BIOPSY_DAYS
from trialwright.simulate.patients import Patient, Visit, count_lesions
from trialwright.simulate.rows import Row, Tables
from trialwright.simulate.scenario import Marker, Scenario
from trialwright.simulate.tumor_tables import LOCATIONS, NON_TARGET_LOCATION

GENERAL = "General disorders and administration site conditions"
SYSTEMS = {
    "Anemia": "Blood and lymphatic system disorders",
    "Aspartate aminotransferase increased": "Investigations",
    "Hypothyroidism": "Endocrine disorders",
    "Lymphocyte count decreased": "Investigations",
    "Nausea": "Gastrointestinal disorders",
    "Rash pustular": "Infections and infestations",
}
LOWEST_GRADE = {"Rash pustular": 2}  # CTCAE 4.03 has no grade 1 of it
EVENTS, TISSUE = 2, 3  # topics of random streams
SERIOUS_FROM_GRADE = 4
MEAN_EVENT_DAYS = 12
MOST_PERCENT = 60.0  # of nucleated cells; denser infiltrates are not told apart
PLASMA_VISITS = ("C1D1", "C1D15", "C2D1")


def make_finding_tables(patient: Patient, scenario: Scenario, seed: int) -> Tables:
    """Make adverse events and specimens of one patient.

    Parameters
    ----------
    patient : Patient
        The patient.
    scenario : Scenario
        With `adverse_events` and `cd8`.
    seed : int
        Of the study.

    Returns
    -------
    dict
        Rows of AE, BE and BS.
    """
    specimens = _make_specimens(patient, scenario.cd8, patient.rng(TISSUE, seed))
    return {"AE": _make_events(patient, scenario, patient.rng(EVENTS, seed)), **specimens}


def _make_events(patient: Patient, scenario: Scenario, rng: np.random.Generator) -> list[Row]:
    """Draw the worst grade of each term, and when it was."""
    rows: list[Row] = []
    span = (min(patient.treatment_end, patient.last_date) - patient.c1d1).days
    if span < 1:
        return rows
    for term, chances in scenario.adverse_events.items():
        grade = int(rng.choice(len(chances), p=np.array(chances) / sum(chances)))
        start = patient.c1d1 + timedelta(days=int(rng.integers(0, min(span, 60))))
        days = 1 + int(rng.exponential(MEAN_EVENT_DAYS))
        if grade > 0:
            grade = max(grade, LOWEST_GRADE.get(term, 1))
            rows.append(_write_event(patient, term, grade, (start, days)))
    return sorted(rows, key=lambda row: (str(row["AESTDTC"]), str(row["AETERM"])))


def _write_event(patient: Patient, term: str, grade: int, when: tuple[date, int]) -> Row:
    start, days = when
    end = start + timedelta(days=days - 1)
    is_over = end <= patient.last_date
    is_serious = "Y" if grade >= SERIOUS_FROM_GRADE else "N"
    row: Row = {"USUBJID": patient.subject, "AETERM": term, "AEDECOD": term}
    row |= {"AEBODSYS": SYSTEMS.get(term, GENERAL), "AESER": is_serious}
    row |= {"AEACN": "DOSE NOT CHANGED", "AEREL": "RELATED"}
    row |= {"AEOUT": "RECOVERED/RESOLVED" if is_over else "NOT RECOVERED/NOT RESOLVED"}
    row |= {"AESDTH": "N", "AESHOSP": is_serious, "AETOXGR": grade, "AESTDTC": start}
    return row | {"AEENDTC": end if is_over else ""}


def _make_specimens(patient: Patient, cd8: Marker | None, rng: np.random.Generator) -> Tables:
    visits = {visit.name: visit for visit in patient.list_treatment_visits()}
    first = Visit(1, "SCREENING", patient.after(-BIOPSY_DAYS))
    second = visits.get("C2D1")
    collected = [write_biopsy(patient.subject, first, patient)]
    results = [write_tls(patient.subject, first, "NONE")]
    if cd8 is not None:
        has_pair = second is not None and rng.random() < cd8.prob_paired
        density = cd8.baseline_median_per_mm2 * np.exp(cd8.baseline_log_sd * rng.standard_normal())
        fold = np.exp(cd8.log_fold_mean + cd8.log_fold_sd * rng.standard_normal())
        results.append(_write_cd8(patient, first, density / cd8.per_percent))
        if second is not None and has_pair:
            collected.append(write_biopsy(patient.subject, second, patient))
            results.append(_write_cd8(patient, second, density * fold / cd8.per_percent))
        elif second is not None:
            results.append(_write_cd8(patient, second, None))
    collected += [_write_plasma(patient, visits[n]) for n in plasma_visits(patient) if n in visits]
    collected.sort(key=lambda row: str(row["BESTDTC"]))
    return {"BE": collected, "BS": results}


def plasma_visits(patient: Patient) -> tuple[str, ...]:
    """Return the visits at which plasma is sampled."""
    lead_in = (f"D-{patient.lead_in_days}",) if patient.lead_in_days else ()
    return (*lead_in, *PLASMA_VISITS)


def _at(domain: str, subject: str, visit: Visit) -> Row:
    row: Row = {"USUBJID": subject, "VISITNUM": visit.number, "VISIT": visit.name}
    return row | {f"{domain}DTC": visit.day}


def write_biopsy(subject: str, visit: Visit, patient: Patient | None = None) -> Row:
    """Write a biopsy of a lesion that is not injected; its place is known of the enrolled."""
    row = _at("BE", subject, visit) | {"BEREFID": f"{subject}_{visit.name}_BIOPSY"}
    row |= {"BETERM": "Tumor biopsy", "BEDECOD": "COLLECTING", "BECAT": "TISSUE"}
    row |= {"BESTDTC": visit.day}
    if patient is None:
        return row
    has_second = count_lesions(patient) > 1
    lesion, place = ("T02", LOCATIONS[1]) if has_second else ("NT01", (NON_TARGET_LOCATION, ""))
    return row | {"BELNKID": lesion, "BELOC": place[0], "BELAT": place[1]}


def _write_plasma(patient: Patient, visit: Visit) -> Row:
    row = _at("BE", patient.subject, visit)
    row |= {"BEREFID": f"{patient.subject}_{visit.name}", "BETERM": "Plasma sample"}
    return row | {"BEDECOD": "COLLECTING", "BECAT": "PLASMA", "BESTDTC": visit.day}


def write_tls(subject: str, visit: Visit, status: str) -> Row:
    """Write the status of tertiary lymphoid structures: NONE, TLS or MATURE."""
    row = _at("BS", subject, visit) | {"BSREFID": f"{subject}_{visit.name}_BIOPSY"}
    row |= {"BSTESTCD": "TLS", "BSTEST": "Tertiary Lymphoid Structures", "BSCAT": "TLS SCREENING"}
    row |= {"BSORRES": status, "BSSTRESC": status, "BSSPEC": "TISSUE"}
    return row | {"BSMETHOD": "IHC CD3 CD20 CD23"}


def _write_cd8(patient: Patient, visit: Visit, percent: float | None) -> Row:
    """Write the percentage of CD8-positive cells, or that there is none."""
    row = _at("BS", patient.subject, visit)
    row |= {"BSTESTCD": "CD8PCT", "BSTEST": "CD8 Positive Cells", "BSCAT": "CD8 DENSITY"}
    row |= {"BSSPEC": "TISSUE", "BSMETHOD": "IHC CD8"}
    if percent is None:
        return row | {"BSSTAT": "NOT DONE", "BSREASND": "Insufficient tumor cells"}
    text = f"{min(percent, MOST_PERCENT):.2f}"
    row |= {"BSREFID": f"{patient.subject}_{visit.name}_BIOPSY", "BSORRES": text, "BSORRESU": "%"}
    return row | {"BSSTRESC": text, "BSSTRESN": text, "BSSTRESU": "%"}
