import polars as pl
import pytest
from picture_checks import assert_same_picture, find_text_faults

from trialwright.figures.layout import make_panel
from trialwright.figures.spider import draw_spider

SCHEMA = {
    "USUBJID": pl.String,
    "time_months": pl.Float64,
    "PCHG": pl.Float64,
    "AVALC": pl.String,
}


def make_threads(n):
    """Fan n lines out from steep growth to disappearance, of one to six assessments."""
    rows = []
    for i in range(n):
        slope = 45 - 90 * i / max(n - 1, 1)
        response = "PD" if slope > 20 else "SD" if slope > -8 else "PR" if slope > -30 else "CR"
        rows += [
            (f"01-{i:03d}", 1.4 * visit, max(slope * visit, -100.0), response)
            for visit in range(1, 2 + i % 6)
        ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


@pytest.mark.parametrize("n", [0, 1, 14, 43, 400])
def test_a_spider_looks_as_committed(n):
    assert_same_picture(draw_spider(make_threads(n)).figure, f"spider_{n}")


@pytest.mark.parametrize("n", [0, 1, 2, 5, 14, 43, 60, 400])
@pytest.mark.parametrize("width_mm", [85, 120, 180])
def test_no_word_covers_another_or_leaves_the_canvas(n, width_mm):
    ax = draw_spider(make_threads(n), make_panel(width_mm, 95))
    assert find_text_faults(ax.figure) == []


def test_no_name_covers_a_line():
    ax = draw_spider(make_threads(43))
    names = [text.get_window_extent() for text in ax.texts if text.get_text().startswith("01-")]
    lines = [line for line in ax.lines if len(line.get_xdata()) > 1]
    paths = [line.get_path().transformed(line.get_transform()) for line in lines]
    assert len(names) > 5
    for name in names:
        assert not any(path.intersects_bbox(name, filled=False) for path in paths)
