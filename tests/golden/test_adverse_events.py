import polars as pl
import pytest
from picture_checks import assert_same_picture, find_text_faults

from trialwright.figures.layout import make_panel
from trialwright.figures.safety import draw_adverse_events

SCHEMA = {"term": pl.String, "grade": pl.Int64, "n": pl.Int64, "n_of": pl.Int64}
LONG = "General disorders and administration site conditions - Other, specify"
TERMS = ("Pyrexia", "Fatigue", LONG, "Lymphocyte count decreased", "Infusion related reaction")


def make_events(n_terms, n_of=43):
    rows = []
    for i in range(n_terms):
        name = TERMS[i] if i < len(TERMS) else f"Term {i} of the dictionary"
        left, counts = n_of, {}
        for grade, n in {5: i % 2, 4: i % 3, 3: n_of // (i + 4), 1: n_of // (i + 2)}.items():
            counts[grade] = min(n, left)
            left -= counts[grade]
        rows += [(name, grade, n, n_of) for grade, n in counts.items()]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


@pytest.mark.parametrize("n_terms", [0, 1, 12])
def test_adverse_events_look_as_committed(n_terms):
    ax = draw_adverse_events(make_events(n_terms))
    assert_same_picture(ax.figure, f"adverse_events_{n_terms}")


@pytest.mark.parametrize("n_terms", [0, 1, 5, 12, 44, 60])
@pytest.mark.parametrize("width_mm", [85, 120, 180])
@pytest.mark.parametrize("n_of", [1, 15, 400])
def test_no_word_covers_another_or_leaves_the_canvas(n_terms, width_mm, n_of):
    ax = draw_adverse_events(make_events(n_terms, n_of), make_panel(width_mm, 80))
    assert find_text_faults(ax.figure) == []
