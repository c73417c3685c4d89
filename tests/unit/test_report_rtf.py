"""A table as RTF: signs that mean something to RTF, long tables, empty ones."""

import pytest
from document_texts import read_rtf

from trialwright.core.table import Row, cell, heading, make_table, row
from trialwright.report.blocks import TableBlock
from trialwright.report.paper_tables import lay_out_table

pytest.importorskip("rtflite")
from trialwright.report.rtf import escape_rtf, render_rtf

BAND = ("SYNTHETIC data {not real}", "X-1")


def render(rows: list[Row], tmp_path) -> tuple[bytes, str]:
    table = make_table(
        "t", "Titles with \\ and {braces}", ("", "n (%)"), rows, ["A note, 1\u20132."]
    )
    content = render_rtf(lay_out_table(TableBlock(table), "Table 1"), BAND)
    path = tmp_path / "t.rtf"
    path.write_bytes(content)
    return content, read_rtf(path)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a\\b{c}", "a\\\\b\\{c\\}"),
        ("\u22121.7\u20133.6", "\\u8722?1.7\\u8211?3.6"),
        ("\uffe6", "\\u-26?"),
        ("\U0001d6fc", "\\u-10187?\\u-8452?"),
        ("^x_1 \u2265 3", "^x_1 \\u8805? 3"),
    ],
)
def test_signs_of_rtf_and_beyond_ascii_are_escaped(text: str, escaped: str) -> None:
    assert escape_rtf(text) == escaped


def test_what_looks_like_markup_is_printed_as_it_is(tmp_path) -> None:
    rows = [heading("Grade \\alpha"), row("x^2_{i} \u2265 3", cell("6 (42.9)"), indent=1)]
    content, text = render(rows, tmp_path)
    assert content.isascii()
    assert "x^2_{i}\u22653" in text
    assert "Grade\\alpha" in text
    assert "Table1.Titleswith\\and{braces}" in text
    assert "SYNTHETICdata{notreal}.X-1" in text
    assert "Anote,1\u20132." in text


def test_a_long_table_repeats_its_head_on_every_page(tmp_path) -> None:
    rows = [row(f"Line {number}", str(number)) for number in range(200)]
    content, text = render(rows, tmp_path)
    n_pages = content.count(b"\\page") + 1
    assert n_pages > 2
    assert text.count("n(%)") == n_pages
    assert all(f"Line{number}" in text for number in range(200))


def test_an_empty_table_says_that_there_is_nobody(tmp_path) -> None:
    assert "Nobodytoshow" in render([], tmp_path)[1]


def test_the_same_table_gives_the_same_bytes(tmp_path) -> None:
    rows = [row("A", "1")]
    assert render(rows, tmp_path)[0] == render(rows, tmp_path)[0]
