"""The Olink exports of a study: which files they are, what stands in them, whose samples."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
from polars import col

from trialwright.core.errors import DataError, Finding
from trialwright.datasets.olink import TABLES, WORKBOOKS, read_npx
from trialwright.datasets.olink_frame import finish_frame
from trialwright.datasets.olink_panel import build_matrix
from trialwright.datasets.olink_quality import find_quality_findings, measure_quality
from trialwright.datasets.olink_samples import (
    CONTROLS,
    match_samples,
    pick_samples,
    read_samples,
)
from trialwright.datasets.olink_wide import any_cell, bare, read_workbook
from trialwright.datasets.rules_plasma import make_orphan_findings, make_visit_findings
from trialwright.datasets.tabular import read_table
from trialwright.protocol.biomarkers import PlasmaPanel

STEM = "plasma"
SAMPLE_LIST = "plasma_samples"
SPECIMENS = "be"
GENE_SETS = "gene_sets"
PLASMA_WORDS = r"(?i)plasma|serum|blood"
KNOWN = ("SAMPLEID", "USUBJID", "VISIT")
SAMPLE_LABELS = ("assay", "sampleid")  # of the row that names the columns of a sheet


def find_exports(data_dir: Path) -> dict[str, Path]:
    """Find the Olink exports of a data folder: files named plasma, or plasma and more.

    Returns
    -------
    dict
        Lower-case stem to file, sorted; the list of samples is not among them.
    """
    return {
        name: path
        for name, path in _list_files(data_dir)
        if name != SAMPLE_LIST and path.suffix.lower() in (*WORKBOOKS, *TABLES)
    }


def find_sample_list(data_dir: Path) -> dict[str, Path]:
    """Find the list of samples beside the exports, plasma_samples.csv or a workbook; or nothing."""
    return {name: path for name, path in _list_files(data_dir) if name == SAMPLE_LIST}


def find_gene_sets(data_dir: Path) -> dict[str, Path]:
    """Find the gene sets of a data folder, the first file named .gmt; or nothing."""
    found = sorted(path for path in data_dir.iterdir() if path.suffix.lower() == ".gmt")
    return {GENE_SETS: found[0]} if found else {}


def _list_files(data_dir: Path) -> list[tuple[str, Path]]:
    """Return the visible files whose name starts with plasma, the first of each stem."""
    found: dict[str, Path] = {}
    for path in sorted(data_dir.iterdir()):
        if path.is_file() and path.stem.lower().startswith(STEM):
            found.setdefault(path.stem.lower(), path)
    return sorted(found.items())


def read_sheet(path: Path) -> pl.DataFrame:
    """Read an export as a spreadsheet shows it, for whoever follows a number to its row.

    Parameters
    ----------
    path : Path
        Export or list of samples.

    Returns
    -------
    DataFrame
        One row per row with any cell, all text; columns by the row that names the assays, else
        by the first. `source_row` is the row of the spreadsheet.

    Raises
    ------
    DataError
        If the file cannot be read.
    """
    if path.suffix.lower() in (".csv", ".parquet"):
        return read_table(path)
    if path.suffix.lower() not in WORKBOOKS:
        return read_npx(path).drop("sample_index")
    rows = read_workbook(path)
    head = next((n for n, row in enumerate(rows[:25]) if bare(row[0]) in SAMPLE_LABELS), 0)
    names = _name_columns(rows[head])
    kept = [
        (number, row) for number, row in enumerate(rows, start=1) if any_cell(row) and number > head
    ]
    columns: dict[str, pl.Series] = {
        name: pl.Series(name, [_as_text(row, place) for _, row in kept], dtype=pl.String)
        for place, name in enumerate(names)
    }
    return pl.DataFrame(columns).with_columns(
        source_row=pl.Series([number for number, _ in kept], dtype=pl.Int64)
    )


def _name_columns(header: Sequence[object]) -> list[str]:
    """Return the names of columns, the first that of the samples; none twice."""
    names: list[str] = []
    for place, cell in enumerate(header, start=1):
        name = "SampleID" if place == 1 else str(cell).strip() or f"({place})"
        names.append(f"{name} ({place})" if name in names else name)
    return names


def _as_text(row: Sequence[object], place: int) -> str | None:
    """Return a cell as text; None where it is empty."""
    text = str(row[place]) if place < len(row) else ""
    return text or None


def read_exports(paths: Mapping[str, Path]) -> pl.DataFrame:
    """Read all exports of a study as one frame.

    Parameters
    ----------
    paths : mapping
        Name of each export to its file.

    Returns
    -------
    DataFrame
        Columns of `olink_frame.NPX_COLUMNS` and `source_domain`, the name of the export.

    Raises
    ------
    DataError
        Everything that makes an export unusable, and a sample measured twice across them.
    """
    findings: list[Finding] = []
    frames = []
    for name, path in paths.items():
        try:
            frames.append(read_npx(path).with_columns(source_domain=pl.lit(name)))
        except DataError as error:
            findings += error.findings
    if findings:
        raise DataError(findings)
    together = pl.concat(frames)
    finish_frame(together, name_files(paths))
    return together


def name_files(paths: Mapping[str, Path]) -> str:
    """Return the names of the files for a message."""
    return ", ".join(path.name for path in paths.values())


def list_samples(
    npx: pl.DataFrame, recorded: Mapping[str, pl.DataFrame], paths: Mapping[str, Path]
) -> pl.DataFrame:
    """Say whose each sample is, and of which visit.

    A list of samples (plasma_samples) decides alone. Without one, a sample is the specimen of BE
    whose BEREFID it has; else what its own rows say; else its name, when that is a subject of DM
    and a visit (one of SV, where it is recorded) parted by an underscore.

    Parameters
    ----------
    npx : DataFrame
        From `read_exports`.
    recorded : mapping
        Recorded domains be, dm and sv, as far as they are there.
    paths : mapping
        Name to file of the exports and of the list of samples.

    Returns
    -------
    DataFrame
        SAMPLEID, USUBJID, VISIT: those measured, and those collected as plasma.
    """
    if SAMPLE_LIST in paths:
        return read_samples(paths[SAMPLE_LIST])
    parts = [_of_specimens(npx, recorded)]
    parts += [
        pick_samples(read_table(path), path.name)
        for path in paths.values()
        if path.suffix.lower() in (".csv", ".parquet")
    ]
    parts.append(_of_names(npx, recorded))
    return pl.concat(parts).unique("SAMPLEID", keep="first", maintain_order=True)


def _of_specimens(npx: pl.DataFrame, recorded: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return the specimens of BE that are plasma by their words, or measured."""
    empty = pl.DataFrame(schema=dict.fromkeys(KNOWN, pl.String()))
    be = recorded.get(SPECIMENS)
    if be is None or not {"BEREFID", "USUBJID", "VISIT"} <= set(be.columns):
        return empty
    words = [name for name in ("BECAT", "BETERM") if name in be.columns]
    is_plasma = pl.any_horizontal(
        pl.lit(value=False), *(col(name).str.contains(PLASMA_WORDS) for name in words)
    ).fill_null(value=False)
    is_measured = col("BEREFID").is_in(npx["SAMPLEID"].unique().implode())
    chosen = be.filter(is_plasma | is_measured)
    return chosen.select(SAMPLEID="BEREFID", USUBJID="USUBJID", VISIT="VISIT").drop_nulls()


