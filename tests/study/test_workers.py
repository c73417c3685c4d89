"""The same results whoever does the work: this process, others, a Dask cluster, after a death."""

import os
import signal
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from trialwright.core.errors import StudyError
from trialwright.simulate.load import load_scenario
from trialwright.simulate.operating import Chunk, Variant, list_chunks, run_chunk
from trialwright.study.directory import find_study
from trialwright.study.run import Step, list_waves
from trialwright.study.workers import Processes, open_workers, run_here

EXAMPLE = Path(__file__).parents[2] / "examples" / "metromajx"


def small_chunks(n: int) -> list[Chunk]:
    scenario = load_scenario(EXAMPLE / "scenario.yaml")
    variants = [Variant("a", scenario, 0.6), Variant("b", scenario, 0.4)]
    chunks = list_chunks(variants, 10_000, seed=4)[:n]
    return [Chunk(chunk.seed, chunk.numbers, chunk.rules, 200) for chunk in chunks]


def bytes_of(answers: list[np.ndarray]) -> bytes:
    return b"".join(answer.tobytes() for answer in answers)


@contextmanager
def local_cluster() -> Iterator[str]:
    from distributed import LocalCluster

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster:
            yield cluster.scheduler_address


def test_two_workers_and_a_dask_cluster_give_the_same_bytes() -> None:
    chunks = small_chunks(6)
    expected = bytes_of(run_here(run_chunk, chunks))
    with open_workers(2) as run:
        assert bytes_of(run(run_chunk, chunks)) == expected
    with local_cluster() as address, open_workers(cluster=address) as run:
        assert bytes_of(run(run_chunk, chunks)) == expected


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_four_workers_give_the_same_bytes() -> None:
    chunks = small_chunks(8)
    with open_workers(4) as run:
        assert bytes_of(run(run_chunk, chunks)) == bytes_of(run_here(run_chunk, chunks))


def test_killing_a_worker_loses_nothing_and_changes_nothing() -> None:
    chunks = [replace(chunk, n_trials=4_000) for chunk in small_chunks(6)]
    processes = Processes(2)
    processes(abs, [-1])  # the processes stand, and are at rest
    first = processes.pool
    assert first is not None
    victim = next(iter(first._processes))
    threading.Timer(0.3, os.kill, (victim, signal.SIGKILL)).start()
    answers = processes(run_chunk, chunks)
    assert processes.pool is not first, "nobody was killed in mid-run"
    processes.close()
    assert bytes_of(answers) == bytes_of(run_here(run_chunk, chunks))


def test_work_that_kills_every_worker_is_given_up_with_a_reason() -> None:
    with open_workers(2) as run, pytest.raises(StudyError, match="died 5 times"):
        run(os._exit, [1])


def test_what_is_wrong_with_a_task_is_told_as_it_is(tmp_path: Path) -> None:
    with open_workers(2) as run, pytest.raises(StudyError, match="nowhere"):
        run(find_study, [tmp_path / "nowhere"])


def test_no_workers_and_no_scheduler_are_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(StudyError, match=r"--workers is 0, expected 1 to 256"), open_workers(0):
        pass
    monkeypatch.setattr("trialwright.study.workers.CONNECT_SECONDS", 1)
    address = "tcp://127.0.0.1:9"
    with (
        pytest.raises(StudyError, match="no Dask scheduler answers there"),
        open_workers(cluster=address),
    ):
        pass


def test_a_wave_holds_only_steps_that_do_not_wait_for_one_another() -> None:
    def make(name: str, **inputs: str) -> Step:
        return Step(name, name, dict, inputs)

    steps = [make("a"), make("b", of="a"), make("c"), make("d", of="b", and_of="c")]
    waves = [[step.name for step in wave] for wave in list_waves(steps)]
    assert waves == [["a", "c"], ["b"], ["d"]]
