"""The readings side by side, and the rates and kappas that stand on their rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from polars import col

from trialwright.core.ledger import ALL_ARMS, Group, Ledger, Stat
from trialwright.derive.central_review import collect_ratings
from trialwright.derive.reads import PARQUALS
from trialwright.protocol.endpoints import AnalysisRead
from trialwright.stats.agreement import estimate_kappa
from trialwright.stats.proportion import estimate_exact_limits

FIRST, SECOND = AnalysisRead.RADIOLOGIST_1, AnalysisRead.RADIOLOGIST_2
LOCAL, CENTRAL = AnalysisRead.INVESTIGATOR, AnalysisRead.ADJUDICATED
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Reads:
    """ADRS of the population, and which of its readings is the central one."""

    adrs: pl.DataFrame
    central: AnalysisRead

    def of(self, read: AnalysisRead) -> pl.DataFrame:
        """Return the rows of one reading."""
        return self.adrs.filter(col("PARQUAL") == PARQUALS[read])

    def has(self, read: AnalysisRead) -> bool:
        """Return whether a reading has an assessment."""
        return not self.of(read).filter(col("PARAMCD") == "OVR").is_empty()

    def rows(
        self, subjects: pl.DataFrame, paramcds: Sequence[str], reads: Sequence[AnalysisRead]
    ) -> pl.DataFrame:
        """Return the rows behind a comparison of some subjects."""
        return self.adrs.filter(
            col("PARAMCD").is_in(paramcds),
            col("PARQUAL").is_in([PARQUALS[read] for read in reads]),
        ).join(subjects, on="USUBJID", how="semi", maintain_order="left")


def add_rate(
    ledger: Ledger,
    words: tuple[str, str],
    counted: tuple[int, int],
    rows: tuple[pl.DataFrame, pl.DataFrame],
    group: Group | None = None,
) -> None:
    """Add n, N, rate and exact limits; `rows` are those behind n and those behind N."""
    key, label = words
    n, of = counted
    low, high = estimate_exact_limits(n, of, LEVEL)
    parts: dict[str, tuple[float | None, str, str, pl.DataFrame]] = {
        "n": (n, "n", "patients", rows[0]),
        "of": (of, "N", "patients counted", rows[1]),
        "rate": (n / of if of else None, "p", "proportion", rows[1]),
        "low": (low, "low", "lower limit", rows[1]),
        "high": (high, "high", "upper limit", rows[1]),
    }
    for part, (value, name, what, behind) in parts.items():
        stat_id = (group or Group(ALL_ARMS)).key(f"{key}_{part}")
        ledger.add(Stat(stat_id, value, name, f"{label}, {what}"), "ADRS", behind, None, group)


def add_kappa(
    ledger: Ledger,
    reads: Reads,
    key: str,
    paramcd: str,
    two: tuple[AnalysisRead, AnalysisRead],
) -> None:
    """Add Cohen's kappa of one parameter with its limits, undefined without patients."""
    ratings = collect_ratings({PARQUALS[read]: reads.of(read) for read in two}, paramcd)
    rows = reads.rows(ratings, (paramcd,), two)
    values: tuple[float | None, ...] = (None, None, None, None)
    if ratings.height:
        found = estimate_kappa(*(ratings[PARQUALS[read]] for read in two), level=LEVEL)
        values = (found.kappa, found.observed, found.lower, found.upper)
    names = ("", "_observed", "_low", "_high")
    labels = ("Cohen's kappa", "Observed agreement", "lower limit", "upper limit")
    for name, label, value in zip(names, labels, values, strict=True):
        stat = Stat(f"{key}{name}", value, name.strip("_") or "kappa", label, paramcd)
        ledger.add(stat, "ADRS", rows, "AVALC")
