"""Write protein values as the wide Target 96 workbook that Olink's software exports."""

from pathlib import Path

import polars as pl
from polars import col

from trialwright.datasets.workbooks import CellValue, write_rows

PASS = "Pass"
PLATE, WARNING = "Plate ID", "QC Warning"
DIGITS = 5  # as the exports print


def write_npx_workbook(npx: pl.DataFrame, path: Path, project: str, software: str) -> None:
    """Write a wide workbook of one panel, which `olink.read_npx` reads back as it was.

    Parameters
    ----------
    npx : DataFrame
        One row per sample and assay: SAMPLEID, OLINKID, ASSAY, UNIPROT, PANEL, panel_version,
        PLATEID, QCWARN, LOD (one per assay) and NPX (null where missing).
    path : Path
        File to write, named .xlsx.
    project, software : str
        What the first row says, such as "STUDY" and "Olink NPX Manager 3.0.0.0".
    """
    assays = npx.group_by("OLINKID", "ASSAY", "UNIPROT", maintain_order=True).agg(
        lod=col("LOD").first(), missing=col("NPX").is_null().mean()
    )
    names = npx.select(pl.format("{}({})", "PANEL", "panel_version").alias("named"), "PANEL").row(0)
    n = assays.height
    rows: list[list[CellValue]] = [
        [project, software],
        ["NPX data"],
        ["Panel", *[names[0]] * n, names[1], names[1]],
        ["Assay", *assays["ASSAY"], PLATE, WARNING],
        ["Uniprot ID", *assays["UNIPROT"]],
        ["OlinkID", *assays["OLINKID"]],
        [None],
        *_list_samples(npx, assays["OLINKID"].to_list()),
        [None],
        ["LOD", *(_round(value) for value in assays["lod"])],
        ["Missing Data freq.", *(_round(value) for value in assays["missing"])],
        ["Normalization", *["Intensity"] * n],
    ]
    write_rows(path, rows, "NPX Data")


def _list_samples(npx: pl.DataFrame, assays: list[str]) -> list[list[CellValue]]:
    """Return a row per sample: its values in the order of the assays, plate and warning."""
    rows: list[list[CellValue]] = []
    for (sample,), part in npx.group_by("SAMPLEID", maintain_order=True):
        values = dict(part.select("OLINKID", "NPX").iter_rows())
        warned = part.filter(col("QCWARN") != PASS)
        rows.append(
            [
                str(sample),
                *(_round(values.get(name)) for name in assays),
                part["PLATEID"][0],
                "Warning" if warned.height else PASS,
            ]
        )
    return rows


def _round(value: float | None) -> float | None:
    """Return a value as an export prints it."""
    return None if value is None else round(float(value), DIGITS)
