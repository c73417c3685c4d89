"""Best overall response, response and clinical benefit, unconfirmed and confirmed."""

import polars as pl
from polars import col

from trialwright.derive.confirmation import (
    CR,
    NE,
    NON_CR_NON_PD,
    OTHER,
    PD,
    PR,
    SD,
    ConfirmationRule,
    find_confirmed,
)
from trialwright.derive.row_keys import encode_rows
from trialwright.protocol.endpoints import ResponseRules

AVAL_OF_RESPONSE = {
    "CR": 1, "PR": 2, "SD": 3, "NON-CR/NON-PD": 4, "PD": 5, "NE": 6, "MISSING": 7, "NED": 8,
}  # fmt: skip
"""AVAL of each AVALC."""

WORST_LAST = ["NE", "CR", "PR", "SD", "NED", "NON-CR/NON-PD", "PD"]
"""Of several assessments on one day the last of these counts."""

NED = AVAL_OF_RESPONSE["NED"]


def derive_best_response(
    time_points: pl.DataFrame, subjects: pl.DataFrame, rules: ResponseRules
) -> pl.DataFrame:
    """Derive each subject's best overall response, without and with confirmation.

    The assessments that count lie on or after the start of treatment, before a new anticancer
    therapy, and not after the first progression; of several on one day, the worst.

    Parameters
    ----------
    time_points : DataFrame
        One row per USUBJID and assessment: ADT, OVRLRESP; in any order.
    subjects : DataFrame
        One row per subject: USUBJID, TRTSDT, and NACTDT (null or absent where none was started).
    rules : ResponseRules
        The switches of confirmation, of the stable-disease minimum and of missing assessments.

    Returns
    -------
    DataFrame
        One row per USUBJID of `subjects` and PARAMCD, in this order: PARAMCD (as
        `summarize_assessments`), ADT (null where nothing qualifies), AVALC.

    References
    ----------
    Eisenhauer EA, et al. Eur J Cancer 2009;45:228-247, sections 4.4 to 4.6 and table 3.

    Examples
    --------
    A partial response that the next scan does not confirm is stable disease (table 3).

    >>> from datetime import date
    >>> subjects = pl.DataFrame({"USUBJID": ["01"], "TRTSDT": [date(2021, 1, 1)]})
    >>> scans = pl.DataFrame({"USUBJID": ["01", "01"], "OVRLRESP": ["PR", "SD"],
    ...                       "ADT": [date(2021, 2, 12), date(2021, 3, 26)]})
    >>> best = derive_best_response(scans, subjects, ResponseRules())
    >>> dict(best.filter(col("PARAMCD").is_in(["BOR", "CBOR"])).select("PARAMCD", "AVALC").rows())
    {'BOR': 'PR', 'CBOR': 'SD'}
    """
    start = subjects.select("USUBJID", "TRTSDT", new_therapy_date(subjects).alias("NACTDT"))
    dated = time_points.select("USUBJID", "ADT", "OVRLRESP").join(start, on="USUBJID")
    rank = {response: rank for rank, response in enumerate(WORST_LAST)}
    eligible = dated.with_columns(rank=col("OVRLRESP").replace_strict(rank, default=None)).filter(
        col("rank").is_not_null(), col("ADT") >= col("TRTSDT"), is_before_new_therapy(rules)
    )
    if encode_rows(eligible, "USUBJID", "ADT").n_unique() < eligible.height:
        eligible = eligible.sort("rank").unique(
            ["USUBJID", "ADT"], keep="last", maintain_order=True
        )
    first_progression = (
        eligible.filter(col("OVRLRESP") == "PD").group_by("USUBJID").agg(pd_date=col("ADT").min())
    )
    used = eligible.join(first_progression, on="USUBJID", how="left").filter(
        col("pd_date").is_null() | (col("ADT") <= col("pd_date"))
    )
    return summarize_assessments(used, subjects, rules)


def new_therapy_date(subjects: pl.DataFrame) -> pl.Expr:
    """Return NACTDT, null where the frame does not have it."""
    if "NACTDT" in subjects.columns:
        return col("NACTDT").cast(pl.Date)
    return pl.lit(None, dtype=pl.Date)


def is_before_new_therapy(rules: ResponseRules) -> pl.Expr:
    """Return whether ADT precedes the start of a new anticancer therapy (NACTDT), if there is."""
    precedes = (
        col("ADT") <= col("NACTDT") if rules.use_new_therapy_day else col("ADT") < col("NACTDT")
    )
    return col("NACTDT").is_null() | precedes


