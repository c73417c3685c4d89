"""A centre's workbook with everything that workbooks have: a finding for each, and no guess."""

import struct
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from centre_tables import MAPPING, write_centre
from openpyxl.utils.datetime import CALENDAR_MAC_1904

import trialwright as tw
from trialwright.core.errors import DataError, Finding
from trialwright.datasets.mapping.sources import Place, read_place
from trialwright.datasets.olink import read_npx
from trialwright.datasets.sheets import WorkbookBombError, WorkbookError, open_workbook

HEADER = ["Patient", "Lésion", "Site", "Date S0", "Taille S0", "Date S6", "Taille S6"]
ROWS = [
    ["1", "T01", "Foie", date(2021, 1, 8), 3.2, date(2021, 2, 22), 1.8],
    ["1", "T02", "Poumon", date(2021, 1, 8), 2.0, date(2021, 2, 22), None],
    ["2", "T01", "Foie", date(2021, 1, 15), 4.1, date(2021, 3, 1), 5.9],
]
Edit = Callable[[Any], None]


def write_study(folder: Path, edit: Edit | None = None, name: str = "lesions.xlsx") -> Path:
    """Write the small trial with its lesions as a workbook, edited."""
    study = write_centre(
        folder, mapping_yaml=MAPPING.replace("lesions.csv", f"{name}\n    sheet: Cibles")
    )
    (study / "data" / "lesions.csv").unlink()
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Cibles"
    for row in [HEADER, *ROWS]:
        sheet.append(row)
    if edit:
        edit(sheet)
    book.save(study / "data" / name)
    return study


def check(folder: Path, edit: Edit | None = None, name: str = "lesions.xlsx") -> list[Finding]:
    return tw.open_study(write_study(folder, edit, name)).check()


def test_a_plain_workbook_reads_as_the_same_table(tmp_path: Path) -> None:
    study = tw.open_study(write_study(tmp_path))
    assert study.check() == []
    assert study.store.load("tr")["TRSTRESN"].to_list() == [32.0, 20.0, 41.0, 18.0, 59.0]
    assert study.store.load("origin.tr").row(0, named=True)["@place"] == "lesions.xlsx [Cibles]"


def formula(sheet: Any) -> None:
    sheet["E2"] = "=3+0.2"


def linked(sheet: Any) -> None:
    sheet["E2"] = "=[1]Feuil1!$A$1"


def merged(sheet: Any) -> None:
    sheet.merge_cells("A2:A3")


def hidden_row(sheet: Any) -> None:
    sheet.row_dimensions[3].hidden = True


def hidden_column(sheet: Any) -> None:
    sheet.column_dimensions["C"].hidden = True


def comma(sheet: Any) -> None:
    sheet["E2"] = "1,234.5"


def two_styles(sheet: Any) -> None:
    sheet["D2"] = "08/01/2021"


def serial(sheet: Any) -> None:
    sheet["D2"] = 44204
    sheet["D2"].number_format = "General"


def spaces(sheet: Any) -> None:
    sheet["C2"] = "Foie  "


def twin(sheet: Any) -> None:
    sheet["H1"] = "Taille S6"


def error(sheet: Any) -> None:
    sheet["G2"] = "#N/A"
    sheet["G2"].data_type = "e"


def second_sheet(sheet: Any) -> None:
    sheet.parent.create_sheet("Brouillon").append(["x"])


