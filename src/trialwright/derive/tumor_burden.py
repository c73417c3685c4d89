"""ADTR: diameters of target lesions and their sum, with changes from baseline and nadir."""

import polars as pl
from polars import col

from trialwright.derive.numbering import number_rows
from trialwright.derive.reads import count_study_day
from trialwright.protocol.endpoints import ResponseRules

COLUMNS = (
    "USUBJID", "PARQUAL", "PARAMCD", "PARAM", "TRLNKID", "TULOC", "TULOCGR1", "VISITNUM", "VISIT",
    "ADT", "ADTF", "ADY", "AVAL", "BASE", "CHG", "PCHG", "NADIR", "CHGNAD", "PCHGNAD", "ABLFL",
    "PDFL", "ANL01FL", "ANL02FL", "ANL03FL", "ANL04FL", "ASEQ", "SRCDOM", "SRCVAR", "SRCSEQ",
)  # fmt: skip

YES = pl.lit("Y")


def derive_adtr(lesions: pl.DataFrame, adrs: pl.DataFrame, rules: ResponseRules) -> pl.DataFrame:
    """Derive ADTR of one read: LDIAMn and NLDIAMn of each target lesion, and SDIAM, their sum.

    Parameters
    ----------
    lesions : DataFrame
        As `derive.lesions.derive_lesion_measurements` returns it.
    adrs : DataFrame
        The same read, as `derive.response.derive_adrs` returns it.
    rules : ResponseRules
        `sum_every_record` is used.

    Returns
    -------
    DataFrame
        ADTR, ordered by USUBJID and ASEQ: LDIAMn (longest diameter) and NLDIAMn (perpendicular, the
        short axis of a node) of target n as recorded; SDIAM per visit, the sum of the values that
        count (mm). BASE, CHG, PCHG, NADIR (lowest earlier complete sum), CHGNAD, PCHGNAD for SDIAM;
        ABLFL baseline; ANL01FL "Y" when all targets of baseline were evaluated, ANL02FL the best
        PCHG after the start of treatment, ANL03FL before the first progression, ANL04FL ANL01FL or
        a progression (PDFL) at the visit.

    References
    ----------
    CDISC ADaM; parameters and flags as in the ADTR template of admiralonco 1.4.0.
    """
    targets = lesions.filter(col("TRGRPID") == "TARGET")
    rows = pl.concat(
        [
            _lesion_rows(targets, "LDIAM", "LDIAM", "Longest Diameter of Target"),
            _lesion_rows(targets, "LPERP", "NLDIAM", "Longest Perpendicular of Target"),
            _flag_sums(_add_changes(_sum_targets(targets, rules)), adrs),
        ],
        how="diagonal_relaxed",
    )
    order = (
        pl.col("PARAMCD")
        .str.strip_chars_end("0123456789")
        .replace_strict({"LDIAM": 0, "NLDIAM": 1, "SDIAM": 2})
    )
    return (
        rows.with_columns(
            ADY=count_study_day("ADT", "TRTSDT"),
            order=order,
            number=col("PARAMCD").str.extract(r"(\d+)$").cast(pl.Int64),
        )
        .sort("USUBJID", "order", "number", "TRLNKID", "ADT", "VISITNUM")
        .with_columns(number_rows())
        .select(COLUMNS)
    )


def _lesion_rows(targets: pl.DataFrame, test: str, paramcd: str, param: str) -> pl.DataFrame:
    """Return the diameters of single lesions as recorded."""
    number = col("TRLNKID").str.extract(r"(\d+)$").str.strip_chars_start("0")
    return targets.filter(col(test).is_not_null()).select(
        "USUBJID", "PARQUAL", "TRLNKID", "TULOC", "TULOCGR1", "VISITNUM", "VISIT", "ADT", "ADTF",
        "TRTSDT",
        PARAMCD=pl.lit(paramcd) + number,
        PARAM=pl.lit(f"{param} Lesion ") + number,
        AVAL=col(test),
        ANL01FL=YES,
        SRCDOM=pl.lit("TR"),
        SRCVAR=pl.lit("TRSTRESN"),
        SRCSEQ=col("TRSEQ"),
    )  # fmt: skip


def _sum_targets(targets: pl.DataFrame, rules: ResponseRules) -> pl.DataFrame:
    """Return one row per assessment: the sum over the lesions with a baseline, and how many."""
    base = targets.filter(col("ABLFL") == "Y")
    expected = base.group_by("USUBJID").agg(
        n_expected=pl.len(),
        BASE=col("AVAL").sum(),
        base_visit=col("VISITNUM").sort_by("ADT", "VISITNUM").last(),
    )
    if rules.sum_every_record:
        targets = targets.with_columns(TRREPNUM=pl.lit(1, dtype=pl.Int64))
    is_baseline = (col("VISITNUM") == col("base_visit")) & (col("TRREPNUM") == 1)
    is_nothing = (col("n_assessed") == 0) & pl.lit(not rules.sum_every_record)
    return (
        targets.join(base.select("USUBJID", "TRLNKID"), on=["USUBJID", "TRLNKID"])
        .group_by("USUBJID", "VISITNUM", "TRREPNUM")
        .agg(
            col("PARQUAL", "VISIT", "TRTSDT").first(),
            col("ADTF").max(),
            ADT=col("ADT").min(),
            AVAL=col("AVAL").sum(),
            n_assessed=col("AVAL").count(),
        )
        .join(expected, on="USUBJID")
        .with_columns(
            PARAMCD=pl.lit("SDIAM"),
            PARAM=pl.lit("Sum of Diameters of Targets"),
            # Lesions may have their baselines at different visits: the last carries their sum.
            AVAL=pl.when(is_baseline).then("BASE").when(~is_nothing).then("AVAL"),
            ABLFL=pl.when(is_baseline).then(YES),
            ANL01FL=pl.when(is_baseline | (col("n_assessed") == col("n_expected"))).then(YES),
        )
        .sort("USUBJID", "ADT", "VISITNUM", "TRREPNUM")
    )


