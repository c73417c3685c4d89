"""What the XML of a sheet says beside its values: formulas, errors, what is hidden."""

import re
from dataclasses import dataclass, field

EXTERNAL = re.compile(r"\[\d+\]|\[[^\]]+\.xl\w+\]|\bDDE\b|\|'", re.IGNORECASE)
CELL = re.compile(r"([A-Z]+)(\d+)$")


@dataclass(slots=True)
class SheetMarks:
    """What a sheet's XML says beside its values: cells (A1) and rows, in the order of the sheet."""

    formulas: list[tuple[str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    last_row: int = 0
    last_column: int = 0

    @property
    def external(self) -> list[tuple[str, str]]:
        """Formulas that read from another file."""
        return [item for item in self.formulas if EXTERNAL.search(item[1])]

    def list_hidden_columns(self) -> list[str]:
        """Return the letters of hidden columns that hold anything."""
        return [
            column_letters(number - 1)
            for first, last in self.hidden_columns
            for number in range(first, min(last, self.last_column) + 1)
        ]


def column_letters(position: int) -> str:
    """Return the letters of a column by its position from 0.

    Examples
    --------
    >>> column_letters(0), column_letters(25), column_letters(26), column_letters(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def read_range(reference: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return first and last cell of a range as (row, column) from 0.

    Examples
    --------
    >>> read_range("A2:B3")
    ((1, 0), (2, 1))
    """
    first, _, last = reference.partition(":")
    corners = [CELL.match(cell) for cell in (first, last or first)]
    top, bottom = ((int(m[2]) - 1, column_position(m[1])) if m else (0, 0) for m in corners)
    return top, bottom


def column_position(letters: str) -> int:
    """Return the position from 0 of a column by its letters."""
    position = 0
    for letter in letters:
        position = position * 26 + ord(letter) - ord("A") + 1
    return position - 1


class SheetReader:
    """Collects what a sheet says beside its values."""

    def __init__(self) -> None:
        self.marks = SheetMarks()
        self._cell = ""
        self._formula: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take an element up."""
        name = name.rpartition(":")[2]
        if name == "c":
            self._start_cell(attributes)
        elif name == "f":
            self._formula = []
        elif name == "row":
            self._start_row(attributes)
        elif name == "mergeCell":
            self.marks.merged.append(attributes.get("ref", ""))
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            self.marks.hidden_columns.append((int(attributes["min"]), int(attributes["max"])))

    def end(self, name: str) -> None:
        """Put a formula down."""
        if name.rpartition(":")[2] == "f" and self._formula is not None:
            self.marks.formulas.append((self._cell, "".join(self._formula)))
            self._formula = None

    def text(self, text: str) -> None:
        """Keep the text of a formula."""
        if self._formula is not None:
            self._formula.append(text)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r", self.marks.last_row + 1))
        self.marks.last_row = max(self.marks.last_row, number)
        if attributes.get("hidden") in ("1", "true"):
            self.marks.hidden_rows.append(number)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._cell = attributes.get("r", "")
        match = CELL.match(self._cell)
        if match:
            self.marks.last_row = max(self.marks.last_row, int(match[2]))
            self.marks.last_column = max(self.marks.last_column, column_position(match[1]) + 1)
        if attributes.get("t") == "e":
            self.marks.errors.append(self._cell)
