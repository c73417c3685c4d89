"""A number on the command line: what it is, how it came about, the rows behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from polars import col

from trialwright.core.errors import StudyError
from trialwright.core.result import Result
from trialwright.datasets.mapping.rows import CELL, PLACE
from trialwright.datasets.mapping.rules import split_place
from trialwright.datasets.mapping.sources import ROW
from trialwright.derive.dates import hide_after_cut
from trialwright.study.evidence import Loader
from trialwright.study.lineage import trace_to_sources
from trialwright.study.links import find_links
from trialwright.study.reporting import describe_result
from trialwright.study.session import Study

WIDEST_ROW = 160


@dataclass(frozen=True)
class Shown:
    """What `trialwright show` answers: a whole result, or one statistic of it."""

    result: Result
    stat_id: str | None
    sources: list[dict[str, Any]] | None

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as JSON values."""
        described = describe_result(self.result)
        if self.stat_id is not None:
            described["statistics"] = {self.stat_id: described["statistics"][self.stat_id]}
        content = {"id": self.result.id, **described}
        if self.sources is not None:
            content["rows"] = self.sources
        return content

    def to_text(self) -> str:
        """Return the answer as lines."""
        lines = [self.result.title]
        chosen = self.result.data
        if self.stat_id is not None:
            chosen = chosen.filter(col("stat_id") == self.stat_id)
        for item in chosen.iter_rows(named=True):
            value = "NE" if item["stat"] is None else f"{item['stat']:.10g}"
            unit = f" {item['unit']}" if item["unit"] else ""
            lines.append(
                f"  {self.result.id}.{item['stat_id']} = {value}{unit}  ({item['stat_label']})"
            )
        lines += _method_lines(self.result)
        for source in self.sources or ():
            text = _print_source(source)
            lines.append(text if len(text) <= WIDEST_ROW else text[: WIDEST_ROW - 1] + "\u2026")
        if self.sources is not None:
            lines.append(f"{len(self.sources)} source rows.")
        return "\n".join(lines)


def _print_source(source: Mapping[str, Any]) -> str:
    """Return a recorded row as a line; values of the centre's own tables with their cells."""
    cells = source.get("cells", {})
    values = ", ".join(
        f"{name}={value}" + (f" ({cells[name]})" if name in cells else "")
        for name, value in source["values"].items()
        if value not in (None, "") and (not cells or name in cells)
    )
    sheet = f", sheet {source['sheet']}," if source.get("sheet") else ""
    subject = f" ({source['subject']})" if source["subject"] else ""
    return f"  {source['file']}{sheet} row {source['row']}{subject}: {values}"


def _method_lines(result: Result) -> list[str]:
    method = result.method
    lines = [f"Method: {method.name}"]
    lines += [f"  {name}: {value}" for name, value in method.settings.items()]
    return [*lines, f"  {method.reference}"] if method.reference else lines


def show_result(study: Study, wanted: str, *, with_rows: bool = False) -> Shown:
    """Find a result, or one statistic of it, in a study that was run.

    Parameters
    ----------
    study : Study
        The study.
    wanted : str
        A result id ("pfs") or a statistic ("pfs.median").
    with_rows : bool
        Whether to list the recorded rows behind it.

    Raises
    ------
    StudyError
        When there is no such result or statistic.
    """
    result_id, _, stat_id = wanted.partition(".")
    result = study.load_result(result_id)
    if stat_id and stat_id not in result.data["stat_id"]:
        known = ", ".join(f"{result_id}.{name}" for name in result.data["stat_id"])
        raise StudyError(f"There is no number '{wanted}', expected one of: {known}.")
    basis = result.basis
    if stat_id:
        basis = basis.filter(col("stat_id") == stat_id)
    sources = _list_sources(study, basis) if with_rows else None
    return Shown(result, stat_id or None, sources)


def _list_sources(study: Study, basis: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the recorded rows behind a basis with their values."""
    links = find_links(study.protocol)
    traced = trace_to_sources(basis, links, Loader(study.store).load)
    rows: list[dict[str, Any]] = []
    for (domain,), part in traced.group_by("domain", maintain_order=True):
        if study.origins.has(str(domain)):
            rows += _list_cells(study, str(domain), part["source_row"].unique().sort())
            continue
        if domain not in study.files:
            raise StudyError(
                f"The table {domain} of the last run is gone from data/. "
                "Put it back, or run the study again."
            )
        file, _ = study.files[str(domain)]
        recorded = study.store.load(f"raw.{domain}")
        raw = hide_after_cut(recorded, str(domain), study.protocol.study.data_cut)
        raw = raw.with_columns(col("source_row").cast(pl.Int64))
        numbers = part["source_row"].unique().sort()
        kept = raw.filter(col("source_row").is_in(numbers.implode()))
        rows += [_row(file, item) for item in kept.iter_rows(named=True)]
    return rows


def _list_cells(study: Study, domain: str, numbers: pl.Series) -> list[dict[str, Any]]:
    """Return rows of a mapped domain, each value with the cell of the spreadsheet it came from."""
    recorded = study.store.load(f"raw.{domain}").filter(col("source_row").is_in(numbers.implode()))
    table = hide_after_cut(recorded, domain, study.protocol.study.data_cut)
    origin = table.select("source_row").join(
        study.origins.load(domain), on="source_row", maintain_order="left"
    )
    rows = []
    for item, place in zip(table.iter_rows(named=True), origin.iter_rows(named=True), strict=True):
        file, sheet = split_place(place[PLACE])
        described = _row(file, {**item, "source_row": place[ROW]})
        cells = {
            name.removeprefix(CELL): cell if cell[-1].isdigit() else f"{cell}{place[ROW]}"
            for name, cell in place.items()
            if name.startswith(CELL) and cell
        }
        rows.append(
            {
                **described,
                "domain": domain.upper(),
                "sheet": sheet or "",
                "cells": cells,
            }
        )
    return rows


def _row(file: str, item: Mapping[str, Any]) -> dict[str, Any]:
    values = {
        k: v for k, v in item.items() if k not in ("source_row", "n_fields", "STUDYID", "DOMAIN")
    }
    subject = values.pop("USUBJID", None)
    return {"file": file, "row": item["source_row"], "subject": subject, "values": values}
