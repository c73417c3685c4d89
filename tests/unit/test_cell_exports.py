"""Exports of inForm and QuPath: whole ones become one table, others one clear sentence."""

import gzip
from pathlib import Path

import polars as pl
import pytest

from trialwright.core.errors import DataError, EstimateError
from trialwright.datasets.cell_exports import (
    LengthUnit,
    Program,
    convert_to_um,
    read_cell_export,
    select_phenotype,
)

INFORM = "Sample Name\tTissue Category\tPhenotype\tCell ID\tCell X Position\tCell Y Position"
QUPATH = (
    "Image\tObject ID\tObject type\tName\tClassification\tParent\tROI\t"
    "Centroid X µm\tCentroid Y µm\tNucleus: Area µm^2"
)


def write(folder: Path, *lines: str, name: str = "cells.txt", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    return path


def message_of(path: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_cell_export(path)
    return str(caught.value)


def test_inform_cells_keep_place_phenotype_and_measurements(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        INFORM + "\tNucleus Area (pixels)\tConfidence",
        "f1\tTumor\tB\t1\t10\t20\t149\t97.5 %",
        "f1\t\t\t2\t30\t40\t#N/A\t",
    )
    table = read_cell_export(path)
    assert (table.program, table.unit) == (Program.INFORM, LengthUnit.PIXEL)
    assert table.cells.rows() == [
        ("f1", "1", "B", "Tumor", 10.0, 20.0, 149.0, 0.975),
        ("f1", "2", None, None, 30.0, 40.0, None, None),
    ]
    assert (table.phenotypes, table.categories) == (("B",), ("Tumor",))


def test_pixels_become_um_only_when_their_size_is_known(tmp_path: Path) -> None:
    table = read_cell_export(write(tmp_path, INFORM, "f1\tTumor\tB\t1\t10\t20"))
    assert convert_to_um(table, 0.5).select("x_um", "y_um").rows() == [(5.0, 10.0)]
    with pytest.raises(EstimateError, match=r"cells.txt is in pixels of unknown size, expected um"):
        convert_to_um(table)


def test_an_export_in_microns_is_not_scaled_again(tmp_path: Path) -> None:
    header = INFORM + "\tNucleus Area (square microns)"
    table = read_cell_export(write(tmp_path, header, "f1\tTumor\tB\t1\t10\t20\t37.2"))
    assert table.unit is LengthUnit.MICROMETER
    assert convert_to_um(table, 0.5)["x_um"].to_list() == [10.0]


def test_one_phenotype_column_per_marker_is_composed(tmp_path: Path) -> None:
    header = "Sample Name\tPhenotype-CD8\tPhenotype-CD20\tCell ID\tCell X Position\tCell Y Position"
    rows = ("f\tCD8+\tCD20+\t1\t0\t0", "f\tCD8+\t\t2\t1\t0", "f\tCD8-\tother\t3\t2\t0")
    table = read_cell_export(write(tmp_path, header, *rows))
    assert table.cells["phenotype"].to_list() == ["CD8+: CD20+", "CD8+", None]
    assert select_phenotype(table.cells, "CD8+")["cell_id"].to_list() == ["1", "2"]
    assert select_phenotype(table.cells, "CD20+")["cell_id"].to_list() == ["1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_qupath_detections_are_read_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    path = write(
        tmp_path,
        QUPATH,
        "s.svs\ta\tAnnotation\tTumor\tTumor\tRoot object (Image)\tPolygon\t5\t5\t",
        "s.svs\tb\tCell\t\tCD3: Positive\tTumor\tPolygon\t10.5\t20.25\t40.1",
        "s.svs\tc\tDetection\t\t\tTumor\tPolygon\t11\t21\tNaN",
        encoding=encoding,
    )
    table = read_cell_export(path)
    assert (table.program, table.unit) == (Program.QUPATH, LengthUnit.MICROMETER)
    assert table.cells.rows() == [
        ("s.svs", "b", "CD3: Positive", "Tumor", 10.5, 20.25, 40.1),
        ("s.svs", "c", None, "Tumor", 11.0, 21.0, None),
    ]
    assert select_phenotype(table.cells, "CD3").height == 1


def test_an_old_qupath_export_with_semicolons_decimal_commas_and_gzip(tmp_path: Path) -> None:
    text = "Image;Name;Class;Parent;ROI;Centroid X px;Centroid Y px;Nucleus: DAB OD mean\n"
    text += "s.ndpi;Tumor;Tumor;Image;Polygon;10,5;20,25;0,124\n"
    path = tmp_path / "old.csv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    table = read_cell_export(path)
    assert table.unit is LengthUnit.PIXEL
    assert table.cells.rows() == [("s.ndpi", "0", "Tumor", "Image", 10.5, 20.25, 0.124)]


def test_a_summary_says_which_file_to_take(tmp_path: Path) -> None:
    path = write(tmp_path, INFORM, "f1\tTumor\tB\tall\t\t")
    assert message_of(path) == (
        "cells.txt, Cell ID: cell 'all', a summary, expected one row per cell. Take the file that "
        "ends in cell_seg_data.txt, not cell_seg_data_summary.txt. [CELLS-EXPORT]"
    )


def test_a_place_that_is_no_number_is_named_by_row(tmp_path: Path) -> None:
    path = write(tmp_path, INFORM, "f1\tTumor\tB\t1\t10\t20", "f1\tTumor\tB\t2\tabc\t20")
    assert message_of(path) == (
        "cells.txt row 3, Cell X Position: 'abc', expected a number. Export the cells again; "
        "1 of 2 rows have no position. [CELLS-EXPORT]"
    )


def test_a_field_merged_twice_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, INFORM, *["f1\tTumor\tB\t1\t10\t20"] * 2)
    assert message_of(path) == (
        "cells.txt row 3: cell 1 of f1 again (2 rows share their cell with another), expected each "
        "cell once. Export again, or leave out the field that was merged twice. [CELLS-EXPORT]"
    )


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, INFORM, "f1\tTumor\tB\t1\t10\t20", "f1\tTumor\tB\t2")
    assert message_of(path).startswith(
        "cells.txt row 3: 4 values of 6 in the last row, expected a whole row. The file is cut off."
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "an empty file, expected one row per cell"),
        (INFORM.encode(), "a header without rows, expected one row per cell"),
        (b"PK\x03\x04rest", "a workbook or an archive, expected text"),
        (b"\x1f\x8bbroken", "not a readable file, expected text"),
        (b"II*\0\x08\0\0", "binary, not text, expected text"),
        (b"a,b\n1,2\n", "columns a, b ..., expected 'Cell X Position' (inForm) or 'Centroid X"),
    ],
)
def test_what_is_no_export_gets_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "cells.txt"
    path.write_bytes(content)
    message = message_of(path)
    assert words in message
    assert "\n" not in message


def test_annotations_alone_are_no_cells(tmp_path: Path) -> None:
    path = write(tmp_path, QUPATH, "s\ta\tAnnotation\t\tTumor\t\tPolygon\t5\t5\t")
    assert "no cells, expected one row per detection" in message_of(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "not a readable file, expected text" in message_of(tmp_path / "lost.txt")


def test_pixels_beside_microns_are_refused(tmp_path: Path) -> None:
    header = INFORM + "\tA (pixels)\tB (microns)"
    path = write(tmp_path, header, "f1\tTumor\tB\t1\t10\t20\t1\t1")
    assert "columns in pixels and in microns, expected one unit" in message_of(path)


def test_the_columns_of_a_table_are_typed(tmp_path: Path) -> None:
    cells = read_cell_export(write(tmp_path, INFORM, "f1\tTumor\tB\t1\t10\t20")).cells
    assert cells.schema["x"] == pl.Float64
    assert cells.schema["image"] == pl.String