@pytest.mark.parametrize(
    ("edit", "rule", "words"),
    [
        (formula, "SOURCE-FORMULA", "sheet Cibles: formulas in E2 (=3+0.2), expected"),
        (linked, "SOURCE-LINK", "formulas that read from another file in E2 (=[1]Feuil1"),
        (merged, "SOURCE-MERGED", "lesions.xlsx, sheet Cibles: merged cells A2:A3, expected"),
        (merged, "MAP-SUBJECT", "sheet Cibles, row 3: no subject, expected a Patient"),
        (hidden_row, "SOURCE-HIDDEN", "sheet Cibles: hidden row 3, expected"),
        (hidden_column, "SOURCE-HIDDEN", "sheet Cibles: hidden column C, expected"),
        (comma, "SOURCE-DECIMAL", "sheet Cibles, row 2, E2 'Taille S0' for TR.TRORRES"),
        (two_styles, "SOURCE-DATE-STYLE", "dates as YYYY-MM-DD and as numbers parted by /"),
        (serial, "SOURCE-DATE-SERIAL", "row 2, D2 'Date S0' for TR.TRDTC (USUBJID C-01): '44204'"),
        (spaces, "SOURCE-SPACES", "sheet Cibles, C 'Site': spaces around values in row 2"),
        (twin, "SOURCE-HEADER", "row 1, Taille S6: the same header in the columns G and H"),
        (error, "SOURCE-ERROR", "sheet Cibles: errors in G2, expected values"),
        (second_sheet, "MAP-UNUSED", "lesions.xlsx, sheet Brouillon: a sheet that nothing reads"),
    ],
)  # fmt: skip
def test_what_a_workbook_hides_is_found(tmp_path: Path, edit: Edit, rule: str, words: str) -> None:
    messages = [f.message for f in check(tmp_path, edit) if f.rule == rule]
    assert any(words in message for message in messages), messages


def test_all_of_it_at_once_is_found_at_once(tmp_path: Path) -> None:
    def edit(sheet: Any) -> None:
        for each in (formula, merged, hidden_row, two_styles, spaces, twin):
            each(sheet)
        sheet["D4"] = 44211
        sheet["D4"].number_format = "General"
        sheet["E4"] = "4,1"  # a decimal comma among points: declared, so read

    rules = {finding.rule for finding in check(tmp_path, edit)}
    assert rules >= {
        "SOURCE-FORMULA", "SOURCE-MERGED", "SOURCE-HIDDEN", "SOURCE-DATE-STYLE",
        "SOURCE-DATE-SERIAL", "SOURCE-SPACES", "SOURCE-HEADER",
    }  # fmt: skip


def test_a_formula_without_a_stored_value_is_no_number(tmp_path: Path) -> None:
    study = tw.open_study(write_study(tmp_path, formula))
    study.check()
    tr = study.store.load("tr").filter(pl.col("VISITNUM") == 1)
    assert tr["TRSTRESN"].to_list() == [20.0, 41.0]


def test_merged_cells_may_be_said_to_hold_for_each(tmp_path: Path) -> None:
    folder = write_study(tmp_path, merged)
    path = folder / "data" / "mapping.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("sheet: Cibles", "sheet: Cibles\n    merged: fill"), encoding="utf-8"
    )
    assert tw.open_study(folder).check() == []


def test_a_title_above_the_header_is_left_out_when_it_is_said(tmp_path: Path) -> None:
    def edit(sheet: Any) -> None:
        sheet.insert_rows(1, 2)
        sheet["A1"] = "Lésions cibles, état au 15/12/2021"
        sheet.merge_cells("A1:G1")

    folder = write_study(tmp_path, edit)
    path = folder / "data" / "mapping.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("sheet: Cibles", "sheet: Cibles\n    header_row: 3"), encoding="utf-8"
    )
    study = tw.open_study(folder)
    assert study.check() == []
    assert study.store.load("origin.tr")["@row"].to_list() == [4, 5, 6, 4, 6]


def test_macros_are_said_and_never_run(tmp_path: Path) -> None:
    folder = write_study(tmp_path, name="lesions.xlsm")
    with zipfile.ZipFile(folder / "data" / "lesions.xlsm", "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macros")
    (finding,) = tw.open_study(folder).check()
    assert (finding.rule, finding.file) == ("SOURCE-MACRO", "lesions.xlsm")


