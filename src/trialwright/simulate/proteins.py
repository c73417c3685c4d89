"""Plasma proteins of a virtual trial: known effects at known visits, as recorded NPX."""

from collections.abc import Mapping
from csv import DictReader
from dataclasses import dataclass, field
from importlib.resources import files

import numpy as np
import polars as pl
from polars import col

from trialwright.core.arrays import FloatArray

PANEL, PANEL_VERSION = "Olink Target 96 Immuno-Oncology", "v.3112"

# What the publication of METROMAJX reports in words, as differences of NPX that give it: hardly
# anything two weeks after the first injection, immune proteins up after the second and the first
# dose of the antibody. Named as on the panel.
EARLY = {
    "CXCL10": 0.15, "CXCL9": 0.15, "CXCL11": 0.10, "IFN-gamma": 0.10, "GZMA": 0.03, "GZMB": 0.03,
    "GZMH": 0.03, "PDCD1": 0.03, "ICOSLG": 0.02, "CD8A": 0.02,
}  # fmt: skip
LATE = {
    "CXCL10": 1.43, "CXCL9": 1.30, "CXCL11": 1.17, "IFN-gamma": 1.17, "PDCD1": 0.715,
    "GZMA": 0.455, "GZMB": 0.585, "GZMH": 0.585, "ICOSLG": 0.39, "CD8A": 0.39,
}  # fmt: skip
WITHIN = {
    "CXCL10": 0.70, "CXCL9": 0.60, "CXCL11": 0.60, "IFN-gamma": 0.60, "PDCD1": 0.35,
    "GZMA": 0.25, "GZMB": 0.30, "GZMH": 0.30, "ICOSLG": 0.22, "CD8A": 0.22,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProteinTruth:
    """What is true of the proteins of a virtual trial; differences and deviations in NPX (log2).

    `effects` maps a visit to the mean change of each assay at it; other visits and assays have
    none. `sd_within` is the deviation of a sample of a patient, `rho_shared` the share of its
    variance that all proteins of a sample have in common. `low` assays lie at their limit of
    detection.
    """

    effects: Mapping[str, Mapping[str, float]] = field(
        default_factory=lambda: {"C1D15": EARLY, "C2D1": LATE}
    )
    sd_within: Mapping[str, float] = field(default_factory=lambda: WITHIN)
    sd_within_others: float = 0.28
    sd_between: float = 0.5
    rho_shared: float = 0.15
    rate_missing: float = 0.04
    rate_warned: float = 0.05
    mean_level: float = 6.0
    sd_level: float = 2.0
    low: tuple[str, ...] = ("IL2", "IL4", "IL5", "IL13", "IL33")


def read_panel() -> pl.DataFrame:
    """Return the 92 assays of Target 96 Immuno-Oncology: ASSAY, UNIPROT, OLINKID.

    Four assays of this version whose identifiers were not to be had are named OIDSYN01 to 04.
    """
    table = files("trialwright.simulate") / "data" / "target96_immuno_oncology.csv"
    with table.open(encoding="utf-8") as lines:
        rows = list(DictReader(lines))
    return pl.DataFrame(rows).select(ASSAY="assay", UNIPROT="uniprot", OLINKID="olink_id")


def simulate_proteins(
    samples: pl.DataFrame, truth: ProteinTruth, rng: np.random.Generator
) -> pl.DataFrame:
    """Draw the NPX of every sample from a known truth.

    Parameters
    ----------
    samples : DataFrame
        One row per sample: SAMPLEID, USUBJID, VISIT, PLATEID.
    truth : ProteinTruth
        Effects, deviations and missingness.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    DataFrame
        One row per sample and assay, samples in their order: SAMPLEID, OLINKID, ASSAY, UNIPROT,
        PANEL, panel_version, PLATEID, QCWARN, LOD and NPX (null where missing). NPX is level of
        the protein + patient + visit + error.
    """
    panel = read_panel()
    values = _draw_values(samples, panel["ASSAY"].to_list(), truth, rng)
    levels, lod = _draw_levels(panel["ASSAY"].to_list(), truth, rng)
    values += levels[None, :]
    missing = rng.random(values.shape) < truth.rate_missing
    warned = rng.random(samples.height) < truth.rate_warned
    n_samples, n_assays = values.shape
    quality = np.where(warned, "Warning", "Pass").tolist()
    long = samples.with_columns(QCWARN=pl.Series(quality)).select("SAMPLEID", "PLATEID", "QCWARN")
    return (
        long.join(panel, how="cross")
        .with_columns(
            PANEL=pl.lit(PANEL),
            panel_version=pl.lit(PANEL_VERSION),
            LOD=pl.Series(np.tile(lod, n_samples)),
            NPX=pl.Series(np.where(missing, np.nan, values).reshape(n_samples * n_assays)),
        )
        .with_columns(col("NPX").fill_nan(None))
    )


def _draw_levels(
    assays: list[str], truth: ProteinTruth, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Return the level and the limit of detection of each assay."""
    levels = np.clip(rng.normal(truth.mean_level, truth.sd_level, len(assays)), 3.0, 12.0)
    lod = rng.uniform(0.2, 1.6, len(assays))
    is_low = np.isin(assays, truth.low)
    levels[is_low] = lod[is_low] + rng.normal(0.0, 0.3, is_low.sum())
    return levels, lod


def _draw_values(
    samples: pl.DataFrame, assays: list[str], truth: ProteinTruth, rng: np.random.Generator
) -> FloatArray:
    """Return patient + visit + error, (n_samples, n_assays)."""
    subjects = samples["USUBJID"].unique(maintain_order=True).to_list()
    between = rng.normal(0.0, truth.sd_between, (len(subjects), len(assays)))
    rows = [subjects.index(name) for name in samples["USUBJID"]]
    effects = np.array(
        [
            [truth.effects.get(visit, {}).get(assay, 0.0) for assay in assays]
            for visit in samples["VISIT"]
        ]
    )
    spread = np.array([truth.sd_within.get(name, truth.sd_within_others) for name in assays])
    shared = rng.normal(size=(samples.height, 1)) * np.sqrt(truth.rho_shared)
    own = rng.normal(size=effects.shape) * np.sqrt(1 - truth.rho_shared)
    drawn: FloatArray = between[rows] + effects + (shared + own) * spread
    return drawn
