"""Single lesions as read at each visit (from TU and TR): class, node, value in mm, state, date."""

from collections.abc import Mapping

import polars as pl
from polars import col

from trialwright.derive.reads import PARQUALS, complete_date, flag_completed, select_read
from trialwright.derive.tumor_burden import derive_adtr
from trialwright.protocol.endpoints import AnalysisRead, MissingDay

__all__ = ["TOO_SMALL_MM", "derive_adtr", "derive_lesion_measurements"]

TOO_SMALL_MM = 5.0  # a lesion that is seen but too small to measure
NORMAL_NODE_BELOW_MM = 10.0
NODE_LOCATION = r"(?i)\bnode"
FRAGMENT_ID = r"^(.*\d)(?:[a-z]|\.\d+)$"  # T01a and T01b, or T01.1 and T01.2: what T01 split into
MERGED_ID_SEPARATOR = "/"  # T01/T02: one lesion that T01 and T02 merged into

ABSENT, PRESENT, MEASURED, MERGED = "ABSENT", "PRESENT", "MEASURED", "MERGED"
TOO_SMALL, NOT_EVALUABLE = "TOO SMALL TO MEASURE", "NOT EVALUABLE"
EQUIVOCAL, UNEQUIVOCAL = "EQUIVOCAL", "UNEQUIVOCAL"
PROGRESSION, FURTHER_INCREASE = "UNEQUIVOCAL PROGRESSION", "FURTHER INCREASE"
PROGRESSION_FURTHER = "UNEQUIVOCAL PROGRESSION, FURTHER INCREASE"
TARGET, NON_TARGET, NEW = "TARGET", "NON-TARGET", "NEW"

ASSESSMENT = ("USUBJID", "VISITNUM", "TRREPNUM")
KEYS = (*ASSESSMENT, "TRLNKID")


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
    records = _split_and_merge(_lesion_records(select_read(recorded, "TR", read), missing_day))
    by_lesion = _pivot_tests(records)
    seen = _seen_without_record(identified, by_lesion, missing_day)
    lesions = _add_class(pl.concat([by_lesion, seen], how="diagonal"), identified)
    return (
        _add_values(lesions)
        .join(subjects.select("USUBJID", "TRTSDT"), on="USUBJID", how="left")
        .sort(KEYS)
        .with_columns(PARQUAL=pl.lit(PARQUALS[read]), ABLFL=_flag_baseline())
        .select(
            "USUBJID", "PARQUAL", "TRTSDT", "VISITNUM", "TRREPNUM", "VISIT", "ADT", "ADTF",
            "TRLNKID",
            "TRGRPID", "TULOC", "TULOCGR1", "AVAL", "AVALC", "LDIAM", "LPERP", "ABLFL", "TRSEQ",
        )
    )  # fmt: skip


def _lesion_records(records: pl.DataFrame, missing_day: MissingDay) -> pl.DataFrame:
    """Keep the diameters and states of single lesions, once each, with their dates."""
    of_lesions = records.filter(
        col("TRTESTCD").is_in(["LDIAM", "LPERP", "TUMSTATE"]), col("TRLNKID").is_not_null()
    ).select(
        "USUBJID",
        "VISITNUM",
        "TRLNKID",
        "VISIT",
        "TRTESTCD",
        "TRGRPID",
        "TRSEQ",
        ADT=complete_date("TRDTC", missing_day),
        ADTF=flag_completed("TRDTC", missing_day),
        state=_read_state(),
        value=pl.when(col("TRSTAT").is_null() | (col("TRSTAT") != "NOT DONE")).then("TRSTRESN"),
    )
    return _number_repeats(of_lesions)


def _number_repeats(records: pl.DataFrame) -> pl.DataFrame:
    """Give the assessments of a visit numbers; of two records of one thing keep the first."""
    of_visit, of_test = ["USUBJID", "VISITNUM"], ["TRLNKID", "TRTESTCD"]
    if not records.select(of_visit + of_test).is_duplicated().any():
        return records.with_columns(TRREPNUM=pl.lit(1, dtype=pl.Int64))
    n_dates = col("ADT").n_unique().over(of_visit + of_test)
    number = col("ADT").rank("dense").over(of_visit).cast(pl.Int64).fill_null(1)
    return (
        records.with_columns(n_dates=n_dates)
        .with_columns(
            TRREPNUM=pl.when((col("n_dates").max() > 1).over(of_visit)).then(number).otherwise(1)
        )
        .drop("n_dates")
        # Records of the same day are one assessment; both are reported as a finding.
        .sort("TRSEQ", "value", "state")
        .unique((*KEYS, "TRTESTCD"), keep="first", maintain_order=True)
    )