def test_a_link_of_the_workbook_is_said_and_never_followed(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    with zipfile.ZipFile(folder / "data" / "lesions.xlsx", "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
    finding = next(f for f in tw.open_study(folder).check() if f.rule == "SOURCE-LINK")
    assert "xl/externalLinks/externalLink1.xml" in finding.found


def replace_part(path: Path, name: str, content: bytes) -> None:
    """Write a workbook anew with one part replaced."""
    with zipfile.ZipFile(path) as archive:
        parts = {item: archive.read(item) for item in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for item, old in parts.items():
            archive.writestr(item, content if item == name else old)


SHEET = "xl/worksheets/sheet1.xml"


def make_bomb(path: Path) -> None:
    replace_part(path, SHEET, b"<worksheet>" + b" " * (200 << 20) + b"</worksheet>")


def make_liar(path: Path) -> None:
    """Say in the directory of the archive that a part is small, which it is not."""
    replace_part(path, "xl/styles.xml", b"<a>" + b" " * (64 << 20) + b"</a>")
    content = bytearray(path.read_bytes())
    place = content.rfind(b"PK\x01\x02")
    while place >= 0:
        name_length = struct.unpack_from("<H", content, place + 28)[0]
        if content[place + 46 : place + 46 + name_length] == b"xl/styles.xml":
            struct.pack_into("<I", content, place + 24, 1000)
        place = content.rfind(b"PK\x01\x02", 0, place)
    path.write_bytes(bytes(content))


def make_far_cell(path: Path) -> None:
    far = b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
    far += b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    replace_part(path, SHEET, far)


def make_entities(path: Path) -> None:
    nested = b'<!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    replace_part(path, "xl/workbook.xml", nested + b"<workbook>&b;</workbook>")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (make_bomb, "times its size, more than 400"),
        (make_liar, "xl/styles.xml unpacks to more than the 1000 bytes it says"),
        (make_far_cell, "sheet Cibles reaches to row 1048576 and column 16384"),
        (make_entities, "its XML declares a document type, which no workbook needs"),
    ],
)
def test_a_bomb_is_refused_with_a_sentence(
    tmp_path: Path, make: Callable[[Path], None], words: str
) -> None:
    folder = write_study(tmp_path)
    make(folder / "data" / "lesions.xlsx")
    began = time.perf_counter()
    findings = [f for f in tw.open_study(folder).check() if f.file == "lesions.xlsx"]
    assert time.perf_counter() - began < 30
    assert {finding.rule for finding in findings} == {"SOURCE-BOMB"}
    assert words in findings[0].message


def test_a_workbook_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0 locked")
    with pytest.raises(WorkbookError, match="no workbook, or is locked by a password"):
        open_workbook(path)
    assert issubclass(WorkbookBombError, WorkbookError)


def test_cells_are_read_as_they_are_shown(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["n", "x", "t"], [7, 2.50, "2,5"], [True, 1e-7, None]):
        book.active.append(row)
    path = tmp_path / "b.xlsx"
    book.save(path)
    frame = read_place(path, Place("b.xlsx"))
    assert frame.rows() == [("7", "2.5", "2,5", 2), ("TRUE", "1e-07", "", 3)]


def test_dates_of_both_systems_of_a_spreadsheet_are_the_same(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    for row in (["d"], [date(2021, 1, 8)]):
        book.active.append(row)
    path = tmp_path / "mac.xlsx"
    book.save(path)
    assert read_place(path, Place("mac.xlsx"))["d"].to_list() == ["2021-01-08"]


def test_a_far_cell_hidden_in_a_near_row_is_refused(tmp_path: Path) -> None:
    path = write_study(tmp_path) / "data" / "lesions.xlsx"
    near = b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c>'
    replace_part(
        path, SHEET, near + b'<c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    with pytest.raises(DataError, match="SOURCE-BOMB"):
        read_place(path, Place(path.name, "Cibles"))


def test_an_olink_export_that_is_a_bomb_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "npx.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("npx.csv", b" " * (200 << 20))
    with pytest.raises(DataError, match="times its size, more than 400"):
        read_npx(tmp_path / "npx.zip")
    path = write_study(tmp_path) / "data" / "lesions.xlsx"
    make_far_cell(path)
    with pytest.raises(DataError, match="reaches to row 1048576"):
        read_npx(path)
