"""Tables and sentences made of cells; the only place where a number is rounded."""

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

NOT_ESTIMABLE = "NE"
NOT_REACHED = "NR"
EN_DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
MOST_PRINTED_DIGITS = 15  # before the point: what a double holds
SMALLEST_PRINTED_P = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of print and the statistics it shows, as "result.statistic" ids."""

    text: str
    refs: tuple[str, ...] = ()


Text = tuple[str | Cell, ...]
"""A sentence: words and cells in reading order."""


@dataclass(frozen=True, slots=True)
class Row:
    """A table row; `indent` is the depth of its first cell, `is_heading` spans the table."""

    cells: tuple[Cell, ...]
    indent: int = 0
    is_heading: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table of printed cells with footnotes."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    footnotes: tuple[str, ...] = ()

    def to_text(self) -> str:
        """Lay the table out in columns for a terminal."""
        lines = [self.columns] + [
            tuple("  " * row.indent * (i == 0) + cell.text for i, cell in enumerate(row.cells))
            for row in self.rows
        ]
        n_columns = max(len(line) for line in lines)
        widths = [max(len(line[i]) for line in lines if len(line) > i) for i in range(n_columns)]
        body = [
            "  ".join(
                text.ljust(width) if i == 0 else text.rjust(width)
                for i, (text, width) in enumerate(zip(line, widths, strict=False))
            ).rstrip()
            for line in lines
        ]
        return "\n".join([self.title, *body, *self.footnotes])

    def to_html(self) -> str:
        """Return the table as an HTML element without styling."""
        head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in self.columns)
        body = "".join(_row_html(row, len(self.columns)) for row in self.rows)
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.footnotes)
        foot = f'<tfoot><tr><td colspan="{len(self.columns)}">{notes}</td></tr></tfoot>'
        return (
            f"<table><caption>{html.escape(self.title)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot if notes else ''}</table>"
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the table as plain values for JSON."""
        return {
            "id": self.id,
            "title": self.title,
            "columns": list(self.columns),
            "rows": [
                {
                    "cells": [{"text": cell.text, "refs": list(cell.refs)} for cell in row.cells],
                    "indent": row.indent,
                    "is_heading": row.is_heading,
                }
                for row in self.rows
            ],
            "footnotes": list(self.footnotes),
        }


def _row_html(row: Row, n_columns: int) -> str:
    """Return one table row, its first cell as the row's header."""
    first, *others = row.cells
    indent = f' class="indent-{row.indent}"' if row.indent else ""
    if row.is_heading:
        return f'<tr><th scope="rowgroup" colspan="{n_columns}">{html.escape(first.text)}</th></tr>'
    cells = "".join(f"<td>{html.escape(cell.text)}</td>" for cell in others)
    return f'<tr><th scope="row"{indent}>{html.escape(first.text)}</th>{cells}</tr>'


def table_from_dict(values: Mapping[str, Any]) -> Table:
    """Rebuild a table from `Table.as_dict`."""
    rows = tuple(
        Row(
            cells=tuple(Cell(cell["text"], tuple(cell["refs"])) for cell in row["cells"]),
            indent=row["indent"],
            is_heading=row["is_heading"],
        )
        for row in values["rows"]
    )
    return Table(
        values["id"], values["title"], tuple(values["columns"]), rows, tuple(values["footnotes"])
    )


def open_sentence(words: str) -> str:
    """Return words with a capital at their beginning, the others as they are."""
    return words[:1].upper() + words[1:]


def text_plain(text: Text) -> str:
    """Return a sentence's words without its references."""
    return "".join(part if isinstance(part, str) else part.text for part in text)


def round_half_up(value: float | Fraction | Decimal | None, digits: int) -> str:
    """Print a number with a fixed count of decimals, halves away from zero.

    Parameters
    ----------
    value : float, Fraction, Decimal or None
        What to print; a float is taken at its shortest decimal form, so that 0.25 is a half.
        None, what is not finite and what has more than 15 digits before the point print as "NE".
    digits : int
        Decimals, 0 or more.

    Returns
    -------
    str
        The printed number, with a true minus sign.

    Examples
    --------
    >>> round_half_up(Fraction(600, 14), 1), round_half_up(2.45, 1), round_half_up(None, 1)
    ('42.9', '2.5', 'NE')
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return NOT_ESTIMABLE
    if isinstance(value, Fraction):
        exact = Decimal(value.numerator) / Decimal(value.denominator)
    else:
        exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    if exact.adjusted() >= MOST_PRINTED_DIGITS:
        return NOT_ESTIMABLE  # a limit that ran away, such as of a hazard ratio without events
    rounded = exact.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    if rounded == 0:
        rounded = abs(rounded)
    return str(rounded).replace("-", MINUS)


def print_count_summary(value: float | None) -> str:
    """Print a median or limit of counts: whole where it is whole, a half with its decimal."""
    return round_half_up(value, 0 if value is not None and value == round(value) else 1)


def as_percent(proportion: float | None) -> float | None:
    """Return a proportion times 100; None stays None."""
    return None if proportion is None else 100 * proportion


def print_percent(n: int, n_of: int) -> str:
    """Print n of n_of as a percentage with one decimal; "NE" when there is nobody to count."""
    return round_half_up(Fraction(100 * n, n_of), 1) if n_of else NOT_ESTIMABLE


def print_n_percent(n: int, n_of: int) -> str:
    """Print a count with its percentage, as "6 (42.9)"."""
    return f"{n} ({print_percent(n, n_of)})"


def print_interval(
    lower: float | None, upper: float | None, digits: int = 1, missing: str = NOT_ESTIMABLE
) -> str:
    """Print an interval with an en dash, as "1.7-3.6"; a missing limit is "NE", or as given."""
    limits = (
        missing if limit is None else round_half_up(limit, digits) for limit in (lower, upper)
    )
    return EN_DASH.join(limits)


def print_p(p_value: float | None) -> str:
    """Print a p-value with two significant digits, never "0.000"."""
    if p_value is None or math.isnan(p_value):
        return f"P = {NOT_ESTIMABLE}"
    exact = Decimal(repr(float(p_value)))
    if exact < SMALLEST_PRINTED_P:
        return f"P < {SMALLEST_PRINTED_P}"
    return f"P = {round_half_up(exact, 1 - exact.adjusted())}"


def print_bare_p(p_value: float | None) -> str:
    """Print a p-value without its letter, for a column that is headed by it."""
    return print_p(p_value).removeprefix("P = ").removeprefix("P ")


def cell(text: str, *refs: str) -> Cell:
    """Make a cell from its print and the ids of the statistics it shows."""
    return Cell(text, refs)


def row(*cells: Cell | str, indent: int = 0) -> Row:
    """Make a table row; plain words become cells without references."""
    return Row(tuple(Cell(item) if isinstance(item, str) else item for item in cells), indent)


def heading(text: str) -> Row:
    """Make a row that spans the table and names what follows."""
    return Row((Cell(text),), is_heading=True)


def make_table(
    table_id: str,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Row],
    footnotes: Sequence[str] = (),
) -> Table:
    """Make a table from any sequences."""
    return Table(table_id, title, tuple(columns), tuple(rows), tuple(footnotes))