def _read_state() -> pl.Expr:
    """Return the state that a record names; null where it names none."""
    text = pl.coalesce("TRSTRESC", "TRORRES").str.to_uppercase()
    original = col("TRORRES").str.to_uppercase()
    return (
        pl.when(original.str.starts_with("TOO SMALL") | text.str.starts_with("TOO SMALL"))
        .then(pl.lit(TOO_SMALL))
        .when(col("TRSTAT") == "NOT DONE")
        .then(pl.lit(NOT_EVALUABLE))
        .when(col("TRTESTCD") == "TUMSTATE")
        .then(
            text.replace(
                {
                    "UNEQUIVOCAL INCREASE": PROGRESSION,
                    "UNEQUIVOCAL PD": PROGRESSION,
                    "COALESCED": MERGED,
                    "NE": NOT_EVALUABLE,
                }
            )
        )
        .when(text.is_in([ABSENT, NOT_EVALUABLE]))
        .then(text)
    )


def _split_and_merge(records: pl.DataFrame) -> pl.DataFrame:
    """Give fragments the id of their lesion, and each of merged lesions a record of its own."""
    is_merged = col("TRLNKID").str.contains(MERGED_ID_SEPARATOR, literal=True)
    if not records.select((is_merged | col("TRLNKID").str.contains(FRAGMENT_ID)).any()).item():
        return records
    ids = col("TRLNKID").str.split(MERGED_ID_SEPARATOR)
    others = (
        records.filter(is_merged)
        .with_columns(TRLNKID=ids.list.slice(1), state=pl.lit(MERGED), value=None)
        .explode("TRLNKID")
    )
    whole = pl.coalesce(col("TRLNKID").str.extract(FRAGMENT_ID, 1), "TRLNKID")
    return pl.concat([records.with_columns(TRLNKID=ids.list.first()), others]).with_columns(
        TRLNKID=whole
    )


def _pivot_tests(records: pl.DataFrame) -> pl.DataFrame:
    """Bring the tests of a lesion at a visit into one row; the values of fragments add up."""
    is_axis = col("TRTESTCD") != "TUMSTATE"

    def add_up(test: str) -> pl.Expr:
        value = col("value").filter(col("TRTESTCD") == test)
        # A fragment without a number leaves the lesion without one.
        return pl.when((value.len() > 0) & (value.null_count() == 0)).then(value.sum())

    return records.group_by(KEYS).agg(
        col("VISIT").first(),
        col("TRGRPID").drop_nulls().first(),
        col("ADT").min(),
        col("ADTF").max(),
        LDIAM=add_up("LDIAM"),
        LPERP=add_up("LPERP"),
        named_state=col("state").filter(~is_axis).first(),
        axis_state=col("state").filter(is_axis).drop_nulls().first(),
        TRSEQ=col("TRSEQ").min(),
    )


def _seen_without_record(
    identified: pl.DataFrame, by_lesion: pl.DataFrame, missing_day: MissingDay
) -> pl.DataFrame:
    """Return lesions identified at a visit where TR has nothing of them."""
    visit_dates = by_lesion.group_by("USUBJID", "VISITNUM").agg(visit_date=col("ADT").min())
    of_visit = ["USUBJID", "VISITNUM", "TRLNKID"]
    return (
        identified.rename({"TULNKID": "TRLNKID"})
        .filter(col("TRLNKID").is_not_null(), col("VISITNUM").is_not_null())
        .unique(of_visit, keep="first", maintain_order=True)
        .join(by_lesion, on=of_visit, how="anti")
        .join(visit_dates, on=["USUBJID", "VISITNUM"], how="left")
        .select(
            *of_visit,
            "VISIT",
            TRREPNUM=pl.lit(1, dtype=pl.Int64),
            TRGRPID=col("TUSTRESC"),
            ADT=pl.coalesce(complete_date("TUDTC", missing_day), "visit_date"),
            ADTF=flag_completed("TUDTC", missing_day),
            named_state=pl.when(col("TUSTRESC") == NEW)
            .then(pl.lit(UNEQUIVOCAL))
            .when(col("TUSTRESC") == NON_TARGET)
            .then(pl.lit(PRESENT))
            .otherwise(pl.lit(NOT_EVALUABLE)),
        )
    )


