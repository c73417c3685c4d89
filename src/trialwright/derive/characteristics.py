"""Baseline characteristics of ADSL, each taken from the domain that the protocol names."""

from collections.abc import Sequence

import polars as pl
from polars import col

from trialwright.derive.dates import full_date
from trialwright.derive.subjects import Recorded, in_sequence
from trialwright.protocol.baseline import BaselineCharacteristic, BaselineSummary, BaselineWhen

# Which date says when a record of a domain was made; a domain that is not listed has none.
RECORD_DATES = {
    "qs": "QSDTC",
    "vs": "VSDTC",
    "lb": "LBDTC",
    "rs": "RSDTC",
    "bs": "BSDTC",
    "ss": "SSDTC",
    "mh": "MHDTC",
}


def derive_characteristics(
    recorded: Recorded, subjects: pl.DataFrame, characteristics: Sequence[BaselineCharacteristic]
) -> pl.DataFrame:
    """Derive the protocol's baseline characteristics.

    Parameters
    ----------
    recorded : mapping
        Recorded domains by lower-case name. A characteristic whose domain or variable was not
        recorded is null for everybody.
    subjects : DataFrame
        USUBJID and TRTSDT.
    characteristics : sequence of BaselineCharacteristic
        What to derive, each named by its variable of ADSL.

    Returns
    -------
    DataFrame
        One row per row of `subjects`, in its order: USUBJID and one column a characteristic;
        Float64 where it is summarized as a number, else String.
    """
    derived = subjects.select("USUBJID", "TRTSDT")
    for item in characteristics:
        values = _values_of(recorded, derived.select("USUBJID", "TRTSDT"), item)
        derived = derived.join(values, on="USUBJID", how="left", maintain_order="left")
        if item.when is BaselineWhen.COUNT_DISTINCT and _is_recorded(recorded, item):
            derived = derived.with_columns(col(item.name).fill_null(0))
    return derived.drop("TRTSDT")


def is_number(item: BaselineCharacteristic) -> bool:
    """Tell whether a characteristic is held as a number."""
    return (
        BaselineSummary.CONTINUOUS in item.summary
        or bool(item.thresholds)
        or item.when is BaselineWhen.COUNT_DISTINCT
    )


def _is_recorded(recorded: Recorded, item: BaselineCharacteristic) -> bool:
    """Tell whether the domain has the characteristic's variables."""
    frame = recorded.get(item.domain.lower())
    return frame is not None and {item.variable, *item.where} <= set(frame.columns)


def _values_of(
    recorded: Recorded, subjects: pl.DataFrame, item: BaselineCharacteristic
) -> pl.DataFrame:
    """Return USUBJID and the characteristic, one row per subject that has it."""
    kind = pl.Float64() if is_number(item) else pl.String()
    if not _is_recorded(recorded, item):
        return pl.DataFrame(schema={"USUBJID": pl.String(), item.name: kind})
    frame = recorded[item.domain.lower()]
    for name, wanted in item.where.items():
        frame = frame.filter(col(name).cast(pl.String) == wanted)
    frame = frame.filter(col(item.variable).is_not_null())
    # The later record of a day, or the larger value, is taken, whatever the order of the file.
    frame = in_sequence(frame, f"{item.domain.upper()}SEQ", item.variable)
    if item.when is BaselineWhen.LAST_BEFORE_START:
        frame = _until_start(frame, subjects, item.domain.lower())
    value = col(item.variable)
    chosen = value.n_unique() if item.when is BaselineWhen.COUNT_DISTINCT else value.last()
    if not is_number(item):
        chosen = _as_text(chosen, frame.schema[item.variable])
    return frame.group_by("USUBJID", maintain_order=True).agg(
        chosen.cast(kind, strict=False).alias(item.name)
    )


def _until_start(frame: pl.DataFrame, subjects: pl.DataFrame, domain: str) -> pl.DataFrame:
    """Keep records up to the day treatment started, in order of date; all before a start."""
    dated = RECORD_DATES.get(domain)
    if dated is None or dated not in frame.columns:
        return frame
    frame = frame.join(subjects, on="USUBJID", how="inner").with_columns(
        full_date(dated).alias("recorded_on")
    )
    is_before = col("TRTSDT").is_null() | (col("recorded_on") <= col("TRTSDT"))
    return frame.filter(is_before | col("recorded_on").is_null()).sort(
        "recorded_on", nulls_last=False, maintain_order=True
    )


def _as_text(value: pl.Expr, recorded_as: pl.DataType) -> pl.Expr:
    """Print whole numbers without decimals, so that grade 2.0 is level "2"."""
    if recorded_as.is_float():
        return value.cast(pl.Decimal(scale=6)).cast(pl.String).str.replace(r"\.?0+$", "")
    return value.cast(pl.String)