def _add_changes(sums: pl.DataFrame) -> pl.DataFrame:
    """Add the nadir before each sum and the changes; assessments in order of date."""
    complete = pl.when(col("ANL01FL") == "Y").then(col("AVAL"))
    nadir = complete.cum_min().forward_fill().shift().over("USUBJID")
    has_begun = (col("ABLFL") == "Y").fill_null(value=False).cum_sum().over("USUBJID") > 0
    return (
        sums.with_columns(NADIR=pl.when(has_begun & col("ABLFL").is_null()).then(nadir))
        .with_columns(CHG=col("AVAL") - col("BASE"), CHGNAD=col("AVAL") - col("NADIR"))
        .with_columns(
            PCHG=pl.when(col("BASE") > 0).then(100 * col("CHG") / col("BASE")),
            PCHGNAD=pl.when(col("NADIR") > 0).then(100 * col("CHGNAD") / col("NADIR")),
        )
    )


def _flag_sums(sums: pl.DataFrame, adrs: pl.DataFrame) -> pl.DataFrame:
    """Add the flags that need the responses: progression, best change, before progression."""
    progressed = adrs.filter(col("PARAMCD") == "OVR", col("AVALC") == "PD")
    # A response that was collected is known by its date, a derived one by its visit.
    collected = progressed.filter(col("SRCDOM") == "RS").select("USUBJID", "ADT", by_date=YES)
    derived = progressed.filter(col("SRCDOM") != "RS").select("USUBJID", "VISITNUM", by_visit=YES)
    first = adrs.filter(col("PARAMCD") == "PD", col("AVALC") == "Y").select(
        "USUBJID", pd_date="ADT"
    )
    sums = (
        sums.join(collected.unique(), on=["USUBJID", "ADT"], how="left", maintain_order="left")
        .join(derived.unique(), on=["USUBJID", "VISITNUM"], how="left", maintain_order="left")
        .join(first, on="USUBJID", how="left", maintain_order="left")
        .with_columns(PDFL=pl.coalesce("by_date", "by_visit"))
    )
    is_usable = (col("ANL01FL") == "Y").fill_null(value=False)
    is_on_treatment = is_usable & (col("ADT") > col("TRTSDT")) & col("ABLFL").is_null()
    best = pl.when(is_on_treatment).then(col("PCHG")).min().over("USUBJID")
    is_best = is_on_treatment & (col("PCHG") == best)
    is_first_best = is_best & (is_best.cum_sum().over("USUBJID") == 1)
    return sums.with_columns(
        ANL02FL=pl.when(is_first_best).then(YES),
        ANL03FL=pl.when(
            is_usable & (col("pd_date").is_null() | (col("ADT") < col("pd_date")))
        ).then(YES),
        ANL04FL=pl.when(is_usable | (col("PDFL") == "Y").fill_null(value=False)).then(YES),
    )


def derive_depth_of_response(time_points: pl.DataFrame, adrs: pl.DataFrame) -> pl.DataFrame:
    """Derive each subject's best change of the sum of diameters from baseline.

    Parameters
    ----------
    time_points : DataFrame
        As `derive.response.derive_time_point_responses` returns it.
    adrs : DataFrame
        The same read, as `derive.response.derive_adrs` returns it; its flags say which assessments
        count: up to and including the first progression, before a new anticancer therapy.

    Returns
    -------
    DataFrame
        One row per USUBJID with a complete sum after the start of treatment, in this order:
        PARQUAL, PARAMCD "BPCHG", PARAM, VISITNUM, VISIT, ADT, AVAL (percent, negative when
        smaller).
    """
    used = adrs.filter(
        col("PARAMCD") == "OVR", col("ANL01FL") == "Y", col("ANL02FL") == "Y"
    ).select("USUBJID", "VISITNUM", "ADT")
    return (
        time_points.filter(col("PCHG").is_not_null())
        .join(used, on=["USUBJID", "VISITNUM", "ADT"], how="semi")
        .sort("USUBJID", "PCHG", "ADT")
        .unique("USUBJID", keep="first", maintain_order=True)
        .select(
            "USUBJID", "PARQUAL", "VISITNUM", "VISIT", "ADT",
            PARAMCD=pl.lit("BPCHG"),
            PARAM=pl.lit("Best Percent Change from Baseline in Sum of Diameters"),
            AVAL=col("PCHG"),
        )
    )  # fmt: skip
