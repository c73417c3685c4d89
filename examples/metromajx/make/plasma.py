"""SYNTHETIC plasma proteins: three wide NPX workbooks, one a plate, of the samples that BE lists.

Run as `python examples/metromajx/make/plasma.py` after make_data.py; the same bytes come out every
time. Another folder with be.csv may be given as the only argument. The publication shows its own
values in a supplementary figure only; these are drawn from the virtual-trial model.
"""

import sys
from pathlib import Path

import numpy as np
import polars as pl

from trialwright.datasets.olink_write import write_npx_workbook
from trialwright.simulate.proteins import ProteinTruth, simulate_proteins

DATA = Path(__file__).resolve().parents[1] / "data"
SEED = 20240223
N_PLATES = 3
PROJECT, SOFTWARE = "METROMAJX (SYNTHETIC)", "Olink NPX Manager 3.0.0.0"


def write_plasma(folder: Path) -> list[Path]:
    """Write the workbooks beside be.csv; all samples of a patient are on one plate.

    Parameters
    ----------
    folder : Path
        Folder with be.csv.

    Returns
    -------
    list of Path
        What was written.
    """
    specimens = pl.read_csv(folder / "be.csv").filter(pl.col("BECAT") == "PLASMA")
    subjects = specimens["USUBJID"].unique().sort().to_list()
    plates = {name: f"IO_plate{place % N_PLATES + 1}" for place, name in enumerate(subjects)}
    samples = specimens.select(
        SAMPLEID="BEREFID",
        USUBJID="USUBJID",
        VISIT="VISIT",
        PLATEID=pl.col("USUBJID").replace_strict(plates),
    )
    npx = simulate_proteins(samples, ProteinTruth(), np.random.default_rng(SEED))
    written = []
    for number in range(1, N_PLATES + 1):
        path = folder / f"plasma_{number}.xlsx"
        plate = npx.filter(pl.col("PLATEID") == f"IO_plate{number}")
        write_npx_workbook(plate, path, PROJECT, SOFTWARE)
        written.append(path)
    return written


if __name__ == "__main__":
    for path in write_plasma(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA):
        print(f"Synthetic NPX is in {path}")
