"""Figures of results, drawn to files, and what the report shows of them."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from trialwright.core.result import Result
from trialwright.core.table import Text
from trialwright.core.trace import hash_text
from trialwright.report.blocks import Download, FigureBlock
from trialwright.study.workers import count_cores, open_workers

FOLDER = "figures"
FORMULA_START = r"^[=+\-@\t\r]"
WORTH_A_PROCESS = 40  # fewer patients are drawn before another process has started


def draw_result(result: Result, results: Path, footer: str) -> dict[str, Any]:
    """Draw a result's figure; return the names of its files and its text alternative.

    What is drawn stands beside it as CSV: the frames of the result, or its statistics.

    Parameters
    ----------
    result : Result
        One that has a figure.
    results : Path
        The study's results folder.
    footer : str
        The quiet line below the drawing.
    """
    written = write_figure(result.plot().figure, results, result.id, footer, result.describe())
    return {**written, "csv": write_drawn_data(result, results)}


def write_figure(fig: Any, results: Path, name: str, footer: str, alt: str) -> dict[str, str]:
    """Write a figure below the folder of figures; return its files and its text alternative."""
    from trialwright.figures.style import save_figure

    files = zip(("svg", "png"), save_figure(fig, results / FOLDER / name, footer, alt), strict=True)
    return {**{kind: path.relative_to(results).as_posix() for kind, path in files}, "alt": alt}


def write_drawn_data(result: Result, results: Path) -> list[str]:
    """Write what a figure shows as CSV; return the names of the files.

    Text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    _, frames = result.pack()
    names = type(result).drawn_frames or ("data",)
    written = []
    for name in names:
        ending = f"_{name}" if len(names) > 1 else ""
        file = f"{FOLDER}/{result.id}{ending}.csv"
        (results / file).parent.mkdir(parents=True, exist_ok=True)
        disarm_formulas(frames[name]).write_csv(results / file)
        written.append(file)
    return written


def disarm_formulas(frame: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before text that a spreadsheet would take for a formula."""
    return frame.with_columns(pl.selectors.string().str.replace(FORMULA_START, "'${0}"))


def draw_patients(patients: Any, results: Path, footer: str) -> dict[str, dict[str, str]]:
    """Draw every patient's time line; return, by patient, its file and text alternative."""
    subjects = patients.patients()
    if len(subjects) < WORTH_A_PROCESS:
        return _draw_some(patients, results, footer, subjects)
    n_workers = count_cores()
    shares = [subjects[start::n_workers] for start in range(n_workers)]
    with open_workers(n_workers) as workers:
        parts = workers(partial(_draw_some, patients, results, footer), shares)
    drawn = {subject: files for part in parts for subject, files in part.items()}
    return {subject: drawn[subject] for subject in subjects}


def _draw_some(
    patients: Any, results: Path, footer: str, subjects: Sequence[str]
) -> dict[str, dict[str, str]]:
    """Draw the time lines of some patients."""
    drawn = {}
    for subject in subjects:
        figure, alt = patients.plot_patient(subject).figure, patients.describe_patient(subject)
        name = f"patients/{safe_name(subject)}"
        drawn[subject] = write_figure(figure, results, name, footer, alt)
    return drawn


def list_files(drawn: Mapping[str, Any]) -> list[str]:
    """Return the files of a drawn figure, or of every patient's, below the results folder."""
    if isinstance(drawn.get("svg"), str):
        return [drawn["svg"], drawn["png"], *drawn.get("csv", ())]
    return [file for item in drawn.values() for file in list_files(item)]


def remove_other_files(results: Path, drawn: Mapping[str, Mapping[str, Any]]) -> None:
    """Remove figures that this run did not keep, so that nobody takes them for its own."""
    kept = {results / file for item in drawn.values() for file in list_files(item)}
    for path in (results / FOLDER).rglob("*"):
        if path.is_file() and path not in kept:
            path.unlink()


def safe_name(name: str) -> str:
    """Return a subject's id, or a slide's file, as a file name that no system refuses.

    A name that must be changed for it ends in a part of its hash: "a b" and "a_b" stay two.

    Examples
    --------
    >>> safe_name("MJX-09"), safe_name("batch 1/MJX-09.tif")
    ('MJX-09', 'batch_1_MJX-09.tif-f928bc8c')
    """
    safe = re.sub(r"^\.|[^\w.-]", "_", name)
    return safe if safe == name else f"{safe}-{hash_text(name)[:8]}"


def load_figure(
    drawn: Mapping[str, Any], results: Path, figure_id: str, title: str, caption: Text
) -> FigureBlock:
    """Return a drawn figure as the report shows it."""
    return FigureBlock(
        id=f"figure_{figure_id}",
        title=title,
        svg=(results / drawn["svg"]).read_text(encoding="utf-8"),
        caption=caption,
        alt=drawn["alt"],
        downloads=(
            Download("SVG", drawn["svg"]),
            Download("PNG", drawn["png"]),
            *_name_tables(drawn.get("csv", ()), figure_id),
        ),
    )


def _name_tables(files: Sequence[str], figure_id: str) -> list[Download]:
    """Return what is drawn as downloads; several say what each holds, as "CSV of events"."""
    if len(files) < 2:
        return [Download("CSV", file) for file in files]
    held = [Path(file).stem.removeprefix(f"{figure_id}_").replace("_", " ") for file in files]
    return [Download(f"CSV of {what}", file) for what, file in zip(held, files, strict=True)]
