"""Answers of `trialwright slides`: read, call one science function, write, print."""

import json
import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trialwright.cli.progress import Progress
from trialwright.core.errors import SlideError
from trialwright.imaging.cells import (
    CellSettings,
    Compartment,
    choose_qupath_settings,
    choose_settings,
)
from trialwright.imaging.density import find_hot_spots, measure_pieces
from trialwright.imaging.measure import SlideMeasurement, measure_slide
from trialwright.imaging.nuclei import read_detection
from trialwright.imaging.overlay import draw_cells, read_picture_for_overlay
from trialwright.imaging.slide import open_slide
from trialwright.imaging.slide_writer import write_picture

Json = dict[str, Any]


def answer_measure(arguments: Namespace) -> int:
    """Measure the cells of one image; write the cells, a summary and an overlay."""
    settings = _choose(arguments)
    out = Path(arguments.out)
    with open_slide(arguments.image, arguments.pixel_size_um) as slide:
        report = Progress()
        found = measure_slide(slide, settings, arguments.workers, arguments.tile_px, report)
        picture = draw_cells(found, read_picture_for_overlay(slide))
    for doubt in found.quality.doubts:
        print(f"{arguments.image}: do not trust it: {doubt}. [SLIDE-QUALITY]", file=sys.stderr)
    for note in found.quality.notes:
        print(f"{arguments.image}: {note}. [SLIDE-NOTE]", file=sys.stderr)
    out.mkdir(parents=True, exist_ok=True)
    found.cells.write_parquet(out / "cells.parquet")
    write_picture(out / "overlay.png", picture)
    summary = describe_measurement(found)
    text = json.dumps(summary, indent=2, allow_nan=False)
    (out / "summary.json").write_text(text + "\n", encoding="utf-8")
    print(text if arguments.json else _write_summary(found, out))
    return 0


def _choose(arguments: Namespace) -> CellSettings:
    """Return the settings that the command line asks for."""
    if arguments.qupath is not None:
        return choose_qupath_settings(arguments.stain, read_detection(_read_pairs(arguments)))
    where = Compartment(arguments.compartment) if arguments.compartment else None
    return choose_settings(arguments.stain, where, arguments.cut_od)


def _read_pairs(arguments: Namespace) -> Json:
    """Read NAME=VALUE: a number, true, false, or words."""
    pairs: Json = {}
    for text in arguments.qupath:
        name, equals, value = text.partition("=")
        if not equals:
            raise SlideError(
                f"--qupath {text}: no value, expected NAME=VALUE. "
                "Write it as sigmaMicrons=1.5. [CELL-PARAMETER]"
            )
        pairs[name] = _read_value(value)
    return pairs


def _read_value(text: str) -> float | bool | str:
    """Return a number or a truth value where the text is one."""
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text)
    except ValueError:
        return text


def describe_measurement(found: SlideMeasurement) -> Json:
    """Return what was measured under the keys that scripts rely on."""
    misfits = found.misfit_degrees
    return {
        "stain": found.settings.marker,
        "compartment": found.settings.compartment.value,
        "n_cells": found.n_cells,
        "n_positive": found.n_positive,
        "positive_percent": found.positive_percent,
        "tissue_mm2": found.tissue.area_mm2,
        "density_per_mm2": found.density_per_mm2,
        "h_score": found.h_score,
        "cut_od": found.cut_od,
        "pixel_size_um": found.pixel_size_um,
        "white": list(found.stains.white),
        "vectors": found.stains.as_dict(),
        "misfit_degrees": max(misfits.values(), default=None),
        "misfit_by_stain": misfits,
        "is_trusted": found.quality.is_trusted,
        "doubts": list(found.quality.doubts),
        "notes": list(found.quality.notes),
        "sharpness": found.quality.sharpness,
        "clipped_share": found.quality.clipped_share,
        "pen_share": found.quality.pen_share,
        "pieces": measure_pieces(found.cells, found.tissue).to_dicts(),
        "hot_spots": [
            {**asdict(spot), "density_per_mm2": spot.density_per_mm2}
            for spot in find_hot_spots(found.cells, found.tissue)
        ],
    }


def _write_summary(found: SlideMeasurement, out: Path) -> str:
    """Return the summary for a person."""
    percent, density = found.positive_percent, found.density_per_mm2
    return "\n".join(
        [
            f"{found.n_cells} cells, {found.n_positive} positive"
            + ("" if percent is None else f" ({percent:.1f}%)"),
            f"{found.tissue.area_mm2:.2f} mm2 of tissue"
            + ("" if density is None else f", {density:.0f} positive per mm2"),
            f"cells.parquet, summary.json and overlay.png are in {out}",
        ]
    )
