"""What an analysis returns: numbers with their keys, rows and method; never text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, ClassVar, Self

import polars as pl

from trialwright.core.errors import TrialwrightError
from trialwright.core.table import Cell, Table, cell, print_n_percent, round_half_up

STATISTICS: Mapping[str, pl.DataType] = {
    "stat_id": pl.String(),
    "group1": pl.String(),
    "group1_level": pl.String(),
    "variable": pl.String(),
    "variable_level": pl.String(),
    "stat_name": pl.String(),
    "stat_label": pl.String(),
    "stat": pl.Float64(),
    "unit": pl.String(),
}
"""Columns of `Result.data`: the shape of CDISC Analysis Results Data, with our own key first."""

BASIS: Mapping[str, pl.DataType] = {
    "stat_id": pl.String(),
    "dataset": pl.String(),
    "USUBJID": pl.String(),
    "ASEQ": pl.Int64(),
    "variable": pl.String(),
}
"""Columns of `Result.basis`: which rows of which analysis dataset a statistic was made from.

`variable` names the variable that was counted or summarized; null means the whole row.
"""


@dataclass(frozen=True, slots=True)
class Method:
    """How numbers came about: a name, every setting in force, and the source of the method."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Result:
    """Base of all results.

    `data` has one statistic a row (columns of `STATISTICS`; null where undefined), `basis` the
    analysis rows behind each (columns of `BASIS`). Subclasses add frames and plain values only,
    so that any result can be stored and read back.
    """

    has_figure: ClassVar[bool] = False
    drawn_frames: ClassVar[tuple[str, ...]] = ()  # what the figure shows; none: the statistics

    id: str
    title: str
    method: Method
    data: pl.DataFrame
    basis: pl.DataFrame

    def table(self) -> Table:
        """Return the result as a printed table."""
        raise TrialwrightError(f"Result {self.id} has no table. Read its numbers from .data.")

    def plot(self, ax: Any = None) -> Any:  # noqa: ARG002 - subclasses draw on it
        """Draw the result's figure on the axes given, or on new ones."""
        raise TrialwrightError(f"Result {self.id} has no figure. Read its numbers from .data.")

    def describe(self) -> str:
        """Say in words what the figure shows; the title where there is none."""
        return self.title

    def value(self, stat_id: str) -> float | None:
        """Return one statistic; None where it is undefined."""
        found = self._values.get(stat_id, [])
        if len(found) != 1:
            raise TrialwrightError(
                f"Result {self.id} has {len(found)} statistics '{stat_id}', expected one of "
                f"{', '.join(self.data['stat_id'])}. Write one of these."
            )
        return found[0]

    @cached_property
    def _values(self) -> dict[str, list[float | None]]:
        """The statistics by their ids: a report asks for thousands, one by one."""
        values: dict[str, list[float | None]] = {}
        for stat_id, value in self.data.select("stat_id", "stat").iter_rows():
            values.setdefault(stat_id, []).append(value)
        return values

    def count(self, stat_id: str) -> int:
        """Return one statistic that is a count."""
        value = self.value(stat_id)
        return 0 if value is None else round(value)

    def ref(self, stat_id: str) -> str:
        """Return the id under which a document points at one statistic."""
        return f"{self.id}.{stat_id}"

    def count_cell(self, stat_id: str) -> Cell:
        """Print a count."""
        return cell(str(self.count(stat_id)), self.ref(stat_id))

    def share_cell(self, stat_id: str, of: str) -> Cell:
        """Print a count with its percentage of another."""
        return cell(print_n_percent(self.count(stat_id), self.count(of)), self.ref(stat_id))

    def share_or_zero_cell(self, stat_id: str, of: str) -> Cell:
        """Print a count with its percentage of another, and nobody as a bare zero."""
        return self.share_cell(stat_id, of) if self.count(stat_id) else self.count_cell(stat_id)

    def number_cell(self, stat_id: str, digits: int = 1) -> Cell:
        """Print a number with a fixed count of decimals."""
        return cell(round_half_up(self.value(stat_id), digits), self.ref(stat_id))

    def _repr_html_(self) -> str:
        return self.table().to_html()

    def pack(self) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
        """Split into plain values and frames, for storage."""
        values: dict[str, Any] = {}
        frames: dict[str, pl.DataFrame] = {}
        for item in fields(self):
            content = getattr(self, item.name)
            if isinstance(content, pl.DataFrame):
                frames[item.name] = content
            elif isinstance(content, Method):
                values[item.name] = {
                    "name": content.name,
                    "settings": dict(content.settings),
                    "reference": content.reference,
                }
            else:
                values[item.name] = content
        return values, frames

    @classmethod
    def unpack(cls, values: Mapping[str, Any], frames: Mapping[str, pl.DataFrame]) -> Self:
        """Rebuild from `pack`."""
        parts: dict[str, Any] = {**values, **frames, "method": Method(**values["method"])}
        return cls(**parts)


def make_statistics(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Make `Result.data` from dicts; columns that a row leaves out are null."""
    return pl.DataFrame(
        [{name: row.get(name) for name in STATISTICS} for row in rows], schema=dict(STATISTICS)
    )


def make_basis(parts: Iterable[tuple[str, str, pl.DataFrame, str | None]]) -> pl.DataFrame:
    """Make `Result.basis` from the analysis rows behind each statistic.

    Parameters
    ----------
    parts : iterable of tuple
        stat_id, dataset name, frame with USUBJID and, where the dataset has it, ASEQ, and the
        variable that was counted or summarized (None for the whole row).

    Returns
    -------
    DataFrame
        One row per statistic and analysis row, in the order given.
    """
    parts = [part for part in parts if part[2].height]
    heights = [rows.height for _, _, rows, _ in parts]
    if not parts:
        return pl.DataFrame(schema=dict(BASIS))
    # Whole columns at a time: a query for each of thousands of statistics would take seconds.
    return pl.DataFrame(
        {
            "stat_id": _repeat([stat_id for stat_id, _, _, _ in parts], heights),
            "dataset": _repeat([dataset for _, dataset, _, _ in parts], heights),
            "USUBJID": pl.concat([rows["USUBJID"] for _, _, rows, _ in parts]),
            "ASEQ": pl.concat([_sequence_of(rows) for _, _, rows, _ in parts]),
            "variable": _repeat([variable for _, _, _, variable in parts], heights),
        },
        schema=dict(BASIS),
    )


def _repeat(values: Sequence[str | None], times: Sequence[int]) -> list[str | None]:
    """Return each value as often as its part has rows."""
    return [value for value, n in zip(values, times, strict=True) for _ in range(n)]


def _sequence_of(rows: pl.DataFrame) -> pl.Series:
    """Return ASEQ as whole numbers, nulls where the dataset has none."""
    if "ASEQ" not in rows.columns:
        return pl.Series("ASEQ", [None] * rows.height, dtype=pl.Int64)
    found = rows["ASEQ"]
    return found if found.dtype == pl.Int64 else found.cast(pl.Int64)
