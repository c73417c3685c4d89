"""From a statistic back to the rows of the recorded files."""

from collections.abc import Callable, Mapping

import polars as pl
from polars import col

from trialwright.core.trace import Link

SOURCE_ROWS = {
    "stat_id": pl.String(),
    "domain": pl.String(),
    "source_row": pl.Int64(),
    "USUBJID": pl.String(),
}
MAX_DEPTH = 8  # the longest way from a result to a file is five datasets

Links = Mapping[str, tuple[Link, ...]]
Load = Callable[[str], pl.DataFrame | None]


def trace_to_sources(basis: pl.DataFrame, links: Links, load: Load) -> pl.DataFrame:
    """Follow statistics through the analysis datasets to the recorded rows.

    Parameters
    ----------
    basis : DataFrame
        Columns of `core.result.BASIS`: statistic, dataset, subject, row and variable.
    links : mapping
        Dataset name, in lower case, to the links that its step declares.
    load : callable
        Returns a dataset by its lower-case name; None when there is none. Recorded datasets have
        a column source_row, those put together from several files also source_domain.

    Returns
    -------
    DataFrame
        One row per statistic and recorded row, without repeats, sorted by stat_id, domain and
        source_row: stat_id, domain, source_row, USUBJID.
    """
    found: list[pl.DataFrame] = []
    for (dataset,), rows in basis.group_by("dataset", maintain_order=True):
        name = str(dataset).lower()
        frame = load(name)
        if frame is not None:
            found += _follow(name, pick_rows(rows, frame), links, load)
    if not found:
        return pl.DataFrame(schema=SOURCE_ROWS)
    return pl.concat(found).unique().sort("stat_id", "domain", "source_row")


def pick_rows(basis: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """Return the dataset's rows that a basis names, with their statistic and variable."""
    named = basis.select("stat_id", "USUBJID", "ASEQ", "variable")
    if "ASEQ" not in frame.columns:
        return named.drop("ASEQ").join(frame, on="USUBJID", how="inner")
    by_row = named.filter(col("ASEQ").is_not_null())
    by_subject = named.filter(col("ASEQ").is_null()).drop("ASEQ")
    parts = [
        by_row.join(frame.with_columns(col("ASEQ").cast(pl.Int64)), on=["USUBJID", "ASEQ"]),
        by_subject.join(frame, on="USUBJID"),
    ]
    return pl.concat(parts, how="diagonal_relaxed")


def _follow(
    name: str, rows: pl.DataFrame, links: Links, load: Load, depth: int = 0
) -> list[pl.DataFrame]:
    """Follow picked rows of one dataset; rows of a recorded one are the end of the way."""
    if "source_row" in rows.columns:
        domain = col("source_domain") if "source_domain" in rows.columns else pl.lit(name)
        return [
            rows.select(
                "stat_id",
                domain.alias("domain"),
                col("source_row").cast(pl.Int64),
                "USUBJID",
            )
        ]
    found: list[pl.DataFrame] = []
    for link in links.get(name, ()) if depth < MAX_DEPTH else ():
        frame = load(link.dataset)
        if frame is None or not _has_columns(link, rows, frame):
            continue  # what was not recorded cannot be a source
        chosen = _rows_of_link(rows, link)
        if chosen.is_empty():
            continue
        found += _follow(link.dataset, _join(chosen, frame, link), links, load, depth + 1)
    return found


def _has_columns(link: Link, rows: pl.DataFrame, frame: pl.DataFrame) -> bool:
    """Tell whether both sides of a link have the columns that it names."""
    output, source = {*link.keys, *link.when}, {*link.keys.values(), *link.where}
    return output <= set(rows.columns) and source <= set(frame.columns)


def _rows_of_link(rows: pl.DataFrame, link: Link) -> pl.DataFrame:
    """Keep the rows for which a link speaks."""
    if link.variables:
        rows = rows.filter(col("variable").is_null() | col("variable").is_in(link.variables))
    for name, value in link.when.items():
        rows = rows.filter(col(name) == value)
    return rows


def _join(rows: pl.DataFrame, frame: pl.DataFrame, link: Link) -> pl.DataFrame:
    """Return the input's rows tied to the output's, under the same statistics."""
    for name, value in link.where.items():
        # A category counts in whatever capitals it was written.
        frame = frame.filter(col(name).cast(pl.String).str.to_uppercase() == value.upper())
    keys = [f"key_{i}" for i in range(len(link.keys))]
    pairs = list(zip(link.keys.items(), keys, strict=True))
    kinds = {key: _kind(rows.schema[ours], frame.schema[theirs]) for (ours, theirs), key in pairs}
    wanted = rows.select(
        "stat_id",
        *(col(ours).cast(kinds[key], strict=False).alias(key) for (ours, _), key in pairs),
    ).unique()
    inputs = frame.with_columns(
        col(theirs).cast(kinds[key], strict=False).alias(key) for (_, theirs), key in pairs
    )
    variable = pl.lit(link.input_variable, dtype=pl.String).alias("variable")
    return wanted.join(inputs, on=keys).drop(keys).with_columns(variable)


def _kind(*types: pl.DataType) -> type[pl.DataType]:
    """Return how keys are compared: 3, 3.0, "3" and a row number of any width are equal."""
    return pl.Float64 if any(kind.is_numeric() for kind in types) else pl.String
