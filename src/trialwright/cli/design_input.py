"""What people write to `trialwright design`: designs, lists of numbers, files of settings."""

import csv
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from trialwright.core.errors import DesignError
from trialwright.stats.hypotheses import Hypotheses
from trialwright.stats.two_stage import TwoStageDesign


def read_design(text: str) -> TwoStageDesign:
    """Read a design such as 3/13,12/43."""
    try:
        (r1, n1), (r, n) = (part.split("/") for part in text.split(","))
        bounds = int(r1), int(n1), int(r), int(n)
    except ValueError:
        raise DesignError(
            f"--design is '{text}', expected r1/n1,r/n. Write 3/13,12/43 for a trial that stops "
            "with at most 3 of 13 and concludes activity with more than 12 of 43."
        ) from None
    return TwoStageDesign(*bounds)


def read_numbers(text: str, option: str, n_expected: int | None = None) -> tuple[float, ...]:
    """Read numbers parted by commas."""
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if not numbers or n_expected not in (None, len(numbers)):
        raise DesignError(
            f"{option} is '{text}', expected {n_expected or 'some'} numbers parted by commas. "
            "Write them as 0.1,0.3 without spaces."
        )
    return numbers


def read_counts(text: str, option: str) -> tuple[int, ...]:
    """Read whole numbers parted by commas."""
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise DesignError(
            f"{option} is '{text}', expected whole numbers parted by commas. Write 5,10,15."
        ) from None


def require(arguments: Namespace, *names: str) -> None:
    """Raise when an option that this question needs is missing."""
    missing = [name for name in names if getattr(arguments, name.replace("-", "_")) is None]
    if missing:
        raise DesignError(
            f"design {arguments.design_command} lacks {' and '.join(f'--{m}' for m in missing)}. "
            f"See `trialwright design {arguments.design_command} --help` for an example."
        )


def read_hypotheses(arguments: Namespace) -> Hypotheses:
    """Read rates and error limits, all of them required."""
    require(arguments, "p0", "p1", "alpha", "power")
    return Hypotheses(arguments.p0, arguments.p1, arguments.alpha, arguments.power)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file of settings."""

    file: str
    row: int
    cells: dict[str, str]

    def number(self, name: str) -> float:
        """Return a cell as a number."""
        text = self.cells[name]
        try:
            return float(text)
        except ValueError:
            advice = "Leave no cell empty."
            if text:
                fixed = text.replace(",", ".")
                advice = f"Write {fixed}." if _is_number(fixed) else "Write 0.2 for 20%."
            raise DesignError(
                f"{self.file} row {self.row}, {name}: '{text}', expected a number. {advice}"
            ) from None

    def count(self, name: str) -> int:
        """Return a cell as a whole number."""
        number = self.number(name)
        if number != int(number):
            raise DesignError(
                f"{self.file} row {self.row}, {name}: '{self.cells[name]}', expected a whole "
                "number. Write the count of patients."
            )
        return int(number)

    def at(self, error: DesignError) -> DesignError:
        """Return an error with its place before it, if it does not begin with it."""
        place = f"{self.file} row {self.row}"
        text = str(error)
        return error if text.startswith(place) else DesignError(f"{place}: {text}")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def read_lines(file: str, columns: Sequence[str]) -> Iterator[Line]:
    """Read a CSV file of settings (comma or semicolon) that has these columns."""
    path = Path(file)
    if not path.is_file():
        raise DesignError(f"{file}: no such file, expected a CSV table with {','.join(columns)}.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise DesignError(
            f"{file}: not UTF-8 text, expected a CSV table. Save it as CSV."
        ) from None
    header = text.partition("\n")[0]
    reader = csv.DictReader(text.splitlines(), delimiter=";" if ";" in header else ",")
    names = [name.strip() for name in reader.fieldnames or ()]
    missing = [name for name in columns if name not in names]
    if missing:
        raise DesignError(
            f"{file} row 1: no column {' and '.join(missing)}, expected {','.join(columns)}. "
            "Name the columns in the first row."
        )
    reader.fieldnames = names
    for row, cells in enumerate(reader, start=2):
        yield Line(path.name, row, {name: (cells[name] or "").strip() for name in columns})
