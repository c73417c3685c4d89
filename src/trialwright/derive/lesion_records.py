"""Records of TR in the shape of lesions: one row per lesion and assessment, states by name."""

import polars as pl
from polars import col

from trialwright.derive.reads import complete_date, flag_completed
from trialwright.derive.row_keys import encode_rows
from trialwright.protocol.endpoints import MissingDay

FRAGMENT_ID = r"^(.*\d)(?:[a-z]|\.\d+)$"  # T01a and T01b, or T01.1 and T01.2: what T01 split into
MERGED_ID_SEPARATOR = "/"  # T01/T02: one lesion that T01 and T02 merged into

ABSENT, PRESENT, MEASURED, MERGED = "ABSENT", "PRESENT", "MEASURED", "MERGED"
TOO_SMALL, NOT_EVALUABLE = "TOO SMALL TO MEASURE", "NOT EVALUABLE"
EQUIVOCAL, UNEQUIVOCAL, INCREASED = "EQUIVOCAL", "UNEQUIVOCAL", "INCREASED"
PROGRESSION, FURTHER_INCREASE = "UNEQUIVOCAL PROGRESSION", "FURTHER INCREASE"
PROGRESSION_FURTHER = "UNEQUIVOCAL PROGRESSION, FURTHER INCREASE"

SYNONYMS = {
    "COALESCED": MERGED,
    "NE": NOT_EVALUABLE,
    "NOT DONE": NOT_EVALUABLE,
    "TOO SMALL": TOO_SMALL,
    "UNEQUIVOCAL INCREASE": PROGRESSION,
    "UNEQUIVOCAL PD": PROGRESSION,
}
"""Other words for the states."""

ASSESSMENT = ("USUBJID", "VISITNUM", "TRREPNUM")
KEYS = (*ASSESSMENT, "TRLNKID")
TESTS = ("LDIAM", "LPERP", "TUMSTATE")


def collect_lesions(records: pl.DataFrame, missing_day: MissingDay) -> pl.DataFrame:
    """Collect the diameters and the state of each lesion at each assessment.

    Parameters
    ----------
    records : DataFrame
        TR of one read, as `derive.reads.select_read` returns it.
    missing_day : MissingDay
        Which day a TRDTC with year and month only is taken for.

    Returns
    -------
    DataFrame
        One row per USUBJID, VISITNUM, TRREPNUM and TRLNKID, in this order: VISIT, TRGRPID (as
        recorded), ADT, ADTF, LDIAM and LPERP (mm; fragments added up), axis_state and named_state
        (what a diameter's record and TUMSTATE say), TRSEQ.
    """
    of_lesions = records.filter(col("TRTESTCD").is_in(TESTS), col("TRLNKID").is_not_null())
    is_done = col("TRSTAT").is_null() | (col("TRSTAT") != "NOT DONE")
    dated = _read_states(of_lesions).select(
        "USUBJID",
        "VISITNUM",
        "TRLNKID",
        "VISIT",
        "TRTESTCD",
        "TRGRPID",
        "TRSEQ",
        "state",
        ADT=complete_date("TRDTC", missing_day),
        ADTF=flag_completed("TRDTC", missing_day),
        value=pl.when(is_done).then("TRSTRESN"),
    )
    return _pivot_tests(_split_and_merge(_number_repeats(dated)))


def _read_states(records: pl.DataFrame) -> pl.DataFrame:
    """Add the state that each record names; null where it is only a number."""
    is_number = (col("TRTESTCD") != "TUMSTATE") & col("TRSTRESN").is_not_null()
    says_small = col("TRORRES").str.to_uppercase().str.starts_with("TOO SMALL")
    if records.select((is_number & ~says_small.fill_null(value=False)).all()).item():
        return records.with_columns(state=pl.lit(None, dtype=pl.String))
    text = pl.coalesce("TRSTRESC", "TRORRES").str.to_uppercase().replace(SYNONYMS)
    is_small = says_small | text.str.starts_with("TOO SMALL")
    is_state = (col("TRTESTCD") == "TUMSTATE") | text.is_in([ABSENT, NOT_EVALUABLE])
    return records.with_columns(
        state=pl.when(is_small)
        .then(pl.lit(TOO_SMALL))
        .when(col("TRSTAT") == "NOT DONE")
        .then(pl.lit(NOT_EVALUABLE))
        .when(is_state)
        .then(text)
    )


def _number_repeats(records: pl.DataFrame) -> pl.DataFrame:
    """Give the assessments of a visit numbers; of two records of one thing keep the first."""
    of_visit, of_test = ["USUBJID", "VISITNUM"], ["TRLNKID", "TRTESTCD"]
    key = encode_rows(records, *of_visit, *of_test)
    if key.n_unique() == records.height:
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


def _split_and_merge(records: pl.DataFrame) -> pl.DataFrame:
    """Give fragments the id of their lesion, and each of merged lesions a record of its own."""
    ids = records["TRLNKID"].unique()
    is_merged = col("TRLNKID").str.contains(MERGED_ID_SEPARATOR, literal=True)
    if not (ids.str.contains(FRAGMENT_ID) | ids.str.contains(MERGED_ID_SEPARATOR)).any():
        return records
    parts = col("TRLNKID").str.split(MERGED_ID_SEPARATOR)
    others = (
        records.filter(is_merged)
        .with_columns(TRLNKID=parts.list.slice(1), state=pl.lit(MERGED), value=None)
        .explode("TRLNKID")
    )
    whole = pl.coalesce(col("TRLNKID").str.extract(FRAGMENT_ID, 1), "TRLNKID")
    return pl.concat([records.with_columns(TRLNKID=parts.list.first()), others]).with_columns(
        TRLNKID=whole
    )


def _pivot_tests(records: pl.DataFrame) -> pl.DataFrame:
    """Bring the tests of a lesion at an assessment into one row; fragments add up."""
    records = records.with_columns(
        key=encode_rows(records, *KEYS),
        LDIAM=pl.when(col("TRTESTCD") == "LDIAM").then("value"),
        LPERP=pl.when(col("TRTESTCD") == "LPERP").then("value"),
        axis_state=pl.when(col("TRTESTCD") != "TUMSTATE").then("state"),
        named_state=pl.when(col("TRTESTCD") == "TUMSTATE").then("state"),
    ).sort("key")
    columns = [*KEYS, "VISIT", "TRGRPID", "ADT", "ADTF", "LDIAM", "LPERP"]
    columns += ["axis_state", "named_state", "TRSEQ"]
    if records["key"].n_unique() == records.height:
        return records.select(columns)

    def add_up(test: str) -> pl.Expr:
        is_test = col("TRTESTCD") == test
        # A fragment without a number leaves the lesion without one.
        is_whole = is_test.any() & (is_test.sum() == col(test).count())
        return pl.when(is_whole).then(col(test).sum()).alias(test)

    return (
        records.group_by("key", maintain_order=True)
        .agg(
            col(KEYS).first(),
            # Text that differs within a lesion and assessment is a finding; the order is not.
            col("VISIT", "TRGRPID", "axis_state", "named_state").max(),
            col("ADT").min(),
            col("ADTF").max(),
            add_up("LDIAM"),
            add_up("LPERP"),
            col("TRSEQ").min(),
        )
        .select(columns)
    )
