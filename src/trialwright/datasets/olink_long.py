"""Olink exports in long tables: one row per sample and assay, under any of Olink's names."""

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from trialwright.datasets.olink_frame import (
    DECIMAL_COMMA,
    finish_frame,
    is_control_assay,
    is_missing,
    normalize_uniprot,
    parse_number,
    refuse,
    split_panel,
)
from trialwright.datasets.sheets import WorkbookBombError, guard_archive
from trialwright.datasets.tabular_readers import READERS

# The first name that a table has counts: NPX before its plate-control form, the LOD that comes
# with the values before the one of the plate or the run.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "SAMPLEID": ("sampleid", "sample"),
    "sample_index": ("index",),
    "OLINKID": ("olinkid", "oid"),
    "UNIPROT": ("uniprot", "uniprotid"),
    "ASSAY": ("assay", "assayname", "genename"),
    "PANEL": ("panel", "panelname"),
    "panel_version": ("panelversion", "panellotnr", "paneldataarchiveversion"),
    "PLATEID": ("plateid", "plate"),
    "QCWARN": ("qcwarning", "sampleqc", "qcstatus"),
    "assay_warning": ("assaywarning", "assayqc"),
    "missing_freq": ("missingfreq", "missingdatafreq"),
    "normalization": ("normalization",),
    "LOD": ("lod", "lodnpx", "platelod", "maxlod"),
    "NPX": ("npx", "pcnormalizednpx"),
}
REQUIRED = ("SAMPLEID", "OLINKID", "NPX")
NUMBERS = ("NPX", "LOD", "missing_freq")
TYPE_OF_SAMPLE, TYPE_OF_ASSAY = "sampletype", "assaytype"
OTHER_VALUES = ("ct", "quantifiedvalue", "count")
TABLE_SUFFIXES = (".csv", ".tsv", ".txt", ".parquet")


