"""The analysis datasets as SQL tables."""

from collections.abc import Mapping

import polars as pl

from trialwright.core.errors import StudyError


def query_datasets(datasets: Mapping[str, pl.DataFrame], sql: str) -> pl.DataFrame:
    """Answer a query over analysis datasets.

    Parameters
    ----------
    datasets : mapping
        Lower-case name to dataset; names are the tables.
    sql : str
        One SELECT statement; nothing can be changed by it.

    Returns
    -------
    DataFrame
        The answer.

    Raises
    ------
    StudyError
        When the query cannot be answered; the message says why and which tables there are.
    """
    if not sql.lstrip("( \t\n").lower().startswith(("select", "with")):
        raise StudyError(
            f"The query cannot be answered: '{sql}' reads nothing, and nothing else is allowed. "
            f"Tables are {', '.join(datasets)}; write one SELECT statement."
        )
    context = pl.SQLContext(dict(datasets), eager=True)
    try:
        answer = context.execute(sql)
    except (pl.exceptions.PolarsError, ValueError) as error:
        reason = str(error).splitlines()[0]
        raise StudyError(
            f"The query cannot be answered: {reason}. "
            f"Tables are {', '.join(datasets)}; write one SELECT statement."
        ) from error
    return answer
