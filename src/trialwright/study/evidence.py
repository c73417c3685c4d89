"""What a click on a number opens, gathered from the store of a run."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import polars as pl
from polars import col

from trialwright.core.result import Result
from trialwright.core.trace import Link
from trialwright.report.evidence import (
    AnalysisTable,
    Evidence,
    NumberEvidence,
    SourceTable,
    group_rows,
    tabulate_frame,
)
from trialwright.study.cells import CELLS, Origins
from trialwright.study.known import read_known
from trialwright.study.lineage import trace_to_sources
from trialwright.study.store import Store

MAX_ROWS = 400  # of one number and dataset in the page; `trialwright show --rows` lists all
HIDDEN_COLUMNS = ("STUDYID", "DOMAIN", "n_fields")


def gather_evidence(
    results: Mapping[str, Result],
    store: Store,
    links: Mapping[str, tuple[Link, ...]],
    files: Mapping[str, tuple[str, str]],
    data_cut: date,
) -> Evidence:
    """Gather method, analysis rows and recorded rows of every statistic.

    Parameters
    ----------
    results : mapping
        Result id to result.
    store : Store
        Where the run keeps its datasets.
    links : mapping
        Dataset to its links.
    files : mapping
        Domain to its file's name and hash.
    data_cut : date
        What recorded rows say of later days is not shown.

    Returns
    -------
    Evidence
        Every statistic of every result, under "result.statistic".
    """
    basis = _join_bases(results)
    shown = basis.filter(pl.int_range(pl.len()).over("stat_id", "dataset") < MAX_ROWS)
    loader = Loader(store)
    traced = trace_to_sources(shown, links, loader.load)
    known = read_known(set(traced["domain"]), store, data_cut)
    sources = traced.filter(_is_known(known))
    tables = _AnalysisRows(loader, basis)
    origins = Origins(store, files)
    mapped = _locate(sources, origins)
    by_ref = _group(sources, files)
    for ref, table, number in mapped.select("stat_id", "table", "row").iter_rows():
        by_ref.setdefault(ref, []).append((table, number))
    numbers = [
        NumberEvidence(
            ref=f"{name}.{item['stat_id']}",
            label=_name_number(item),
            value=item["stat"],
            unit=item["unit"] or "",
            method=result.method.name,
            settings=result.method.settings,
            reference=result.method.reference,
            analysis=group_rows(tables.rows.get(f"{name}.{item['stat_id']}", ()), MAX_ROWS),
            sources=group_rows(by_ref.get(f"{name}.{item['stat_id']}", ()), MAX_ROWS),
        )
        for name, result in results.items()
        for item in result.data.iter_rows(named=True)
    ]
    used = {(domain, file, sha) for domain, (file, sha) in files.items()}
    recorded = (*_source_tables(used, sources, known), *origins.list_tables(mapped, data_cut))
    return Evidence(tuple(numbers), tuple(tables.tables()), recorded)


def _join_bases(results: Mapping[str, Result]) -> pl.DataFrame:
    """Return the analysis rows behind every statistic, under "result.statistic"."""
    named = [
        result.basis.with_columns(pl.lit(f"{name}.").add(col("stat_id")).alias("stat_id"))
        for name, result in results.items()
    ]
    return pl.concat(named or [pl.DataFrame(schema={"stat_id": pl.String, "dataset": pl.String})])


def _is_known(known: Mapping[str, pl.DataFrame]) -> pl.Expr:
    """Tell whether a traced row was known on the data cut."""
    parts = [
        (col("domain") == domain)
        & col("source_row").is_in(frame["source_row"].cast(pl.Int64).implode())
        for domain, frame in known.items()
    ]
    return pl.any_horizontal(~col("domain").is_in(list(known)), *parts)


def _name_number(item: Mapping[str, Any]) -> str:
    """Return what a number is: its label, with the level it is of where the label is silent."""
    label, level = str(item["stat_label"]), item["variable_level"]
    return label if not level or str(level).lower() in label.lower() else f"{level}: {label}"


class Loader:
    """Datasets of a store by name; what was not made is None."""

    def __init__(self, store: Store):
        self._store = store

    def load(self, name: str) -> pl.DataFrame | None:
        """Return a dataset by its lower-case name."""
        if not self._store.is_done(name):
            return None
        frame = self._store.load(name)
        return frame if isinstance(frame, pl.DataFrame) else None


class _AnalysisRows:
    """Row numbers of the analysis datasets behind each statistic."""

    def __init__(self, loader: Loader, basis: pl.DataFrame):
        self._frames: dict[str, pl.DataFrame] = {}
        self.rows: dict[str, list[tuple[str, int]]] = {}
        for (dataset,), part in basis.group_by("dataset", maintain_order=True):
            frame = loader.load(str(dataset).lower())
            if frame is not None:
                self._add(str(dataset), frame, part)

    def _add(self, dataset: str, frame: pl.DataFrame, part: pl.DataFrame) -> None:
        self._frames[dataset] = frame
        keys = ["USUBJID", "ASEQ"] if "ASEQ" in frame.columns else ["USUBJID"]
        numbered = frame.select(*keys, pl.int_range(1, pl.len() + 1).alias("number"))
        if "ASEQ" in keys:
            numbered = numbered.with_columns(col("ASEQ").cast(pl.Int64))
        found = part.select("stat_id", *keys).join(numbered, on=keys, how="inner")
        for ref, number in found.select("stat_id", "number").iter_rows():
            self.rows.setdefault(ref, []).append((dataset, number))

    def tables(self) -> Iterable[AnalysisTable]:
        """Yield the datasets as evidence tables."""
        for dataset, frame in self._frames.items():
            columns, rows = tabulate_frame(frame)
            yield AnalysisTable(dataset, columns, rows)


def _group(
    sources: pl.DataFrame, files: Mapping[str, tuple[str, str]]
) -> dict[str, list[tuple[str, int]]]:
    """Return (file, row) pairs by statistic."""
    by_ref: dict[str, list[tuple[str, int]]] = {}
    for ref, domain, number in sources.select("stat_id", "domain", "source_row").iter_rows():
        if domain in files:
            by_ref.setdefault(ref, []).append((files[domain][0], number))
    return by_ref


def _locate(sources: pl.DataFrame, origins: Origins) -> pl.DataFrame:
    """Return the cells of the centre's own tables behind each statistic: table and row."""
    parts = [pl.DataFrame(schema={"stat_id": pl.String, **CELLS})]
    for (domain,), part in sources.group_by("domain", maintain_order=True):
        if origins.has(str(domain)):
            cells = origins.find_cells(str(domain), part["source_row"].unique())
            joined = part.select("stat_id", "source_row").join(cells, on="source_row")
            parts.append(joined.select("stat_id", *CELLS))
    return pl.concat(parts).unique(maintain_order=True)


def _source_tables(
    used: Iterable[tuple[str, str, str]],
    sources: pl.DataFrame,
    known: Mapping[str, pl.DataFrame],
) -> Iterable[SourceTable]:
    """Yield the rows of each file that any statistic goes back to."""
    for domain, file, sha256 in sorted(used):
        numbers = sources.filter(col("domain") == domain)["source_row"].unique().sort()
        if numbers.is_empty():
            continue
        raw = known[domain]
        kept = raw.filter(col("source_row").cast(pl.Int64).is_in(numbers.implode()))
        shown = kept.drop("source_row", *HIDDEN_COLUMNS, strict=False)
        columns, rows = tabulate_frame(shown, kept["source_row"].to_list())
        yield SourceTable(file, sha256, columns, rows)
