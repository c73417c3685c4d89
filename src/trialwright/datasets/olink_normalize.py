"""Bring plates or projects to one level: by samples on both, or by reference medians."""

import polars as pl
from polars import col

from trialwright.datasets.olink_frame import name_some, refuse

FEWEST_BRIDGES = 8  # the laboratory's own advice is 8 to 16


def normalize_bridge(
    reference: pl.DataFrame, other: pl.DataFrame, fewest: int = FEWEST_BRIDGES
) -> pl.DataFrame:
    """Shift one export onto another by the samples that both hold.

    Parameters
    ----------
    reference, other : DataFrame
        From `olink.read_npx`. Samples of the same SAMPLEID are the bridge.
    fewest : int
        Fewest bridging values that an assay must have.

    Returns
    -------
    DataFrame
        `other` without its bridging samples, NPX and LOD of each assay shifted by the median of
        the paired differences; `adjustment` holds the shift, `n_bridges` the pairs behind it.

    Raises
    ------
    DataError
        If an assay of `other` has too few bridging values in both.

    References
    ----------
    Olink Proteomics. Data normalization and standardization, white paper 1096 (2021).
    """
    keys = ["SAMPLEID", "OLINKID"]
    shifts = (
        other.select(*keys, "NPX")
        .join(reference.select(*keys, level="NPX"), on=keys, how="inner")
        .filter(col("NPX").is_not_null() & col("level").is_not_null())
        .group_by("OLINKID")
        .agg(adjustment=(col("level") - col("NPX")).median(), n_bridges=pl.len())
    )
    shifted = other.join(shifts, on="OLINKID", how="left", maintain_order="left")
    short = shifted.filter(col("n_bridges").fill_null(0) < fewest)
    if short.height:
        raise refuse(
            "NPX-BRIDGE",
            "bridging",
            f"{name_some(short['OLINKID'].unique(maintain_order=True).to_list(), 'assay')} with "
            f"fewer than {fewest} samples in both",
            f"{fewest} or more",
            "Measure more samples on both plates, or analyze the plates apart.",
        )
    return _shift(shifted).join(reference.select("SAMPLEID").unique(), on="SAMPLEID", how="anti")


def normalize_reference_median(data: pl.DataFrame, medians: pl.DataFrame) -> pl.DataFrame:
    """Shift each assay so that its median is that of a reference.

    Parameters
    ----------
    data : DataFrame
        From `olink.read_npx`.
    medians : DataFrame
        OLINKID and reference_median (NPX).

    Returns
    -------
    DataFrame
        `data` with NPX and LOD shifted and `adjustment` added.

    Raises
    ------
    DataError
        If an assay has no reference or no value.
    """
    levels = data.group_by("OLINKID").agg(level=col("NPX").median())
    shifts = levels.join(medians, on="OLINKID", how="left").select(
        "OLINKID", adjustment=col("reference_median") - col("level")
    )
    without = shifts.filter(col("adjustment").is_null())["OLINKID"].sort().to_list()
    if without:
        raise refuse(
            "NPX-REFERENCE",
            "reference medians",
            f"none for {name_some(without, 'assay')}",
            "one for each assay with values",
            "Add them to the table of reference medians.",
        )
    return _shift(data.join(shifts, on="OLINKID", how="left", maintain_order="left"))


def _shift(data: pl.DataFrame) -> pl.DataFrame:
    """Add the adjustment to values and limits."""
    return data.with_columns(col("NPX") + col("adjustment"), col("LOD") + col("adjustment"))
