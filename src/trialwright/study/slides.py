"""Steps that measure slides: one each, so that a new slide costs its own time and no other's."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from trialwright.core.errors import EstimateError, SlideError
from trialwright.datasets.typed import select_columns
from trialwright.derive.tissue_parameters import MEASURED, MEASUREMENTS
from trialwright.protocol.biomarkers import TissueMarker
from trialwright.protocol.model import Protocol
from trialwright.study.directory import NOT_IN_FOLDER, RESULTS_FOLDER, SLIDES_FOLDER
from trialwright.study.figures import safe_name
from trialwright.study.images import hash_image
from trialwright.study.run import Needs, Step, is_known, run_steps
from trialwright.study.steps import MEASURED_SLIDES
from trialwright.study.store import DONE, Store
from trialwright.study.workers import count_cores

PREFIX = "slide."
CELLS_SUFFIX = ".cells.parquet"
LISTED: Mapping[str, pl.DataType] = {
    "FILE": pl.String(),
    "STAIN": pl.String(),
    "PIXELUM": pl.Float64(),
    "SPECIMEN": pl.String(),
}
WORTH_A_PROCESS = 4  # fewer slides are measured before another process has started
NOT_THERE = NOT_IN_FOLDER.format(SLIDES_FOLDER)


def list_slide_steps(
    protocol: Protocol, study: Path, slides: pl.DataFrame | None, out: Path
) -> list[Step]:
    """Return a step per slide of the protocol's stains, and the one that puts them together.

    Parameters
    ----------
    protocol : Protocol
        Whose tissue markers name the stains.
    study : Path
        The study's folder, which holds slides/.
    slides : DataFrame, optional
        The slide manifest; nothing is measured without one.
    out : Path
        The results folder, below which each slide's cells are written.
    """
    markers = {marker.stain: marker for marker in protocol.biomarkers.tissue}
    steps = []
    for file, stain, pixel_size_um, specimen in _list_files(slides):
        if stain in markers and _is_for_machine(markers[stain]):
            path = study / SLIDES_FOLDER / file
            settings = {
                "file": file,
                "path": path,
                "marker": markers[stain],
                "sizes": (pixel_size_um, specimen),
                "out": out,
            }
            stamp = hash_image(path) if path.is_file() else NOT_THERE
            name = f"{PREFIX}{safe_name(file)}"
            steps.append(Step(name, f"slide {file}", measure_one, {}, settings, stamp=stamp))
    if not steps:
        return []
    names = tuple(step.name for step in steps)
    inputs: dict[str, Needs] = {"measured": names, "slides": "slides"}
    return [*steps, Step(MEASURED_SLIDES, "slides that were measured", gather_slides, inputs)]


def list_measured(protocol: Protocol, slides: pl.DataFrame | None) -> set[str]:
    """Return the slides that are measured, as places in the study's folder."""
    stains = {marker.stain for marker in protocol.biomarkers.tissue if _is_for_machine(marker)}
    listed = _list_files(slides)
    return {f"{SLIDES_FOLDER}/{file}" for file, stain, *_ in listed if stain in stains}


def _is_for_machine(marker: TissueMarker) -> bool:
    """Tell whether a stain is measured, or a state is proposed on it."""
    return marker.measure is not None or marker.decide is not None


def find_lost_slides(store: Store) -> list[str]:
    """Return the steps of slides whose file of cells is gone."""
    lost = []
    for name in store.states:
        if name.startswith(PREFIX) and store.is_done(name):
            cells = store.load(name).get("cells")
            if cells and not (store.results / cells).is_file():
                lost.append(name)
    return lost


def remove_other_cells(steps: Sequence[Step], results: Path) -> None:
    """Remove the cells of slides that no step measures any more.

    A slide keeps its cells by its name, not by what its step gave: one that cannot be read today,
    since its disk is away or its file is being copied, loses nothing.

    Parameters
    ----------
    steps : sequence of Step
        The steps of `list_slide_steps` for the slides that are recorded.
    results : Path
        The results folder.
    """
    files = [step.settings["file"] for step in steps if step.name.startswith(PREFIX)]
    kept = {results / name_cells(file) for file in files}
    for path in (results / SLIDES_FOLDER).glob(f"*{CELLS_SUFFIX}"):
        if path not in kept:
            path.unlink()


