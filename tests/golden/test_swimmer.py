import polars as pl
import pytest
from picture_checks import assert_same_picture, find_text_faults

from trialwright.figures.layout import make_panel
from trialwright.figures.swimmer import draw_swimmer

BARS = {
    "USUBJID": pl.String,
    "label": pl.String,
    "part": pl.String,
    "start_months": pl.Float64,
    "end_months": pl.Float64,
    "is_ongoing": pl.Boolean,
}
EVENTS = {"USUBJID": pl.String, "time_months": pl.Float64, "kind": pl.String, "text": pl.String}
LABELS = ("Undifferentiated pleomorphic sarcoma", "Leiomyosarcoma", "Angiosarcoma")


def make_swimmers(n, with_agents):
    bars, events = [], []
    for i in range(n):
        subject, label = f"01-{i:03d}", LABELS[i % 3]
        end = round(0.5 + 12 * (i + 1) / n, 2)
        if with_agents:
            bars += [
                (subject, label, "Cyclophosphamide", -0.23, end, i % 5 == 0),
                (subject, label, "JX-594", 0.0, min(end, 1.5), False),
                (subject, label, "Avelumab", min(end, 0.5), end, i % 5 == 0),
            ]
        else:
            bars += [
                (subject, label, "Induction", 0.0, end / 3, False),
                (subject, label, "Maintenance", end / 3, end, i % 5 == 0),
            ]
        if i % 3 == 0:
            events += [(subject, end / 2, "first response", None), (subject, 6.0, "surgery", "R0")]
        if i % 5:
            events.append((subject, end, "progression", None))
            events.append((subject, end, "discontinuation", "withdrawal by the patient"))
        events.append((subject, end + i % 4, "death" if i % 2 else "last contact", None))
    return (
        pl.DataFrame(bars, schema=BARS, orient="row"),
        pl.DataFrame(events, schema=EVENTS, orient="row"),
    )


@pytest.mark.parametrize(("n", "with_agents"), [(0, True), (1, True), (14, True), (43, False)])
def test_a_swimmer_looks_as_committed(n, with_agents):
    assert_same_picture(draw_swimmer(*make_swimmers(n, with_agents)).figure, f"swimmer_{n}")


def test_four_hundred_rows_look_as_committed():
    assert_same_picture(draw_swimmer(*make_swimmers(400, False)).figure, "swimmer_400")


@pytest.mark.parametrize("n", [0, 1, 5, 14, 43, 90, 400])
@pytest.mark.parametrize("with_agents", [True, False])
@pytest.mark.parametrize("width_mm", [None, 85, 120])
def test_no_word_covers_another_or_leaves_the_canvas(n, with_agents, width_mm):
    panel = make_panel(width_mm, 100) if width_mm else None
    ax = draw_swimmer(*make_swimmers(n, with_agents), panel)
    assert find_text_faults(ax.figure) == []


def test_no_events_and_no_bars_are_drawn_too():
    bars, events = make_swimmers(5, True)
    assert find_text_faults(draw_swimmer(bars, events.clear()).figure) == []
    assert find_text_faults(draw_swimmer(bars.clear(), events).figure) == []
