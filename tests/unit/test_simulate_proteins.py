"""Simulated proteins carry the truth they were drawn from, and a real workbook's layout."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from trialwright.datasets.olink import read_npx
from trialwright.datasets.olink_write import write_npx_workbook
from trialwright.simulate.proteins import LATE, ProteinTruth, read_panel, simulate_proteins

VISITS = ("C1D1", "C1D15", "C2D1")


def make_samples(n_subjects: int) -> pl.DataFrame:
    rows = [(f"{i:03d}", visit) for i in range(n_subjects) for visit in VISITS]
    return pl.DataFrame(rows, schema=["USUBJID", "VISIT"], orient="row").with_columns(
        SAMPLEID=pl.format("{}_{}", "USUBJID", "VISIT"), PLATEID=pl.lit("P1")
    )


def test_the_mean_change_of_many_subjects_is_the_truth() -> None:
    samples = make_samples(400)
    npx = simulate_proteins(samples, ProteinTruth(), np.random.default_rng(1))
    wide = npx.join(samples, on="SAMPLEID").pivot("VISIT", index=["USUBJID", "ASSAY"], values="NPX")
    change = wide.group_by("ASSAY").agg((pl.col("C2D1") - pl.col("C1D1")).mean())
    found = dict(change.rows())
    assert max(abs(found[name] - effect) for name, effect in LATE.items()) < 0.2
    others = [value for name, value in found.items() if name not in LATE]
    assert np.abs(others).max() < 0.1
    assert npx["NPX"].null_count() / npx.height == pytest.approx(0.04, abs=0.004)


def test_the_panel_has_92_proteins_with_ids_of_their_own() -> None:
    panel = read_panel()
    assert panel.height == 92
    assert panel["OLINKID"].n_unique() == 92
    assert set(LATE) <= set(panel["ASSAY"])


def test_a_workbook_is_read_back_as_it_was_and_has_the_same_bytes(tmp_path: Path) -> None:
    npx = simulate_proteins(make_samples(3), ProteinTruth(), np.random.default_rng(2))
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    for path in (first, second):
        write_npx_workbook(npx, path, "TRIAL (SYNTHETIC)", "Olink NPX Manager 3.0.0.0")
    assert first.read_bytes() == second.read_bytes()
    keys = ["SAMPLEID", "OLINKID"]
    read = read_npx(first).sort(keys)
    expected = npx.sort(keys)
    for name in ("UNIPROT", "ASSAY", "PLATEID", "QCWARN", "panel_version"):
        assert read[name].to_list() == expected[name].to_list()
    for name in ("NPX", "LOD"):
        assert read[name].to_list() == pytest.approx(
            expected[name].round(5).to_list(), abs=1e-9, nan_ok=True
        )
