"""The text of a cell export: decoded, parted into columns, and refused where it is not whole."""

import gzip
import io
import zlib
from pathlib import Path

import polars as pl

from trialwright.core.errors import DataError, Finding, Severity
from trialwright.datasets.tabular_readers import decode_text

RULE = "CELLS-EXPORT"
SEPARATORS = "\t;,"
GZIP_MARK, ZIP_MARK = b"\x1f\x8b", b"PK\x03\x04"
ROW_OF_FIRST_CELL = 2  # below the header, as a spreadsheet counts
AGAIN = "Export the cells again from inForm or QuPath as text."


def refuse_export(
    file: str,
    found: str,
    expected: str,
    action: str,
    row: int | None = None,
    column: str | None = None,
) -> DataError:
    """Return the error of one thing that makes an export unusable."""
    finding = Finding(RULE, Severity.BLOCK, file, found, expected, action, row, column)
    return DataError([finding])


def read_export(path: Path) -> pl.DataFrame:
    """Read delimited text, every value as text, with the row that a spreadsheet shows.

    Parameters
    ----------
    path : Path
        Text parted by tabs, semicolons or commas; may be gzipped.

    Returns
    -------
    DataFrame
        The columns as named in the file, and `source_row`.

    Raises
    ------
    DataError
        If the file is absent, empty, binary, or cut off.
    """
    text = _read_text(path).rstrip("\r\n\0 ")
    header, _, rest = text.partition("\n")
    if not rest.strip():
        found = "a header without rows" if header.strip() else "an empty file"
        raise refuse_export(path.name, found, "one row per cell", AGAIN)
    separator = max(SEPARATORS, key=header.count)
    last = rest[rest.rfind("\n") + 1 :]
    if '"' not in last and last.count(separator) < header.count(separator):
        raise refuse_export(
            path.name,
            f"{last.count(separator) + 1} values of {header.count(separator) + 1} in the last row",
            "a whole row",
            f"The file is cut off. {AGAIN}",
            row=text.count("\n") + 1,
        )
    try:
        frame = pl.read_csv(
            io.BytesIO(text.encode("utf-8")), separator=separator, infer_schema=False
        )
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise refuse_export(path.name, reason, "as many values as columns", AGAIN) from None
    names = {name: name.strip() for name in frame.columns}
    return frame.rename(names).with_row_index("source_row", offset=ROW_OF_FIRST_CELL)


def _read_text(path: Path) -> str:
    """Read and decode a file."""
    expected = "text with one row per cell"
    try:
        content = path.read_bytes()
        if content.startswith(GZIP_MARK):
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        action = f"Check the path {path}. {AGAIN}"
        raise refuse_export(path.name, "not a readable file", expected, action) from None
    if content.startswith(ZIP_MARK):
        raise refuse_export(path.name, "a workbook or an archive", expected, AGAIN)
    try:
        return decode_text(content)
    except ValueError:
        raise refuse_export(path.name, "binary, not text", expected, AGAIN) from None
