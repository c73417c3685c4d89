"""Can the protein measurements be trusted? Warnings, limits, outliers and plates in one table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import polars as pl
from polars import col

from trialwright.core.errors import EstimateError
from trialwright.core.ledger import Ledger, Stat, slug
from trialwright.core.result import Method, Result
from trialwright.core.table import (
    Row,
    Table,
    cell,
    heading,
    make_table,
    print_n_percent,
    row,
)
from trialwright.datasets.analysis_biomarkers import NPX_CATEGORY
from trialwright.datasets.olink_panel import ProteinMatrix, build_matrix, label_assays
from trialwright.datasets.olink_quality import NpxQuality, list_low_assays, measure_quality
from trialwright.protocol.biomarkers import PlasmaPanel
from trialwright.stats.principal_components import find_components

ALPHA = 0.05
NO_PLATE = "no plate"
REFERENCE = "Olink Proteomics. Data normalization and standardization, white paper 1096 (2021)."


@dataclass(frozen=True, kw_only=True)
class ProteinQuality(Result):
    """Quality of the samples and assays.

    `samples` has label, visit, plate, median, iqr, component_1, component_2, is_outlier; `rates`
    label, visit and rate_below.
    """

    has_figure: ClassVar[bool] = True
    plates: list[str]
    visits: list[str]
    explained: list[float]
    samples: pl.DataFrame
    rates: pl.DataFrame
    low: list[str]
    astride: list[str]

    def table(self) -> Table:
        """Return the counts by plate, and those of the whole."""
        rows: list[Row] = [heading("Samples with a quality warning, n (%)")]
        for plate in self.plates:
            warned, n = f"warned.{slug(plate)}", f"samples.{slug(plate)}"
            words = print_n_percent(self.count(warned), self.count(n))
            words = f"{words} of {self.count(n)}"
            rows.append(row(plate, cell(words, self.ref(warned), self.ref(n)), indent=1))
        outliers = self.samples.filter(col("is_outlier"))["label"].to_list()
        rows += [
            heading("Samples and assays"),
            self._count_row("outliers", "Samples unlike the others", outliers),
            self._count_row("low", "Assays mostly below the limit of detection", self.low),
            self._count_row("plate_effects", "Assays that differ between plates", []),
            self._count_row("astride", "Patients with samples on two plates", self.astride),
            self._count_row("missing", "Values missing", []),
        ]
        notes = [
            "Unlike the others: more than three standard deviations from the mean in median, "
            "interquartile range or one of two principal components. Mostly below: over half of "
            "the values. Differ between plates: analysis of variance of the patients' means, "
            "adjusted P below 0.05.",
        ]
        return make_table(self.id, self.title, ("", "n"), rows, notes)

    def _count_row(self, stat_id: str, label: str, names: Sequence[str]) -> Row:
        named = f"{label}: {', '.join(names[:12])}" if names else label
        n_of = self.count(f"{stat_id}_of")
        count = print_n_percent(self.count(stat_id), n_of)
        return row(named, cell(f"{count} of {n_of}", self.ref(stat_id), self.ref(f"{stat_id}_of")),
                   indent=1)  # fmt: skip

    def plot(self, ax: Any = None) -> Any:  # noqa: ARG002 - four panels need a figure of their own
        """Draw components, spread, plates and limits."""
        from trialwright.figures.protein_samples import draw_protein_quality

        return draw_protein_quality(self.samples, self.rates, self.visits, self.explained)

    def describe(self) -> str:
        """Say in words what the figure shows."""
        from trialwright.figures.protein_samples import describe_protein_quality

        return describe_protein_quality(self.samples, self.rates)


def analyze_protein_quality(
    plasma: pl.DataFrame, adbm: pl.DataFrame, panel: PlasmaPanel
) -> ProteinQuality:
    """Measure the quality of a study's protein values.

    Parameters
    ----------
    plasma : DataFrame
        From `datasets.plasma.read_plasma`.
    adbm : DataFrame
        Analysis dataset ADBM, for the rows behind each number.
    panel : PlasmaPanel
        The protocol's panel: the order of its visits.
    """
    matrix = build_matrix(plasma)
    quality = measure_quality(plasma, matrix)
    samples = describe_samples(plasma, quality)
    rates = describe_rates(quality)
    low = list_low_assays(quality.below_lod)
    proteins = adbm.filter(col("PARCAT1") == NPX_CATEGORY)
    ledger = Ledger()
    plates = samples["plate"].fill_null(NO_PLATE).unique().sort().to_list()
    _add_plates(ledger, proteins, plates)
    _add_counts(ledger, proteins, quality, (samples, low))
    return ProteinQuality(
        id="protein_quality",
        title="Quality of the plasma proteins",
        method=Method("Counts of samples, assays and values", {}, REFERENCE),
        data=ledger.data,
        basis=ledger.basis,
        plates=plates,
        visits=[name for name in panel.visits if name in set(samples["visit"])],
        explained=explain_components(matrix),
        samples=samples,
        rates=rates,
        low=low,
        astride=list(quality.astride),
    )


def describe_samples(plasma: pl.DataFrame, quality: NpxQuality) -> pl.DataFrame:
    """Return one row per sample as the figure takes it."""
    plates = plasma.group_by("SAMPLEID").agg(plate=col("PLATEID").drop_nulls().first())
    joined = quality.samples.join(plates, on="SAMPLEID", how="left", maintain_order="left")
    missing = [
        pl.lit(None, dtype=pl.Float64).alias(name)
        for name in ("component_1", "component_2")
        if name not in joined.columns
    ]
    return joined.with_columns(missing).select(
        pl.format("{} {}", "USUBJID", "VISIT").alias("label"), col("VISIT").alias("visit"),
        "SAMPLEID", "plate", "median", "iqr", "component_1", "component_2", "is_outlier",
    )  # fmt: skip


def describe_rates(quality: NpxQuality) -> pl.DataFrame:
    """Return the share of values below the limit, by assay and visit, as the figure takes it."""
    return quality.below_lod.select(
        label_assays().alias("label"),
        col("VISIT").alias("visit"),
        "rate_below",
    )


def explain_components(matrix: ProteinMatrix) -> list[float]:
    """Return the share of variance of the first two components."""
    try:
        has_values = ~np.isnan(matrix.values).all(axis=0)
        return [float(x) for x in find_components(matrix.values[:, has_values], 2).explained]
    except EstimateError:
        return [float("nan")] * 2


def _add_plates(ledger: Ledger, proteins: pl.DataFrame, plates: Sequence[str]) -> None:
    """Add samples and warned samples of each plate."""
    named = proteins.with_columns(col("PLATEID").fill_null(NO_PLATE))
    for plate in plates:
        mine = named.filter(col("PLATEID") == plate)
        samples = mine.unique(["USUBJID", "AVISIT"], keep="first", maintain_order=True)
        warned = mine.filter(col("QCFL") == "N").unique(
            ["USUBJID", "AVISIT"], keep="first", maintain_order=True
        )
        for name, rows, label in (
            ("samples", samples, "samples"), ("warned", warned, "samples with a warning"),
        ):  # fmt: skip
            stat = Stat(f"{name}.{slug(plate)}", rows.height, "n", f"{plate}: {label}")
            ledger.add(stat, "ADBM", rows, "QCFL")


def _add_counts(
    ledger: Ledger,
    proteins: pl.DataFrame,
    quality: NpxQuality,
    parts: tuple[pl.DataFrame, Sequence[str]],
) -> None:
    """Add what concerns the whole, each with what it is counted of."""
    samples, low = parts
    first = proteins.unique(["USUBJID", "AVISIT"], keep="first", maintain_order=True)
    assays = proteins.unique("PARAMCD", keep="first", maintain_order=True)
    people = proteins.unique("USUBJID", keep="first", maintain_order=True)
    outliers = samples.filter(col("is_outlier"))["SAMPLEID"]
    uneven = quality.plates.filter(col("p_adjusted") < ALPHA)["OLINKID"]
    is_outlier = col("SAMPLEID").is_in(outliers.implode())
    is_uneven = col("PARAMCD").is_in(uneven.implode())
    is_astride = col("USUBJID").is_in(list(quality.astride))
    for name, label, chosen, of in (
        ("outliers", "Samples unlike the others", is_outlier, first),
        ("low", "Assays mostly below LOD", col("PARAM").is_in(list(low)), assays),
        ("plate_effects", "Assays that differ between plates", is_uneven, assays),
        ("astride", "Patients on two plates", is_astride, people),
        ("missing", "Values missing", col("AVAL").is_null(), proteins),
    ):
        rows = of.filter(chosen)
        ledger.add(Stat(name, rows.height, "n", label), "ADBM", rows, "AVAL")
        ledger.add(Stat(f"{name}_of", of.height, "n", f"{label}: of all"), "ADBM", of, "AVAL")
