"""Studies that tests run: copies of the examples, so that the repository stays as it is."""

import fcntl
import os
import pickle
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from example_studies import copy_study

import trialwright as tw
from trialwright.core.result import Result
from trialwright.core.trace import hash_text
from trialwright.report import docx, pdf, rtf
from trialwright.report.blocks import Document
from trialwright.report.paper_tables import PaperTable
from trialwright.study import publishing, session
from trialwright.study.figures import write_drawn_data
from trialwright.study.session import Results, Study
from trialwright.study.store import replace_text


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
def finished_copy(metromajx_run: tuple[Study, Results], tmp_path: Path) -> Path:
    """A copy of the example with the results of its finished run, slides and all."""
    return Path(shutil.copytree(metromajx_run[0].path, tmp_path / "metromajx"))


@pytest.fixture
def metromajx_copy(tmp_path: Path) -> Path:
    """A copy of the METROMAJX example that a test may change, without slides: they take time."""
    return copy_study("metromajx", tmp_path, "slides", "slides.csv")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the patients' time lines undrawn: most of a run's time, and the same in each case."""
    monkeypatch.setattr(publishing, "draw_patients", lambda **_: {})


@pytest.fixture
def sketched(quick: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - adds to it
    """Write the hash of what a figure shows in its place; the tests of figures draw empty ones."""

    def sketch(result: Result, results: Path, footer: str) -> dict[str, Any]:
        names = {kind: f"figures/{result.id}.{kind}" for kind in ("svg", "png")}
        values, frames = result.pack()
        shown = {name: frame.write_json() for name, frame in frames.items()}
        stamp = hash_text(f"{footer} {values} {shown}")
        for name in names.values():
            replace_text(results / name, f"<svg><desc>{stamp}</desc></svg>")
        return names | {"alt": result.describe(), "csv": write_drawn_data(result, results)}

    monkeypatch.setattr(publishing, "draw_result", sketch)


@pytest.fixture
def unprinted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write what a document prints in place of PDF, DOCX and RTF; test_documents prints them."""

    def print_table(table: PaperTable, band: Sequence[str]) -> bytes:
        return repr((table, band)).encode()

    def print_pages(document: Document, *_: Path) -> bytes:
        return repr(document).encode()

    monkeypatch.setattr(rtf, "render_rtf", print_table)
    monkeypatch.setattr(pdf, "render_pdf", print_pages)
    monkeypatch.setattr(docx, "render_docx", print_pages)


@pytest.fixture
def undrawn(sketched: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001 - adds to it
    """Describe figures without drawing them, and write no document beside the report."""
    monkeypatch.setattr(session, "list_documents", lambda *_: [])
