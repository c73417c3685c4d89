import polars as pl
import pytest
from picture_checks import assert_same_picture, find_text_faults

from trialwright.figures.layout import make_panel, make_panels
from trialwright.figures.safety import draw_adverse_events

SCHEMA = {"term": pl.String, "grade": pl.Int64, "n": pl.Int64, "n_of": pl.Int64}
TERMS = (
    "Fatigue",
    "Palmar-plantar erythrodysesthesia syndrome",
    "Blood and lymphatic system disorders - Other, specify: thrombotic microangiopathy",
    "Lymphocyte count decreased",
    "Pyrexia",
)
SHARES = {5: 0.03, 4: 0.08, 3: 0.2, None: 0.05, 2: 0.3}


def make_events(n_terms, n_of):
    """Let the terms fall from four fifths of the patients to one, with every grade."""
    rows = []
    for i in range(n_terms):
        left = total = max(int(0.8 * n_of / (1 + 0.35 * i)), 1)
        for grade, share in SHARES.items():
            n = min(left, int(share * total + 0.5))
            left -= n
            rows.append((f"{TERMS[i % 5]} {i + 1}", grade, n, n_of))
        rows.append((f"{TERMS[i % 5]} {i + 1}", 1, left, n_of))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


CASES = {"none": (0, 14), "one_patient": (1, 1), "14": (9, 14), "43": (40, 43), "400": (60, 400)}


@pytest.mark.parametrize("name", list(CASES))
def test_adverse_events_look_as_committed(name):
    ax = draw_adverse_events(make_events(*CASES[name]))
    assert_same_picture(ax.figure, f"adverse_events_{name}")


@pytest.mark.parametrize("name", list(CASES))
@pytest.mark.parametrize("width_mm", [None, 85, 120, 180])
def test_no_word_covers_another_or_leaves_the_canvas(name, width_mm):
    panel = make_panel(width_mm, 80) if width_mm else None
    ax = draw_adverse_events(make_events(*CASES[name]), panel)
    assert find_text_faults(ax.figure) == []


@pytest.mark.parametrize("height_mm", [60, 90, 150])
def test_two_groups_share_a_figure(height_mm):
    left, right = make_panels(180, height_mm, columns=2)
    draw_adverse_events(make_events(40, 43), left)
    draw_adverse_events(make_events(9, 14), right)
    assert find_text_faults(left.figure) == []


def test_the_tallest_figure_fits_a_page():
    ax = draw_adverse_events(make_events(60, 400), make_panel(85, 80))
    assert ax.figure.get_size_inches()[1] * 25.4 < 240
