"""Figures of results, drawn to files, and what the report shows of them."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import polars as pl

from trialwright.core.result import Result
from trialwright.core.table import Text
from trialwright.report.blocks import Download, FigureBlock

FOLDER = "figures"
FORMULA_START = r"^[=+\-@\t\r]"
WORTH_A_PROCESS = 40  # fewer patients are drawn before another process has started
MOST_WORKERS = 8


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
    from trialwright.figures.style import save_figure

    axes = result.plot()
    alt = result.describe()
    svg, png = save_figure(axes.figure, results / FOLDER / result.id, footer, alt)
    return {
        "svg": svg.relative_to(results).as_posix(),
        "png": png.relative_to(results).as_posix(),
        "csv": write_drawn_data(result, results),
        "alt": alt,
    }


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
        return _draw_some(patients, subjects, results, footer)
    n_workers = min(os.cpu_count() or 1, MOST_WORKERS)
    shares = [subjects[start::n_workers] for start in range(n_workers)]
    drawn: dict[str, dict[str, str]] = {}
    # New processes, not forks: the frame library runs threads, which a fork would tear.
    with ProcessPoolExecutor(n_workers, mp_context=get_context("spawn")) as pool:
        waiting = [pool.submit(_draw_some, patients, share, results, footer) for share in shares]
        for share in waiting:
            drawn |= share.result()
    return {subject: drawn[subject] for subject in subjects}


def _draw_some(
    patients: Any, subjects: Sequence[str], results: Path, footer: str
) -> dict[str, dict[str, str]]:
    """Draw the time lines of some patients."""
    from trialwright.figures.style import save_figure

    drawn = {}
    for subject in subjects:
        axes = patients.plot_patient(subject)
        alt = patients.describe_patient(subject)
        stem = results / FOLDER / "patients" / safe_name(subject)
        svg, png = save_figure(axes.figure, stem, footer, alt)
        names = {"svg": svg, "png": png}
        drawn[subject] = {key: path.relative_to(results).as_posix() for key, path in names.items()}
        drawn[subject]["alt"] = alt
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


def safe_name(subject: str) -> str:
    """Return a subject's id as a file name that no system refuses."""
    return "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in subject)


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
            *(Download("CSV", file) for file in drawn.get("csv", ())),
        ),
    )
