"""What proteins and outcome have to do with one another, as a table."""

from dataclasses import dataclass

import polars as pl
from polars import col

from trialwright.core.result import Result
from trialwright.core.table import (
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

N_SHOWN = 8
N_PERMUTATIONS = 2000
HAZARD = "hazard"
PARTS = ("estimate", "p_value", "p_other", "p_adjusted", "n")


@dataclass(frozen=True, kw_only=True)
class ProteinOutcome(Result):
    """Associations of each protein with what became of the patients.

    `rows` has analysis, key, PARAM, estimate, lower, upper, p_value, p_other, p_adjusted and n.
    `analyses` names [id, heading] in the order of the table.
    """

    landmark: str
    analyses: list[list[str]]
    rows: pl.DataFrame

    def of_analysis(self, name: str) -> pl.DataFrame:
        """Return an analysis' proteins, smallest P first."""
        return self.rows.filter(col("analysis") == name).sort("p_value", "PARAM", nulls_last=True)

    def table(self) -> Table:
        """Return the proteins with the smallest P of each analysis."""
        rows: list[Row] = []
        for name, words in self.analyses:
            rows.append(heading(words))
            for item in self.of_analysis(name).head(N_SHOWN).iter_rows(named=True):
                refs = [self.ref(f"{name}.{item['key']}.{part}") for part in PARTS]
                limits = ""
                if item["lower"] is not None:
                    limits = f" ({print_interval(item['lower'], item['upper'], 2)})"
                estimate = f"{round_half_up(item['estimate'], 2)}{limits}"
                rows.append(
                    row(
                        item["PARAM"],
                        cell(estimate, refs[0]),
                        cell(print_bare_p(item["p_value"]), refs[1]),
                        cell(print_bare_p(item["p_other"]), refs[2])
                        if name.startswith(HAZARD)
                        else "",
                        cell(print_bare_p(item["p_adjusted"]), refs[3]),
                        cell(str(item["n"]), refs[4]),
                        indent=1,
                    )
                )
        heads = ("", "Estimate (95% CI)", "P", "Permutation P", "Adjusted P", "n")
        return make_table(self.id, self.title, heads, rows, self._notes())

    def _notes(self) -> list[str]:
        return [
            "Hazard ratio per NPX (twofold), P by likelihood ratio and by "
            f"{N_PERMUTATIONS} permutations of the score; difference of medians by the rank sum "
            "test; Spearman's correlation. Adjusted within each analysis (Benjamini-Hochberg).",
            f"Changes count from the sample of {self.landmark}: who progressed or left before it "
            "is not in the analysis, and time counts from it.",
            "With so few patients these order hypotheses; they predict nothing.",
        ]
