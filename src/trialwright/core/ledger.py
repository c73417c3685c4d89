"""Collect statistics together with the analysis rows behind each, arm by arm."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
from polars import col

from trialwright.core.errors import EstimateError
from trialwright.core.result import Result, make_basis, make_statistics

ALL_ARMS = "All"
MAIN = "main"
SIGNS = {
    "<=|\u2264": "le",
    ">=|\u2265": "ge",
    "<": "lt",
    ">": "gt",
    r"\+": "plus",
    r"-(?=$|[\s,;)])": "minus",
}


@dataclass(frozen=True, slots=True)
class Group:
    """An arm, or all of them: `code` is DM.ARMCD, None for everybody."""

    label: str
    code: str | None = None
    suffix: str = ""

    def of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the group's rows of a frame with ARMCD."""
        return frame if self.code is None else frame.filter(col("ARMCD") == self.code)

    def key(self, *parts: str) -> str:
        """Return a statistic's id within this group, as "sex.m.n" or "sex.m.n.xan_hi"."""
        return ".".join([slug(part) for part in parts] + ([self.suffix] if self.suffix else []))


def name_parts(analysis: str, name: str) -> tuple[str, ...]:
    """Return the parts of a statistic's id; those of the main analysis stand without a name."""
    return (name,) if analysis == MAIN else (analysis, name)


@dataclass(frozen=True, slots=True)
class Stat:
    """One statistic: its id, value and the words of CDISC Analysis Results Data."""

    id: str
    value: float | None
    name: str
    label: str
    variable: str | None = None
    level: str | None = None
    unit: str | None = None


class Ledger:
    """Statistics and the rows they were made from, in the order in which they were added."""

    def __init__(self, group_variable: str = "ARMCD"):
        self._group_variable = group_variable
        self._ids: set[str] = set()
        self._stats: list[dict[str, str | float | None]] = []
        self._basis: list[tuple[str, str, pl.DataFrame, str | None]] = []

    def add(
        self,
        stat: Stat,
        dataset: str,
        rows: pl.DataFrame,
        variable: str | None = None,
        group: Group | None = None,
    ) -> None:
        """Add one statistic, the dataset's rows behind it and the variable it was made from."""
        if stat.id in self._ids:
            raise EstimateError(
                f"Two statistics have the id '{stat.id}' ({stat.label}), expected one. "
                "Write names that differ in more than case and punctuation."
            )
        self._ids.add(stat.id)
        is_arm = group is not None and group.code is not None
        self._stats.append(
            {
                "stat_id": stat.id,
                "group1": self._group_variable if is_arm else None,
                "group1_level": group.label if group and is_arm else None,
                "variable": stat.variable or variable,
                "variable_level": stat.level,
                "stat_name": stat.name,
                "stat_label": stat.label,
                "stat": stat.value,
                "unit": stat.unit,
            }
        )
        self._basis.append((stat.id, dataset, rows, variable))

    def add_members(
        self, stat: Stat, dataset: str, rows: pl.DataFrame, group: Group | None
    ) -> None:
        """Add a statistic of members of a population; who has no row in the dataset has ADSL's."""
        has_row = col("ASEQ").is_not_null()
        self.add(stat, dataset, rows.filter(has_row), None, group)
        self.also(stat.id, "ADSL", rows.filter(~has_row).select("USUBJID"), None)

    def also(self, stat_id: str, dataset: str, rows: pl.DataFrame, variable: str | None) -> None:
        """Add further rows behind a statistic that is already there."""
        self._basis.append((stat_id, dataset, rows, variable))

    @property
    def data(self) -> pl.DataFrame:
        """The statistics, as `Result.data`."""
        return make_statistics(self._stats)

    @property
    def basis(self) -> pl.DataFrame:
        """The rows behind them, as `Result.basis`."""
        return make_basis(self._basis)


def as_number(value: Any) -> float | None:
    """Return what a column's median, mean or limit is as a number; None of no rows."""
    return None if value is None else float(value)


def slug(text: str) -> str:
    """Return a text as lower-case letters, digits and underscores, for ids.

    Signs that tell values apart, such as "<" and the "+" of "HER2+", become words.

    Examples
    --------
    >>> slug("Grade >= 3, Fever"), slug("HER2-"), slug("JX-594")
    ('grade_ge_3_fever', 'her2_minus', 'jx_594')
    """
    for sign, word in SIGNS.items():
        text = re.sub(sign, f" {word} ", text)
    return re.sub(r"[\W_]+", "_", text.lower()).strip("_") or "none"


def make_groups(arms: Sequence[Sequence[str]]) -> tuple[Group, ...]:
    """Return the groups that tables have as columns.

    Parameters
    ----------
    arms : sequence of (ARMCD, name)
        The protocol's arms in their order, as tuples or, as a result stores them, as lists.

    Returns
    -------
    tuple of Group
        Everybody for a single-arm trial; else each arm and then everybody.
    """
    if len(arms) == 1:
        return (Group(ALL_ARMS),)
    return (*(Group(name, code, slug(code)) for code, name in arms), Group(ALL_ARMS))


def head_groups(result: Result, groups: Iterable[Group], n: tuple[str, ...] = ("n",)) -> list[str]:
    """Name groups with their patients for the head of a table; `n` are the parts of its key."""
    return [f"{group.label} (N = {result.count(group.key(*n))})" for group in groups]


def add_arm(frame: pl.DataFrame, adsl: pl.DataFrame) -> pl.DataFrame:
    """Join each row's ARMCD from ADSL; rows of subjects that ADSL lacks are dropped."""
    return frame.drop("ARMCD", strict=False).join(
        adsl.select("USUBJID", "ARMCD"), on="USUBJID", how="inner", maintain_order="left"
    )
