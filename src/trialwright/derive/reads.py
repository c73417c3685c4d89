"""Choose one reading of the images out of TU, TR or RS, and give its records dates."""

from collections.abc import Mapping

import polars as pl
from polars import col

from trialwright.datasets.typed import select_columns
from trialwright.protocol.endpoints import AnalysisRead, MissingDay

PARQUALS: Mapping[AnalysisRead, str] = {
    AnalysisRead.ADJUDICATED: "CENTRAL",
    AnalysisRead.INVESTIGATOR: "INVESTIGATOR",
    AnalysisRead.RADIOLOGIST_1: "RADIOLOGIST 1",
    AnalysisRead.RADIOLOGIST_2: "RADIOLOGIST 2",
}
"""PARQUAL of each read."""

CENTRAL_EVALUATOR = "INDEPENDENT ASSESSOR"
LOCAL_EVALUATOR = "INVESTIGATOR"

COLUMNS: Mapping[str, Mapping[str, pl.DataType]] = {
    "TU": {
        "USUBJID": pl.String(),
        "TUSEQ": pl.Int64(),
        "TULNKID": pl.String(),
        "TUSTRESC": pl.String(),
        "TULOC": pl.String(),
        "VISITNUM": pl.Float64(),
        "VISIT": pl.String(),
        "TUDTC": pl.String(),
        "source_row": pl.Int64(),
    },
    "TR": {
        "USUBJID": pl.String(),
        "TRSEQ": pl.Int64(),
        "TRGRPID": pl.String(),
        "TRLNKID": pl.String(),
        "TRTESTCD": pl.String(),
        "TRORRES": pl.String(),
        "TRORRESU": pl.String(),
        "TRSTRESC": pl.String(),
        "TRSTRESN": pl.Float64(),
        "TRSTRESU": pl.String(),
        "TRSTAT": pl.String(),
        "TREVALID": pl.String(),
        "VISITNUM": pl.Float64(),
        "VISIT": pl.String(),
        "TRDTC": pl.String(),
        "source_row": pl.Int64(),
    },
    "RS": {
        "USUBJID": pl.String(),
        "RSSEQ": pl.Int64(),
        "RSTESTCD": pl.String(),
        "RSSTRESC": pl.String(),
        "RSEVALID": pl.String(),
        "VISITNUM": pl.Float64(),
        "VISIT": pl.String(),
        "RSDTC": pl.String(),
        "source_row": pl.Int64(),
    },
}
"""Columns that are read of each tumor domain; those a data set lacks are null."""


def is_under_read(read: AnalysisRead) -> pl.Expr:
    """Tell whether a row of an analysis dataset follows a read; one of no read follows every."""
    return col("PARQUAL").is_null() | (col("PARQUAL") == PARQUALS[read])


def list_best_responses(adrs: pl.DataFrame | None, read: AnalysisRead) -> pl.DataFrame:
    """List the best response of each patient under a read: USUBJID and AVALC.

    A response that is missing is not evaluable, as the table of best responses counts it.
    """
    if adrs is None:
        return pl.DataFrame(schema={"USUBJID": pl.String(), "AVALC": pl.String()})
    best = adrs.filter(is_under_read(read), col("PARAMCD") == "BOR")
    return best.select("USUBJID", col("AVALC").replace("MISSING", "NE")).unique(
        "USUBJID", keep="first", maintain_order=True
    )


def select_read(
    recorded: Mapping[str, pl.DataFrame], domain: str, read: AnalysisRead
) -> pl.DataFrame:
    """Select the records of one read from TU, TR or RS.

    Parameters
    ----------
    recorded : mapping
        Recorded data by lower-case domain.
    domain : {"TU", "TR", "RS"}
        Which of the tumor domains.
    read : AnalysisRead
        Whose reading. The adjudicated one is that of the independent assessor with --ACPTFL "Y".
        A domain without --EVAL has one read only, which then serves as any.

    Returns
    -------
    DataFrame
        The columns of `COLUMNS`, empty text as null, in the order of the input.
    """
    records = recorded.get(domain.lower(), pl.DataFrame())
    if f"{domain}EVAL" in records.columns:
        records = records.filter(is_of_read(records.columns, domain, read))
    selected = select_columns(records, COLUMNS[domain])
    texts = col(pl.String)
    return selected.with_columns(pl.when(texts != "").then(texts).name.keep())


def is_of_read(columns: list[str], domain: str, read: AnalysisRead) -> pl.Expr:
    """Return the condition that a record belongs to a read."""
    evaluator = col(f"{domain}EVAL")
    if read is AnalysisRead.INVESTIGATOR:
        return evaluator.is_null() | evaluator.is_in(["", LOCAL_EVALUATOR])
    if read is AnalysisRead.ADJUDICATED:
        if f"{domain}ACPTFL" not in columns:
            return evaluator == CENTRAL_EVALUATOR
        return (evaluator == CENTRAL_EVALUATOR) & (col(f"{domain}ACPTFL") == "Y")
    return col(f"{domain}EVALID") == PARQUALS[read]


def is_marked(recorded: Mapping[str, pl.DataFrame], domain: str, read: AnalysisRead) -> bool:
    """Return whether the records of TU, TR or RS mark a central read, apart from the others.

    Without --EVALID no radiologist can be told from another, without --ACPTFL no reading has been
    accepted.
    """
    records = recorded.get(domain.lower(), pl.DataFrame())
    mark = "ACPTFL" if read is AnalysisRead.ADJUDICATED else "EVALID"
    if not {f"{domain}EVAL", f"{domain}{mark}"} <= set(records.columns):
        return False
    return not records.filter(is_of_read(records.columns, domain, read)).is_empty()


def complete_date(dtc: str, missing_day: MissingDay) -> pl.Expr:
    """Read an ISO 8601 date, a missing day put in by a rule.

    Parameters
    ----------
    dtc : str
        The --DTC column: "2021-02-08", with or without a time, or "2021-02".
    missing_day : MissingDay
        Which day "2021-02" is taken for; a date without a month stays null.

    Returns
    -------
    Expr
        The date; null where there is none or where it does not exist.
    """
    text = col(dtc).str.slice(0, 10)
    if missing_day is MissingDay.UNKNOWN:
        return text.str.to_date("%Y-%m-%d", strict=False)
    lacks_day = text.str.len_bytes() == len("2021-02")
    filled = pl.when(lacks_day).then(text + "-01").otherwise(text)
    date = filled.str.to_date("%Y-%m-%d", strict=False)
    if missing_day is MissingDay.FIRST:
        return date
    return pl.when(lacks_day).then(date.dt.month_end()).otherwise(date)


def flag_completed(dtc: str, missing_day: MissingDay) -> pl.Expr:
    """Return ADTF: "D" where `complete_date` put in the day."""
    if missing_day is MissingDay.UNKNOWN:
        return pl.lit(None, dtype=pl.String)
    return pl.when(col(dtc).str.len_bytes() == len("2021-02")).then(pl.lit("D"))


def count_study_day(date: str, reference: str) -> pl.Expr:
    """Return the study day of a date: the reference is day 1, and there is no day 0."""
    days = (col(date) - col(reference)).dt.total_days()
    return pl.when(days >= 0).then(days + 1).otherwise(days)
