"""Texts in which {name} stands for a value, and the groups of `for_each`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import polars as pl
from polars import col

FIELD = re.compile(r"\{([^{}]+?)(?::0(\d+))?\}")
NO_GROUP: Mapping[str, str] = {}


def list_groups(for_each: Sequence[Mapping[str, tuple[str, ...]]]) -> Iterator[Mapping[str, str]]:
    """Yield every group of names and values; lists within a group are multiplied out.

    Examples
    --------
    >>> list(list_groups([{"n": ("1", "2"), "VISIT": ("C1D1",)}]))
    [{'n': '1', 'VISIT': 'C1D1'}, {'n': '2', 'VISIT': 'C1D1'}]
    """
    if not for_each:
        yield NO_GROUP
    for group in for_each:
        for values in product(*group.values()):
            yield dict(zip(group, values, strict=True))


def fill_in(text: str, group: Mapping[str, str]) -> str:
    """Put the values of a group where their names stand in braces; others are left.

    Examples
    --------
    >>> fill_in("size_{n} {Patient}", {"n": "2"})
    'size_2 {Patient}'
    """
    return FIELD.sub(lambda found: group.get(found[1], found[0]), text) if group else text


def columns_in(text: str) -> list[str]:
    """Return the columns that stand in braces in a text."""
    return [found[1] for found in FIELD.finditer(text)]


def compose(text: str, frame: pl.DataFrame) -> pl.Expr:
    """Return a text with the values of each row where columns stand; null where one is empty.

    {column:03} fills a value up with zeros to three characters.
    """
    parts: list[pl.Expr] = []
    end = 0
    for found in FIELD.finditer(text):
        value = _value(found[1], frame)
        parts += [
            pl.lit(text[end : found.start()]),
            value if found[2] is None else _fill(value, found[2]),
        ]
        end = found.end()
    return pl.concat_str([*parts, pl.lit(text[end:])])


def _value(name: str, frame: pl.DataFrame) -> pl.Expr:
    """Return a column's trimmed values, empty ones null; a column that is absent is null."""
    if name not in frame.columns:
        return pl.lit(None, dtype=pl.String)
    text = col(name).str.strip_chars()
    return pl.when(text != "").then(text)


def _fill(value: pl.Expr, width: str) -> pl.Expr:
    return value.str.zfill(int(width))
