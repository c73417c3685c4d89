"""A study replayed as it stood on a day: nothing later is seen, nothing is written into it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from trialwright.core.result import Result
from trialwright.protocol.model import Protocol
from trialwright.study.analyses import list_analyses
from trialwright.study.recording import list_recording
from trialwright.study.run import StepReport, load_results, run_steps
from trialwright.study.session import Study
from trialwright.study.steps import list_derivations
from trialwright.study.store import Store


@dataclass(frozen=True)
class Replay:
    """The protocol with the day as its data cut, the store of the run, results and reports."""

    protocol: Protocol
    store: Store
    results: dict[str, Result]
    reports: tuple[StepReport, ...]


@contextmanager
def replay_study(study: Study, as_of: date, wanted: tuple[str, ...]) -> Iterator[Replay]:
    """Run the analyses whose names begin with one of the words, as of a day.

    Parameters
    ----------
    study : Study
        The study; nothing is written into it.
    as_of : date
        The last day of which anything is seen.
    wanted : tuple of str
        Beginnings of the names of analyses, such as "stage".

    Yields
    ------
    Replay
        Its store lives until the end of the `with`.
    """
    dated = study.protocol.study.model_copy(update={"data_cut": as_of})
    protocol = study.protocol.model_copy(update={"study": dated})
    everything = protocol.model_copy(update={"displays": ()})
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        analyses = [step for step in list_analyses(everything) if step.name.startswith(wanted)]
        recorded = list_recording(study.directory, as_of)
        reports = run_steps([*recorded, *list_derivations(protocol), *analyses], store)
        yield Replay(protocol, store, load_results(analyses, store), tuple(reports))
