"""Early exports of linear values: one sample a row, controls among the samples."""

import math
import re
from collections import Counter
from collections.abc import Iterator

import polars as pl

from trialwright.datasets.olink_frame import (
    finish_frame,
    is_control_assay,
    is_missing,
    parse_number,
    refuse,
)

Row = list[object]

FIRST_CELL = "npx linear"
NUMBERED = re.compile(r"^\d+_")  # 101_IL-8: the well of the assay, then its name
SAMPLE_KIND, CONTROL_MARK = "sample", "#"
MISSING_FREQ, LARGEST_LOD = "#missdatafreq(%)", "#lod-max"
WARNINGS = {"passed": "Pass"}


def has_linear_header(rows: list[Row]) -> bool:
    """Return whether rows are those of an export of linear values."""
    return bool(rows and rows[0]) and str(rows[0][0]).strip().lower() == FIRST_CELL


def read_linear(rows: list[Row], file: str) -> pl.DataFrame:
    """Read linear values; NPX is their logarithm to base 2.

    Parameters
    ----------
    rows : list of list
        Cells of the sheet: assays in the first row, samples below, columns of the laboratory
        (marked #) to the right.
    file : str
        Name for messages.

    Returns
    -------
    DataFrame
        Columns of `NPX_COLUMNS`. This layout has neither OlinkID nor accession: OLINKID is the
        assay's name as written. A sample that was measured again is numbered: KP, KP (2).

    Raises
    ------
    DataError
        If a value is not positive, or there is no sample.
    """
    header = [str(cell).strip() for cell in rows[0]]
    assays = [
        (place, name)
        for place, name in enumerate(header)
        if NUMBERED.match(name) and not is_control_assay(name)
    ]
    rows_below = [row for row in rows[1:] if not is_missing(row[0])]
    limits = {str(row[0]).strip().lower(): row for row in rows_below}
    samples = _find_samples(rows, header)
    records = [
        record
        for place, name in assays
        for record in _read_column(samples, (place, name), limits, file)
    ]
    if not records:
        raise refuse("NPX-EMPTY", file, "no sample", "one row per sample", "Export it again.")
    return finish_frame(pl.DataFrame(records, infer_schema_length=None), file)


def _find_samples(rows: list[Row], header: list[str]) -> list[tuple[int, dict[str, object], Row]]:
    """Return row number, what is known of the sample, and cells; controls are passed over."""
    found: list[tuple[int, dict[str, object], Row]] = []
    n_measured: Counter[str] = Counter()
    for number, row in enumerate(rows[1:], start=2):
        name = str(row[0]).strip()
        kind = _named(row, header, "#S-Type").lower()
        if not name or name.startswith(CONTROL_MARK) or kind not in ("", SAMPLE_KIND):
            continue
        n_measured[name] += 1
        flag = _named(row, header, "#Flagged")
        known = {
            "SAMPLEID": name if n_measured[name] == 1 else f"{name} ({n_measured[name]})",
            "sample_index": len(found) + 1,
            "PLATEID": _named(row, header, "#Chip name") or None,
            "QCWARN": WARNINGS.get(flag.lower(), "Warning") if flag else None,
        }
        found.append((number, known, row))
    return found


def _read_column(
    samples: list[tuple[int, dict[str, object], Row]],
    assay: tuple[int, str],
    limits: dict[str, Row],
    file: str,
) -> Iterator[dict[str, object]]:
    """Yield the values of one assay."""
    place, name = assay
    lod = limits[LARGEST_LOD][place] if LARGEST_LOD in limits else None
    missing = limits[MISSING_FREQ][place] if MISSING_FREQ in limits else None
    shared = {
        "OLINKID": name,
        "ASSAY": NUMBERED.sub("", name),
        "LOD": _to_npx(lod, f"{file} ({LARGEST_LOD}), {name}"),
        "missing_freq": parse_number(missing, f"{file} ({MISSING_FREQ}), {name}"),
    }
    for number, known, row in samples:
        yield {
            **known,
            **shared,
            "source_row": number,
            "NPX": _to_npx(row[place], f"{file} row {number}, {name}"),
        }


def _to_npx(cell: object, place: str) -> float | None:
    """Return the logarithm to base 2 of a cell."""
    value = parse_number(cell, place)
    if value is None:
        return None
    if value <= 0:
        raise refuse(
            "NPX-LINEAR",
            place,
            f"{value:g}",
            "a linear value above 0",
            "Export it again: a linear value is 2 to the power of NPX.",
        )
    return math.log2(value)


def _named(row: Row, header: list[str], name: str) -> str:
    """Return the text of a column by its name; empty where there is none."""
    return str(row[header.index(name)]).strip() if name in header else ""
