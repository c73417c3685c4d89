"""A tissue marker beside outcome: its baseline and its change, best response, progression."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl
from polars import col

from trialwright.core.errors import EstimateError
from trialwright.core.ledger import Ledger, Stat, as_number, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import (
    Cell,
    Table,
    cell,
    heading,
    make_table,
    print_interval,
    print_p,
    row,
)
from trialwright.core.units import DAYS_PER_MONTH
from trialwright.derive.reads import is_under_read, list_best_responses
from trialwright.derive.tissue_parameters import name_parameter
from trialwright.protocol.biomarkers import TissueMarker
from trialwright.protocol.endpoints import AnalysisRead
from trialwright.stats.cox import estimate_cox
from trialwright.stats.rank_tests import estimate_rank_sum_shift

PROGRESSION = "PD"
EVENT_TIME = "PFS"
HAZARDS = (
    ("baseline", "Hazard ratio per doubling at the first visit, from the start"),
    ("change", "Hazard ratio per doubling of the fold change, from the later visit"),
)
REFERENCE = (
    "Landmark: Anderson JR, et al. J Clin Oncol 1983;1:710-719. Cox DR. J R Stat Soc B "
    "1972;34:187-220. Mann HB, Whitney DR. Ann Math Stat 1947;18:50-60."
)


@dataclass(frozen=True, kw_only=True)
class MarkerOutcome(Result):
    """A marker's values beside outcome; `cases` has a row per patient with a pair.

    `cases`: USUBJID, BASE, R2BASE, AVALC (best response), time_months (of progression-free
    survival from treatment start), event, later_months (the same from the later visit).
    """

    has_figure: ClassVar[bool] = True
    stain: str
    visits: list[str]
    cases: pl.DataFrame

    def table(self) -> Table:
        """Return the patients by best response, then the hazard ratios."""
        rows = [heading("Fold change by best response")]
        for name, words in (("pd", "Progressive disease"), ("other", "Stable disease or response")):
            fold = self.number_cell(f"{name}.median_fold")
            rows.append(row(words, self.count_cell(f"{name}.n"), fold, "", ""))
        rows.append(
            row("Progressive disease against others", "", "", "", self.print_p("response.p"))
        )
        rows.append(heading("Progression-free survival"))
        for name, words in HAZARDS:
            ratio, limits = self.number_cell(f"{name}.hr", 2), self.print_limits(name)
            counted, p_value = self.count_cell(f"{name}.n"), self.print_p(f"{name}.p")
            rows.append(row(words, counted, ratio, limits, p_value))
        heads = ("", "Patients", "Median or ratio", "95% CI", "P")
        notes = [
            f"Patients with {self.stain} at both visits. The change is set against progression "
            f"after {self.visits[1]}: who had progressed by then is left out.",
            "Exploratory: with these numbers no absence of an association can be shown.",
        ]
        return make_table(self.id, self.title, heads, rows, notes)

    def print_p(self, stat_id: str) -> Cell:
        """Print a P value as a cell."""
        return cell(print_p(self.value(stat_id)), self.ref(stat_id))

    def print_limits(self, name: str) -> Cell:
        """Print the limits of a hazard ratio as one cell."""
        lower, upper = f"{name}.lower", f"{name}.upper"
        text = print_interval(self.value(lower), self.value(upper), 2)
        return cell(text, self.ref(lower), self.ref(upper))

    def plot(self, ax: Any = None) -> Any:
        """Draw fold change against progression-free survival."""
        from trialwright.figures.tissue_outcome import draw_marker_outcome

        return draw_marker_outcome(self.cases, f"{self.stain}, fold change", ax)

    def describe(self) -> str:
        """Say in words what the figure shows."""
        from trialwright.figures.tissue_outcome import describe_marker_outcome

        return describe_marker_outcome(self.cases, f"{self.stain}, fold change")


def analyze_marker_outcome(
    adbm: pl.DataFrame,
    adtte: pl.DataFrame,
    adrs: pl.DataFrame,
    marker: TissueMarker,
    settings: tuple[str, AnalysisRead],
) -> MarkerOutcome:
    """Set a marker's baseline and change beside best response and progression-free survival.

    Parameters
    ----------
    adbm, adtte, adrs : DataFrame
        Analysis datasets.
    marker : TissueMarker
        The protocol's stain with its measure and visits.
    settings : (str, AnalysisRead)
        Visit from which outcome counts against a change (the landmark), and whose reading.

    Returns
    -------
    MarkerOutcome
        Exact rank sum test of the fold change, progressive disease against other best responses;
        hazard ratios per doubling, from treatment start for the baseline and from the landmark
        for the change. What the numbers do not allow is null.
    """
    assert marker.measure is not None
    landmark, read = settings
    code = name_parameter(marker, marker.measure)
    rows = adbm.filter((col("PARAMCD") == code) & (col("ANL01FL") == "Y"))
    cases = _list_cases(rows, landmark, _read_times(adtte, read), list_best_responses(adrs, read))
    ledger = Ledger()
    _add_responses(ledger, rows, cases)
    _add_hazard(ledger, rows, "baseline", cases, ("BASE", "time_months"))
    _add_hazard(ledger, rows, "change", cases, ("R2BASE", "later_months"))
    for stat in HAZARDS:
        of_times = cases.select("USUBJID", col("time_seq").alias("ASEQ"))
        ledger.also(f"{stat[0]}.hr", "ADTTE", of_times, "AVAL")
    method = {
        "marker": code,
        "landmark": landmark,
        "reading": read.value,
        "test": "two-sided exact rank sum test; likelihood ratio test of the hazard ratio",
    }
    return MarkerOutcome(
        id=f"{marker.id}_outcome",
        title=f"{marker.stain} and outcome",
        method=Method("A tissue marker beside outcome", method, REFERENCE),
        data=ledger.data,
        basis=ledger.basis,
        stain=marker.stain,
        visits=[marker.visits[0], landmark],
        cases=cases.drop("time_seq"),
    )


def _read_times(adtte: pl.DataFrame, read: AnalysisRead) -> pl.DataFrame:
    mine = adtte.filter(is_under_read(read) & (col("PARAMCD") == EVENT_TIME))
    return mine.drop_nulls(["STARTDT", "ADT"]).select(
        "USUBJID",
        col("STARTDT").alias("start_date"),
        col("ADT").alias("end_date"),
        (col("CNSR") == 0).alias("event"),
        col("ASEQ").alias("time_seq"),
    )


def _list_cases(
    rows: pl.DataFrame, landmark: str, times: pl.DataFrame, responses: pl.DataFrame
) -> pl.DataFrame:
    """Return a row per patient with a pair and a time."""
    later = rows.filter((col("AVISIT") == landmark) & col("R2BASE").is_not_null())
    pairs = later.group_by("USUBJID").agg(
        col("BASE").first(), col("R2BASE").mean(), col("ADT").min().alias("taken_date")
    )
    joined = pairs.join(times, on="USUBJID").join(responses, on="USUBJID", how="left")
    start, end, taken = col("start_date"), col("end_date"), col("taken_date")
    return joined.select(
        "USUBJID",
        "BASE",
        "R2BASE",
        "AVALC",
        ((end - start).dt.total_days() / DAYS_PER_MONTH).alias("time_months"),
        "event",
        ((end - taken).dt.total_days() / DAYS_PER_MONTH).alias("later_months"),
        "time_seq",
    ).sort("USUBJID")


def _add_responses(ledger: Ledger, rows: pl.DataFrame, cases: pl.DataFrame) -> None:
    """Enter fold changes of progressive disease and of other best responses, and their test."""
    known = cases.filter(col("AVALC").is_not_null() & (col("AVALC") != "NE"))
    is_pd = col("AVALC") == PROGRESSION
    groups = {"pd": known.filter(is_pd), "other": known.filter(~is_pd)}
    for name, group in groups.items():
        mine = _rows_of(rows, group)
        stat = Stat(f"{name}.n", group.height, "n", f"Patients, best response {name}")
        ledger.add(stat, "ADBM", mine, "AVAL")
        median = as_number(group["R2BASE"].median())
        stat = Stat(f"{name}.median_fold", median, "median", f"Median fold change, {name}")
        ledger.add(stat, "ADBM", mine, "AVAL")
    p_value: float | None = None
    if all(group.height for group in groups.values()):
        first, second = (np.log2(group["R2BASE"].to_numpy())[None, :] for group in groups.values())
        p_value = float(estimate_rank_sum_shift(first, second).p_value[0])
    stat = Stat("response.p", p_value, "p_value", "P value, progressive disease against others")
    ledger.add(stat, "ADBM", _rows_of(rows, known), "AVAL")


def _add_hazard(
    ledger: Ledger,
    rows: pl.DataFrame,
    name: str,
    cases: pl.DataFrame,
    columns: tuple[str, str],
) -> None:
    """Enter the hazard ratio per doubling of a column, over times of another."""
    value, time = columns
    kept = cases.filter((col(time) > 0) & (col(value) > 0))
    numbers: Sequence[float | None] = (None,) * 4
    try:
        doublings = np.log2(kept[value].to_numpy())[:, None]
        model = estimate_cox(kept[time].to_numpy(), kept["event"].to_numpy(), doublings)
        term = model.terms[0]
        numbers = (term.hazard_ratio, term.lower, term.upper, model.p_value)
    except EstimateError:
        pass  # too few events or a hazard ratio without end: the counts say so
    labels: Mapping[str, str] = dict(HAZARDS)
    mine = _rows_of(rows, kept)
    ledger.add(Stat(f"{name}.n", kept.height, "n", f"Patients: {slug(name)}"), "ADBM", mine, "AVAL")
    for part, number in zip(("hr", "lower", "upper", "p"), numbers, strict=True):
        label = labels[name] if part == "hr" else f"{labels[name]}: {part}"
        ledger.add(Stat(f"{name}.{part}", number, part, label), "ADBM", mine, "AVAL")


def _rows_of(rows: pl.DataFrame, cases: pl.DataFrame) -> pl.DataFrame:
    return rows.join(cases.select("USUBJID"), on="USUBJID", how="semi")
