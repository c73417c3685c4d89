"""Studies that tests run: copies of the examples, so that the repository stays as it is."""

import fcntl
import os
import pickle
from pathlib import Path

import pytest
from example_studies import copy_study

import trialwright as tw
from trialwright.study.session import Results, Study


@pytest.fixture(scope="session")
def metromajx_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Results]:
    """The METROMAJX example, run once for all processes of the tests; tests only read it."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, kept = base / "run" / "metromajx", base / "run.pickle"
    with (base / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            (base / "run").mkdir()
            ran = tw.open_study(copy_study("metromajx", base / "run")).run()
            kept.write_bytes(pickle.dumps(ran))
    results: Results = pickle.loads(kept.read_bytes())
    return tw.open_study(folder), results


@pytest.fixture
def metromajx_copy(tmp_path: Path) -> Path:
    """A copy of the METROMAJX example that a test may change, without slides: they take time."""
    return copy_study("metromajx", tmp_path, "slides", "slides.csv")
