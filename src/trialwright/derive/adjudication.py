"""Adjudication of two central reads by selection: who needed it, why, and whose read was chosen."""

from collections.abc import Sequence

import polars as pl
from polars import col

from trialwright.derive.reads import CENTRAL_EVALUATOR

REASONS = ("missing data", "new lesion", "target lesions", "non-target lesions", "timing")
"""Why two readers part ways, in the order in which a reason is looked for."""


def derive_adjudication(
    pairs: pl.DataFrame, records: pl.DataFrame, time_points: Sequence[pl.DataFrame]
) -> pl.DataFrame:
    """Derive who needed adjudication, why, and whose read was chosen.

    Parameters
    ----------
    pairs : DataFrame
        `compare_reads` of the first and the second central reader.
    records : DataFrame
        RS or TR as recorded: USUBJID, --EVAL, --EVALID, --ACPTFL ("Y" on the chosen read).
    time_points : sequence of two DataFrames
        The time-point responses of the first and the second reader.

    Returns
    -------
    DataFrame
        One row per USUBJID of `pairs`, in this order: needs_adjudication, chosen (--EVALID of the
        accepted read; null when none is accepted), reason (of `REASONS`; where the readers first
        differ), VISITNUM (of that time point).
    """
    domain = next(name.removesuffix("EVALID") for name in records.columns if "EVALID" in name)
    accepted = (
        records.filter(col(f"{domain}EVAL") == CENTRAL_EVALUATOR, col(f"{domain}ACPTFL") == "Y")
        .group_by("USUBJID")
        .agg(chosen=col(f"{domain}EVALID").sort().first())
    )
    return (
        pairs.select("USUBJID", "needs_adjudication")
        .join(accepted, on="USUBJID", how="left")
        .join(_first_difference(*time_points), on="USUBJID", how="left")
        .with_columns(
            reason=pl.when("needs_adjudication").then(col("reason").fill_null(REASONS[-1])),
            VISITNUM=pl.when("needs_adjudication").then("VISITNUM"),
        )
        .sort("USUBJID")
    )


def _first_difference(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """Return where, and in what, the overall responses of two readers first differ."""
    parts = ["OVRLRESP", "NEWLPROG", "TRGRESP", "NTRGRESP"]
    keys = ["USUBJID", "VISITNUM"]
    both = (
        first.select(*keys, "ADT", *parts)
        .join(second.select(*keys, *parts), on=keys, how="full", coalesce=True, suffix="_second")
        .filter(col("OVRLRESP").ne_missing(col("OVRLRESP_second")))
    )
    pair = ["OVRLRESP", "OVRLRESP_second"]
    is_missing = pl.any_horizontal(*[col(name).is_null() | (col(name) == "NE") for name in pair])
    reason = pl.when(is_missing).then(pl.lit(REASONS[0]))
    for part, words in zip(parts[1:], REASONS[1:], strict=False):
        differs = col(part).ne_missing(col(f"{part}_second"))
        reason = reason.when(differs).then(pl.lit(words))  # type: ignore[assignment]
    return (
        both.with_columns(reason=reason.otherwise(pl.lit(REASONS[-1])))
        .sort("USUBJID", "VISITNUM")
        .unique("USUBJID", keep="first", maintain_order=True)
        .select("USUBJID", "VISITNUM", "reason")
    )


def reader_disagreement_index(adjudication: pl.DataFrame, reader: str) -> float | None:
    """Return the share of a reader's cases in which the adjudicator chose the other reader.

    Parameters
    ----------
    adjudication : DataFrame
        As `derive_adjudication` returns it.
    reader : str
        --EVALID of the reader, such as "RADIOLOGIST 1".

    Returns
    -------
    float or None
        In [0, 1]; None without cases.
    """
    if not adjudication.height:
        return None
    against = adjudication.filter("needs_adjudication", col("chosen") != reader)
    return against.height / adjudication.height
