"""Marker rows of tissue: what slides gave, what was recorded, and why there is no value."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import polars as pl
from polars import col

from trialwright.core.errors import NotRecordedError
from trialwright.datasets.analysis_biomarkers import TISSUE_CATEGORY
from trialwright.datasets.typed import select_columns
from trialwright.derive.injected import derive_injected_lesions
from trialwright.derive.tissue_parameters import (
    AS_RECORDED,
    DECIDED,
    FAIR,
    GOOD,
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
RESULTS: Mapping[str, pl.DataType] = {
    **dict.fromkeys(("USUBJID", "BSTESTCD", "BSSTRESC", "BSREASND", "VISIT"), pl.String()),
    "BSSEQ": pl.Int64(),
    "BSSTRESN": pl.Float64(),
}
SLIDE_SOURCE = (
    pl.lit("SLIDES").alias("SRCDOM"),
    pl.lit("FILE").alias("SRCVAR"),
    pl.lit(None, dtype=pl.Int64).alias("SRCSEQ"),
    col("FILE").alias("BMXFN"),
)
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


@dataclass(frozen=True, slots=True)
class _Value:
    """What a row says: number or text with its unit, whether it counts, why there is none."""

    is_known: pl.Expr
    reason: pl.Expr
    number: pl.Expr = field(default_factory=lambda: pl.lit(None, pl.Float64))
    text: pl.Expr = field(default_factory=lambda: pl.lit(None, pl.String))
    unit: str | None = None


def _lay_out(
    rows: pl.DataFrame,
    marker: TissueMarker,
    named: tuple[str | pl.Expr, str | pl.Expr],
    value: _Value,
    source: Sequence[pl.Expr],
) -> pl.DataFrame:
    """Return rows of slides or of BS as rows of ADBM; `named` ends the marker's code and name."""
    suffix, words = (pl.lit(part) if isinstance(part, str) else part for part in named)
    is_planned = col("VISIT").is_in(list(marker.visits)) if marker.visits else pl.lit(value=True)
    first = marker.visits[0] if marker.visits else None  # which changes are counted from
    return rows.select(
        "USUBJID",
        pl.lit(TISSUE_CATEGORY).alias("PARCAT1"),
        pl.lit(marker.stain).alias("PARCAT2"),
        (pl.lit(marker.id.upper()) + suffix).alias("PARAMCD"),
        (pl.lit(marker.stain) + words).alias("PARAM"),
        col("VISIT").alias("AVISIT"),
        value.number.alias("AVAL"),
        value.text.alias("AVALC"),
        pl.lit(value.unit, pl.String).alias("AVALU"),
        pl.when(col("VISIT") == first).then(pl.lit("Y")).alias("ABLFL"),
        pl.when(value.is_known & is_planned)
        .then(pl.lit("Y"))
        .otherwise(pl.lit("N"))
        .alias("ANL01FL"),
        value.reason.alias("AREASON"),
        *source,
    )


def _measure(slides: pl.DataFrame, marker: TissueMarker, measure: TissueMeasure) -> pl.DataFrame:
    """Return the rows of one measurement, failures and unfit specimens with their reasons."""
    suffix, column, words, unit = MEASURES[measure]
    few = pl.format("{} nucleated cells, fewer than {}", "n_cells", pl.lit(marker.least_cells))
    reason = pl.coalesce(
        col("failure"), pl.when(col("n_cells") < marker.least_cells).then(few), _unfit(marker)
    )
    value = _Value(
        is_known=reason.is_null() & col(column).is_not_null(),
        reason=reason,
        number=pl.when(col("failure").is_null()).then(col(column)),
        unit=unit,
    )
    return _lay_out(slides, marker, (suffix, words), value, SLIDE_SOURCE)


def _propose(slides: pl.DataFrame, marker: TissueMarker) -> pl.DataFrame:
    """Return the status that the machine proposes for each slide."""
    is_measured = col("failure").is_null()
    value = _Value(
        is_known=is_measured & col("status").is_not_null(),
        reason=col("failure"),
        number=col("n_structures").cast(pl.Float64),
        text=pl.when(is_measured).then(col("status").str.to_uppercase()),
        unit="structures",
    )
    named = (PROPOSED, " status, proposed by the machine")
    return _lay_out(slides, marker, named, value, SLIDE_SOURCE)


