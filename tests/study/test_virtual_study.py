"""Kernel and pipeline agree on every patient of a virtual trial, and a virtual study runs."""

import csv
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from polars import col

from trialwright import open_study
from trialwright.cli.main import main
from trialwright.core.errors import Severity, StudyError
from trialwright.datasets.domains import find_dataset
from trialwright.datasets.typed import conform
from trialwright.derive.landmark import derive_landmark
from trialwright.derive.lesions import derive_lesion_measurements
from trialwright.derive.response import derive_adrs, derive_time_point_responses
from trialwright.derive.time_to_event import derive_adtte
from trialwright.protocol.endpoints import (
    AnalysisRead,
    CensoringScheme,
    LandmarkRule,
    ResponseRules,
)
from trialwright.simulate.load import load_scenario, vary_scenario
from trialwright.simulate.patients import OPENING, Patient, chosen_reader, draw_patients
from trialwright.simulate.rows import write_tables
from trialwright.simulate.scans import judge_landmark
from trialwright.simulate.study import add_slides, make_tables, write_study
from trialwright.simulate.truth import BEST, LAST, LOCAL, NEVER, PROGRESSED, Numbers, read_numbers

EXAMPLE = Path(__file__).parents[2] / "examples" / "metromajx"
RULES = ResponseRules(sd_minimum_days=35)
CODES = {2: "PR", 3: "SD", 5: "PD", 6: "NE", 7: "MISSING"}
STATUSES = ("FAILURE", "SUCCESS", "UNKNOWN")
HARD = {
    "accrual.patients": 250,
    "accrual.screen_failures": 0,
    "truth.reading.measurement_sd": 0.12,
    "truth.reading.reader_sd": 0.05,
    "truth.reading.prob_lesion_not_evaluable": 0.06,
    "truth.schedule.prob_missed": 0.10,
    "truth.lesions.median_mm": 16,
    "truth.growth.prob_sensitive": 0.5,
    "truth.death.lost_per_day": 0.002,
    "truth.death.before_progression_per_day": 0.002,
}
"""Many missed scans, unread lesions, small lesions that vanish, deaths and losses."""


def derive(
    recorded: dict[str, pl.DataFrame], patients: list[Patient], read: AnalysisRead, rule: int
) -> dict[str, tuple[object, ...]]:
    """Run the pipeline's functions for one read; return what they say of each patient."""
    subjects = pl.DataFrame(
        {
            "USUBJID": [p.subject for p in patients],
            "TRTSDT": [p.start for p in patients],
            "DTHDT": [p.last_date if p.died else None for p in patients],
            "LSTALVDT": [p.last_date for p in patients],
            "NACTDT": pl.Series([None] * len(patients), dtype=pl.Date),
        }
    )
    lesions = derive_lesion_measurements(recorded, subjects, read)
    adrs = derive_adrs(derive_time_point_responses(lesions, RULES), subjects, RULES, lesions)
    adtte = derive_adtte(adrs, subjects, RULES, CensoringScheme.PAPER)
    landmark = derive_landmark(adtte, adrs, subjects, LandmarkRule(days=rule))
    best = dict(adrs.filter(col("PARAMCD") == "BOR").select("USUBJID", "AVALC").rows())
    pfs = {
        subject: (day, censored)
        for subject, day, censored in adtte.filter(col("PARAMCD") == "PFS")
        .select("USUBJID", "ADT", "CNSR")
        .rows()
    }
    verified, dated = (
        dict(landmark.filter(col("PARAMCD") == code).select("USUBJID", "AVALC").rows())
        for code in ("NPR", "NPRD")
    )
    return {s: (best.get(s), *pfs[s], verified[s], dated[s]) for s in subjects["USUBJID"]}


def judge(patient: Patient, reader: int, numbers: Numbers) -> tuple[object, ...]:
    """Return what the kernel says of one patient, in the same shape."""
    state = patient.course.state
    death: date | None = patient.last_date if patient.died else None
    progressed = state[PROGRESSED, reader]
    seen = None if progressed >= NEVER else patient.after(int(progressed))
    events = [day for day in (seen, death) if day is not None]
    last = patient.after(int(state[LAST, reader]))
    landmarks = [
        STATUSES[judge_landmark.py_func(numbers, patient.course, reader, by_dates)]
        for by_dates in (False, True)
    ]
    best = CODES[int(state[BEST, reader])]
    return best, min(events, default=last), 0 if events else 1, *landmarks


