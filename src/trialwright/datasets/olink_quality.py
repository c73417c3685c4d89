"""Quality of protein measurements in numbers: limits, warnings, outliers, plates, duplicates."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import polars as pl
from polars import col

from trialwright.core.arrays import FloatArray
from trialwright.core.errors import EstimateError, Finding, Severity
from trialwright.datasets.olink_frame import name_some
from trialwright.datasets.olink_panel import PASSED, ProteinMatrix, label_assays
from trialwright.stats.anova import compare_levels
from trialwright.stats.multiplicity import adjust_p_values
from trialwright.stats.principal_components import find_components

MOST_BELOW_LOD = 0.5  # of an assay's values: beyond, it is flagged
MOST_WARNED = 1 / 6  # of a plate's samples: beyond, the plate itself is in doubt
N_DEVIATIONS = 3.0  # of medians, interquartile ranges and components
SAME_PROFILE = 0.9999  # correlation above which two samples are one measured or copied twice


def count_below_lod(data: pl.DataFrame) -> pl.DataFrame:
    """Count values below the limit of detection, per assay and visit.

    Parameters
    ----------
    data : DataFrame
        From `olink_samples.match_samples`.

    Returns
    -------
    DataFrame
        One row per OLINKID (in order of the data) and VISIT (sorted): ASSAY, n (values with a
        limit), n_below, rate_below (null without a limit).
    """
    has_both = col("NPX").is_not_null() & col("LOD").is_not_null()
    return (
        data.group_by("OLINKID", "ASSAY", "VISIT", maintain_order=True)
        .agg(n=has_both.sum(), n_below=(has_both & (col("NPX") < col("LOD"))).sum())
        .with_columns(
            rate_below=pl.when(col("n") > 0).then(col("n_below") / col("n")),
            place=col("OLINKID").rle_id(),
        )
        .sort("place", "VISIT", maintain_order=True)
        .drop("place")
    )


def count_warnings(data: pl.DataFrame) -> pl.DataFrame:
    """Count samples with a quality warning, per panel and plate: n_samples, n_warned, rate."""
    warned = col("QCWARN").fill_null(PASSED).str.to_lowercase() != PASSED
    return (
        data.group_by("PANEL", "PLATEID", "SAMPLEID", maintain_order=True)
        .agg(is_warned=warned.any())
        .group_by("PANEL", "PLATEID", maintain_order=True)
        .agg(n_samples=pl.len(), n_warned=col("is_warned").sum())
        .with_columns(rate_warned=col("n_warned") / col("n_samples"))
    )


def find_outliers(matrix: ProteinMatrix) -> pl.DataFrame:
    """Measure how unlike the others each sample is.

    Parameters
    ----------
    matrix : ProteinMatrix
        Proteins by samples.

    Returns
    -------
    DataFrame
        One row per sample, in their order: SAMPLEID, USUBJID, VISIT, median and iqr of its NPX,
        component_1 and component_2 (principal components of scaled proteins; absent where there
        are too few samples or proteins), is_outlier (any of the four more than three standard
        deviations from the mean of the samples).

    References
    ----------
    Olink Proteomics. Data normalization and standardization, white paper 1096 (2021).
    """
    n_samples = matrix.values.shape[1]
    has_values = ~np.isnan(matrix.values).all(axis=0)
    quartiles = np.full((3, n_samples), np.nan)
    quartiles[:, has_values] = np.nanpercentile(matrix.values[:, has_values], (25, 50, 75), axis=0)
    measures = {"median": quartiles[1], "iqr": quartiles[2] - quartiles[0]}
    with suppress(EstimateError):  # too few samples or proteins
        scores = np.full((n_samples, 2), np.nan)
        scores[has_values] = find_components(matrix.values[:, has_values], 2).scores
        measures |= {"component_1": scores[:, 0], "component_2": scores[:, 1]}
    is_outlier = np.zeros(n_samples, dtype=bool)
    for values in measures.values():
        known = values[has_values]
        spread = known.std(ddof=1) if len(known) > 1 else 0.0
        off = np.abs(known - known.mean()) if len(known) else known
        is_outlier[has_values] |= off > N_DEVIATIONS * spread + 1e-12
    return matrix.samples.drop("is_warned").with_columns(
        **{name: pl.Series(values).fill_nan(None) for name, values in measures.items()},
        is_outlier=pl.Series(is_outlier),
    )


def compare_plates(data: pl.DataFrame, matrix: ProteinMatrix) -> pl.DataFrame:
    """Compare the plates of each assay by analysis of variance of the patients' means.

    Samples of one patient are alike wherever they are measured, so a patient counts once a plate.

    Returns
    -------
    DataFrame
        One row per assay, in their order: OLINKID, ASSAY, n_plates, statistic (F), p_value,
        p_adjusted (Benjamini-Hochberg); null with one plate.
    """
    plates = data.group_by("OLINKID", "SAMPLEID").agg(plate=col("PLATEID").first())
    people = matrix.samples["USUBJID"].to_list()
    found = []
    for place, olink_id in enumerate(matrix.assays["OLINKID"]):
        names = matrix.samples.join(
            plates.filter(col("OLINKID") == olink_id),
            on="SAMPLEID",
            how="left",
            maintain_order="left",
        )["plate"].fill_null("")
        means, of_plate = _average(matrix.values[place], people, names.to_list())
        compared = compare_levels(means, of_plate)
        found.append((names.n_unique(), compared.test.statistic[0], compared.test.p_value[0]))
    n_plates, statistic, p_value = (
        np.array(part, dtype=float) for part in zip(*found, strict=True)
    )
    return matrix.assays.select("OLINKID", "ASSAY").with_columns(
        n_plates=pl.Series(n_plates.astype(np.int64)),
        statistic=pl.Series(statistic).fill_nan(None),
        p_value=pl.Series(p_value).fill_nan(None),
        p_adjusted=pl.Series(adjust_p_values(p_value)).fill_nan(None),
    )


def _average(
    values: FloatArray, people: Sequence[str], plates: Sequence[str]
) -> tuple[FloatArray, list[str]]:
    """Return the mean of each patient on each plate, and the plate; missing values are left out."""
    keys = list(dict.fromkeys(zip(people, plates, strict=True)))
    place = {key: number for number, key in enumerate(keys)}
    codes = np.array([place[key] for key in zip(people, plates, strict=True)])
    known = ~np.isnan(values)
    sums = np.bincount(codes[known], values[known], minlength=len(keys))
    n = np.bincount(codes[known], minlength=len(keys))
    means = np.where(n > 0, sums / np.maximum(n, 1), np.nan)
    return means, [plate for _, plate in keys]


def find_astride(data: pl.DataFrame) -> list[str]:
    """Return the patients with samples of one panel on more than one plate, sorted."""
    plates = data.group_by("USUBJID", "PANEL").agg(n=col("PLATEID").drop_nulls().n_unique())
    return sorted(plates.filter(col("n") > 1)["USUBJID"].unique())


def find_same_profiles(matrix: ProteinMatrix) -> list[tuple[str, str]]:
    """Return pairs of samples whose profiles are the same: one sample under two names."""
    complete = matrix.values[~np.isnan(matrix.values).any(axis=1)]
    if len(complete) < 3 or complete.shape[1] < 2:
        return []
    centered = complete - complete.mean(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        alike = np.corrcoef(centered.T)
    names = matrix.samples["SAMPLEID"]
    first, second = np.nonzero(np.triu(alike > SAME_PROFILE, k=1))
    return [(names[int(a)], names[int(b)]) for a, b in zip(first, second, strict=True)]


@dataclass(frozen=True, slots=True)
class NpxQuality:
    """Every quality number of an export, one frame each; see the function that makes it."""

    below_lod: pl.DataFrame
    warnings: pl.DataFrame
    samples: pl.DataFrame
    plates: pl.DataFrame
    astride: tuple[str, ...]
    same_profiles: tuple[tuple[str, str], ...]


def measure_quality(data: pl.DataFrame, matrix: ProteinMatrix) -> NpxQuality:
    """Measure the quality of matched protein values."""
    return NpxQuality(
        below_lod=count_below_lod(data),
        warnings=count_warnings(data),
        samples=find_outliers(matrix),
        plates=compare_plates(data, matrix),
        astride=tuple(find_astride(data)),
        same_profiles=tuple(find_same_profiles(matrix)),
    )


def find_quality_findings(quality: NpxQuality, file: str) -> list[Finding]:
    """Find what a reader of the results has to know, as warnings."""
    return [
        Finding(rule, Severity.WARN, file, found, expected, action)
        for rule, found, expected, action in _list_findings(quality)
    ]


def list_low_assays(below_lod: pl.DataFrame) -> list[str]:
    """Return the assays with most values below the limit, out of the counts by visit."""
    named = below_lod.with_columns(label=label_assays())
    whole = named.group_by("OLINKID", "label", maintain_order=True).agg(
        rate=col("n_below").sum() / col("n").sum()
    )
    return whole.filter(col("rate") > MOST_BELOW_LOD)["label"].to_list()


def _list_findings(quality: NpxQuality) -> Iterator[tuple[str, str, str, str]]:
    """Yield rule, what was found, what was expected and what to do."""
    blank = quality.samples.filter(col("median").is_null())["SAMPLEID"].to_list()
    if blank:
        found = f"{name_some(blank, 'sample')} without any value"
        yield "NPX-BLANK", found, "values", "Ask the laboratory whether they failed."
    low = list_low_assays(quality.below_lod)
    if low:
        found = f"{name_some(low, 'assay')} below the limit of detection in over half the samples"
        yield "NPX-LOD", found, "most values above it", "Read their changes with caution."
    for plate in quality.warnings.filter(col("rate_warned") > MOST_WARNED).iter_rows(named=True):
        found = f"{plate['n_warned']} of {plate['n_samples']} samples warned on {plate['PLATEID']}"
        action = "Ask the laboratory, and run the analysis without them."
        yield "NPX-PLATE-WARNED", found, "at most one in six", action
    outliers = quality.samples.filter(col("is_outlier"))["SAMPLEID"].to_list()
    if outliers:
        found = f"{name_some(outliers, 'sample')} unlike the others"
        yield "NPX-OUTLIER", found, "within three deviations", "Look at them in the PCA display."
    if quality.astride:
        found = f"{name_some(quality.astride, 'patient')} with samples on more than one plate"
        action = "Normalize the plates, or keep a patient's samples together."
        yield "NPX-ASTRIDE", found, "all samples of a patient on one plate", action
    for first, second in quality.same_profiles:
        found = f"samples {first} and {second} with the same values"
        yield "NPX-SAME", found, "values of its own for each", "Ask the laboratory which it is."
    names = quality.below_lod.select("OLINKID", "ASSAY").unique(maintain_order=True)
    repeated = names.filter(names["ASSAY"].is_duplicated())["ASSAY"].unique(maintain_order=True)
    if len(repeated):
        found = f"{name_some(repeated.to_list(), 'assay')} on more than one panel"
        yield "NPX-ASSAY-TWICE", found, "one panel for each", "Tell them apart by OlinkID."