def _describe_slides(slides: pl.DataFrame, marker: TissueMarker) -> Iterator[pl.DataFrame]:
    """Yield what is told of each slide, and how far it is to be trusted."""
    value_of = partial(_Value, col("failure").is_null(), col("failure"))
    facts = [
        (suffix, words, value_of(number=col(column).cast(pl.Float64), unit=unit or None))
        for suffix, column, words, unit in SLIDE_FACTS
    ]
    fair = pl.format(f"{FAIR}: {{}}", "notes")
    quality = pl.coalesce("failure", "warnings", fair, pl.lit(GOOD))
    for suffix, words, value in [*facts, (QUALITY, "quality", value_of(text=quality))]:
        rows = _lay_out(slides, marker, (suffix, f" slide: {words}"), value, SLIDE_SOURCE)
        yield rows.filter(col("AVAL").is_not_null() | col("AVALC").is_not_null())


def _unfit(marker: TissueMarker) -> pl.Expr:
    """Say why a specimen is none that the protocol takes; null where it is one."""
    if NON_INJECTED in marker.specimen:
        words = pl.format("Lesion {} is one that was injected", "LNKID")
        return pl.when(col("is_injected")).then(words)
    if not marker.specimen:
        return pl.lit(None, dtype=pl.String)
    is_other = ~col("SPECIMEN").is_in(list(marker.specimen))
    return pl.when(is_other).then(pl.format("Specimen is {}", "SPECIMEN"))


def _record(
    bs: pl.DataFrame | None, marker: TissueMarker, measure: TissueMeasure, slides: pl.DataFrame
) -> pl.DataFrame:
    """Return what BS has of a measurement; the reason alone where a slide should have been."""
    rows = _pick_results(bs, name_parameter(marker, measure))
    suffix, _, words, unit = MEASURES[measure]
    value = col("BSSTRESN")
    reason = pl.when(value.is_null()).then(pl.coalesce("BSREASND", pl.lit("Reason not recorded")))
    own = slides.select("USUBJID", "VISIT").unique().with_columns(has_slide=True)
    rows = rows.join(own, on=["USUBJID", "VISIT"], how="left")
    is_beside = pl.lit(value=slides.height > 0) & value.is_not_null()
    named = (
        pl.when(is_beside).then(pl.lit(suffix + AS_RECORDED)).otherwise(pl.lit(suffix)),
        pl.when(is_beside).then(pl.lit(f"{words}, as recorded")).otherwise(pl.lit(words)),
    )
    told = _Value(is_known=value.is_not_null(), reason=reason, number=value, unit=unit)
    rows = rows.filter(value.is_not_null() | col("has_slide").is_null())
    return _lay_out(rows, marker, named, told, _from_results("BSSTRESN"))


def _decide(bs: pl.DataFrame | None, marker: TissueMarker) -> pl.DataFrame:
    """Return the status that the pathologist decided, as BS records it."""
    assert marker.decide is not None
    status = col("BSSTRESC")
    value = _Value(
        is_known=status.is_not_null(),
        reason=pl.when(status.is_null()).then(col("BSREASND")),
        text=status,
    )
    rows = _pick_results(bs, marker.id.upper())
    named = (DECIDED, f" status, decided by the {marker.decide.value}")
    return _lay_out(rows, marker, named, value, _from_results("BSSTRESC"))


def _from_results(variable: str) -> list[pl.Expr]:
    return [
        pl.lit("BS").alias("SRCDOM"),
        pl.lit(variable).alias("SRCVAR"),
        col("BSSEQ").alias("SRCSEQ"),
        pl.lit(None, dtype=pl.String).alias("BMXFN"),
    ]


def _pick_results(bs: pl.DataFrame | None, code: str) -> pl.DataFrame:
    """Return the results of BS under one code; columns that it lacks are null."""
    complete = select_columns(pl.DataFrame() if bs is None else bs, RESULTS)
    return complete.filter(col("BSTESTCD") == code)
