"""The rows of a figure of proportions: an estimate with its intervals, and how it is printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from trialwright.core.errors import TrialwrightError
from trialwright.core.table import NOT_ESTIMABLE, print_interval, round_half_up
from trialwright.figures.layout import require_columns

COLUMNS = ("label", "estimate", "lower", "upper", "level")
MOST_PATIENTS = 10**6  # estimates are counts over counts up to this many patients
NAME_GAP_POINTS = 4.0

Interval = tuple[float | None, float | None]
"""Lower and upper limit, null where it does not exist."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """One proportion, in [0, 1] or null; `intervals` maps confidence level to limits."""

    label: str
    value: float | None
    intervals: Mapping[float, Interval]

    @property
    def percent(self) -> str:
        """The estimate in percent, rounded as the fraction that it is."""
        if self.value is None:
            return NOT_ESTIMABLE
        return round_half_up(100 * Fraction(self.value).limit_denominator(MOST_PATIENTS), 1)

    def print_limits(self, level: float) -> str:
        """Print the interval of a level in percent."""
        lower, upper = self.intervals.get(level, (None, None))
        if lower is None and upper is None:
            return NOT_ESTIMABLE
        low, high = (None if limit is None else 100 * limit for limit in (lower, upper))
        return print_interval(low, high)

    def numbers(self) -> list[float]:
        """List every number that has a place on the axis."""
        limits = [limit for interval in self.intervals.values() for limit in interval]
        return [value for value in (self.value, *limits) if value is not None]


@dataclass(frozen=True, slots=True)
class Row:
    """Where an estimate stands, in points from the top of the plot, and its label's lines."""

    estimate: Estimate
    lines: tuple[str, ...]
    top: float
    height: float

    @property
    def middle(self) -> float:
        """Where intervals and words stand."""
        return self.top + self.height / 2

    @property
    def bottom(self) -> float:
        """Where the next row starts."""
        return self.top + self.height


def read_estimates(rows: pl.DataFrame) -> list[Estimate]:
    """Put the levels of each label together, in the order of the frame."""
    require_columns(rows, "proportions", COLUMNS)
    found: list[tuple[str, float | None, dict[float, Interval]]] = []
    floats = [pl.col(name).cast(pl.Float64).fill_nan(None) for name in COLUMNS[1:]]
    for row in rows.with_columns(floats).iter_rows(named=True):
        label, level = row["label"] or "", row["level"]
        _check_proportions(row)
        if not found or found[-1][0] != label or level in found[-1][2]:
            found.append((label, row["estimate"], {}))
        if level is not None:
            found[-1][2][level] = (row["lower"], row["upper"])
    return [Estimate(*item) for item in found]


def _check_proportions(row: Mapping[str, float | None]) -> None:
    """Refuse a percentage where a proportion is expected."""
    for name in COLUMNS[1:]:
        value = row[name]
        if value is not None and not 0 <= value <= 1:
            raise TrialwrightError(
                f"proportions: {name} of {row['label']} is {value:g}, expected 0 to 1. "
                "Write 0.20 for 20%."
            )


def list_levels(estimates: Sequence[Estimate]) -> list[float]:
    """List the confidence levels, narrowest interval first."""
    return sorted({level for estimate in estimates for level in estimate.intervals})


def print_rate(rate: float) -> str:
    """Print a rate of the design, or a confidence level, with no more decimals than it has."""
    return f"{round_half_up(100 * rate, 1).removesuffix('.0')}%"


def name_rate(number: int, rate: float) -> str:
    """Name a rate of the design, as "p0 20%"."""
    return f"p{number} {print_rate(rate)}"


def spread(middles: Sequence[float], widths: Sequence[float], room: float) -> list[float]:
    """Move words on a line apart, in points, so that none covers another or leaves the room."""
    placed = list(middles)
    start = 0.0
    for number, width in enumerate(widths):
        placed[number] = max(placed[number], start + width / 2)
        start = placed[number] + width / 2 + NAME_GAP_POINTS
    end = room
    for number, width in reversed(list(enumerate(widths))):
        placed[number] = min(placed[number], end - width / 2)
        end = placed[number] - width / 2 - NAME_GAP_POINTS
    return placed
