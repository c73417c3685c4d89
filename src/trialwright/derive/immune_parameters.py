"""iRECIST and injected lesions as parameters of ADRS, ADTTE and ADTR, where a protocol asks."""

from collections.abc import Mapping
from typing import Any

import polars as pl
from polars import col

from trialwright.derive.injected import derive_injected_lesions, derive_injected_sums
from trialwright.derive.irecist import derive_irecist_endpoints, derive_irecist_responses
from trialwright.derive.reads import PARQUALS, count_study_day
from trialwright.protocol.endpoints import AnalysisRead, Criteria, ResponseRules
from trialwright.protocol.estimands import TimeToEvent
from trialwright.protocol.model import Protocol
from trialwright.protocol.schedule import TumorAssessments

PARAMS = {
    "IOVR": "Overall Response by iRECIST",
    "IBOR": "Best Overall Response by iRECIST",
    "IPFS": "Progression-Free Survival by iRECIST",
}
"""PARAM of each PARAMCD."""


def uses_irecist(protocol: Protocol) -> bool:
    """Tell whether a protocol asks for iRECIST, for all assessments or for an endpoint."""
    tumor = protocol.assessments.tumor
    times = [e for e in protocol.endpoints.all if isinstance(e, TimeToEvent)]
    of_endpoint = any(endpoint.criteria is Criteria.IRECIST for endpoint in times)
    return of_endpoint or (tumor is not None and tumor.criteria is Criteria.IRECIST)


def shows_injected_sums(protocol: Protocol) -> bool:
    """Tell whether a protocol asks for the sums of injected and non-injected lesions."""
    tumor = protocol.assessments.tumor
    return tumor is not None and tumor.injected_sums


def list_immune_settings(protocol: Protocol) -> dict[str, Any]:
    """Return what the derivations by iRECIST take from a protocol."""
    default = TumorAssessments.model_fields["confirm_progression_after_days"].default
    tumor = protocol.assessments.tumor
    return {
        "rules": protocol.response,
        "read": protocol.central_review.analysis_read,
        "confirm_min_days": tumor.confirm_progression_after_days if tumor else default,
    }


def derive_immune_responses(
    lesions: pl.DataFrame,
    adsl: pl.DataFrame,
    rules: ResponseRules,
    read: AnalysisRead,
    confirm_min_days: int,
) -> pl.DataFrame:
    """Derive the responses by iRECIST of one read, in the shape of ADRS.

    Parameters
    ----------
    lesions : DataFrame
        Measurements of every read, as `derive.analysis_reads.derive_lesions` returns them.
    adsl : DataFrame
        Analysis dataset ADSL.
    rules : ResponseRules
        `sd_minimum_days` and `use_new_therapy_day` are used.
    read : AnalysisRead
        Whose reading.
    confirm_min_days : int
        Days between an unconfirmed progression and an assessment that may confirm it.

    Returns
    -------
    DataFrame
        Rows of ADRS by USUBJID, IOVR by date and then IBOR: an assessment each with PDBLKDT, the
        date of the first unconfirmed progression that is open; the best response of who started.

    References
    ----------
    Seymour L, et al. Lancet Oncol 2017;18:e143-e152.
    """
    responses, endpoints = _derive(lesions, adsl, rules, read, confirm_min_days)
    points = responses.with_columns(
        PARAMCD=pl.lit("IOVR"), AVALC=col("OVRLRESP"), SRCDOM=pl.lit("TR"), order=pl.lit(0)
    )
    best = endpoints.select(
        "USUBJID",
        PARQUAL=pl.lit(PARQUALS[read]),
        TRTSDT=col("STARTDT"),
        ADT=col("IBORDT"),
        AVALC=col("IBOR"),
        PARAMCD=pl.lit("IBOR"),
        order=pl.lit(1),
    )
    return (
        pl.concat([points, best], how="diagonal_relaxed")
        .with_columns(ADY=count_study_day("ADT", "TRTSDT"), PARAM=_name_parameter())
        .sort("USUBJID", "order", "ADT", "VISITNUM")
        .select(
            "USUBJID", "PARQUAL", "PARAMCD", "PARAM", "VISITNUM", "VISIT", "ADT", "ADY", "AVALC",
            "PDBLKDT", "SRCDOM",
        )
    )  # fmt: skip


def derive_immune_times(
    lesions: pl.DataFrame,
    adsl: pl.DataFrame,
    rules: ResponseRules,
    read: AnalysisRead,
    confirm_min_days: int,
) -> pl.DataFrame:
    """Derive progression-free survival by iRECIST of one read, in the shape of ADTTE.

    Parameters are those of `derive_immune_responses`; one row per subject who started treatment.
    """
    _, endpoints = _derive(lesions, adsl, rules, read, confirm_min_days)
    is_censored = col("CNSR") == 1
    at_start = is_censored & (col("ADT") == col("STARTDT"))
    died = col("EVNTDESC") == "Death"
    return endpoints.with_columns(
        PARQUAL=pl.lit(PARQUALS[read]),
        PARAMCD=pl.lit("IPFS"),
        PARAM=pl.lit(PARAMS["IPFS"]),
        CNSDTDSC=pl.when(is_censored).then(pl.lit("No event; last assessment that is not NE")),
        SRCDOM=pl.when(at_start | died).then(pl.lit("ADSL")).otherwise(pl.lit("ADRS")),
        SRCVAR=pl.when(at_start)
        .then(pl.lit("TRTSDT"))
        .when(died)
        .then(pl.lit("DTHDT"))
        .otherwise(pl.lit("ADT")),
    ).select(
        "USUBJID", "PARQUAL", "PARAMCD", "PARAM", "STARTDT", "ADT", "AVAL", "CNSR", "EVNTDESC",
        "CNSDTDSC", "SRCDOM", "SRCVAR",
    )  # fmt: skip


def _derive(
    lesions: pl.DataFrame,
    adsl: pl.DataFrame,
    rules: ResponseRules,
    read: AnalysisRead,
    confirm_min_days: int,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the responses of a read and the endpoints made of them."""
    mine = lesions.filter(col("PARQUAL") == PARQUALS[read])
    enrolled = adsl.filter(col("ENRLFL") == "Y", col("TRTSDT").is_not_null())
    responses = derive_irecist_responses(mine, confirm_min_days)
    return responses, derive_irecist_endpoints(responses, enrolled, rules)


def _name_parameter() -> pl.Expr:
    return col("PARAMCD").replace_strict(PARAMS)


def derive_sums_apart(
    recorded: Mapping[str, pl.DataFrame], lesions: pl.DataFrame, read: AnalysisRead
) -> pl.DataFrame:
    """Derive the sums of injected and non-injected targets of one read, in the shape of ADTR.

    Parameters
    ----------
    recorded : mapping
        EX with EXLNKID, and SUPPTU with TU, by lower-case domain.
    lesions : DataFrame
        Measurements of every read.
    read : AnalysisRead
        Whose reading; an injection names a lesion by the id that the reading has for it, too.

    Returns
    -------
    DataFrame
        As `derive_injected_sums` returns it, with ADY and SRCDOM.
    """
    mine = lesions.filter(col("PARQUAL") == PARQUALS[read])
    starts = mine.select("USUBJID", "TRTSDT").unique()
    sums = derive_injected_sums(mine, derive_injected_lesions(recorded))
    return (
        sums.join(starts, on="USUBJID", how="left", maintain_order="left")
        .with_columns(ADY=count_study_day("ADT", "TRTSDT"), SRCDOM=pl.lit("TR"))
        .drop("TRTSDT")
    )
