"""Copies of the examples, so that the repository stays as it is."""

import shutil
from pathlib import Path

EXAMPLES = Path(__file__).parents[2] / "examples"


def copy_study(name: str, folder: Path, *left_out: str) -> Path:
    """Copy an example without its results, and without files or folders of some names."""
    ignored = shutil.ignore_patterns("results", "__pycache__", *left_out)
    return Path(shutil.copytree(EXAMPLES / name, folder / name, ignore=ignored))


def list_outputs(results: Path) -> set[Path]:
    """Return the files that a run wrote for people, below its results folder."""
    found = (path.relative_to(results) for path in results.rglob("*") if path.is_file())
    return {path for path in found if ".steps" not in path.parts}
