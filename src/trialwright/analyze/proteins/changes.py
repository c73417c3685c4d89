"""How proteins went in each patient: the clustered heatmap of changes, and courses by visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import polars as pl
from polars import col

from trialwright.analyze.proteins.panel import pick_proteins
from trialwright.core.arrays import FloatArray
from trialwright.core.errors import EstimateError, NotRecordedError
from trialwright.core.ledger import Ledger, Stat, as_number, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import Table, cell, make_table, round_half_up, row
from trialwright.derive.reads import list_best_responses
from trialwright.protocol.biomarkers import PlasmaPanel
from trialwright.protocol.endpoints import AnalysisRead
from trialwright.stats.clustering import cluster_rows

if TYPE_CHECKING:
    from trialwright.figures.heatmap import HeatmapTree

SCALE_LABEL = "Change of NPX (log2) from {reference}"
REFERENCE = "Ward JH. J Am Stat Assoc 1963;58:236-244."
RESPONSES = ("CR", "PR", "SD", "PD", "NE")


@dataclass(frozen=True, kw_only=True)
class ProteinChanges(Result):
    """Changes from the reference visit by protein and sample, with the trees of both.

    `cells` has row (PARAM), column ("USUBJID VISIT") and value; `annotations` column, label,
    patient, visit and, where known, response. A tree is [order, merges, leaves].
    """

    has_figure: ClassVar[bool] = True
    reference: str
    cells: pl.DataFrame
    annotations: pl.DataFrame
    row_tree: list[Any]
    column_tree: list[Any]

    def plot(self, ax: Any = None) -> Any:
        """Draw the heatmap."""
        from trialwright.figures.heatmap import draw_heatmap

        rows, columns = _load_tree(self.row_tree), _load_tree(self.column_tree)
        label = SCALE_LABEL.format(reference=self.reference)
        return draw_heatmap(self.cells, rows, columns, self.annotations, label, ax)

    def describe(self) -> str:
        """Say in words what the figure shows."""
        from trialwright.figures.heatmap import describe_heatmap

        rows, columns = _load_tree(self.row_tree), _load_tree(self.column_tree)
        label = SCALE_LABEL.format(reference=self.reference)
        return describe_heatmap(self.cells, rows, columns, label)


def analyze_protein_changes(
    adbm: pl.DataFrame,
    adsl: pl.DataFrame,
    adrs: pl.DataFrame | None,
    panel: PlasmaPanel,
    read: AnalysisRead,
) -> ProteinChanges:
    """Lay out every change from the reference visit, clustered by proteins and by samples.

    Parameters
    ----------
    adbm, adsl : DataFrame
        Analysis datasets; treated patients are shown.
    adrs : DataFrame or None
        Responses, for the best response of each patient.
    panel : PlasmaPanel
        The protocol's panel.
    read : AnalysisRead
        Whose responses count.

    Returns
    -------
    ProteinChanges
        Samples of the visits other than the reference, of patients who have the reference.

    Raises
    ------
    NotRecordedError
        If no sample has a change.
    """
    proteins = pick_proteins(adbm, adsl, panel)
    subjects = list(dict.fromkeys(proteins.subjects))
    base = proteins.at_visit(panel.reference, subjects)
    place = {subject: number for number, subject in enumerate(subjects)}
    changes = proteins.values - base[:, [place[subject] for subject in proteins.subjects]]
    is_kept = (np.array(proteins.visits) != panel.reference) & ~np.isnan(changes).all(axis=0)
    if not is_kept.any():
        raise NotRecordedError(f"plasma samples of {panel.reference} and of another visit")
    has_values = ~np.isnan(changes[:, is_kept]).all(axis=1)
    kept = changes[np.ix_(has_values, is_kept)]
    samples = proteins.samples.filter(pl.Series(is_kept))
    names = proteins.assays["PARAM"].filter(pl.Series(has_values)).to_list()
    columns = [f"{s} {v}" for s, v in samples.select("USUBJID", "AVISIT").iter_rows()]
    rows = proteins.rows.filter(col("CHG").is_not_null(), col("AVISIT") != panel.reference)
    ledger = Ledger()
    ledger.add(Stat("samples", len(columns), "n", "Samples with a change"), "ADBM", rows, "CHG")
    ledger.add(Stat("proteins", len(names), "n", "Proteins with a change"), "ADBM", rows, "CHG")
    return ProteinChanges(
        id="protein_changes",
        title=f"Plasma proteins: change from {panel.reference}",
        method=Method(
            "Changes clustered by Euclidean distance, complete linkage",
            {"reference visit": panel.reference, "population": "treated patients"},
            REFERENCE,
        ),
        data=ledger.data,
        basis=ledger.basis,
        reference=panel.reference,
        cells=_list_cells(kept, names, columns),
        annotations=_annotate(samples, columns, _find_responses(adrs, read)),
        row_tree=_grow_tree(kept, names),
        column_tree=_grow_tree(kept.T, columns),
    )


def _list_cells(values: FloatArray, rows: Sequence[str], columns: Sequence[str]) -> pl.DataFrame:
    """Return one row per cell."""
    return pl.DataFrame(
        {
            "row": np.repeat(np.array(rows, dtype=object), len(columns)).tolist(),
            "column": list(columns) * len(rows),
            "value": values.ravel(),
        },
        schema={"row": pl.String, "column": pl.String, "value": pl.Float64},
    ).with_columns(col("value").fill_nan(None))


def _grow_tree(values: FloatArray, names: Sequence[str]) -> list[Any]:
    """Cluster rows; without a tree where a distance between two of them is unknown."""
    try:
        tree = cluster_rows(values)
    except EstimateError:
        return [list(names), [], []]
    steps = zip(tree.merges.tolist(), tree.heights.tolist(), strict=True)
    merges = [[left, right, height] for (left, right), height in steps]
    return [[names[place] for place in tree.order], merges, list(names)]


def _load_tree(tree: Sequence[Any]) -> "HeatmapTree":
    """Return a stored tree as figures take it."""
    from trialwright.figures.heatmap import HeatmapTree

    order, merges, leaves = tree
    steps = tuple((int(left), int(right), float(height)) for left, right, height in merges)
    return HeatmapTree(tuple(order), steps, tuple(leaves))


def _find_responses(adrs: pl.DataFrame | None, read: AnalysisRead) -> dict[str, str]:
    """Return the best response of each patient."""
    best = list_best_responses(adrs, read)
    return dict(best.filter(col("AVALC").is_in(RESPONSES)).iter_rows())


def _annotate(
    samples: pl.DataFrame, columns: Sequence[str], responses: dict[str, str]
) -> pl.DataFrame:
    """Return what stands above and under each column."""
    annotations = samples.select(
        pl.Series("column", columns),
        pl.Series("label", columns),
        col("USUBJID").alias("patient"),
        col("AVISIT").alias("visit"),
    )
    if not responses:
        return annotations
    known = [responses.get(subject) for subject in annotations["patient"]]
    return annotations.with_columns(pl.Series("response", known, dtype=pl.String))


@dataclass(frozen=True, kw_only=True)
class ProteinCourses(Result):
    """Values of the leading proteins by visit; `values` has label, key, USUBJID, visit, value."""

    has_figure: ClassVar[bool] = True
    visits: list[str]
    values: pl.DataFrame

    def table(self) -> Table:
        """Return the median of each protein by visit, with the number of patients."""
        rows = []
        for label, key in (
            self.values.select("label", "key").unique(maintain_order=True).iter_rows()
        ):
            cells = []
            for visit in self.visits:
                median, n = (f"{key}.{slug(visit)}.{name}" for name in ("median", "n"))
                words = f"{round_half_up(self.value(median), 2)} ({self.count(n)})"
                cells.append(cell(words, self.ref(median), self.ref(n)))
            rows.append(row(label, *cells))
        heads = ("", *(f"{visit}, median (n)" for visit in self.visits))
        note = "NPX (log2). The proteins with the smallest P at any visit after the reference."
        return make_table(self.id, self.title, heads, rows, [note])

    def plot(self, ax: Any = None) -> Any:  # noqa: ARG002 - a panel per protein needs its own figure
        """Draw a panel per protein, a line per patient."""
        from trialwright.figures.protein_values import draw_proteins

        return draw_proteins(self.values, self.visits)

    def describe(self) -> str:
        """Say in words what the figure shows."""
        from trialwright.figures.protein_values import describe_proteins

        return describe_proteins(self.values, self.visits)


def analyze_protein_courses(
    adbm: pl.DataFrame, adsl: pl.DataFrame, proteins: Result, panel: PlasmaPanel
) -> ProteinCourses:
    """Follow the proteins with the smallest P values over the visits.

    Parameters
    ----------
    adbm, adsl : DataFrame
        Analysis datasets; treated patients are shown.
    proteins : ProteinResult
        Contrasts of the same panel; up to twelve proteins with the smallest P are followed.
    panel : PlasmaPanel
        The protocol's panel.
    """
    from trialwright.figures.protein_values import MOST_PANELS

    matrix = pick_proteins(adbm, adsl, panel)
    is_p = col("stat_name") == "p"
    ranked = proteins.data.filter(is_p, col("stat").is_not_null()).sort("stat")
    leading = ranked["variable_level"].unique(maintain_order=True).head(MOST_PANELS).to_list()
    named = dict(matrix.assays.select("PARAM", "key").iter_rows())
    visits = [visit for visit in panel.visits if visit in set(matrix.visits)]
    rows = matrix.rows.filter(col("PARAM").is_in(leading))
    ledger, parts = Ledger(), []
    for label in leading:
        mine = rows.filter(col("PARAM") == label)
        values = mine.select(
            col("PARAM").alias("label"), pl.lit(named[label]).alias("key"), "USUBJID",
            col("AVISIT").alias("visit"), col("AVAL").alias("value"),
        )  # fmt: skip
        parts.append(values)
        for visit in visits:
            _add_median(ledger, mine.filter(col("AVISIT") == visit), named[label], label, visit)
    return ProteinCourses(
        id="protein_courses",
        title="Leading plasma proteins by visit",
        method=Method("Median of the patients with a value", {"population": "treated patients"}),
        data=ledger.data,
        basis=ledger.basis,
        visits=visits,
        values=pl.concat(parts),
    )


def _add_median(ledger: Ledger, rows: pl.DataFrame, key: str, label: str, visit: str) -> None:
    """Add the median of a protein at a visit, and how many patients have it."""
    known = rows.drop_nulls("AVAL")
    value = as_number(known["AVAL"].median())
    words = f"{label} at {visit}"
    stem = f"{key}.{slug(visit)}"
    for stat_id, number, name, what in (
        ("median", value, "Median", "median"), ("n", known.height, "n", "patients"),
    ):  # fmt: skip
        stat = Stat(f"{stem}.{stat_id}", number, name, f"{words}, {what}", "AVAL", label)
        ledger.add(stat, "ADBM", known, "AVAL")
