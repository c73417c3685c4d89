"""Datasets written as SAS transport and as Dataset-JSON, read back cell for cell."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pyreadstat
import pytest
from jsonschema import Draft201909Validator

from trialwright.core.errors import StudyError
from trialwright.datasets.exchange import Exported, Origin, write_dataset_json, write_transport

SCHEMA = json.loads(
    (Path(__file__).parent / "schemas" / "dataset-json.schema.json").read_text(encoding="utf-8")
)
MOMENT = datetime(2022, 3, 1, 12, 0, tzinfo=UTC)
ORIGIN = Origin("X-1", "0.1", MOMENT, MOMENT)


def make_dataset(**changes: list[object]) -> Exported:
    columns = {
        "USUBJID": ["1", "2", "3"],
        "ADT": [date(1959, 12, 31), None, date(2024, 2, 29)],
        "AVAL": [0.1, None, -2.5],
        "ASEQ": [1, 2, None],
        "AVALC": ["é", "", None],
    }
    frame = pl.DataFrame({**columns, **changes})
    return Exported("ADXX", "Values", ("USUBJID", "ASEQ"), frame, {c: c for c in frame.columns})


def test_a_transport_file_gives_back_every_cell(tmp_path: Path) -> None:
    write_transport(make_dataset(), tmp_path / "adxx.xpt")
    frame, meta = pyreadstat.read_xport(tmp_path / "adxx.xpt", output_format="polars")
    assert frame["ADT"].cast(pl.Date).to_list() == [date(1959, 12, 31), None, date(2024, 2, 29)]
    assert frame["AVAL"].to_list() == [0.1, None, -2.5]
    assert frame["ASEQ"].to_list() == [1, 2, None]
    assert frame["AVALC"].fill_null("").to_list() == ["é", "", ""]
    assert (meta.table_name, meta.file_label) == ("ADXX", "Values")


def test_a_text_that_transport_would_cut_off_is_refused_with_its_row(tmp_path: Path) -> None:
    dataset = make_dataset(AVALC=["a", "b" * 201, "c"])
    with pytest.raises(StudyError, match=r"ADXX\.AVALC row 1: 201 bytes of text, expected at most"):
        write_transport(dataset, tmp_path / "adxx.xpt")
    assert not (tmp_path / "adxx.xpt").exists()


def test_a_name_that_transport_cannot_hold_is_refused(tmp_path: Path) -> None:
    dataset = make_dataset(LONGNAMEX=["a", "b", "c"])
    with pytest.raises(StudyError, match=r"ADXX\.LONGNAMEX: 9 characters, expected at most 8"):
        write_transport(dataset, tmp_path / "adxx.xpt")


def test_dataset_json_is_valid_and_gives_back_every_cell(tmp_path: Path) -> None:
    write_dataset_json(make_dataset(), tmp_path / "adxx.json", ORIGIN)
    content = json.loads((tmp_path / "adxx.json").read_text(encoding="utf-8"))
    assert [error.message for error in Draft201909Validator(SCHEMA).iter_errors(content)] == []
    assert content["rows"] == [
        ["1", "1959-12-31", 0.1, 1, "é"],
        ["2", None, None, 2, ""],
        ["3", "2024-02-29", -2.5, None, ""],
    ]
    columns = {column["name"]: column for column in content["columns"]}
    assert [columns[name].get("keySequence") for name in ("USUBJID", "ASEQ", "ADT")] == [1, 2, None]
    assert [columns[name]["dataType"] for name in ("ADT", "AVAL", "ASEQ")] == [
        "date", "double", "integer",
    ]  # fmt: skip


def test_a_dataset_without_rows_is_written(tmp_path: Path) -> None:
    full = make_dataset()
    empty = Exported("ADXX", "Values", full.keys, full.frame.clear(), full.labels)
    write_dataset_json(empty, tmp_path / "adxx.json", ORIGIN)
    write_transport(empty, tmp_path / "adxx.xpt")
    assert json.loads((tmp_path / "adxx.json").read_text(encoding="utf-8"))["records"] == 0
    assert pyreadstat.read_xport(tmp_path / "adxx.xpt", output_format="polars")[0].height == 0
