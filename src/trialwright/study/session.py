"""A study opened for work: check it, run it, ask for its results."""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from trialwright.analyze.stage.result import StageResult
from trialwright.core.errors import DataError, Finding, Severity, StudyError
from trialwright.core.result import Result
from trialwright.core.trace import hash_file
from trialwright.protocol.load import is_blocked
from trialwright.protocol.model import Protocol
from trialwright.study.analyses import list_analyses
from trialwright.study.cells import Origins
from trialwright.study.derived_checks import DERIVED_CHECKS, list_derived_checks
from trialwright.study.directory import StudyDirectory, find_study
from trialwright.study.documents import DOCUMENTS, describe_results, list_documents, run_documents
from trialwright.study.figures import remove_other_files
from trialwright.study.findings import read_findings
from trialwright.study.known import keep_known
from trialwright.study.links import find_links
from trialwright.study.listings import list_rows
from trialwright.study.manifest import is_written, write_manifest
from trialwright.study.mapped import SOURCE_CHECK, list_sources
from trialwright.study.plasma import keep_possible, list_plasma_check
from trialwright.study.publishing import Publisher
from trialwright.study.recording import (
    find_unread,
    list_check,
    list_recording,
    name_tables,
)
from trialwright.study.reporting import write_results
from trialwright.study.run import Step, StepReport, run_steps
from trialwright.study.slides import (
    count_processes,
    find_lost_slides,
    list_slide_steps,
    remove_other_cells,
)
from trialwright.study.snapshots import keep_snapshot, take_snapshot
from trialwright.study.stale import forget_gone, forget_inputs
from trialwright.study.steps import MEASURED_SLIDES, list_derivations
from trialwright.study.store import DONE, Store
from trialwright.study.workers import Mapper, open_workers, run_here

Tell = Callable[[str], None]
CHECKS = ("check", "plasma_check", *DERIVED_CHECKS)


@dataclass(frozen=True)
class Results(Mapping[str, Result]):
    """The results of a run by id, with what became of its steps and its findings."""

    results: Mapping[str, Result]
    steps: tuple[StepReport, ...]
    findings: tuple[Finding, ...]
    report: Path

    def __getitem__(self, result_id: str) -> Result:
        if result_id not in self.results:
            known = ", ".join(self.results)
            raise StudyError(f"There is no result '{result_id}', expected one of {known}.")
        return self.results[result_id]

    def __contains__(self, result_id: object) -> bool:
        return result_id in self.results

    def get(self, result_id: str, default: Any = None) -> Any:
        """Return a result; the default where there is none."""
        return self.results.get(result_id, default)

    def __iter__(self) -> Iterator[str]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    @property
    def decision(self) -> dict[str, Any]:
        """The decision of the first two-stage design; empty when there is none."""
        for result in self.results.values():
            if isinstance(result, StageResult):
                return dict(result.decisions["first"])
        return {}


