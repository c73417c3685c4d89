import polars as pl
import pytest
from picture_checks import assert_same_picture, find_text_faults

from trialwright.figures.layout import make_panel
from trialwright.figures.patient import draw_patient_timeline

LANES = {
    "lane": pl.String,
    "label": pl.String,
    "start_day": pl.Int64,
    "end_day": pl.Int64,
    "kind": pl.String,
}
POINTS = {
    "lane": pl.String,
    "day": pl.Int64,
    "kind": pl.String,
    "text": pl.String,
    "value": pl.Float64,
}
ORDER = ("Cyclophosphamide", "JX-594", "Target sum (mm)", "Response", "Adverse events")


def make_frames(lanes, points):
    return (
        pl.DataFrame(lanes, schema=LANES, orient="row"),
        pl.DataFrame(points, schema=POINTS, orient="row"),
    )


def make_responder():
    """One patient with everything that a lane can hold."""
    lanes = [("Cyclophosphamide", "50 mg", d, d + 6, "dose") for d in (-7, *range(8, 200, 14))]
    lanes += [("JX-594", "1e9 pfu", d, d, "dose") for d in (1, 15, 29, 43)]
    lanes += [
        ("Adverse events", "Pyrexia", 1, 3, "grade 2"),
        ("Adverse events", "Pyrexia", 15, 17, "grade 3"),
        ("Adverse events", "Fatigue", 2, 60, "grade 1"),
        ("Adverse events", "Lymphocyte count decreased", 30, None, "grade 4"),
        ("Adverse events", "Sepsis", 199, 200, "grade 5"),
        ("Other treatment", "Radiotherapy", 120, 134, "treatment"),
    ]
    sums = ((-10, "62", 62.0), (43, "48 (-23%)", 48.0), (85, "39 (-37%)", 39.0), (200, "20", 20.0))
    points = [("Target sum (mm)", d, "measurement", text, value) for d, text, value in sums]
    letters = ((43, "SD"), (85, "PR"), (127, "CR"), (150, "NE"), (200, "PD"))
    points += [("Response", d, "response", text, None) for d, text in letters]
    points += [("Samples", d, "sample", "Plasma", None) for d in (-7, 1, 15, 29)]
    points += [
        ("Milestones", 43, "scan", None, None),
        ("Milestones", 183, "landmark success", "6 months, no progression", None),
        ("Milestones", 200, "progression", "Progression: new lesion in the liver", None),
        ("Milestones", 210, "death", "Death from sepsis", None),
    ]
    return make_frames(lanes, points)


def make_crowd(n=60):
    """Adverse events on almost the same days, with the longest names."""
    lanes = [
        (
            "Adverse events",
            f"Undifferentiated pleomorphic reaction {i}",
            1 + i % 9,
            2 + i,
            "grade 2",
        )
        for i in range(n)
    ]
    points = [("Samples", 1 + i // 4, "sample", f"Plasma {i}", None) for i in range(20)]
    points += [("Sum of target lesions", 5 * i, "measurement", f"{i} mm", i) for i in range(1, 9)]
    return make_frames(lanes, points)


def make_one_dose():
    return make_frames([("JX-594", None, 1, 1, "dose")], [])


CASES = {
    "empty": lambda: make_frames([], []),
    "one_dose": make_one_dose,
    "responder": make_responder,
    "crowd": make_crowd,
}


@pytest.mark.parametrize("name", list(CASES))
def test_a_time_line_looks_as_committed(name):
    ax = draw_patient_timeline(*CASES[name](), order=ORDER)
    assert_same_picture(ax.figure, f"patient_timeline_{name}")


@pytest.mark.parametrize("name", list(CASES))
@pytest.mark.parametrize("width_mm", [None, 85, 120])
def test_no_word_covers_another_or_leaves_the_canvas(name, width_mm):
    panel = make_panel(width_mm, 80) if width_mm else None
    ax = draw_patient_timeline(*CASES[name](), panel, order=ORDER)
    assert find_text_faults(ax.figure) == []
