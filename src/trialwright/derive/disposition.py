"""Whether a subject still receives treatment, and why it stopped."""

from datetime import date

import polars as pl
from polars import col

from trialwright.derive.dates import full_date
from trialwright.derive.subjects import Recorded, in_sequence, with_columns_of

COMPLETED = "COMPLETED"
NOT_TREATMENT = ("SCREEN FAILURE", "FINAL LAB VISIT", "FINAL RETRIEVAL VISIT")


def derive_end_of_treatment(recorded: Recorded, data_cut: date) -> pl.DataFrame:
    """Derive the end of study treatment from the disposition events.

    Events of DSSCAT "STUDY TREATMENT" count; where no event has a subcategory, every disposition
    event but a screening failure counts.

    Returns
    -------
    DataFrame
        One row per USUBJID whose treatment ended on or before the data cut: DCTDT, DCTREAS (code),
        DCTTERM (as recorded), EOTSTT (COMPLETED or DISCONTINUED); of several events the first.
    """
    schema = {"USUBJID": pl.String(), "DCTDT": pl.Date(), "DCTREAS": pl.String()}
    schema |= {"DCTTERM": pl.String(), "EOTSTT": pl.String()}
    if "ds" not in recorded:
        return pl.DataFrame(schema=schema)
    ds = with_columns_of(recorded["ds"], ("DSCAT", "DSSCAT", "DSDECOD", "DSTERM", "DSSTDTC"))
    ds = ds.with_columns(pl.coalesce("DSDECOD", "DSTERM").fill_null("").alias("DSDECOD"))
    events = ds.filter((col("DSCAT") == "DISPOSITION EVENT") & ~col("DSDECOD").is_in(NOT_TREATMENT))
    if events["DSSCAT"].is_not_null().any():
        events = events.filter(col("DSSCAT") == "STUDY TREATMENT")
    events = events.with_columns(full_date("DSSTDTC").alias("DCTDT"))
    events = events.filter(col("DCTDT").is_null() | (col("DCTDT") <= data_cut))
    return (
        in_sequence(events, "DCTDT", "DSSEQ", "DSDECOD", "DSTERM")
        .group_by("USUBJID", maintain_order=True)
        .agg(
            col("DCTDT").first(),
            pl.when(col("DSDECOD").first() != "").then(col("DSDECOD").first()).alias("DCTREAS"),
            col("DSTERM").first().alias("DCTTERM"),
        )
        .with_columns(
            pl.when(col("DCTREAS") == COMPLETED)
            .then(pl.lit(COMPLETED))
            .otherwise(pl.lit("DISCONTINUED"))
            .alias("EOTSTT")
        )
    )
