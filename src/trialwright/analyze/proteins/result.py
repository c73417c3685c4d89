"""What became of the proteins between visits: contrasts with their sensitivity analyses."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10
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
    print_bare_p,
    print_interval,
    round_half_up,
    row,
)

N_SHOWN = 15
MODEL_WORDS = {
    "mixed": "Random intercept per patient by REML over all visits, Satterthwaite's degrees of "
    "freedom",
    "moderated": "Constant per patient over all visits, moderated variances",
}
LEAD_IN = "lead-in"  # kind of a contrast with a visit before the reference
SENSITIVITIES = ("moderated", "signed_rank", "unwarned")


@dataclass(frozen=True, kw_only=True)
class ProteinResult(Result):
    """Contrasts of visits against the reference, protein by protein.

    `contrasts` names [visit, reference, kind], kind "lead-in" for a visit before the reference.
    `rows` has one row per contrast and protein: contrast, key, PARAM, UNIPROT, estimate, lower,
    upper, p_value, p_adjusted, n_pairs, and the P value of each of `SENSITIVITIES`, adjusted.
    """

    has_figure: ClassVar[bool] = True
    contrasts: list[list[str]]
    model: str
    alpha: float
    rows: pl.DataFrame

    def of_contrast(self, visit: str) -> pl.DataFrame:
        """Return a contrast's proteins, smallest P first."""
        mine = self.rows.filter(col("contrast") == visit)
        return mine.sort("p_value", "PARAM", nulls_last=True)

    def found(self, visit: str, *, is_up: bool) -> pl.DataFrame:
        """Return the proteins whose adjusted P is below the limit, in one direction."""
        sign = col("estimate") > 0 if is_up else col("estimate") < 0
        return self.of_contrast(visit).filter((col("p_adjusted") < self.alpha) & sign)

    def shown(self, visit: str) -> pl.DataFrame:
        """Return what the table prints: those with the smallest P, and all that were found."""
        mine = self.of_contrast(visit).with_row_index("rank")
        is_found = (col("p_adjusted") < self.alpha).fill_null(value=False)
        return mine.filter((col("rank") < N_SHOWN) | is_found)

    def table(self) -> Table:
        """Return a block per contrast, the last planned first read: smallest P first in each."""
        rows: list[Row] = []
        for visit, reference, _ in self.contrasts:
            counted = self.rows.filter(col("contrast") == visit).height
            rows.append(heading(f"{visit} minus {reference} ({counted} proteins)"))
            rows += [self._row(visit, item) for item in self.shown(visit).iter_rows(named=True)]
        return make_table(self.id, self.title, self._heads(), rows, self._notes())

    def _heads(self) -> tuple[str, ...]:
        others = ("Moderated, adjusted P", "Signed rank, adjusted P", "Without warned, adjusted P")
        return ("", "UniProt", "Difference (95% CI)", "P", "Adjusted P", *others, "Pairs")

    def _row(self, visit: str, item: dict[str, Any]) -> Row:
        def ref(name: str) -> str:
            return self.ref(f"{slug(visit)}.{item['key']}.{name}")

        limits = print_interval(item["lower"], item["upper"], 2)
        estimate = f"{round_half_up(item['estimate'], 2)} ({limits})"
        bare = [
            cell(print_bare_p(item[name]), ref(name))
            for name in ("p_value", "p_adjusted", *SENSITIVITIES)
        ]
        name = cell(item["PARAM"])
        return row(
            name,
            item["UNIPROT"] or "",
            cell(estimate, ref("estimate"), ref("lower"), ref("upper")),
            *bare,
            cell(str(item["n_pairs"]), ref("n_pairs")),
            indent=1,
        )

    def _notes(self) -> list[str]:
        n_pairs = max((self.count(f"{slug(v)}.pairs_max") for v, _, _ in self.contrasts), default=0)
        notes = [
            f"Difference of NPX (log2). {MODEL_WORDS[self.model]}; P values adjusted within a "
            f"contrast ({self.method.settings['adjusted by']}). Smallest P first; at least "
            f"{N_SHOWN} proteins of a contrast and all with an adjusted P below {self.alpha:g}.",
            "Moderated: constant per patient with moderated variances. Signed rank: the two visits "
            "alone. Without warned: the model without samples that failed quality control.",
            f"Smallest P of a signed rank test of {n_pairs} pairs: {self.print_smallest(n_pairs)}; "
            f"with fewer than {self.count('pairs_needed')} pairs no single protein could reach an "
            "adjusted P of 0.05 by it.",
        ]
        if any(kind == LEAD_IN for _, _, kind in self.contrasts):
            notes.append(
                "A visit before the reference: where treatment lies between the two, the contrast "
                "is noise plus lead-in, not noise alone."
            )
        return notes

    def print_smallest(self, n_pairs: int) -> str:
        """Print the smallest P that a signed rank test can give."""
        return round_half_up(2.0 / 2.0**n_pairs, max(0, ceil(n_pairs * log10(2))) + 1)

    def print_names(self, proteins: pl.DataFrame, n: int) -> list[str | Cell]:
        """Name proteins with their differences, the largest first, as parts of a sentence."""
        ordered = proteins.sort(col("estimate").abs(), descending=True).head(n)
        parts: list[str | Cell] = []
        for place, item in enumerate(ordered.iter_rows(named=True)):
            joint = "" if place == 0 else (" and " if place == ordered.height - 1 else ", ")
            parts.append(f"{joint}{item['PARAM']} (")
            key = f"{slug(item['contrast'])}.{item['key']}.estimate"
            parts += [cell(_signed(item["estimate"]), self.ref(key)), ")"]
        return parts

    def plot(self, ax: Any = None) -> Any:
        """Draw a volcano per contrast; on axes that are given, the last one."""
        from trialwright.figures.volcano import draw_volcano
        from trialwright.figures.volcanoes import draw_volcanoes

        drawn = [(self._points(visit), f"{visit} minus {ref}") for visit, ref, _ in self.contrasts]
        if ax is not None:
            return draw_volcano(drawn[-1][0], ax, drawn[-1][1], self.alpha)
        return draw_volcanoes(drawn, self.alpha)

    def _points(self, visit: str) -> pl.DataFrame:
        mine = self.of_contrast(visit)
        return mine.select(col("PARAM").alias("label"), "estimate", "p_value", "p_adjusted")

    def describe(self) -> str:
        """Say in words what the figure shows."""
        from trialwright.figures.volcano import describe_volcano

        parts: Sequence[str] = [
            describe_volcano(self._points(visit), f"{visit} minus {reference}", self.alpha)
            for visit, reference, _ in self.contrasts
        ]
        return " ".join(parts)


def _signed(value: float) -> str:
    """Print a difference with its sign."""
    printed = round_half_up(value, 2)
    return f"+{printed}" if value > 0 else printed
