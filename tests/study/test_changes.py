"""Tomorrow's export against today's: which cells changed, which numbers moved because of them."""

import json
from pathlib import Path

import polars as pl
import pytest
from centre_tables import DOSES, LESIONS, PATIENTS, write_centre

import trialwright as tw
from trialwright.cli.main import main
from trialwright.study.changes import Changes, find_changes
from trialwright.study.table_changes import compare_tables

PROGRESSED = LESIONS.replace("22/02/2021;1,8", "22/02/2021;6,4")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small trial after a first run."""
    folder = write_centre(tmp_path_factory.mktemp("changes"))
    tw.open_study(folder).run()
    return folder


def changes_of(folder: Path, **texts: str) -> Changes:
    """Write tables and ask what changed; the first run's tables are put back."""
    for name, text in texts.items():
        (folder / "data" / f"{name}.csv").write_text(text, encoding="utf-8")
    try:
        return find_changes(tw.open_study(folder))
    finally:
        for name, text in (("patients", PATIENTS), ("doses", DOSES), ("lesions", LESIONS)):
            (folder / "data" / f"{name}.csv").write_text(text, encoding="utf-8")


def test_nothing_changed_after_one_run(ran: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["changes", str(ran), "--json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["cells"] == content["results"] == []
    assert content["beside"] == ["there was one run only"]


def test_a_changed_cell_is_named_with_the_numbers_that_would_move(ran: Path) -> None:
    before = (ran / "results" / "results.json").read_bytes()
    found = changes_of(ran, lesions=PROGRESSED)
    (cell,) = found.cells
    assert cell.sentence == "lesions.csv G2 'Taille S6' (1): 1,8 became 6,4"
    moved = {item.id: (item.before, item.after, item.because) for item in found.moved}
    assert moved["bor.pd"] == (1.0, 2.0, (0,))
    assert not any(name.startswith("os.") for name in moved)
    assert not found.is_run
    assert (ran / "results" / "results.json").read_bytes() == before
    assert "1 cells changed, 0 rows added, 0 rows removed since the last run" in found.to_text()


def test_rows_added_and_removed_are_keyed(ran: Path) -> None:
    lines = LESIONS.splitlines()
    added = "2;T02;Poumon;15/01/2021;1,9;01/03/2021;1,9"
    found = changes_of(ran, lesions="\n".join([lines[0], lines[1], lines[3], added]))
    assert [(c.kind, c.row, dict(c.key)) for c in found.cells] == [
        ("added", 4, {"Patient": "2"}),
        ("removed", 3, {"Patient": "1"}),
    ]


def test_a_table_in_another_order_is_the_same_table(ran: Path) -> None:
    head, *rows = LESIONS.splitlines()
    found = changes_of(ran, lesions="\n".join([head, *reversed(rows)]))
    assert found.cells == found.moved == ()


def test_what_would_stop_the_run_is_said(ran: Path) -> None:
    found = changes_of(ran, patients=PATIENTS.replace("2;F;", "2;X;"))
    assert [finding.rule for finding in found.blocking] == ["MAP-CODE"]
    assert "The run would stop at:" in found.to_text()


@pytest.mark.usefixtures("undrawn")
def test_after_the_next_run_both_runs_are_compared(tmp_path: Path) -> None:
    folder = write_centre(tmp_path)
    tw.open_study(folder).run()
    died = PATIENTS.replace("06/01/2021;;15/12/2021", "06/01/2021;15/12/2021;15/12/2021")
    (folder / "data" / "patients.csv").write_text(died, encoding="utf-8")
    tw.open_study(folder).run()
    tw.open_study(folder).run()  # nothing new: what the run before it changed still counts
    found = find_changes(tw.open_study(folder))
    assert found.is_run
    assert [(c.cell, c.before, c.after) for c in found.cells] == [("F2", "", "15/12/2021")]
    moved = {item.id: (item.before, item.after) for item in found.moved}
    assert moved["os.events"] == (1.0, 2.0)
    assert all(item.because for item in found.moved if item.id.startswith("os."))


def test_rows_with_one_key_are_matched_by_their_turn() -> None:
    before = pl.DataFrame({"k": ["a", "a", "b"], "v": ["1", "2", "3"], "@row": [2, 3, 4]})
    after = pl.DataFrame({"k": ["b", "a", "a"], "v": ["3", "1", "9"], "@row": [2, 3, 4]})
    (change,) = compare_tables("t.csv", before, after, ["k"])
    assert (change.kind, change.cell, change.before, change.after) == ("changed", "B4", "2", "9")


def test_a_column_that_is_new_counts_as_empty_before() -> None:
    before = pl.DataFrame({"k": ["a"], "source_row": [1]})
    after = pl.DataFrame({"k": ["a"], "n": [1.5], "source_row": [1]})
    (change,) = compare_tables("t.xpt", before, after, ["k"])
    assert (change.column, change.before, change.after) == ("n", "", "1.5")