def _of_names(npx: pl.DataFrame, recorded: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return samples that are named by a subject of DM and a visit, one of SV where it is recorded.

    SV ends at the data cut: a sample taken later must not come in by its name.
    """
    names = npx.select(col("SAMPLEID").unique(maintain_order=True))
    parts = names.with_columns(
        USUBJID=col("SAMPLEID").str.extract(r"^(.+)_[^_]+$"),
        VISIT=col("SAMPLEID").str.extract(r"^.+_([^_]+)$"),
    ).select(KNOWN)
    dm = recorded.get("dm")
    known = [] if dm is None else dm["USUBJID"].drop_nulls().to_list()
    named = parts.filter(col("USUBJID").is_in(known)).drop_nulls()
    sv = recorded.get("sv")
    if sv is None or not {"USUBJID", "VISIT"} <= set(sv.columns):
        return named
    return named.join(sv, on=["USUBJID", "VISIT"], how="semi", maintain_order="left")


def read_plasma(recorded: Mapping[str, pl.DataFrame], paths: Mapping[str, Path]) -> pl.DataFrame:
    """Read the exports of a study and give each sample its patient and visit.

    Parameters
    ----------
    recorded : mapping
        Recorded domains be, dm and sv, as far as they are there.
    paths : mapping
        Name to file of the exports and of the list of samples.

    Returns
    -------
    DataFrame
        One row per sample and assay of a known subject: USUBJID, VISIT, columns of `NPX_COLUMNS`,
        source_domain and PLSEQ, the row's number from 1, in the order of the files.

    Raises
    ------
    DataError
        What makes an export unusable.
    """
    exports = {name: path for name, path in paths.items() if name != SAMPLE_LIST}
    npx = read_exports(exports)
    samples = list_samples(npx, recorded, paths)
    data = match_samples(npx, samples, name_files(exports)).data
    if "dm" in recorded:
        data = data.join(
            recorded["dm"].select("USUBJID").unique(),
            on="USUBJID",
            how="semi",
            maintain_order="left",
        )
    return data.with_row_index("PLSEQ", offset=1).with_columns(col("PLSEQ").cast(pl.Int64))


def list_panel_visits(panels: Sequence[PlasmaPanel]) -> list[str]:
    """Return the visits of all panels of a protocol, each once."""
    return list(dict.fromkeys(name for panel in panels for name in panel.visits))


def find_plasma_findings(
    recorded: Mapping[str, pl.DataFrame], paths: Mapping[str, Path], visits: Sequence[str] = ()
) -> list[Finding]:
    """Find what is wrong with the exports of a study.

    Parameters
    ----------
    recorded, paths : mapping
        As for `read_plasma`.
    visits : sequence of str
        Visits that the protocol's panels have; empty when it names none.

    Returns
    -------
    list of Finding
        What makes an export unusable blocks; samples of nobody, samples not measured and what is
        low, warned, outlying, uneven or double warn.
    """
    exports = {name: path for name, path in paths.items() if name != SAMPLE_LIST}
    file = name_files(exports)
    try:
        npx = read_exports(exports)
        samples = list_samples(npx, recorded, paths)
        proper = npx.filter(~col("SAMPLEID").str.contains(CONTROLS))
        matched = match_samples(proper, samples, file)
    except DataError as error:
        return list(error.findings)
    findings = [*matched.findings, *make_orphan_findings(matched.data, recorded.get("dm"), file)]
    findings += make_visit_findings(matched.data, visits, file)
    quality = measure_quality(matched.data, build_matrix(matched.data))
    return [*findings, *find_quality_findings(quality, file)]