def summarize_assessments(
    used: pl.DataFrame, subjects: pl.DataFrame, rules: ResponseRules
) -> pl.DataFrame:
    """Summarize assessments that were already chosen; every row given is used.

    Parameters
    ----------
    used : DataFrame
        One row per USUBJID and assessment: ADT, OVRLRESP; in any order.
    subjects : DataFrame
        One row per subject: USUBJID, TRTSDT (the reference of the stable-disease minimum).
    rules : ResponseRules
        As for `derive_best_response`.

    Returns
    -------
    DataFrame
        One row per USUBJID of `subjects` and PARAMCD, in this order: RSP (CR or PR: "Y", "N"), CB
        (that, or stable long enough), BOR, BCP (BOR is CR or PR), CRSP (a confirmed response), CBOR
        (the best response when CR and PR need confirmation), CCB (confirmed response, or stable
        long enough); ADT of the earliest assessment that qualifies, AVALC.
    """
    reference = subjects.select("USUBJID", "TRTSDT")
    assessed = _mark_confirmed(
        used.select("USUBJID", "ADT", "OVRLRESP").join(reference, on="USUBJID"), rules
    )
    dates = assessed.group_by("USUBJID").agg(_qualifying_dates(rules))
    wide = reference.select("USUBJID").join(dates, on="USUBJID", how="left")
    parameters = [*_answers(), *_best_responses(rules)]
    return pl.concat(
        wide.select("USUBJID", pl.lit(name).alias("PARAMCD"), ADT=date, AVALC=answer)
        for name, date, answer in parameters
    ).sort("USUBJID", "PARAMCD")


def _mark_confirmed(assessed: pl.DataFrame, rules: ResponseRules) -> pl.DataFrame:
    """Give the responses their codes and mark where confirmed ones begin."""
    codes = {name: code for name, code in AVAL_OF_RESPONSE.items() if name != "MISSING"}
    numbered = assessed.with_columns(
        code=col("OVRLRESP").replace_strict(codes, default=OTHER, return_dtype=pl.Int8)
    ).sort("USUBJID", "ADT", "code")
    subject = numbered["USUBJID"].rle_id().cast(pl.Int64).to_numpy()
    day = numbered["ADT"].to_physical().cast(pl.Int64).to_numpy()
    code = numbered["code"].to_numpy()
    rule = ConfirmationRule(
        rules.confirmation_days, rules.max_ne_between, rules.accept_sd_between_pr
    )
    return numbered.with_columns(
        confirms_cr=pl.Series(find_confirmed(subject, day, code, CR, rule)),
        confirms_pr=pl.Series(find_confirmed(subject, day, code, PR, rule)),
    )


def _qualifying_dates(rules: ResponseRules) -> list[pl.Expr]:
    """Return the earliest date of each kind of assessment."""
    code = col("code")
    lasted = (col("ADT") - col("TRTSDT")).dt.total_days() >= rules.sd_minimum_days
    kinds = {
        "cr": code == CR,
        "pr": code == PR,
        "crpr": code.is_in([CR, PR]),
        "sd": code.is_in([CR, PR, SD]) & lasted,
        "non_cr": (code == NON_CR_NON_PD) & lasted,
        "ned": (code == NED) & lasted,
        "benefit": col("OVRLRESP").is_in(list(rules.benefit_responses)) & lasted,
        "pd": code == PD,
        "ne": code.is_in([CR, PR, SD, NON_CR_NON_PD, NED, NE]),
        "nd": col("OVRLRESP") == "ND",
        "confirmed_cr": col("confirms_cr"),
        "confirmed_pr": col("confirms_pr"),
        "confirmed": col("confirms_cr") | col("confirms_pr"),
    }
    return [col("ADT").filter(kind).min().alias(name) for name, kind in kinds.items()]


def _answers() -> list[tuple[str, pl.Expr, pl.Expr]]:
    """Return the parameters that are answered with yes or no: name, date, answer."""
    dates = {
        "RSP": col("crpr"),
        "CB": pl.min_horizontal("crpr", "benefit"),
        "BCP": pl.coalesce("cr", "pr"),
        "CRSP": col("confirmed"),
        "CCB": pl.min_horizontal("confirmed", "benefit"),
    }
    return [
        (name, date, pl.when(date.is_not_null()).then(pl.lit("Y")).otherwise(pl.lit("N")))
        for name, date in dates.items()
    ]


def _best_responses(rules: ResponseRules) -> list[tuple[str, pl.Expr, pl.Expr]]:
    """Return best response without and with confirmation: name, date, answer."""
    missing = pl.lit("NE" if rules.missing_as_ne else "MISSING")
    found = []
    for name, complete, partial in (("BOR", "cr", "pr"), ("CBOR", "confirmed_cr", "confirmed_pr")):
        ranking = {
            complete: "CR", partial: "PR", "sd": "SD", "non_cr": "NON-CR/NON-PD", "ned": "NED",
            "pd": "PD", "ne": "NE", "nd": "ND",
        }  # fmt: skip
        answers = [
            pl.when(col(kind).is_not_null()).then(pl.lit(answer))
            for kind, answer in ranking.items()
        ]
        found.append((name, pl.coalesce(*ranking), pl.coalesce(*answers, missing)))
    return found
