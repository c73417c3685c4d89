"""Cell tables of other programs: inForm's cell_seg_data and QuPath's measurements, as one table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import polars as pl
from polars import col

from trialwright.core.errors import EstimateError
from trialwright.datasets.cell_exports_text import read_export, refuse_export
from trialwright.datasets.cell_layouts import (
    PHENOTYPE_SEPARATOR,
    Layout,
    LengthUnit,
    Program,
    find_layout,
)

__all__ = [
    "CELL_COLUMNS",
    "CellTable",
    "LengthUnit",
    "Program",
    "convert_to_um",
    "read_cell_export",
    "select_phenotype",
]

CELL_COLUMNS: Mapping[str, pl.DataType] = {
    "image": pl.String(),
    "cell_id": pl.String(),
    "phenotype": pl.String(),
    "category": pl.String(),
    "x": pl.Float64(),
    "y": pl.Float64(),
}
"""First columns of every cell table; the export's own measurements follow under their names."""


class _Part(Enum):
    X = "x"
    Y = "y"


@dataclass(frozen=True, slots=True)
class CellTable:
    """Cells of one export.

    `cells` has one row per cell in the order of the file: `CELL_COLUMNS` (phenotype and category
    are null where the export has none), then the numbers that the program measured, under its
    names. `x` and `y` are in `unit`, from the top left corner.
    """

    file: str
    program: Program
    unit: LengthUnit
    cells: pl.DataFrame

    @property
    def phenotypes(self) -> tuple[str, ...]:
        """Phenotypes as written, sorted."""
        return tuple(self.cells["phenotype"].drop_nulls().unique().sort())

    @property
    def categories(self) -> tuple[str, ...]:
        """Tissue categories as written, sorted."""
        return tuple(self.cells["category"].drop_nulls().unique().sort())


def read_cell_export(path: str | Path) -> CellTable:
    """Read the cells of an inForm or a QuPath export.

    Parameters
    ----------
    path : path
        inForm: `..._cell_seg_data.txt`, single, merged or with one phenotype column for each
        marker. QuPath: measurements of detections or cells, parted by tabs, commas or
        semicolons. Text in UTF-8, UTF-16 or Latin-1; may be gzipped.

    Returns
    -------
    CellTable
        The cells. Objects of a QuPath export that are no cells or detections (annotations, the
        image) are left out.

    Raises
    ------
    DataError
        If it is no such export, or not whole: with what was found and what to do.

    References
    ----------
    Akoya Biosciences. inForm user manual 2.4 to 2.6, "cell segmentation data". Bankhead P, et al.
    QuPath. Sci Rep 2017;7:16878.
    """
    path = Path(path)
    texts = read_export(path)
    layout = find_layout(texts, path.name)
    texts = layout.keep_cells(texts)
    if not texts.height:
        raise refuse_export(
            path.name, "no cells", f"one row per {layout.row_is}", "Export the cells again."
        )
    places = [_read_numbers(texts, layout, part, path.name) for part in _Part]
    names = layout.names
    first = texts.select(
        image=_text(names.image, path.name),
        cell_id=_text(names.cell_id),
        phenotype=layout.phenotype(),
        category=_text(names.category),
    ).with_columns(cell_id=col("cell_id").fill_null(pl.int_range(pl.len()).cast(pl.String)))
    _refuse_twice(first, texts, path.name)
    measured = texts.drop(name for name in layout.taken if name in texts.columns)
    numbers = measured.select(layout.as_number(name) for name in measured.columns)
    kept = [series for series in numbers if series.null_count() < len(series)]
    cells = first.with_columns(*places, *kept)
    return CellTable(path.name, layout.program, layout.unit, cells)


def _text(name: str | None, default: str | None = None) -> pl.Expr:
    """Return a column's texts, the empty ones as null; the default where there is no column."""
    if name is None:
        return pl.lit(default, dtype=pl.String)
    text = col(name).str.strip_chars()
    return pl.when(text != "").then(text).otherwise(pl.lit(default, dtype=pl.String))


def _read_numbers(texts: pl.DataFrame, layout: Layout, part: _Part, file: str) -> pl.Series:
    """Read a coordinate; refuse the first that is no number."""
    name = layout.names.x if part is _Part.X else layout.names.y
    numbers = texts.select(layout.as_number(name))[name].rename(part.value)
    bad = texts.filter(numbers.is_null() | ~numbers.is_finite())
    if bad.height:
        found = bad[name][0] or "nothing"
        raise refuse_export(
            file,
            f"'{found}'" if bad[name][0] else "an empty cell",
            "a number",
            f"Export the cells again; {bad.height} of {texts.height} rows have no position.",
            row=int(bad["source_row"][0]),
            column=name,
        )
    return numbers


def _refuse_twice(first: pl.DataFrame, texts: pl.DataFrame, file: str) -> None:
    """Refuse an export in which a cell stands twice: its counts would be too large."""
    is_twice = first.select("image", "cell_id").is_duplicated()
    if is_twice.any():
        rows = texts.filter(is_twice)["source_row"]
        cell = first.filter(is_twice).row(0, named=True)
        raise refuse_export(
            file,
            f"cell {cell['cell_id']} of {cell['image']} again "
            f"({is_twice.sum()} rows share their cell with another)",
            "each cell once",
            "Export again, or leave out the field that was merged twice.",
            row=int(rows[1]),
        )


def select_phenotype(cells: pl.DataFrame, phenotype: str) -> pl.DataFrame:
    """Return the cells of a phenotype.

    Parameters
    ----------
    cells : DataFrame
        Of a `CellTable`.
    phenotype : str
        As the export writes it (`Helper T`), or one part of a composed one: `CD8+` selects
        `CD8+: PDL1+`.

    Returns
    -------
    DataFrame
        Their rows, in order.
    """
    parts = col("phenotype").str.split(PHENOTYPE_SEPARATOR)
    return cells.filter((col("phenotype") == phenotype) | parts.list.contains(phenotype))


def convert_to_um(table: CellTable, pixel_size_um: float | None = None) -> pl.DataFrame:
    """Return the cells with `x_um` and `y_um`.

    Parameters
    ----------
    table : CellTable
        Cells, in pixels or in um.
    pixel_size_um : float, optional
        Side of a pixel of the export; needed, and used, where it is in pixels.

    Returns
    -------
    DataFrame
        `cells` with two columns more.

    Raises
    ------
    EstimateError
        If the export is in pixels and their size is not given.
    """
    if table.unit is LengthUnit.MICROMETER:
        scale = 1.0
    elif pixel_size_um is None or not pixel_size_um > 0:
        raise EstimateError(
            f"{table.file} is in pixels of unknown size, expected um. Give the pixel size in um, "
            "such as 0.5 for a field at 20x."
        )
    else:
        scale = pixel_size_um
    return table.cells.with_columns(x_um=col("x") * scale, y_um=col("y") * scale)
