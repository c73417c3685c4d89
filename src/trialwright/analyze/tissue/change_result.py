"""What the comparison of a marker at two visits returns: numbers, table, figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import polars as pl
from polars import col

from trialwright.core.ledger import slug
from trialwright.core.result import Result
from trialwright.core.table import (
    Cell,
    Row,
    Table,
    cell,
    heading,
    make_table,
    print_interval,
    print_p,
    round_half_up,
    row,
)

RECORDED = "recorded"


@dataclass(frozen=True, kw_only=True)
class MarkerChange(Result):
    """Values of a marker at two visits; `pairs` has a row per patient of the population.

    `pairs`: USUBJID, BASE, AVAL, R2BASE (null without both), AVALC (best response), reason (why
    there is no pair), recorded (ratio of the values that were recorded beside the slides).
    """

    has_figure: ClassVar[bool] = True
    visits: list[str]
    stain: str
    unit: str
    population: str
    pairs: pl.DataFrame

    @property
    def value_label(self) -> str:
        """What is measured, with its unit in words."""
        words = "% of nucleated cells" if self.unit == "%" else "per mm2"
        return f"{self.stain}-positive cells ({words})"

    @property
    def has_recorded(self) -> bool:
        """Whether values were recorded beside those of the slides."""
        return self.pairs["recorded"].is_not_null().any()

    def table(self) -> Table:
        """Return a row per pair, largest fold change first, then who has none and why."""
        complete = self.pairs.drop_nulls("R2BASE").sort(
            "R2BASE", "USUBJID", descending=[True, False]
        )
        heads = ["Patient", f"{self.visits[0]}, {self.unit}", f"{self.visits[1]}, {self.unit}"]
        heads += ["Fold change", *(["As recorded"] if self.has_recorded else []), "Best response"]
        rows = [self._row(item) for item in complete.iter_rows(named=True)]
        missing = self.pairs.filter(col("R2BASE").is_null()).sort("USUBJID")
        if missing.height:
            rows.append(heading(f"Without a pair ({missing.height})"))
            rows += [
                row(subject, reason, *[""] * (len(heads) - 2))
                for subject, reason in missing.select("USUBJID", "reason").iter_rows()
            ]
        notes = [f"{self.population}, N = {self.pairs.height}. {self.method.settings['test']}."]
        if self.has_recorded:
            notes.append("As recorded: fold change of the values that the laboratory recorded.")
        return make_table(self.id, self.title, heads, rows, notes)

    def _row(self, item: Mapping[str, Any]) -> Row:
        stem = slug(item["USUBJID"])
        cells: list[Cell | str] = [
            cell(round_half_up(item["BASE"], 2), self.ref(f"{stem}.base")),
            cell(round_half_up(item["AVAL"], 2), self.ref(f"{stem}.later")),
            cell(round_half_up(item["R2BASE"], 1), self.ref(f"{stem}.fold")),
        ]
        if self.has_recorded:
            ref = self.ref(f"{RECORDED}.{stem}.fold")
            cells.append(cell(round_half_up(item["recorded"], 1), ref))
        return row(item["USUBJID"], *cells, item["AVALC"] or "NE")

    def plot(self, ax: Any = None) -> Any:
        """Draw one line per pair."""
        from trialwright.figures.tissue import draw_paired_marker

        return draw_paired_marker(self.pairs, self._visits(), self.value_label, self._p(), ax)

    def describe(self) -> str:
        """Say in words what the figure shows."""
        from trialwright.figures.tissue import describe_paired_marker

        return describe_paired_marker(self.pairs, self._visits(), self.value_label, self._p())

    def _visits(self) -> tuple[str, str]:
        return self.visits[0], self.visits[1]

    def _p(self) -> float | None:
        return self.value("p_value")

    def print_p_value(self, stem: str = "") -> Cell:
        """Print the P value of the test as a cell."""
        return cell(print_p(self.value(f"{stem}p_value")), self.ref(f"{stem}p_value"))

    def print_fold_range(self, stem: str = "") -> Cell:
        """Print smallest and largest fold change as one cell."""
        low, high = f"{stem}min_fold", f"{stem}max_fold"
        text = print_interval(self.value(low), self.value(high))
        return cell(text, self.ref(low), self.ref(high))
