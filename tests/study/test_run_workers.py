"""A study run by several processes has the same results, byte by byte."""

import json
import shutil
from pathlib import Path

import pytest

from trialwright import open_study
from trialwright.study.workers import open_workers

EXAMPLE = Path(__file__).parents[2] / "examples" / "metromajx"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_workers_write_the_same_results(tmp_path: Path) -> None:
    for n_workers in (1, 2):
        folder = tmp_path / str(n_workers) / "metromajx"
        left = shutil.ignore_patterns("results", "make*")
        shutil.copytree(EXAMPLE, folder, ignore=left)
        with open_workers(n_workers) as workers:
            results = open_study(folder).run(workers=workers)
        assert [step.name for step in results.steps if step.status == "failed"] == []
    first, second = (tmp_path / name / "metromajx" / "results" for name in "12")
    files = {p.relative_to(first) for p in first.rglob("*") if p.is_file()}
    files = {path for path in files if path.name != "state.json"}  # has the seconds of each step
    assert files == {
        p.relative_to(second) for p in second.rglob("*") if p.is_file() and p.name != "state.json"
    }
    differing = [p for p in sorted(files) if (first / p).read_bytes() != (second / p).read_bytes()]
    assert [p for p in differing if p.suffix not in (".pdf", ".docx", ".json")] == []
    for path in (p for p in differing if p.suffix == ".json"):
        a, b = (json.loads((root / path).read_text(encoding="utf-8")) for root in (first, second))
        assert a == b, path
