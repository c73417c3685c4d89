"""Olink exports in wide workbooks: NPX Manager and NPX Signature, one sample a row."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from trialwright.datasets.olink_frame import (
    finish_frame,
    is_control_assay,
    is_missing,
    normalize_uniprot,
    parse_number,
    refuse,
    split_panel,
)
from trialwright.datasets.sheets import WorkbookError, guard_workbook

Row = list[object]

HEADER_ROWS = 25  # the header block lies within these
KIND_WORDS = ("npx data", "ct data", "quantified data", "npx", "ct", "quantified")
LABELS = {
    "panel": "panel",
    "assay": "assay",
    "uniprotid": "uniprot",
    "uniprot": "uniprot",
    "olinkid": "olink_id",
    "oid": "olink_id",
    "unit": "unit",
}
FOOTER = {
    "lod": "lod",
    "maxlod": "lod",
    "platelod": "lod",
    "missingdatafreq": "missing_freq",
    "missingfreq": "missing_freq",
    "normalization": "normalization",
    "assaywarning": "assay_warning",
}
PLATE, WARNING = "plateid", "qcwarning"
WARNING_WORDS = ("qcwarning", "qcstatus", "sampleqc")


@dataclass(frozen=True, slots=True)
class Assay:
    """One column of protein values."""

    column: int
    olink_id: str
    name: str
    uniprot: str
    panel: str
    panel_version: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A wide sheet taken apart: the rows of its header, its samples and its footer."""

    file: str
    assays: tuple[Assay, ...]
    plates: dict[str, int]  # panel to column; "" where one column serves all
    warnings: dict[str, int]
    samples: tuple[tuple[int, Row], ...]  # with the row that a spreadsheet shows
    footer: tuple[tuple[str, Row], ...]


def bare(value: object) -> str:
    """Return a label in lower case without blanks and points."""
    return "".join(c for c in str(value).lower() if c.isalnum())


def has_wide_header(rows: list[Row]) -> bool:
    """Return whether rows are those of a wide export."""
    labels = {bare(row[0]) for row in rows[:HEADER_ROWS] if row}
    return {"panel", "assay"} <= labels


def read_wide(rows: list[Row], file: str) -> pl.DataFrame:
    """Read the rows of a wide export.

    Parameters
    ----------
    rows : list of list
        Cells of the sheet; numbers or text.
    file : str
        Name for messages.

    Returns
    -------
    DataFrame
        Columns of `NPX_COLUMNS`, one row per assay and sample, samples within assays, both in
        the order of the sheet. The panel's name and version come apart.

    Raises
    ------
    DataError
        If the sheet holds no NPX, has no header block, or a cell is no number.
    """
    _refuse_other_kind(rows, file)
    sheet = _take_apart(rows, file)
    lod = {_plate_of(row, sheet): row for label, row in sheet.footer if label == "lod"}
    records = [record for assay in sheet.assays for record in _read_assay(sheet, assay, lod)]
    return finish_frame(pl.DataFrame(records, infer_schema_length=None), file)


def _plate_of(row: Row, sheet: Sheet) -> str:
    """Return the plate that a row of limits names; empty where it serves all plates."""
    for column in sheet.plates.values():
        if column < len(row) and not is_missing(row[column]):
            return str(row[column])
    return ""


def _refuse_other_kind(rows: list[Row], file: str) -> None:
    """Refuse a sheet that says it holds something else than NPX."""
    for row in rows[:HEADER_ROWS]:
        kind = str(row[0]).strip() if row else ""
        if kind.lower() in KIND_WORDS:
            if not kind.lower().startswith("npx"):
                raise refuse(
                    "NPX-KIND",
                    f"{file} row 2",
                    f"'{kind}'",
                    "'NPX data'",
                    "Export NPX values: differences of Ct or of concentrations are not "
                    "differences of NPX.",
                )
            return


def _take_apart(rows: list[Row], file: str) -> Sheet:
    """Find header, samples and footer of a sheet."""
    header = {LABELS[bare(row[0])]: row for row in rows[:HEADER_ROWS] if bare(row[0]) in LABELS}
    missing = [label for label in ("panel", "assay", "uniprot", "olink_id") if label not in header]
    if missing:
        raise refuse(
            "NPX-LAYOUT",
            file,
            f"no row {' and '.join(missing)} in the header",
            "the rows Panel, Assay, Uniprot ID and OlinkID above the samples",
            "Export the table again from the Olink software, without changes.",
        )
    first = max(number for number, row in enumerate(rows[:HEADER_ROWS]) if bare(row[0]) in LABELS)
    body = [(n, row) for n, row in enumerate(rows, start=1) if n > first + 1 and any_cell(row)]
    columns = range(1, len(header["assay"]))
    names = {column: bare(header["assay"][column]) for column in columns}
    panels = {column: split_panel(str(_cell(header["panel"], column)))[0] for column in columns}
    return Sheet(
        file=file,
        assays=tuple(_find_assays(header)),
        plates={panels[c]: c for c in columns if names[c] == PLATE},
        warnings={panels[c]: c for c in columns if names[c] in WARNING_WORDS},
        samples=tuple((n, row) for n, row in body if bare(row[0]) not in FOOTER),
        footer=tuple((FOOTER[bare(row[0])], row) for _, row in body if bare(row[0]) in FOOTER),
    )


