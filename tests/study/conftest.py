"""Studies that tests run: copies of the examples, so that the repository stays as it is."""

import shutil
from pathlib import Path

import pytest

import trialwright as tw
from trialwright.study.session import Results, Study

EXAMPLES = Path(__file__).parents[2] / "examples"


def copy_study(name: str, folder: Path, *left_out: str) -> Path:
    """Copy an example without its results, and without files or folders of some names."""
    ignored = shutil.ignore_patterns("results", "__pycache__", *left_out)
    return Path(shutil.copytree(EXAMPLES / name, folder / name, ignore=ignored))


@pytest.fixture(scope="session")
def metromajx_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Results]:
    """The METROMAJX example, run once; tests only read it."""
    study = tw.open_study(copy_study("metromajx", tmp_path_factory.mktemp("run")))
    return study, study.run()


@pytest.fixture
def metromajx_copy(tmp_path: Path) -> Path:
    """A copy of the METROMAJX example that a test may change, without slides: they take time."""
    return copy_study("metromajx", tmp_path, "slides", "slides.csv")
