"""Nothing in the repository names a machine's path or a registry's address."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
MACHINE = re.compile(r"/(?:home|root|work|tmp)/[A-Za-z0-9_.-]+")
ADDRESS = re.compile(r"https?://")


def test_the_constraints_hold_names_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    assert lines
    assert [
        line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line)
    ] == []


def test_no_text_names_a_path_of_one_machine() -> None:
    texts = [
        path
        for folder in ("src", "docs", "examples", "benchmarks")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".md", ".yaml", ".toml"} and "results" not in path.parts
    ]
    found = [str(path) for path in texts if MACHINE.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_the_readme_has_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in readme
    assert "make test" in readme