def any_cell(row: Row) -> bool:
    """Return whether a row has any value."""
    return any(not is_missing(cell) for cell in row)


def _cell(row: Row, column: int) -> object:
    return row[column] if column < len(row) else ""


def _find_assays(header: dict[str, Row]) -> Iterator[Assay]:
    """Yield the columns of proteins; controls and a laboratory's own columns are passed over."""
    for column in range(1, len(header["olink_id"])):
        name = str(_cell(header["assay"], column)).strip()
        olink_id = str(header["olink_id"][column]).strip()
        if olink_id and name and not is_control_assay(name):
            panel, version = split_panel(str(_cell(header["panel"], column)))
            accession = _cell(header["uniprot"], column)
            uniprot = "" if is_missing(accession) else normalize_uniprot(str(accession))
            yield Assay(column, olink_id, name, uniprot, panel, version)


def _read_assay(sheet: Sheet, assay: Assay, lod: dict[str, Row]) -> Iterator[dict[str, object]]:
    """Yield the values of one protein."""
    footer = {label: _cell(row, assay.column) for label, row in sheet.footer if label != "lod"}
    plate_column = sheet.plates.get(assay.panel, sheet.plates.get("", -1))
    warning_column = sheet.warnings.get(assay.panel, sheet.warnings.get("", -1))
    missing_freq = parse_number(footer.get("missing_freq"), f"{sheet.file} (Missing Data freq.)")
    for index, (number, row) in enumerate(sheet.samples, start=1):
        sample = str(row[0]).strip()
        if not sample:
            raise refuse(
                "NPX-SAMPLE",
                f"{sheet.file} row {number}",
                "values without a sample",
                "a sample's name in the first column",
                "Write the sample's name, or remove the row.",
            )
        place = f"{sheet.file} row {number}, {assay.name}"
        plate = "" if plate_column < 0 else str(_cell(row, plate_column)).strip()
        limits = lod.get(plate, lod.get("", []))
        yield {
            "SAMPLEID": sample,
            "source_row": number,
            "sample_index": index,
            "OLINKID": assay.olink_id,
            "UNIPROT": assay.uniprot or None,
            "ASSAY": assay.name,
            "PANEL": assay.panel,
            "panel_version": assay.panel_version,
            "PLATEID": plate or None,
            "QCWARN": None if warning_column < 0 else str(_cell(row, warning_column)).strip(),
            "assay_warning": None
            if is_missing(footer.get("assay_warning"))
            else str(footer["assay_warning"]),
            "missing_freq": missing_freq,
            "normalization": None
            if is_missing(footer.get("normalization"))
            else str(footer["normalization"]),
            "LOD": parse_number(_cell(limits, assay.column), f"{sheet.file} (LOD), {assay.name}"),
            "NPX": parse_number(_cell(row, assay.column), place),
        }


def read_workbook(path: Path) -> list[Row]:
    """Return the cells of the first sheet of a workbook that has any.

    Raises
    ------
    DataError
        If the file is no workbook, or empty.
    """
    try:
        import python_calamine
    except ImportError as error:
        raise refuse(
            "NPX-FILE",
            path.name,
            "a workbook, for which python-calamine is not installed",
            "a CSV or Parquet table",
            "Install python-calamine, or save the sheet as CSV.",
        ) from error
    try:
        guard_workbook(path)
        book = python_calamine.CalamineWorkbook.from_path(path)
        sheets = [book.get_sheet_by_name(name) for name in book.sheet_names]
    except (python_calamine.CalamineError, WorkbookError) as error:
        raise refuse(
            "NPX-FILE", path.name, f"no workbook ({error})", "an Excel workbook", "Export it again."
        ) from error
    for sheet in sheets:
        rows: list[Row] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
        if any(any_cell(row) for row in rows):
            return rows
    raise refuse("NPX-FILE", path.name, "an empty workbook", "an NPX table", "Export it again.")
