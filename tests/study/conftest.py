"""Studies that tests run: copies of the examples, so that the repository stays as it is."""

from pathlib import Path

import pytest
from example_studies import copy_study

import trialwright as tw
from trialwright.study.session import Results, Study


@pytest.fixture(scope="session")
def metromajx_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Results]:
    """The METROMAJX example, run once; tests only read it."""
    study = tw.open_study(copy_study("metromajx", tmp_path_factory.mktemp("run")))
    return study, study.run()


@pytest.fixture
def metromajx_copy(tmp_path: Path) -> Path:
    """A copy of the METROMAJX example that a test may change, without slides: they take time."""
    return copy_study("metromajx", tmp_path, "slides", "slides.csv")
