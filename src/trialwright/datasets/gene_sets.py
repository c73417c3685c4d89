"""Gene sets in GMT files: one set a line, name, description, members; genes of the assays."""

from csv import DictReader
from functools import cache
from importlib.resources import files
from pathlib import Path

import polars as pl

from trialwright.core.errors import DataError, Finding
from trialwright.datasets.olink_frame import refuse

MIN_FIELDS = 3


def read_gmt(path: str | Path) -> dict[str, frozenset[str]]:
    """Read gene sets.

    Parameters
    ----------
    path : str or Path
        GMT file: fields parted by tabs.

    Returns
    -------
    dict
        Name to members, in the order of the file.

    Raises
    ------
    DataError
        If the file is missing, a line has no members, or a name comes twice.
    """
    file = Path(path)
    if not file.is_file():
        raise refuse("GMT-FILE", file.name, "no such file", "a GMT file", "Look at its name.")
    sets: dict[str, frozenset[str]] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        name, *rest = (field.strip() for field in line.split("\t"))
        members = frozenset(field for field in rest[1:] if field)
        if len(rest) + 1 < MIN_FIELDS or not members:
            raise refuse(
                "GMT-LINE",
                f"{file.name} row {number}",
                f"'{name}' without members",
                "name, description and genes, parted by tabs",
                "Save the file with tabs.",
            )
        if name in sets:
            raise refuse(
                "GMT-TWICE",
                f"{file.name} row {number}",
                f"a second set '{name}'",
                "each name once",
                "Rename one of the two.",
            )
        sets[name] = members
    return sets


def read_gmt_table(path: str | Path) -> pl.DataFrame:
    """Read gene sets as a table: one row per set and member (set, gene), by name of the gene.

    `source_row` is the line of the file.
    """
    sets = read_gmt(path)
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    place = {line.split("\t")[0].strip(): n for n, line in enumerate(lines, start=1)}
    rows = [(name, gene, place[name]) for name, genes in sets.items() for gene in sorted(genes)]
    schema = {"set": pl.String, "gene": pl.String, "source_row": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def find_gmt_findings(path: Path) -> list[Finding]:
    """Find what makes a file of gene sets unusable; nothing when it can be read."""
    try:
        read_gmt(path)
    except DataError as error:
        return list(error.findings)
    return []


def name_genes(assays: pl.DataFrame) -> dict[str, str]:
    """Return the gene of each assay: by its accession where that is known, else its own name.

    Parameters
    ----------
    assays : DataFrame
        PARAMCD, PARAM (name of the assay) and UNIPROT; of a complex the first protein counts.
    """
    known = _genes_by_accession()
    return {
        code: known.get(str(accession or "").split(",")[0], str(name).upper())
        for code, name, accession in assays.select("PARAMCD", "PARAM", "UNIPROT").iter_rows()
    }


@cache
def _genes_by_accession() -> dict[str, str]:
    """Return the genes of the accessions on the panels that are known."""
    table = files("trialwright.datasets") / "data" / "olink_genes.csv"
    with table.open(encoding="utf-8") as lines:
        rows = list(DictReader(lines))
    return {row["uniprot"].split(",")[0]: row["gene"].split(",")[0] for row in rows}
