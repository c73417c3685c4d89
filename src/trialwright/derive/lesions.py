"""Single lesions as read at each visit (from TU and TR): class, node, value in mm, state, date."""

from collections.abc import Mapping

import polars as pl
from polars import col

from trialwright.datasets.units import NORMAL_NODE_BELOW_MM
from trialwright.derive.lesion_records import (
    ABSENT,
    KEYS,
    MEASURED,
    MERGED,
    NOT_EVALUABLE,
    PRESENT,
    PROGRESSION,
    TOO_SMALL,
    UNEQUIVOCAL,
    collect_lesions,
)
from trialwright.derive.reads import PARQUALS, complete_date, flag_completed, select_read
from trialwright.derive.row_keys import encode_rows
from trialwright.derive.tumor_burden import derive_adtr
from trialwright.protocol.endpoints import AnalysisRead, MissingDay

__all__ = ["TOO_SMALL_MM", "derive_adtr", "derive_lesion_measurements"]

TOO_SMALL_MM = 5.0  # a lesion that is seen but too small to measure
NODE_LOCATION = r"(?i)\bnode"
OF_LESION = ["USUBJID", "TRLNKID"]
TARGET, NON_TARGET, NEW = "TARGET", "NON-TARGET", "NEW"

COLUMNS = (
    "USUBJID", "PARQUAL", "TRTSDT", "VISITNUM", "TRREPNUM", "VISIT", "ADT", "ADTF", "TRLNKID",
    "TRGRPID", "TULOC", "TULOCGR1", "AVAL", "AVALC", "LDIAM", "LPERP", "ABLFL", "TRSEQ",
)  # fmt: skip


def derive_lesion_measurements(
    recorded: Mapping[str, pl.DataFrame],
    subjects: pl.DataFrame,
    read: AnalysisRead,
    missing_day: MissingDay = MissingDay.FIRST,
) -> pl.DataFrame:
    """Derive one row per lesion and visit of one read, every value in mm by the rules of RECIST.

    A measured lesion counts with its diameter: the longest, or the short axis of a node. Absent
    is 0 mm, too small to measure 5 mm unless a number is given. The fragments of a split lesion
    (T01a, T01b) are added up. Merged lesions (T01/T02) count once, under the first; the other is
    0 mm and MERGED, which is not absent. What is not done has no value. A lesion assessed on two
    dates under one VISITNUM makes two assessments of that visit: TRREPNUM 1 and 2.

    Parameters
    ----------
    recorded : mapping
        Recorded data by lower-case domain; "tr" and "tu" are used. A record of TR without TRGRPID
        has the class of its lesion in TU; a lesion that TU identifies at a visit without a record
        in TR was seen there.
    subjects : DataFrame
        One row per subject: USUBJID, TRTSDT.
    read : AnalysisRead
        Whose reading.
    missing_day : MissingDay
        Which day a TRDTC with year and month only is taken for.

    Returns
    -------
    DataFrame
        One row per USUBJID, VISITNUM, TRREPNUM and TRLNKID, in this order: PARQUAL, TRTSDT, VISIT,
        ADT, ADTF, TRGRPID ("TARGET", "NON-TARGET", "NEW"), TULOC, TULOCGR1 ("NODAL", "NON-NODAL"),
        AVAL (mm in the sum, null when not evaluable), AVALC (the state), LDIAM and LPERP (mm as
        recorded), ABLFL ("Y" on each lesion's last evaluable record on or before TRTSDT), TRSEQ.

    References
    ----------
    Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247, sections 3.2 and 4.2.
    """
    identified = select_read(recorded, "TU", read)
    lesions = collect_lesions(select_read(recorded, "TR", read), missing_day)
    seen = _seen_without_record(identified, lesions, missing_day)
    if seen.height:
        lesions = pl.concat([lesions, seen], how="diagonal").sort(KEYS)
    lesions = _add_class(lesions, identified).join(
        subjects.select("USUBJID", "TRTSDT"), on="USUBJID", how="left", maintain_order="left"
    )
    return (
        _flag_baseline(_add_values(lesions))
        .with_columns(PARQUAL=pl.lit(PARQUALS[read]))
        .select(COLUMNS)
    )


def _seen_without_record(
    identified: pl.DataFrame, lesions: pl.DataFrame, missing_day: MissingDay
) -> pl.DataFrame:
    """Return lesions identified at a visit where TR has nothing of them."""
    of_visit = ["USUBJID", "VISITNUM", "TRLNKID"]
    is_new, is_nontarget = col("TUSTRESC") == NEW, col("TUSTRESC") == NON_TARGET
    lesions = lesions.filter(col("VISITNUM").is_in(identified["VISITNUM"].unique().implode()))
    unrecorded = (
        identified.rename({"TULNKID": "TRLNKID"})
        .filter(col("TRLNKID").is_not_null(), col("VISITNUM").is_not_null())
        .join(lesions.select(of_visit), on=of_visit, how="anti")
        .sort("TUSEQ", "source_row")
        .unique(of_visit, keep="first", maintain_order=True)
    )
    dates = (
        lesions.select("USUBJID", "VISITNUM", visit_date="ADT")
        .join(unrecorded.select("USUBJID", "VISITNUM"), on=["USUBJID", "VISITNUM"], how="semi")
        .group_by("USUBJID", "VISITNUM")
        .min()
    )
    return unrecorded.join(dates, on=["USUBJID", "VISITNUM"], how="left").select(
        *of_visit,
        "VISIT",
        TRREPNUM=pl.lit(1, dtype=pl.Int64),
        TRGRPID=col("TUSTRESC"),
        ADT=pl.coalesce(complete_date("TUDTC", missing_day), "visit_date"),
        ADTF=flag_completed("TUDTC", missing_day),
        named_state=pl.when(is_new)
        .then(pl.lit(UNEQUIVOCAL))
        .when(is_nontarget)
        .then(pl.lit(PRESENT))
        .otherwise(pl.lit(NOT_EVALUABLE)),
    )


