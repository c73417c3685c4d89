"""The frame of protein measurements, and what every layout of an Olink export shares."""

import re
from collections.abc import Mapping, Sequence

import polars as pl

from trialwright.core.errors import DataError, Finding, Severity

NPX_COLUMNS: Mapping[str, pl.DataType] = {
    "SAMPLEID": pl.String(),
    "sample_index": pl.Int64(),
    "OLINKID": pl.String(),
    "UNIPROT": pl.String(),
    "ASSAY": pl.String(),
    "PANEL": pl.String(),
    "panel_version": pl.String(),
    "PLATEID": pl.String(),
    "QCWARN": pl.String(),
    "assay_warning": pl.String(),
    "missing_freq": pl.Float64(),
    "normalization": pl.String(),
    "LOD": pl.Float64(),
    "NPX": pl.Float64(),
    "source_row": pl.Int64(),
}
"""Columns of every frame of `read_npx`; those in lower case are not variables of the trial.

`source_row` is the row that a spreadsheet shows."""

MISSING_WORDS = frozenset(("", "na", "nan", "n/a", "null", "no data", "nodata"))
CONTROL_WORDS = ("inc ctrl", "ext ctrl", "det ctrl", "amp ctrl", "inc_ctrl", "ext_ctrl", "amp_ctrl")
PANEL_VERSION = re.compile(r"\s*\((v\.?[^)]*)\)\s*$")
ROMAN = re.compile(r"[IVX]+$")
DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+$")


def refuse(rule: str, place: str, found: str, expected: str, action: str) -> DataError:
    """Return the error of one thing that makes an export unusable."""
    return DataError([Finding(rule, Severity.BLOCK, place, found, expected, action)])


def normalize_uniprot(text: str) -> str:
    """Write the accessions of a protein complex once each, in their order, parted by commas.

    Examples
    --------
    >>> normalize_uniprot("P29460_P29459"), normalize_uniprot("P29460; P29459")
    ('P29460,P29459', 'P29460,P29459')
    """
    return ",".join(dict.fromkeys(part for part in re.split(r"[\s,;_|]+", text.strip()) if part))


def split_panel(text: str) -> tuple[str, str]:
    """Part a panel's name and version; the name is written the same in every software version.

    Examples
    --------
    >>> split_panel("Olink INFLAMMATION(v.3004)")
    ('Olink Inflammation', 'v.3004')
    >>> split_panel("Olink Target 96 Immuno-Oncology(v.3112)")
    ('Olink Immuno-Oncology', 'v.3112')
    """
    found = PANEL_VERSION.search(text)
    name = text[: found.start()] if found else text
    words = name.replace("Target 96 ", "").replace("TARGET 96 ", "").split()
    written = [
        word.title() if word.isupper() and len(word) > 1 and not ROMAN.match(word) else word
        for word in words
    ]
    return " ".join(written), found.group(1) if found else ""


def is_control_assay(name: str) -> bool:
    """Return whether a column is one of the assay's own controls, not a protein."""
    return any(word in name.lower() for word in CONTROL_WORDS)


def is_missing(value: object) -> bool:
    """Return whether a cell says that there is no value."""
    return value is None or (isinstance(value, str) and value.strip().lower() in MISSING_WORDS)


def parse_number(value: object, place: str) -> float | None:
    """Read one cell as a number; None where it says that there is none.

    Parameters
    ----------
    value : object
        A number, or text.
    place : str
        Where the cell is, for the message.

    Raises
    ------
    DataError
        If the text is no number, or has a decimal comma that the file as a whole has not.
    """
    if is_missing(value):
        return None
    text = str(value).strip()
    try:
        return float(text)
    except ValueError:
        pass
    if DECIMAL_COMMA.match(text):
        advice = f"Write {text.replace(',', '.')}, and look at the whole column."
        raise refuse("NPX-DECIMAL", place, f"'{text}'", "a number with a decimal point", advice)
    raise refuse(
        "NPX-NUMBER",
        place,
        f"'{text}'",
        "a number, or NA",
        "Export the table again from the Olink software.",
    )


def finish_frame(frame: pl.DataFrame, file: str) -> pl.DataFrame:
    """Give a long frame its columns and types, and refuse what would make a wrong number.

    Raises
    ------
    DataError
        If there is no value at all, or a sample has two values of one assay.
    """
    blank = [
        pl.lit(None, dtype=kind).alias(name)
        for name, kind in NPX_COLUMNS.items()
        if name not in frame.columns
    ]
    typed = frame.with_columns(blank).select(
        pl.col(name).cast(kind) for name, kind in NPX_COLUMNS.items()
    )
    nameless = typed.filter(pl.col("SAMPLEID").is_null() | pl.col("OLINKID").is_null()).height
    if nameless:
        raise refuse(
            "NPX-SAMPLE",
            file,
            f"{nameless} row{'' if nameless == 1 else 's'} without SampleID or OlinkID",
            "both in every row",
            "Export the table again from the Olink software.",
        )
    if typed["NPX"].null_count() == typed.height:
        raise refuse(
            "NPX-EMPTY",
            file,
            "no NPX value",
            "one per sample and assay",
            "Export the table again from the Olink software.",
        )
    _refuse_twice(typed, file)
    return typed


def _refuse_twice(frame: pl.DataFrame, file: str) -> None:
    """Refuse a sample that has two rows for one assay: neither can be told from the other."""
    again = frame.filter(frame.select("SAMPLEID", "OLINKID").is_duplicated())
    if not again.height:
        return
    samples = again["SAMPLEID"].unique(maintain_order=True).to_list()
    assays = again["OLINKID"].unique(maintain_order=True).to_list()
    raise refuse(
        "NPX-TWICE",
        file,
        f"{name_some(samples, 'sample')} with two values of {name_some(assays, 'assay')}",
        "one value per sample and assay",
        "Remove the repeated sample or panel, or give each sample a name of its own.",
    )


def name_some(names: Sequence[str], noun: str, n_shown: int = 3) -> str:
    """Return the first names of a list and how many there are.

    Examples
    --------
    >>> name_some(["a", "b"], "sample"), name_some(["a"], "assay")
    ('2 samples (a, b)', '1 assay (a)')
    """
    shown = ", ".join(names[:n_shown]) + (", ..." if len(names) > n_shown else "")
    return f"{len(names)} {noun}{'' if len(names) == 1 else 's'} ({shown})"
