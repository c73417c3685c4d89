"""The steps from the centre's own tables to recorded domains, and where each row was read."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from trialwright.core.errors import Finding
from trialwright.core.ledger import slug
from trialwright.core.trace import hash_file
from trialwright.datasets.mapping.account import PlaceAccount, account_for
from trialwright.datasets.mapping.findings import find_refused, find_source_findings
from trialwright.datasets.mapping.model import CentreMapping
from trialwright.datasets.mapping.oddities import find_oddities
from trialwright.datasets.mapping.read import MAPPING_FILE, MappingReading
from trialwright.datasets.mapping.rows import (
    Dictionaries,
    list_mapped,
    list_parts,
    map_domain,
)
from trialwright.datasets.mapping.rules import find_at
from trialwright.datasets.mapping.sources import Place, list_places, place_of, read_place
from trialwright.datasets.mapping.splits import split_domain, split_origin, split_qualifiers
from trialwright.datasets.sheets import SUFFIXES
from trialwright.datasets.tabular import PLASMA, find_tables
from trialwright.study.findings import read_findings, store_finding
from trialwright.study.run import Step

SOURCE, MAPPED, ORIGIN = "source.", "mapped.", "origin."
SOURCE_CHECK = "source_check"
ENDS = ("mapped", "ignored", "reported")


def name_mapped(domain: str) -> str:
    """Return what findings call a mapped domain where they name no cell."""
    return f"{domain.upper()} by {MAPPING_FILE}"


def name_table(domain: str) -> str:
    """Return what the store calls the table of a domain, or of the centre, as it was read."""
    return domain if domain.startswith(SOURCE) else f"raw.{domain}"


def list_sources(data: Path, mapping: CentreMapping) -> dict[str, Place]:
    """Return the steps that read the centre's tables, and what each reads, where it is there."""
    return {
        f"{SOURCE}{number:02}_{slug(place.name)}": place
        for number, place in enumerate(list_places(mapping), start=1)
        if (data / place.file).is_file()
    }


def list_mapped_domains(mapping: CentreMapping) -> list[str]:
    """Return the domains that a mapping makes, those of qualifiers among them."""
    domains = list_mapped(mapping)
    with_qualifiers = {part.target.domain for part in list_parts(mapping) if part.target.qualifiers}
    return sorted([*domains, *(f"supp{domain}" for domain in with_qualifiers)])


def list_mapping_steps(
    data: Path, mapping: CentreMapping, reading: MappingReading, study: str
) -> list[Step]:
    """Return the steps that read the centre's tables and make domains of them."""
    sources = list_sources(data, mapping)
    steps = []
    for name, place in sources.items():
        path = data / place.file
        settings = {"path": path, "place": place}
        title = f"table {place.name}"
        steps.append(Step(name, title, read_place, {}, settings, stamp=hash_file(path)))
    for domain in list_mapped(mapping):
        narrow = _narrow(mapping, domain)
        steps += _list_domain_steps(domain, narrow, reading.dictionaries, sources, study)
    return [*steps, *_list_check_steps(data, mapping, reading, sources)]


def _list_domain_steps(
    domain: str,
    mapping: CentreMapping,
    dictionaries: Dictionaries,
    sources: Mapping[str, Place],
    study: str,
) -> list[Step]:
    wanted = {place_of(table) for table in mapping.tables}
    names = {name: place.name for name, place in sources.items() if place in wanted}
    lost = sorted(place.name for place in wanted if place.name not in names.values())
    dictionaries = {
        name: fields
        for name, fields in dictionaries.items()
        if any(table.redcap and table.redcap.dictionary == name for table in mapping.tables)
    }
    settings = {
        "domain": domain, "mapping": mapping, "names": names,
        "dictionaries": dictionaries, "study": mapping.study or study,
    }  # fmt: skip
    mapped = MAPPED + domain
    inputs = {"sources": tuple(names)}
    title = f"{domain.upper()} from the centre's tables"
    steps = [Step(mapped, title, _map_domain, inputs, settings, needs=(*names, *lost))]
    steps += _list_splits(domain, mapped)
    if any(part.target.qualifiers for part in list_parts(mapping)):
        supp = f"supp{domain}"
        settings = {"mapping": mapping, "domain": domain}
        title = f"qualifiers of {domain.upper()}"
        steps.append(Step(MAPPED + supp, title, split_qualifiers, {"mapped": mapped}, settings))
        steps += _list_splits(supp, MAPPED + supp)
    return steps


def _list_splits(domain: str, mapped: str) -> list[Step]:
    inputs = {"mapped": mapped}
    return [
        Step(f"raw.{domain}", f"table of {domain.upper()}", split_domain, inputs),
        Step(ORIGIN + domain, f"cells of {domain.upper()}", split_origin, inputs),
    ]


