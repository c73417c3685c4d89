"""How columns of printed tables stand."""

import pytest

from trialwright.core.table import heading, make_table, row
from trialwright.report.columns import ColumnLook, look_at_columns


def look(*texts: str) -> ColumnLook:
    rows = [heading("Group"), *(row("name", text) for text in texts)]
    return look_at_columns(make_table("t", "T", ("a", "b"), rows))[1]


def test_plain_numbers_reach_the_longest_decimals_among_them() -> None:
    column = look("7", "12.5", "\N{MINUS SIGN}1.25", "NE")
    assert column == ColumnLook(is_numeric=True, n_decimals=2)
    assert [column.pad(text) for text in ("7", "12.5", "\N{MINUS SIGN}1.25", "NE")] == [
        ".00", "0", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "texts",
    [
        ("6 (42.9)", "14"),
        ("1.8 (1.7\N{EN DASH}3.6)", "10.5 (5.7\N{EN DASH}NE)"),
        ("1/14", "5 / 14"),
        ("P = 0.003", "P < 0.001"),
        ("3 missing", "12"),
        ("42.9%", "<1"),
        ("NE", ""),
    ],
)
def test_counts_intervals_and_p_values_stand_to_the_right_unpadded(texts: tuple[str, ...]) -> None:
    column = look(*texts)
    assert column.is_numeric
    assert [column.pad(text) for text in texts] == [""] * len(texts)


@pytest.mark.parametrize(
    "texts", [("01-007", "01-008"), ("2021-02-08",), ("Fever", "3"), ("2 of 14 patients",)]
)
def test_words_dates_and_subjects_stand_to_the_left(texts: tuple[str, ...]) -> None:
    assert not look(*texts).is_numeric


def test_first_column_is_never_numeric() -> None:
    table = make_table("t", "T", ("Visit", "n"), (row("1", "2"), row("2", "3")))
    assert [column.is_numeric for column in look_at_columns(table)] == [False, True]


def test_short_rows_do_not_hide_a_column() -> None:
    table = make_table("t", "T", ("a", "b", "c"), (row("x", "1"), row("y", "1", "2.5")))
    assert [column.is_numeric for column in look_at_columns(table)] == [False, True, True]