def _add_class(lesions: pl.DataFrame, identified: pl.DataFrame) -> pl.DataFrame:
    """Add class, location and whether a lesion is a node: one answer per lesion."""
    known = (
        identified.sort("VISITNUM", "TUSEQ", "TUSTRESC", "TULOC")
        .group_by("USUBJID", col("TULNKID").alias("TRLNKID"))
        .agg(col("TULOC").drop_nulls().first(), col("TUSTRESC").drop_nulls().first())
    )
    lesions = lesions.join(known, on=OF_LESION, how="left", maintain_order="left").with_columns(
        is_node=col("TULOC").str.contains(NODE_LOCATION)
    )
    if lesions["is_node"].has_nulls():
        lesions = _add_nodes_by_axis(lesions)
    if not (lesions["TRGRPID"].fill_null("") == lesions["TUSTRESC"].fill_null("?")).all():
        lesions = _keep_class(lesions)
    return lesions.with_columns(
        TULOCGR1=pl.when("is_node").then(pl.lit("NODAL")).otherwise(pl.lit("NON-NODAL"))
    )


def _add_nodes_by_axis(lesions: pl.DataFrame) -> pl.DataFrame:
    """Take lesions without location for nodes where only a short axis was ever measured."""
    by_axis = lesions.group_by(OF_LESION).agg(
        short_axis_only=(col("LPERP").count() > 0) & (col("LDIAM").count() == 0)
    )
    return lesions.join(by_axis, on=OF_LESION, how="left", maintain_order="left").with_columns(
        is_node=pl.coalesce("is_node", "short_axis_only")
    )


def _keep_class(lesions: pl.DataFrame) -> pl.DataFrame:
    """Give every lesion the class of its first record, else that of TU; a change is a finding."""
    classes = (
        lesions.filter(col("TRGRPID").is_not_null())
        .unique(OF_LESION, keep="first", maintain_order=True)
        .select(*OF_LESION, class_first="TRGRPID")
    )
    return lesions.join(classes, on=OF_LESION, how="left", maintain_order="left").with_columns(
        TRGRPID=pl.coalesce("class_first", "TUSTRESC")
    )


def _add_values(lesions: pl.DataFrame) -> pl.DataFrame:
    """Add the millimeters that a lesion contributes, and its state."""
    is_nodal = col("TULOCGR1") == "NODAL"
    is_measured, is_small = col("measured").is_not_null(), col("stated") == TOO_SMALL
    value = (
        pl.when(col("stated") == MERGED)
        .then(0.0)
        .when(is_measured)
        .then("measured")
        .when(col("stated") == ABSENT)
        .then(0.0)
        .when(is_small & (col("TRGRPID") == TARGET))
        .then(TOO_SMALL_MM)
    )
    return lesions.with_columns(
        measured=pl.when(is_nodal).then("LPERP").otherwise("LDIAM"),
        stated=pl.coalesce("axis_state", "named_state"),
    ).with_columns(
        AVAL=value,
        AVALC=pl.when(col("TRGRPID") == TARGET).then(_name_target()).otherwise(_name_other()),
    )


def _name_target() -> pl.Expr:
    """Return the state of a target lesion."""
    is_measured = col("measured").is_not_null()
    says = col("stated")
    return (
        pl.when(says.is_in([MERGED, TOO_SMALL]) | ((says == ABSENT) & ~is_measured))
        .then(says)
        .when(is_measured)
        .then(pl.lit(MEASURED))
        .otherwise(pl.lit(NOT_EVALUABLE))
    )


def _name_other() -> pl.Expr:
    """Return the state of a non-target or new lesion."""
    is_normal_node = (col("TULOCGR1") == "NODAL") & (col("measured") < NORMAL_NODE_BELOW_MM)
    return (
        # A non-target that is called unequivocal is one that progressed unequivocally.
        pl.when((col("TRGRPID") == NON_TARGET) & (col("stated") == UNEQUIVOCAL))
        .then(pl.lit(PROGRESSION))
        .when(col("stated").is_not_null())
        .then("stated")
        .when(col("measured").is_null())
        .then(pl.lit(NOT_EVALUABLE))
        .when(col("TRGRPID") == NEW)
        .then(pl.lit(UNEQUIVOCAL))
        .when((col("measured") == 0) | is_normal_node)
        .then(pl.lit(ABSENT))
        .otherwise(pl.lit(PRESENT))
    )


def _flag_baseline(lesions: pl.DataFrame) -> pl.DataFrame:
    """Flag each lesion's last evaluable record on or before the start of treatment."""
    before = lesions.with_row_index("row").filter(
        col("ADT") <= col("TRTSDT"), col("AVALC") != NOT_EVALUABLE, col("TRGRPID") != NEW
    )
    lesion = pl.Series(encode_rows(before, "USUBJID", "TRLNKID"))
    last = (
        before.select("row", "ADT", "VISITNUM", "TRREPNUM", lesion=lesion)
        .sort("ADT", "VISITNUM", "TRREPNUM")
        .unique("lesion", keep="last")
    )
    is_last = pl.Series([False]).new_from_index(0, lesions.height).scatter(last["row"], True)
    return lesions.with_columns(ABLFL=pl.when(is_last).then(pl.lit("Y")))
