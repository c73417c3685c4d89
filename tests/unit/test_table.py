"""Printed cells: the only rounding, and never a NaN."""

from decimal import Decimal
from fractions import Fraction

import pytest

from trialwright.core.table import (
    Cell,
    as_percent,
    cell,
    heading,
    make_table,
    print_interval,
    print_n_percent,
    print_p,
    print_percent,
    round_half_up,
    row,
    table_from_dict,
    text_plain,
)


@pytest.mark.parametrize(
    ("value", "digits", "printed"),
    [
        (0.25, 1, "0.3"),
        (2.675, 2, "2.68"),  # a binary float holds less than 2.675; people wrote 2.675
        (-0.25, 1, "\N{MINUS SIGN}0.3"),
        (-0.04, 1, "0.0"),
        (Fraction(1, 8), 2, "0.13"),
        (Decimal("0.5"), 0, "1"),
        (1e-12, 1, "0.0"),
        (12345.65, 1, "12345.7"),
        (None, 1, "NE"),
        (float("nan"), 1, "NE"),
        (float("inf"), 1, "NE"),
        (float("-inf"), 0, "NE"),
    ],
)
def test_a_half_goes_away_from_zero_and_what_is_not_finite_is_ne(value, digits, printed) -> None:
    assert round_half_up(value, digits) == printed


def test_a_percentage_of_nobody_is_not_estimable() -> None:
    assert print_percent(0, 0) == "NE"
    assert print_n_percent(0, 0) == "0 (NE)"


def test_a_percentage_is_rounded_from_the_exact_fraction() -> None:
    assert print_n_percent(6, 14) == "6 (42.9)"
    assert print_percent(1, 800) == "0.1"
    assert print_percent(1, 16) == "6.3"


def test_an_interval_says_which_limit_is_missing() -> None:
    assert print_interval(1.66, None) == "1.7\N{EN DASH}NE"
    assert print_interval(None, float("nan")) == "NE\N{EN DASH}NE"
    assert as_percent(None) is None


@pytest.mark.parametrize(
    ("p_value", "printed"),
    [
        (0.0029, "P = 0.0029"),
        (0.04999, "P = 0.050"),
        (0.25, "P = 0.25"),
        (1.0, "P = 1.0"),
        (0.001, "P = 0.0010"),
        (0.00099, "P < 0.001"),
        (0.0, "P < 0.001"),
        (None, "P = NE"),
        (float("nan"), "P = NE"),
    ],
)
def test_a_p_value_is_never_zero(p_value, printed) -> None:
    assert print_p(p_value) == printed


def example():
    rows = (heading("Sex"), row("Male", cell("6 (42.9)", "t.m"), indent=1), row("<b>", "1"))
    return make_table("t", "Who & what", ("", "n (%)"), rows, ["A note."])


def test_a_table_stands_in_columns_on_a_terminal() -> None:
    assert example().to_text().splitlines() == [
        "Who & what",
        "           n (%)",
        "Sex",
        "  Male  6 (42.9)",
        "<b>            1",
        "A note.",
    ]


def test_a_table_is_html_without_open_doors() -> None:
    page = example().to_html()
    assert "<caption>Who &amp; what</caption>" in page
    assert '<th scope="row">&lt;b&gt;</th>' in page
    assert '<th scope="rowgroup" colspan="2">Sex</th>' in page
    assert page.endswith("<p>A note.</p></td></tr></tfoot></table>")


def test_a_table_without_rows_has_its_head() -> None:
    assert make_table("t", "T", ("a", "b"), ()).to_text() == "T\na  b"


def test_a_table_survives_json() -> None:
    assert table_from_dict(example().as_dict()) == example()


def test_a_sentence_is_read_without_its_references() -> None:
    assert text_plain(("Of ", Cell("15", ("flow.n",)), " patients.")) == "Of 15 patients."


def test_a_number_that_ran_away_is_not_estimable() -> None:
    assert round_half_up(3.2e41, 2) == "NE"
    assert round_half_up(-1e15, 0) == "NE"
    assert round_half_up(999999999999999.0, 0) == "999999999999999"
