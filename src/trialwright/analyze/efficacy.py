"""The primary endpoint as a proportion with exact intervals, and its sensitivity analyses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

import polars as pl
from polars import col

from trialwright.core.ledger import (
    MAIN,
    Group,
    Ledger,
    Stat,
    add_arm,
    make_groups,
    name_parts,
    slug,
)
from trialwright.core.result import Method, Result
from trialwright.core.table import (
    Cell,
    Table,
    as_percent,
    cell,
    make_table,
    open_sentence,
    print_interval,
    print_percent,
    row,
)
from trialwright.derive.awaited import is_awaited
from trialwright.derive.landmark import SUCCESS, UNKNOWN
from trialwright.derive.reads import is_under_read
from trialwright.protocol.endpoints import AnalysisRead
from trialwright.protocol.estimands import Landmark, Sensitivity, Unknown
from trialwright.stats.proportion import estimate_exact_limits

AWAITED = "AWAITED"
REFERENCE = "Clopper CJ, Pearson ES. Biometrika 1934;26:404-413."

Population = tuple[str, str]
"""ADSL flag of a population and its name in print."""


@dataclass(frozen=True, kw_only=True)
class LandmarkResult(Result):
    """Successes at the landmark among a population, with exact intervals at each level."""

    has_figure: ClassVar[bool] = True
    arms: list[list[str]]
    analyses: list[list[str]]
    levels: list[float]
    reference_rates: dict[str, float]

    def table(self) -> Table:
        """Return one row per analysis and arm."""
        names = ["successes", "n", "unknown", *(["awaited"] if self._has_awaited() else [])]
        heads = ["", "Successes", "Patients", "Unknown", *[n.capitalize() for n in names[3:]], "%"]
        heads += [f"{100 * level:g}% CI, %" for level in self.levels]
        rows = []
        for key, label in self.analyses:
            for group in make_groups(self.arms):
                name = label if len(self.arms) == 1 else f"{label}, {group.label}"
                counts = [self._count(group, key, part) for part in names]
                cells = [self.print_percent(group, key), *self._intervals(group, key)]
                rows.append(row(name, *counts, *cells))
        notes = ["Exact intervals (Clopper-Pearson).", *self._which_level(), *self._who_counts()]
        return make_table(self.id, self.title, heads, rows, notes)

    def _has_awaited(self) -> bool:
        keys = [name_parts(key, "awaited") for key, _ in self.analyses]
        return any(self.count(Group("All").key(*parts)) for parts in keys)

    def _who_counts(self) -> list[str]:
        if not self._has_awaited():
            return []
        return [
            "Awaited: the landmark lies after the data cut, without an event so far; not counted "
            "among the patients. An event counts as soon as it is known, so the proportion of an "
            "early cut is lower than that of the full follow-up."
        ]

    def _which_level(self) -> list[str]:
        one_sided = [f"{100 * level:g}%" for level in self.levels if abs(level - 0.90) < 1e-9]
        if not one_sided:
            return []
        return ["The lower limit of the 90% interval matches a one-sided test at the 5% level."]

    def _count(self, group: Group, analysis: str, name: str) -> Cell:
        return self.count_cell(group.key(*name_parts(analysis, name)))

    def print_percent(self, group: Group | None = None, analysis: str = MAIN) -> Cell:
        """Print the proportion as a percentage."""
        group = group or Group("All")
        n, successes, rate = (
            group.key(*name_parts(analysis, name)) for name in ("n", "successes", "rate")
        )
        return cell(print_percent(self.count(successes), self.count(n)), self.ref(rate))

    def print_interval(
        self, level: float, group: Group | None = None, analysis: str = MAIN
    ) -> Cell:
        """Print the exact interval at one level, in percent."""
        group = group or Group("All")
        keys = [
            group.key(*name_parts(analysis, f"{side}_{100 * level:g}")) for side in ("low", "high")
        ]
        low, high = (self.value(key) for key in keys)
        text = print_interval(as_percent(low), as_percent(high))
        return cell(text, *(self.ref(key) for key in keys))

    def _intervals(self, group: Group, analysis: str) -> list[Cell]:
        return [self.print_interval(level, group, analysis) for level in self.levels]

    def plot(self, ax: Any = None) -> Any:
        """Draw the proportions with their intervals beside the design's rates."""
        from trialwright.figures.proportion import draw_proportion

        return draw_proportion(self._drawn(), ax, references=self.reference_rates)

    def describe(self) -> str:
        """Say in words what the figure shows."""
        from trialwright.figures.proportion import describe_proportion

        return describe_proportion(self._drawn(), references=self.reference_rates)

    def _drawn(self) -> pl.DataFrame:
        """Return one row per analysis and level."""
        rows = [
            {
                "label": label,
                "estimate": self.value(group.key(*name_parts(key, "rate"))),
                "lower": self.value(group.key(*name_parts(key, f"low_{100 * level:g}"))),
                "upper": self.value(group.key(*name_parts(key, f"high_{100 * level:g}"))),
                "level": level,
            }
            for key, label in self.analyses
            for group in make_groups(self.arms)[-1:]
            for level in self.levels
        ]
        return pl.DataFrame(rows)


@dataclass(frozen=True, slots=True)
class _Choice:
    """Which subjects and which reading an analysis counts."""

    population: str
    read: AnalysisRead


