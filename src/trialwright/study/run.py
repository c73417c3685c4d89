"""Run steps in order, and only those of which something changed."""

import inspect
import pickle
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import polars as pl
from pydantic import BaseModel

import trialwright
from trialwright.core.errors import FindingsError, NotRecordedError, TrialwrightError
from trialwright.core.result import Result
from trialwright.core.trace import hash_text
from trialwright.study.findings import store_finding
from trialwright.study.store import ABSENT, DONE, FAILED, UNCHANGED, StepState, Store, hash_values
from trialwright.study.workers import Mapper, run_here

SOURCE_SUFFIXES = {".py", ".j2", ".css", ".js", ".csv", ".typ"}
SLOW_SECONDS = 2.0

Needs = str | tuple[str, ...]
Work = tuple[Callable[..., Any], Mapping[str, Any]]
"""A step's function and its arguments."""


@dataclass(frozen=True, slots=True)
class Step:
    """A function and what ties its output to its inputs.

    `inputs` maps arguments to names of earlier outputs; a tuple of names gives the function a
    mapping of those that exist. An argument in `optional` is None when its input is absent.
    `settings` are the protocol's parts and constants that the function takes. `stamp` is what else
    the output depends on, such as the hash of a file. `needs` are outputs that must be there though
    they come to the function among others.
    """

    name: str
    title: str
    function: Callable[..., Any]
    inputs: Mapping[str, Needs] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    stamp: str = ""
    needs: tuple[str, ...] = ()

    def result_type(self) -> type[Result] | None:
        """Return the result class that the function promises, if it makes a result."""
        if not inspect.isfunction(self.function):
            return None
        promised = get_type_hints(self.function).get("return")
        is_result = inspect.isclass(promised) and issubclass(promised, Result)
        return promised if is_result else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step made, or why it made nothing; `seconds` is the time of its function."""

    status: str
    output: Any
    reason: str
    seconds: float
    findings: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class StepReport:
    """What became of a step in this run; `reason` says what an absent or failed step needed."""

    name: str
    title: str
    status: str
    seconds: float
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the report under the keys that scripts rely on."""
        return {
            "name": self.name,
            "status": self.status,
            "seconds": round(self.seconds, 3),
            **({"reason": self.reason} if self.reason else {}),
        }


def run_steps(
    steps: Iterable[Step],
    store: Store,
    tell: Callable[[str], None] | None = None,
    workers: Mapper = run_here,
) -> list[StepReport]:
    """Run each step whose function, settings or inputs changed; keep the rest as it is.

    Parameters
    ----------
    steps : iterable of Step
        In an order in which every input comes before its use.
    store : Store
        Where outputs and states are kept; states are written before returning.
    tell : callable, optional
        Receives the name of each step that took longer than two seconds.
    workers : Mapper
        Where steps that do not wait for each other run; what they made is kept in the order of the
        steps, so that it is the same wherever they ran.

    Returns
    -------
    list of StepReport
        One a step, in the same order.
    """
    steps = list(steps)
    types = {step.name: step.result_type() for step in steps}
    reports: dict[str, StepReport] = {}
    try:
        for wave in [[step] for step in steps] if workers is run_here else list_waves(steps):
            for report in _run_wave(wave, store, types, workers):
                reports[report.name] = report
                if tell and report.seconds > SLOW_SECONDS:
                    tell(f"{report.name}: {report.seconds:.1f} s")
    finally:
        store.write_states()
    return [reports[step.name] for step in steps]


def load_results(steps: Iterable[Step], store: Store) -> dict[str, Result]:
    """Return every result that steps made, by the name of the step."""
    return {
        step.name: store.load(step.name, step.result_type())
        for step in steps
        if store.is_done(step.name)
    }


def list_waves(steps: Sequence[Step]) -> list[list[Step]]:
    """Sort steps into waves: those of a wave need nothing that one of the same wave makes."""
    place: dict[str, int] = {}
    for step in steps:
        names = [name for names in step.inputs.values() for name in as_names(names)]
        place[step.name] = 1 + max((place.get(n, 0) for n in (*names, *step.needs)), default=0)
    n_waves = max(place.values(), default=0)
    return [[step for step in steps if place[step.name] == wave + 1] for wave in range(n_waves)]


def _run_wave(
    wave: Sequence[Step], store: Store, types: Mapping[str, type[Result] | None], workers: Mapper
) -> list[StepReport]:
    """Run or keep the steps of one wave."""
    looked = [_look(step, store) for step in wave]
    asked = [step for step, found in zip(wave, looked, strict=True) if isinstance(found, str)]
    works = [(step.function, _arguments(step, store, types)) for step in asked]
    away = [place for place, work in enumerate(works) if len(works) > 1 and _can_travel(work)]
    made = dict(zip(away, workers(_work, [works[place] for place in away]), strict=True))
    outcomes = [made[place] if place in made else _work(work) for place, work in enumerate(works)]
    done = {step.name: out for step, out in zip(asked, outcomes, strict=True)}
    return [
        _keep(step, found, done[step.name], store) if isinstance(found, str) else found
        for step, found in zip(wave, looked, strict=True)
    ]


