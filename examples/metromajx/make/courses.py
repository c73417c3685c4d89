"""How the tumors went: what every reader concluded at every scan, chosen by hand.

The response of each reader and the change of the sum of targets from that reader's own baseline,
in percent; `best` is the percent change of the reconstruction. The response written here is the
one that RECIST 1.1 must give for the millimeters made from it: `reads.py` refuses to go on when
it gives another.
"""

from dataclasses import dataclass, field

UNSCHEDULED = 0  # in place of the week


@dataclass(frozen=True, slots=True)
class NewLesion:
    """A new lesion: where, and from which scan on each reader sees it (1 is the first)."""

    number: int
    location: str
    laterality: str
    seen: dict[str, int]
    is_equivocal: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """One patient's scans after the start of treatment.

    `scans` are pairs of the week and the days after C1D1, None being the date of progression or
    of the last evaluable scan of the reconstruction. `growing` are non-target lesions that
    progress unequivocally: reader -> (lesion, from which scan). `unread` are targets that could
    not be evaluated: reader -> (lesion, scan, why). `measured` are fixed diameters of the
    accepted reader, by lesion.
    """

    accepted: str
    scans: tuple[tuple[int, int | None], ...]
    reads: dict[str, str]
    new: tuple[NewLesion, ...] = ()
    growing: dict[str, tuple[int, int]] = field(default_factory=dict)
    unread: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    measured: dict[int, tuple[float, ...]] = field(default_factory=dict)


ONE_SCAN = ((6, None),)
ALL_SEE = {"INV": 1, "R1": 1, "R2": 1}

COURSES = {
    "MJX-01": Course(
        "R1",
        ONE_SCAN,
        {"INV": "PD +60", "R1": "PD best", "R2": "PD +57"},
        new=(NewLesion(1, "LIVER", "", ALL_SEE),),
    ),
    "MJX-02": Course("R1", ONE_SCAN, {"INV": "PD +36", "R1": "PD best", "R2": "PD +40"}),
    "MJX-03": Course("R1", ONE_SCAN, {"INV": "PD +29", "R1": "PD best", "R2": "PD +25"}),
    # Radiologist 1 took a nodule at week 6 for a new lesion; the adjudicator did not.
    "MJX-04": Course(
        "R2",
        ((6, 44), (12, None)),
        {"INV": "SD +2, PD +34", "R1": "PD +6, PD +30", "R2": "SD best, PD +31"},
        new=(NewLesion(1, "LUNG", "RIGHT", {"R1": 1}),),
    ),
    "MJX-05": Course(
        "R1",
        ONE_SCAN,
        {"INV": "PD +42", "R1": "PD best", "R2": "PD +47"},
        growing={"INV": (4, 1), "R1": (4, 1)},
    ),
    "MJX-06": Course(
        "R1",
        ONE_SCAN,
        {"INV": "PD +33", "R1": "PD best", "R2": "PD +28"},
        new=(NewLesion(1, "LIVER", "", ALL_SEE),),
    ),
    # One small target grows by 22% but by less than 5 mm: the new lesion alone is progression,
    # and radiologist 2 did not see it.
    "MJX-07": Course(
        "R1",
        ONE_SCAN,
        {"INV": "PD +20", "R1": "PD best", "R2": "SD +18"},
        new=(NewLesion(1, "LIVER", "", {"INV": 1, "R1": 1}),),
    ),
    # A non-target in the same arm progresses; radiologist 2 said so one scan earlier.
    "MJX-08": Course(
        "R1",
        ((6, 43), (12, 84), (UNSCHEDULED, None)),
        {
            "INV": "SD -8, SD -10, PD -2",
            "R1": "SD -7, SD best, PD -5",
            "R2": "SD -6, PD -10, PD -4",
        },
        growing={"INV": (3, 3), "R1": (3, 3), "R2": (3, 2)},
    ),
    # A partial response, confirmed; one node could not be judged at week 30.
    "MJX-09": Course(
        "R1",
        ((6, 42), (12, 86), (18, 127), (24, 170), (30, 211), (36, None)),
        {
            "INV": "SD -16, PR -34, PR -39, PR -42, PR -42, PR -38",
            "R1": "SD -18, PR -33, PR -38, PR best, NE, PR -37",
            "R2": "SD -20, PR -35, PR -38, PR -40, PR -40, PR -37",
        },
        unread={"R1": (2, 5, "ARTIFACT OF DENTAL METAL")},
        measured={
            1: (38.6, 30.4, 28.6, 27.6, 27.4, 29.2),
            2: (15.2, 12.8, 11.4, 10.6, 0.0, 11.8),
            3: (10.4, 8.2, 6.8, 5.0, 5.0, 5.0),
            4: (17.8, 15.6, 15.2, 15.8, 16.0, 17.0),
        },
    ),
    "MJX-10": Course(
        "R1",
        ONE_SCAN,
        {"INV": "PD +55", "R1": "PD best", "R2": "PD +61"},
        new=(NewLesion(1, "LIVER", "", ALL_SEE),),
    ),
    # An opacity that was never called more than equivocal; the last scan is the one made when
    # the patient decided to stop.
    "MJX-11": Course(
        "R1",
        ((6, 42), (12, 85), (18, 126), (UNSCHEDULED, None)),
        {
            "INV": "SD -2, SD -4, SD -4, SD -2",
            "R1": "SD -2, SD best, SD -4, SD -3",
            "R2": "SD -3, SD -5, SD -3, SD -4",
        },
        new=(NewLesion(1, "LUNG", "LEFT", {"R1": 2, "R2": 2}, is_equivocal=True),),
    ),
    # Radiologist 1 followed one liver lesion only, and the sum stayed below +20%.
    "MJX-12": Course("R2", ONE_SCAN, {"INV": "PD +30", "R1": "SD +15", "R2": "PD best"}),
    # A new lesion; radiologist 1, who followed the spleen, had called progression one scan earlier.
    "MJX-13": Course(
        "R2",
        ((6, 43), (12, 85), (18, 130), (24, None)),
        {
            "INV": "SD -8, SD -16, SD -10, PD -4",
            "R1": "SD -6, SD -14, PD +8, PD +12",
            "R2": "SD -9, SD best, SD -11, PD -5",
        },
        new=(NewLesion(1, "BONE", "", {"INV": 4, "R1": 4, "R2": 4}),),
    ),
    # The investigator saw +17% at week 12, held the treatment and asked for one more scan.
    "MJX-14": Course(
        "R1",
        ((6, 43), (12, None), (UNSCHEDULED, 107)),
        {
            "INV": "SD +8, SD +17, PD +45",
            "R1": "SD best, PD +38, PD +52",
            "R2": "SD +7, PD +35, PD +50",
        },
    ),
    "MJX-15": Course("R1", (), {"INV": "", "R1": "", "R2": ""}),
}
