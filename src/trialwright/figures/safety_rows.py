"""The rows of an adverse event figure: terms with their worst grades, and their labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from trialwright.core.errors import TrialwrightError
from trialwright.core.table import print_percent
from trialwright.figures.layout import require_columns
from trialwright.figures.measure import SMALL, fit_text, line_height, wrap_text
from trialwright.figures.style import GRADE_COLORS

COLUMNS = ("term", "grade", "n", "n_of")
SEVERE_FROM = 3
ROW_POINTS, LINES_OF_LABEL = 12.5, 3


@dataclass(frozen=True, slots=True)
class Term:
    """One adverse event; `grades` maps worst grade (0 when not recorded) to patients."""

    name: str
    grades: Mapping[int, int]
    n_of: int

    def in_order(self) -> list[tuple[int, int]]:
        """List grades with their patients from mild to fatal, then what was not recorded."""
        return sorted(self.grades.items(), key=lambda item: item[0] or max(GRADE_COLORS) + 1)

    @property
    def n(self) -> int:
        """Patients with the event at any grade."""
        return sum(self.grades.values())

    @property
    def n_severe(self) -> int:
        """Patients with the event at grade 3 or higher."""
        return sum(n for grade, n in self.grades.items() if grade >= SEVERE_FROM)

    @property
    def total(self) -> str:
        """The patients as they are printed at the end of the bar."""
        return f"{self.n} ({print_percent(self.n, self.n_of)}%)"


@dataclass(frozen=True, slots=True)
class Row:
    """Where a term stands, in points from the top of the plot, and the lines of its label."""

    term: Term
    lines: tuple[str, ...]
    top: float
    height: float

    @property
    def middle(self) -> float:
        """Where bar and words stand."""
        return self.top + self.height / 2

    @property
    def bottom(self) -> float:
        """Where the next row starts."""
        return self.top + self.height


def name_grade(grade: int) -> str:
    """Name a grade as the key does."""
    return f"Grade {grade}" if grade else "Grade not recorded"


def read_terms(events: pl.DataFrame) -> list[Term]:
    """Put the grades of each term together, most frequent first, then by name."""
    require_columns(events, "adverse events", COLUMNS)
    sizes = sorted(set(events["n_of"].drop_nulls()))
    if len(sizes) > 1:
        raise TrialwrightError(
            f"adverse events: n_of is {', '.join(map(str, sizes))}, expected one number of "
            "treated patients. Draw each group of patients on its own axes."
        )
    found: dict[str, dict[int, int]] = {}
    for row in events.filter(pl.col("n") > 0).iter_rows(named=True):
        grade = row["grade"] or 0
        if grade and grade not in GRADE_COLORS:
            raise TrialwrightError(
                f"adverse events: grade {grade} of {row['term']}, expected 1 to 5 or null. "
                "Correct AETOXGR."
            )
        grades = found.setdefault(row["term"] or "Term not recorded", {})
        grades[grade] = grades.get(grade, 0) + row["n"]
    terms = [Term(name, grades, sizes[0] if sizes else 0) for name, grades in found.items()]
    return sorted(terms, key=lambda term: (-term.n, term.name))


def lay_rows(terms: Sequence[Term], room: float) -> list[Row]:
    """Give each term a row as high as its label, in lines no wider than the room."""
    rows, top = [], 0.0
    for term in terms:
        lines = wrap_text(term.name, room, SMALL)
        last = fit_text(" ".join(lines[LINES_OF_LABEL - 1 :]), room, SMALL)
        lines = [*lines[: LINES_OF_LABEL - 1], *([last] if last else [])]
        height = ROW_POINTS + (len(lines) - 1) * line_height(SMALL)
        rows.append(Row(term, tuple(lines), top, height))
        top += height
    return rows
