"""Wide workbooks cell by cell as the reader of OlinkAnalyze 3.8.2 returns them, where it works.

Values to 1e-5: that reader prints five decimals. The workbooks of the Swedish core facility are
read in place only, where the folder of oracles stands beside its data.
"""

import gzip
import io
from pathlib import Path

import polars as pl
import pytest
from oracle_data import ORACLES
from plasma_cases import PLASMA, assert_near

from trialwright.datasets.olink import read_npx

HERE = Path(__file__).parent / "data"
WORKBOOKS = {
    "cimac_1": "olink_assay_1_NPX.xlsx",
    "cimac_combined": "olink_assay_combined.xlsx",
    "olinkform_v2": "v2.xlsx",
}
EXPECTED = sorted(PLASMA.glob("readnpx382_*.csv.gz"))
PRINTED = 1.0001e-5
TEXTS = {
    "SAMPLEID": "SampleID",
    "OLINKID": "OlinkID",
    "UNIPROT": "UniProt",
    "ASSAY": "Assay",
    "PANEL": "Panel",
    "panel_version": "Panel_Version",
    "PLATEID": "PlateID",
    "QCWARN": "QC_Warning",
}
NUMBERS = {"NPX": "NPX", "LOD": "LOD", "missing_freq": "MissingFreq", "sample_index": "Index"}


def find_workbook(name):
    file = WORKBOOKS.get(name, f"{name}_wide.xlsx")
    places = [PLASMA, ORACLES.parent / "data" / "olink" / "formats", HERE / "olink"]
    found = [path for place in places for path in sorted(place.rglob(file))]
    if not found:
        pytest.skip(f"workbook {file} is absent")
    return found[0]


@pytest.mark.parametrize("path", EXPECTED, ids=lambda path: path.name)
def test_every_cell_is_the_same(path):
    name = path.name.removeprefix("readnpx382_").removesuffix(".csv.gz")
    found = read_npx(find_workbook(name))
    expected = pl.read_csv(
        io.BytesIO(gzip.decompress(path.read_bytes())),
        infer_schema_length=None,
        null_values=["NA", ""],
    )
    keys = ["OLINKID", "SAMPLEID"]
    ours = found.sort(keys)
    theirs = expected.sort("OlinkID", "SampleID")
    assert ours.height == theirs.height
    for column, wanted in TEXTS.items():
        assert ours[column].to_list() == theirs[wanted].cast(pl.String).to_list(), column
    for column, wanted in NUMBERS.items():
        assert ours[column].is_null().to_list() == theirs[wanted].is_null().to_list(), column
        assert_near(
            ours[column].drop_nulls().to_numpy(),
            theirs[wanted].cast(pl.Float64).drop_nulls().to_numpy(),
            0,
            PRINTED,
        )


@pytest.mark.parametrize("path", sorted(PLASMA.glob("*_wide.xlsx")), ids=lambda path: path.name)
def test_the_workbook_and_the_long_table_of_a_data_set_hold_the_same(path):
    long = path.with_name(path.name.replace("_wide.xlsx", "_long.csv"))
    if not long.exists():
        pytest.skip(f"oracle file {long.name} is absent")
    keys = ["OLINKID", "SAMPLEID"]
    wide, tall = read_npx(path).sort(keys), read_npx(long).sort(keys)
    assert_near(wide["NPX"].to_numpy(), tall["NPX"].to_numpy(), 0, PRINTED)
    shared = ["SAMPLEID", "OLINKID", "UNIPROT", "ASSAY", "PANEL", "panel_version", "PLATEID"]
    assert wide.select(shared).equals(tall.select(shared))
