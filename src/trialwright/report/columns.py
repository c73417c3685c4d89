"""How the columns of a printed table stand: words to the left, numbers on their decimal point."""

import re
from dataclasses import dataclass

from trialwright.core.table import EN_DASH, MINUS, NOT_ESTIMABLE, Table

ABSENT = {"", NOT_ESTIMABLE, "NR", "NA", EN_DASH, "\N{EM DASH}", "-"}
PLAIN_NUMBER = re.compile(rf"[<>≤≥]?\s?[-{MINUS}+]?\d[\d,]*(?P<decimals>\.\d+)?")
# "6 (42.9)", "1.8 (1.7 to 3.6)", "1/14", "P = 0.003", "3 missing"; not "2021-02-08" or "01-007".
NUMBER_LIKE = re.compile(
    rf"(P [=<] )?[<>≤≥]?\s?[-{MINUS}+]?\d[\d.,]*\s?(%|missing|[(\[/{EN_DASH}].*)?", re.IGNORECASE
)


def is_words(text: str) -> bool:
    """Tell whether a cell says something that is no number."""
    return text.strip() not in ABSENT and NUMBER_LIKE.fullmatch(text.strip()) is None


@dataclass(frozen=True, slots=True)
class ColumnLook:
    """Whether a column is set as numbers, and how many decimals its plain numbers reach."""

    is_numeric: bool
    n_decimals: int

    def pad(self, text: str) -> str:
        """Return what must follow a cell, unseen, to bring its decimal point into line.

        Examples
        --------
        >>> column = ColumnLook(is_numeric=True, n_decimals=2)
        >>> column.pad("7"), column.pad("12.5"), column.pad("1.25"), column.pad("NE")
        ('.00', '0', '', '')
        """
        found = PLAIN_NUMBER.fullmatch(text)
        if found is None or self.n_decimals == 0:
            return ""
        return f".{'0' * self.n_decimals}"[len(found["decimals"] or "") :]


def look_at_columns(table: Table) -> list[ColumnLook]:
    """Decide for each column of a table how it is set; the first holds the rows' names.

    A column is numeric when most of its cells that say something are numbers. Decimal points are
    aligned only where every number stands alone: "6 (42.9)" has two and stands to the right.
    """
    rows = [row.cells for row in table.rows if not row.is_heading]
    looks = [ColumnLook(is_numeric=False, n_decimals=0)]
    for place in range(1, len(table.columns)):
        texts = [cells[place].text.strip() for cells in rows if len(cells) > place]
        spoken = [text for text in texts if text not in ABSENT]
        numbers = [text for text in spoken if NUMBER_LIKE.fullmatch(text)]
        found = [PLAIN_NUMBER.fullmatch(text) for text in numbers]
        decimals = [len(match["decimals"] or "") for match in found if match]
        is_plain = len(decimals) == len(numbers) > 0
        n_decimals = max(max(decimals) - 1, 0) if is_plain else 0
        is_numeric = 2 * len(numbers) > len(spoken) or not spoken
        looks.append(ColumnLook(is_numeric, n_decimals))
    return looks
