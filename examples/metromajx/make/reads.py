"""Millimeters for every reader and scan, checked against the responses that were chosen."""

import random
from dataclasses import dataclass

from make.courses import COURSES, Course
from make.lesions import Lesion, read_lesions
from make.patients import Patient
from make.recist import Diameter, Findings, Response, evaluate_scans

LESION_SPREAD = 0.05  # how much the lesions of one patient differ in their change
READER_SPREAD = 0.025  # how much two readers differ in one diameter
SMALLEST_TENTHS = {False: 100, True: 150}  # RECIST 1.1: targets at least 10 mm, nodes 15 mm
# A reader records whole millimeters or one decimal.
STEP_TENTHS = {"INV": 10, "R1": 1, "R2": 1}


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reader recorded: each target in tenths of a millimeter, baseline first."""

    reader: str
    is_accepted: bool
    lesions: tuple[Lesion, ...]
    tenths: dict[int, tuple[int | None, ...]]
    responses: tuple[Response, ...]

    def list_lesions(self, role: str) -> list[Lesion]:
        """Return the targets (T) or the non-targets (N).

        Parameters
        ----------
        role : str
            T or N.

        Returns
        -------
        list of Lesion
            In the order of their numbers.
        """
        return [lesion for lesion in self.lesions if lesion.role(self.reader) == role]


def make_readings(patient: Patient) -> list[Reading]:
    """Make the three readings of one patient.

    Parameters
    ----------
    patient : Patient
        The patient.

    Returns
    -------
    list of Reading
        Investigator, radiologist 1, radiologist 2.

    Raises
    ------
    ValueError
        The millimeters give another response than the one chosen, or do not add up to the change
        of the reconstruction.
    """
    return [_make_reading(patient, reader) for reader in ("INV", "R1", "R2")]


def _make_reading(patient: Patient, reader: str) -> Reading:
    course, lesions = COURSES[patient.subject], tuple(read_lesions(patient.subject))
    is_accepted = reader == course.accepted
    targets = [lesion for lesion in lesions if lesion.role(reader) == "T"]
    rng = patient.rng(f"diameters {reader}")
    step = STEP_TENTHS[reader]
    spread = 0.0 if is_accepted else READER_SPREAD
    base = [_measure_baseline(lesion, spread, step, rng) for lesion in targets]
    chosen = [item.split() for item in course.reads[reader].split(",") if item]
    scans: list[list[int | None]] = []
    for index, (_, *change) in enumerate(chosen):
        if is_accepted and course.measured:
            values: list[int | None] = [
                round(10 * course.measured[lesion.number][index]) for lesion in targets
            ]
        else:
            values = list(_measure_scan(base, _read_change(change, patient), step, rng))
        scans.append(_hide_unread(values, targets, course, (reader, index)))
    responses = _evaluate(base, scans, lesions, course, reader)
    found = [response.overall for response in responses]
    if found != [response for response, *_ in chosen]:
        raise ValueError(f"{patient.subject} {reader}: {found}, chosen {course.reads[reader]}")
    if is_accepted:
        _check_change(patient, base, scans)
    tenths = {
        lesion.number: (base[i], *(scan[i] for scan in scans)) for i, lesion in enumerate(targets)
    }
    return Reading(reader, is_accepted, lesions, tenths, tuple(responses))


def _measure_baseline(lesion: Lesion, spread: float, step: int, rng: random.Random) -> int:
    seen = 10 * lesion.size_mm * (1 + rng.gauss(0, spread))
    smallest = SMALLEST_TENTHS[lesion.is_node]
    return max(smallest, step * round(seen / step))


def _read_change(change: list[str], patient: Patient) -> float:
    if change == ["best"]:
        return float(patient.best_change_percent or 0)
    return float(change[0])


def _measure_scan(base: list[int], percent: float, step: int, rng: random.Random) -> list[int]:
    """Spread the change over the lesions; the largest takes what rounding leaves."""
    factor = 1 + percent / 100
    values = [
        step * round(size * factor * (1 + rng.gauss(0, LESION_SPREAD)) / step) for size in base
    ]
    total = step * round(sum(base) * factor / step)
    values[base.index(max(base))] += total - sum(values)
    return values


def _hide_unread(
    values: list[int | None], targets: list[Lesion], course: Course, place: tuple[str, int]
) -> list[int | None]:
    reader, index = place
    number, scan, _ = course.unread.get(reader, (0, 0, ""))
    return [
        None if lesion.number == number and index + 1 == scan else value
        for lesion, value in zip(targets, values, strict=True)
    ]


def _evaluate(
    base: list[int],
    scans: list[list[int | None]],
    lesions: tuple[Lesion, ...],
    course: Course,
    reader: str,
) -> list[Response]:
    targets = [lesion for lesion in lesions if lesion.role(reader) == "T"]
    first_new = min(
        (new.seen[reader] for new in course.new if reader in new.seen and not new.is_equivocal),
        default=99,
    )
    first_growing = course.growing.get(reader, (0, 99))[1]
    has_non_targets = any(lesion.role(reader) == "N" for lesion in lesions)
    findings = [
        Findings(
            tuple(_diameters(values, targets)),
            has_non_targets,
            number >= first_growing,
            number >= first_new,
        )
        for number, values in enumerate(scans, 1)
    ]
    return evaluate_scans(list(_diameters(list(base), targets)), findings)


def _diameters(values: list[int | None], targets: list[Lesion]) -> list[Diameter]:
    return [Diameter(value, lesion.is_node) for value, lesion in zip(values, targets, strict=True)]


def _check_change(patient: Patient, base: list[int], scans: list[list[int | None]]) -> None:
    sums = [sum(scan) for scan in scans if None not in scan]  # type: ignore[arg-type]
    if patient.best_change_percent is None:
        return
    if 100 * (min(sums) - sum(base)) != patient.best_change_percent * sum(base):
        raise ValueError(f"{patient.subject}: {sum(base)} to {min(sums)} tenths of a millimeter")
