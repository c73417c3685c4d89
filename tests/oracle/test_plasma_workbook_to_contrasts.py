"""From a wide workbook and its list of samples to lmerTest's contrasts: the whole way.

The workbook prints five decimals as the long table does, so that estimates agree to 1e-6 and
P values to 1e-5, as when the models are fitted to the long table.
"""

import polars as pl
import pytest
from plasma_cases import PLASMA, assert_near, bare, find_files, load_panel, read_numbers

from trialwright.datasets.olink import read_npx
from trialwright.datasets.olink_panel import build_matrix
from trialwright.datasets.olink_samples import match_samples, read_samples
from trialwright.stats.visit_contrasts import compare_visits


@pytest.mark.parametrize(("prefix", "path"), find_files("lmerREML_vs_*_BHpercontrast.csv"))
def test_a_workbook_gives_the_contrasts_of_lmertest(prefix, path):
    workbook, listed = PLASMA / f"{prefix}_wide.xlsx", PLASMA / f"{prefix}_samples.csv"
    for file in (workbook, listed):
        if not file.exists():
            pytest.skip(f"oracle file {file.name} is absent")
    matched = match_samples(read_npx(workbook), read_samples(listed), workbook.name)
    assert matched.findings == ()
    matrix = build_matrix(matched.data)
    panel, expected = load_panel(prefix), read_numbers(path)
    names = expected["contrast"].unique(maintain_order=True).to_list()
    pairs = [tuple(panel.visit_called(bare(v)) for v in name.split(" - ")) for name in names]
    found = compare_visits(
        matrix.values,
        matrix.samples["USUBJID"].to_list(),
        matrix.samples["VISIT"].to_list(),
        pairs,
    )
    assays = matrix.assays["ASSAY"].to_list()
    for name, ours in zip(names, found, strict=True):
        lines = expected.filter(pl.col("contrast") == name)
        rows = [assays.index(assay) for assay in lines["Assay"]]
        assert_near(ours.contrast.estimate[rows], lines["estimate"])
        assert_near(ours.contrast.df[rows], lines["df"])
        assert_near(ours.contrast.p_value[rows], lines["p.value"], 1e-5)
        assert_near(ours.p_adjusted[rows], lines["BH"], 1e-5)