def _add_class(lesions: pl.DataFrame, identified: pl.DataFrame) -> pl.DataFrame:
    """Add class, location and whether a lesion is a node: one answer per lesion."""
    known = (
        identified.sort("VISITNUM", "TUSEQ")
        .group_by("USUBJID", col("TULNKID").alias("TRLNKID"))
        .agg(col("TULOC").drop_nulls().first(), col("TUSTRESC").drop_nulls().first())
    )
    lesions = lesions.join(known, on=["USUBJID", "TRLNKID"], how="left", maintain_order="left")
    of_lesion = ["USUBJID", "TRLNKID"]
    by_lesion = lesions.group_by(of_lesion).agg(
        # A lesion keeps the class of its first visit; a change is a finding.
        class_first=col("TRGRPID").sort_by("ADT", "VISITNUM").drop_nulls().first(),
        short_axis_only=col("LPERP").count().gt(0) & col("LDIAM").count().eq(0),
    )
    return (
        lesions.drop("TRGRPID")
        .join(by_lesion, on=of_lesion, how="left")
        .with_columns(
            TRGRPID=pl.coalesce("class_first", "TUSTRESC"),
            TULOCGR1=pl.when(
                pl.coalesce(col("TULOC").str.contains(NODE_LOCATION), "short_axis_only")
            )
            .then(pl.lit("NODAL"))
            .otherwise(pl.lit("NON-NODAL")),
        )
    )


def _add_values(lesions: pl.DataFrame) -> pl.DataFrame:
    """Add the millimeters that a lesion contributes, and its state."""
    measured = pl.when(col("TULOCGR1") == "NODAL").then("LPERP").otherwise("LDIAM")
    named = pl.coalesce("axis_state", "named_state")
    is_normal = (measured == 0) | ((col("TULOCGR1") == "NODAL") & (measured < NORMAL_NODE_BELOW_MM))
    is_target = col("TRGRPID") == TARGET
    state = (
        pl.when(~is_target & col("named_state").is_not_null())
        .then("named_state")
        .when(named == MERGED)
        .then(named)
        .when(~is_target & measured.is_not_null())
        .then(
            pl.when(col("TRGRPID") == NEW)
            .then(pl.lit(UNEQUIVOCAL))
            .when(is_normal)
            .then(pl.lit(ABSENT))
            .otherwise(pl.lit(PRESENT))
        )
        .when(named == TOO_SMALL)
        .then(named)
        .when(measured.is_not_null())
        .then(pl.lit(MEASURED))
        .when(is_target & ~named.is_in([ABSENT, TOO_SMALL]))
        .then(pl.lit(NOT_EVALUABLE))
        .otherwise(pl.coalesce(named, pl.lit(NOT_EVALUABLE)))
    )
    value = (
        pl.when(named == MERGED)
        .then(0.0)
        .when(measured.is_not_null())
        .then(measured)
        .when(named == ABSENT)
        .then(0.0)
        .when((named == TOO_SMALL) & is_target)
        .then(TOO_SMALL_MM)
    )
    return lesions.with_columns(AVALC=state, AVAL=value)


def _flag_baseline() -> pl.Expr:
    """Return "Y" on each lesion's last evaluable record on or before the start of treatment."""
    lesion = ["USUBJID", "TRLNKID"]
    is_candidate = (col("ADT") <= col("TRTSDT")) & (col("AVALC") != NOT_EVALUABLE)
    order = pl.when(is_candidate & (col("TRGRPID") != NEW)).then(pl.struct("ADT", "VISITNUM"))
    last = pl.when(is_candidate & (col("TRGRPID") != NEW)).then(col("ADT")).max().over(lesion)
    is_last = is_candidate & (col("ADT") == last) & order.is_not_null()
    latest_visit = pl.when(is_last).then(col("VISITNUM")).max().over(lesion)
    return pl.when(is_last & (col("VISITNUM") == latest_visit)).then(pl.lit("Y"))
