"""To which agent an adverse event is related, where the site recorded it agent by agent."""

from collections.abc import Sequence

import polars as pl
from polars import col

RELATION = r"^AEREL(\d*)"
NOT_RELATED = ("NOT RELATED", "UNRELATED", "NONE", "N", "NO", "UNLIKELY", "UNLIKELY RELATED")


def derive_relations(suppae: pl.DataFrame | None, agents: Sequence[str]) -> pl.DataFrame:
    """Derive the agents to which each event is related.

    Parameters
    ----------
    suppae : DataFrame or None
        Supplemental qualifiers of AE: QNAM begins with AEREL, and QLABEL names the agent, or QNAM
        ends with its number in the protocol.
    agents : sequence of str
        The protocol's agents in order.

    Returns
    -------
    DataFrame
        One row per USUBJID and AESEQ that has any such record: RELAGENT, the agents related,
        joined by "; " in the protocol's order; empty text when it is related to none.
    """
    schema = {"USUBJID": pl.String(), "AESEQ": pl.Float64(), "RELAGENT": pl.String()}
    if suppae is None or not agents:
        return pl.DataFrame(schema=schema)
    rows = suppae.filter(
        col("QNAM").str.contains(RELATION), col("IDVAR").str.to_uppercase() == "AESEQ"
    )
    names = pl.DataFrame({"agent": list(agents), "place": range(1, len(agents) + 1)})
    label = pl.coalesce("QLABEL", pl.lit("")).str.to_lowercase()
    is_named = label.str.contains(col("agent").str.to_lowercase(), literal=True)
    is_numbered = col("QNAM").str.extract(RELATION).cast(pl.Int64, strict=False) == col("place")
    pairs = rows.join(names, how="cross").filter(is_named | is_numbered.fill_null(value=False))
    related = ~col("QVAL").str.to_uppercase().is_in(NOT_RELATED) & col("QVAL").is_not_null()
    return (
        pairs.with_columns(col("IDVARVAL").cast(pl.Float64, strict=False).alias("AESEQ"))
        .sort("USUBJID", "AESEQ", "place")
        .group_by("USUBJID", "AESEQ", maintain_order=True)
        .agg(col("agent").filter(related).unique(maintain_order=True).str.join("; "))
        .select("USUBJID", "AESEQ", col("agent").fill_null("").alias("RELAGENT"))
    )