def analyze_landmark(
    adrs: pl.DataFrame,
    adsl: pl.DataFrame,
    endpoint: Landmark,
    trial: tuple[Sequence[tuple[str, str]], Mapping[str, Population], date],
    read: AnalysisRead,
    reference_rates: Mapping[str, float] | None = None,
) -> LandmarkResult:
    """Estimate the proportion of successes at a landmark by counts, never by a curve.

    Parameters
    ----------
    adrs, adsl : DataFrame
        Analysis datasets; AVALC of the endpoint's PARAMCD is SUCCESS, FAILURE or UNKNOWN. A member
        of the population without a row is UNKNOWN.
    endpoint : Landmark
        PARAMCD, population, what unknown counts as, levels, sensitivity analyses.
    trial : tuple
        The protocol's arms as (ARMCD, name), population name to (flag, name in print), and the
        data cut: whose landmark lies after it, without an event and still followed, is awaited.
    read : AnalysisRead
        The reading that the analysis uses.
    reference_rates : mapping, optional
        Rates that the figure shows, such as the design's p0 and p1, by their names.

    Returns
    -------
    LandmarkResult
        Per analysis and arm: n, successes, unknown, rate and exact limits at each level.
    """
    arms, populations, data_cut = trial
    label = open_sentence(endpoint.variable)
    analyses = [[MAIN, f"{label}, {populations[endpoint.population][1].lower()}"]]
    choices = {MAIN: _Choice(endpoint.population, read)}
    for item in endpoint.sensitivity:
        analyses.append([slug(item.text), f"Sensitivity: {item.text}"])
        choices[slug(item.text)] = _vary(endpoint, item, read)
    ledger = Ledger()
    for key, _ in analyses:
        members = adsl.filter(col(populations[choices[key].population][0]) == "Y")
        statuses = find_statuses(adrs, members, endpoint.paramcd, choices[key].read)
        statuses = _set_awaited_apart(statuses, members, endpoint, data_cut)
        for group in make_groups(arms):
            _add_proportion(ledger, group, key, endpoint, group.of(statuses))
    settings = _settings(endpoint, populations[endpoint.population][1])
    return LandmarkResult(
        id=endpoint.id,
        title=f"{label} at {settings['landmark']}",
        method=Method("Proportion of successes", settings, REFERENCE),
        data=ledger.data,
        basis=ledger.basis,
        arms=[list(arm) for arm in arms],
        analyses=analyses,
        levels=list(endpoint.intervals),
        reference_rates=dict(reference_rates or {}),
    )


def _settings(endpoint: Landmark, population: str) -> dict[str, str]:
    """Return every setting in force, for print."""
    days = f"{endpoint.success_needs.evaluable_scan_from_days_before} days before the landmark"
    at = f"{endpoint.at_months} months" if endpoint.at_months else f"{endpoint.at_days} days"
    return {
        "population": population,
        "landmark": at,
        "a success needs an evaluable scan from": days,
        "unknown counts as": endpoint.unknown.value,
        "interval": "exact (Clopper-Pearson)",
    }


def _vary(endpoint: Landmark, item: Sensitivity, read: AnalysisRead) -> _Choice:
    return _Choice(item.population or endpoint.population, item.read or read)


def find_statuses(
    adrs: pl.DataFrame, members: pl.DataFrame, paramcd: str, read: AnalysisRead
) -> pl.DataFrame:
    """Return each member's status with ARMCD; UNKNOWN where none was derived."""
    rows = adrs.filter((col("PARAMCD") == paramcd) & is_under_read(read))
    joined = members.select("USUBJID").join(rows, on="USUBJID", how="left", maintain_order="left")
    return add_arm(joined.with_columns(col("AVALC").fill_null(UNKNOWN)), members)


def _set_awaited_apart(
    statuses: pl.DataFrame, members: pl.DataFrame, endpoint: Landmark, data_cut: date
) -> pl.DataFrame:
    """Name the status of those who had no time to reach the landmark: awaited, not unknown."""
    awaited = is_awaited(pl.lit(data_cut), endpoint.at_months, endpoint.at_days)
    facts = members.select("USUBJID", "TRTSDT", "DCTREAS")
    named = statuses.drop("TRTSDT", "DCTREAS", strict=False).join(
        facts, on="USUBJID", how="left", maintain_order="left"
    )
    status = pl.when(awaited).then(pl.lit(AWAITED)).otherwise(col("AVALC"))
    return named.with_columns(status.alias("AVALC")).drop("TRTSDT", "DCTREAS")


def _add_proportion(
    ledger: Ledger, group: Group, analysis: str, endpoint: Landmark, rows: pl.DataFrame
) -> None:
    """Add counts, proportion and limits of one analysis in one arm."""
    left_out = (UNKNOWN, AWAITED) if endpoint.unknown is Unknown.EXCLUDED else (AWAITED,)
    counted = rows.filter(~col("AVALC").is_in(left_out))
    successes = counted.filter(col("AVALC") == SUCCESS)
    unknown = rows.filter(col("AVALC") == UNKNOWN)

    def add(name: str, label: str, value: float | None, of: pl.DataFrame) -> None:
        key = group.key(*name_parts(analysis, name))
        ledger.add_members(Stat(key, value, name, label, endpoint.paramcd), "ADRS", of, group)

    add("n", "Patients", counted.height, counted)
    add("successes", "Successes", successes.height, successes)
    add("unknown", "Unknown", unknown.height, unknown)
    awaited = rows.filter(col("AVALC") == AWAITED)
    add("awaited", "Awaited", awaited.height, awaited)
    add(
        "failures",
        "Failures",
        counted.height - successes.height,
        counted.filter(col("AVALC") != SUCCESS),
    )
    n = counted.height
    add("rate", "Proportion", successes.height / n if n else None, counted)
    for level in endpoint.intervals:
        limits = estimate_exact_limits(successes.height, n, level)
        for side, limit in zip(("low", "high"), limits, strict=True):
            add(f"{side}_{100 * level:g}", f"{side} limit, {100 * level:g}%", limit, counted)
