"""Files of recorded tables: found in a folder and read as they are."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from trialwright.core.errors import DataError, Finding, Severity
from trialwright.datasets.domains import DOMAINS, NOT_USED, find_dataset
from trialwright.datasets.rules_registry import Rule, declare_rule, make_finding
from trialwright.datasets.tabular_readers import READERS
from trialwright.datasets.typed import conform

__all__ = [
    "RecordedTables",
    "conform",
    "find_folder_findings",
    "find_tables",
    "read_table",
    "read_tables",
]

PLASMA = "plasma"  # exports with layouts of their own, judged by their own reader
OTHER_TABLE_SUFFIXES = frozenset(
    (".xlsx", ".xls", ".ods", ".sas7bdat", ".tsv", ".txt", ".dta", ".json", ".ndjson", ".dsjc")
)


FILE_UNKNOWN = declare_rule(
    Rule(
        "FILE-UNKNOWN",
        Severity.WARN,
        "A file whose name is no domain, or whose kind cannot be read",
        "Nothing reads the file, so what it holds is not in any result.",
        "Give it the name of its domain (tr.csv, suppae.xpt), save it as .csv, .xpt or .parquet, "
        "or move it out of the folder data.",
        __name__,
    )
)
FILE_TWICE = declare_rule(
    Rule(
        "FILE-TWICE",
        Severity.BLOCK,
        "Two files for one domain",
        "Only one of the two is read; which one is the right one cannot be known.",
        "Keep one of them in the folder data.",
        __name__,
    )
)
FILE_UNREADABLE = declare_rule(
    Rule(
        "FILE-UNREADABLE",
        Severity.BLOCK,
        "A file that cannot be read as what its name says",
        "Its rows are missing from every result.",
        "Export the table again from its source.",
        __name__,
    )
)


@dataclass(frozen=True, slots=True)
class RecordedTables:
    """What a data folder holds: tables as they are, their files' names, files not usable."""

    tables: Mapping[str, pl.DataFrame]
    files: Mapping[str, str]
    findings: tuple[Finding, ...]


def find_tables(data_dir: Path) -> dict[str, Path]:
    """Find the file of each domain in a data folder.

    Parameters
    ----------
    data_dir : Path
        Folder of a study's recorded data. Names count without case; folders within are not
        looked into.

    Returns
    -------
    dict
        Lower-case domain to its file, sorted by domain. Of two files for one domain the first by
        name stands, and `find_folder_findings` reports the other.
    """
    found: dict[str, Path] = {}
    for path in _candidates(data_dir):
        if path.suffix.lower() in READERS and find_dataset(_domain(path)) is not None:
            found.setdefault(_domain(path), path)
    return dict(sorted(found.items()))


def find_folder_findings(data_dir: Path) -> list[Finding]:
    """Find files of a data folder that nothing reads, and domains with two files."""
    tables = find_tables(data_dir)
    findings = []
    for path in _candidates(data_dir):
        domain, suffix = _domain(path), path.suffix.lower()
        if (
            domain.startswith(PLASMA)
            or domain.removeprefix("supp") in NOT_USED
            or path in tables.values()
        ):
            continue
        if domain in tables and suffix in READERS:
            findings.append(
                make_finding(
                    FILE_TWICE,
                    path.name,
                    found=f"a second table of {domain} beside {tables[domain].name}",
                    expected="one file for each domain",
                )
            )
        elif suffix in READERS or (
            suffix in OTHER_TABLE_SUFFIXES and find_dataset(domain) is not None
        ):
            known = "a readable kind" if find_dataset(domain) else "the name of a domain"
            findings.append(
                make_finding(
                    FILE_UNKNOWN,
                    path.name,
                    found=f"'{suffix if find_dataset(domain) else domain}'",
                    expected=f"{known} ({', '.join(READERS if find_dataset(domain) else DOMAINS)})",
                )
            )
    return findings


def read_tables(data_dir: Path) -> RecordedTables:
    """Read every table of a data folder; a file that cannot be read becomes a finding."""
    tables: dict[str, pl.DataFrame] = {}
    files: dict[str, str] = {}
    findings = find_folder_findings(data_dir)
    for domain, path in find_tables(data_dir).items():
        try:
            tables[domain] = read_table(path)
        except DataError as error:
            findings += error.findings if domain != PLASMA else ()
        else:
            files[domain] = path.name
    return RecordedTables(tables, files, tuple(findings))


def read_table(path: Path) -> pl.DataFrame:
    """Read one file as it is, without judging its values.

    Parameters
    ----------
    path : Path
        CSV (separator comma, semicolon, tabulator or bar; UTF-8, UTF-16 or Latin-1; with or
        without byte order mark; decimal commas where it has no comma as separator and no decimal
        point), SAS transport version 5, or Parquet.

    Returns
    -------
    DataFrame
        Columns in the file's order and case: CSV all text, others as stored, dates as ISO 8601
        text. `source_row` is the row that a spreadsheet shows for CSV, the number of the record
        from 1 for others. Rows without any value are left out. A CSV header that appears twice
        becomes "NAME (2)", a column without a name "(5)"; where rows have more or fewer fields
        than the header, `n_fields` holds the number of theirs.

    Raises
    ------
    DataError
        The file cannot be read as what its name says.
    """
    reader = READERS.get(path.suffix.lower())
    try:
        if reader is None:
            raise ValueError(f"{path.suffix} is none of {', '.join(READERS)}")  # noqa: TRY301
        return reader(path)
    except (OSError, ValueError, csv.Error, pl.exceptions.PolarsError) as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        finding = make_finding(
            FILE_UNREADABLE,
            path.name,
            found=f"not readable ({reason[0]})",
            expected=f"an intact {path.suffix.lower()} file",
        )
        raise DataError([finding]) from error


def _candidates(data_dir: Path) -> list[Path]:
    """Return the visible files of a folder, by name."""
    files = (path for path in data_dir.iterdir() if path.is_file())
    return sorted(path for path in files if not path.name.startswith((".", "~$")))


def _domain(path: Path) -> str:
    """Return the domain that a file's name says."""
    return path.stem.lower()
