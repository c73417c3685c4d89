"""Every lesion row of many trials as one array: raw data without files (compiled)."""

import numpy as np

from trialwright.core.arrays import IntArray
from trialwright.simulate.compiled import compiled
from trialwright.simulate.courses import draw_patient
from trialwright.simulate.scans import scan_patient
from trialwright.simulate.truth import (
    DAY,
    N_LESIONS,
    N_SCANS,
    NEVER,
    NOT_DONE,
    SEES_NEW,
    Course,
    Numbers,
    make_room,
)

COLUMNS = ("patient", "scan", "day", "lesion", "reader", "mm", "sees_new")
"""Columns of the rows; `scan` 0 is baseline, `mm` -1 is not evaluable."""

ROWS_A_PATIENT = 24  # the first guess of the room; it doubles when it is full


def simulate_lesion_rows(
    rng: np.random.Generator, numbers: Numbers, n_patients: int, n_readers: int = 2
) -> IntArray:
    """Draw patients and return every diameter that every reader recorded.

    Parameters
    ----------
    rng : Generator
        The stream.
    numbers : Numbers
        The truth.
    n_patients : int
        Patients of all trials; they follow one another.
    n_readers : int
        2 for the central readers, 3 with the investigator.

    Returns
    -------
    ndarray of shape (n_rows, 7)
        Columns as `COLUMNS`, ordered by patient, scan, lesion and reader; a missed scan has none.
    """
    rows, n_rows = _collect(rng, numbers, make_room(numbers), n_patients, n_readers)
    return rows[:n_rows]


@compiled
def _collect(
    rng: np.random.Generator, numbers: Numbers, course: Course, n_patients: int, n_readers: int
) -> tuple[IntArray, int]:
    """Collect the rows into room that grows."""
    rows = np.empty((ROWS_A_PATIENT * n_patients + 1000, 7), dtype=np.int64)
    n_rows = 0
    for patient in range(n_patients):
        draw_patient(rng, numbers, course)
        scan_patient(rng, numbers, course, NEVER, n_readers)
        most = (course.counts[N_SCANS] + 1) * course.counts[N_LESIONS] * n_readers
        if n_rows + most > len(rows):
            wider = np.empty((2 * len(rows) + most, 7), dtype=np.int64)
            wider[:n_rows] = rows[:n_rows]
            rows = wider
        n_rows = _write(course, rows, n_rows, (patient, n_readers))
    return rows, n_rows


@compiled
def _write(course: Course, rows: IntArray, n_rows: int, who: tuple[int, int]) -> int:
    """Write the rows of one patient; return how many there are now."""
    patient, n_readers = who
    for scan in range(course.counts[N_SCANS] + 1):
        day = course.scans[scan, DAY] if scan > 0 else 0
        if day == NOT_DONE:
            continue
        for lesion in range(course.counts[N_LESIONS]):
            for reader in range(n_readers):
                row = rows[n_rows]
                row[0], row[1], row[2], row[3] = patient, scan, day, lesion
                row[4], row[5] = reader, course.mm[scan, lesion, reader]
                row[6] = course.scans[scan, SEES_NEW + reader] if scan > 0 else 0
                n_rows += 1
    return n_rows
