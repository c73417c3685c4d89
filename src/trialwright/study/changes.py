"""What changed since the last run: which cells, and which results moved because of them."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl
from polars import col

from trialwright.core.errors import Finding, Severity, StudyError
from trialwright.datasets.domains import find_dataset
from trialwright.datasets.mapping.redcap import KEYS as REDCAP_KEYS
from trialwright.datasets.mapping.sources import EAV_KEYS, place_of
from trialwright.datasets.mapping.templates import columns_in
from trialwright.protocol.load import is_blocked
from trialwright.study.evidence import Loader
from trialwright.study.image_changes import (
    ImageChange,
    find_image_changes,
    find_numbers,
    load_slides,
    say_unmeasured,
)
from trialwright.study.images import hash_images
from trialwright.study.lineage import trace_to_sources
from trialwright.study.links import find_links
from trialwright.study.run import run_steps
from trialwright.study.session import Study
from trialwright.study.slides import gather_known
from trialwright.study.snapshots import (
    CURRENT,
    PREVIOUS,
    SOFTWARE,
    Snapshot,
    list_inputs,
    read_snapshot,
    take_snapshot,
)
from trialwright.study.store import Store
from trialwright.study.table_changes import CellChange, compare_tables

MOST_PRINTED = 40


@dataclass(frozen=True, slots=True)
class Moved:
    """A number that is another one now.

    `because` counts into the changed cells that it rests on, `images` names the changed slides.
    """

    id: str
    before: float | None
    after: float | None
    because: tuple[int, ...]
    images: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the number under the keys that scripts rely on."""
        return {
            "id": self.id, "before": self.before, "after": self.after,
            "because": list(self.because), "images": list(self.images),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed; `is_run` says whether the later side is the last run or waits to be run.

    `unmeasured` has the slides that a run would measure, with the numbers that stand on them.
    """

    is_run: bool
    cells: tuple[CellChange, ...]
    tables: tuple[str, ...]
    moved: tuple[Moved, ...]
    beside: tuple[str, ...]
    blocking: tuple[Finding, ...] = ()
    images: tuple[ImageChange, ...] = ()
    unmeasured: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the changes as JSON values."""
        return {
            "is_run": self.is_run,
            "cells": [change.as_dict() for change in self.cells],
            "tables": list(self.tables),
            "images": [change.as_dict() for change in self.images],
            "unmeasured": {file: list(numbers) for file, numbers in self.unmeasured.items()},
            "results": [moved.as_dict() for moved in self.moved],
            "beside": list(self.beside),
            "blocking": [finding.as_dict() for finding in self.blocking],
        }

    def to_text(self) -> str:
        """Return the changes as lines."""
        since = "between the last two runs" if self.is_run else "since the last run, not yet run"
        kinds = [change.kind for change in self.cells]
        counts = f"{kinds.count('changed')} cells changed, {kinds.count('added')} rows added, "
        lines = [f"{counts}{kinds.count('removed')} rows removed {since}."]
        lines += [f"  {change.sentence}" for change in self.cells[:MOST_PRINTED]]
        lines += _print_more(len(self.cells))
        lines += [f"  {words}" for words in (*self.tables, *self.beside)]
        lines += [f"  {change.sentence}" for change in self.images[:MOST_PRINTED]]
        lines += _print_more(len(self.images))
        if self.blocking:
            lines += ["The run would stop at:", *(f"  {item.message}" for item in self.blocking)]
            return "\n".join(lines)
        word = "moved" if self.is_run else "would move"
        lines.append(f"{len(self.moved)} numbers {word}.")
        for item in self.moved[:MOST_PRINTED]:
            places = [*(_place(self.cells[n]) for n in item.because), *item.images]
            because = f"  ({', '.join(places[:3])})" if places else ""
            lines.append(f"  {item.id}: {_print(item.before)} -> {_print(item.after)}{because}")
        return "\n".join([*lines, *_print_more(len(self.moved)), *say_unmeasured(self.unmeasured)])


def find_changes(study: Study) -> Changes:
    """Find what changed in the data of a study, and which results moved.

    When files changed after the last run, they are compared with it, and the analyses are made
    anew beside the results, which stay as they are; otherwise the last run is compared with the
    run before it.

    Raises
    ------
    StudyError
        When the study was never run.
    """
    folder = study.store.hidden / "snapshots"
    current = read_snapshot(folder, CURRENT)
    if current is None:
        raise StudyError(f"{study.path} was never run. Run `trialwright run` first.")
    if _is_touched(study, current):
        with tempfile.TemporaryDirectory() as name:
            trial, waiting = _try_run(study, Path(name))
            now = take_snapshot(trial.directory, trial.files, trial.store, trial.load_results())
            numbers = find_numbers(trial, waiting)
            unmeasured = {file: numbers.get(file, ()) for file in waiting}
            return replace(_compare(trial, current, now, is_run=False), unmeasured=unmeasured)
    previous = read_snapshot(folder, PREVIOUS)
    if previous is None:
        return Changes(True, (), (), (), ("there was one run only",))
    return _compare(study, previous, current, is_run=True)


def _is_touched(study: Study, current: Snapshot) -> bool:
    """Tell whether a file, an image among them, is another one than in the last run."""
    if list_inputs(study.directory, study.files) != current.inputs:
        return True
    images = hash_images(study.path, study.store)
    return current.images is not None and images != current.images


def _try_run(study: Study, folder: Path) -> tuple[Study, list[str]]:
    """Make the analyses of the files as they are now, beside the results of the last run.

    Slides are not measured; those that a run would measure are returned, too.
    """
    for part in (".steps", "analysis"):
        source = study.directory.results / part
        if source.is_dir():
            ignored = shutil.ignore_patterns("snapshots")
            shutil.copytree(source, folder / part, ignore=ignored)
    trial = Study(study.directory)
    trial.__dict__["store"] = Store(folder)
    if is_blocked(trial.check()):
        return trial, []
    waiting, is_new = gather_known(trial.protocol, trial.path, load_slides(trial), trial.store)
    if not is_new or not is_blocked(trial.check()):
        run_steps(trial.list_analyses(), trial.store)
    return trial, waiting


def _compare(study: Study, before: Snapshot, after: Snapshot, *, is_run: bool) -> Changes:
    """Compare two snapshots; `study` is the one that the later one is of."""
    blocking = () if is_run else _list_blocking(study)
    keys = _list_keys(study)
    cells: list[CellChange] = []
    for name in after.tables:
        if name in before.tables and before.inputs.get(name) != after.inputs.get(name):
            found = keys.get(name, ())
            cells += compare_tables(name, before.tables[name], after.tables[name], found)
    tables = [f"{name} is new" for name in after.tables if name not in before.tables]
    tables += [f"{name} is gone" for name in before.tables if name not in after.tables]
    beside = _list_beside(before, after)
    images: list[ImageChange] = []
    if before.images is None or after.images is None:
        beside = (*beside, "an earlier version kept no hashes of images: they are not compared")
    else:
        images = find_image_changes(study, before.images, after.images)
    moved = () if blocking else _list_moved(study, before.numbers, after.numbers, cells, images)
    return Changes(is_run, tuple(cells), tuple(tables), moved, beside, blocking, tuple(images))


def _list_beside(before: Snapshot, after: Snapshot) -> tuple[str, ...]:
    """Return what changed that is no table and no image: protocol, mapping, lists, software."""
    found = []
    for name in dict.fromkeys((*after.inputs, *before.inputs)):
        is_table = name in before.tables or name in after.tables
        if not is_table and before.inputs.get(name) != after.inputs.get(name):
            gone = f"{name} is gone" if name not in after.inputs else f"{name} changed"
            new = f"{name} is new" if name not in before.inputs else gone
            found.append("the software changed" if name == SOFTWARE else new)
    return tuple(found)


def _list_blocking(study: Study) -> tuple[Finding, ...]:
    return tuple(f for f in study.load_findings() if f.severity is Severity.BLOCK)


def _list_keys(study: Study) -> dict[str, tuple[str, ...]]:
    """Return the columns that tell the rows of each table apart."""
    keys: dict[str, tuple[str, ...]] = {}
    for domain, (name, _) in study.files.items():
        dataset = find_dataset(domain)
        if dataset is not None:
            keys[name] = dataset.keys
    mapping = study.directory.mapping.mapping
    for table in mapping.tables if mapping else ():
        named = table.key or tuple(columns_in(table.subject))
        if table.redcap:
            named = tuple(dict.fromkeys((*named, EAV_KEYS[0], *REDCAP_KEYS)))
        keys.setdefault(place_of(table).name, named)
    return keys


def _list_moved(
    study: Study,
    before: Mapping[str, float | None],
    after: Mapping[str, float | None],
    cells: Sequence[CellChange],
    images: Sequence[ImageChange],
) -> tuple[Moved, ...]:
    """Return the numbers that differ, each with the changes behind it."""
    names = [n for n in dict.fromkeys((*after, *before)) if before.get(n) != after.get(n)]
    rows = _trace(study, names)
    moved = []
    for name in names:
        touched = rows.get(name, set())
        exact = tuple(
            n for n, c in enumerate(cells) if (c.table, c.row) in touched and c.kind != "removed"
        )
        slides = tuple(change.file for change in images if name in change.numbers)
        because = exact
        if not exact and not slides:
            tables = {table for table, _ in touched}
            because = tuple(n for n, c in enumerate(cells) if c.table in tables)
        moved.append(Moved(name, before.get(name), after.get(name), because, slides))
    return tuple(moved)


def _trace(study: Study, names: Sequence[str]) -> dict[str, set[tuple[str, int]]]:
    """Return the rows of recorded tables behind numbers, as (file or place, row)."""
    found: dict[str, set[tuple[str, int]]] = {}
    wanted = {name.partition(".")[0] for name in names}
    for result_id, result in study.load_results().items():
        if result_id not in wanted:
            continue
        stats = [n.partition(".")[2] for n in names if n.startswith(f"{result_id}.")]
        basis = result.basis.filter(col("stat_id").is_in(stats))
        traced = trace_to_sources(basis, find_links(study.protocol), Loader(study.store).load)
        for stat, table, row in _locate(study, traced).iter_rows():
            found.setdefault(f"{result_id}.{stat}", set()).add((table, row))
    return found


def _locate(study: Study, traced: pl.DataFrame) -> pl.DataFrame:
    """Return traced rows as stat_id, table and row of what was recorded."""
    parts = [pl.DataFrame(schema={"stat_id": pl.String, "table": pl.String, "row": pl.Int64})]
    for (domain,), part in traced.group_by("domain", maintain_order=True):
        name = str(domain)
        if study.origins.has(name):
            origin = study.origins.load(name).select("source_row", "@place", "@row")
            joined = part.join(origin, on="source_row")
            parts.append(
                joined.select("stat_id", col("@place").alias("table"), col("@row").alias("row"))
            )
        elif name in study.files:
            file = pl.lit(study.files[name][0]).alias("table")
            parts.append(part.select("stat_id", file, col("source_row").alias("row")))
    return pl.concat(parts)


def _place(change: CellChange) -> str:
    return f"{change.table} {change.cell or f'row {change.row}'}"


def _print(value: float | None) -> str:
    return "none" if value is None else f"{value:.6g}"


def _print_more(n: int) -> list[str]:
    return [f"  and {n - MOST_PRINTED} more; --json has all of them"] if n > MOST_PRINTED else []
