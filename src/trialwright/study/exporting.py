"""What leaves a study: ADaM datasets, the results as ARS, the protocol as USDM."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import Enum
from pathlib import Path
from typing import Any

import polars as pl
from polars import col

import trialwright
from trialwright.core.errors import StudyError
from trialwright.datasets.analysis_domains import ANALYSIS
from trialwright.datasets.analysis_domains import SOURCE as SOURCES
from trialwright.datasets.domains import find_variable
from trialwright.datasets.exchange import Exported, Origin, write_dataset_json, write_transport
from trialwright.protocol.model import Protocol
from trialwright.protocol.usdm import describe_protocol
from trialwright.study.documents import describe_results
from trialwright.study.session import Study

EVERYWHERE = {"STUDYID": "Study Identifier", **{item.name: item.label for item in SOURCES}}
SOURCE = tuple(item.name for item in SOURCES)
CODE = pl.selectors.matches("^[A-Z][A-Z0-9]{0,7}$")
ARS_FILE, USDM_FILE = "ars.json", "usdm.json"

OF_DATASET: Mapping[str, Mapping[str, str]] = {
    "ADEX": {"SRCDOM": "EX", "SRCVAR": "EXDOSE"},
    "ADEXSUM": {"SRCDOM": "ADEX", "SRCVAR": "ADOSE"},
    "ADAE": {"SRCDOM": "AE", "SRCVAR": "AETERM"},
    "ADTR": {"SRCDOM": "TR", "SRCVAR": "TRSTRESN"},
}
"""Where a row comes from that names no source of its own: several records, by these variables."""


class AdamFormat(Enum):
    """The file format of ADaM datasets."""

    XPT = "xpt"
    DATASET_JSON = "dataset-json"


@dataclass(frozen=True, slots=True)
class Export:
    """The files that were written, and in words what they leave out."""

    files: tuple[Path, ...]
    notes: tuple[str, ...]


def export_study(
    study: Study,
    folder: Path,
    adam: AdamFormat | None = None,
    *,
    with_ars: bool = False,
    with_usdm: bool = False,
) -> Export:
    """Write what other systems read of a study's last run.

    Parameters
    ----------
    study : Study
        One that was run; the protocol alone is enough for USDM.
    folder : Path
        Where to write; made when it is not there.
    adam : AdamFormat, optional
        Format of the analysis datasets; none are written when left out.
    with_ars, with_usdm : bool
        Write the results as CDISC ARS, the protocol as USDM.

    Raises
    ------
    StudyError
        When the study was not run, or a dataset does not fit the format.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    notes: list[str] = []
    if adam is not None:
        files += _export_adam(study, folder, adam)
    if with_ars:
        results = study.load_results()
        if not results:
            raise StudyError(f"{study.path} has no results yet. Run `trialwright run` first.")
        described = describe_results(study.protocol, results, study.store)
        files.append(_write_json(folder / ARS_FILE, described))
    if with_usdm:
        document, uncoded = describe_protocol(study.protocol, trialwright.__version__)
        files.append(_write_json(folder / USDM_FILE, document))
        notes += uncoded
    return Export(tuple(files), tuple(notes))


def _write_json(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def _export_adam(study: Study, folder: Path, kind: AdamFormat) -> list[Path]:
    """Write every analysis dataset of the last run."""
    datasets = study.load_datasets()
    cut = datetime.combine(study.protocol.study.data_cut, time.max, UTC)
    origin = Origin(study.protocol.study.id, trialwright.__version__, _find_moment(study), cut)
    files = []
    for name, frame in datasets.items():
        dataset = prepare_dataset(name.upper(), frame, study.protocol)
        if kind is AdamFormat.XPT:
            path = folder / f"{name}.xpt"
            write_transport(dataset, path)
        else:
            path = folder / f"{name}.json"
            write_dataset_json(dataset, path, origin)
        files.append(path)
    return files


def _find_moment(study: Study) -> datetime:
    """Return when the datasets were made, so that a second export is the same."""
    paths = (study.directory.results / "analysis").glob("*.parquet")
    return datetime.fromtimestamp(max(path.stat().st_mtime for path in paths), UTC)


def prepare_dataset(name: str, frame: pl.DataFrame, protocol: Protocol) -> Exported:
    """Return a dataset with STUDYID, labels and sources, without our own columns.

    Parameters
    ----------
    name : str
        Name of the analysis dataset, such as ADRS.
    frame : DataFrame
        The dataset as a run made it.
    protocol : Protocol
        For the study's id and the labels of its own characteristics.

    Returns
    -------
    Exported
        Columns of the standard in the declared order, others after them. SRCDOM, SRCVAR and SRCSEQ
        say where a row comes from; a row made of several records names domain and variable only.
    """
    declared = ANALYSIS.get(name)
    frame = _add_sources(name, frame.select(CODE))
    study = pl.lit(protocol.study.id).alias("STUDYID")
    frame = frame.drop("STUDYID", strict=False).select(study, pl.all())
    order = ["STUDYID", *(declared.names if declared else ())]
    known = [column for column in dict.fromkeys(order) if column in frame.columns]
    frame = frame.select(
        *known,
        *(c for c in frame.columns if c not in known and c not in SOURCE),
        *(c for c in SOURCE if c in frame.columns and c not in known),
    )
    labels = {column: _find_label(name, column, protocol) for column in frame.columns}
    title, keys = (declared.label, declared.keys) if declared else (name, ("USUBJID",))
    return Exported(name, title, keys, frame, labels)


def _add_sources(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Add where rows come from that do not say it themselves."""
    given = OF_DATASET.get(name, {})
    for column in SOURCE[:2]:
        if column in given and column not in frame.columns:
            frame = frame.with_columns(pl.lit(given[column]).alias(column))
        elif column in given:
            frame = frame.with_columns(col(column).fill_null(given[column]))
    if {"SRCDOM", "SRCVAR"} <= set(frame.columns):
        several = pl.when(col("SRCDOM") == "TR").then(pl.lit("TRSTRESN"))
        frame = frame.with_columns(SRCVAR=pl.coalesce("SRCVAR", several))
        if "SRCSEQ" not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=pl.Int64).alias("SRCSEQ"))
    return frame


def _find_label(dataset: str, column: str, protocol: Protocol) -> str:
    """Return the label of a column: declared, the protocol's own, or that of its domain."""
    declared = ANALYSIS.get(dataset)
    variable = declared.find_variable(column) if declared else None
    if variable is not None:
        return variable.label
    for item in protocol.baseline:
        if item.name == column:
            return item.label
    if column in EVERYWHERE:
        return EVERYWHERE[column]
    if column.endswith("REAS"):
        return f"Reason for not being in Population {column.removesuffix('REAS')}"
    found = find_variable(column[:2].lower(), column)
    return found.label if found else column
