"""The Olink export of a virtual study: NPX of every plasma sample, as the laboratory sends it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from polars import col

from trialwright.simulate.finding_tables import plasma_visits
from trialwright.simulate.patients import Patient
from trialwright.simulate.proteins import ProteinTruth, simulate_proteins
from trialwright.simulate.scenario import Proteins

SAMPLES_PER_PLATE = 88
STREAM = 5
COLUMNS = {
    "SampleID": "SAMPLEID", "Index": "place", "OlinkID": "OLINKID", "UniProt": "UNIPROT",
    "Assay": "ASSAY", "MissingFreq": "low", "Panel": "PANEL", "Panel_Version": "panel_version",
    "PlateID": "PLATEID", "QC_Warning": "QCWARN", "LOD": "LOD", "NPX": "NPX",
}  # fmt: skip
"""Columns of a long Olink export, and those of `simulate_proteins`."""


def write_proteins(
    patients: Sequence[Patient], proteins: Proteins, seed: int, folder: Path
) -> None:
    """Write plasma.csv: a long Olink export of the samples that were taken and did not fail.

    Parameters
    ----------
    patients : sequence of Patient
        Of the study.
    proteins : Proteins
        What is true of the proteins.
    seed : int
        Of the study.
    folder : Path
        The data folder.
    """
    rng = np.random.default_rng([seed, STREAM])
    taken = [
        (f"{patient.subject}_{visit.name}", patient.subject, visit.name)
        for patient in patients
        for visit in patient.list_treatment_visits()
        if visit.name in plasma_visits(patient)
    ]
    kept = [sample for sample in taken if rng.random() >= proteins.prob_missing]
    if not kept:
        return
    samples = pl.DataFrame(kept, schema=["SAMPLEID", "USUBJID", "VISIT"], orient="row")
    samples = samples.with_row_index("place", offset=1).with_columns(
        PLATEID=pl.format("Plate{}", (col("place") - 1) // SAMPLES_PER_PLATE + 1)
    )
    truth = ProteinTruth(
        effects=proteins.effects,
        sd_within=proteins.sd_error_named,
        sd_within_others=proteins.sd_error,
        rho_shared=proteins.shared_error,
        rate_missing=0.0,
        rate_warned=proteins.prob_warned,
    )
    long = simulate_proteins(samples.drop("place"), truth, rng)
    long = long.join(samples.select("SAMPLEID", "place"), on="SAMPLEID", maintain_order="left")
    low = (col("NPX") < col("LOD")).mean().over("ASSAY").round(3)
    long.with_columns(low=low, NPX=col("NPX").round(4), LOD=col("LOD").round(4)).select(
        col(source).alias(name) for name, source in COLUMNS.items()
    ).write_csv(folder / "plasma.csv", separator=";")
