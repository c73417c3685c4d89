"""The command line as a user calls it."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trialwright.cli.main import main
from trialwright.study.session import Results, Study

Run = tuple[Study, Results]


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_help_answers_at_once() -> None:
    """Under 0.3 s on an idle machine; here the best of three, with room for a busy one."""
    seconds = []
    for _ in range(3):
        begin = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "trialwright", "--help"],
            capture_output=True,
            text=True,
            check=True,
        )
        seconds.append(time.perf_counter() - begin)
    assert "trialwright run examples/metromajx" in done.stdout
    assert min(seconds) < 0.6


@pytest.mark.parametrize("command", ["new", "check", "run", "show", "query", "design"])
def test_every_command_has_help_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    assert "trialwright" in capsys.readouterr().out


def test_run_prints_one_json_value_with_the_names_that_scripts_rely_on(
    metromajx_run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = call(capsys, "run", str(metromajx_run[0].path), "--json")
    answer = json.loads(out)
    assert code == 0
    assert Path(answer["report"]).is_file()
    assert Path(answer["results"]).is_file()
    assert {"name", "status", "seconds"} <= set(answer["steps"][0])
    assert answer["decision"]["decision"] == "stop"


def test_run_says_where_the_report_is(
    metromajx_run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = call(capsys, "run", str(metromajx_run[0].path))
    assert code == 0
    assert out.strip().endswith("results/report.html")


def test_check_prints_findings_and_their_json(
    metromajx_run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = call(capsys, "check", str(metromajx_run[0].path))
    assert code == 0
    assert "[SCAN-WINDOW]" in out
    assert "0 blocking, 4 warnings." in err
    code, out, _ = call(capsys, "check", str(metromajx_run[0].path), "--json")
    keys = {"rule", "severity", "file", "sheet", "row", "column", "subject", "message"}
    assert all(set(finding) == keys for finding in json.loads(out)["findings"])


def test_show_prints_a_number_its_method_and_its_rows(
    metromajx_run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = call(capsys, "show", str(metromajx_run[0].path), "pfs.median", "--rows")
    assert code == 0
    assert "pfs.median = 1.8" in out
    assert "Method: Kaplan-Meier" in out
    assert "tr.csv row" in out


def test_query_prints_a_table(metromajx_run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(
        capsys, "query", str(metromajx_run[0].path), "SELECT count(*) AS n FROM adsl", "--json"
    )
    assert code == 0
    assert json.loads(out) == [{"n": 25}]


def test_new_makes_a_study_that_checks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(capsys, "new", str(tmp_path / "mine"))[0] == 0
    assert call(capsys, "check", str(tmp_path / "mine"))[0] == 0
    code, _, err = call(capsys, "new", str(tmp_path / "mine"))
    assert code == 2
    assert "is there and not empty" in err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "nowhere"), "nowhere is not a directory, expected a study"),
        (("show", "nowhere", "pfs"), "nowhere is not a directory, expected a study"),
        (("new", "x", "--from", "nothing"), "There is no example 'nothing', expected one of"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_two(
    arguments: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = call(capsys, *arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err


def test_a_broken_protocol_lists_its_faults_and_blocks(
    metromajx_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = metromajx_copy / "protocol.yaml"
    text = path.read_text(encoding="utf-8").replace("p0: 0.20", "p0: 20").replace("r1: 3", "r1: 13")
    path.write_text(text, encoding="utf-8")
    code, out, err = call(capsys, "check", str(metromajx_copy))
    assert code == 1
    assert out.count("protocol.yaml line") >= 2
    assert "Traceback" not in out + err
    assert call(capsys, "run", str(metromajx_copy))[0] == 1
