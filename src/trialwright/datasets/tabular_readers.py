"""One reader for each kind of file: a path in, a frame of what is written there out."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import polars as pl
from polars import col

from trialwright.datasets.decimal_commas import read_decimal_commas
from trialwright.datasets.domains import find_dataset
from trialwright.datasets.typed import free_name

DELIMITERS = ",;\t|"
ROW_OF_FIRST_RECORD = 2  # in a spreadsheet, below the header
MARKS = ("source_row", "n_fields")
MAX_FIELD_CHARACTERS = 10_000_000


def _read_csv(path: Path) -> pl.DataFrame:
    """Read delimited text, every value as text; decimal commas of a whole file as points."""
    records, delimiter = read_records(path)
    header = next(records, [])
    frame = frame_records(header, enumerate(records, ROW_OF_FIRST_RECORD), MARKS)
    # A separator at the line's end names nothing.
    frame = frame.drop(
        name for name in frame.columns if name.startswith("(") and (frame[name] == "").all()
    )
    dataset = find_dataset(path.stem.lower())
    return frame if dataset is None or delimiter == "," else read_decimal_commas(frame, dataset)


def read_records(path: Path) -> tuple[Iterator[list[str]], str]:
    """Return the records of delimited text, the header first, and the sign that parts fields."""
    content = decode_text(path.read_bytes())
    first_line, _, rest = content.partition("\n")
    if first_line.strip().lower().startswith("sep="):  # written by spreadsheets for spreadsheets
        content, first_line = rest, rest.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first_line.count)
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    return csv.reader(io.StringIO(content, newline=""), delimiter=delimiter), delimiter


def frame_records(
    header: list[str], numbered: Iterable[tuple[int, list[str]]], marks: tuple[str, str]
) -> pl.DataFrame:
    """Make a frame of texts of numbered records; one that is too short or too long is fitted.

    Parameters
    ----------
    header : list of str
        Names, made unique by `name_columns`.
    numbered : iterable
        Number of the row and its fields; one without any text is left out.
    marks : tuple of str
        Names of two columns at the end: the number of the row, and how many fields a record has
        that was fitted (null for others). Where none was fitted, the second is left out.
    """
    names = name_columns(header)
    width = len(names)
    kept = [pair for pair in numbered if any(map(str.strip, pair[1]))]
    lengths = [len(record) for _, record in kept]
    fitted = [
        record if len(record) == width else (record + [""] * width)[:width] for _, record in kept
    ]
    columns = zip(*fitted, strict=True) if fitted else ((),) * width
    data = {
        name: pl.Series(name, values, dtype=pl.String)
        for name, values in zip(names, columns, strict=True)
    }
    data[marks[0]] = pl.Series([number for number, _ in kept], dtype=pl.Int64)
    if any(length != width for length in lengths):
        odd = [None if length == width else length for length in lengths]
        data[marks[1]] = pl.Series(odd, dtype=pl.Int64)
    return pl.DataFrame(data)


def decode_text(content: bytes) -> str:
    """Decode text by its byte order mark, else as UTF-8, else as Windows Latin-1."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    if b"\0" in content:
        raise ValueError("binary, not text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def name_columns(header: list[str]) -> list[str]:
    """Return unique column names: a repeated one is numbered, an empty one is its position."""
    taken: set[str] = set()
    names = []
    for position, name in enumerate(header, start=1):
        names.append(free_name(name.strip() or f"({position})", taken))
        taken.add(names[-1])
    return names


def _read_transport(path: Path) -> pl.DataFrame:
    """Read a SAS transport file; text is UTF-8, else Windows Latin-1."""
    import pyreadstat

    try:
        frame, _ = pyreadstat.read_xport(path, output_format="polars")
    except UnicodeDecodeError:
        frame, _ = pyreadstat.read_xport(path, output_format="polars", encoding="WINDOWS-1252")
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        raise ValueError(str(error)) from error
    return _number_records(frame)


def _read_parquet(path: Path) -> pl.DataFrame:
    """Read a Parquet file."""
    return _number_records(pl.read_parquet(path, use_pyarrow=False))


def _number_records(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the number of each record, from 1, and turn dates and times into ISO 8601 text."""
    texts = [
        col(name).dt.to_string("iso:strict").str.replace(r"\.0+$", "").alias(name)
        if isinstance(stored, pl.Datetime)
        else col(name).cast(pl.String)
        for name, stored in frame.schema.items()
        if stored.is_temporal() and not isinstance(stored, pl.Duration)
    ]
    frame = frame.drop("source_row", strict=False)
    return frame.with_columns(texts).with_row_index("source_row", offset=1)


READERS: Mapping[str, Callable[[Path], pl.DataFrame]] = {
    ".csv": _read_csv,
    ".xpt": _read_transport,
    ".parquet": _read_parquet,
}
"""Kinds of files by suffix; a new kind is one function from a path to a frame."""
