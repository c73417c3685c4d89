import re
import struct
from itertools import combinations

import matplotlib as mpl
import pytest

from trialwright.figures.measure import fit_text, text_width, wrap_text
from trialwright.figures.style import (
    FONT_STACK,
    GRADE_COLORS,
    INK,
    PAPER,
    QUIET_INK,
    RESPONSE_COLORS,
    STYLE,
    contrast,
    figure,
    response_color,
    save_figure,
    text_on,
)


def make_figure():
    fig = figure(85, 50)
    with mpl.rc_context(STYLE):
        ax = fig.add_axes((0.2, 0.2, 0.7, 0.7))
        ax.bar([1], [2], hatch="//", facecolor="none", edgecolor=INK)
        ax.text(1, 1, "cost < $5 & more", fontweight="bold")
    return fig


def test_two_runs_give_the_same_bytes_whatever_the_callers_settings(tmp_path):
    first = save_figure(make_figure(), tmp_path / "a" / "fig", "Synthetic data.")
    with mpl.rc_context({"font.size": 20, "svg.fonttype": "path", "axes.linewidth": 5}):
        second = save_figure(make_figure(), tmp_path / "b" / "fig", "Synthetic data.")
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_a_figure_saved_twice_is_the_same_and_keeps_nothing_of_the_footer(tmp_path):
    fig = make_figure()
    first = save_figure(fig, tmp_path / "fig", "Synthetic data.")[0].read_bytes()
    assert fig.texts == []
    assert save_figure(fig, tmp_path / "fig", "Synthetic data.")[0].read_bytes() == first


def test_the_svg_keeps_text_as_text_in_the_pages_fonts(tmp_path):
    svg, _ = save_figure(make_figure(), tmp_path / "fig.1", "Data cut 2022-02-22.", "Says <this>.")
    content = svg.read_text("utf-8")
    assert svg.name == "fig.1.svg"
    assert content.startswith('<svg role="img" font-family="system-ui')
    assert FONT_STACK in content
    assert content.count("font-family") == 1
    assert "cost &lt; $5 &amp; more" in content
    assert "Data cut 2022-02-22." in content
    assert "<desc>Says &lt;this&gt;.</desc>" in content


def test_the_svg_can_stand_in_a_page_beside_others(tmp_path):
    contents = [
        save_figure(make_figure(), tmp_path / name, "")[0].read_text("utf-8") for name in ("a", "b")
    ]
    ids = [set(re.findall(r' id="([^"]+)"', content)) for content in contents]
    assert ids[0]
    assert not ids[0] & ids[1]
    assert "<style" not in contents[0]
    assert re.search(r"\d{4}-\d\d-\d\d|matplotlib", contents[0]) is None


def test_the_png_has_300_dots_per_inch_and_the_footer_adds_a_band(tmp_path):
    def size(footer):
        png = save_figure(make_figure(), tmp_path / "fig", footer)[1]
        return struct.unpack(">II", png.read_bytes()[16:24])

    width, height = size("")
    assert (width, height) == (int(85 / 25.4 * 300), int(50 / 25.4 * 300))
    one_line, three_lines = size("Synthetic data.")[1], size("Synthetic data. " * 9)[1]
    assert height < one_line < three_lines
    assert size("Synthetic data.")[0] == width


@pytest.mark.parametrize("color", [INK, QUIET_INK])
def test_text_has_enough_contrast(color):
    assert contrast(color, PAPER) >= 4.5


@pytest.mark.parametrize("fill", [*GRADE_COLORS.values(), *RESPONSE_COLORS.values()])
def test_text_on_a_fill_has_enough_contrast(fill):
    assert contrast(text_on(fill), fill) >= 4.5


@pytest.mark.parametrize("colors", [RESPONSE_COLORS, GRADE_COLORS])
def test_every_pair_of_ordered_colors_differs_in_grey(colors):
    ratios = [contrast(a, b) for a, b in combinations(colors.values(), 2)]
    assert min(ratios) > 1.25


def test_contrast_is_that_of_the_guideline():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


def test_codes_without_a_color_look_not_evaluable():
    assert response_color("iUPD") == PAPER
    assert response_color("NON-CR/NON-PD") == response_color("SD")


def test_lines_of_wrapped_text_fit_and_keep_every_letter():
    text = "Undifferentiated pleomorphic sarcoma with osteoclast-like giant cells"
    lines = wrap_text(text, 60, 8)
    assert max(text_width(line, 8) for line in lines) <= 60
    assert "".join(lines).replace("-", "").replace(" ", "") == text.replace("-", "").replace(
        " ", ""
    )


def test_kept_line_breaks_stay():
    assert wrap_text("a\nb c", 100, 8) == ["a", "b c"]


def test_a_shortened_text_fits_and_says_so():
    short = fit_text("Undifferentiated pleomorphic sarcoma", 60, 7)
    assert text_width(short, 7) <= 60
    assert short.endswith("…")
    assert fit_text("short", 60, 7) == "short"