class Study:
    """A study directory, opened; nothing is computed before it is asked for."""

    def __init__(self, directory: StudyDirectory):
        self.directory = directory

    @property
    def path(self) -> Path:
        """The study's folder."""
        return self.directory.path

    @property
    def protocol(self) -> Protocol:
        """What was promised."""
        return self.directory.protocol

    @cached_property
    def store(self) -> Store:
        """What runs have made so far."""
        return Store(self.directory.results)

    @cached_property
    def files(self) -> dict[str, tuple[str, str]]:
        """Domain, or step that reads a table of the centre, to the file's name and hash."""
        tables = self.directory.tables.items()
        direct = {domain: (path.name, hash_file(path)) for domain, path in tables}
        mapping = self.directory.mapping.mapping
        places = list_sources(self.directory.data, mapping) if mapping else {}
        return direct | {
            name: (place.name, hash_file(self.directory.data / place.file))
            for name, place in places.items()
        }

    @cached_property
    def origins(self) -> Origins:
        """Where the rows of mapped domains were read."""
        return Origins(self.store, self.files)

    def check(self, tell: Tell | None = None) -> list[Finding]:
        """Check the protocol and the recorded data; return the findings.

        What must be derived first, such as responses from lesions, is checked unless something
        blocks.
        """
        reports = self._run_check(tell)
        if not is_blocked(self.load_findings()):
            stands = {MEASURED_SLIDES} if "slides" in name_tables(self.directory) else set()
            self._derive({report.name for report in reports} | stands, tell)
        return self.load_findings()

    def _derive(
        self, made: Set[str], tell: Tell | None, workers: Mapper = run_here
    ) -> list[StepReport]:
        """Derive the analysis datasets from what was made, and nothing else."""
        derivations = self._derivations()
        forget_inputs(derivations, made, self.store)
        return run_steps(derivations, self.store, tell, workers)

    def _derivations(self) -> list[Step]:
        """Return the steps to the analysis datasets, and the checks that need them."""
        names = {domain: (name, "") for domain, name in name_tables(self.directory).items()}
        checks = list_derived_checks(self.protocol, names)
        return [*list_derivations(self.protocol), *checks]

    def load_findings(self, *, is_cut: bool = False) -> list[Finding]:
        """Return the findings of all checks that were made in the last check or run.

        With `is_cut` without those about rows after the data cut, as a report prints them.
        """
        made = [name for name in CHECKS if self.store.is_done(name)]
        said = [item for name in made for item in read_findings(self.store.load(name))]
        found = [*(item for item in find_unread(self.store) if item not in said), *said]
        if is_cut:
            tables = name_tables(self.directory)
            found = keep_known(found, tables, self.store, self.protocol.study.data_cut)
        found.sort(key=is_of_a_part)  # a file that is not there explains a thousand rows
        return [self.origins.relocate(finding) for finding in found]

    def load_accounts(self) -> list[dict[str, Any]]:
        """Return what became of the rows and columns of the centre's own tables."""
        stored = self.store.load(SOURCE_CHECK) if self.store.is_done(SOURCE_CHECK) else {}
        return list(stored.get("accounts", ()))

    def run(self, tell: Tell | None = None, workers: Mapper = run_here) -> Results:
        """Run everything that changed, then the report, where `workers` says.

        Raises
        ------
        DataError
            When the check finds what blocks; all findings are in it.
        """
        reports = self._run_check(tell, workers)
        findings = self.load_findings()
        if is_blocked(findings):
            raise DataError(findings)
        reports += self._measure_slides(tell, workers)
        reports += self._derive({report.name for report in reports}, tell, workers)
        findings = self.load_findings()
        if is_blocked(findings):
            raise DataError(findings)
        shown = self.load_findings(is_cut=True)
        publisher = self._publisher(shown)
        steps = [*publisher.analyses, *publisher.figure_steps()]
        made = [*(done.name for done in reports), *(step.name for step in steps)]
        publisher.forget_outdated({"report", *DOCUMENTS, *made})
        reports += run_steps(steps, self.store, tell, workers)
        remove_other_files(self.directory.results, publisher.drawn("figure."))
        results = publisher.load_results()
        before = tuple(reports)
        reports += run_steps([publisher.report_step(before)], self.store, tell, workers)
        if reports[-1].status == DONE:
            write_results(self.protocol, self.store, results, shown)
        documents = list_documents(
            self.store,
            lambda: publisher.compose(before),
            lambda: describe_results(self.protocol, results, self.store),
            lambda: list_rows(results, self.store, find_links(self.protocol), self.files),
        )
        reports += run_documents(documents, self.store, tell)
        inputs = (self.directory, self.store, self.files)
        if any(report.status == DONE for report in reports) or not is_written(*inputs):
            write_manifest(*inputs)
        snapshot = take_snapshot(self.directory, self.files, self.store, results)
        keep_snapshot(self.store.hidden / "snapshots", snapshot)
        report = self.directory.results / "report.html"
        return Results(results, tuple(reports), tuple(findings), report)

    def list_analyses(self) -> list[Step]:
        """Return the steps that make results, as far as the tables allow."""
        return keep_possible(list_analyses(self.protocol), self.directory.tables)

    def _measure_slides(self, tell: Tell | None, workers: Mapper) -> list[StepReport]:
        """Measure slides, in processes where there are many; one whose cells are gone, again."""
        is_recorded = "slides" in name_tables(self.directory)
        is_read = self.store.is_done("slides")
        slides = self.store.load("slides") if is_recorded and is_read else None
        steps = list_slide_steps(self.protocol, self.path, slides, self.directory.results)
        if is_read or not is_recorded:  # a table that could not be read takes nothing away
            remove_other_cells(steps, self.directory.results)
        for name in find_lost_slides(self.store):
            self.store.forget(name)
        if workers is not run_here:
            return run_steps(steps, self.store, tell, workers)
        with open_workers(count_processes(steps, self.store)) as processes:
            return run_steps(steps, self.store, tell, processes)

    def _publisher(self, findings: list[Finding]) -> Publisher:
        return Publisher(self.protocol, self.store, self.files, self.list_analyses(), findings)

    def _run_check(self, tell: Tell | None, workers: Mapper = run_here) -> list[StepReport]:
        """Read the tables and check them."""
        if is_blocked(self.directory.mapping.findings):
            raise DataError(self.directory.mapping.findings)
        recorded = list_recording(self.directory)
        raw = tuple(step.name for step in recorded if step.name.startswith("raw."))
        tables = tuple(name for name in raw if not name.startswith("raw.plasma"))
        of_plasma = list_plasma_check(self.directory.tables, self.protocol)
        steps = [*recorded, list_check(self.directory, tables), *of_plasma]
        forget_gone(steps, self.store)
        return run_steps(steps, self.store, tell, workers)

    def load_result(self, result_id: str) -> Result:
        """Return one result of the last run.

        Raises
        ------
        StudyError
            When the last run did not make it.
        """
        results = self.load_results()
        if result_id not in results:
            known = ", ".join(results) or "none: run the study first"
            raise StudyError(f"There is no result '{result_id}', expected one of: {known}.")
        return results[result_id]

    def load_results(self) -> dict[str, Result]:
        """Return every result of the last run by id; none before the first run."""
        return self._publisher([]).load_results()

    def load_datasets(self) -> dict[str, pl.DataFrame]:
        """Return the analysis datasets of the last run by lower-case name."""
        folder = self.directory.results / "analysis"
        if not folder.is_dir():
            raise StudyError(
                f"{self.path} has no analysis datasets yet. Run `trialwright run` first."
            )
        return {path.stem: pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))}


def is_of_a_part(finding: Finding) -> bool:
    """Tell whether a finding is about a row, or only warns: others come before it."""
    return finding.row is not None or finding.severity is not Severity.BLOCK


def open_study(path: str | Path) -> Study:
    """Open a study directory; nothing is computed.

    Parameters
    ----------
    path : str or Path
        Folder that holds protocol.yaml and data/.

    Raises
    ------
    StudyError
        When the folder is not a study.
    """
    return Study(find_study(path))
