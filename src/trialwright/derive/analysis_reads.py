"""Lesions, responses and times of every reading that the protocol's analyses use."""

from collections.abc import Mapping, Sequence

import polars as pl
from polars import col

from trialwright.datasets.analysis_domains import ANALYSIS
from trialwright.derive.landmark import derive_landmark
from trialwright.derive.lesions import derive_lesion_measurements
from trialwright.derive.numbering import number_rows
from trialwright.derive.reads import PARQUALS, is_marked
from trialwright.derive.response import derive_collected_responses, derive_time_point_responses
from trialwright.derive.response_parameters import derive_adrs
from trialwright.derive.time_to_event import derive_adtte
from trialwright.derive.tumor_burden import derive_adtr
from trialwright.derive.tumor_markers import derive_tumor_markers
from trialwright.protocol.endpoints import (
    AnalysisRead,
    CensoringScheme,
    ResponseRules,
    ResponseSource,
)
from trialwright.protocol.estimands import Landmark, TimeToEvent
from trialwright.protocol.model import Protocol

PROGRESSION_FREE = "PFS"
NEEDS_NO_RESPONSE = ("OS",)
TWO_READERS = 2
LOCAL = AnalysisRead.INVESTIGATOR
COMPARED_READS = (
    LOCAL,
    AnalysisRead.ADJUDICATED,
    AnalysisRead.RADIOLOGIST_1,
    AnalysisRead.RADIOLOGIST_2,
)
"""Readings that are set side by side where two radiologists read each case."""


def list_reads(protocol: Protocol) -> tuple[AnalysisRead, ...]:
    """Return the readings that the protocol's analyses use, the main one first.

    Where two radiologists read each case, their agreement needs every reading.
    """
    named = [protocol.central_review.analysis_read]
    named += [
        item.read
        for endpoint in protocol.endpoints.all
        for item in endpoint.sensitivity
        if item.read
    ]
    if protocol.central_review.readers == TWO_READERS:
        named += COMPARED_READS
    return tuple(dict.fromkeys(named))


def list_schemes(protocol: Protocol) -> tuple[CensoringScheme, ...]:
    """Return the censoring schemes that the protocol's analyses use, the main one first."""
    times = [e for e in protocol.endpoints.all if isinstance(e, TimeToEvent) and e.paramcd == "PFS"]
    named = [endpoint.scheme for endpoint in times] or [CensoringScheme.PAPER]
    named += [item.scheme for endpoint in times for item in endpoint.sensitivity if item.scheme]
    return tuple(dict.fromkeys(named))


def scheme_paramcd(scheme: CensoringScheme) -> str:
    """Return the PARAMCD of progression-free survival under a scheme beside the main one."""
    return f"{PROGRESSION_FREE}{scheme.value[:3].upper()}"


def derive_lesions(
    recorded: Mapping[str, pl.DataFrame],
    adsl: pl.DataFrame,
    rules: ResponseRules,
    reads: Sequence[AnalysisRead],
) -> pl.DataFrame:
    """Derive the lesion measurements of every read, one below the other.

    Columns and order are those of `derive_lesion_measurements`, reads in the order given. A central
    read after the first is left out where the records do not mark it.
    """
    subjects = _treated(adsl)
    missing_day = rules.lesion_missing_day
    return pl.concat(
        [
            derive_lesion_measurements(recorded, subjects, read, missing_day)
            for read in _told_apart(recorded, "TR", reads)
        ]
    )


def derive_responses(
    recorded: Mapping[str, pl.DataFrame],
    lesions: pl.DataFrame | None,
    adsl: pl.DataFrame,
    rules: ResponseRules,
    reads: Sequence[AnalysisRead],
) -> pl.DataFrame:
    """Derive the responses of every read in the shape of ADRS, without landmarks.

    Responses come from single lesions, or from RS when the protocol takes them as collected.
    ASEQ numbers the rows of a subject over all reads. A central read after the first is left
    out where the records do not mark it.
    """
    subjects = _treated(adsl)
    if lesions is None or rules.source is ResponseSource.COLLECTED:
        reads = _told_apart(recorded, "RS", reads)
    else:
        measured = set(lesions["PARQUAL"])
        reads = [r for r in reads if r in (reads[0], LOCAL) or PARQUALS[r] in measured]
    parts = []
    for read in reads:
        mine = None if lesions is None else lesions.filter(col("PARQUAL") == PARQUALS[read])
        if rules.source is ResponseSource.COLLECTED or mine is None:
            time_points = derive_collected_responses(recorded, read, rules)
        else:
            markers = derive_tumor_markers(recorded, subjects, rules)
            time_points = derive_time_point_responses(mine, rules, markers)
        has_lesions = mine is not None and mine.height > 0
        adrs = derive_adrs(time_points, subjects, rules, mine if has_lesions else None)
        parts.append(adrs.with_columns(pl.lit(PARQUALS[read]).alias("PARQUAL")))
    together = pl.concat(parts, how="diagonal_relaxed")
    numbered = _number(together.with_columns(col("ASEQ").alias("own_number")))
    # A derived row points at a row of its own read, by the number that the row had there.
    moved_by = col("ASEQ") - col("own_number").cast(pl.Int64)
    source = pl.when(col("SRCDOM") == "ADRS").then(col("SRCSEQ") + moved_by)
    return numbered.with_columns(source.otherwise("SRCSEQ").alias("SRCSEQ")).drop("own_number")


