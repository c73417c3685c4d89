"""Where steps keep what they made: frames, results and plain values, each with its hash."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from trialwright.core.result import Result
from trialwright.core.trace import hash_text

STATE_FILE = "state.json"
DONE, UNCHANGED, ABSENT, FAILED = "done", "unchanged", "absent", "failed"


@dataclass(frozen=True, slots=True)
class StepState:
    """What is known of a step that ran: the hash of all it depends on, and of what it made.

    `findings` are those with which it failed, as plain values.
    """

    name: str
    key: str
    output: str
    status: str
    seconds: float
    reason: str = ""
    findings: Sequence[Mapping[str, Any]] = ()


class Store:
    """The results folder of one study: outputs by name, and the state of the steps behind them."""

    def __init__(self, results: Path):
        self.results = results
        self.hidden = results / ".steps"
        self._memory: dict[str, Any] = {}
        self.states: dict[str, StepState] = {}
        self.absent: dict[str, tuple[str, ...]] = {}  # step to what it would need, in this run
        state_file = self.hidden / STATE_FILE
        if state_file.exists():
            self.states = _read_states(state_file)

    def write_states(self) -> None:
        """Write the state of all steps, whole or not at all."""
        self.hidden.mkdir(parents=True, exist_ok=True)
        stored = {name: asdict(state) for name, state in self.states.items()}
        replace_text(self.hidden / STATE_FILE, json.dumps(stored, indent=1))

    def dataset_path(self, name: str) -> Path:
        """Return where a frame is kept: analysis datasets in the open, the rest hidden."""
        if name.startswith("ad"):
            return self.results / "analysis" / f"{name}.parquet"
        return self.hidden / "recorded" / f"{name}.parquet"

    def has(self, name: str) -> bool:
        """Return whether something is stored under a name."""
        return (
            self.dataset_path(name).exists()
            or (self.hidden / "results" / name).exists()
            or (self.hidden / "values" / f"{name}.json").exists()
        )

    def is_done(self, name: str) -> bool:
        """Return whether a step was run and made something."""
        state = self.states.get(name)
        return state is not None and state.status == DONE

    def forget(self, name: str) -> None:
        """Drop what is stored under a name, and the state of the step behind it."""
        self.states.pop(name, None)
        self._memory.pop(name, None)
        self.dataset_path(name).unlink(missing_ok=True)
        (self.hidden / "values" / f"{name}.json").unlink(missing_ok=True)
        shutil.rmtree(self.hidden / "results" / name, ignore_errors=True)

    def save(self, name: str, value: Any) -> str:
        """Store a frame, a result or a JSON value; return the hash of its content."""
        self._memory[name] = value
        if isinstance(value, pl.DataFrame):
            return _write_frame(self.dataset_path(name), value)
        if isinstance(value, Result):
            return self._save_result(name, value)
        text = json.dumps(value, ensure_ascii=False)
        replace_text(self.hidden / "values" / f"{name}.json", text)
        return hash_text(text)

    def load(self, name: str, result_type: type[Result] | None = None) -> Any:
        """Return what is stored under a name."""
        if name not in self._memory:
            self._memory[name] = self._read(name, result_type)
        return self._memory[name]

    def _read(self, name: str, result_type: type[Result] | None) -> Any:
        if self.dataset_path(name).exists():
            return pl.read_parquet(self.dataset_path(name))
        folder = self.hidden / "results" / name
        if result_type is not None:
            values = json.loads((folder / "values.json").read_text(encoding="utf-8"))
            frames = {path.stem: pl.read_parquet(path) for path in folder.glob("*.parquet")}
            return result_type.unpack(values, frames)
        return json.loads((self.hidden / "values" / f"{name}.json").read_text(encoding="utf-8"))

    def _save_result(self, name: str, result: Result) -> str:
        values, frames = result.pack()
        folder = self.hidden / "results" / name
        # Settings keep their order: a result read back must print as it did when it was made.
        text = json.dumps(values, ensure_ascii=False)
        replace_text(folder / "values.json", text)
        hashes = [_write_frame(folder / f"{part}.parquet", frame) for part, frame in frames.items()]
        return hash_text(text + "".join(hashes))


def _read_states(path: Path) -> dict[str, StepState]:
    """Read the states; a file that is not whole, or of another version, is as none."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return {name: StepState(**values) for name, values in stored.items()}
    except (ValueError, TypeError, AttributeError):
        return {}


def hash_values(values: Mapping[str, Any]) -> str:
    """Return one hash for a mapping of JSON-like values."""
    return hash_text(json.dumps(values, sort_keys=True, default=str))


def replace_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def _write_frame(path: Path, frame: pl.DataFrame) -> str:
    """Write a frame whole or not at all; return the hash of its bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    frame.write_parquet(draft, compression="zstd")
    digest = hashlib.sha256(draft.read_bytes()).hexdigest()
    draft.replace(path)
    return digest
