"""Analysis datasets to the files that other systems read: SAS transport and Dataset-JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from polars import col

from trialwright.core.errors import StudyError

LONGEST_NAME, LONGEST_LABEL, LONGEST_TEXT = 8, 40, 200  # bytes, SAS transport version 5
DATASET_JSON_VERSION = "1.1.0"
DATE_FORMAT_SAS = "DATE9."
DATE_FORMAT_ISO = "E8601DA."


@dataclass(frozen=True, slots=True)
class Exported:
    """A dataset ready to be written: a name, a label, rows, and a label for each column."""

    name: str
    label: str
    keys: tuple[str, ...]
    frame: pl.DataFrame
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a file says of where it comes from."""

    study: str
    software: str
    made_at: datetime
    data_cut: datetime


def write_transport(dataset: Exported, path: Path) -> None:
    """Write a SAS transport file, version 5.

    Parameters
    ----------
    dataset : Exported
        Text, numbers and dates; a date becomes a SAS date with the format DATE9.
    path : Path
        Where to write.

    Raises
    ------
    StudyError
        When a name or a text is longer than the format holds; nothing is cut off silently.

    References
    ----------
    SAS Institute. TS-140: The Record Layout of a SAS Transport Data Set.
    """
    import pyreadstat

    _refuse_long(dataset)
    frame = dataset.frame.with_columns(col(pl.Boolean).cast(pl.Int64), col(pl.String).fill_null(""))
    dates = [name for name, kind in frame.schema.items() if kind == pl.Date]
    labels: list[str | None] = [dataset.labels[name][:LONGEST_LABEL] for name in frame.columns]
    pyreadstat.write_xport(
        frame,
        path,
        file_label=dataset.label[:LONGEST_LABEL],
        column_labels=labels,
        table_name=dataset.name,
        file_format_version=5,
        variable_format=dict.fromkeys(dates, DATE_FORMAT_SAS),
    )


def _refuse_long(dataset: Exported) -> None:
    """Refuse names and texts that version 5 of the format would cut off."""
    for name in dataset.frame.columns:
        if len(name.encode()) > LONGEST_NAME:
            raise StudyError(
                f"{dataset.name}.{name}: {len(name)} characters, expected at most {LONGEST_NAME} "
                "in a SAS transport file. Export as Dataset-JSON."
            )
    for name in dataset.frame.select(pl.selectors.string()).columns:
        sizes = dataset.frame[name].str.len_bytes()
        longest = sizes.max()
        if isinstance(longest, int) and longest > LONGEST_TEXT:
            raise StudyError(
                f"{dataset.name}.{name} row {(sizes == longest).arg_max()}: {longest} bytes of "
                f"text, expected at most {LONGEST_TEXT} in a SAS transport file. "
                "Export as Dataset-JSON."
            )


def write_dataset_json(dataset: Exported, path: Path, origin: Origin) -> None:
    """Write a Dataset-JSON file, version 1.1; dates as ISO 8601, undefined numbers null.

    References
    ----------
    CDISC. Dataset-JSON, version 1.1.
    """
    group = f"IG.{dataset.name}"
    content = {
        "datasetJSONCreationDateTime": _instant(origin.made_at),
        "datasetJSONVersion": DATASET_JSON_VERSION,
        "fileOID": f"{origin.study}.{dataset.name}",
        "dbLastModifiedDateTime": _instant(origin.data_cut),
        "originator": "trialwright",
        "sourceSystem": {"name": "trialwright", "version": origin.software},
        "studyOID": origin.study,
        "itemGroupOID": group,
        "records": dataset.frame.height,
        "name": dataset.name,
        "label": dataset.label,
        "columns": [_describe_column(dataset, name) for name in dataset.frame.columns],
        "rows": _list_rows(dataset.frame),
    }
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def _describe_column(dataset: Exported, name: str) -> dict[str, Any]:
    """Return the description of one column."""
    kind = dataset.frame.schema[name]
    column: dict[str, Any] = {
        "itemOID": f"IT.{dataset.name}.{name}",
        "name": name,
        "label": dataset.labels[name],
        "dataType": "string",
    }
    if kind == pl.Date:
        column |= {"dataType": "date", "targetDataType": "integer"}
        column |= {"displayFormat": DATE_FORMAT_ISO}
    elif kind.is_integer() or kind == pl.Boolean:
        column["dataType"] = "integer"
    elif kind.is_float():
        column["dataType"] = "double"
    else:
        longest = dataset.frame[name].str.len_chars().max()
        column["length"] = max(1, longest if isinstance(longest, int) else 1)
    if name in dataset.keys:
        column["keySequence"] = dataset.keys.index(name) + 1
    return column


def _list_rows(frame: pl.DataFrame) -> list[Sequence[Any]]:
    """Return the rows as JSON values; no text is the empty text."""
    printable = frame.with_columns(
        col(pl.Boolean).cast(pl.Int64),
        pl.selectors.float().fill_nan(None),
        pl.selectors.date().dt.to_string("%Y-%m-%d"),
        col(pl.String).fill_null(""),
    )
    return printable.rows()  # type: ignore[return-value]
