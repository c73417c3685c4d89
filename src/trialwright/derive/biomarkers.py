"""Biomarkers by visit: ADBM out of what was measured in plasma and tissue."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from polars import col

from trialwright.core.errors import NotRecordedError
from trialwright.datasets.analysis_biomarkers import ADBM, NPX_CATEGORY
from trialwright.datasets.dates import earliest_day
from trialwright.datasets.olink_panel import PASSED, label_assays
from trialwright.derive.numbering import number_rows

NPX_UNIT = "NPX (log2)"
PLASMA = "plasma"
CODE = r"^[A-Z][A-Z0-9]{1,7}$"  # what a PARAMCD may be
KEYS = ("USUBJID", "PARCAT1", "PARAMCD")


@dataclass(frozen=True, slots=True)
class BiomarkerVisits:
    """Visits of a trial in their order, and the one that changes of plasma are counted from."""

    names: tuple[str, ...]
    plasma_baseline: str | None = None


def derive_adbm(
    recorded: Mapping[str, pl.DataFrame],
    visits: BiomarkerVisits,
    tissue: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Derive the biomarkers of every subject.

    Parameters
    ----------
    recorded : mapping
        plasma (from `datasets.plasma.read_plasma`), be and dm, as far as they were recorded;
        subjects that DM lacks have no rows.
    visits : BiomarkerVisits
        Visits in their order and the baseline.
    tissue : DataFrame, optional
        Rows of tissue, as `derive.tissue.derive_tissue` returns them.

    Returns
    -------
    DataFrame
        ADBM: one row per USUBJID, PARCAT1, PARAMCD and AVISIT (and image), in this order. Missing
        values keep their row. BASE is the value at the baseline visit, CHG the difference from it.

    Raises
    ------
    NotRecordedError
        When there is neither plasma nor tissue.
    """
    parts = [derive_plasma(recorded[PLASMA], visits)] if PLASMA in recorded else []
    parts += [] if tissue is None else [tissue]
    if not parts:
        raise NotRecordedError("plasma, slides or bs")
    rows = pl.concat([_empty(), *parts], how="diagonal")
    if "dm" in recorded:
        rows = rows.filter(col("USUBJID").is_in(recorded["dm"]["USUBJID"].implode()))
    dated = _add_dates(_number_visits(rows, visits.names), recorded.get("be"))
    ordered = dated.sort(*KEYS, "AVISITN", "AVISIT", "BMXFN", nulls_last=True)
    numbered = ordered.with_columns(number_rows())
    return numbered.select(ADBM.names)


def derive_plasma(plasma: pl.DataFrame, visits: BiomarkerVisits) -> pl.DataFrame:
    """Derive the rows of proteins: a row per sample and assay, values below LOD kept.

    A PARAMCD is the OlinkID; one that is no code (earlier layouts had none) becomes P00001 and so
    on, in the order of the assays. QCFL is "N" where the sample's panel, or its assay, is warned.
    """
    codes = _name_codes(plasma["OLINKID"])
    warned = pl.col("QCWARN").fill_null(PASSED).str.to_lowercase() != PASSED
    rows = plasma.select(
        "USUBJID",
        pl.lit(NPX_CATEGORY).alias("PARCAT1"),
        col("PANEL").alias("PARCAT2"),
        col("OLINKID").replace_strict(codes, return_dtype=pl.String).alias("PARAMCD"),
        label_assays().alias("PARAM"),
        "UNIPROT",
        col("VISIT").alias("AVISIT"),
        col("NPX").alias("AVAL"),
        pl.lit(NPX_UNIT).alias("AVALU"),
        "LOD",
        pl.when(warned).then(pl.lit("N")).otherwise(pl.lit("Y")).alias("QCFL"),
        "PLATEID",
        "SAMPLEID",
        pl.lit("PLASMA").alias("SRCDOM"),
        pl.lit("NPX").alias("SRCVAR"),
        col("PLSEQ").alias("SRCSEQ"),
    )
    return add_change(rows, visits.plasma_baseline)


def _name_codes(olink_ids: pl.Series) -> dict[str, str]:
    """Return the PARAMCD of each assay."""
    names = olink_ids.unique(maintain_order=True)
    is_code = names.str.contains(CODE)
    return {
        name: name if fits else f"P{place:05d}"
        for place, (name, fits) in enumerate(zip(names, is_code, strict=True), start=1)
    }


def add_change(rows: pl.DataFrame, baseline: str | None) -> pl.DataFrame:
    """Add BASE, CHG and ABLFL: values against those of the same subject and parameter.

    Parameters
    ----------
    rows : DataFrame
        USUBJID, PARCAT1, PARAMCD, AVISIT, AVAL.
    baseline : str or None
        AVISIT of the baseline; None when there is none.
    """
    is_base = col("AVISIT") == pl.lit(baseline, dtype=pl.String)
    base = col("AVAL").filter(is_base.fill_null(value=False)).first().over(KEYS)
    is_known = is_base & col("AVAL").is_not_null()
    return rows.with_columns(
        BASE=base,
        CHG=col("AVAL") - base,
        ABLFL=pl.when(is_known).then(pl.lit("Y")),
    )


def _number_visits(rows: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Add AVISITN, the place of the visit in the protocol from 1."""
    places = {name: float(place) for place, name in enumerate(names, start=1)}
    number = col("AVISIT").replace_strict(places, default=None, return_dtype=pl.Float64)
    return rows.with_columns(AVISITN=number)


def _add_dates(rows: pl.DataFrame, specimens: pl.DataFrame | None) -> pl.DataFrame:
    """Add the day on which each sample was taken, where BE knows the specimen."""
    if specimens is None or not {"BEREFID", "BEDTC"} <= set(specimens.columns):
        return rows
    taken = specimens.select("USUBJID", col("BEREFID").alias("SAMPLEID"), day=earliest_day("BEDTC"))
    found = taken.drop_nulls().unique(["USUBJID", "SAMPLEID"], keep="first", maintain_order=True)
    joined = rows.join(found, on=["USUBJID", "SAMPLEID"], how="left", maintain_order="left")
    return joined.with_columns(ADT=pl.coalesce("ADT", "day")).drop("day")


def _empty() -> pl.DataFrame:
    """Return ADBM without rows."""
    return pl.DataFrame(schema=ADBM.polars_schema())