def is_known(step: Step, store: Store) -> bool:
    """Tell whether a step would be kept as it is: all that it depends on is unchanged."""
    known = store.states.get(step.name)
    return known is not None and known.key == _step_key(step, store) and store.has(step.name)


def _look(step: Step, store: Store) -> StepReport | str:
    """Return the report of a step that need not run, the key of one that must."""
    missing = _missing_inputs(step, store)
    if missing:
        return _leave_absent(step, store, missing)
    key = _step_key(step, store)
    known = store.states.get(step.name)
    if known and known.key == key and known.status == FAILED:
        return StepReport(step.name, step.title, FAILED, 0.0, known.reason)
    if known and known.key == key and store.has(step.name):
        return StepReport(step.name, step.title, UNCHANGED, 0.0)
    return key


def _can_travel(work: Work) -> bool:
    """Tell whether a step can be sent to another process; one that closes over others cannot."""
    try:
        pickle.dumps(work)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True


def _work(work: Work) -> Outcome:
    """Do one step, here or elsewhere."""
    function, arguments = work
    begin = time.perf_counter()
    status, output, reason = DONE, None, ""
    findings: tuple[dict[str, Any], ...] = ()
    try:
        output = function(**arguments)
    except NotRecordedError as error:
        status, reason = ABSENT, str(error)
    except TrialwrightError as error:
        status, reason = FAILED, str(error)
        if isinstance(error, FindingsError):
            findings = tuple(store_finding(finding) for finding in error.findings)
    return Outcome(status, output, reason, time.perf_counter() - begin, findings)


def _keep(step: Step, key: str, outcome: Outcome, store: Store) -> StepReport:
    """Store what a step made, or why it made nothing."""
    if outcome.status == ABSENT:
        return _leave_absent(step, store, [outcome.reason])
    if outcome.status == FAILED:
        store.forget(step.name)
    output = store.save(step.name, outcome.output) if outcome.status == DONE else ""
    status, seconds, reason = outcome.status, outcome.seconds, outcome.reason
    state = StepState(step.name, key, output, status, seconds, reason, outcome.findings)
    store.states[step.name] = state
    return StepReport(step.name, step.title, status, seconds, reason)


def _leave_absent(step: Step, store: Store, missing: Sequence[str]) -> StepReport:
    """Note what a step would need: the roots, where what is missing is itself absent."""
    roots = [root for name in missing for root in store.absent.get(name, (name,))]
    store.absent[step.name] = tuple(dict.fromkeys(roots))
    store.forget(step.name)
    needs = ", ".join(store.absent[step.name])
    return StepReport(step.name, step.title, ABSENT, 0.0, f"needs {needs}")


def as_names(names: Needs) -> tuple[str, ...]:
    """Return the names of one input: one, or those that it takes together."""
    return (names,) if isinstance(names, str) else names


def _missing_inputs(step: Step, store: Store) -> list[str]:
    """Return the inputs that the step cannot do without and that nobody made."""
    required = [
        name
        for argument, name in step.inputs.items()
        if isinstance(name, str) and argument not in step.optional
    ]
    return [name for name in (*required, *step.needs) if not store.is_done(name)]


def _step_key(step: Step, store: Store) -> str:
    """Hash everything that the output depends on."""
    hashes = {
        name: store.states[name].output
        for names in step.inputs.values()
        for name in as_names(names)
        if store.is_done(name)
    }
    settings = {name: _plain(value) for name, value in step.settings.items()}
    return hash_values(
        {"code": hash_code(), "step": step.name, "stamp": step.stamp, **settings, "inputs": hashes}
    )


def _plain(value: Any) -> Any:
    """Return a setting as something that prints the same whenever it is the same."""
    if isinstance(value, Path):
        return value.name  # so that a study may be moved
    if isinstance(value, BaseModel):
        return value.model_dump_json()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    return str(value)


def _arguments(
    step: Step, store: Store, types: Mapping[str, type[Result] | None]
) -> dict[str, Any]:
    """Load what the function takes."""
    arguments: dict[str, Any] = dict(step.settings)
    for argument, names in step.inputs.items():
        if isinstance(names, str):
            is_ready = store.is_done(names)
            arguments[argument] = store.load(names, types.get(names)) if is_ready else None
        else:
            arguments[argument] = {
                name: store.load(name, types.get(name)) for name in names if store.is_done(name)
            }
    return arguments


@cache
def hash_code() -> str:
    """Hash the package's source and the versions of the libraries that numbers depend on."""
    root = Path(trialwright.__file__).parent
    files = sorted(path for path in root.rglob("*") if path.suffix in SOURCE_SUFFIXES)
    parts = [path.relative_to(root).as_posix() + path.read_text(encoding="utf-8") for path in files]
    return hash_text("\0".join([*parts, pl.__version__, np.__version__]))
