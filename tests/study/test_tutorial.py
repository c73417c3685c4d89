"""The tutorial does what it says: its files are written, its commands run, its output compared."""

import re
from pathlib import Path

import pytest

from trialwright.cli.main import main

PAGE = Path(__file__).parents[2] / "docs" / "tutorial.md"
BLOCK = re.compile(r"(?P<before>[^\n]*)\n\n```(?P<kind>\w+)\n(?P<text>.*?)```", re.S)
NAMED = re.compile(r"[Aa]s `(mytrial/[^`]+)`")


def run_block(text: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Run the commands of a block; return what they printed."""
    for line in text.strip().splitlines():
        program, *arguments = line.split()
        assert program == "trialwright"
        assert main(arguments) == 0, capsys.readouterr().err
    printed = capsys.readouterr()
    return printed.out + printed.err


def test_the_tutorial_runs_as_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    printed, n_commands = "", 0
    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        named = NAMED.search(block["before"])
        if block["kind"] == "bash":
            printed = run_block(block["text"], capsys)
            n_commands += 1
        elif block["kind"] == "text":
            for line in block["text"].rstrip("\n").splitlines():
                assert line in printed.splitlines(), f"{line}\n--- is not in ---\n{printed}"
        elif named:
            path = tmp_path / named[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block["text"], encoding="utf-8")
        else:
            assert block["text"].strip() in (tmp_path / "mytrial/data/mapping.yaml").read_text(
                "utf-8"
            )
    assert n_commands == 6
    assert (tmp_path / "mytrial" / "results" / "report.html").is_file()
