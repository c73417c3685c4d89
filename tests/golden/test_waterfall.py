import polars as pl
import pytest
from picture_checks import assert_same_picture, find_text_faults

from trialwright.figures.layout import make_panel, make_panels
from trialwright.figures.response import draw_waterfall

HISTOLOGIES = (
    "Undifferentiated pleomorphic sarcoma",
    "Leiomyosarcoma",
    "Dedifferentiated liposarcoma",
    "Angiosarcoma",
    "Low-grade fibromyxoid sarcoma",
)


def make_changes(n: int, first: float = 140.0, last: float = -100.0) -> pl.DataFrame:
    """Spread n changes evenly, with every mark that a waterfall knows."""
    changes = [round(first + (last - first) * i / max(n - 1, 1), 1) for i in range(n)]
    return pl.DataFrame(
        {
            "USUBJID": [f"01-{i:03d}" for i in range(n)],
            "PCHG": changes,
            "AVALC": [
                "CR" if c == -100 else "PR" if c <= -30 else "PD" if c >= 20 else "SD"
                for c in changes
            ],
            "label": [HISTOLOGIES[i % 5] for i in range(n)],
            "progression": [{3: "new lesion", 5: "non-target"}.get(i % 7) for i in range(n)],
            "is_confirmed": [i % 2 == 0 if c <= -30 else None for i, c in enumerate(changes)],
        },
        schema_overrides={"progression": pl.String, "is_confirmed": pl.Boolean},
    )


@pytest.mark.parametrize("n", [0, 1, 5, 14, 43, 400])
def test_a_waterfall_looks_as_committed(n):
    assert_same_picture(draw_waterfall(make_changes(n)).figure, f"waterfall_{n}")


@pytest.mark.parametrize("n", [0, 1, 2, 5, 14, 21, 43, 60, 120, 400])
@pytest.mark.parametrize(("first", "last"), [(140.0, -100.0), (400.0, 101.0), (-100.0, -100.0)])
def test_no_word_of_a_waterfall_covers_another_or_leaves_the_canvas(n, first, last):
    assert find_text_faults(draw_waterfall(make_changes(n, first, last)).figure) == []


@pytest.mark.parametrize("width_mm", [85, 120, 180])
def test_a_waterfall_fits_every_column_width(width_mm):
    ax = draw_waterfall(make_changes(14), make_panel(width_mm, 100))
    assert find_text_faults(ax.figure) == []
    assert ax.figure.get_size_inches()[0] == pytest.approx(width_mm / 25.4)


def test_two_waterfalls_share_a_figure():
    left, right = make_panels(180, 110, columns=2)
    draw_waterfall(make_changes(14), left)
    draw_waterfall(make_changes(10), right)
    assert find_text_faults(left.figure) == []
