"""A study handed over: ADaM in two formats, ARS and USDM, from the command line."""

import json
from pathlib import Path

import polars as pl
import pyreadstat
import pytest

from trialwright.cli.main import main
from trialwright.study.session import Results, Study

Run = tuple[Study, Results]


def test_both_formats_hold_every_row_and_value_of_the_run(
    metromajx_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = metromajx_run[0]
    for kind in ("xpt", "dataset-json"):
        code = main(["export", str(study.path), "--adam", kind, "--out", str(tmp_path), "--json"])
        assert code == 0
        assert len(json.loads(capsys.readouterr().out)["files"]) == len(study.load_datasets())
    for name, frame in study.load_datasets().items():
        read, _ = pyreadstat.read_xport(tmp_path / f"{name}.xpt", output_format="polars")
        content = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
        names = [column["name"] for column in content["columns"]]
        assert names == read.columns
        assert read.height == content["records"] == frame.height
        for column in set(frame.columns) & set(names) - {"SRCDOM", "SRCVAR", "SRCSEQ"}:
            values = frame[column]
            if values.dtype == pl.String:
                assert read[column].fill_null("").to_list() == values.fill_null("").to_list()
            elif values.dtype == pl.Date:
                assert read[column].cast(pl.Date).to_list() == values.to_list()
            else:
                assert read[column].to_list() == values.cast(pl.Float64).to_list()
            stored = [row[names.index(column)] for row in content["rows"]]
            texts = values.cast(pl.String) if values.dtype == pl.Date else values
            texts = texts.fill_null("") if values.dtype == pl.String else texts
            assert stored == texts.to_list()


def test_rows_say_where_they_come_from_and_columns_what_they_are(
    metromajx_run: Run, tmp_path: Path
) -> None:
    path = str(metromajx_run[0].path)
    assert main(["export", path, "--adam", "dataset-json", "--out", str(tmp_path)]) == 0
    for name in ("adex", "adtr", "adrs", "adtte", "adae", "adlb", "adexsum"):
        content = json.loads((tmp_path / f"{name}.json").read_text(encoding="utf-8"))
        names = [column["name"] for column in content["columns"]]
        assert {"SRCDOM", "SRCVAR", "SRCSEQ", "STUDYID"} <= set(names)
        assert [c["name"] for c in content["columns"] if c["label"] == c["name"]] == []
        if name not in ("adrs",):
            assert all(row[names.index("SRCDOM")] for row in content["rows"])


def test_results_and_protocol_are_written_and_what_has_no_term_is_said(
    metromajx_run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = metromajx_run[0]
    code = main(["export", str(study.path), "--ars", "--usdm", "--out", str(tmp_path)])
    answer = capsys.readouterr()
    assert code == 0
    assert answer.out.split() == [str(tmp_path / "ars.json"), str(tmp_path / "usdm.json")]
    assert "'pfu' has no controlled term" in answer.err
    written = json.loads((tmp_path / "ars.json").read_text(encoding="utf-8"))
    ran = json.loads((study.directory.results / "ars.json").read_text(encoding="utf-8"))
    assert written == ran


def test_an_export_of_nothing_or_of_no_run_is_wrong_use(
    metromajx_copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(metromajx_copy), "--out", str(tmp_path)]) == 2
    assert "Nothing to export" in capsys.readouterr().err
    assert main(["export", str(metromajx_copy), "--adam", "xpt", "--out", str(tmp_path)]) == 2
    assert "Run `trialwright run` first" in capsys.readouterr().err
    assert main(["export", str(metromajx_copy), "--ars", "--out", str(tmp_path)]) == 2
    assert main(["export", str(metromajx_copy), "--usdm", "--out", str(tmp_path)]) == 0
