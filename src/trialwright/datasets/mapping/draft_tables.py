"""The tables of a centre as a draft of their mapping sees them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from polars import col

from trialwright.core.errors import DataError
from trialwright.datasets.mapping.redcap import (
    INSTRUMENT,
    KEYS,
    RedcapField,
    find_field,
    read_dictionary,
)
from trialwright.datasets.mapping.sources import EAV_FIELD, Place, read_header, read_place
from trialwright.datasets.mapping.vocabulary import SUBJECT, simplify
from trialwright.datasets.sheets import SUFFIXES, WorkbookError, open_workbook

DICTIONARY_HEADER = "variable field name"
MOST_CODES = 12
MOST_SHOWN = 3
WIDE = re.compile(r"^(.+?)[ _.-]([A-Za-z]{0,8}\d+[A-Za-z0-9]*)$")
LONGEST_WORDS = 60


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its header, some of its values, REDCap's field for it."""

    name: str
    values: tuple[str, ...]
    is_coded: bool
    field: RedcapField | None = None

    @property
    def words(self) -> str:
        """What speaks for the column's meaning: header, and REDCap's label."""
        return f"{self.name} {self.field.label}" if self.field else self.name

    @property
    def shape(self) -> str:
        """What the values look like, in a few words."""
        if not self.values:
            return "empty"
        shown = ", ".join(f"'{value}'" for value in self.values[:MOST_SHOWN])
        return f"{'codes' if self.is_coded else 'values'} such as {shown}"[:LONGEST_WORDS]


@dataclass(frozen=True, slots=True)
class DraftTable:
    """A table as a draft sees it."""

    place: Place
    columns: tuple[Column, ...]
    n_rows: int
    instrument: str = ""
    dictionary: str = ""
    wide: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def subject(self) -> Column | None:
        """The column that says whose a row is."""
        return next((c for c in self.columns if re.search(SUBJECT, simplify(c.name))), None)


def list_draft_tables(folder: Path) -> list[DraftTable]:
    """Return the tables of a folder as a draft sees them; what cannot be read is left out."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    dictionary = next((path for path in files if _is_dictionary(path)), None)
    fields = read_dictionary(dictionary) if dictionary else {}
    tables: list[DraftTable] = []
    for path in files:
        if path == dictionary or path.name.startswith((".", "~$")):
            continue
        for place in _list_places(path):
            try:
                frame = read_place(path, place)
            except DataError:
                continue
            if EAV_FIELD not in frame.columns:
                name = dictionary.name if dictionary else ""
                tables += _split_instruments(place, frame, fields, name)
    return tables


def _is_dictionary(path: Path) -> bool:
    if path.suffix.lower() != ".csv":
        return False
    try:
        header = read_header(path)
    except (OSError, ValueError):
        return False
    return bool(header) and simplify(header[0]) == DICTIONARY_HEADER


def _list_places(path: Path) -> list[Place]:
    """Return the places of a file: itself, or the sheets of a workbook."""
    if path.suffix.lower() == ".csv":
        return [Place(path.name)]
    if path.suffix.lower() not in SUFFIXES:
        return []
    try:
        return [Place(path.name, sheet) for sheet in open_workbook(path).sheets]
    except WorkbookError:
        return []


def _split_instruments(
    place: Place, frame: pl.DataFrame, fields: Mapping[str, RedcapField], dictionary: str
) -> Iterator[DraftTable]:
    """Yield a table as it is, or one for each instrument of a REDCap export."""
    forms = list(dict.fromkeys(item.form for item in fields.values()))
    if not fields or not set(fields) & set(frame.columns):
        names = [name for name in frame.columns if not name.startswith(("@", "("))]
        yield DraftTable(place, _columns(frame, names, {}), frame.height, wide=_find_wide(names))
        return
    first = next(iter(fields))
    for form in forms:
        names = [n for n in frame.columns if (f := find_field(fields, n)) and f.form == form]
        rows = frame
        if INSTRUMENT in frame.columns:
            own = frame.filter(col(INSTRUMENT) == form)
            rows = own if own.height else frame.filter(col(INSTRUMENT).fill_null("") == "")
        names = list(dict.fromkeys((first, *names)))
        yield DraftTable(place, _columns(rows, names, fields), rows.height, form, dictionary)


def _columns(
    frame: pl.DataFrame, names: Sequence[str], fields: Mapping[str, RedcapField]
) -> tuple[Column, ...]:
    columns = []
    for name in names:
        if name in KEYS or name.endswith("_complete"):
            continue
        text = frame[name].str.strip_chars()
        distinct = text.filter(text != "").unique(maintain_order=True)
        is_coded = 0 < distinct.len() <= MOST_CODES < frame.height or distinct.len() <= MOST_SHOWN
        values = tuple(distinct.head(MOST_CODES).to_list())
        columns.append(Column(name, values, is_coded, find_field(fields, name)))
    return tuple(columns)


def _find_wide(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return stems that stand with the same endings, such as Date and Taille with S0 and S6."""
    endings: dict[str, list[str]] = {}
    for name in names:
        match = WIDE.match(name)
        if match:
            endings.setdefault(match[1], []).append(match[2])
    several = {stem: tuple(found) for stem, found in endings.items() if len(found) > 1}
    common = max(several.values(), key=list(several.values()).count, default=())
    return {stem: found for stem, found in several.items() if found == common}
