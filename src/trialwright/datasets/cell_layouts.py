"""Layouts of cell exports: which program wrote a table, in which unit, and what its columns are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import polars as pl
from polars import col

from trialwright.datasets.cell_exports_text import refuse_export

PHENOTYPE_SEPARATOR = ": "  # of composed classes, as QuPath writes them
MISSING = ("", "#N/A", "NA", "NaN", "nan")
CELL_OBJECTS = ("cell", "detection", "pathcellobject", "pathdetectionobject")

INFORM_X, INFORM_Y = "Cell X Position", "Cell Y Position"
INFORM_MARKER = re.compile(r"^Phenotype[- ](?P<marker>.+)$")
IN_UM, IN_PIXELS = re.compile(r"\((square )?microns\)"), re.compile(r"\(pixels\)")
QUPATH_X = re.compile(r"^Centroid X (?P<unit>px|.{1,3}m)$")
QUPATH_CLASS = ("Classification", "Class")
DECIMAL_COMMA = r"^[+-]?\d+,\d+(\s*%)?$"
DECIMAL_POINT = r"^[+-]?\d+\.\d+(\s*%)?$"


class Program(Enum):
    """What wrote an export."""

    INFORM = "inForm"
    QUPATH = "QuPath"


class LengthUnit(Enum):
    """In what places are given."""

    PIXEL = "px"
    MICROMETER = "um"


@dataclass(frozen=True, slots=True)
class Names:
    """Columns of an export, by what they hold; None where it has none."""

    x: str
    y: str
    image: str | None
    cell_id: str | None
    category: str | None
    object_type: str | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read an export."""

    program: Program
    unit: LengthUnit
    names: Names
    phenotypes: tuple[str, ...]
    commas: frozenset[str]

    @property
    def row_is(self) -> str:
        """What a row stands for, in the program's word."""
        return "cell" if self.program is Program.INFORM else "detection"

    @property
    def taken(self) -> tuple[str, ...]:
        """Columns that are no measurements."""
        names = (self.names.image, self.names.cell_id, self.names.category, self.names.object_type)
        return (
            *(name for name in names if name is not None),
            *(self.names.x, self.names.y, *self.phenotypes, "source_row"),
            *("Path", "Lab ID", "Slide ID", "ROI", "Name", "Parent", *QUPATH_CLASS),
        )

    def keep_cells(self, texts: pl.DataFrame) -> pl.DataFrame:
        """Return the rows that are cells, not annotations or images."""
        if self.names.object_type is None:
            return texts
        return texts.filter(col(self.names.object_type).str.to_lowercase().is_in(CELL_OBJECTS))

    def as_number(self, name: str) -> pl.Expr:
        """Read a column as numbers; a percentage as a share; null where it is none."""
        text = col(name).str.strip_chars()
        text = text.str.replace(",", ".", literal=True) if name in self.commas else text
        percent = text.str.strip_suffix("%").str.strip_chars_end().cast(pl.Float64, strict=False)
        number = pl.when(text.str.ends_with("%")).then(percent / 100)
        plain = pl.when(text.is_in(MISSING)).then(None).otherwise(text)
        return number.otherwise(plain.cast(pl.Float64, strict=False)).alias(name)

    def phenotype(self) -> pl.Expr:
        """Return the phenotype; those of several markers are joined, the negative ones left out."""
        parts = []
        for name in self.phenotypes:
            text = col(name).str.strip_chars()
            is_named = ~text.is_in(MISSING)
            if len(self.phenotypes) > 1:  # one column a marker: CD8+ or nothing, CD8-, other
                is_named &= ~text.str.ends_with("-") & (text.str.to_lowercase() != "other")
            parts.append(pl.when(is_named).then(text))
        if not parts:
            return pl.lit(None, dtype=pl.String)
        joined = pl.concat_str(parts, separator=PHENOTYPE_SEPARATOR, ignore_nulls=True)
        return pl.when(joined != "").then(joined)


def find_layout(texts: pl.DataFrame, file: str) -> Layout:
    """Find out which program wrote an export, and how.

    Raises
    ------
    DataError
        If it is neither's, a summary, or without a unit that can be known.
    """
    columns = texts.columns
    if INFORM_X in columns and INFORM_Y in columns:
        return _lay_inform(texts, file)
    centroid = next((name for name in columns if QUPATH_X.match(name)), None)
    if centroid is not None and centroid.replace(" X ", " Y ") in columns:
        return _lay_qupath(texts, centroid)
    shown = ", ".join(name for name in columns[:4] if name != "source_row")
    raise refuse_export(
        file,
        f"columns {shown} ...",
        f"'{INFORM_X}' (inForm) or 'Centroid X µm' (QuPath)",
        "Export inForm's cell_seg_data, or QuPath's detection measurements with their centroids.",
    )


def _lay_inform(texts: pl.DataFrame, file: str) -> Layout:
    columns = texts.columns
    cell_id = "Cell ID" if "Cell ID" in columns else None
    if cell_id and (texts[cell_id].str.to_lowercase() == "all").any():
        raise refuse_export(
            file,
            "cell 'all', a summary",
            "one row per cell",
            "Take the file that ends in cell_seg_data.txt, not cell_seg_data_summary.txt.",
            column=cell_id,
        )
    is_um = any(IN_UM.search(name) for name in columns)
    if is_um and any(IN_PIXELS.search(name) for name in columns):
        raise refuse_export(
            file, "columns in pixels and in microns", "one unit", "Export again in one unit."
        )
    markers = tuple(name for name in columns if INFORM_MARKER.match(name))
    image = next((name for name in ("Sample Name", "Annotation ID") if name in columns), None)
    category = "Tissue Category" if "Tissue Category" in columns else None
    names = Names(INFORM_X, INFORM_Y, image, cell_id, category)
    phenotypes = markers or tuple(name for name in ("Phenotype",) if name in columns)
    # Without a column that names a unit: pixels, as inForm has it unless told otherwise.
    unit = LengthUnit.MICROMETER if is_um else LengthUnit.PIXEL
    return Layout(Program.INFORM, unit, names, phenotypes, _find_commas(texts, columns))


def _lay_qupath(texts: pl.DataFrame, centroid: str) -> Layout:
    columns = texts.columns
    found = QUPATH_X.match(centroid)
    is_pixel = found is not None and found["unit"] == "px"
    names = Names(
        centroid,
        centroid.replace(" X ", " Y "),
        "Image" if "Image" in columns else None,
        "Object ID" if "Object ID" in columns else None,
        "Parent" if "Parent" in columns else None,
        "Object type" if "Object type" in columns else None,
    )
    # Before version 0.4 "Name" held the class of a detection too, and a cell had no id.
    phenotype = next((name for name in (*QUPATH_CLASS, "Name") if name in columns), None)
    unit = LengthUnit.PIXEL if is_pixel else LengthUnit.MICROMETER
    commas = _find_commas(texts, columns)
    return Layout(Program.QUPATH, unit, names, (phenotype,) if phenotype else (), commas)


def _find_commas(texts: pl.DataFrame, columns: Sequence[str]) -> frozenset[str]:
    """Return the columns with decimal commas; none where a number has a decimal point."""
    names = [name for name in columns if name != "source_row"]
    has = texts.select(
        *(col(name).str.contains(DECIMAL_COMMA).any().alias(f"comma {name}") for name in names),
        *(col(name).str.contains(DECIMAL_POINT).any().alias(f"point {name}") for name in names),
    ).row(0, named=True)
    commas = [name for name in names if has[f"comma {name}"] and not has[f"point {name}"]]
    return frozenset(commas)
