"""CD8-positive cells of synthetic fields, rendered by optical physics from known cells.

A found positive is right when a true one lies within 4 um, each matched once: less than half the
distance between two lymphocytes that touch.
"""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from oracle_data import ORACLES
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from trialwright.imaging.cells import choose_settings
from trialwright.imaging.measure import measure_slide
from trialwright.imaging.slide import open_slide

NEAREST_UM = 4.0
LEAST_F1, MOST_POINTS_OFF = 0.93, 1.5
FIELDS = sorted((ORACLES / "tissue" / "synthetic").glob("*cd8*.jpg"))


def count_matches(one: np.ndarray, other: np.ndarray) -> int:
    distance = cdist(one, other)
    cost = np.where(distance <= NEAREST_UM, distance, 1e6)
    rows, columns = linear_sum_assignment(cost)
    return int((distance[rows, columns] <= NEAREST_UM).sum())


@pytest.mark.parametrize("field", FIELDS, ids=lambda path: path.stem)
def test_positive_cells_are_those_that_were_drawn(field: Path) -> None:
    pixel_um = json.loads(field.with_suffix(".json").read_text())["mpp"]
    with open_slide(field, pixel_um) as slide:
        found = measure_slide(slide, choose_settings("CD8"))
        width_um, height_um = slide.width * pixel_um, slide.height * pixel_um
    truth = pl.read_csv(
        field.with_name(f"{field.stem}_cells.csv"), infer_schema_length=None
    ).select("positive", x_um=pl.col("x_px") * pixel_um, y_um=pl.col("y_px") * pixel_um)
    truth = truth.filter(
        pl.col("x_um").is_between(0, width_um), pl.col("y_um").is_between(0, height_um)
    )
    drawn = truth.filter(pl.col("positive") == 1).select("x_um", "y_um").to_numpy()
    called = found.cells.filter("is_positive").select("x_um", "y_um").to_numpy()
    f1 = 2 * count_matches(drawn, called) / (len(drawn) + len(called))
    assert f1 >= LEAST_F1
    true_percent = 100 * len(drawn) / truth.height
    assert found.positive_percent == pytest.approx(true_percent, abs=MOST_POINTS_OFF)