def name_cells(file: str) -> Path:
    """Return where the cells of a slide are, below the results folder."""
    return Path(SLIDES_FOLDER) / f"{safe_name(file)}{CELLS_SUFFIX}"


def _list_files(slides: pl.DataFrame | None) -> list[tuple[str, str, float | None, str | None]]:
    """Return file, stain, pixel size and specimen of each slide, each file once."""
    if slides is None or not {"FILE", "STAIN"} <= set(slides.columns):
        return []
    rows = select_columns(slides, LISTED).drop_nulls(["FILE", "STAIN"])
    return rows.unique("FILE", keep="first", maintain_order=True).rows()


def measure_one(
    file: str,
    path: Path,
    marker: TissueMarker,
    sizes: tuple[float | None, str | None],
    out: Path,
) -> dict[str, Any]:
    """Measure one slide; a slide that cannot be measured gives its reason.

    Parameters
    ----------
    file, path : str, Path
        The image as the manifest names it, and where it is.
    marker : TissueMarker
        The protocol's stain.
    sizes : (float or None, str or None)
        Width of a pixel as the manifest has it, the file's own without; kind of specimen.
    out : Path
        The results folder; cells go to slides/ below it.

    Returns
    -------
    dict
        FILE and some of the measurements of `derive.tissue.MEASURED`.
    """
    if not path.is_file():
        return {"FILE": file, "failure": NOT_THERE}
    try:
        values, cells = _measure(path, marker, sizes)
    except (SlideError, EstimateError) as error:
        return {"FILE": file, "failure": str(error)}
    name = name_cells(file)
    (out / name).parent.mkdir(parents=True, exist_ok=True)
    cells.write_parquet(out / name)
    return {"FILE": file, "cells": name.as_posix(), **values}


def _measure(
    path: Path, marker: TissueMarker, sizes: tuple[float | None, str | None]
) -> tuple[dict[str, Any], pl.DataFrame]:
    """Return what a slide gives and its cells: a measurement, or the state proposed."""
    from trialwright.imaging.marker_slide import measure_marker
    from trialwright.imaging.tls_screening import measure_screening

    if marker.measure is None:
        screened = measure_screening(path, marker, *sizes)
        return screened.values, screened.cells
    found = measure_marker(path, marker, sizes[0])
    return found.values, found.cells


def gather_known(
    protocol: Protocol, study: Path, slides: pl.DataFrame | None, store: Store
) -> tuple[list[str], bool]:
    """Put the measurements that there are beside the manifest as it is; measure nothing.

    Parameters
    ----------
    protocol : Protocol
        Whose tissue markers name the stains.
    study : Path
        The study's folder.
    slides : DataFrame, optional
        The slide manifest.
    store : Store
        What runs have measured.

    Returns
    -------
    list of str, bool
        The slides that a run would measure, as places in the study's folder; whether what was put
        together is another table than before.
    """
    steps = list_slide_steps(protocol, study, slides, study / RESULTS_FOLDER)
    waiting = [step.settings["file"] for step in steps[:-1] if not is_known(step, store)]
    reports = run_steps(steps[-1:], store)
    is_new = any(report.status == DONE for report in reports)
    return [f"{SLIDES_FOLDER}/{file}" for file in waiting], is_new


def count_processes(steps: Sequence[Step], store: Store) -> int:
    """Return in how many processes to measure: more than one only where many slides are waiting."""
    waiting = [step for step in steps if step.function is measure_one and not is_known(step, store)]
    return max(1, min(count_cores(), len(waiting) // WORTH_A_PROCESS))


def gather_slides(measured: Mapping[str, Mapping[str, Any]], slides: pl.DataFrame) -> pl.DataFrame:
    """Put what was measured beside the manifest.

    Parameters
    ----------
    measured : mapping
        Step of each slide to what it gave.
    slides : DataFrame
        The manifest, with source_row.

    Returns
    -------
    DataFrame
        Columns of `derive.tissue.MEASURED`, in the manifest's order.
    """
    kept = [{name: row.get(name) for name in ("FILE", *MEASUREMENTS)} for row in measured.values()]
    found = pl.DataFrame(kept, schema={"FILE": pl.String(), **MEASUREMENTS})
    own = {name: dtype for name, dtype in MEASURED.items() if name not in MEASUREMENTS}
    joined = select_columns(slides, own).join(found, on="FILE", how="inner", maintain_order="left")
    return joined.select(*MEASURED)