def derive_target_sums(
    lesions: pl.DataFrame,
    responses: pl.DataFrame,
    rules: ResponseRules,
    apart: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Derive ADTR of every read; ASEQ numbers the rows of a subject over all reads.

    `apart` are further rows: the sums of injected and of non-injected targets.
    """
    reads = lesions["PARQUAL"].unique(maintain_order=True)
    if reads.is_empty():
        return pl.DataFrame(schema=ANALYSIS["ADTR"].polars_schema())
    parts = [
        derive_adtr(
            lesions.filter(col("PARQUAL") == read), responses.filter(col("PARQUAL") == read), rules
        )
        for read in reads
    ]
    return _number(pl.concat([*parts, *_given(apart)], how="diagonal_relaxed"))


def _given(rows: pl.DataFrame | None) -> list[pl.DataFrame]:
    """Return rows that an option adds; nothing without it."""
    return [] if rows is None else [rows]


def derive_times(
    responses: pl.DataFrame | None,
    adsl: pl.DataFrame,
    rules: ResponseRules,
    schemes: Sequence[CensoringScheme],
    immune: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Derive ADTTE of every read under every scheme.

    The first scheme gives all parameters; each further one adds progression-free survival under
    its own PARAMCD, and `immune` holds that by iRECIST. Without responses only overall survival
    can be derived.
    """
    subjects = _treated(adsl)
    if responses is None or responses.is_empty():
        nothing = _no_responses()
        only = derive_adtte(nothing, subjects, rules, schemes[0])
        return _number(only.filter(col("PARAMCD").is_in(NEEDS_NO_RESPONSE)))
    parts = []
    for read in responses["PARQUAL"].unique(maintain_order=True):
        mine = responses.filter(col("PARQUAL") == read)
        parts.append(derive_adtte(mine, subjects, rules, schemes[0]))
        for scheme in schemes[1:]:
            other = derive_adtte(mine, subjects, rules, scheme)
            renamed = pl.lit(scheme_paramcd(scheme)).alias("PARAMCD")
            parts.append(other.filter(col("PARAMCD") == PROGRESSION_FREE).with_columns(renamed))
    return _number(pl.concat([*parts, *_given(immune)], how="diagonal_relaxed"))


def derive_all_responses(
    responses: pl.DataFrame,
    adtte: pl.DataFrame,
    adsl: pl.DataFrame,
    landmarks: Sequence[Landmark],
    immune: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Derive ADRS: the responses of every read, the landmark statuses, and those by iRECIST."""
    subjects = _treated(adsl)
    parts = [responses]
    for endpoint in landmarks:
        for read in responses["PARQUAL"].unique(maintain_order=True):
            times = adtte.filter(col("PARQUAL") == read)
            mine = responses.filter(col("PARQUAL") == read)
            statuses = derive_landmark(times, mine, subjects, endpoint.rule, endpoint.paramcd)
            parts.append(statuses.with_columns(pl.lit(read).alias("PARQUAL")))
    return _number(pl.concat([*parts, *_given(immune)], how="diagonal_relaxed"))


def _told_apart(
    recorded: Mapping[str, pl.DataFrame], domain: str, reads: Sequence[AnalysisRead]
) -> list[AnalysisRead]:
    """Return the main read, the investigator's, and the central ones that the records mark."""
    return [
        read for read in reads if read in (reads[0], LOCAL) or is_marked(recorded, domain, read)
    ]


def _treated(adsl: pl.DataFrame) -> pl.DataFrame:
    """Return who can be assessed: enrolled subjects with a treatment start."""
    return adsl.filter((col("ENRLFL") == "Y") & col("TRTSDT").is_not_null())


def _number(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ASEQ: the place of each row among its subject's rows."""
    return rows.with_columns(number_rows())


def _no_responses() -> pl.DataFrame:
    """Return an ADRS without rows."""
    return pl.DataFrame(schema=ANALYSIS["ADRS"].polars_schema())
