"""What steps made is kept, found again, and forgotten when it no longer holds."""

from pathlib import Path

import polars as pl
import pytest

from trialwright.core.errors import EstimateError
from trialwright.study.run import Step, run_steps
from trialwright.study.store import Store, hash_values, replace_text

FRAME = pl.DataFrame({"USUBJID": ["01"]})


def test_frames_and_values_are_read_back_by_another_store(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save("adsl", FRAME)
    store.save("check", [{"rule": "é"}])
    again = Store(tmp_path)
    assert again.load("adsl").equals(FRAME)
    assert again.load("check") == [{"rule": "é"}]
    assert (tmp_path / "analysis" / "adsl.parquet").is_file()


def test_what_is_forgotten_is_gone_from_memory_and_disk(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save("adsl", FRAME)
    store.forget("adsl")
    assert not store.has("adsl")
    assert not (tmp_path / "analysis" / "adsl.parquet").exists()
    store.forget("never made")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"adsl": {"unknown": 1}}', '{"adsl": 3}'])
def test_a_damaged_state_file_costs_a_new_run_and_nothing_else(tmp_path: Path, text: str) -> None:
    replace_text(tmp_path / ".steps" / "state.json", text)
    assert Store(tmp_path).states == {}


def test_equal_settings_have_equal_hashes_in_any_order() -> None:
    assert hash_values({"a": 1, "b": [2]}) == hash_values({"b": [2], "a": 1})
    assert hash_values({"a": 1}) != hash_values({"a": "1"})


def count(source: pl.DataFrame, calls: list[str], name: str) -> pl.DataFrame:
    calls.append(name)
    return source.select(pl.len().alias("n"))


def chain(calls: list[str], source: pl.DataFrame) -> list[Step]:
    def read() -> pl.DataFrame:
        return source

    def first(frame: pl.DataFrame) -> pl.DataFrame:
        return count(frame, calls, "first")

    def second(frame: pl.DataFrame) -> pl.DataFrame:
        return count(frame, calls, "second")

    stamp = str(source.hash_rows().to_list())
    return [
        Step("read", "read", read, stamp=stamp),
        Step("first", "first", first, {"frame": "read"}),
        Step("second", "second", second, {"frame": "first"}),
    ]


def test_a_step_whose_output_did_not_change_lets_later_steps_rest(tmp_path: Path) -> None:
    calls: list[str] = []
    run_steps(chain(calls, FRAME), Store(tmp_path))
    other = pl.DataFrame({"USUBJID": ["02"]})  # another subject, the same count
    reports = run_steps(chain(calls, other), Store(tmp_path))
    assert calls == ["first", "second", "first"]
    assert [report.status for report in reports] == ["done", "done", "unchanged"]


def test_a_step_without_its_input_is_absent_and_its_old_output_goes(tmp_path: Path) -> None:
    steps = chain([], FRAME)
    run_steps(steps, Store(tmp_path))
    store = Store(tmp_path)
    store.forget("read")
    reports = run_steps(steps[1:], store)
    assert [(r.status, r.reason) for r in reports] == [
        ("absent", "needs read"),
        ("absent", "needs read"),
    ]
    assert not store.has("second")


def test_a_step_that_cannot_answer_fails_with_its_reason_and_the_rest_goes_on(
    tmp_path: Path,
) -> None:
    def fail() -> pl.DataFrame:
        raise EstimateError("Nobody is there.")

    steps = [Step("bad", "bad", fail), Step("good", "good", lambda: FRAME)]
    for _ in range(2):
        reports = run_steps(steps, Store(tmp_path))
        assert (reports[0].status, reports[0].reason) == ("failed", "Nobody is there.")
    assert reports[1].status == "unchanged"
    assert reports[0].as_dict() == {
        "name": "bad", "status": "failed", "seconds": 0.0, "reason": "Nobody is there.",
    }  # fmt: skip


def test_a_mistake_in_the_code_is_not_hidden(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        run_steps([Step("bad", "bad", lambda: 1 // 0)], Store(tmp_path))