def _list_check_steps(
    data: Path, mapping: CentreMapping, reading: MappingReading, sources: Mapping[str, Place]
) -> list[Step]:
    """Return the steps that say what is odd in the tables, and what became of every row."""
    files = sorted({place.file for place in sources.values()})
    odd = []
    for number, file in enumerate(files, start=1):
        settings: dict[str, Any] = {"path": data / file, "mapping": mapping}
        name, title = f"oddities.{number:02}_{slug(file)}", f"look of {file}"
        odd.append(Step(name, title, _find_oddities, {}, settings, stamp=hash_file(data / file)))
    origins = tuple(ORIGIN + domain for domain in list_mapped_domains(mapping))
    lost = [place.name for place in list_places(mapping) if place not in sources.values()]
    dictionaries = {t.redcap.dictionary for t in mapping.tables if t.redcap}
    lost += sorted(str(d) for d in dictionaries - {None, *reading.dictionaries})
    settings = {
        "mapping": mapping,
        "names": {name: place.name for name, place in sources.items()},
        "dictionaries": reading.dictionaries,
        "lost": lost,
        "unused": list_unused(data, mapping),
        "direct": sorted(
            f.name for f in find_tables(data).values() if f.name not in mapping.files()
        ),
        "doubts": [store_finding(finding) for finding in reading.doubts],
    }
    inputs = {
        "sources": tuple(sources), "origins": origins,
        "oddities": tuple(step.name for step in odd),
    }  # fmt: skip
    title = "check of the centre's tables"
    return [*odd, Step(SOURCE_CHECK, title, check_sources, inputs, settings)]


def list_unused(data: Path, mapping: CentreMapping) -> list[str]:
    """Return the tables in the folder that are no domain and that the mapping does not name."""
    known = {*mapping.files(), *(path.name for path in find_tables(data).values())}
    files = sorted(path for path in data.iterdir() if path.is_file())
    return [
        path.name
        for path in files
        if path.suffix.lower() in (".csv", ".tsv", ".txt", *SUFFIXES, ".xls", ".ods", ".zip")
        and path.name not in known
        and not path.name.startswith((".", "~$", PLASMA))
    ]


def _narrow(mapping: CentreMapping, domain: str) -> CentreMapping:
    """Keep what a mapping says of one domain, so that another part of it may change."""
    tables = tuple(
        table.model_copy(update={"into": targets, "ignore": (), "guess": None})
        for table in mapping.tables
        if (targets := tuple(item for item in table.into if item.domain == domain))
    )
    return mapping.model_copy(update={"tables": tables, "ignore": ()})


def _map_domain(
    sources: Mapping[str, pl.DataFrame],
    domain: str,
    mapping: CentreMapping,
    names: Mapping[str, str],
    dictionaries: Dictionaries,
    study: str,
) -> pl.DataFrame:
    frames = {names[step]: frame for step, frame in sources.items()}
    return map_domain(mapping, domain, frames, dictionaries, study)


def _find_oddities(path: Path, mapping: CentreMapping) -> list[dict[str, Any]]:
    return [store_finding(finding) for finding in find_oddities(path, mapping)]


def check_sources(  # noqa: PLR0913 - a step takes its inputs and settings by name
    sources: Mapping[str, pl.DataFrame],
    origins: Mapping[str, pl.DataFrame],
    oddities: Mapping[str, Sequence[Mapping[str, Any]]],
    mapping: CentreMapping,
    names: Mapping[str, str],
    dictionaries: Dictionaries,
    lost: Sequence[str],
    unused: Sequence[str],
    direct: Sequence[str],
    doubts: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Say what is odd in the centre's tables, and account for every row and column.

    Returns
    -------
    dict
        findings (as `store_finding` gives them) and accounts, one of each place.
    """
    frames = {names[step]: frame for step, frame in sources.items()}
    where = {name.removeprefix(ORIGIN): frame for name, frame in origins.items()}
    known = [table for table in mapping.tables if place_of(table).name in frames]
    absent = ("no such file", "a file in the folder data")
    findings = [find_at("MAP-FILE", place, *absent) for place in lost]
    findings += [find_at("MAP-UNUSED", file, "not named", "mapped or ignored") for file in unused]
    both = sorted({*list_mapped(mapping)} & {file.partition(".")[0].lower() for file in direct})
    findings += [find_at("MAP-TWICE", MAPPING_FILE, f"{d} and {d}.*", "one of them") for d in both]
    accounts: list[PlaceAccount] = []
    if known:
        whole = mapping.model_copy(update={"tables": tuple(known)})
        accounts, left = account_for(whole, frames, where)
        findings += find_source_findings(whole, frames, dictionaries)
        findings += [*find_refused(where, frames), *left]
    stored = [*doubts, *(dict(item) for found in oddities.values() for item in found)]
    stored += [store_finding(finding) for finding in findings]
    return {"findings": stored, "accounts": [account.as_dict() for account in accounts]}


def print_account(account: Mapping[str, Any]) -> str:
    """Return in words what became of the rows of one place.

    Examples
    --------
    >>> print_account({"n_rows": 3, "n_rows_mapped": 2, "n_rows_ignored": 0,
    ...                "n_rows_reported": 1, "made": {"TR": 5}})
    '3 rows in (2 mapped, 0 ignored, 1 reported), out: TR 5'
    """
    parts = ", ".join(f"{account[f'n_rows_{end}']} {end}" for end in ENDS)
    made = ", ".join(f"{domain} {n}" for domain, n in account["made"].items()) or "nothing"
    return f"{account['n_rows']} rows in ({parts}), out: {made}"


def read_source_findings(stored: Mapping[str, Any] | None) -> list[Finding]:
    """Return the findings of `check_sources`; none where there is no mapping."""
    return [] if stored is None else read_findings(stored["findings"])
