"""The listing behind every table: the analysis rows it counts, with the rows of the files."""

import io
from collections.abc import Mapping

import polars as pl
from polars import col

from trialwright.core.result import Result
from trialwright.core.trace import Link
from trialwright.study.evidence import Loader
from trialwright.study.figures import disarm_formulas
from trialwright.study.lineage import trace_to_sources
from trialwright.study.store import Store

MOST_ROWS = 20_000  # of one listing; the dataset itself holds all
MOST_SOURCES = 12  # rows of one file that a line names
KEYS = ("dataset", "USUBJID", "ASEQ", "variable")
SEPARATOR = "\x1f"


def list_rows(
    results: Mapping[str, Result],
    store: Store,
    links: Mapping[str, tuple[Link, ...]],
    files: Mapping[str, tuple[str, str]],
) -> dict[str, bytes]:
    """List, for every result, the analysis rows behind its numbers.

    Parameters
    ----------
    results : mapping
        Result id to result.
    store : Store
        Where the run keeps its datasets.
    links : mapping
        Dataset to its links.
    files : mapping
        Domain to its file's name and hash.

    Returns
    -------
    dict
        Name of a listing, such as pfs_adtte, to its CSV: the columns of the dataset, `variable`
        that was counted (empty: the row), `numbers` of the result that the row is behind, and
        `sources`, the rows of the recorded files. Rows beyond 20,000 are counted in a last line.
    """
    loader = Loader(store)
    named = [
        result.basis.with_columns(pl.lit(name).alias("result")) for name, result in results.items()
    ]
    if not named:
        return {}
    basis = pl.concat(named).with_columns(_row_key().alias("row_key"))
    sources = _print_sources(basis, loader, links, files)
    listings = {}
    for (result, dataset), part in basis.group_by("result", "dataset", maintain_order=True):
        frame = loader.load(str(dataset).lower())
        if frame is not None and part.height:
            listing = _join_rows(part, frame).join(
                sources, on="row_key", how="left", maintain_order="left"
            )
            listings[f"{result}_{str(dataset).lower()}"] = _print_csv(listing.drop("row_key"))
    return listings


def _row_key() -> pl.Expr:
    """Return a text that names one analysis row and the variable that was counted."""
    parts = [col(name).cast(pl.String).fill_null("") for name in KEYS]
    return pl.concat_str(parts, separator=SEPARATOR)


def _print_sources(
    basis: pl.DataFrame,
    loader: Loader,
    links: Mapping[str, tuple[Link, ...]],
    files: Mapping[str, tuple[str, str]],
) -> pl.DataFrame:
    """Return, by row, the recorded rows as text; each row is traced once."""
    once = basis.unique("row_key", maintain_order=True).with_columns(stat_id=col("row_key"))
    found = trace_to_sources(once.drop("row_key", "result"), links, loader.load)
    names = {domain: file for domain, (file, _) in files.items()}
    if found.is_empty():
        return pl.DataFrame(schema={"row_key": pl.String, "sources": pl.String})
    rows = col("source_row").cast(pl.String)
    more = pl.when(pl.len() > MOST_SOURCES).then(pl.format(" and {} more", pl.len() - MOST_SOURCES))
    return (
        found.filter(col("domain").is_in(list(names)))
        .with_columns(col("domain").replace_strict(names).alias("file"))
        .sort("stat_id", "file", "source_row")
        .group_by("stat_id", "file", maintain_order=True)
        .agg(rows.head(MOST_SOURCES).str.join(", ").alias("rows"), more.alias("more"))
        .group_by("stat_id", maintain_order=True)
        .agg(
            pl.concat_str("file", pl.lit(" "), "rows", col("more").fill_null(""))
            .str.join("; ")
            .alias("sources")
        )
        .rename({"stat_id": "row_key"})
    )


def _join_rows(part: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """Return each analysis row once, with the numbers it is behind."""
    keys = ["USUBJID", "ASEQ"] if "ASEQ" in frame.columns else ["USUBJID"]
    wanted = part.group_by("row_key", maintain_order=True).agg(
        col(*keys, "variable").first(), col("stat_id").unique(maintain_order=True).alias("numbers")
    )
    numbered = frame.with_columns(col("ASEQ").cast(pl.Int64)) if "ASEQ" in keys else frame
    joined = wanted.join(numbered, on=keys, how="inner", nulls_equal=True)
    order = [name for name in frame.columns if name != "row_key"]
    return (
        joined.with_columns(col("numbers").list.join("; "))
        .sort(*keys, "variable")
        .select(*order, "variable", "numbers", "row_key")
    )


def _print_csv(listing: pl.DataFrame) -> bytes:
    """Print a listing; what is beyond its size is counted, not dropped in silence."""
    stream = io.BytesIO()
    disarm_formulas(listing.head(MOST_ROWS)).write_csv(stream)
    beyond = listing.height - MOST_ROWS
    if beyond > 0:
        stream.write(f"and {beyond} more rows in the dataset\n".encode())
    return stream.getvalue()
