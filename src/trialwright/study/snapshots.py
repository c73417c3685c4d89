"""What the last two runs read and found, kept so that the next export can be compared with it."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from trialwright.core.result import Result
from trialwright.core.trace import hash_file
from trialwright.study.directory import PROTOCOL_FILE, StudyDirectory, hash_references
from trialwright.study.images import hash_images
from trialwright.study.mapped import SOURCE, list_mapped_domains, name_table
from trialwright.study.run import hash_code
from trialwright.study.store import Store, replace_text

CURRENT, PREVIOUS = "current", "previous"
INDEX = "index.json"
MAPPING, SOFTWARE = "mapping.yaml", "software"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Tables as they were read, by the name of their file or place; numbers; what else counts.

    `inputs` and `images` are hashes; a run of a version that kept none of images has None.
    """

    tables: Mapping[str, pl.DataFrame]
    numbers: Mapping[str, float | None]
    inputs: Mapping[str, str]
    images: Mapping[str, str] | None = None


def list_inputs(directory: StudyDirectory, files: Mapping[str, tuple[str, str]]) -> dict[str, str]:
    """Return the hash of everything but images that a run depends on, by its name."""
    inputs = dict(files.values()) | hash_references(directory)
    inputs[PROTOCOL_FILE] = hash_file(directory.path / PROTOCOL_FILE)
    if (directory.data / MAPPING).is_file():
        inputs[MAPPING] = hash_file(directory.data / MAPPING)
    return inputs | {SOFTWARE: hash_code()}


def list_numbers(results: Mapping[str, Result]) -> dict[str, float | None]:
    """Return every statistic as "result.statistic"."""
    return {
        f"{name}.{stat}": value
        for name, result in results.items()
        for stat, value in result.data.select("stat_id", pl.col("stat").fill_nan(None)).iter_rows()
    }


def take_snapshot(
    directory: StudyDirectory,
    files: Mapping[str, tuple[str, str]],
    store: Store,
    results: Mapping[str, Result],
) -> Snapshot:
    """Return what a study has read and found so far."""
    tables = _load_tables(directory, files, store)
    images = hash_images(directory.path, store)
    return Snapshot(tables, list_numbers(results), list_inputs(directory, files), images)


def _load_tables(
    directory: StudyDirectory, files: Mapping[str, tuple[str, str]], store: Store
) -> dict[str, pl.DataFrame]:
    """Return the recorded tables of a store by the name of their file or place."""
    mapping = directory.mapping.mapping
    made = {*list_mapped_domains(mapping)} if mapping else set()
    tables = {}
    for domain, (name, _) in files.items():
        is_read = domain.startswith(SOURCE) or domain not in made
        if is_read and store.is_done(name_table(domain)):
            tables[name] = store.load(name_table(domain))
    return tables


def keep_snapshot(folder: Path, snapshot: Snapshot) -> None:
    """Keep what a run read and found; what the run before it kept becomes the previous one.

    A run that read the same and found the same leaves both as they are.
    """
    current, previous = folder / CURRENT, folder / PREVIOUS
    content: dict[str, Any] = {
        "tables": {name: f"{n:03}.parquet" for n, name in enumerate(snapshot.tables)},
        "numbers": dict(snapshot.numbers),
        "inputs": dict(snapshot.inputs),
        "images": dict(snapshot.images or {}),
    }
    text = json.dumps(content, ensure_ascii=False, indent=1)
    if (current / INDEX).is_file():
        if (current / INDEX).read_text(encoding="utf-8") == text:
            return
        shutil.rmtree(previous, ignore_errors=True)
        current.rename(previous)
    current.mkdir(parents=True, exist_ok=True)
    for name, file in content["tables"].items():
        snapshot.tables[name].write_parquet(current / file, compression="zstd")
    replace_text(current / INDEX, text)


def read_snapshot(folder: Path, name: str) -> Snapshot | None:
    """Return a snapshot; None when there is none."""
    path = folder / name / INDEX
    if not path.is_file():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    tables = {table: pl.read_parquet(path.parent / f) for table, f in content["tables"].items()}
    return Snapshot(tables, content["numbers"], content["inputs"], content.get("images"))
