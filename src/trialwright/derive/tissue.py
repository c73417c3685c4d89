"""Marker rows of tissue: what slides gave, what was recorded, and why there is no value."""

from collections.abc import Mapping, Sequence

import polars as pl
from polars import col

from trialwright.core.errors import NotRecordedError
from trialwright.datasets.analysis_biomarkers import TISSUE_CATEGORY
from trialwright.derive.injected import derive_injected_lesions
from trialwright.derive.tissue_parameters import (
    AS_RECORDED,
    DECIDED,
    MEASURED,
    MEASURES,
    PROPOSED,
    QUALITY,
    RAW_ROWS,
    SLIDE_FACTS,
    name_parameter,
)
from trialwright.protocol.biomarkers import TissueMarker, TissueMeasure

NON_INJECTED = "non-injected lesion"
SERIES = ("USUBJID", "PARAMCD")


def derive_tissue(
    recorded: Mapping[str, pl.DataFrame],
    markers: Sequence[TissueMarker],
    measured: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Derive the rows of ADBM that tissue gives.

    Parameters
    ----------
    recorded : mapping
        Recorded domains: BS with results and reasons, EX, TU and SUPPTU for injected lesions.
    markers : sequence of TissueMarker
        The protocol's stains.
    measured : DataFrame, optional
        One row per slide, columns of `MEASURED`.

    Returns
    -------
    DataFrame
        Rows of ADBM: `tissue_parameters.RAW_ROWS` with BASE, CHG, R2BASE and SAMPLEID. A measured
        value stands under the marker's parameter (CD8PCT, CD8DENS), what BS has of it under the
        same with an R (CD8PCTR); without any slide of the stain BS gives the parameter itself. A
        state has a proposal of the machine (TLSPROP) and a decision (TLSDEC, from BS). BASE is the
        mean of the counted values at the marker's first visit.

    Raises
    ------
    NotRecordedError
        When there are neither slides nor results in BS.
    """
    if measured is None and "bs" not in recorded:
        raise NotRecordedError("slides or bs")
    slides = pl.DataFrame(schema=MEASURED) if measured is None else measured
    slides = slides.join(
        derive_injected_lesions(recorded).select(
            "USUBJID", col("TRLNKID").alias("LNKID"), pl.lit(value=True).alias("is_injected")
        ),
        on=["USUBJID", "LNKID"],
        how="left",
    )
    parts = [pl.DataFrame(schema=RAW_ROWS)]
    for marker in markers:
        mine = slides.filter(col("STAIN") == marker.stain)
        parts += _describe_slides(mine, marker)
        if marker.decide is not None:
            parts += [_propose(mine, marker), _decide(recorded.get("bs"), marker)]
        for measure in _list_measures(marker):
            parts.append(_measure(mine, marker, measure))
            parts.append(_record(recorded.get("bs"), marker, measure, mine))
    rows = pl.concat([part.select(*RAW_ROWS) for part in parts])
    return _add_specimens(_add_change(rows), recorded.get("be"))


def _add_change(rows: pl.DataFrame) -> pl.DataFrame:
    """Add baseline, change and ratio where both values count."""
    counts = col("ANL01FL") == "Y"
    is_base = counts & (col("ABLFL") == "Y")
    base = rows.filter(is_base).group_by(SERIES).agg(col("AVAL").mean().alias("BASE"))
    rows = rows.join(base, on=SERIES, how="left", maintain_order="left")
    is_later = counts & col("ABLFL").is_null()
    return rows.with_columns(
        pl.when(is_later).then(col("AVAL") - col("BASE")).alias("CHG"),
        pl.when(is_later & (col("BASE") > 0)).then(col("AVAL") / col("BASE")).alias("R2BASE"),
    )


def _add_specimens(rows: pl.DataFrame, be: pl.DataFrame | None) -> pl.DataFrame:
    """Add the specimen that BE says was taken of the tissue at that visit."""
    if be is None or not {"BEREFID", "BECAT", "VISIT"} <= set(be.columns):
        return rows.with_columns(pl.lit(None, dtype=pl.String).alias("SAMPLEID"))
    tissue = be.filter(col("BECAT") == "TISSUE").select(
        "USUBJID", col("VISIT").alias("AVISIT"), col("BEREFID").alias("SAMPLEID")
    )
    first = tissue.unique(["USUBJID", "AVISIT"], keep="first", maintain_order=True)
    return rows.join(first, on=["USUBJID", "AVISIT"], how="left", maintain_order="left")


def _list_measures(marker: TissueMarker) -> tuple[TissueMeasure, ...]:
    return () if marker.measure is None else (marker.measure, *marker.also)


def _measure(slides: pl.DataFrame, marker: TissueMarker, measure: TissueMeasure) -> pl.DataFrame:
    """Return the rows of one measurement, failures and unfit specimens with their reasons."""
    suffix, column, words, unit = MEASURES[measure]
    few = pl.format("{} nucleated cells, fewer than {}", "n_cells", pl.lit(marker.least_cells))
    reason = pl.coalesce(
        col("failure"), pl.when(col("n_cells") < marker.least_cells).then(few), _unfit(marker)
    )
    return slides.with_columns(reason.alias("AREASON")).select(
        "USUBJID",
        pl.lit(TISSUE_CATEGORY).alias("PARCAT1"),
        pl.lit(marker.stain).alias("PARCAT2"),
        pl.lit(f"{marker.id.upper()}{suffix}").alias("PARAMCD"),
        pl.lit(f"{marker.stain}{words}").alias("PARAM"),
        col("VISIT").alias("AVISIT"),
        pl.when(col("failure").is_null()).then(col(column)).alias("AVAL"),
        pl.lit(None, dtype=pl.String).alias("AVALC"),
        pl.lit(unit).alias("AVALU"),
        _is_baseline(marker).alias("ABLFL"),
        _counts(col("AREASON").is_null() & col(column).is_not_null(), marker).alias("ANL01FL"),
        "AREASON",
        *_from_slide("FILE"),
    )


def _propose(slides: pl.DataFrame, marker: TissueMarker) -> pl.DataFrame:
    """Return the status that the machine proposes for each slide."""
    return slides.select(
        "USUBJID",
        pl.lit(TISSUE_CATEGORY).alias("PARCAT1"),
        pl.lit(marker.stain).alias("PARCAT2"),
        pl.lit(f"{marker.id.upper()}{PROPOSED}").alias("PARAMCD"),
        pl.lit(f"{marker.stain} status, proposed by the machine").alias("PARAM"),
        col("VISIT").alias("AVISIT"),
        col("n_structures").cast(pl.Float64).alias("AVAL"),
        pl.when(col("failure").is_null()).then(col("status").str.to_uppercase()).alias("AVALC"),
        pl.lit("structures").alias("AVALU"),
        _is_baseline(marker).alias("ABLFL"),
        _counts(col("failure").is_null() & col("status").is_not_null(), marker).alias("ANL01FL"),
        col("failure").alias("AREASON"),
        *_from_slide("FILE"),
    )


def _describe_slides(slides: pl.DataFrame, marker: TissueMarker) -> list[pl.DataFrame]:
    """Return what is told of each slide, and how far it is to be trusted."""
    facts = [
        (suffix, words, unit, col(column).cast(pl.Float64), pl.lit(None, pl.String))
        for suffix, column, words, unit in SLIDE_FACTS
    ]
    quality = pl.coalesce("failure", "warnings", pl.lit("Good"))
    facts.append((QUALITY, "quality", "", pl.lit(None, pl.Float64), quality))
    rows = [
        slides.select(
            "USUBJID",
            pl.lit(TISSUE_CATEGORY).alias("PARCAT1"),
            pl.lit(marker.stain).alias("PARCAT2"),
            pl.lit(f"{marker.id.upper()}{suffix}").alias("PARAMCD"),
            pl.lit(f"{marker.stain} slide: {words}").alias("PARAM"),
            col("VISIT").alias("AVISIT"),
            value.alias("AVAL"),
            text.alias("AVALC"),
            pl.lit(unit or None, pl.String).alias("AVALU"),
            _is_baseline(marker).alias("ABLFL"),
            _counts(col("failure").is_null(), marker).alias("ANL01FL"),
            col("failure").alias("AREASON"),
            *_from_slide("FILE"),
        )
        for suffix, words, unit, value, text in facts
    ]
    return [part.filter(col("AVAL").is_not_null() | col("AVALC").is_not_null()) for part in rows]


def _from_slide(variable: str) -> list[pl.Expr]:
    return [
        pl.lit("SLIDES").alias("SRCDOM"),
        pl.lit(variable).alias("SRCVAR"),
        pl.lit(None, dtype=pl.Int64).alias("SRCSEQ"),
        col("FILE").alias("BMXFN"),
    ]


def _unfit(marker: TissueMarker) -> pl.Expr:
    """Say why a specimen is none that the protocol takes; null where it is one."""
    if NON_INJECTED in marker.specimen:
        words = pl.format("Lesion {} is one that was injected", "LNKID")
        return pl.when(col("is_injected")).then(words)
    if not marker.specimen:
        return pl.lit(None, dtype=pl.String)
    is_other = ~col("SPECIMEN").is_in(list(marker.specimen))
    return pl.when(is_other).then(pl.format("Specimen is {}", "SPECIMEN"))


def _is_baseline(marker: TissueMarker) -> pl.Expr:
    """Flag the marker's first visit, which changes are counted from."""
    first = marker.visits[0] if marker.visits else None
    return pl.when(col("VISIT") == first).then(pl.lit("Y")).otherwise(pl.lit(None, pl.String))


def _counts(is_measured: pl.Expr, marker: TissueMarker) -> pl.Expr:
    """Flag what counts: measured, at a visit of the protocol."""
    is_planned = col("VISIT").is_in(list(marker.visits)) if marker.visits else pl.lit(value=True)
    return pl.when(is_measured & is_planned).then(pl.lit("Y")).otherwise(pl.lit("N"))


def _record(
    bs: pl.DataFrame | None, marker: TissueMarker, measure: TissueMeasure, slides: pl.DataFrame
) -> pl.DataFrame:
    """Return what BS has of a measurement; the reason alone where a slide should have been."""
    rows = _pick_results(bs, name_parameter(marker, measure))
    suffix, _, words, unit = MEASURES[measure]
    code = f"{marker.id.upper()}{suffix}"
    value = col("BSSTRESN").cast(pl.Float64)
    reason = pl.when(value.is_null()).then(pl.coalesce("BSREASND", pl.lit("Reason not recorded")))
    own = slides.select("USUBJID", "VISIT").unique().with_columns(has_slide=True)
    rows = rows.join(own, on=["USUBJID", "VISIT"], how="left")
    is_beside = pl.lit(value=slides.height > 0) & value.is_not_null()
    return rows.filter(value.is_not_null() | col("has_slide").is_null()).select(
        "USUBJID",
        pl.lit(TISSUE_CATEGORY).alias("PARCAT1"),
        pl.lit(marker.stain).alias("PARCAT2"),
        pl.when(is_beside)
        .then(pl.lit(code + AS_RECORDED))
        .otherwise(pl.lit(code))
        .alias("PARAMCD"),
        pl.when(is_beside)
        .then(pl.lit(f"{marker.stain}{words}, as recorded"))
        .otherwise(pl.lit(f"{marker.stain}{words}"))
        .alias("PARAM"),
        col("VISIT").alias("AVISIT"),
        value.alias("AVAL"),
        pl.lit(None, dtype=pl.String).alias("AVALC"),
        pl.lit(unit).alias("AVALU"),
        _is_baseline(marker).alias("ABLFL"),
        _counts(value.is_not_null(), marker).alias("ANL01FL"),
        reason.alias("AREASON"),
        *_from_results("BSSTRESN"),
    )


def _decide(bs: pl.DataFrame | None, marker: TissueMarker) -> pl.DataFrame:
    """Return the status that the pathologist decided, as BS records it."""
    rows = _pick_results(bs, marker.id.upper())
    return rows.select(
        "USUBJID",
        pl.lit(TISSUE_CATEGORY).alias("PARCAT1"),
        pl.lit(marker.stain).alias("PARCAT2"),
        pl.lit(f"{marker.id.upper()}{DECIDED}").alias("PARAMCD"),
        pl.lit(f"{marker.stain} status, decided by the {_name_decider(marker)}").alias("PARAM"),
        col("VISIT").alias("AVISIT"),
        pl.lit(None, dtype=pl.Float64).alias("AVAL"),
        col("BSSTRESC").alias("AVALC"),
        pl.lit(None, dtype=pl.String).alias("AVALU"),
        _is_baseline(marker).alias("ABLFL"),
        _counts(col("BSSTRESC").is_not_null(), marker).alias("ANL01FL"),
        pl.when(col("BSSTRESC").is_null()).then(col("BSREASND")).alias("AREASON"),
        *_from_results("BSSTRESC"),
    )


def _name_decider(marker: TissueMarker) -> str:
    return "reader" if marker.decide is None else marker.decide.value


def _from_results(variable: str) -> list[pl.Expr]:
    return [
        pl.lit("BS").alias("SRCDOM"),
        pl.lit(variable).alias("SRCVAR"),
        col("BSSEQ").cast(pl.Int64).alias("SRCSEQ"),
        pl.lit(None, dtype=pl.String).alias("BMXFN"),
    ]


def _pick_results(bs: pl.DataFrame | None, code: str) -> pl.DataFrame:
    """Return the results of BS under one code; columns that it lacks are null."""
    names = ("USUBJID", "BSSEQ", "BSTESTCD", "BSSTRESC", "BSSTRESN", "BSREASND", "VISIT")
    frame = pl.DataFrame() if bs is None else bs
    complete = frame.select(
        (col(name) if name in frame.columns else pl.lit(None, dtype=pl.String)).alias(name)
        for name in names
    )
    return complete.filter(col("BSTESTCD").cast(pl.String) == code)