@pytest.mark.parametrize("follows", ["detection", "progression"])
def test_kernel_and_pipeline_agree_patient_by_patient(tmp_path: Path, follows: str) -> None:
    changed = {**HARD, "trial.success": "verified", "truth.death.follows": follows}
    scenario = vary_scenario(load_scenario(EXAMPLE / "scenario.yaml"), changed)
    patients = draw_patients(scenario, seed=11)
    write_tables(make_tables(scenario, patients, 11), scenario.id, tmp_path)
    recorded = {}
    for domain in ("tu", "tr"):
        dataset = find_dataset(domain)
        assert dataset is not None
        raw = pl.read_csv(tmp_path / f"{domain}.csv", infer_schema=False)
        recorded[domain] = conform(raw.with_row_index("source_row"), dataset)
    numbers = read_numbers(scenario)
    seen = set()
    for read, reader in (
        (AnalysisRead.RADIOLOGIST_1, 0),
        (AnalysisRead.RADIOLOGIST_2, 1),
        (AnalysisRead.INVESTIGATOR, LOCAL),
        (AnalysisRead.ADJUDICATED, None),
    ):
        derived = derive(recorded, patients, read, scenario.trial.landmark_days)
        for patient in patients:
            mine = chosen_reader(patient) if reader is None else reader
            assert derived[patient.subject] == judge(patient, mine, numbers), patient.subject
        seen |= {(name, place) for facts in derived.values() for place, name in enumerate(facts)}
    everything = {(code, 0) for code in CODES.values()} | {(0, 2), (1, 2)}
    everything |= {(status, place) for status in STATUSES for place in (3, 4)}
    assert everything <= seen, "the patients do not show every case"


def test_a_virtual_study_is_accepted_and_written_again_byte_by_byte(tmp_path: Path) -> None:
    command = ["simulate", str(EXAMPLE / "scenario.yaml"), "--study"]
    for name in ("first", "second"):
        assert main([*command, str(tmp_path / name), "--seed", "3"]) == 0
    findings = open_study(tmp_path / "first").check()
    assert [f.message for f in findings if f.severity is Severity.BLOCK] == []
    files = sorted(path for path in (tmp_path / "first").rglob("*.csv"))
    assert {"dm", "ex", "ae", "tr", "tu", "supptu", "bs", "plasma"} <= {p.stem for p in files}
    for path in files:
        again = tmp_path / "second" / path.relative_to(tmp_path / "first")
        assert path.read_bytes() == again.read_bytes()


def test_a_virtual_study_holds_nothing_after_its_data_cut(tmp_path: Path) -> None:
    scenario = load_scenario(EXAMPLE / "scenario.yaml")
    patients = write_study(scenario, 8, EXAMPLE / "protocol.yaml", tmp_path / "study")
    cut = patients[0].cut
    assert cut == OPENING + timedelta(days=380)
    assert all(OPENING <= patient.start < OPENING + timedelta(days=243) for patient in patients)
    for path in (tmp_path / "study" / "data").glob("[!p]*.csv"):  # the Olink export has no dates
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                dates = [value for name, value in row.items() if name.endswith("DTC") and value]
                assert all(value <= cut.isoformat() for value in dates), (path.name, row)


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("mine", encoding="utf-8")
    scenario = load_scenario(EXAMPLE / "scenario.yaml")
    with pytest.raises(StudyError, match="is not empty"):
        write_study(scenario, 1, EXAMPLE / "protocol.yaml", tmp_path)


def test_who_is_lost_on_the_first_day_has_taken_the_first_dose(tmp_path: Path) -> None:
    changed = {"truth.death.lost_per_day": 20.0, "accrual.screen_failures": 0}
    scenario = vary_scenario(load_scenario(EXAMPLE / "scenario.yaml"), changed)
    write_study(scenario, 4, EXAMPLE / "protocol.yaml", tmp_path / "study")
    doses = pl.read_csv(tmp_path / "study" / "data" / "ex.csv", infer_schema=False)
    assert doses.height == scenario.accrual.patients
    assert (doses["EXSTDTC"] == doses["EXENDTC"]).all()
    findings = open_study(tmp_path / "study").check()
    assert [f.message for f in findings if f.severity is Severity.BLOCK] == []


def test_slides_show_the_percentages_and_states_that_were_recorded(tmp_path: Path) -> None:
    changed = {"accrual.patients": 1, "accrual.not_evaluable": 0, "accrual.screen_failures": 2}
    scenario = vary_scenario(load_scenario(EXAMPLE / "scenario.yaml"), changed)
    patients = write_study(scenario, 2, EXAMPLE / "protocol.yaml", tmp_path / "study")
    n_slides = add_slides(scenario, patients, 2, tmp_path / "study")
    recorded = pl.read_csv(tmp_path / "study" / "data" / "bs.csv", infer_schema=False)
    measured = recorded.filter(col("BSTESTCD").is_in(["CD8PCT", "TLS"]), col("BSSTRESC") != "")
    manifest = pl.read_csv(tmp_path / "study" / "data" / "slides.csv", infer_schema=False)
    assert n_slides == manifest.height == measured.height > 0
    assert set(manifest["STAIN"]) == {"CD8", "TLS"}
    assert all((tmp_path / "study" / "slides" / name).is_file() for name in manifest["FILE"])
    findings = open_study(tmp_path / "study").check()
    assert [f.message for f in findings if f.severity is Severity.BLOCK] == []
