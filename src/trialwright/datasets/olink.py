"""Protein measurements of Olink exports, in every layout, as one long frame."""

from pathlib import Path

import polars as pl

from trialwright.datasets.olink_frame import refuse
from trialwright.datasets.olink_linear import has_linear_header, read_linear
from trialwright.datasets.olink_long import name_columns, read_long
from trialwright.datasets.olink_wide import has_wide_header, read_wide, read_workbook

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
TABLES = (".csv", ".tsv", ".txt", ".parquet", ".zip")


def read_npx(path: str | Path) -> pl.DataFrame:
    """Read an Olink NPX export: wide workbook, long table, Parquet, or a zip file of one.

    Parameters
    ----------
    path : str or Path
        The export, as the Olink software wrote it.

    Returns
    -------
    DataFrame
        One row per sample and assay (`olink_frame.NPX_COLUMNS`): SAMPLEID, OLINKID, UNIPROT
        (accessions of a complex parted by commas), ASSAY, PANEL, panel_version, PLATEID, QCWARN
        ("Pass", "Warning", ...), assay_warning, missing_freq, normalization, LOD and NPX (log2;
        null where not measured), in the order of the file. Values below LOD are kept.

    Raises
    ------
    DataError
        If the file is missing or is no NPX export, holds Ct or concentrations, has a cell that is
        no number, a sample twice, or no value at all.

    References
    ----------
    Olink Proteomics. Data normalization and standardization, white paper 1096 (2021).
    """
    file = Path(path)
    if not file.is_file():
        raise refuse("NPX-FILE", file.name, "no such file", "an NPX export", "Look at its name.")
    suffix = file.suffix.lower()
    if suffix in WORKBOOKS:
        return _read_rows(file)
    if suffix in TABLES:
        return read_long(file)
    raise refuse(
        "NPX-FILE",
        file.name,
        f"a file of kind '{suffix}'",
        f"one of {', '.join((*WORKBOOKS, *TABLES))}",
        "Export the table again from the Olink software.",
    )


def _read_rows(file: Path) -> pl.DataFrame:
    """Read a workbook by the layout that its first rows show."""
    rows = read_workbook(file)
    if has_wide_header(rows):
        return read_wide(rows, file.name)
    if has_linear_header(rows):
        return read_linear(rows, file.name)
    header = [str(cell).strip() or f"({place})" for place, cell in enumerate(rows[0], start=1)]
    cells = {
        f"{name} ({place})" if name in header[:place] else name: [
            None if row[place] in ("", None) else str(row[place]) for row in rows[1:]
        ]
        for place, name in enumerate(header)
    }
    numbered = pl.DataFrame(cells).with_row_index("source_row", offset=2)
    return name_columns(numbered, file.name)
