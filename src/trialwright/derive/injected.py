"""Injected and non-injected lesions apart, for intratumoral treatment; options of a report."""

from collections.abc import Mapping

import polars as pl
from polars import col

from trialwright.derive.reads import complete_date
from trialwright.protocol.endpoints import MissingDay

PARAMS = {
    "SDIAMI": "Sum of Diameters of Injected Targets",
    "SDIAMN": "Sum of Diameters of Non-injected Targets",
}
"""PARAM of each PARAMCD."""

COLUMNS = (
    "USUBJID", "PARQUAL", "PARAMCD", "PARAM", "VISITNUM", "VISIT", "ADT", "AVAL", "BASE", "CHG",
    "PCHG", "ABLFL",
)  # fmt: skip

INJECTED_SCHEMA = {"USUBJID": pl.String(), "TRLNKID": pl.String(), "ASTDT": pl.Date()}


def derive_injected_lesions(recorded: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Derive which lesions were injected, and when first.

    Parameters
    ----------
    recorded : mapping
        Recorded data by lower-case domain: EX with EXLNKID, the lesion of an injection, and SUPPTU
        with QNAM "INJECTED", QVAL "Y" and the lesion's TUSEQ.

    Returns
    -------
    DataFrame
        One row per USUBJID and TRLNKID, in this order: ASTDT (first injection; null where only
        SUPPTU names the lesion).
    """
    parts = [pl.DataFrame(schema=INJECTED_SCHEMA)]
    if "ex" in recorded and "EXLNKID" in recorded["ex"].columns:
        parts.append(
            recorded["ex"]
            .filter(col("EXLNKID").is_not_null(), col("EXLNKID") != "")
            .select(
                "USUBJID", TRLNKID="EXLNKID", ASTDT=complete_date("EXSTDTC", MissingDay.UNKNOWN)
            )
        )
    if "supptu" in recorded and "tu" in recorded:
        flags = recorded["supptu"].filter(col("QNAM") == "INJECTED", col("QVAL") == "Y")
        tumors = recorded["tu"].select("USUBJID", "TULNKID", sequence=col("TUSEQ").cast(pl.Float64))
        parts.append(
            flags.select("USUBJID", sequence=col("IDVARVAL").cast(pl.Float64, strict=False))
            .join(tumors, on=["USUBJID", "sequence"])
            .select("USUBJID", TRLNKID="TULNKID", ASTDT=pl.lit(None, dtype=pl.Date))
        )
    return (
        pl.concat(parts)
        .group_by("USUBJID", "TRLNKID")
        .agg(col("ASTDT").min())
        .sort("USUBJID", "TRLNKID")
    )


def derive_injected_sums(lesions: pl.DataFrame, injected: pl.DataFrame) -> pl.DataFrame:
    """Derive the sums of injected and of non-injected target lesions at each assessment.

    RECIST 1.1 has no rule for injected lesions and its response uses all targets. Apart, the sums
    show whether lesions respond that the injection did not reach, as itRECIST reports them.

    Parameters
    ----------
    lesions : DataFrame
        As `derive.lesions.derive_lesion_measurements` returns it.
    injected : DataFrame
        As `derive_injected_lesions` returns it.

    Returns
    -------
    DataFrame
        One row per USUBJID, PARAMCD ("SDIAMI" injected, "SDIAMN" not) and assessment, in this order
        and by date: PARQUAL, PARAM, VISITNUM, VISIT, ADT, AVAL (mm; null when a lesion of the group
        was not evaluated), BASE, CHG, PCHG, ABLFL.

    References
    ----------
    Goldmacher GV, et al. J Clin Oncol 2020;38:2667-2676.
    """
    group = ["USUBJID", "PARAMCD"]
    targets = _group_targets(lesions, injected)
    base = (
        targets.filter(col("ABLFL") == "Y")
        .group_by(group)
        .agg(BASE=col("AVAL").sum(), n=pl.len(), base_date=col("ADT").max())
    )
    sums = targets.group_by(*group, "VISITNUM", "TRREPNUM").agg(
        col("PARQUAL", "VISIT").first(),
        ADT=col("ADT").min(),
        AVAL=col("AVAL").sum(),
        n_evaluated=col("AVAL").count(),
    )
    return (
        sums.join(base, on=group)
        .filter(col("ADT") >= col("base_date"))
        .with_columns(
            AVAL=pl.when(col("n_evaluated") == col("n")).then("AVAL"),
            ABLFL=pl.when(col("ADT") == col("base_date")).then(pl.lit("Y")),
            PARAM=col("PARAMCD").replace_strict(PARAMS),
        )
        .with_columns(CHG=col("AVAL") - col("BASE"))
        .with_columns(PCHG=pl.when(col("BASE") > 0).then(100 * col("CHG") / col("BASE")))
        .sort(*group, "ADT", "VISITNUM", "TRREPNUM")
        .select(COLUMNS)
    )


def _group_targets(lesions: pl.DataFrame, injected: pl.DataFrame) -> pl.DataFrame:
    """Return the targets, each with the parameter of its group."""
    return (
        lesions.filter(col("TRGRPID") == "TARGET")
        .join(
            injected.select("USUBJID", "TRLNKID", is_injected=True),
            on=["USUBJID", "TRLNKID"],
            how="left",
        )
        .with_columns(
            PARAMCD=pl.when(col("is_injected").is_not_null())
            .then(pl.lit("SDIAMI"))
            .otherwise(pl.lit("SDIAMN"))
        )
    )
