"""Where work is done: in this process, in others of this machine, or on a Dask cluster.

All give the same answers in the same order: a task carries everything that it depends on, its seed
included, and no task knows who does it.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from trialwright.core.errors import StudyError

MOST_BREAKDOWNS = 5
CONNECT_SECONDS = 15
RETRIES = 5
MOST_WORKERS = 256
MOST_UNASKED = 8

Mapper = Callable[[Callable[[Any], Any], Sequence[Any]], list[Any]]
"""Applies a function to tasks, and returns the answers in the order of the tasks."""


@contextmanager
def open_workers(n_workers: int | None = None, cluster: str | None = None) -> Iterator[Mapper]:
    """Open the place where tasks are done, and close it afterwards.

    Parameters
    ----------
    n_workers : int, optional
        Processes of this machine; 1 or None does the work in this one.
    cluster : str, optional
        Address of a running Dask scheduler, such as tcp://10.0.0.5:8786; goes before `n_workers`.

    Yields
    ------
    Mapper
        Applies a function of a module, not a lambda, to tasks.

    Raises
    ------
    StudyError
        When there is no scheduler at the address, or the number of workers is none.
    """
    if cluster is not None:
        with _open_cluster(cluster) as run:
            yield run
        return
    if n_workers is not None and not 1 <= n_workers <= MOST_WORKERS:
        raise StudyError(
            f"--workers is {n_workers}, expected 1 to {MOST_WORKERS}. Write the number of cores."
        )
    if n_workers is None or n_workers == 1:
        yield run_here
        return
    processes = Processes(n_workers)
    try:
        yield processes
    finally:
        processes.close()


def count_cores() -> int:
    """Return how many processes a run starts that nobody asked for."""
    return min(os.cpu_count() or 1, MOST_UNASKED)


def run_here(function: Callable[[Any], Any], tasks: Sequence[Any]) -> list[Any]:
    """Do all tasks in this process."""
    return [function(task) for task in tasks]


@dataclass(slots=True)
class Processes:
    """Processes of this machine; tasks of one that dies are done once more by its successors."""

    n_workers: int
    pool: ProcessPoolExecutor | None = None

    def __call__(self, function: Callable[[Any], Any], tasks: Sequence[Any]) -> list[Any]:
        """Do the tasks; return the answers in their order."""
        answers: dict[int, Any] = {}
        for _ in range(MOST_BREAKDOWNS):
            waiting = [place for place in range(len(tasks)) if place not in answers]
            if not waiting:
                break
            try:
                started = self._start(function, tasks, waiting)
            except BrokenProcessPool:
                self.close()
                continue
            if not _collect(started, answers):
                self.close()
        if len(answers) < len(tasks):
            raise StudyError(
                f"The worker processes died {MOST_BREAKDOWNS} times, expected them to last. "
                "Give them more memory, or name fewer with --workers."
            )
        return [answers[place] for place in range(len(tasks))]

    def _start(
        self, function: Callable[[Any], Any], tasks: Sequence[Any], waiting: Sequence[int]
    ) -> dict[int, Future[Any]]:
        # New processes, not forks: the frame library runs threads, which a fork would tear.
        if self.pool is None:
            self.pool = ProcessPoolExecutor(self.n_workers, mp_context=get_context("spawn"))
        pool = self.pool
        return {place: pool.submit(function, tasks[place]) for place in waiting}

    def close(self) -> None:
        """End the processes."""
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)
            self.pool = None


def _collect(started: dict[int, Future[Any]], answers: dict[int, Any]) -> bool:
    """Collect what the processes answered; return whether all of them lasted."""
    has_lasted = True
    for place, future in started.items():
        try:
            answers[place] = future.result()
        except BrokenProcessPool:
            has_lasted = False
    return has_lasted


@contextmanager
def _open_cluster(address: str) -> Iterator[Mapper]:
    """Connect to a Dask scheduler, which does the tasks of a dead worker once more by itself."""
    try:
        from distributed import Client
    except ImportError as error:
        raise StudyError(
            "--cluster needs the library distributed. Install it: pip install "
            "'trialwright[cluster]', here and on every worker."
        ) from error
    connect: Any = Client  # without types
    try:
        client = connect(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise StudyError(
            f"--cluster is '{address}', but no Dask scheduler answers there. Start one with "
            "`dask scheduler`, and write the address that it prints."
        ) from error

    def run(function: Callable[[Any], Any], tasks: Sequence[Any]) -> list[Any]:
        futures = client.map(function, list(tasks), pure=False, retries=RETRIES)
        return list(client.gather(futures))

    try:
        yield run
    finally:
        client.close()
