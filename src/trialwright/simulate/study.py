"""Write one virtual study: a directory that `trialwright run` takes like any other."""

import re
import shutil
from collections import defaultdict
from pathlib import Path

from trialwright.core.errors import StudyError
from trialwright.simulate.conduct_tables import make_conduct_tables
from trialwright.simulate.finding_tables import make_finding_tables
from trialwright.simulate.patients import Patient, draw_patients, keep_by_design
from trialwright.simulate.protein_table import write_proteins
from trialwright.simulate.rows import Tables, number_rows, take_injected, write_tables
from trialwright.simulate.scenario import Scenario
from trialwright.simulate.screened_tables import make_screened_tables
from trialwright.simulate.slide_files import write_slides
from trialwright.simulate.tumor_tables import make_tumor_tables

NOTE = "SYNTHETIC data of a virtual trial, simulated from a known truth; they are nobody's data"
LISTS = "lists"
CHANGED = {
    "id": r"(?m)^(  id: ).*$",
    "title": r"(?m)^(  title: ).*$",
    "data_cut": r"(?m)^(  data_cut: ).*$",
    "synthetic": r"(?m)^(  synthetic: ).*$",
    "landmark": r"(?m)^(    )at_months: .*$",
    "weeks": r"(?m)^(    every_weeks: ).*$",
    "proof": r"(?m)^(    success_needs: ).*$",
    "stage_1": r"(?m)^(  stage_1: ).*$",
    "total": r"(?m)^(  total: ).*$",
}
"""Lines of a protocol that a scenario decides; each stands once."""


def add_slides(scenario: Scenario, patients: list[Patient], seed: int, folder: Path) -> int:
    """Paint the slides of a study that was written; return how many.

    Parameters
    ----------
    scenario, patients, seed
        Those of `write_study`.
    folder : Path
        The study.
    """
    manifest = write_slides(make_tables(scenario, patients, seed)["BS"], seed, folder)
    write_tables({"SLIDES": manifest}, scenario.id, folder / "data")
    return len(manifest)


def write_study(
    scenario: Scenario, seed: int, template: Path, folder: Path, *, obeys_design: bool = False
) -> list[Patient]:
    """Write a study directory: protocol and recorded tables.

    Parameters
    ----------
    scenario : Scenario
        The truth; its tempo is used as it is.
    seed : int
        The same seed writes the same bytes.
    template : Path
        The protocol that the study follows; name, data cut, landmark and design are the scenario's.
    folder : Path
        Where to; it must not exist or be empty.
    obeys_design : bool
        Whether accrual ends where the design stops the trial; all patients come otherwise.

    Returns
    -------
    list of Patient
        The patients behind the tables, with their truth.

    Raises
    ------
    StudyError
        When the folder is in use, or the template lacks what a scenario decides.
    """
    if folder.exists() and any(folder.iterdir()):
        raise StudyError(f"{folder} is not empty, expected a new folder. Name another one.")
    patients = draw_patients(scenario, seed)
    if obeys_design:
        patients = keep_by_design(patients, scenario)
    protocol = adapt_protocol(template, scenario, patients[0])
    tables = make_tables(scenario, patients, seed)
    write_tables(tables, scenario.id, folder / "data")
    if scenario.npx is not None:
        write_proteins(patients, scenario.npx, seed, folder / "data")
    (folder / "protocol.yaml").write_text(protocol, encoding="utf-8")
    if (template.parent / LISTS).is_dir():
        shutil.copytree(template.parent / LISTS, folder / LISTS)
    return patients


def make_tables(scenario: Scenario, patients: list[Patient], seed: int) -> Tables:
    """Make all recorded tables: the treated first, then the screened, numbered within each.

    Parameters
    ----------
    scenario : Scenario
        The truth.
    patients : list of Patient
        From `draw_patients` with the same seed.
    seed : int
        Of the study.

    Returns
    -------
    dict
        Rows by domain, upper case.
    """
    tables: Tables = defaultdict(list)
    parts = [
        part
        for patient in patients
        for part in (
            make_conduct_tables(patient, seed),
            make_tumor_tables(patient),
            make_finding_tables(patient, scenario, seed),
        )
    ]
    screened = range(1, scenario.accrual.screen_failures + 1)
    parts += [make_screened_tables(scenario, number, seed) for number in screened]
    for part in parts:
        for domain, rows in part.items():
            tables[domain] += rows
    numbered = {domain: number_rows(domain, rows) for domain, rows in tables.items()}
    return numbered | {"SUPPTU": take_injected(numbered["TU"])}


def adapt_protocol(template: Path, scenario: Scenario, first: Patient) -> str:
    """Return a protocol's text with what the scenario decides in its place."""
    text = template.read_text(encoding="utf-8")
    trial, design = scenario.trial, scenario.trial.design
    weeks = scenario.truth.schedule.scan_every_days / 7
    new = {
        "id": scenario.id,
        "title": scenario.title,
        "data_cut": first.cut.isoformat(),
        "synthetic": NOTE,
        "landmark": f"at_days: {trial.landmark_days}",
        "weeks": f"{weeks:g}",
        "proof": f"{{evaluable_scan_from_days_before: {trial.scan_from_days_before}}}",
        "stage_1": f"{{r1: {design.r1}, n1: {design.n1}}}",
        "total": f"{{r: {design.r}, n: {design.n}}}",
    }
    for name, pattern in CHANGED.items():
        text, n_found = re.subn(pattern, rf"\g<1>{new[name]}", text, count=1)
        if n_found != 1:
            raise StudyError(
                f"{template} has no line for {name}, expected one such as in the protocol of the "
                "METROMAJX example. Write the key on a line of its own."
            )
    return text
