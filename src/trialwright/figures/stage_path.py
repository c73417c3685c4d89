"""The successes of a two-stage trial patient by patient, and what its bounds say about them."""

from dataclasses import dataclass
from typing import Protocol

import polars as pl

from trialwright.figures.layout import require_columns
from trialwright.figures.style import GO, PAPER, STOP

COLUMNS = ("USUBJID", "ENRLNUM", "AVALC")
SUCCESS, FAILURE, UNKNOWN = "SUCCESS", "FAILURE", "UNKNOWN"
UNSETTLED = "not settled yet"
READING_MARKER = "D"
OVER_RUN_DASHES = (0, (2.5, 1.5))


class StageBounds(Protocol):
    """A two-stage design: stop with at most `r1` of `n1`, no activity with at most `r` of `n`."""

    @property
    def r1(self) -> int:
        """Largest count that stops after the first stage."""

    @property
    def n1(self) -> int:
        """Patients of the first stage."""

    @property
    def r(self) -> int:
        """Largest count that shows no activity."""

    @property
    def n(self) -> int:
        """Patients of both stages."""


@dataclass(frozen=True, slots=True)
class Look:
    """One planned look: at `n` patients, `bound` successes or fewer are too few."""

    n: int
    bound: int
    name: str
    too_few: str
    enough: str
    region_too_few: str
    region_enough: str

    def read(self, count: "Count") -> "Reading":
        """Say what the bound says of the patients so far, once no outcome can change it."""
        if count.low > self.bound:
            return Reading(count, self.enough, GO)
        if count.high + self.n - count.n <= self.bound:
            return Reading(count, self.too_few, STOP)
        return Reading(count, UNSETTLED, PAPER)


@dataclass(frozen=True, slots=True)
class Count:
    """Successes among the first `n` patients, without and with those whose outcome is unknown."""

    n: int
    low: int
    high: int

    @property
    def words(self) -> str:
        """The count in words, such as "1 of 13" or "1 to 2 of 13"."""
        return f"{self.low}{f' to {self.high}' if self.high > self.low else ''} of {self.n}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a look says at a point of the path."""

    count: Count
    verdict: str
    color: str

    @property
    def words(self) -> str:
        """The finding as it stands at the point, such as "1 of 13: stop"."""
        return f"{self.count.words}: {self.verdict}"


@dataclass(frozen=True, slots=True)
class StagePath:
    """Outcomes by order of inclusion, the count after each (from 0 after none), the two looks."""

    subjects: tuple[str, ...]
    outcomes: tuple[str, ...]
    counts: tuple[Count, ...]
    looks: tuple[Look, Look]

    @property
    def n(self) -> int:
        """Patients so far."""
        return len(self.outcomes)

    @property
    def n_planned(self) -> int:
        """Patients that the rule counts; those after them are the over-run."""
        first, second = self.looks
        if self.n <= first.n or self.n >= second.n:
            return min(self.n, second.n)
        return self.n if self.counts[first.n].low > first.bound else first.n

    @property
    def n_over_run(self) -> int:
        """Patients beyond those that the rule counts."""
        return self.n - self.n_planned

    def over_run_words(self) -> str:
        """Say what the patients beyond the plan add."""
        return f"Beyond the plan: {self.n_over_run} more, {self.counts[-1].words}"

    def readings(self) -> list[Reading]:
        """List what each look says that has patients to be read from."""
        first, second = self.looks
        found = [first.read(self.counts[min(self.n, first.n)])] if self.n else []
        if self.n_planned > first.n:
            found.append(second.read(self.counts[self.n_planned]))
        return found


def read_stage_path(path: pl.DataFrame, design: StageBounds) -> StagePath:
    """Count in order of inclusion; an outcome that is neither success nor failure is unknown."""
    require_columns(path, "stage path", COLUMNS)
    ordered = path.sort("ENRLNUM")
    known = (SUCCESS, FAILURE)
    outcomes = tuple(found if found in known else UNKNOWN for found in ordered["AVALC"])
    counts = [Count(0, 0, 0)]
    for outcome in outcomes:
        n, low, high = counts[-1].n, counts[-1].low, counts[-1].high
        counts.append(Count(n + 1, low + (outcome == SUCCESS), high + (outcome != FAILURE)))
    first = Look(design.n1, design.r1, "n1", "stop", "continue", "Stop", "Continue")
    outcome = "activity concluded"
    second = Look(design.n, design.r, "n", f"no {outcome}", outcome, "No activity", "Activity")
    return StagePath(tuple(ordered["USUBJID"]), outcomes, tuple(counts), (first, second))
