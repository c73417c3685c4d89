"""Reading tables as they are."""

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pyreadstat
import pytest

from trialwright.core.errors import DataError
from trialwright.datasets.tabular import find_folder_findings, find_tables, read_table, read_tables


def read_text(folder: Path, content: str | bytes, name: str = "ae.csv") -> pl.DataFrame:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_the_one_that_the_header_has(tmp_path: Path, separator: str) -> None:
    lines = (("USUBJID", "AETERM"), ("01", "fever"), ("02", ""))
    frame = read_text(tmp_path, "\n".join(separator.join(line) for line in lines))
    assert frame.rows() == [("01", "fever", 2), ("02", "", 3)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_survive_the_usual_encodings(tmp_path: Path, encoding: str) -> None:
    frame = read_text(tmp_path, "USUBJID;AETERM\r\n01;fièvre\r\n".encode(encoding))
    assert frame.rows(named=True) == [{"USUBJID": "01", "AETERM": "fièvre", "source_row": 2}]


def test_rows_have_the_number_that_a_spreadsheet_shows(tmp_path: Path) -> None:
    text = 'USUBJID,AETERM\n01,"two\nlines"\n\n,\n02,"a, b"\n'
    frame = read_text(tmp_path, text)
    assert frame.rows() == [("01", "two\nlines", 2), ("02", "a, b", 5)]


def test_the_line_that_tells_a_spreadsheet_the_separator_is_no_header(tmp_path: Path) -> None:
    assert read_text(tmp_path, "sep=;\nUSUBJID;AETERM\n01;a, b\n").rows() == [("01", "a, b", 2)]


def test_values_stay_texts(tmp_path: Path) -> None:
    frame = read_text(tmp_path, "USUBJID,AESEQ\n001,1.50\n")
    assert frame.rows() == [("001", "1.50", 2)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (("3,2", "1,000"), ["3.2", "1.000"]),  # 3,2 proves what the comma of the file is
        (("1,000", "2,500"), ["1,000", "2,500"]),  # thousands, perhaps
        (("3,2", "3.5"), ["3,2", "3.5"]),
        (("3,2", "3,2 cm"), ["3.2", "3,2 cm"]),
    ],
)
def test_a_file_of_semicolons_may_have_decimal_commas_throughout(
    tmp_path: Path, written: tuple[str, str], read: list[str]
) -> None:
    lines = "".join(f"01;{number};{number}\n" for number in written)
    frame = read_text(tmp_path, f"usubjid;trstresn;trorres\n{lines}", "tr.csv")
    assert frame["trstresn"].to_list() == frame["trorres"].to_list() == read
    quoted = "".join(f'01,"{number}"\n' for number in written)
    parted = read_text(tmp_path, f"usubjid,trstresn\n{quoted}", "tr.csv")
    assert parted["trstresn"].to_list() == list(written)


def test_headers_that_repeat_or_lack_a_name_keep_their_values(tmp_path: Path) -> None:
    frame = read_text(tmp_path, "A,A,,B,\n1,2,3,4,\n")
    assert frame.columns == ["A", "A (2)", "(3)", "B", "source_row"]
    assert frame.row(0) == ("1", "2", "3", "4", 2)


def test_rows_that_are_too_long_or_too_short_are_marked(tmp_path: Path) -> None:
    frame = read_text(tmp_path, "A,B\n1\n1,2\n1,2,3\n")
    assert frame["n_fields"].to_list() == [1, None, 3]
    assert frame["B"].to_list() == ["", "2", "2"]


def test_an_empty_file_is_an_empty_frame(tmp_path: Path) -> None:
    assert read_text(tmp_path, "").shape == (0, 1)
    assert read_text(tmp_path, "A,B\n").columns == ["A", "B", "source_row"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("ae.csv", b"PK\x03\x04\x00"),
        ("ae.parquet", b"nothing of the kind"),
        ("ae.parquet", b"PAR1" + bytes(100) + b"PAR1"),
        ("ae.xpt", b"nothing of the kind"),
        ("ae.xpt", b""),
        ("ae.docx", b"text"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_one_finding(
    tmp_path: Path, name: str, content: bytes
) -> None:
    with pytest.raises(DataError) as error:
        read_text(tmp_path, content, name)
    (finding,) = error.value.findings
    assert (finding.rule, finding.file) == ("FILE-UNREADABLE", name)
    assert finding.found.startswith("not readable (")


def test_a_file_that_is_gone_is_one_finding(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"ae.csv: not readable \(.*No such file"):
        read_table(tmp_path / "ae.csv")


def test_parquet_records_count_from_1_and_dates_become_text(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "USUBJID": ["01"],
            "AESEQ": [1.0],
            "AESTDTC": [date(2021, 3, 4)],
            "AEENDTC": [datetime(2021, 3, 5, 10, 30)],
        }
    )
    frame.write_parquet(tmp_path / "ae.parquet")
    assert read_table(tmp_path / "ae.parquet").rows() == [
        (1, "01", 1.0, "2021-03-04", "2021-03-05T10:30:00")
    ]


def test_transport_files_are_read(tmp_path: Path) -> None:
    frame = pl.DataFrame({"USUBJID": ["01", "02"], "AESEQ": [1.0, None]})
    pyreadstat.write_xport(frame, tmp_path / "ae.xpt", table_name="AE", file_format_version=5)
    assert read_table(tmp_path / "ae.xpt").rows() == [(1, "01", 1.0), (2, "02", None)]


def test_tables_are_found_by_the_names_of_their_domains(tmp_path: Path) -> None:
    names = ("DM.CSV", "suppae.xpt", "tr.parquet", "README.md", "~$ae.csv", ".ex.csv", "note.pdf")
    for name in names:
        (tmp_path / name).touch()
    (tmp_path / "lists").mkdir()
    found = {domain: path.name for domain, path in find_tables(tmp_path).items()}
    assert found == {"dm": "DM.CSV", "suppae": "suppae.xpt", "tr": "tr.parquet"}
    assert find_folder_findings(tmp_path) == []


def test_what_nothing_reads_is_said_and_standard_tables_are_not(tmp_path: Path) -> None:
    for name in (
        "ae.csv",
        "ae.xpt",
        "ts.csv",
        "suppeg.csv",
        "rs_final.csv",
        "lb.xlsx",
        "plasma_2.csv",
    ):
        (tmp_path / name).touch()
    found = [(finding.rule, finding.file) for finding in find_folder_findings(tmp_path)]
    assert found == [
        ("FILE-TWICE", "ae.xpt"),
        ("FILE-UNKNOWN", "lb.xlsx"),
        ("FILE-UNKNOWN", "rs_final.csv"),
    ]


def test_a_file_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "dm.csv").write_text("USUBJID\n01\n")
    (tmp_path / "ae.xpt").write_text("no")
    recorded = read_tables(tmp_path)
    assert list(recorded.tables) == ["dm"]
    assert recorded.files == {"dm": "dm.csv"}
    assert [finding.rule for finding in recorded.findings] == ["FILE-UNREADABLE"]
