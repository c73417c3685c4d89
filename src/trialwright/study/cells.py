"""From rows of mapped domains to the cells of the centre's own tables."""

from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import replace
from datetime import date

import polars as pl
from polars import col

from trialwright.core.errors import Finding
from trialwright.datasets.mapping.findings import name_cell
from trialwright.datasets.mapping.read import MAPPING_FILE
from trialwright.datasets.mapping.rows import CELL, PLACE
from trialwright.datasets.mapping.rules import split_place
from trialwright.datasets.mapping.sources import AT, EAV_FIELD, EAV_KEYS, EAV_VALUE, ROW
from trialwright.datasets.sheet_marks import column_position
from trialwright.derive.dates import AFTER_CUT
from trialwright.report.evidence import SourceTable, tabulate_frame
from trialwright.study.known import read_known
from trialwright.study.mapped import ORIGIN, SOURCE, name_mapped
from trialwright.study.store import Store

Later = Mapping[str, Set[int]]
"""Rows by the letters of their column: cells that tell of days after the data cut."""
CELLS = {"source_row": pl.Int64, "table": pl.String, "row": pl.Int64}


class Origins:
    """Where the rows of mapped domains were read, out of the store of a run.

    `files` maps what the store calls a table to the name of its file or place, and its hash.
    """

    def __init__(self, store: Store, files: Mapping[str, tuple[str, str]]):
        self._store = store
        self._files = files
        self._sources = {place: n for n, (place, _) in files.items() if n.startswith(SOURCE)}

    def has(self, domain: str) -> bool:
        """Whether a domain was mapped."""
        return self._store.is_done(ORIGIN + domain)

    def load(self, domain: str) -> pl.DataFrame:
        """Return place, row and cells of each row of a mapped domain."""
        frame: pl.DataFrame = self._store.load(ORIGIN + domain)
        return frame

    def source(self, place: str) -> pl.DataFrame:
        """Return the table of a place."""
        frame: pl.DataFrame = self._store.load(self._sources[place])
        return frame

    def relocate(self, finding: Finding) -> Finding:
        """Return a finding of a mapped domain at the cell that it is about."""
        domain = finding.file.removesuffix(f" by {MAPPING_FILE}").lower()
        if finding.file != name_mapped(domain) or finding.row is None or not self.has(domain):
            return finding
        origin = self.load(domain).row(finding.row - 1, named=True)
        place, number = origin[PLACE], origin[ROW]
        cell = origin.get(f"{CELL}{finding.column}")
        column = f"{domain.upper()}.{finding.column}" if finding.column else None
        if cell:
            column = f"{name_cell(self.source(place), cell, number)} for {column}"
        file, sheet = split_place(place)
        return replace(finding, file=file, sheet=sheet, row=number, column=column)

    def find_cells(self, domain: str, numbers: pl.Series) -> pl.DataFrame:
        """Find the cells behind rows of a mapped domain.

        Parameters
        ----------
        domain : str
            The domain.
        numbers : Series
            Its rows, as source_row.

        Returns
        -------
        DataFrame
            source_row, table (the place and those of its columns that fed the row) and row, which
            the spreadsheet shows.
        """
        origin = self.load(domain).filter(col("source_row").is_in(numbers.implode()))
        names = [name for name in origin.columns if name.startswith(CELL)]
        listed = origin.select(
            "source_row",
            PLACE,
            ROW,
            pl.concat_list(names).list.drop_nulls().list.unique().alias("cells"),
        )
        found = []
        for number, place, row, cells in listed.iter_rows():
            whole = [cell for cell in cells if cell[-1].isdigit()]
            if whole:
                found += [
                    (number, place, int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")))
                    for cell in whole
                ]
            else:
                found.append((number, _name_columns(place, cells), row))
        return pl.DataFrame(found, schema=CELLS, orient="row")

    def list_tables(self, cells: pl.DataFrame, data_cut: date) -> Iterator[SourceTable]:
        """Yield the rows of the centre's tables that cells are in, those columns alone.

        A cell that tells of a day after the data cut reads so.
        """
        later = self._find_later(data_cut)
        for (table,), part in cells.group_by("table", maintain_order=True):
            place, _, named = str(table).partition(", columns ")
            frame = self.source(place)
            hidden = later.get(place, {})
            chosen = _pick_columns(frame, named, hidden) if named else _unpivot(frame, hidden)
            kept = chosen.filter(col(ROW).is_in(part["row"].unique().implode()))
            columns, rows = tabulate_frame(kept.drop(ROW), kept[ROW].to_list())
            yield SourceTable(str(table), self._files[self._sources[place]][1], columns, rows)

    def _find_later(self, data_cut: date) -> Mapping[str, Later]:
        """Return the cells that tell of days after the data cut, by place."""
        names = [name for name in self._store.states if name.startswith(ORIGIN)]
        domains = [name.removeprefix(ORIGIN) for name in names if self._store.is_done(name)]
        found: dict[str, dict[str, set[int]]] = {}
        for domain, known in read_known(domains, self._store, data_cut).items():
            told = pl.any_horizontal(col(pl.String) == AFTER_CUT)
            rows = known.filter(told).join(self.load(domain), on="source_row", suffix="@origin")
            for row in rows.iter_rows(named=True):
                for name in [n for n in known.columns if row[n] == AFTER_CUT]:
                    cell = row.get(f"{CELL}{name}")
                    if cell:
                        letters = cell.rstrip("0123456789")
                        number = int(cell.removeprefix(letters) or row[ROW])
                        found.setdefault(row[PLACE], {}).setdefault(letters, set()).add(number)
        return found


def _name_columns(place: str, cells: list[str]) -> str:
    return f"{place}, columns {', '.join(sorted(cells, key=column_position))}"


def _pick_columns(frame: pl.DataFrame, named: str, hidden: Later) -> pl.DataFrame:
    """Return some columns under their letters and headers."""
    chosen = [(letters, frame.columns[column_position(letters)]) for letters in named.split(", ")]
    return frame.select(
        ROW,
        *(
            _hide(col(name), col(ROW), hidden.get(letters, ())).alias(f"{letters} {name}")
            for letters, name in chosen
        ),
    )


def _hide(value: pl.Expr, row: pl.Expr, hidden: Collection[int]) -> pl.Expr:
    """Return a value; in some rows that it tells of a day after the data cut."""
    if not hidden:
        return value
    return pl.when(row.is_in(list(hidden))).then(pl.lit(AFTER_CUT)).otherwise(value)


def _unpivot(frame: pl.DataFrame, hidden: Later) -> pl.DataFrame:
    """Return an EAV export as it was: one row a value."""
    later = {number for numbers in hidden.values() for number in numbers}
    keys = [name for name in EAV_KEYS if name in frame.columns]
    fields = [name.removeprefix(AT) for name in frame.columns if name.startswith(AT)]
    return pl.concat(
        frame.select(
            *keys,
            pl.lit(name).alias(EAV_FIELD),
            _hide(col(name), col(AT + name), later).alias(EAV_VALUE),
            col(AT + name).alias(ROW),
        ).filter(col(ROW).is_not_null())
        for name in fields
    )
