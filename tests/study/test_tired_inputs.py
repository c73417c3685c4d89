"""What tired people give to the command line: always a sentence, never a traceback."""

import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from trialwright.cli.main import main
from trialwright.simulate import tempo

EXAMPLE = Path(__file__).parents[2] / "examples" / "metromajx"
SCENARIO = str(EXAMPLE / "scenario.yaml")
UNREADABLE = (
    "ae.csv: not readable (binary, not text), expected an intact .csv file. "
    "Export the table again from its source. [FILE-UNREADABLE]"
)


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def save_as_workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["USUBJID", "AETERM"])
    book.save(path)


def fill_with_nothing(path: Path) -> None:
    path.write_bytes(b"\x00" * 500)


@pytest.mark.parametrize("spoil", [save_as_workbook, fill_with_nothing])
def test_a_table_that_cannot_be_read_blocks_until_it_is_repaired(
    metromajx_copy: Path, capsys: pytest.CaptureFixture[str], spoil: Callable[[Path], None]
) -> None:
    table = metromajx_copy / "data" / "ae.csv"
    whole = table.read_bytes()
    spoil(table)
    code, out, _ = call(capsys, "check", str(metromajx_copy))
    assert code == 1
    assert f"block: {UNREADABLE}" in out
    code, _, err = call(capsys, "run", str(metromajx_copy))
    assert (code, err.splitlines()) == (
        1, [UNREADABLE, "1 finding blocks the run; nothing was analyzed."],
    )  # fmt: skip

    table.write_bytes(whole)
    code, out, _ = call(capsys, "check", str(metromajx_copy))
    assert (code, "block: " in out) == (0, False)


def test_a_demographics_file_without_a_byte_is_no_demographics(
    metromajx_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (metromajx_copy / "data" / "dm.csv").write_bytes(b"")
    code, out, _ = call(capsys, "check", str(metromajx_copy))
    assert code == 1
    assert out.splitlines()[0] == (
        "block: dm.csv: an empty file, expected one row a subject. "
        "Add the table dm with one row a subject, USUBJID at least. [FILE-MISSING]"
    )


def test_what_the_disk_refuses_is_said_with_its_place(
    metromajx_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (metromajx_copy / "results").write_text("a file")
    code, _, err = call(capsys, "check", str(metromajx_copy))
    assert code == 2
    assert err.strip() == (
        f"{metromajx_copy / 'results' / '.steps'}: a file is where a folder is expected, or a "
        "folder where a file is. Rename what is there, or name another place."
    )


def test_a_folder_that_may_not_be_written_is_named(
    metromajx_copy: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    code, _, err = call(capsys, "check", str(metromajx_copy))
    assert code == 2
    assert err.strip().endswith(
        "this place may not be read or written by you. "
        "Ask for the right to it, or copy the study to a folder of your own."
    )


def test_a_number_in_words_is_refused_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["simulate", SCENARIO, "--trials", "ten"])
    assert stopped.value.code == 2
    assert capsys.readouterr().err.endswith(
        "--trials: 'ten', expected a whole number. Write it in digits, such as 20.\n"
    )


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (["--trials", "2", "--slides"], "--slides without --study, expected both. "),
        (["--trials", "0"], "--trials is 0, expected at least 1. "),
        (["--self-check", "5"], "--self-check is 5, expected at least 20. "),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    asked: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = call(capsys, "simulate", SCENARIO, *asked)
    assert code == 2
    assert message in err


def test_a_calibration_writes_its_table_and_a_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = call(capsys, "simulate", SCENARIO, "--calibrate", "2", "--out", str(tmp_path))
    assert (code, err.strip()) == (0, f"The report is {tmp_path / 'report.html'}")
    table = (tmp_path / "calibration.csv").read_text(encoding="utf-8")
    assert table.startswith("quantity,mean,q2.5")
    assert "non-progressions at 6 months" in table
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<b>Table 1.</b> 2 virtual trials of this scenario, SYNTHETIC" in page


def test_the_page_of_operating_characteristics_numbers_its_figure_and_its_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("N_SEARCH", "N_SLOPE", "N_FINAL"):
        monkeypatch.setattr(tempo, name, 2_000)  # the page is asked for, not its numbers
    code, _, _ = call(capsys, "simulate", SCENARIO, "--trials", "2", "--out", str(tmp_path))
    assert code == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<b>Figure 1.</b>" in page
    assert "<b>Table 1.</b> Operating characteristics" in page
    assert page.count("<b>Figure 1.</b>") == 1
    assert "The scenario as written (true rate 0.20) goes on to stage 2 with probability" in page
    assert {path.name for path in tmp_path.iterdir()} == {
        "report.html", "operating.csv", "operating.png", "operating.svg",
    }  # fmt: skip


def test_a_scenario_without_its_protocol_says_which_file_it_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = Path(shutil.copy(SCENARIO, tmp_path))
    code, _, err = call(capsys, "simulate", str(alone), "--self-check", "20")
    assert code == 2
    assert "protocol: no file protocol.yaml beside it" in err
