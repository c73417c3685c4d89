"""What was known on the data cut: rows of recorded tables, and findings about them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

import polars as pl
from polars import col

from trialwright.core.errors import Finding
from trialwright.derive.dates import hide_after_cut
from trialwright.study.mapped import name_table
from trialwright.study.store import Store

LATER = "DATE-AFTER-CUT"


def read_known(domains: Iterable[str], store: Store, data_cut: date) -> dict[str, pl.DataFrame]:
    """Return the recorded tables as they could be read on the data cut, by domain."""
    return {
        domain: hide_after_cut(store.load(name_table(domain)), domain, data_cut)
        for domain in sorted(domains)
        if store.is_done(name_table(domain))
    }


def keep_known(
    findings: Iterable[Finding], tables: Mapping[str, str], store: Store, data_cut: date
) -> list[Finding]:
    """Return findings as they may be told on the data cut.

    Parameters
    ----------
    findings : iterable of Finding
        Of the checks, at the rows of domains.
    tables : mapping
        Domain to what findings call its table.
    store : Store
        Of the run.
    data_cut : date
        The last day that was known.

    Returns
    -------
    list of Finding
        Without those about rows that are dated later. How many dates are later is told, and
        neither which nor whose.
    """
    listed = [_count_later(item) if item.rule == LATER else item for item in findings]
    domains = {name: domain for domain, name in tables.items()}
    asked = {domains[item.file] for item in listed if item.row and item.file in domains}
    gone = {
        domain: _list_rows(store.load(name_table(domain))) - _list_rows(known)
        for domain, known in read_known(asked, store, data_cut).items()
    }
    return [item for item in listed if item.row not in gone.get(domains.get(item.file, ""), ())]


def _count_later(finding: Finding) -> Finding:
    """Return the finding of later dates with their number alone."""
    found = "1 date" if finding.row else finding.found.partition(",")[0]
    return replace(finding, found=found, row=None, subject=None, where=None)


def _list_rows(frame: pl.DataFrame) -> set[int]:
    """Return the rows of the file that a table has."""
    return set(frame.select(col("source_row").cast(pl.Int64)).to_series().to_list())