def bare(name: str) -> str:
    """Return a column's name in lower case without anything but letters and digits."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def read_long(path: Path) -> pl.DataFrame:
    """Read a long export: CSV with any separator, Parquet, or one of these in a zip file.

    Parameters
    ----------
    path : Path
        File named .csv, .tsv, .txt, .parquet or .zip.

    Returns
    -------
    DataFrame
        Columns of `NPX_COLUMNS`, in the order of the file; rows of control samples and control
        assays, where the table marks them, are left out. In text parted by semicolons or tabs a
        comma is a decimal comma.

    Raises
    ------
    DataError
        If columns are missing, a cell is no number, or the table holds something else than NPX.
    """
    if path.suffix.lower() == ".zip":
        return _read_zip(path)
    if path.suffix.lower() == ".parquet":
        _refuse_other_parquet(path)
    kind = ".parquet" if path.suffix.lower() == ".parquet" else ".csv"
    try:
        table = READERS[kind](path)
    except (ValueError, OSError, pl.exceptions.PolarsError) as error:
        raise refuse(
            "NPX-FILE", path.name, f"not readable ({error})", "an NPX table", "Export it again."
        ) from error
    return name_columns(table, path.name, kind == ".csv" and _parts_by_comma(path))


def _parts_by_comma(path: Path) -> bool:
    """Return whether a text is parted by commas, which then cannot be decimal ones."""
    first = path.read_bytes()[:100_000].decode("utf-8", errors="replace").partition("\n")[0]
    return max(",;\t|", key=first.count) == ","


def _read_zip(path: Path) -> pl.DataFrame:
    """Read the only table in a zip file."""
    try:
        guard_archive(path)
        with zipfile.ZipFile(path) as archive, TemporaryDirectory() as folder:
            names = [n for n in archive.namelist() if n.lower().endswith(TABLE_SUFFIXES)]
            names = [n for n in names if not n.startswith("__MACOSX")]
            if len(names) != 1:
                raise refuse(
                    "NPX-FILE",
                    path.name,
                    f"{len(names)} tables",
                    "one CSV or Parquet table in the zip file",
                    "Unpack it and name the table wanted.",
                )
            member = Path(folder) / Path(names[0]).name
            member.write_bytes(archive.read(names[0]))
            return read_long(member)
    except WorkbookBombError as error:
        raise refuse("NPX-FILE", path.name, str(error), "a table", "Export it again.") from error
    except zipfile.BadZipFile as error:
        raise refuse(
            "NPX-FILE", path.name, "no zip file", "a zip file", "Export it again."
        ) from error


def _refuse_other_parquet(path: Path) -> None:
    """Refuse a Parquet file whose metadata say that it holds something else than NPX."""
    try:
        kind = pl.read_parquet_metadata(path).get("DataFileType", "NPX File")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise refuse(
            "NPX-FILE",
            path.name,
            f"no Parquet file ({error})",
            "a Parquet file",
            "Export it again.",
        ) from error
    if "npx" not in kind.lower():
        raise refuse("NPX-KIND", path.name, f"a '{kind}'", "an 'NPX File'", "Export NPX values.")


def name_columns(table: pl.DataFrame, file: str, is_parted_by_comma: bool = True) -> pl.DataFrame:
    """Turn a long table under Olink's names into the columns of `NPX_COLUMNS`.

    Raises
    ------
    DataError
        If a column is missing or a cell is no number.
    """
    names = {bare(name): name for name in reversed(table.columns)}
    chosen = {
        ours: next(names[theirs] for theirs in synonyms if theirs in names)
        for ours, synonyms in SYNONYMS.items()
        if any(theirs in names for theirs in synonyms)
    }
    _refuse_without(chosen, names, file)
    table = _drop_controls(table, names, chosen)
    numbers = {
        ours: _read_numbers(table, chosen[ours], file, is_parted_by_comma)
        for ours in NUMBERS
        if ours in chosen
    }
    texts = [
        pl.col(theirs)
        .cast(pl.String)
        .str.strip_chars()
        .replace(["", "NA"], [None, None])
        .alias(ours)
        for ours, theirs in chosen.items()
        if ours not in NUMBERS
    ]
    frame = table.select(*texts, "source_row").with_columns(**numbers)
    return finish_frame(_unify(frame), file)


def _refuse_without(chosen: dict[str, str], names: dict[str, str], file: str) -> None:
    """Refuse a table without samples, assays or NPX."""
    missing = [name for name in REQUIRED if name not in chosen]
    if not missing:
        return
    others = [names[name] for name in OTHER_VALUES if name in names]
    if missing == ["NPX"] and others:
        raise refuse(
            "NPX-KIND", file, f"values of {others[0]}", "values of NPX", "Export NPX values."
        )
    expected = {"SAMPLEID": "SampleID", "OLINKID": "OlinkID", "NPX": "NPX"}
    raise refuse(
        "NPX-LAYOUT",
        file,
        f"no column {' and '.join(expected[name] for name in missing)}",
        "a long NPX table with SampleID, OlinkID and NPX, or a wide workbook",
        "Export the table again from the Olink software, or name the columns.",
    )


def _drop_controls(
    table: pl.DataFrame, names: dict[str, str], chosen: dict[str, str]
) -> pl.DataFrame:
    """Leave out control samples and control assays that the table marks as such."""
    keep = pl.lit(value=True)
    if TYPE_OF_SAMPLE in names:
        kind = pl.col(names[TYPE_OF_SAMPLE]).cast(pl.String).str.to_lowercase()
        keep &= kind.is_null() | ~kind.str.contains("control")
    if TYPE_OF_ASSAY in names:
        kind = pl.col(names[TYPE_OF_ASSAY]).cast(pl.String).str.to_lowercase()
        keep &= kind.is_null() | (kind == "assay") | (kind == "")
    if "ASSAY" in chosen:
        assays = table[chosen["ASSAY"]].cast(pl.String)
        controls = [name for name in assays.unique().drop_nulls() if is_control_assay(name)]
        keep &= ~pl.col(chosen["ASSAY"]).cast(pl.String).is_in(controls).fill_null(value=False)
    return table.filter(keep)


def _read_numbers(
    table: pl.DataFrame, column: str, file: str, is_parted_by_comma: bool
) -> pl.Series:
    """Read a column of numbers; the first cell that is none is named by its row."""
    cells = table[column]
    if cells.dtype.is_numeric():
        return cells.cast(pl.Float64).fill_nan(None)
    texts = cells.cast(pl.String).str.strip_chars()
    if not is_parted_by_comma:
        has_comma = texts.str.contains(DECIMAL_COMMA.pattern)
        texts = pl.select(
            pl.when(has_comma).then(texts.str.replace(",", ".")).otherwise(texts)
        ).to_series()
    numbers = texts.cast(pl.Float64, strict=False)
    unread = numbers.is_null() & texts.is_not_null()
    for text, row in zip(texts.filter(unread), table["source_row"].filter(unread), strict=True):
        if not is_missing(text):
            parse_number(text, f"{file} row {row}, {column}")
    return numbers.fill_nan(None)


def _unify(frame: pl.DataFrame) -> pl.DataFrame:
    """Write panels and accessions as the wide reader does, and number samples as they come."""
    if "UNIPROT" in frame.columns:
        accessions = {
            text: normalize_uniprot(text) for text in frame["UNIPROT"].unique().drop_nulls()
        }
        frame = frame.with_columns(pl.col("UNIPROT").replace(accessions))
    if "PANEL" in frame.columns:
        panels = {text: split_panel(text) for text in frame["PANEL"].unique().drop_nulls()}
        version = pl.col("PANEL").replace({k: v[1] or None for k, v in panels.items()})
        if "panel_version" in frame.columns:
            version = pl.coalesce("panel_version", version)
        frame = frame.with_columns(
            pl.col("PANEL").replace({k: v[0] for k, v in panels.items()}),
            version.alias("panel_version"),
        )
    order = {
        name: place for place, name in enumerate(frame["SAMPLEID"].unique(maintain_order=True), 1)
    }
    return frame.with_columns(
        sample_index=pl.col("SAMPLEID").replace_strict(order, return_dtype=pl.Int64, default=None)
    )
