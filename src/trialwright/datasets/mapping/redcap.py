"""REDCap's data dictionary, and the rows of an export that belong to one instrument."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from polars import col

from trialwright.datasets.mapping.model import Redcap, Values
from trialwright.datasets.tabular_readers import read_records

EVENT, INSTRUMENT, INSTANCE = (
    "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance",
)  # fmt: skip
KEYS = (EVENT, INSTRUMENT, INSTANCE, "redcap_data_access_group", "redcap_survey_identifier")
FIELD_AT, FORM_AT, TYPE_AT, LABEL_AT, CHOICES_AT, VALIDATION_AT = 0, 1, 3, 4, 5, 7
CHOICE = re.compile(r"\s*([^,|]+?)\s*,\s*(.*?)\s*$")


@dataclass(frozen=True, slots=True)
class RedcapField:
    """One field of a data dictionary; `choices` are code to label."""

    name: str
    form: str
    kind: str
    label: str
    choices: Mapping[str, str]
    validation: str


def read_dictionary(path: Path) -> dict[str, RedcapField]:
    """Read a data dictionary as REDCap exports it; columns count by their place.

    Parameters
    ----------
    path : Path
        CSV with the field's name, form, section, type, label, choices, note and validation.

    Returns
    -------
    dict
        Field to its entry, in the order of the dictionary.
    """
    records, _ = read_records(path)
    next(records, None)
    fields = {}
    for record in records:
        entry = [*(text.strip() for text in record), *[""] * (VALIDATION_AT + 1)]
        if entry[FIELD_AT]:
            fields[entry[FIELD_AT]] = RedcapField(
                entry[FIELD_AT],
                entry[FORM_AT],
                entry[TYPE_AT],
                entry[LABEL_AT],
                _read_choices(entry[CHOICES_AT], entry[TYPE_AT]),
                entry[VALIDATION_AT],
            )
    return fields


def find_field(fields: Mapping[str, RedcapField], column: str) -> RedcapField | None:
    """Return the field of a column; a box of a checkbox is `field___code`."""
    return fields.get(column) or fields.get(column.partition("___")[0])


def choose_rows(frame: pl.DataFrame, redcap: Redcap) -> pl.DataFrame:
    """Return the rows of one instrument: its instances, or the rows that repeat nothing.

    Parameters
    ----------
    frame : DataFrame
        A whole export, one column a field.
    redcap : Redcap
        Instrument, and the events taken.
    """
    if INSTRUMENT in frame.columns:
        repeats = frame.filter(col(INSTRUMENT).str.strip_chars() == redcap.instrument)
        is_alone = col(INSTRUMENT).fill_null("").str.strip_chars() == ""
        frame = frame.filter(is_alone) if repeats.is_empty() else repeats
    if redcap.event and EVENT in frame.columns:
        frame = frame.filter(col(EVENT).is_in(redcap.event))
    return frame


def tick_boxes(
    frame: pl.DataFrame, redcap: Redcap, fields: Mapping[str, RedcapField], at: str
) -> pl.DataFrame:
    """Return an EAV export with a column a box: it exports ticked boxes alone, the rest is 0.

    Parameters
    ----------
    frame : DataFrame
        One row per record, event, instrument and instance.
    redcap : Redcap
        The instrument whose boxes are wanted.
    fields : mapping
        The dictionary: which fields are checkboxes, with which choices.
    at : str
        What stands before a field in the name of the column of its rows.
    """
    added = []
    for field in fields.values():
        if field.kind != "checkbox" or field.form != redcap.instrument:
            continue
        for code in field.choices:
            box = f"{field.name}___{code}"
            if box in frame.columns:
                added.append(col(box).fill_null("0"))
            elif field.name in frame.columns:  # never more than one ticked in a row
                is_ticked = (col(field.name) == code).fill_null(value=False)
                added.append(pl.when(is_ticked).then(pl.lit("1")).otherwise(pl.lit("0")).alias(box))
                added.append(col(at + field.name).alias(at + box))
            else:
                added.append(pl.lit("0").alias(box))
    return frame.with_columns(added)


def label_choices(
    frame: pl.DataFrame, redcap: Redcap, fields: Mapping[str, RedcapField]
) -> pl.DataFrame:
    """Return the export with the labels of choices in place of their codes, where wanted."""
    if redcap.values is not Values.LABELS:
        return frame
    labeled = [
        col(name).str.strip_chars().replace(dict(fields[name].choices)).alias(name)
        for name in frame.columns
        if name in fields and fields[name].choices
    ]
    return frame.with_columns(labeled)


def _read_choices(text: str, kind: str) -> dict[str, str]:
    if kind not in ("radio", "dropdown", "checkbox"):
        return {}
    found = (CHOICE.match(part) for part in text.split("|"))
    return {match[1]: match[2] for match in found if match}
