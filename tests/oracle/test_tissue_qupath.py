"""Positive cell detection against QuPath 0.3.2 on crops of OpenSlide's freely usable OS-2.

Counts and percentages were published by QuPath's author beside the crops, with the settings below:
default stain vectors, optical density sum, no background, sigma 2 um. 3% and 0.7 points are what
two programs may differ by that round outlines differently.
"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import polars as pl
import pytest
from oracle_data import ORACLES

from trialwright.imaging.cells import choose_qupath_settings
from trialwright.imaging.measure import SlideMeasurement, measure_slide
from trialwright.imaging.nuclei import CellDetection, read_detection
from trialwright.imaging.slide import open_slide

PUBLISHED = read_detection(
    {
        "detectionImageBrightfield": "Optical density sum",
        "requestedPixelSizeMicrons": 0.5,
        "backgroundRadiusMicrons": 0.0,
        "medianRadiusMicrons": 0.0,
        "sigmaMicrons": 2.0,
        "minAreaMicrons": 10.0,
        "maxAreaMicrons": 400.0,
        "maxBackground": 2.0,
        "watershedPostProcess": True,
        "excludeDAB": False,
        "cellExpansionMicrons": 0.0,
        "includeNuclei": True,
        "smoothBoundaries": True,
        "makeMeasurements": True,
        "thresholdCompartment": "Nucleus: DAB OD mean",
        "singleThreshold": True,
    }
)
MOST_COUNT_OFF, MOST_POINTS_OFF = 0.03, 0.7
FOLDER = ORACLES / "tissue" / "qupath_ref"


def list_rows() -> list[dict[str, object]]:
    tables = sorted(FOLDER.glob("*-results.tsv"))
    return [row for table in tables for row in pl.read_csv(table, separator="\t").to_dicts()]


@lru_cache
def measure(image: Path, detection: CellDetection) -> SlideMeasurement:
    with open_slide(image) as slide:
        return measure_slide(slide, choose_qupath_settings("Ki67", detection))


@pytest.mark.parametrize("row", list_rows(), ids=lambda row: " ".join(map(str, row.values())))
def test_counts_and_percentages_are_those_of_qupath(row: dict[str, object]) -> None:
    image = FOLDER / f"{row['Name']}.ome.tif"
    if not image.exists():
        pytest.skip(f"oracle file {image.name} is absent")
    detection = replace(PUBLISHED, threshold=float(str(row["Detection threshold"])))
    found = measure(image, detection)
    n_cells, percent = int(str(row["Num cells"])), float(str(row["Positive %"]))
    is_positive = found.cells["nucleus_od_dab"] > float(str(row["DAB threshold"]))
    assert abs(found.n_cells / n_cells - 1) <= MOST_COUNT_OFF
    assert abs(100 * is_positive.mean() - percent) <= MOST_POINTS_OFF
