"""The successes of a two-stage trial patient by patient, and what its bounds say about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import polars as pl

from trialwright.core.errors import TrialwrightError
from trialwright.figures.layout import require_columns
from trialwright.figures.style import GO, PAPER, STOP

COLUMNS = ("USUBJID", "n", "successes")
UNSETTLED = "not settled yet"
READING_MARKER = "D"
OVER_RUN_DASHES = (0, (2.5, 1.5))


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

    def read(self, successes: int, n: int) -> "Reading":
        """Say what the bound says of the patients so far, once nothing can change it."""
        if successes > self.bound:
            return Reading(n, successes, self.enough, GO)
        if successes + self.n - n <= self.bound:
            return Reading(n, successes, self.too_few, STOP)
        return Reading(n, successes, UNSETTLED, PAPER)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found at a point of the path."""

    n: int
    successes: int
    verdict: str
    color: str

    @property
    def words(self) -> str:
        """The finding as it stands at the point, such as "1 of 13: stop"."""
        return f"{self.successes} of {self.n}: {self.verdict}"


@dataclass(frozen=True, slots=True)
class StagePath:
    """Running successes after each patient, `successes[0]` being 0, and the two looks."""

    successes: tuple[int, ...]
    looks: tuple[Look, Look]

    @property
    def n(self) -> int:
        """Patients so far."""
        return len(self.successes) - 1

    @property
    def n_planned(self) -> int:
        """Patients that the rule counts; those after them are the over-run."""
        first, second = self.looks
        has_stopped = self.n >= first.n and self.successes[first.n] <= first.bound
        return min(self.n, first.n if has_stopped and self.n < second.n else second.n)

    @property
    def n_over_run(self) -> int:
        """Patients beyond those that the rule counts."""
        return self.n - self.n_planned

    def over_run_words(self) -> str:
        """Say what the patients beyond the plan add."""
        more = f"{self.n_over_run} more, {self.successes[-1]} of {self.n}"
        return f"Beyond the plan: {more}"

    def readings(self) -> list[Reading]:
        """List what each look says that has patients to be read from."""
        first, second = self.looks
        found = []
        if self.n:
            at = min(self.n, first.n)
            found.append(first.read(self.successes[at], at))
        if self.n_planned > first.n:
            found.append(second.read(self.successes[self.n_planned], self.n_planned))
        return found


def read_stage_path(path: pl.DataFrame, bounds: Mapping[str, int]) -> StagePath:
    """Order the running successes and name the looks."""
    require_columns(path, "stage path", COLUMNS)
    ordered = path.sort("n")
    numbers = ordered["n"].to_list()
    successes = (0, *(int(value) for value in ordered["successes"].fill_null(strategy="forward")))
    steps = {after - before for before, after in pairwise(successes)}
    if numbers != list(range(1, len(numbers) + 1)) or not steps <= {0, 1}:
        raise TrialwrightError(
            "stage path: n or successes jump, expected patients 1, 2, 3 and so on with the "
            "successes up to each. Number the patients by inclusion and add up their successes."
        )
    r1, n1, r, n = (bounds[name] for name in ("r1", "n1", "r", "n"))
    first = Look(n1, r1, "n1", "stop", "continue", "Stop", "Continue")
    outcome = "activity concluded"
    second = Look(n, r, "n", f"no {outcome}", outcome, "No activity", "Activity")
    return StagePath(successes, (first, second))
