"""Every command stands in the README or in the help with an example; the docs name no lost file."""

import re
from pathlib import Path

from trialwright.cli.main import make_parser

ROOT = Path(__file__).parents[2]


def test_every_command_of_a_study_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = next(a for a in make_parser()._actions if a.dest == "command").choices
    assert [name for name in commands if f"trialwright {name}" not in readme] == []


def test_the_architecture_names_files_that_are_there() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:study|protocol|datasets|report|core|derive|analyze)/[\w*/.]+)`", page)
    assert named
    lost = [name for name in named if not list((ROOT / "src/trialwright").glob(name.rstrip("/")))]
    assert lost == []


def test_the_readme_links_to_pages_that_are_there() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", readme)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
