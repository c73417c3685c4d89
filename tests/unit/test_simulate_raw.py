"""Raw rows of many trials: every reader, lesion and scan once, the same for the same seed."""

from pathlib import Path

import numpy as np
import polars as pl
from polars import col

from trialwright.simulate.load import load_scenario, vary_scenario
from trialwright.simulate.raw import COLUMNS, simulate_lesion_rows
from trialwright.simulate.truth import read_numbers

EXAMPLE = Path(__file__).parents[2] / "examples" / "metromajx" / "scenario.yaml"


def test_raw_rows_hold_every_reading_once_and_grow_beyond_their_first_room() -> None:
    changed = {"truth.growth.prob_sensitive": 1.0, "truth.progression.new_lesion_per_day": 0.001}
    numbers = read_numbers(vary_scenario(load_scenario(EXAMPLE), changed))
    rows = simulate_lesion_rows(np.random.default_rng(2), numbers, 400, n_readers=3)
    again = simulate_lesion_rows(np.random.default_rng(2), numbers, 400, n_readers=3)
    np.testing.assert_array_equal(rows, again)
    assert len(rows) > 24 * 400 + 1000  # more than the room that is guessed at first
    frame = pl.DataFrame(rows, schema=list(COLUMNS))
    assert not frame.select("patient", "scan", "lesion", "reader").is_duplicated().any()
    assert set(frame["patient"]) == set(range(400))
    baseline = frame.filter(col("scan") == 0)
    assert baseline.filter(col("mm") < 10).is_empty()
    readers = frame.group_by("patient", "scan", "lesion").len()["len"]
    assert set(readers) == {3}
    days = frame.unique(["patient", "scan"]).sort("patient", "scan")
    steps = days.select((col("day").diff().over("patient") > 0).drop_nulls().all()).item()
    assert steps
