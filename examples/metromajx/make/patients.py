"""The fifteen treated patients: the reconstruction, and what it leaves open."""

import csv
import random
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

STUDY = "METROMAJX"
SITE = "01"
SEED = 20240502
DATA_CUT = date(2022, 2, 28)
LEAD_IN_DAYS = 7  # cyclophosphamide alone, before C1D1
CYCLE_DAYS = 28

# The reconstruction says nothing about the fifteenth patient; the paper says "he", and that nine
# of the enrolled had more than two previous lines where its table has eight of fourteen.
FIFTEENTH = {"sex": "M", "age": "57", "ecog": "1", "grade": "Unknown", "stage": "Metastatic"}
FIFTEENTH |= {"prior_lines": "3", "histology": "Soft tissue sarcoma, subtype not reported"}


@dataclass(frozen=True, slots=True)
class Patient:
    """One row of the reconstruction; days count from the start of treatment, which is day 1."""

    subject: str
    start: date
    histology: str
    best_response: str
    best_change_percent: float | None
    pfs_days: int
    pfs_event: bool
    os_days: int
    died: bool
    cycles: int
    discontinuation: str
    sex: str
    age: int
    ecog: int
    grade: str
    stage: str
    prior_lines: int
    cd8_percent: tuple[float, float] | None

    @property
    def c1d1(self) -> date:
        """Return the date of the first injection of JX-594."""
        return self.start + timedelta(days=LEAD_IN_DAYS)

    @property
    def decisive_date(self) -> date:
        """Return the date of progression, or of the last evaluable scan."""
        return self.start + timedelta(days=self.pfs_days - 1)

    @property
    def last_date(self) -> date:
        """Return the date of death or of the last contact; nothing is recorded after it."""
        return self.start + timedelta(days=self.os_days - 1)

    @property
    def enrolled(self) -> date:
        """Return the date of inclusion: the working day before the lead-in."""
        return workday(self.start - timedelta(days=1))

    @property
    def treatment_end(self) -> date:
        """Return the first day without study treatment."""
        days_after_c1d1 = {"patient decision": 147, "refused to complete cycle 1": 1}
        if self.discontinuation in days_after_c1d1:
            return self.c1d1 + timedelta(days=days_after_c1d1[self.discontinuation])
        return self.decisive_date

    def rng(self, topic: str) -> random.Random:
        """Return a random stream of this patient's own, so that topics do not disturb one another.

        Parameters
        ----------
        topic : str
            What the numbers are for.

        Returns
        -------
        random.Random
            Seeded with the study's seed, the patient and the topic.
        """
        return random.Random(f"{SEED} {self.subject} {topic}")


def workday(day: date) -> date:
    """Move a Saturday or Sunday back to the Friday before it.

    Parameters
    ----------
    day : date
        Any day.

    Returns
    -------
    date
        The day itself, or the Friday before it.
    """
    return day - timedelta(days=max(0, day.weekday() - 4))


def read_patients(path: Path) -> list[Patient]:
    """Read the reconstruction.

    Parameters
    ----------
    path : Path
        reconstruction.csv.

    Returns
    -------
    list of Patient
        One per row, in the order of the file.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        return [_read_patient(row) for row in csv.DictReader(lines)]


def _read_patient(row: dict[str, str]) -> Patient:
    if row["evaluable"] == "0":
        row = row | FIFTEENTH
    change, before, after = (
        row[name] for name in ("target_change_pct", "cd8_pct_baseline", "cd8_pct_c2d1")
    )
    return Patient(
        subject=row["subject_id"],
        start=date.fromisoformat(row["start_date"]),
        histology=row["histology"],
        best_response=row["bor"],
        best_change_percent=float(change) if change else None,
        pfs_days=int(row["pfs_days"]),
        pfs_event=row["pfs_event"] == "1",
        os_days=int(row["os_days"]),
        died=row["os_event"] == "1",
        cycles=int(row["cycles"]),
        discontinuation=row["discontinuation"],
        sex=row["sex"],
        age=int(float(row["age"])),
        ecog=int(float(row["ecog"])),
        grade=row["grade"],
        stage=row["stage"],
        prior_lines=int(float(row["prior_lines"])),
        cd8_percent=(float(before), float(after)) if before else None,
    )
