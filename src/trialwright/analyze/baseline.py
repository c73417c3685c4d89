"""Table 1: the baseline characteristics of a population."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from polars import col

from trialwright.core.ledger import Group, Ledger, Stat, as_number, head_groups, make_groups, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import (
    EN_DASH,
    Cell,
    Row,
    Table,
    cell,
    heading,
    make_table,
    print_count_summary,
    row,
)
from trialwright.protocol.baseline import BaselineCharacteristic, BaselineSummary, Threshold

CONTINUOUS = {"n": "n", "median": "Median", "min": "Minimum", "max": "Maximum", "mean": "Mean"}
CONTINUOUS |= {"sd": "Standard deviation"}


@dataclass(frozen=True, kw_only=True)
class BaselineResult(Result):
    """Counts of every level and summaries of every number.

    `lines` are (characteristic, kind, label of the row, key of its statistics), in printed order;
    `units` has the unit of a characteristic that has one.
    """

    arms: list[list[str]]
    population: str
    lines: list[list[str]]
    notes: list[str]
    units: dict[str, str]

    def table(self) -> Table:
        """Return one block per characteristic, one column per arm."""
        groups = make_groups(self.arms)
        rows: list[Row] = []
        shown = ""
        for name, kind, label, key in self.lines:
            if name != shown:
                rows.append(heading(name))
                shown = name
            rows.append(
                row(label, *(self.print_line(group, kind, key) for group in groups), indent=1)
            )
        heads = head_groups(self, groups)
        notes = [f"{self.population}; n (%) unless a row says otherwise.", *self.notes]
        return make_table(self.id, self.title, ("", *heads), rows, notes)

    def print_line(self, group: Group, kind: str, key: str) -> Cell:
        """Print one row in one arm: a count with its percentage, or a median with its range."""
        if kind == "count":
            return self.share_cell(group.key(key), group.key("n"))
        parts = [group.key(f"{key}_{name}") for name in ("median", "min", "max")]
        median, low, high = (print_count_summary(self.value(part)) for part in parts)
        return cell(f"{median} ({low}{EN_DASH}{high})", *(self.ref(part) for part in parts))


def analyze_baseline(
    adsl: pl.DataFrame,
    arms: Sequence[tuple[str, str]],
    flag: str,
    population: str,
    characteristics: Sequence[BaselineCharacteristic],
) -> BaselineResult:
    """Summarize the baseline characteristics of one population.

    Parameters
    ----------
    adsl : DataFrame
        One row a subject with the characteristics as columns.
    arms : sequence of (ARMCD, name)
        The protocol's arms.
    flag, population : str
        ADSL flag of the population ("Y" counts) and its name in print.
    characteristics : sequence of BaselineCharacteristic
        What to summarize, in order. A level counts the subjects with one of its values.

    Returns
    -------
    BaselineResult
        Per arm: n of the population, n of each level, and n, mean, sd, median, min and max of
        each number. Levels and missing values of a characteristic add up to the population.
    """
    subjects = adsl.filter(col(flag) == "Y")
    ledger = Ledger()
    lines: list[list[str]] = []
    notes: list[str] = []
    groups = make_groups(arms)
    for group in groups:
        rows = group.of(subjects)
        ledger.add(Stat(group.key("n"), rows.height, "N", population), "ADSL", rows, flag, group)
    for item in characteristics:
        for line in _lines_of(item, subjects):
            lines.append([_heading(item), line.kind, line.label, f"{slug(item.name)}_{line.key}"])
            if line.note:
                notes.append(line.note)
            for group in groups:
                _add_line(ledger, group, item, line, group.of(subjects))
    return BaselineResult(
        id="baseline",
        title="Patient characteristics",
        method=Method("Counts and percentages; median, minimum and maximum of numbers"),
        data=ledger.data,
        basis=ledger.basis,
        arms=[list(arm) for arm in arms],
        population=population,
        lines=lines,
        notes=notes,
        units={_heading(item): item.unit for item in characteristics if item.unit},
    )


@dataclass(frozen=True, slots=True)
class _Line:
    kind: str  # "count" or "number"
    label: str
    key: str
    is_in: pl.Expr
    note: str = ""


def _heading(item: BaselineCharacteristic) -> str:
    return f"{item.label}, {item.unit}" if item.unit else item.label


def _lines_of(item: BaselineCharacteristic, subjects: pl.DataFrame) -> Iterator[_Line]:
    """Yield the rows of one characteristic in printed order."""
    value = col(item.name)
    if BaselineSummary.CONTINUOUS in item.summary:
        yield _Line("number", "Median (range)", "number", value.is_not_null())
    if BaselineSummary.CATEGORICAL in item.summary:
        if item.thresholds:
            for limit in item.thresholds:
                yield _Line("count", limit.label, slug(_words(limit)), _within(value, limit))
        else:
            yield from _levels(item, subjects)
    has_missing_row = any(level.has_missing for level in item.levels)
    if subjects[item.name].is_null().any() and not has_missing_row:
        yield _Line("count", item.missing, "missing", value.is_null())


def _words(limit: Threshold) -> str:
    return f"from {limit.lower} to {limit.upper}{' open' if limit.is_open else ''}"


def _within(value: pl.Expr, limit: Threshold) -> pl.Expr:
    is_in = value.is_not_null()
    if limit.lower is not None:
        is_in &= (value > limit.lower) if limit.is_open else (value >= limit.lower)
    if limit.upper is not None:
        is_in &= (value < limit.upper) if limit.is_open else (value <= limit.upper)
    return is_in


def _levels(item: BaselineCharacteristic, subjects: pl.DataFrame) -> Iterator[_Line]:
    """Yield one row per declared level, or per recorded value where none is declared."""
    value = col(item.name).cast(pl.String)
    recorded = subjects[item.name].cast(pl.String).drop_nulls()
    if not item.levels:
        for text in recorded.unique().sort():
            yield _Line("count", text, slug(text), value == text)
        return
    named = [text for level in item.levels for text in level.values]
    for level in item.levels:
        is_in = value.is_in(level.values)
        note = ""
        if level.has_others:
            is_in |= value.is_not_null() & ~value.is_in(named)
            others = recorded.filter(~recorded.is_in(named)).value_counts(sort=True, name="n")
            parts = [f"{text} n = {n}" for text, n in sorted(others.iter_rows(), key=_by_count)]
            note = f"{level.label}: {', '.join(parts)}." if parts else ""
        if level.has_missing:
            is_in = is_in.fill_null(value=False) | value.is_null()
        yield _Line("count", level.label, slug(level.label), is_in, note)
    unnamed = recorded.filter(~recorded.is_in(named)).unique().sort()
    if not any(level.has_others for level in item.levels):
        for text in unnamed:
            yield _Line("count", text, slug(text), value == text)


def _by_count(pair: tuple[Any, ...]) -> tuple[int, str]:
    return -pair[1], pair[0]


def _add_line(
    ledger: Ledger,
    group: Group,
    item: BaselineCharacteristic,
    line: _Line,
    subjects: pl.DataFrame,
) -> None:
    """Add the statistics of one row for one arm."""
    key = f"{slug(item.name)}_{line.key}"
    rows = subjects.filter(line.is_in)
    if line.kind == "count":
        stat = Stat(group.key(key), rows.height, "n", line.label, item.name, line.label)
        ledger.add(stat, "ADSL", rows, item.name, group)
        return
    values = rows[item.name]
    numbers = {"n": values.len(), "median": values.median(), "min": values.min()}
    numbers |= {"max": values.max(), "mean": values.mean(), "sd": values.std()}
    for name, number in numbers.items():
        stat_id = group.key(f"{key}_{name}")
        stat = Stat(stat_id, as_number(number), name, CONTINUOUS[name], item.name)
        ledger.add(stat, "ADSL", rows, item.name, group)
