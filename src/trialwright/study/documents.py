"""The last steps of a run: the report as PDF and DOCX, the results as CDISC ARS."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import polars as pl

from trialwright.core.result import Result
from trialwright.core.trace import hash_file
from trialwright.derive.populations import population_flag
from trialwright.protocol.estimands import Safety
from trialwright.protocol.model import Protocol
from trialwright.report.ars import make_ars
from trialwright.report.ars_parts import DatasetFacts, ReportingEvent
from trialwright.report.blocks import Document
from trialwright.report.material import SAFETY_RESULTS
from trialwright.study.analyses import name_populations
from trialwright.study.figures import FOLDER
from trialwright.study.reporting import print_band
from trialwright.study.run import Step, StepReport, run_steps
from trialwright.study.store import ABSENT, DONE, UNCHANGED, Store

DOCUMENTS = ("report.pdf", "report.docx", "report.rtf", "report.listings", "report.ars")
LISTINGS = "listings/*.csv"
RTF_TABLES = "tables/*.rtf"
NEEDS_OFFICE = "needs pip install 'trialwright[office]'"


@dataclass(frozen=True, slots=True)
class Output:
    """Files of the results folder, the function that makes them, and the library it needs.

    `file` names one, or a pattern such as tables/*.rtf whose star stands for a name that `make`
    gives.
    """

    name: str
    title: str
    file: str
    make: Callable[[], bytes | Mapping[str, bytes]]
    library: str = ""

    def find(self, results: Path) -> list[Path]:
        """Return the files that are there."""
        return sorted(results.glob(self.file))


def list_documents(
    store: Store,
    compose: Callable[[], Document],
    describe: Callable[[], dict[str, Any]],
    list_rows: Callable[[], dict[str, bytes]],
) -> list[Output]:
    """Return the documents of a run; what each is made of is asked for when it is made.

    Parameters
    ----------
    store : Store
        Where the run keeps what it made.
    compose : callable
        Returns the report.
    describe : callable
        Returns the results as CDISC ARS.
    list_rows : callable
        Returns the listings behind the tables.
    """

    def make_pdf() -> bytes:
        from trialwright.report.pdf import render_pdf

        return render_pdf(compose())

    def make_docx() -> bytes:
        from trialwright.report.docx import render_docx

        return render_docx(compose(), store.results)

    def make_rtf() -> dict[str, bytes]:
        from trialwright.report.rtf import render_tables

        return render_tables(compose())

    def make_json() -> bytes:
        return json.dumps(describe(), ensure_ascii=False, indent=1).encode()

    return [
        Output("report.pdf", "report as PDF", "report.pdf", make_pdf, "typst"),
        Output("report.docx", "report as DOCX", "report.docx", make_docx, "python-docx"),
        Output("report.rtf", "tables as RTF", RTF_TABLES, make_rtf, "rtflite"),
        Output("report.listings", "listings behind the tables", LISTINGS, list_rows),
        Output("report.ars", "results as CDISC ARS", "ars.json", make_json),
    ]


def run_documents(
    outputs: Sequence[Output], store: Store, tell: Callable[[str], None] | None = None
) -> list[StepReport]:
    """Make the documents whose report changed; one that cannot be made leaves no old file behind.

    Parameters
    ----------
    outputs : sequence of Output
        What to make.
    store : Store
        Where the report is known by its hash.
    tell : callable, optional
        Receives the name of each slow step.

    Returns
    -------
    list of StepReport
        One a document; absent, with what to install, where its library is not there.
    """
    reports = []
    for output in outputs:
        installed = _find_version(output.library)
        if installed is None or not output.find(store.results):
            store.states.pop(output.name, None)
        if installed is None:
            report = StepReport(output.name, output.title, ABSENT, 0.0, NEEDS_OFFICE)
        else:
            [report] = run_steps([_make_step(output, store.results, installed)], store, tell)
        if report.status not in (DONE, UNCHANGED):
            remove_files(output.find(store.results))
        reports.append(report)
    store.write_states()
    return reports


def remove_files(paths: Sequence[Path]) -> None:
    """Remove files of an earlier run."""
    for path in paths:
        path.unlink(missing_ok=True)


def _make_step(output: Output, results: Path, stamp: str) -> Step:
    """Return the step that writes the files of one output."""

    def write(**_: Any) -> dict[str, dict[str, str]]:
        made = output.make()
        contents = {"": made} if isinstance(made, bytes) else made
        files = {output.file.replace("*", name): content for name, content in contents.items()}
        for file, content in files.items():
            draft = results / f"{file}.part"
            draft.parent.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(content)
            draft.replace(results / file)
        written = {results / file for file in files}
        remove_files([path for path in output.find(results) if path not in written])
        return {"files": {file: hash_file(results / file) for file in sorted(files)}}

    return Step(output.name, output.title, write, {"report": "report"}, stamp=stamp)


def _find_version(library: str) -> str | None:
    """Return the version of an installed library; None when it is not there."""
    if not library:
        return ""
    try:
        return version(library)
    except PackageNotFoundError:
        return None


def describe_results(
    protocol: Protocol, results: Mapping[str, Result], store: Store
) -> dict[str, Any]:
    """Return the results of a run as CDISC ARS.

    Parameters
    ----------
    protocol : Protocol
        What was promised: populations and what each endpoint is for.
    results : mapping
        Result id to result.
    store : Store
        Where the analysis datasets and figures are.
    """
    populations = dict(name_populations(protocol).values())
    event = ReportingEvent(
        study=protocol.study.id,
        title=protocol.study.title,
        description=". ".join(print_band(protocol)),
        populations=populations,
        datasets=_read_facts(results, store),
        purposes=_find_purposes(protocol, results),
        sets=_find_sets(protocol, results, populations),
        files={name: _find_files(name, store) for name in results},
    )
    return make_ars(event, results)


def _read_facts(results: Mapping[str, Result], store: Store) -> dict[str, DatasetFacts]:
    """Return columns and parameters of every dataset that results were made from."""
    names = {name for result in results.values() for name in result.basis["dataset"].unique()}
    facts = {}
    for name in sorted(names):
        frame: pl.DataFrame = store.load(name.lower())
        has_codes = "PARAMCD" in frame.columns
        codes: list[str] = frame["PARAMCD"].drop_nulls().to_list() if has_codes else []
        facts[name] = DatasetFacts(frozenset(frame.columns), frozenset(codes))
    return facts


def _find_purposes(protocol: Protocol, results: Mapping[str, Result]) -> dict[str, str]:
    """Return which results answer the primary and which a secondary endpoint."""
    purposes: dict[str, str] = {}
    for endpoint in protocol.endpoints.all:
        is_primary = endpoint is protocol.endpoints.primary
        names = SAFETY_RESULTS if isinstance(endpoint, Safety) else (endpoint.id,)
        purposes |= dict.fromkeys(names, "primary" if is_primary else "secondary")
    purposes |= {name: "primary" for name in results if name.startswith("stage")}
    return purposes


def _find_sets(
    protocol: Protocol, results: Mapping[str, Result], populations: Mapping[str, str]
) -> dict[str, str]:
    """Return the population of each result: its endpoint's, or the only one it counts."""
    sets = {}
    for name, result in results.items():
        counted = result.data.filter(pl.col("stat_name") == "N")["variable"].unique().to_list()
        if len(counted) == 1 and counted[0] in populations:
            sets[name] = counted[0]
    for endpoint in protocol.endpoints.all:
        flag = population_flag(endpoint.population)
        if endpoint.id in results and flag in populations:
            sets[endpoint.id] = flag
    return sets


def _find_files(name: str, store: Store) -> list[str]:
    """Return the files of the results folder that show one result."""
    wanted = (
        f"tables/{name}.txt",
        f"tables/{name}.rtf",
        f"{FOLDER}/{name}.svg",
        f"{FOLDER}/{name}.png",
    )
    return [path for path in wanted if (store.results / path).exists()]
