"""Counts of cells with neighbors within a radius, in inForm exports.

Source: `inform/count_within.csv`, computed from real inForm 2.x exports: cells of one phenotype
with another within a radius, center to center, in the pixels of the export.
"""

import polars as pl
import pytest
from oracle_data import ORACLES, find_oracle

from trialwright.datasets.cell_exports import Program, read_cell_export
from trialwright.imaging.cell_neighbors import count_phenotypes_within

KEYS = ["category", "from", "to", "radius"]
HALF_OF_LAST_DIGIT = 5e-7
COUNTS = ORACLES / "tissue" / "inform" / "count_within.csv"
FILES = sorted(pl.read_csv(COUNTS)["file"].unique()) if COUNTS.exists() else ["count_within.csv"]


@pytest.mark.parametrize("file", FILES)
def test_every_count_within_a_radius_comes_out(file: str) -> None:
    expected = pl.read_csv(find_oracle("tissue/inform/count_within.csv")).filter(
        pl.col("file") == file
    )
    expected = expected.with_columns(radius=pl.col("radius_px").cast(pl.Float64))
    table = read_cell_export(find_oracle(f"tissue/inform/{file}"))
    assert table.program is Program.INFORM
    names = sorted({*expected["from"], *expected["to"]})
    found = count_phenotypes_within(table.cells, names, expected["radius"].unique().to_list())
    both = expected.join(found, on=KEYS, how="left", suffix="_found", maintain_order="left")
    assert both.height == expected.height > 0
    for name in ("from_count", "to_count", "from_with"):
        assert both[f"{name}_found"].to_list() == both[name].to_list()
    assert both["within_mean_found"].to_list() == pytest.approx(
        both["within_mean"].to_list(), abs=HALF_OF_LAST_DIGIT
    )
