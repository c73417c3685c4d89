"""Proteins by samples: the frame of an export as the matrix that models take."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

ASSAY_COLUMNS = ("OLINKID", "ASSAY", "UNIPROT", "PANEL", "panel_version")
SAMPLE_COLUMNS = ("SAMPLEID", "USUBJID", "VISIT")
PASSED = "pass"


@dataclass(frozen=True, slots=True)
class ProteinMatrix:
    """Values (n_assays, n_samples) with what their rows and columns are; nan is missing.

    `assays` has the columns of `ASSAY_COLUMNS`, `samples` those of `SAMPLE_COLUMNS` and
    `is_warned`; their orders are those of the frame.
    """

    values: NDArray[np.float64]
    assays: pl.DataFrame
    samples: pl.DataFrame


def label_assays() -> pl.Expr:
    """Return the name of each assay; with its OlinkID where another assay has the same name."""
    name = pl.col("ASSAY").fill_null(pl.col("OLINKID"))
    is_shared = pl.col("OLINKID").n_unique().over("ASSAY") > 1
    return pl.when(is_shared).then(pl.format("{} ({})", name, "OLINKID")).otherwise(name)


def build_matrix(data: pl.DataFrame) -> ProteinMatrix:
    """Lay out matched protein values as a matrix.

    Parameters
    ----------
    data : DataFrame
        From `olink_samples.match_samples`: one row per sample and assay.

    Returns
    -------
    ProteinMatrix
        Assays and samples in the order in which they first come. A sample counts as warned when
        any panel's QCWARN is other than "Pass".
    """
    assays = data.select(ASSAY_COLUMNS).unique("OLINKID", keep="first", maintain_order=True)
    warned = pl.col("QCWARN").fill_null(PASSED).str.to_lowercase() != PASSED
    samples = data.group_by(SAMPLE_COLUMNS, maintain_order=True).agg(is_warned=warned.any())
    rows = {name: place for place, name in enumerate(assays["OLINKID"])}
    columns = {name: place for place, name in enumerate(samples["SAMPLEID"])}
    values = np.full((len(rows), len(columns)), np.nan)
    values[
        data["OLINKID"].replace_strict(rows, return_dtype=pl.Int64).to_numpy(),
        data["SAMPLEID"].replace_strict(columns, return_dtype=pl.Int64).to_numpy(),
    ] = data["NPX"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return ProteinMatrix(values, assays, samples)


def drop_warned(matrix: ProteinMatrix) -> ProteinMatrix:
    """Leave out samples with a quality warning, for the sensitivity analysis."""
    keep = ~matrix.samples["is_warned"].to_numpy()
    return ProteinMatrix(
        matrix.values[:, keep], matrix.assays, matrix.samples.filter(pl.Series(keep))
    )
